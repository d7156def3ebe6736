"""Volumes of intervals: the sheet kept by hand, our template, the bank's real calls (5.1.1 f, IMP)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from planning.imports.traffic import TRAFFIC, read_aht, read_share
from planning.models import TrafficInterval
from planning.queries.traffic import latest_source, traffic_profile
from planning.services.traffic import save_traffic
from planning.slots import recommend
from planning.tests.bank import BANK, EXPECTED, NO_BANK, over_all_days
from trainingops.domain import NotAllowed, Refused
from trainingops.imports.testing import run_import
from trainingops.imports.values import Unreadable
from trainingops.people.enums import Role
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.usefixtures("english")]
SHEET = Path(__file__).parent / "samples" / "traffic_interval.xlsx"
EXPECTED_SHEET = json.loads(SHEET.with_suffix(".expected.json").read_text())
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def place(db):
    return SiteFactory(), ServiceLineFactory()


@pytest.fixture
def user(place):
    return make_user(Role.OPERATIONS, site=place[0], line=place[1])


def run(file, user, place, **options):
    answer = {"place": f"{place[0].code}/{place[1].code}"}
    return run_import(TRAFFIC, file, user=user, now=NOW, **{"options": answer, **options})


def codes(found, kind="problems"):
    return {(checked.row.number, each.code) for checked in found.checked for each in getattr(checked, kind)}


def test_sheet_kept_by_hand_gives_the_expected_rows(user, place):
    found = run(SHEET, user, place, apply=True)
    assert len(found.checked) == EXPECTED_SHEET["interval_rows"]
    assert len(found.to_write) == EXPECTED_SHEET["accepted"]
    assert codes(found) == {(each["row"], each["code"]) for each in EXPECTED_SHEET["issues"]}
    assert codes(found, "warnings") == {
        *((row, "interval_closed") for row in EXPECTED_SHEET["closed"]),
        *((row, "partial_interval") for row in EXPECTED_SHEET["partial_rows"]),
    }
    assert any("minutes and seconds" in notice for notice in found.notices)
    stored = [
        (
            row.starts_at.astimezone(place[0].zone).strftime("%Y-%m-%d %H:%M"),
            row.minutes,
            row.offered,
            row.answered,
            row.abandoned,
            float(row.service_level_percent),
            float(row.aht_seconds),
        )
        for row in TrafficInterval.objects.all()
    ]
    expected = [
        tuple(
            each[key] for key in ("start", "minutes", "offered", "answered", "abandoned", "service_level_pct", "aht_s")
        )
        for each in EXPECTED_SHEET["intervals"]
        if not each.get("closed")
    ]
    assert stored == expected
    totals = EXPECTED_SHEET["totals_accepted"]
    assert [sum(row[n] for row in stored) for n in (2, 3, 4)] == [
        totals["offered"],
        totals["answered"],
        totals["abandoned"],
    ]


@pytest.mark.point("IMP-4")
def test_importing_again_changes_nothing_and_a_correction_shows_old_and_new(user, place):
    run(SHEET, user, place, apply=True)
    again = run(SHEET, user, place)
    assert again.counts["new"] == again.counts["changed"] == 0
    TrafficInterval.objects.filter(offered=60).update(offered=61)
    corrected = run(SHEET, user, place, apply=True)
    (changed,) = corrected.to_write
    assert [(each.column, each.old, each.new) for each in changed.changes] == [("offered", "61", "60")]
    assert TrafficInterval.objects.filter(offered=60).count() == 1


@pytest.mark.point("IMP-7")
def test_the_place_is_asked_each_time_and_never_remembered():
    question = TRAFFIC.questions[0]
    assert question.name == "place" and question.each_time and question.asked([])


def test_the_template_row_of_ours_is_read(user, place):
    head = "Start of the interval;Minutes;Offered;Answered;Abandoned;AHT;Agents\n"
    found = run((head + "2026-11-02 08:00;30;120;112;8;04:10;18\n").encode(), user, place, apply=True)
    assert not codes(found)
    row = TrafficInterval.objects.get()
    assert row.starts_at.astimezone(place[0].zone).strftime("%H:%M") == "08:00"
    assert (row.minutes, row.aht_seconds, row.agents) == (30, 250, 18)


def test_intervals_that_overlap_or_make_no_sense_are_refused(user, place):
    head = "Start;Minutes;Offered;AHT;interval_start\n".replace("Start;", "")
    rows = ["30;10;200;2026-11-02T08:00", "30;12;200;2026-11-02T08:15", "90;10;200;2026-11-02T10:00"]
    rows.append("30;999999999;200;2026-11-02T12:00")
    found = run((head + "\n".join(rows)).encode(), user, place)
    assert codes(found) == {(3, "interval_twice"), (4, "minutes_out_of_range"), (5, "too_many_contacts")}


def test_another_scope_is_refused(user, place):
    other = SiteFactory()
    found = run(SHEET, user, (other, place[1]))
    assert {code for _row, code in codes(found)} >= {"out_of_scope"} and not found.to_write


def test_saving_asks_the_policy_and_one_place(user, place):
    row = TrafficInterval(site=SiteFactory(), line=place[1], source="ACD", starts_at=NOW, minutes=30, offered=1)
    with pytest.raises(NotAllowed):
        save_traffic(intervals=[row], actor=user, now=NOW)
    with pytest.raises(Refused):
        save_traffic(intervals=[TrafficInterval(source="ACD", starts_at=NOW, offered=1)], actor=user, now=NOW)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("04:10", 250), ("00:04:10", 250), (time(3, 52), 232), (time(0, 3, 52), 232), (245, 245), ("245", 245)],
)
def test_handling_times_are_read_as_they_are_meant(cell, seconds):
    assert read_aht(cell) == seconds


@pytest.mark.parametrize("cell", ["4,5", "x", Decimal("3.5")])
def test_a_handling_time_that_could_be_minutes_is_refused(cell):
    with pytest.raises(Unreadable) as refused:
        read_aht(cell)
    assert refused.value.code == "not_mm_ss"


@pytest.mark.parametrize(
    ("cell", "percent"), [("85,3%", "85.3"), (Decimal("0.8140000000001"), "81.4"), ("0,5", "50"), (85, "85")]
)
def test_service_levels_are_percent_however_they_are_written(cell, percent):
    assert read_share(cell) == Decimal(percent)


@pytest.mark.point("IMP-1")
def test_the_banks_real_calls_recommend_the_expected_slots(user, place, django_assert_max_num_queries):
    if not BANK.exists():
        pytest.skip(NO_BANK)
    expected = json.loads(EXPECTED.read_text())
    found = run(BANK, user, place, apply=True)
    assert found.counts == {"new": expected["rows"], "changed": 0, "same": 0, "bad": 0}
    site, line = place
    assert list(latest_source(site, line)) == [("ACD",)]
    with django_assert_max_num_queries(3):
        profile = traffic_profile(site=site, line=line, until=date(2004, 1, 1), weeks=None)
    assert over_all_days(profile) == expected["mean_calls_per_30min_all_days"]
    assert [(stub.starts_at, stub.minutes) for stub in profile.partial] == [(time(21), 5)]
    assert len(profile.missing) == 4
    for weekday, name in enumerate(["Mon", "Tue", "Wed", "Thu", "Fri"]):
        windows = recommend(profile, duration_minutes=30, weekdays=[weekday], limit=3).windows
        shown = [[f"{w.starts_at:%H:%M}", round(w.peak, 4)] for w in windows]
        assert shown == expected["lowest3_by_weekday"][name]


def test_the_reference_is_the_same_weekday_of_the_last_eight_weeks(place):
    site, line = place
    rows = [
        TrafficInterval(
            site=site,
            line=line,
            source="ACD",
            starts_at=datetime(2026, 11, 1, 8, tzinfo=site.zone) - timedelta(days=n),
            minutes=30,
            offered=n,
        )
        for n in range(100)
    ]
    TrafficInterval.objects.bulk_create(rows)
    profile = traffic_profile(site=site, line=line, until=date(2026, 11, 2))
    assert sum(profile.days.values()) == 56
    assert profile.first_day == date(2026, 9, 7) and profile.last_day == date(2026, 11, 1)
    assert {half.days for half in profile.half_hours.values()} == {8}
