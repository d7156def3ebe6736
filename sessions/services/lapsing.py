"""Targets that lapse because somebody left or moved (4.3): the system proposes, people confirm, nothing is silent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from planning.queries.plans import holders, local_day
from planning.services.bookings import give_back
from sessions.enums import CaseState, OutcomeState, SessionState
from sessions.models import Enrolment, RecoveryCase, TargetOutcome, TrainingSession
from sessions.policies import can_confirm_lapse, can_decide
from sessions.queries.gone import still_open, why_gone
from sessions.services.cases import settle_case
from sessions.services.common import lock_plans, refresh_summary, require_reason
from sessions.services.outcomes import lock_case, refresh_outcomes, tell_settled
from sessions.services.waivers import lock_outcome, open_cases_of, outcome_of, require_open
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.models import User

_RELATED = ("person", "plan__site", "plan__line", "plan__pic", "plan__approved_revision__module_version")


@service
def propose_lapses(*, now: datetime, actor: User | None = None, people: Collection[int] | None = None) -> int:
    """Find who on target left, or moved to a line to which the module does not apply, and ask PIC and manager.

    A proposal that is no longer true is taken back; one that somebody declined is not made again for the same cause.

    Args:
        people: whose targets; all open ones when missing.

    Returns:
        how many proposals were made or taken back.
    """
    rows = still_open() if people is None else still_open().filter(person__in=people)
    wrong = _to_change(rows, now)
    if not wrong:
        return 0
    lock_plans(rows.filter(pk__in=wrong).values_list("plan", flat=True))
    locked = TargetOutcome.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wrong)
    causes = _to_change(locked.order_by("pk"), now)
    changed = list(TargetOutcome.objects.filter(pk__in=causes).select_related(*_RELATED).order_by("pk"))
    for outcome in changed:
        _propose(outcome, causes[outcome.pk], actor, now)
    TargetOutcome.objects.bulk_update(changed, ["lapse_cause", "lapse_proposed_at", "lapse_declined_at"])
    return len(changed)


@service
def lapse_case(*, case: RecoveryCase, reason: str, actor: User, now: datetime) -> RecoveryCase:
    """Confirm that somebody left or moved: the target lapses, with its open cases.

    Raises:
        NotAllowed: neither the manager of site and line nor, where the system proposed it, the PIC.
        WrongState: the case is settled.
        Refused: no reason; or the person still works where the module applies, which is a waiver.
    """
    plan, case = lock_case(case)
    outcome = outcome_of(case)
    require(can_decide(actor, plan) if outcome is None else can_confirm_lapse(actor, outcome, plan))
    require_reason(reason)
    require_open(case)
    if outcome is None:
        # Somebody beside the targets, such as an extra person: only the case can lapse.
        _require_gone(TargetOutcome(plan=plan, person=case.enrolment.person), now)
        settle_case(case, CaseState.LAPSED, actor=actor, now=now, note=reason)
        tell_settled({plan.pk}, actor, now)
    else:
        _lapse(outcome, reason, actor, now, case=case)
    refresh_summary(case.enrolment.training_session)
    case.refresh_from_db()
    return case


@service
def lapse_target(*, outcome: TargetOutcome, reason: str, actor: User, now: datetime) -> TargetOutcome:
    """The same for a target, also one whose class is still to come: nobody expects the person there any more.

    Raises: as :func:`lapse_case`.
    """
    plan, outcome = lock_outcome(outcome)
    require(can_confirm_lapse(actor, outcome, plan))
    require_reason(reason)
    if not still_open().filter(pk=outcome.pk).exists():
        raise WrongState(_("The target is “%(state)s” already.") % {"state": outcome.get_state_display()})
    _lapse(outcome, reason, actor, now)
    if outcome.enrolment is not None:
        _leave_class_to_come(outcome.enrolment, now)
        refresh_summary(outcome.enrolment.training_session)
    return outcome


@service
def keep_target(*, outcome: TargetOutcome, reason: str, actor: User, now: datetime) -> TargetOutcome:
    """Decline the proposal: the person is trained all the same.

    Raises:
        NotAllowed: neither the PIC nor the manager.
        WrongState: nothing is proposed.
        Refused: no reason.
    """
    plan, outcome = lock_outcome(outcome)
    require(can_confirm_lapse(actor, outcome, plan))
    require_reason(reason)
    if outcome.lapse_proposed_at is None or outcome.lapse_declined_at is not None:
        raise WrongState(_("No lapse is proposed for %(name)s.") % {"name": outcome.person.name})
    outcome.lapse_declined_at = now
    outcome.save(update_fields=["lapse_declined_at"])
    data = {"cause": outcome.lapse_cause}
    record("target.lapse_declined", subject=outcome, actor=actor, now=now, data=data, detail={"reason": reason})
    return outcome


def _to_change(rows: QuerySet[TargetOutcome], now: datetime) -> dict[int, str]:
    """Of these targets those whose cause to lapse is another by now, with it."""
    outcomes = list(rows.select_related(*_RELATED))
    causes = why_gone(outcomes, now)
    return {each.pk: causes[each.pk] for each in outcomes if causes[each.pk] != each.lapse_cause}


def _propose(outcome: TargetOutcome, cause: str, actor: Any, now: datetime) -> None:
    outcome.lapse_cause, outcome.lapse_declined_at = cause, None
    outcome.lapse_proposed_at = now if cause else None
    verb = "target.lapse_proposed" if cause else "target.lapse_withdrawn"
    record(verb, subject=outcome, actor=actor, now=now, data={"plan": outcome.plan.uuid, "cause": cause})
    if not cause:
        return
    plan = outcome.plan
    managers = holders("manager", site=plan.site, line=plan.line, day=local_day(now, plan.site))
    notify(
        kind="lapse_proposed",
        recipients={plan.pic, *managers},
        subject=outcome,
        step=now.isoformat(),
        url=reverse("target_lapse", args=[outcome.uuid]),
        params={"name": outcome.person.name, "title": plan.title},
        now=now,
    )


def _lapse(
    outcome: TargetOutcome, reason: str, actor: User, now: datetime, *, case: RecoveryCase | None = None
) -> None:
    """Cases and target lapse together; a target that is trained already keeps that, and its remedial case goes."""
    _require_gone(outcome, now)
    cases = open_cases_of(outcome.enrolment) if outcome.enrolment else []
    if case is not None and case.pk not in {each.pk for each in cases}:
        cases.append(case)
    if not cases:
        _require_known(outcome)
    for each in cases:
        settle_case(each, CaseState.LAPSED, actor=actor, now=now, note=reason)
    if outcome.state == OutcomeState.OUTSTANDING:
        outcome.state, outcome.settled_at = OutcomeState.LAPSED, now
        outcome.reason, outcome.decided_by = reason, actor
        outcome.save()
        record("target.lapsed", subject=outcome, actor=actor, now=now, detail={"reason": reason})
    else:
        refresh_outcomes([outcome], actor=actor, now=now)
    tell_settled({outcome.plan_id}, actor, now)


def _require_gone(outcome: TargetOutcome, now: datetime) -> None:
    if why_gone([outcome], now)[outcome.pk]:
        return
    raise Refused(
        _("%(name)s still works where this module applies. Waive it instead, or mend the list of people first.")
        % {"name": outcome.person.name},
        field="reason",
    )


def _require_known(outcome: TargetOutcome) -> None:
    """Who missed nothing so far of a class under way may yet be trained by it: only its conclusion says (4.3)."""
    held = outcome.enrolment.training_session if outcome.enrolment else None
    if held is not None and held.state == SessionState.OPEN:
        raise WrongState(
            _(
                "The class %(number)s of %(name)s is under way, and they have missed nothing of it so far. Conclude it "
                "first: what is recorded there says whether they are trained."
            )
            % {"number": held.number, "name": outcome.person.name}
        )


def _leave_class_to_come(enrolment: Enrolment, now: datetime) -> None:
    """Nobody expects the person in a class that has not begun: their place and their time are free."""
    training_session: TrainingSession = enrolment.training_session
    if training_session.state != SessionState.SCHEDULED or enrolment.removed_at is not None:
        return
    enrolment.removed_at = now
    enrolment.save(update_fields=["removed_at"])
    give_back(training_session.planned, people=[enrolment.person])
