"""Up the line while a report is missing: each step of the rule once, until the first submission (5.3.2)."""

from __future__ import annotations

from datetime import datetime

from reporting.enums import EscalationStep, ObligationState
from reporting.models import ReportObligation
from reporting.queries import rule_of
from reporting.services.breaches import BATCH, WITH
from reporting.services.line import Line
from reporting.services.telling import address_of, overdue_words
from trainingops.audit.journal import record, service
from trainingops.notifications.services import Told, notify_many
from trainingops.people.models import User


def escalate_overdue(*, now: datetime) -> int:
    """Tell of every missing report whose next step has come; how many were told.

    As safe to run late, twice or on several workers as :func:`reporting.services.breaches.breach_overdue`. Of several
    steps that passed meanwhile only the last is told: it reaches everybody that those before it would have. The steps
    of a class that was filed after its due time count from the filing: its own line hears of the breach first.
    """
    told, line = 0, Line(now)
    while found := _escalate_batch(line=line, now=now):
        told += found
    return told


@service
def _escalate_batch(*, line: Line, now: datetime) -> int:
    waiting = list(
        ReportObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(state=ObligationState.PENDING, escalate_at__lte=now)
        .select_related(*WITH)
        .order_by("escalate_at", "pk")[:BATCH]
    )
    line.load(waiting)
    told = [each for each in waiting if _step(each, now)]
    ReportObligation.objects.bulk_update(waiting, ["escalated_to", "escalate_at"])
    notify_many(
        kind="report.escalated",
        told=[
            Told(each, _audience(each, line), address_of(each), overdue_words(each), step=each.escalated_to)
            for each in told
        ],
        now=now,
    )
    for each in told:
        data = {"step": each.escalated_to}
        record("obligation.escalated", subject=each, actor=None, now=now, data=data)
    return len(waiting)


def _step(obligation: ReportObligation, now: datetime) -> bool:
    """Set the last step that has come, and when the one after it does; whether there is one."""
    steps = [(step, obligation.known_late_at + after) for step, after in rule_of(obligation).escalation]
    reached = [step for step, at in steps if at <= now]
    obligation.escalated_to = reached[-1] if reached else obligation.escalated_to
    obligation.escalate_at = next((at for _step, at in steps if at > now), None)
    return bool(reached)


def _audience(obligation: ReportObligation, line: Line) -> set[User]:
    if obligation.escalated_to == EscalationStep.PARTIES:
        return line.first(obligation) | line.parties(obligation)
    return line.first(obligation)
