"""A breach is a fact of time: ``breached_at = due_at``, whoever notices it when (DESIGN.md §2, §5.1)."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from django.db.models import F
from django.db.models.functions import Greatest

from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.queries import rule_of
from reporting.services.line import Line
from reporting.services.telling import address_of, overdue_words, tell
from reporting.signals import obligation_breached
from trainingops.audit.journal import record, service
from trainingops.notifications.services import Told, notify_many

KIND = "report.breached"
BATCH = 200
#: What telling of an obligation reads.
WITH = ("owner", "policy", "training_session__plan", "training_session__site", "training_session__line")


def breach_overdue(*, now: datetime) -> int:
    """Note every breach there is at ``now``; how many were new. The sweep writes the mails when it is done.

    Right when it runs late, twice, or on several workers at once: a batch is one transaction that takes only rows
    that nobody else holds, and a row that was noted is never found again.
    """
    noted, line = 0, Line(now)
    while found := _breach_batch(line=line, now=now):
        noted += found
    return noted


@service
def _breach_batch(*, line: Line, now: datetime) -> int:
    overdue = list(
        ReportObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(state=ObligationState.PENDING, breached_at=None, due_at__lte=now)
        .select_related(*WITH)
        .order_by("due_at", "pk")[:BATCH]
    )
    line.load(overdue)
    noted = _swap(overdue, now)
    told = [Told(each, line.first(each), address_of(each), overdue_words(each)) for each in noted]
    notify_many(kind=KIND, told=told, now=now)
    for each in noted:
        _pass_on(each, now)
    return len(noted)


@service
def mark_breach(*, obligation: ReportObligation, now: datetime) -> bool:
    """Note the breach of one overdue obligation, with its notices and its signal; whether it was new.

    The compare-and-swap decides: a second caller changes nothing and tells nobody.
    """
    if not _swap([obligation], now):
        return False
    line = Line(now)
    line.load([obligation])
    tell(
        kind=KIND,
        recipients=line.first(obligation),
        subject=obligation,
        url=address_of(obligation),
        now=now,
        params=lambda: overdue_words(obligation),
    )
    _pass_on(obligation, now)
    return True


def _swap(obligations: list[ReportObligation], now: datetime) -> list[ReportObligation]:
    """Write the breach of those that have none; they are locked, or only one. Those that were written."""
    noted: list[ReportObligation] = []
    known_late = Greatest("due_at", "created_at")  # ReportObligation.known_late_at
    for _rule, group in groupby(sorted(obligations, key=_rule_key), key=_rule_key):
        rows = list(group)
        steps = rule_of(rows[0]).escalation
        free = ReportObligation.objects.filter(
            pk__in=[each.pk for each in rows], state=ObligationState.PENDING, breached_at=None, due_at__lte=now
        )
        if free.update(breached_at=F("due_at"), escalate_at=known_late + steps[0][1] if steps else None):
            noted += rows
    for each in noted:
        each.breached_at = each.due_at
    return noted


def _rule_key(obligation: ReportObligation) -> int:
    return obligation.policy_id or 0


def _pass_on(obligation: ReportObligation, now: datetime) -> None:
    obligation_breached.send(sender=ReportObligation, obligation=obligation, now=now)
    record("obligation.breached", subject=obligation, actor=None, now=now, data={"due_at": obligation.due_at})
