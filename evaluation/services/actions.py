"""Improvement actions: decided in a review, done by their owner, checked by somebody else (4.4, 5.4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.enums import ACTION_TRANSITIONS, ActionState
from evaluation.models import EffectivenessCheck, Finding, ImprovementAction, Review, TrainingDefect
from evaluation.periods import policies, policy_on
from evaluation.policies import can_carry_out, can_check_effect
from evaluation.recount import Recount, kinds_of, recount
from evaluation.services.reviews.open import standing_finding, writable_review
from sessions.models import TrainingSession
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.records.numbers import next_number
from trainingops.ui.moments import moment_words

#: What a review decides is done within a year.
LATEST_DUE = timedelta(days=366)


@service
def add_action(
    *,
    finding: Finding,
    kind: str,
    text: str,
    owner: User,
    due_at: datetime,
    actor: User,
    now: datetime,
    training_defects: Collection[TrainingDefect] | None = None,
) -> ImprovementAction:
    """Decide what is done about a finding, by whom and until when.

    Args:
        training_defects: those of the finding that it is to remove; all of them when missing.

    Raises:
        Refused: a training defect that the finding does not name, due in the past or more than a year ahead, or
            "nothing found" needs no action.
        WrongState: the minutes are approved already, or the finding was withdrawn.
    """
    review = writable_review(finding.review, actor=actor)
    finding = standing_finding(finding)
    if finding.nothing_found:
        raise Refused(_("Nothing was found here, so nothing is to be done."), field="finding")
    _check_due(due_at, review, now)
    behind = list(finding.training_defects.all())
    removes = behind if training_defects is None else list(training_defects)
    if not {each.pk for each in removes} <= {each.pk for each in behind}:
        raise Refused(
            _("One of the training defects is not named by the finding. Name it there first."),
            field="training_defects",
        )
    action = ImprovementAction.objects.create(
        number=next_number("TD", now.year),
        finding=finding,
        kind=kind,
        text=text,
        owner=owner,
        due_at=due_at,
        created_at=now,
    )
    action.training_defects.set(removes)
    _tell("action.assigned", owner, action, now, text=text[:160])
    data = {"number": action.number, "kind": kind, "owner": owner.uuid, "due_at": due_at}
    data["training_defects"] = [each.uuid for each in removes]
    record("action.added", subject=action, actor=actor, now=now, data=data, detail={"text": text})
    return action


def _check_due(due_at: datetime, review: Review, now: datetime) -> None:
    """Still to come, and within a year: what lies further ahead is nobody's work of today (5.4)."""
    said = {"due": moment_words(due_at, review.site.zone)}
    if due_at <= now:
        raise Refused(_("%(due)s has passed already. Choose a later due time.") % said, field="due_at")
    if due_at > (latest := now + LATEST_DUE):
        raise Refused(
            _("%(due)s is more than a year ahead. Choose %(latest)s or earlier.")
            % (said | {"latest": moment_words(latest, review.site.zone)}),
            field="due_at",
            code="too_far_ahead",
        )


@service
def withdraw_action(*, action: ImprovementAction, reason: str, actor: User, now: datetime) -> ImprovementAction:
    """Take back an action that was decided by mistake, until the minutes are approved; its owner is told.

    The row stays with its number and the reason; the minutes leave it out.

    Raises:
        NotAllowed: neither secretary nor manager in scope.
        Refused: no reason is given.
        WrongState: the minutes are approved, or the action is done or withdrawn already.
    """
    writable_review(action.finding.review, actor=actor)
    action = _locked(action)
    require_transition(action, ActionState.WITHDRAWN, ACTION_TRANSITIONS)
    if not reason.strip():
        raise Refused(_("Write why it is withdrawn."), field="reason")
    action.state, action.withdrawn_reason = ActionState.WITHDRAWN, reason.strip()
    action.save(update_fields=["state", "withdrawn_reason"])
    _tell("action.withdrawn", action.owner, action, now)
    record("action.withdrawn", subject=action, actor=actor, now=now, detail={"reason": reason.strip()})
    return action


def _tell(kind: str, user: User, action: ImprovementAction, now: datetime, *, step: str = "", **params: str) -> None:
    notify(
        kind=kind,
        recipients=[user],
        subject=action,
        step=step,
        url=reverse("action_detail", args=[action.uuid]),
        params={"number": action.number, **params},
        now=now,
    )


def _locked(action: ImprovementAction) -> ImprovementAction:
    return (
        ImprovementAction.objects.select_for_update(no_key=True, of=("self",))
        .select_related("finding__review", "owner")
        .get(pk=action.pk)
    )


@service
def start_action(*, action: ImprovementAction, actor: User, now: datetime) -> ImprovementAction:
    """The owner begins."""
    action = _locked(action)
    require(can_carry_out(actor, action))
    require_transition(action, ActionState.IN_PROGRESS, ACTION_TRANSITIONS)
    action.state = ActionState.IN_PROGRESS
    action.save(update_fields=["state"])
    record("action.started", subject=action, actor=actor, now=now)
    return action


@service
def finish_action(*, action: ImprovementAction, evidence_note: str, actor: User, now: datetime) -> ImprovementAction:
    """The owner says that it is done, with what shows it.

    Raises:
        Refused: no evidence is named.
    """
    action = _locked(action)
    require(can_carry_out(actor, action))
    require_transition(action, ActionState.DONE, ACTION_TRANSITIONS)
    if not evidence_note.strip():
        raise Refused(_("Name what shows that it is done, for example a record number."), field="evidence_note")
    action.state, action.done_at, action.evidence_note = ActionState.DONE, now, evidence_note
    action.check_from = now + timedelta(days=_check_days(action, now)) if kinds_of(action) else now
    action.save(update_fields=["state", "done_at", "evidence_note", "check_from"])
    _tell("action.done", action.finding.review.chair, action, now, step=str(action.checks.count()))
    record("action.done", subject=action, actor=actor, now=now, detail={"evidence_note": evidence_note})
    return action


def _check_days(action: ImprovementAction, now: datetime) -> int:
    """How long the effect on training defects has to show itself, by the rule of today at the site."""
    rule = policy_on(timezone.localdate(now, action.finding.review.site.zone), policies())
    return rule.check_days if rule else 0


@service
def check_action(
    *,
    action: ImprovementAction,
    effective: bool | None,
    note: str,
    actor: User,
    now: datetime,
    due_at: datetime | None = None,
) -> EffectivenessCheck:
    """Somebody else than the owner judges the effect; the training defects it was to remove are counted again.

    Counted as :func:`evaluation.recount.recount` says. Not effective reopens the action, and it is reminded of again.

    Args:
        effective: None where the data do not tell yet: the check stays on record, the action waits for another.
        due_at: until when it is done anew, where it was not effective and its due time has passed.

    Raises:
        NotAllowed: the owner, or nobody with the right in scope.
        Refused: no reason is given; nothing has happened since that could show an effect, or the waiting time is not
            over; or it opens again without a due time to come.
        WrongState: the action is not done.
    """
    action = _locked(action)
    require(can_check_effect(actor, action))
    to = ActionState.OPEN if effective is False else ActionState.EFFECTIVE
    require_transition(action, to, ACTION_TRANSITIONS)
    if not note.strip():
        raise Refused(_("Write what you looked at and what you saw."), field="note")
    counted = recount(action, now)
    if effective:
        _require_shown(action, counted, now)
    if effective is False:
        _renew_due(action, due_at, now)
    check = EffectivenessCheck.objects.create(
        action=action,
        owner=action.owner,
        checked_by=actor,
        checked_at=now,
        effective=effective,
        defects_before=counted.before,
        defects_after=counted.after,
        before_since=counted.before_since,
        before_until=counted.before_until,
        after_since=counted.after_since,
        after_until=counted.after_until,
        note=note,
    )
    if effective is not None:
        _close_or_reopen(action, to, check, now)
    record(
        "action.checked",
        subject=action,
        actor=actor,
        now=now,
        data={"effective": effective, "defects_before": counted.before, "defects_after": counted.after},
        detail={"note": note},
    )
    return check


def _renew_due(action: ImprovementAction, due_at: datetime | None, now: datetime) -> None:
    """What opens again is due in the future; what the signed minutes say stays beside it."""
    if due_at is not None and due_at != action.due_at:
        action.decided_due_at = action.decided_due_at or action.due_at
        action.due_at = due_at
    _check_due(action.due_at, action.finding.review, now)


def _close_or_reopen(action: ImprovementAction, to: ActionState, check: EffectivenessCheck, now: datetime) -> None:
    action.state = to
    if to == ActionState.OPEN:
        action.reminded_at = action.escalated_at = action.check_from = None
    action.save(update_fields=["state", "due_at", "decided_due_at", "reminded_at", "escalated_at", "check_from"])
    kind = "action.checked" if check.effective else "action.reopened"
    _tell(kind, action.owner, action, now, step=str(check.pk))


def _require_shown(action: ImprovementAction, counted: Recount, now: datetime) -> None:
    """Where training defects were to vanish, an effect shows in a training since, and after the waiting time (5.4)."""
    review, done_at = action.finding.review, counted.after_since
    if not counted.kinds:
        return
    held = TrainingSession.objects.filter(site=review.site_id, line=review.line_id, concluded_at__range=(done_at, now))
    if not counted.after and not held.exists():
        raise Refused(
            _(
                "“Effective” cannot be seen yet: no training of %(line)s in %(site)s has ended since the action was "
                "done, %(done)s. Choose “not enough data yet” and check again after the next one."
            )
            % {"line": review.line, "site": review.site, "done": moment_words(done_at, review.site.zone)},
            field="effective",
            code="no_data",
        )
    if action.check_from and now < action.check_from:
        raise Refused(
            _("“Effective” can be said from %(day)s on. Choose “not enough data yet” and check again then.")
            % {"day": moment_words(action.check_from, review.site.zone)},
            field="effective",
            code="too_early",
        )
