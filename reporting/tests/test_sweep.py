"""Breaches and reminders by the clock (clause 5.3.2; DESIGN.md §5.1; DLN-3)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from reporting import services
from reporting.models import DayOff, DeadlinePolicy, ReportObligation
from reporting.signals import obligation_breached
from reporting.tasks import sweep_deadlines
from reporting.tests.factories import BEFORE, DUE, END, WIB, make_plan, make_session
from trainingops.audit.models import Entry
from trainingops.jobs.models import Heartbeat
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.notifications.services import finish_bulk
from trainingops.notifications.texts import notice_text
from trainingops.people.models import RosterDay, ShiftCode
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_agent, make_user
from trainingops.people.working import is_working, working_from

pytestmark = pytest.mark.clause("5.3.2")
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def owed(plan=None, **fields):
    training_session = make_session(plan or make_plan(), **fields)
    return services.schedule_obligation(training_session=training_session, actor=None, now=BEFORE)


@pytest.fixture
def heard():
    """What other stages heard of breaches."""
    calls = []

    def hear(obligation, now, **_rest):
        calls.append(obligation.pk)

    obligation_breached.connect(hear)
    yield calls
    obligation_breached.disconnect(hear)


@pytest.mark.django_db
@pytest.mark.parametrize("noticed_after", [timedelta(), 30 * SECOND, timedelta(days=40)])
def test_a_breach_is_at_the_due_time_whoever_notices_it_when(noticed_after, heard):
    obligation = owed()
    assert services.breach_overdue(now=DUE - timedelta(microseconds=1)) == 0
    assert services.breach_overdue(now=DUE + noticed_after) == 1
    obligation.refresh_from_db()
    assert (obligation.breached_at, obligation.state) == (DUE, "pending")
    assert heard == [obligation.pk]


@pytest.mark.django_db
def test_it_tells_pic_trainers_and_the_manager_in_scope_once(heard):
    site, line = SiteFactory(), ServiceLineFactory()
    pic, teacher = (make_user("trainer", site=site, line=line, email=f"{n}@contoh.id") for n in "ab")
    manager = make_user("manager", site=site)
    make_user("manager", site=SiteFactory())
    make_user("qc", site=site)
    obligation = owed(make_plan(site=site, line=line, pic=pic), teacher=teacher)
    for _again in range(3):
        services.breach_overdue(now=DUE + HOUR)
        finish_bulk(now=DUE + HOUR)
    notices = Notice.objects.filter(kind="report.breached", subject=obligation.uuid)
    assert set(notices.values_list("recipient", flat=True)) == {pic.pk, teacher.pk, manager.pk}
    assert notices.count() == 3
    assert OutboxMessage.objects.filter(kind="report.breached").count() == 2
    assert heard == [obligation.pk]
    assert Entry.objects.filter(verb="obligation.breached").count() == 1


@pytest.mark.django_db
def test_a_notice_is_written_in_the_language_of_its_reader():
    site = SiteFactory()
    make_user("manager", site=site, language="en")
    make_user("manager", site=site, language="id")
    owed(make_plan(site=site))
    services.breach_overdue(now=DUE)
    params = Notice.objects.filter(kind="report.breached").latest("pk").params
    shown = {language: notice_text("report.breached", params, language=language).body for language in ("id", "en")}
    assert all(re.search(r"\d November 2026 \d\d\.\d\d WIB", words) for words in shown.values())
    assert "Batas laporan" in shown["id"] and "was due" in shown["en"]


@pytest.mark.django_db
def test_submitted_and_void_obligations_are_never_breached():
    void, done = owed(), owed()
    services.cancel_obligation(training_session=void.training_session, reason="Padam", actor=None, now=END)
    ReportObligation.objects.filter(pk=done.pk).update(state="submitted", submitted_at=END, submitted_by=done.owner)
    assert services.breach_overdue(now=DUE + HOUR) == 0


@pytest.mark.django_db
def test_many_are_noted_in_batches(monkeypatch):
    monkeypatch.setattr("reporting.services.breaches.BATCH", 2)
    plan = make_plan()
    for _each in range(5):
        owed(plan)
    assert services.breach_overdue(now=DUE) == 5


@pytest.mark.django_db
def test_a_failing_listener_rolls_the_breach_back_and_the_next_sweep_notes_it():
    obligation = owed()

    def fail(**_rest):
        raise RuntimeError("not now")

    obligation_breached.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            services.breach_overdue(now=DUE)
    finally:
        obligation_breached.disconnect(fail)
    obligation.refresh_from_db()
    assert obligation.breached_at is None
    assert not Notice.objects.exists()
    assert services.breach_overdue(now=DUE + 30 * SECOND) == 1
    obligation.refresh_from_db()
    assert obligation.breached_at == DUE


def test_several_workers_at_once_note_each_breach_once(committed_db, heard):
    plan = make_plan()
    count, workers = 8, 4
    for _each in range(count):
        owed(plan)
    barrier = Barrier(workers)

    def sweep(_number):
        try:
            barrier.wait(timeout=30)
            return services.breach_overdue(now=DUE + SECOND)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        assert sum(pool.map(sweep, range(workers))) == count
    assert ReportObligation.objects.filter(breached_at=DUE).count() == count
    assert Entry.objects.filter(verb="obligation.breached").count() == count
    assert Notice.objects.filter(kind="report.breached").count() == count
    assert sorted(heard) == sorted(ReportObligation.objects.values_list("pk", flat=True))


def test_several_workers_at_once_remind_once(committed_db):
    owed()
    workers = 4
    barrier = Barrier(workers)

    def sweep(_number):
        try:
            barrier.wait(timeout=30)
            return services.remind_owners(now=DUE - 14 * HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(sweep, range(workers)))
    assert Notice.objects.filter(kind="report.reminder").count() == 1


@pytest.mark.django_db
def test_the_sweep_leaves_a_heartbeat_and_needs_no_broker(monkeypatch):
    monkeypatch.setattr("trainingops.jobs.clock.database_now", timezone.now)  # the database's clock travels, too
    owed()
    with time_machine.travel(DUE + SECOND, tick=False):
        sweep_deadlines()
    assert Heartbeat.objects.get(name="deadlines").beat_at == DUE + SECOND
    assert ReportObligation.objects.get().breached_at == DUE


# --- Reminders ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.point("DLN-3")
def test_reminders_come_at_nine_and_at_three_of_the_due_day_once_each():
    obligation = owed()
    nine = datetime(2026, 11, 24, 9, tzinfo=WIB)
    assert services.remind_owners(now=nine - SECOND) == 0
    assert services.remind_owners(now=nine) == 1
    assert services.remind_owners(now=nine + HOUR) == 0
    assert services.remind_owners(now=nine + 6 * HOUR) == 1
    assert services.remind_owners(now=nine + 7 * HOUR) == 0
    assert services.remind_owners(now=DUE - SECOND) == 0
    assert set(Notice.objects.values_list("recipient", flat=True)) == {obligation.owner_id}


@pytest.mark.django_db
@pytest.mark.point("DLN-3")
def test_outside_working_hours_nobody_is_reminded_but_a_breach_is_told():
    owed()
    for hour in (17, 20, 23):
        assert services.remind_owners(now=datetime(2026, 11, 24, hour, tzinfo=WIB)) == 0
    assert not Notice.objects.exists()
    services.breach_overdue(now=DUE)
    assert Notice.objects.filter(kind="report.breached").exists()


@pytest.mark.django_db
@pytest.mark.point("DLN-3")
def test_a_roster_goes_before_the_hours_of_the_site():
    site = SiteFactory(opens_at=time(8), closes_at=time(17))
    person = make_agent(site)
    user = make_user("trainer", person=person)
    day = date(2026, 11, 24)
    nine, evening = datetime(2026, 11, 24, 9, tzinfo=WIB), datetime(2026, 11, 24, 21, tzinfo=WIB)
    assert (is_working(user, nine), is_working(user, evening)) == (True, False)
    shift = ShiftCode.objects.create(code="M", name="Malam", starts_at=time(20), ends_at=time(5))
    row = RosterDay.objects.create(
        person=person, day=day, code=shift, starts_at=evening - HOUR, ends_at=evening + 8 * HOUR
    )
    assert (is_working(user, nine), is_working(user, evening)) == (False, True)
    assert is_working(user, evening + 7 * HOUR)  # after midnight, still on shift
    row.starts_at = row.ends_at = None
    row.save()
    assert not is_working(user, evening)


@pytest.mark.django_db
@pytest.mark.point("DLN-3")
def test_the_hours_are_those_of_the_recipients_own_site():
    east = make_user("trainer", person=make_agent(SiteFactory(timezone="Asia/Jayapura")))
    assert is_working(east, datetime(2026, 11, 24, 14, 59, tzinfo=WIB))  # 16.59 WIT
    assert not is_working(east, datetime(2026, 11, 24, 15, tzinfo=WIB))  # 17.00 WIT
    abroad = make_user("trainer", timezone="Asia/Makassar")
    assert is_working(abroad, datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Asia/Makassar")))
    assert not is_working(abroad, datetime(2026, 11, 24, 7, 59, tzinfo=ZoneInfo("Asia/Makassar")))


@pytest.mark.django_db
@pytest.mark.point("DLN-3")
@pytest.mark.parametrize("has_site", [True, False])
def test_without_roster_weekends_and_days_off_are_no_working_time(has_site):
    user = make_user("trainer", **({"person": make_agent(SiteFactory())} if has_site else {}))
    DayOff.objects.update_or_create(day=date(2026, 12, 25), category="public", defaults={"name": "Natal"})

    def at(month, day, hour):
        return datetime(2026, month, day, hour, tzinfo=WIB)

    assert is_working(user, at(11, 27, 10))
    assert not any(is_working(user, moment) for moment in (at(11, 28, 10), at(11, 29, 10), at(12, 25, 10)))
    assert working_from(user, at(11, 28, 10)) == at(11, 30, 8)
    assert working_from(user, at(12, 24, 18)) == at(12, 28, 8), "over Christmas and the weekend"


@pytest.mark.django_db
@pytest.mark.point("DLN-3")
@pytest.mark.parametrize(("business_days", "told"), [(False, 1), (True, 0)])
def test_what_is_due_on_a_saturday_by_calendar_days_is_reminded_of_on_it(business_days, told):
    obligation = owed()
    due_at = datetime(2026, 11, 28, 17, tzinfo=UTC)  # the midnight that ends Saturday in Jakarta
    rule = DeadlinePolicy.objects.create(effective_on=date(2026, 11, 24), business_days=business_days)
    ReportObligation.objects.filter(pk=obligation.pk).update(due_at=due_at, policy=rule)
    services.remind_owners(now=datetime(2026, 11, 27, 12, tzinfo=UTC))  # Friday evening
    assert services.remind_owners(now=datetime(2026, 11, 28, 5, tzinfo=UTC)) == told


@pytest.mark.django_db
def test_of_two_leads_passed_while_away_only_the_last_is_told():
    person = make_agent(SiteFactory(opens_at=time(16), closes_at=time(22)))
    obligation = owed(make_plan(pic=make_user("trainer", person=person)))
    assert services.remind_owners(now=DUE - 14 * HOUR) == 0
    assert services.remind_owners(now=DUE - 7 * HOUR) == 1
    assert Notice.objects.get(subject=obligation.uuid).step.startswith("9h")


@pytest.mark.django_db
def test_a_moved_due_time_reminds_again_and_a_submitted_one_never():
    obligation = owed()
    assert services.remind_owners(now=DUE - 14 * HOUR) == 1
    services.extend_obligation(
        training_session=obligation.training_session,
        last_end=END + 14 * HOUR,
        reason="Lambat",
        actor=None,
        now=DUE - 13 * HOUR,
    )
    tomorrow = DUE + 10 * HOUR
    assert services.remind_owners(now=tomorrow) == 1
    ReportObligation.objects.update(state="submitted", submitted_at=tomorrow, submitted_by=obligation.owner)
    assert services.remind_owners(now=tomorrow + 6 * HOUR) == 0


@pytest.mark.django_db
def test_reminding_by_hand_is_refused_when_nothing_is_owed():
    from trainingops.domain import NotAllowed, WrongState

    obligation = owed()
    with pytest.raises(NotAllowed):
        services.remind_owner(obligation=obligation, actor=make_user("qc"), now=END)
    manager = make_user("manager")
    services.remind_owner(obligation=obligation, actor=manager, now=END)
    services.cancel_obligation(training_session=obligation.training_session, reason="Padam", actor=None, now=END)
    with pytest.raises(WrongState):
        services.remind_owner(obligation=obligation, actor=manager, now=END)
