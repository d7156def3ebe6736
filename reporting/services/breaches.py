"""A breach is a fact of time: ``breached_at = due_at``, whoever notices it when (DESIGN.md §2, §5.1)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.queries import rule_of
from reporting.services.line import Line
from reporting.services.telling import address_of, subject_words, tell
from reporting.signals import obligation_breached
from trainingops.audit.journal import record, service
from trainingops.ui.stored import stored_moment

BATCH = 100


def breach_overdue(*, now: datetime) -> int:
    """Note every breach there is at ``now``; how many were new. The sweep writes the mails when it is done.

    Right when it runs late, twice, or on several workers at once: a batch is one transaction that takes only rows
    that nobody else holds, and a row that was noted is never found again.
    """
    noted = 0
    while found := _breach_batch(now=now):
        noted += found
    return noted


@service
def _breach_batch(*, now: datetime) -> int:
    overdue = list(
        ReportObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(state=ObligationState.PENDING, breached_at=None, due_at__lte=now)
        .select_related("owner", "policy", "training_session__plan", "training_session__site")
        .order_by("due_at", "pk")[:BATCH]
    )
    line = Line(overdue, now)
    return sum(_mark(each, line, now, bulk=True) for each in overdue)


@service
def mark_breach(*, obligation: ReportObligation, now: datetime) -> bool:
    """Note the breach of one overdue obligation, with its notices and its signal; whether it was new.

    The compare-and-swap decides: a second caller changes nothing and tells nobody.
    """
    return _mark(obligation, Line([obligation], now), now)


def _mark(obligation: ReportObligation, line: Line, now: datetime, *, bulk: bool = False) -> bool:
    steps = rule_of(obligation).escalation
    escalate_at = obligation.due_at + steps[0][1] if steps else None
    swapped = ReportObligation.objects.filter(
        pk=obligation.pk, state=ObligationState.PENDING, breached_at=None, due_at__lte=now
    ).update(breached_at=F("due_at"), escalate_at=escalate_at)
    if not swapped:
        return False
    obligation.breached_at, obligation.escalate_at = obligation.due_at, escalate_at
    tell(
        kind="report.breached",
        recipients={*line.responsible(obligation), *line.managers(obligation)},
        subject=obligation,
        url=address_of(obligation),
        now=now,
        bulk=bulk,
        params=lambda: {
            **subject_words(obligation.training_session),
            "owner": obligation.owner.name,
            "due": stored_moment(obligation.last_minute, obligation.zone),
        },
    )
    obligation_breached.send(sender=ReportObligation, obligation=obligation, now=now)
    record("obligation.breached", subject=obligation, actor=None, now=now, data={"due_at": obligation.due_at})
    return True
