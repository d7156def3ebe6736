"""When the obligation begins and what may move it (clause 5.3.2; DESIGN.md §2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from reporting import services
from reporting.enums import ChangeCause, DayOffCategory, ObligationState
from reporting.models import DeadlinePolicy, ObligationChange, ReportObligation, TrainingReport
from reporting.services.obligations import recount_obligations
from reporting.tests.factories import BEFORE, DUE, END, WIB, make_plan, make_session
from sessions.signals import (
    session_cancelled,
    session_concluded,
    session_ended_later,
    session_rescheduled,
    session_scheduled,
)
from trainingops.audit.models import Entry
from trainingops.domain import Refused
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
HOUR = timedelta(hours=1)


def scheduled(training_session=None, *, now=BEFORE, **session_fields):
    """An obligation that began as in the product: by the signal of the sessions stage."""
    training_session = training_session or make_session(**session_fields)
    session_scheduled.send(
        sender=type(training_session), training_session=training_session, actor=training_session.plan.pic, now=now
    )
    return ReportObligation.objects.get(training_session=training_session)


def send(signal, obligation, *, now, **arguments):
    training_session = obligation.training_session
    signal.send(
        sender=type(training_session),
        training_session=training_session,
        actor=training_session.plan.pic,
        now=now,
        **arguments,
    )
    obligation.refresh_from_db()
    return obligation


def changes(obligation):
    return list(obligation.changes.values_list("cause", flat=True))


def test_it_begins_at_scheduling_from_the_planned_end_of_the_last_meeting():
    obligation = scheduled()
    assert obligation.due_at == DUE
    assert obligation.last_end == END
    assert obligation.owner == obligation.training_session.plan.pic
    assert obligation.state == ObligationState.PENDING
    assert obligation.policy.effective_on == date(2025, 9, 25)
    assert obligation.explanation["rule"] == "calendar"
    assert obligation.explanation["due_day"] == "2026-11-24"
    change = obligation.changes.get()
    assert (change.cause, change.old_due_at, change.new_due_at) == (ChangeCause.SCHEDULED, None, DUE)
    assert Entry.objects.filter(verb="obligation.scheduled", subject=obligation.uuid).exists()


def test_the_zone_of_the_host_site_decides():
    jayapura = SiteFactory(timezone="Asia/Jayapura")
    end = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("Asia/Jakarta"))  # 24 November 01.30 WIT
    obligation = scheduled(make_session(make_plan(site=jayapura), ends_at=end))
    assert obligation.due_at == datetime(2026, 11, 26, tzinfo=ZoneInfo("Asia/Jayapura"))
    assert obligation.timezone == "Asia/Jayapura"


def test_scheduling_twice_keeps_one_obligation():
    obligation = scheduled()
    assert scheduled(obligation.training_session) == obligation
    assert ObligationChange.objects.count() == 1


def test_the_rule_of_the_day_of_the_session_holds():
    DeadlinePolicy.objects.create(effective_on=date(2026, 11, 24), business_days=True)
    friday = datetime(2026, 11, 27, 11, tzinfo=WIB)
    assert scheduled().due_at == DUE  # before the new rule
    assert scheduled(ends_at=friday).due_at == datetime(2026, 12, 1, tzinfo=WIB)  # Monday ends then


def test_a_sites_own_rule_goes_before_that_of_the_house():
    site = SiteFactory()
    DeadlinePolicy.objects.create(site=site, effective_on=date(2026, 1, 1), business_days=True)
    friday = datetime(2026, 11, 27, 11, tzinfo=WIB)
    assert scheduled(make_session(make_plan(site=site), ends_at=friday)).due_at == datetime(2026, 12, 1, tzinfo=WIB)
    assert scheduled(ends_at=friday).due_at == datetime(2026, 11, 29, tzinfo=WIB)


# --- What moves it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [timedelta(days=2), timedelta(days=-2)])
def test_an_approved_reschedule_moves_it_both_ways(shift):
    obligation = scheduled()
    training_session = obligation.training_session
    training_session.starts_at += shift
    training_session.ends_at += shift
    training_session.save()
    send(session_rescheduled, obligation, old_ends_at=END, now=BEFORE + HOUR)
    assert obligation.due_at == DUE + shift
    change = obligation.changes.last()
    assert (change.cause, change.old_due_at, change.new_due_at) == (ChangeCause.RESCHEDULED, DUE, DUE + shift)
    assert change.actor == training_session.plan.pic
    assert change.explanation == obligation.explanation


@pytest.mark.parametrize("late_by", [timedelta(), timedelta(microseconds=1), timedelta(days=1)])
def test_a_reschedule_at_or_after_the_due_time_leaves_it(late_by):
    obligation = scheduled()
    training_session = obligation.training_session
    training_session.ends_at += timedelta(days=5)
    training_session.save()
    send(session_rescheduled, obligation, old_ends_at=END, now=DUE + late_by)
    assert obligation.due_at == DUE
    assert changes(obligation) == ["scheduled"]
    assert Entry.objects.filter(verb="obligation.left", subject=obligation.uuid).exists()


def test_an_actual_end_after_midnight_moves_it_and_tells_the_manager_why():
    manager = make_user("manager")
    obligation = scheduled()
    later = datetime(2026, 11, 24, 0, 30, tzinfo=WIB)
    send(session_ended_later, obligation, last_end=later, reason="Sistem lambat", now=later + HOUR)
    assert obligation.due_at == DUE + timedelta(days=1)
    assert obligation.last_end == later
    assert obligation.changes.last().reason == "Sistem lambat"
    notice = Notice.objects.get(kind="report.due_moved")
    assert notice.recipient == manager
    assert notice.params["reason"] == "Sistem lambat"


def test_an_actual_end_later_on_the_same_day_is_noted_and_tells_nobody():
    make_user("manager")
    obligation = scheduled()
    send(session_ended_later, obligation, last_end=END + HOUR, reason="Sistem lambat", now=END + 2 * HOUR)
    assert obligation.due_at == DUE
    assert obligation.last_end == END + HOUR
    assert changes(obligation) == ["scheduled", "later_end"]
    assert not Notice.objects.exists()


def test_an_earlier_end_leaves_it():
    obligation = scheduled()
    send(session_ended_later, obligation, last_end=END - timedelta(days=1), reason="Selesai cepat", now=END)
    assert (obligation.due_at, obligation.last_end) == (DUE, END)


def test_a_later_end_recorded_at_the_due_time_leaves_it():
    obligation = scheduled()
    send(session_ended_later, obligation, last_end=DUE - HOUR, reason="Lupa mencatat", now=DUE)
    assert obligation.due_at == DUE


def test_an_end_in_the_future_is_refused():
    obligation = scheduled()
    with pytest.raises(Refused, match=r"2026") as refused:
        send(session_ended_later, obligation, last_end=END + 2 * HOUR, reason="Perkiraan", now=END + HOUR)
    assert refused.value.field == "actual_ends_at"
    obligation.refresh_from_db()
    assert obligation.last_end == END


def test_a_later_end_without_reason_is_refused():
    obligation = scheduled()
    with pytest.raises(Refused) as refused:
        send(session_ended_later, obligation, last_end=END + HOUR, reason=" ", now=END + 2 * HOUR)
    assert refused.value.field == "reason"


def test_a_day_off_moves_what_is_pending_and_not_due_under_business_days():
    DeadlinePolicy.objects.create(effective_on=date(2026, 1, 1), business_days=True)
    manager = make_user("manager")
    obligation, past = scheduled(), scheduled(ends_at=END - timedelta(days=7))
    day = date(2026, 11, 24)
    day_off = services.add_day_off(
        day=day, name="Pilkada", category=DayOffCategory.PUBLIC, site=None, actor=manager, now=BEFORE + HOUR
    )
    obligation.refresh_from_db()
    assert obligation.due_at == DUE + timedelta(days=1)
    assert obligation.explanation["skipped"] == [{"day": "2026-11-24", "name": "Pilkada", "name_en": "Pilkada"}]
    change = obligation.changes.last()
    assert (change.cause, change.actor) == (ChangeCause.DAY_OFF, manager)
    services.remove_day_off(day_off=day_off, actor=manager, now=BEFORE + 2 * HOUR)
    obligation.refresh_from_db()
    assert obligation.due_at == DUE
    assert changes(obligation) == ["scheduled", "day_off", "day_off"]
    assert changes(past) == ["scheduled"]


def test_collective_leave_moves_it_only_where_the_rule_says_that_it_is_off():
    manager = make_user("manager")
    DeadlinePolicy.objects.create(effective_on=date(2026, 1, 1), business_days=True)
    obligation = scheduled()
    leave = {"day": date(2026, 11, 24), "name": "Cuti bersama", "category": DayOffCategory.COLLECTIVE_LEAVE}
    services.add_day_off(**leave, site=None, actor=manager, now=BEFORE)
    obligation.refresh_from_db()
    assert obligation.due_at == DUE
    services.add_policy(
        site=None,
        effective_on=BEFORE.date(),
        business_days=True,
        collective_leave_is_off=True,
        actor=manager,
        now=BEFORE,
    )
    obligation.refresh_from_db()
    assert obligation.due_at == DUE + timedelta(days=1)


def test_a_local_day_off_counts_at_its_site_only():
    DeadlinePolicy.objects.create(effective_on=date(2026, 1, 1), business_days=True)
    site, manager = SiteFactory(), make_user("manager")
    here, elsewhere = scheduled(make_session(make_plan(site=site))), scheduled()
    services.add_day_off(
        day=date(2026, 11, 24), name="HUT kota", category=DayOffCategory.LOCAL, site=site, actor=manager, now=BEFORE
    )
    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.due_at, elsewhere.due_at) == (DUE + timedelta(days=1), DUE)


def test_a_new_rule_moves_what_is_not_due_and_names_itself():
    manager = make_user("manager")
    friday = datetime(2026, 11, 27, 11, tzinfo=WIB)
    obligation = scheduled(ends_at=friday)
    policy = services.add_policy(
        site=None,
        effective_on=BEFORE.date(),
        business_days=True,
        collective_leave_is_off=False,
        actor=manager,
        now=BEFORE,
    )
    obligation.refresh_from_db()
    assert obligation.due_at == datetime(2026, 12, 1, tzinfo=WIB)
    assert obligation.policy == policy
    assert changes(obligation) == ["scheduled", "policy"]


def test_a_rule_cannot_begin_in_the_past_which_was_counted_by_the_rule_of_then():
    """4.3, 5.3.2: what was due on a day that is over stays explained by the rule that held then."""
    yesterday = BEFORE.date() - timedelta(days=1)
    rule = {"site": None, "business_days": True, "collective_leave_is_off": False}
    with pytest.raises(Refused, match="19 November 2026") as refused:
        services.add_policy(**rule, effective_on=yesterday, actor=make_user("manager"), now=BEFORE)
    assert (refused.value.field, refused.value.code) == ("effective_on", "begins_in_the_past")
    assert not DeadlinePolicy.objects.filter(effective_on=yesterday).exists()


def test_a_change_of_rule_never_makes_a_report_late_looking_back():
    manager = make_user("manager")
    business = DeadlinePolicy.objects.create(effective_on=date(2026, 11, 1), business_days=True)
    friday = datetime(2026, 11, 27, 11, tzinfo=WIB)
    obligation = scheduled(ends_at=friday)
    monday_noon = datetime(2026, 11, 30, 12, tzinfo=WIB)  # calendar days would have been due on Saturday
    DeadlinePolicy.objects.filter(pk=business.pk).update(removed_at=monday_noon)
    recount_obligations(cause=ChangeCause.POLICY, actor=manager, now=monday_noon)
    obligation.refresh_from_db()
    assert obligation.due_at == datetime(2026, 12, 1, tzinfo=WIB)


def test_nothing_moves_a_submitted_or_void_obligation():
    DeadlinePolicy.objects.create(effective_on=date(2026, 1, 1), business_days=True)
    manager = make_user("manager")
    submitted, void = scheduled(), scheduled()
    ReportObligation.objects.filter(pk=submitted.pk).update(
        state="submitted", submitted_at=END + HOUR, submitted_by=submitted.owner
    )
    send(session_cancelled, void, reason="Sistem padam", now=END)
    services.add_day_off(
        day=date(2026, 11, 24), name="Pilkada", category=DayOffCategory.PUBLIC, site=None, actor=manager, now=END
    )
    for obligation in (submitted, void):
        send(session_ended_later, obligation, last_end=END + HOUR, reason="Lambat", now=END + 2 * HOUR)
        send(session_rescheduled, obligation, old_ends_at=END, now=END + 2 * HOUR)
        assert (obligation.due_at, obligation.last_end) == (DUE, END)


# --- Void, draft, reconcile --------------------------------------------------------------------------------


def test_cancelled_before_the_due_time_it_is_void_with_its_reason():
    obligation = send(session_cancelled, scheduled(), reason="Sistem padam", now=DUE - timedelta(microseconds=1))
    assert (obligation.state, obligation.void_reason, obligation.breached_at) == ("void", "Sistem padam", None)
    assert changes(obligation) == ["scheduled", "cancelled"]
    assert services.breach_overdue(now=DUE + HOUR) == 0


def test_cancelled_at_the_due_time_the_breach_stays_and_a_report_is_still_owed():
    obligation = send(session_cancelled, scheduled(), reason="Sistem padam", now=DUE)
    assert (obligation.state, obligation.breached_at) == (ObligationState.PENDING, DUE)
    assert TrainingReport.objects.filter(obligation=obligation).exists()


@pytest.mark.parametrize("state", ["submitted", "void"])
def test_cancelling_twice_or_after_submission_changes_nothing(state):
    obligation = scheduled()
    known = {"submitted": {"submitted_at": END + HOUR, "submitted_by": obligation.owner}, "void": {"void_reason": "x"}}
    ReportObligation.objects.filter(pk=obligation.pk).update(state=state, **known[state])
    send(session_cancelled, obligation, reason="Sistem padam", now=END + 2 * HOUR)
    assert obligation.state == state
    assert changes(obligation) == ["scheduled"]


def test_concluding_opens_the_draft_once():
    obligation = scheduled()
    for _again in range(2):
        send(session_concluded, obligation, now=END + HOUR)
    report = TrainingReport.objects.get()
    assert report.obligation == obligation
    assert report.number.startswith("LH-2026-")
    assert report.state == "draft"


def test_reconcile_makes_what_is_missing_and_then_reports_nothing():
    lost, held = make_session(), make_session(state="concluded")
    make_session(state="cancelled")
    assert services.reconcile_obligations(now=BEFORE) == {"obligations": 2, "drafts": 1}
    assert ReportObligation.objects.filter(training_session__in=[lost, held]).count() == 2
    assert services.reconcile_obligations(now=BEFORE) == {"obligations": 0, "drafts": 0}


def test_the_command_reports_zero_in_normal_running(capsys):
    from django.core.management import call_command

    scheduled()
    call_command("reconcile")
    assert capsys.readouterr().out == "obligations made: 0, drafts made: 0\n"


# --- The database holds it ---------------------------------------------------------------------------------


def test_the_database_keeps_changes_breaches_and_the_first_submission():
    obligation = send(session_cancelled, scheduled(), reason="Padam", now=DUE)
    attempts = [
        lambda: obligation.changes.update(reason="lain"),
        lambda: obligation.changes.all().delete(),
        lambda: ReportObligation.objects.filter(pk=obligation.pk).update(breached_at=None),
        lambda: ReportObligation.objects.filter(pk=obligation.pk).update(due_at=DUE + HOUR, breached_at=DUE + HOUR),
        lambda: ReportObligation.objects.filter(pk=obligation.pk).update(state="void", void_reason="lain"),
        lambda: ReportObligation.objects.filter(pk=obligation.pk).update(state="submitted"),
        lambda: ReportObligation.objects.filter(pk=obligation.pk).update(
            state="submitted", submitted_at=DUE - HOUR, submitted_by=obligation.owner
        ),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
