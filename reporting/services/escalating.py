"""Up the line while a report is missing: each step of the rule once, until the first submission (5.3.2)."""

from __future__ import annotations

from datetime import datetime

from reporting.enums import EscalationStep, ObligationState
from reporting.models import ReportObligation
from reporting.queries import rule_of
from reporting.services.breaches import BATCH
from reporting.services.line import Line
from reporting.services.telling import address_of, subject_words, tell
from trainingops.audit.journal import record, service
from trainingops.ui.stored import stored_moment


def escalate_overdue(*, now: datetime) -> int:
    """Tell of every missing report whose next step has come; how many were told.

    As safe to run late, twice or on several workers as :func:`reporting.services.breaches.breach_overdue`. Of several
    steps that passed meanwhile only the last is told: it reaches everybody that those before it would have.
    """
    told = 0
    while found := _escalate_batch(now=now):
        told += found
    return told


@service
def _escalate_batch(*, now: datetime) -> int:
    waiting = list(
        ReportObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(state=ObligationState.PENDING, escalate_at__lte=now)
        .select_related("owner", "policy", "training_session__plan", "training_session__site")
        .order_by("escalate_at", "pk")[:BATCH]
    )
    line = Line(waiting, now)
    for each in waiting:
        _escalate(each, line, now)
    return len(waiting)


def _escalate(obligation: ReportObligation, line: Line, now: datetime) -> None:
    """Take the locked obligation to the last step that has come, and set when the one after it does."""
    steps = [(step, obligation.due_at + after) for step, after in rule_of(obligation).escalation]
    reached = [step for step, at in steps if at <= now]
    obligation.escalated_to = reached[-1] if reached else obligation.escalated_to
    obligation.escalate_at = next((at for _step, at in steps if at > now), None)
    obligation.save(update_fields=["escalated_to", "escalate_at"])
    if not reached:
        return
    told = {*line.responsible(obligation), *line.managers(obligation)}
    if obligation.escalated_to == EscalationStep.PARTIES:
        told |= line.parties(obligation)
    tell(
        kind="report.escalated",
        recipients=told,
        subject=obligation,
        step=obligation.escalated_to,
        url=address_of(obligation),
        now=now,
        bulk=True,
        params=lambda: {
            **subject_words(obligation.training_session),
            "owner": obligation.owner.name,
            "due": stored_moment(obligation.last_minute, obligation.zone),
        },
    )
    data = {"step": obligation.escalated_to}
    record("obligation.escalated", subject=obligation, actor=None, now=now, data=data)
