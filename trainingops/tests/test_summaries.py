"""What is kept as a sum is what the rows give (DESIGN.md §3, "Summaries")."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone

from evaluation.frequency import Span
from evaluation.indicator import achieved, actions_due, classes_in, kinds_in
from evaluation.models import CountedMonth, IndicatorMonth, TrainingDefect
from evaluation.services import decide_training_defect
from evaluation.summaries.counting import span_of
from evaluation.summaries.keeping import keep_up, wrong_sums
from planning.months import Month
from planning.queries import indicator as plans
from reporting.punctuality import figure_of, reports_due
from sessions.models import SessionSummary
from sessions.queries import indicator as sessions
from sessions.queries.reach import reach_of, targets_due, total
from sessions.services.checking import wrong_summaries
from trainingops.people.models import User

pytestmark = pytest.mark.django_db


def test_the_summaries_of_a_whole_cycle_agree_with_their_rows(house):
    assert SessionSummary.objects.filter(passed__gt=0, cases_open=0).exists()
    assert list(wrong_summaries()) == []


def test_a_wrong_figure_is_named_and_mended_only_when_asked(house, capsys):
    wrong = SessionSummary.objects.latest("pk")
    right = wrong.enrolled
    SessionSummary.objects.filter(pk=wrong.pk).update(enrolled=right + 3)
    with pytest.raises(CommandError, match="1 figures differ"):
        call_command("check_summaries")
    assert f"enrolled says {right + 3}, the rows say {right}" in capsys.readouterr().out
    wrong.refresh_from_db()
    assert wrong.enrolled == right + 3
    call_command("check_summaries", mend=True)
    assert list(wrong_summaries()) == []


def kept(user, month):
    rows = IndicatorMonth.objects.visible_to(user).filter(month=month)
    names = [each.name for each in IndicatorMonth._meta.fields if each.name not in {"id", "month", "site", "line"}]
    return {name: value or 0 for name, value in rows.aggregate(**{name: Sum(name) for name in names}).items()}


@pytest.mark.clause("4.1")
@pytest.mark.clause("4.2")
@pytest.mark.clause("4.3")
@pytest.mark.clause("4.4")
@pytest.mark.parametrize("login", ["MGR01", "AUD01"])
def test_the_sums_of_a_month_are_the_figures_of_the_lists_behind_them(house, login):
    user = User.objects.get(login=login)
    now = timezone.now()
    keep_up(now=now)
    counted = CountedMonth.objects.get(month=Month.of(timezone.localdate(now, user.zone)).first)
    span, at = span_of(Month.of(counted.month)), counted.counted_at
    period = {"since": span.since, "until": span.until, "now": at}

    planned = plans.total(plans.by_place(plans.plans_due(user, **period)))
    held = sessions.figure_of(user, **period)
    reach = total(reach_of(targets_due(user, **period)))
    reports = figure_of(reports_due(user, **period))
    actions = achieved(actions_due(user, span, {}, at))
    defects = kinds_in(user, Span(span.since, span.until), {})
    sums = kept(user, counted.month)

    assert (sums["plans_met"], sums["plans_due"]) == (planned.met, planned.due) != (0, 0)
    assert (sums["sessions_met"], sums["sessions_due"]) == (held.met, held.due) != (0, 0)
    assert (sums["trained"], sums["targeted"], sums["on_schedule"]) == (
        reach.trained,
        reach.targeted,
        reach.on_schedule,
    )
    assert (sums["reports_met"], sums["reports_due"]) == (reports.met, reports.due) != (0, 0)
    assert (sums["actions_on_time"], sums["actions_due"]) == (actions["on_time"].met, actions["on_time"].due)
    assert (sums["actions_effective"], sums["actions_closed"]) == (actions["effective"].met, actions["effective"].due)
    assert (sums["defects"], sums["classes_held"]) == (sum(each.now for each in defects), classes_in(user, span, {}))
    assert sums["training_minutes"] > 0 < sums["shift_minutes"]
    assert list(wrong_sums(now=now)) == []


def test_what_a_service_changes_is_counted_anew_and_a_wrong_sum_is_named_and_mended(house, capsys):
    defect = TrainingDefect.objects.filter(impact_level="", decision="").select_related("site", "line").first()
    manager = User.objects.get(login="MGR01")
    keep_up(now=timezone.now())
    assert keep_up(now=timezone.now()) == []
    decide_training_defect(
        defect=defect,
        decision="accepted",
        impact_level="minor",
        impact="x",
        correction="x",
        actor=manager,
        now=timezone.now(),
    )
    assert Month.of(timezone.localdate(defect.occurred_at, defect.site.zone)).first in keep_up(now=timezone.now())
    assert list(wrong_sums(now=timezone.now())) == []

    IndicatorMonth.objects.filter(trained__gt=0).update(trained=F("trained") + 1)
    with pytest.raises(CommandError, match="figures differ"):
        call_command("check_summaries")
    assert "IndicatorMonth" in capsys.readouterr().out
    call_command("check_summaries", mend=True)
    assert list(wrong_sums(now=timezone.now())) == []


@pytest.mark.point("DSH-4")
def test_every_number_of_the_indicators_leads_to_a_list_of_as_many_rows(house, client):
    keep_up(now=timezone.now())
    client.force_login(User.objects.get(login="MGR01"))
    lines = client.get(reverse("indicator_overview")).context["lines"]
    followed = [
        (each.indicator.key, what, url)
        for each in lines
        for what, url in (("met", each.year.met_url), ("due", each.year.due_url))
        if url
    ]
    assert len({key for key, _what, _url in followed}) >= 5
    shown = {(key, what): client.get(url).context["table"].page.paginator.count for key, what, url in followed}
    figures = {each.indicator.key: each.year.value for each in lines}
    assert shown == {(key, what): getattr(figures[key], what) for key, what in shown}
