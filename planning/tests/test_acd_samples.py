"""The interval reports that contact centres have, each with the result that its description states (5.1.1 f, IMP)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from planning.enums import FORECAST_SOURCE
from planning.imports.traffic import FORECAST, TRAFFIC
from planning.imports.traffic.queue_log import intervals_of
from planning.models import MarkedDay, TrafficInterval
from planning.queries.traffic import FORECAST as BY_FORECAST
from planning.queries.traffic import reference_of, traffic_profile
from trainingops.imports.testing import run_import
from trainingops.people.enums import ChannelKind, Role
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = [
    pytest.mark.clause("5.1.1 f"),
    pytest.mark.point("IMP-1"),
    pytest.mark.django_db,
    pytest.mark.usefixtures("english"),
]
SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def place():
    return SiteFactory(), ServiceLineFactory()


@pytest.fixture
def user(place):
    return make_user(Role.OPERATION_SUPPORT)


def expected_of(name):
    return json.loads((SAMPLES / f"{name}.expected.json").read_text())


def run(name, user, place, importer=TRAFFIC, **options):
    answers = {"place": f"{place[0].code}/{place[1].code}", **options}
    file = SAMPLES / name if isinstance(name, str) else name
    return run_import(importer, file, user=user, now=NOW, options=answers, apply=True)


def warned(found, code):
    return [checked.row.number for checked in found.checked for each in checked.warnings if each.code == code]


def stored(place, **filters):
    """The stored intervals as the expectations write them."""
    return {
        (row.queue, row.starts_at.astimezone(place[0].zone).strftime("%Y-%m-%d %H:%M")): row
        for row in TrafficInterval.objects.filter(**filters)
    }


def aht(row):
    return None if row.aht_seconds is None else round(float(row.aht_seconds), 2)


def again_changes_nothing(name, user, place, **options):
    answers = {"place": f"{place[0].code}/{place[1].code}", **options}
    again = run_import(TRAFFIC, SAMPLES / name, user=user, now=NOW, options=answers)
    assert again.counts["new"] == again.counts["changed"] == 0


def test_avaya_totals_are_left_out_and_offered_and_aht_are_added_up(user, place):
    name, expected = "split_skill_summary_interval.txt", expected_of("split_skill_summary_interval")
    found = run(name, user, place)
    assert len(found.checked) == len(expected["intervals"])
    assert [question.name for question in found.open_questions] == ["day_first"]
    rows = {start: row for (_queue, start), row in stored(place).items()}
    closed = expected["intervals"][0]["start"]
    assert closed not in rows and len(warned(found, "interval_closed")) == 1
    for each in expected["intervals"][1:]:
        row = rows[each["start"]]
        assert (row.minutes, row.offered, row.answered, row.abandoned) == (
            each["minutes"], each["offered"], each["answered"], each["abandoned"],
        )  # fmt: skip
        assert (aht(row), float(row.service_level_percent)) == (each["aht_s"], each["service_level_pct"])
    totals = [sum(getattr(row, key) for row in rows.values()) for key in ("offered", "answered", "abandoned")]
    assert totals == list(expected["totals"].values())
    weighted = sum(row.answered * row.aht_seconds for row in rows.values()) / totals[1]
    assert round(float(weighted), 2) == expected["weighted_aht_s"]
    assert {row.queue for row in rows.values()} == {"INBOUND CS INA"}
    again_changes_nothing(name, user, place)


def test_genesys_summary_partial_rows_blank_cells_and_other_media(user, place):
    name, expected = "queue_performance_interval.csv", expected_of("queue_performance_interval")
    found = run(name, user, place)
    assert len(found.checked) == expected["data_rows"]
    assert warned(found, "summary_row") == [expected["summary_row_ignored"]]
    assert warned(found, "partial_interval") == expected["partial_rows"]
    assert warned(found, "other_media") == [each["row"] for each in expected["other_media"]]
    rows = stored(place)
    assert len(rows) == expected["voice_interval_rows"]
    for each in expected["intervals"]:
        row = rows[each["queue"], each["start"]]
        assert (row.minutes, row.is_complete) == (each["minutes"], not each["partial"])
        assert (row.offered, row.answered or 0, row.abandoned or 0) == (
            each["offered"], each["answered"], each["abandoned"],
        )  # fmt: skip
        assert aht(row) == each["aht_s"]
        assert (float(row.asa_seconds) if row.asa_seconds is not None else None) == each["asa_s"]
    for complete, key in (([True, False], "totals_voice_all"), ([True], "totals_voice_complete")):
        kept = [row for row in rows.values() if row.is_complete in complete]
        totals = {name: sum(getattr(row, name) or 0 for row in kept) for name in ("offered", "answered", "abandoned")}
        assert totals == expected[key]
    for queue, seconds in expected["weighted_aht_s"].items():
        own = [row for (name, _start), row in rows.items() if name == queue and row.answered]
        weighted = sum(row.answered * row.aht_seconds for row in own) / sum(row.answered for row in own)
        assert round(float(weighted), 2) == seconds
    assert any("milliseconds" in notice for notice in found.notices)
    again_changes_nothing(name, user, place)


def test_genesys_messages_belong_to_the_digital_line(user, place):
    digital = ServiceLineFactory(channel=ChannelKind.DIGITAL)
    found = run("queue_performance_interval.csv", user, (place[0], digital))
    (message,) = found.to_write
    assert (message.data.queue, message.data.offered, float(message.data.aht_seconds)) == ("WA_Inbound", 14, 640.0)


@pytest.mark.point("IMP-7")
def test_several_queues_are_asked_and_one_can_be_chosen(user, place):
    found = run("queue_performance_interval.csv", user, place)
    (question,) = found.open_questions
    assert [value for value, _label in question.choices] == ["", "CS_Inbound", "CS_Prioritas", "WA_Inbound"]
    TrafficInterval.objects.all().delete()
    run("queue_performance_interval.csv", user, place, queue="CS_Prioritas")
    assert set(TrafficInterval.objects.values_list("queue", flat=True)) == {"CS_Prioritas"}


def test_the_queues_of_a_line_are_added_and_partial_intervals_stay_out_of_the_mean_week(user, place):
    run("queue_performance_interval.csv", user, place)
    profile = traffic_profile(site=place[0], line=place[1], until=date(2026, 11, 3))
    assert profile.half_hours[0, 8 * 60].offered == 54 + 1
    assert (0, 12 * 60 + 30) not in profile.half_hours
    assert reference_of(site=place[0], line=place[1], until=date(2026, 11, 3)).incomplete == 2


def test_uccx_group_totals_are_left_out_and_the_missing_handling_time_is_said(user, place):
    name, expected = "csq_activity_by_interval.xlsx", expected_of("csq")["csq_activity_by_interval.xlsx"]
    found = run(name, user, place)
    rows = stored(place)
    assert len(rows) == expected["interval_rows"]
    assert warned(found, "summary_row") == [expected["summary_rows_ignored"][0]]
    assert any("row 15" in notice for notice in found.notices)  # the grand total, known by its word
    assert any("no handling time" in notice for notice in found.notices)
    for each in expected["intervals"]:
        row = rows["CSQ_Layanan", each["start"]]
        assert (row.minutes, row.offered, row.answered, row.abandoned, row.aht_seconds) == (
            each["minutes"], each["offered"], each["answered"], each["abandoned"], None,
        )  # fmt: skip
        assert row.offered - row.answered - row.abandoned == each["dequeued"]
        assert float(row.service_level_percent) == each["service_level_pct"]["negatively"]
    assert sum(row.offered for row in rows.values()) == expected["totals"]["offered"]
    again_changes_nothing(name, user, place)


def test_uccx_time_cells_are_fractions_of_a_day(user, place):
    name, expected = "csq_activity_times.xlsx", expected_of("csq")["csq_activity_times.xlsx"]
    found = run(name, user, place)
    rows = stored(place)
    for each in expected["intervals"]:
        row = rows["CSQ_Layanan", each["start"]]
        assert (row.offered, row.answered, row.abandoned) == (each["offered"], each["answered"], each["abandoned"])
        assert (aht(row), float(row.asa_seconds)) == (each["aht_s"], each["asa_s"])
    assert not any("no handling time" in notice for notice in found.notices)
    again_changes_nothing(name, user, place)


def test_asterisk_counts_calls_where_they_entered_and_no_ring_as_abandoned(user, place):
    expected = expected_of("queue_log")
    found = run("queue_log", user, place, queue="600")
    rows = stored(place)
    assert len(rows) == len(expected["intervals"])
    for each in expected["intervals"]:
        row = rows["600", each["start"]]
        assert (row.minutes, row.offered, row.answered, row.abandoned) == (
            each["minutes"], each["offered"], each["answered"], each["abandoned"],
        )  # fmt: skip
        assert (aht(row), float(row.asa_seconds)) == (each["aht_s"], each["asa_s"])
        assert float(row.service_level_percent) == each["service_level_20s_of_offered_pct"]
    assert any("talking time only" in notice for notice in found.notices)
    again_changes_nothing("queue_log", user, place, queue="600")
    lines = [line.split("|") for line in (SAMPLES / "queue_log").read_text().splitlines()]
    assert len(lines) == expected["lines"]
    of_600 = [each for each in intervals_of(lines) if each.queue == "600"]
    wanted = [
        (each["timed_out"], each["no_end_in_log"], each["talk_s_total"], each["answered_within_20s"])
        for each in expected["intervals"]
    ]
    assert [(each.timed_out, each.no_end, each.talk_seconds, each.within_target) for each in of_600] == wanted
    assert sum(each.answered - each.talked for each in of_600) == expected["still_talking_at_end"]
    (other,) = [each for each in intervals_of(lines) if each.queue == "601"]
    assert (other.offered, other.abandoned) == (expected["calls_queue_601"], 1)


def test_a_forecast_stands_beside_the_measured_volumes(user, place):
    head = "Start of the interval;Minutes;Offered;AHT;Agents\n"
    run((head + "2026-11-16 08:00;30;100;240;20\n").encode(), user, place)
    run((head + "2026-11-30 08:00;30;40;240;20\n").encode(), user, place, importer=FORECAST)
    assert set(TrafficInterval.objects.values_list("source", flat=True)) == {"ACD", FORECAST_SOURCE}
    site, line = place
    measured = reference_of(site=site, line=line, until=date(2026, 11, 23))
    expected = reference_of(site=site, line=line, until=date(2026, 11, 30), kind=BY_FORECAST)
    assert [half.offered for half in measured.profile.of_weekday(0)] == [100]
    assert [half.offered for half in expected.profile.of_weekday(0)] == [40]


def test_holidays_and_marked_days_are_no_reference_and_are_named(user, place, monkeypatch):
    site, line = place
    for week in range(1, 9):
        TrafficInterval.objects.create(
            site=site, line=line, source="ACD", minutes=30, offered=week,
            starts_at=datetime(2026, 11, 23, 8, tzinfo=site.zone) - timedelta(weeks=week),
        )  # fmt: skip
    marked = date(2026, 11, 16)
    MarkedDay.objects.create(site=site, line=line, day=marked, reason="Gangguan sistem", marked_by=user, marked_at=NOW)
    holiday = date(2026, 11, 9)
    monkeypatch.setattr("planning.queries.traffic.days_off", lambda *_: {holiday: "Libur uji"})
    found = reference_of(site=site, line=line, until=date(2026, 11, 23))
    assert found.skipped == {holiday: "Libur uji", marked: "Gangguan sistem"}
    assert not found.missing
    assert found.profile.of_weekday(0)[0].offered == sum(range(3, 9)) / 6
