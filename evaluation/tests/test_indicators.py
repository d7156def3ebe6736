"""Indicators 4.1 to 4.4 by month, line and site, and training hours, read from kept sums (ISO 9001 9.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.indicators import INDICATORS, Period, Value
from evaluation.models import IndicatorMonth, TrainingHours
from planning.months import Month
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_agent, make_user, sign_in
from trainingops.ui.trends import trend_chart

pytestmark = pytest.mark.django_db
PAGES = [reverse("indicator_overview"), reverse("indicator_detail", args=["trained"]), reverse("training_hours")]


def this_month() -> date:
    return timezone.localdate().replace(day=1)


def kept(month: date, *, site=None, line=None, **sums) -> IndicatorMonth:
    return IndicatorMonth.objects.create(
        month=month, site=site or SiteFactory(), line=line or ServiceLineFactory(), **sums
    )


@pytest.mark.parametrize("address", PAGES)
def test_the_pages_answer_who_reads_indicators_by_get_alone(client, address):
    assert client.get(address).status_code == 302
    sign_in(client, make_user("agent"))
    assert client.get(address).status_code == 403
    sign_in(client, make_user("qc"))
    assert client.get(address).status_code == 200
    assert client.get(address, {"month": "2026-13"}).status_code == 422
    assert client.get(address, {"export": "xlsx"})["Content-Type"].endswith("sheet")
    assert client.post(address).status_code == 405
    assert client.get(reverse("indicator_detail", args=["luck"])).status_code == 404


@pytest.mark.clause("4.3")
def test_a_figure_adds_up_what_the_reader_sees_and_no_more(client):
    """Shares are of the sums, never means of shares: 1 of 2 and 8 of 8 are 9 of 10."""
    mine, other = SiteFactory(), SiteFactory()
    line = ServiceLineFactory()
    kept(this_month(), site=mine, line=line, trained=1, targeted=2)
    kept(this_month(), site=mine, trained=8, targeted=8)
    kept(this_month(), site=other, line=line, trained=0, targeted=50)
    sign_in(client, make_user("manager", site=mine))

    def year(**asked) -> Value:
        return client.get(PAGES[1], asked).context["year_figure"].value

    assert year() == Value(9, 10)
    assert year().share == Decimal(90)
    assert year(line=line.pk) == Value(1, 2)
    assert year(site=other.pk) == Value()
    page = client.get(PAGES[1])
    assert [[each.value for each in rows] for _heading, rows in page.context["groups"]][1] == [Value(9, 10)]


def test_pages_cost_the_same_with_one_sum_and_with_many(client, django_assert_max_num_queries):
    line, site = ServiceLineFactory(), SiteFactory()
    agents = [make_agent(site, line) for _each in range(3)]
    sign_in(client, make_user("manager"))
    counts: dict[str, list[int]] = {each: [] for each in PAGES}
    for back in range(3):
        month = Month.of(this_month()).moved(-back).first
        kept(month, targeted=5, trained=4, shift_minutes=6000, training_minutes=60, rostered_training_minutes=60)
        TrainingHours.objects.create(month=this_month(), site=site, line=line, person=agents[back], training_minutes=60)
        for address in PAGES:
            with django_assert_max_num_queries(15) as queries:
                client.get(address)
            counts[address].append(len(queries.captured_queries))
    assert all(first == last for first, _between, last in counts.values()), counts


def test_defects_are_judged_the_other_way_round_and_nothing_due_cannot_be_judged():
    """ISO 9001 6.2: met, not yet, or cannot be judged."""
    defects, trained = INDICATORS["defects"], INDICATORS["trained"]
    assert defects.is_reached(Value(3, 100), Decimal(5)) is True
    assert defects.is_reached(Value(6, 100), Decimal(5)) is False
    assert trained.is_reached(Value(95, 100), Decimal(95)) is True
    assert trained.is_reached(Value(94, 100), Decimal(95)) is False
    assert trained.is_reached(Value(), Decimal(95)) is None
    assert Period.trend_to(Month(2026, 2)).months[0] == date(2025, 3, 1)


@pytest.mark.clause("5.1.1 f")
def test_who_has_no_roster_is_said_and_stays_out_of_the_shrinkage(client):
    line, site = ServiceLineFactory(), SiteFactory()
    kept(
        this_month(),
        site=site,
        line=line,
        training_minutes=180,
        rostered_training_minutes=60,
        shift_minutes=6000,
        people_without_roster=1,
    )
    agent = make_agent(site, line)
    TrainingHours.objects.create(month=this_month(), site=site, line=line, person=agent, training_minutes=120)
    sign_in(client, make_user("manager"))
    page = client.get(PAGES[2])
    total = page.context["total"]
    assert (total.share, total.hours, total.missing_hours) == (Decimal(1), Decimal("3.0"), Decimal("2.0"))
    assert (agent.name in page.content.decode()) and ("tanpa roster" in page.content.decode())
    sign_in(client, make_user("manager", site=SiteFactory()))
    assert agent.name not in client.get(PAGES[2]).content.decode()


@pytest.mark.point("CHT-1")
@pytest.mark.point("CHT-4")
def test_a_trend_says_its_months_in_words_and_a_month_without_anything_is_a_gap():
    chart = trend_chart(
        ["Jan", "Feb", "Mar"],
        [50, None, 75],
        title="T",
        text="Naik.",
        unit="%",
        target=90,
        target_word="Sasaran",
        urls=["/a", "/b", "/c"],
    )
    assert "<title>T</title><desc>Naik.</desc>" in chart.svg
    assert chart.svg.count("<circle") >= 2 and "<polyline" not in chart.svg
    assert 'href="/c"' in chart.svg and 'href="/b"' not in chart.svg
    assert "style=" not in chart.svg and "stroke-dasharray" in chart.svg
    assert chart.rows == [("Jan", 50), ("Feb", None), ("Mar", 75)]
