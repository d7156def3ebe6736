"""After an outage of three days: everything is caught up in one sweep, and nobody is flooded (DESIGN.md §5.1).

``OUTAGE`` overdue obligations; `make chaos` takes 5,000 and allows a minute.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.models import TrainingDefect
from reporting import services
from reporting.models import ReportObligation
from reporting.tasks import sweep_deadlines
from reporting.tests.factories import make_plan, make_session, mandatory_recipients, many_sessions
from trainingops.jobs.clock import agreed_now
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
OUTAGE = int(os.environ.get("OUTAGE", "120"))
PLACES = 4


def overdue(number: int) -> None:
    """So many obligations that fell due one after the other while nothing ran."""
    due = timezone.now() - timedelta(hours=72)
    models = []
    for _each in range(PLACES):
        site, line = SiteFactory(), ServiceLineFactory()
        parties = mandatory_recipients(site, line)
        pic = make_user("trainer", site=site, line=line, email=f"pic.{site.code}@contoh.id")
        models.append(make_session(make_plan(site=site, line=line, pic=pic, recipients=parties)))
    rows = many_sessions((models[each % PLACES], due - timedelta(days=1)) for each in range(number))
    ReportObligation.objects.bulk_create(
        ReportObligation(
            training_session=row,
            owner=row.plan.pic,
            last_end=row.ends_at,
            due_at=due + timedelta(seconds=each % 86400),
            timezone=row.site.timezone,
            created_at=row.ends_at,
        )
        for each, row in enumerate(rows)
    )


def test_three_days_are_caught_up_in_one_sweep_with_one_mail_for_each_person():
    overdue(OUTAGE)
    begun = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        sweep_deadlines()
    took = time.monotonic() - begun
    assert took < 60
    if OUTAGE < 1000:
        assert len(queries) < 4 * OUTAGE + 200, "two queries for each training defect, the rest for many together"
    breached = ReportObligation.objects.exclude(breached_at=None)
    assert [each.breached_at for each in breached] == [each.due_at for each in breached]
    assert breached.count() == TrainingDefect.objects.count() == OUTAGE
    told = Counter(Notice.objects.values_list("kind", flat=True))
    assert told == {"report.breached": OUTAGE * 2, "report.escalated": OUTAGE * 5}  # PIC and manager; all parties, too
    mails = Counter(OutboxMessage.objects.values_list("recipient", flat=True))
    assert set(mails.values()) == {1} and len(mails) == PLACES * 5
    sweep_deadlines()
    assert Notice.objects.count() == OUTAGE * 7
    assert OutboxMessage.objects.count() == PLACES * 5


@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(hours=-2), timedelta(days=1), timedelta(days=-1)])
@pytest.mark.parametrize("whose", ["django.utils.timezone.now", "trainingops.jobs.clock.database_now"])
def test_a_clock_that_was_moved_breaches_nothing_early_and_withdraws_nothing(monkeypatch, off, whose):
    """Of this host or of the database, by two hours or a day: the sweep goes by the earlier of the two."""
    now = timezone.now()
    ends = now - timedelta(days=2)
    rows = many_sessions((make_session(), ends) for _each in range(3))
    obligations = [services.schedule_obligation(training_session=row, actor=None, now=ends) for row in rows]
    passed, soon, later = obligations
    for obligation, due_in in ((passed, -timedelta(days=1, hours=1)), (soon, timedelta(hours=1)), (later, abs(off))):
        ReportObligation.objects.filter(pk=obligation.pk).update(due_at=now + due_in)
    monkeypatch.setattr(whose, lambda: now + off)
    assert agreed_now() <= now + timedelta(seconds=30)
    sweep_deadlines()
    for obligation in obligations:
        obligation.refresh_from_db()
    assert (soon.breached_at, later.breached_at) == (None, None)
    assert passed.breached_at == passed.due_at
    monkeypatch.undo()
    sweep_deadlines()
    passed.refresh_from_db()
    assert passed.breached_at == passed.due_at
