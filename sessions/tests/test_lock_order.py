"""Plan before session, wherever a target may settle (DESIGN.md §1): two connections never wait for each other."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from sessions.frozen import read_scheme
from sessions.models import RecoveryCase, TrainingSession
from sessions.services import (
    ScoreCell,
    open_case_test,
    record_scores,
    start_attempt,
    submit_attempt,
    suspend_cases,
)
from sessions.services.common import lock_plans
from sessions.tests.factories import absent, concluded
from trainingops.audit.models import Entry
from trainingops.people.models import LongLeave

HOUR = timedelta(hours=1)


def _submits(held, case, now):
    """The remedial test whose submission settles the case."""
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    user = case.enrolment.person.user  # who took the post-test
    attempt = start_attempt(enrolment=case.enrolment, phase="remedial", actor=user, now=now)
    return lambda: submit_attempt(attempt=attempt, actor=user, now=now)


def _scores(held, case, now):
    """The remedial score that does."""
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    cell = ScoreCell(case.enrolment_id, typed.uuid, Decimal(100))
    return lambda: record_scores(
        training_session=held.training_session, cells=[cell], attempt=2, actor=held.pic, now=now
    )


@pytest.mark.parametrize("settles", [_submits, _scores])
def test_who_settles_a_target_holds_no_session_while_waiting_for_its_plan(committed_db, settles):
    held = concluded(right=(2, 5, 5))
    case = RecoveryCase.objects.select_related("enrolment__person").get()
    step = settles(held, case, held.training_session.ends_at + HOUR)
    failed = []

    def run():
        try:
            step()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    try:
        with transaction.atomic():
            lock_plans([held.plan.pk])
            other.start()
            assert _somebody_waits(), failed or "it did not ask for the plan"
            # As who waives does, plan first: with the session held by the other this raises at once.
            rows = TrainingSession.objects.select_for_update(no_key=True, nowait=True)
            assert rows.get(pk=held.training_session.pk)
    finally:
        other.join(20)  # whatever was found: nobody works on while the rows are removed
    assert not other.is_alive()
    assert not failed


def _somebody_waits() -> bool:
    """Whether another connection waits for a lock of this one, within half a minute.

    ``pg_locks`` says so: ``pg_stat_activity`` shows a transaction for good who was connected when it first asked.
    """
    for _step in range(600):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.05)
    return False


def test_two_sweeps_at_once_suspend_a_case_once(committed_db):
    held = concluded(lambda people: absent(people[0]))
    case, now = RecoveryCase.objects.select_related("enrolment__person").get(), held.training_session.ends_at + HOUR
    LongLeave.objects.create(
        person=case.enrolment.person,
        starts_on=now.date(),
        ends_on=now.date() + timedelta(days=9),
        recorded_by=held.pic,
        recorded_at=now,
    )
    ready, changed = threading.Barrier(2), []

    def sweep():
        ready.wait(20)
        changed.append(suspend_cases(now=now))
        connection.close()

    threads = [threading.Thread(target=sweep) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(changed) == [0, 1]
    assert Entry.objects.filter(verb="case.suspended", subject=case.uuid).count() == 1
    case.refresh_from_db()
    assert case.due_at == case.first_due_at + timedelta(days=10)
