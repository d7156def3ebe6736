# ruff: noqa: E402, T201 - a script: Django is set up first, and what it prints is its answer
"""The deadlines of the chaos test: ``fill`` lets reports fall due one after the other while everything is being killed,
``check`` waits until they are told and prints what is wrong, a line each, then the ids of the mails as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from collections import Counter
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reporting.models import ReportObligation
from reporting.tasks import sweep_deadlines
from reporting.tests.factories import make_plan, make_session, mandatory_recipients, many_sessions
from trainingops.jobs.wake import wake
from trainingops.notifications.models import Notice, OutboxMessage, OutboxState
from trainingops.notifications.tasks import sweep_outbox
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, UserFactory, make_user


def fill(seconds: float, number: int, *, ask_every: float | None = None) -> None:
    """``number`` reports fall due over ``seconds``; meanwhile the sweeps are asked for, so that work is in flight."""
    ContentType.objects.clear_cache()
    for factory in (SiteFactory, ServiceLineFactory, UserFactory):
        factory.reset_sequence(5000)  # chaos_work makes its own beside
    site, line = SiteFactory(), ServiceLineFactory()
    parties = mandatory_recipients(site, line)
    pic = make_user("trainer", site=site, line=line, email="pic.kacau@contoh.id")
    model = make_session(make_plan(site=site, line=line, pic=pic, recipients=parties))
    now = timezone.now()
    rows = many_sessions((model, now - timedelta(days=1)) for _each in range(number))
    ReportObligation.objects.bulk_create(
        ReportObligation(
            training_session=row,
            owner=pic,
            last_end=row.ends_at,
            due_at=now + timedelta(seconds=seconds * each / number),
            timezone=site.timezone,
            created_at=row.ends_at,
        )
        for each, row in enumerate(rows)
    )
    print("begun", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ask_every:
            ask()
        time.sleep(ask_every or 0.2)


def ask() -> None:
    """Wake the sweeps; a broker that is down costs nothing."""
    for task in (sweep_deadlines, sweep_outbox):
        wake(task)


def finish(seconds: float) -> None:
    """Let the leases of what was killed run out now instead of in minutes, then wait for the workers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            close_old_connections()
            past = timezone.now() - timedelta(seconds=1)
            waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING)
            waiting.update(lease_until=past, not_before=past)
            # What a sweep found within half an hour of somebody's last mail waits for the next one.
            told = Notice.objects.waiting().filter(gathered=True)
            told.update(created_at=past - timedelta(minutes=5))
            OutboxMessage.objects.filter(state=OutboxState.SENT).update(created_at=past - timedelta(hours=1))
            missing = ReportObligation.objects.filter(breached_at=None)
            if not (waiting.exists() or told.exists() or missing.exists()):
                return
        except DatabaseError:
            pass
        ask()
        time.sleep(0.5)


def problems() -> list[str]:
    """What is lost, doubled or at a wrong time."""
    found = []
    told: Counter[tuple[object, int]] = Counter(
        Notice.objects.filter(kind="report.breached").values_list("subject", "recipient")
    )
    people = {each for _subject, each in told}
    for obligation in ReportObligation.objects.all():
        if obligation.breached_at != obligation.due_at:
            found.append(f"{obligation.uuid} due {obligation.due_at}: breached at {obligation.breached_at}")
        found += [
            f"{obligation.uuid}: {person} was told {told[obligation.uuid, person]} times"
            for person in people
            if told[obligation.uuid, person] != 1
        ]
    if len(people) != 2:  # PIC and manager
        found.append(f"told were {len(people)} instead of 2")
    lost = Notice.objects.filter(gathered=True, carrier=None).count()
    unsent = OutboxMessage.objects.exclude(state=OutboxState.SENT).count()
    if lost or unsent:
        found.append(f"{lost} notices without mail, {unsent} mails unsent")
    return found


def delays(seconds: float) -> list[float]:
    """How many seconds after its due time each breach was told; the last is waited for ``seconds``."""
    end = time.monotonic() + seconds
    while ReportObligation.objects.filter(breached_at=None).exists() and time.monotonic() < end:
        time.sleep(1)
    due = dict(ReportObligation.objects.values_list("uuid", "due_at"))
    told = Notice.objects.filter(kind="report.breached").values_list("subject", "created_at")
    return sorted((at - due[subject]).total_seconds() for subject, at in told)


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(float(sys.argv[2]), int(sys.argv[3]), ask_every=float(sys.argv[4]))
    elif sys.argv[1] == "delays":
        fill(float(sys.argv[2]), int(sys.argv[3]))
        print(json.dumps(delays(120)))
    else:
        finish(float(sys.argv[2]))
        sent = list(OutboxMessage.objects.values_list("message_id", flat=True))
        print(json.dumps({"problems": problems(), "mails": sent}))
