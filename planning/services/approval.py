"""From draft to decision: submit, withdraw, return, reject, approve (4.1, APR)."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from planning.completeness import Item, Snapshot, check, lost
from planning.content import CHOICES, freeze, hash_of
from planning.enums import REVISION_TRANSITIONS, Decision, PlanState, RevisionState
from planning.evidence.coordination import request_sheet
from planning.evidence.plans import request_plan_evidence
from planning.models import (
    ApprovalDecision,
    PlannedMeeting,
    PlanRevision,
)
from planning.notices import url_of, words_of
from planning.policies.plans import can_create_plan, can_decide_revision, can_edit_plan, deciding_for
from planning.queries.plans import holders, leaders_of, local_day
from planning.services.bookings import book_revision
from planning.services.drafting import open_draft
from planning.services.missing import keep_missed_start
from planning.services.orders import withdraw_pointless_orders
from planning.services.plans import advance_plan, locked_plan
from planning.services.releases import renew_releases
from planning.services.targets import place_in_only_session
from planning.signals import revision_approved
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, StaleVersion, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Signature, User
from trainingops.people.queries import delegates_of
from trainingops.people.services import require_signature, sign


class Incomplete(Refused):
    """Not submitted: ``items`` are the gaps, each with the page where it is mended."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        named = ", ".join(item.label for item in items)
        super().__init__(_("The plan is not complete: %(items)s.") % {"items": named}, code="incomplete")


@service
def submit_revision(*, revision: PlanRevision, actor: User, now: datetime) -> PlanRevision:
    """Freeze a complete draft and ask the manager for a decision (4.1, 5.1.1 e).

    Raises:
        NotAllowed: not the PIC, or without an appointment in force today.
        WrongState: no draft any more.
        Incomplete: something that the clauses name is missing; lists all of it.
    """
    revision = open_draft(revision, actor=actor)
    plan = revision.plan
    today = local_day(now, plan.site)
    require(
        can_create_plan(actor, site=plan.site, line=plan.line, day=today),
        _("Your appointment as PIC is not in force today. Ask the manager for a new one."),
    )
    require_transition(revision, RevisionState.SUBMITTED, REVISION_TRANSITIONS)
    place_in_only_session(revision)
    gaps = [item for item in check(Snapshot(revision, now)) if not item.complete]
    if gaps:
        raise Incomplete(gaps)
    revision.content = freeze(revision)
    revision.content_hash = hash_of(revision.content)
    revision.state, revision.submitted_by, revision.submitted_at = RevisionState.SUBMITTED, actor, now
    revision.save(update_fields=["content", "content_hash", "state", "submitted_by", "submitted_at"])
    managers = holders("manager", site=plan.site, line=plan.line, day=today)
    notify(
        kind="plan_submitted",
        recipients=[user for user in [*managers, *delegates_of(managers, day=today)] if user != actor],
        subject=revision,
        url=reverse("plan_approval", args=[revision.uuid]),
        params=words_of(plan, actor, revision),
        now=now,
    )
    record(
        "revision.submitted",
        subject=revision,
        actor=actor,
        now=now,
        data={"plan": plan.uuid, "number": revision.number, "content_hash": revision.content_hash},
    )
    return revision


@service
def withdraw_revision(*, revision: PlanRevision, actor: User, now: datetime) -> PlanRevision:
    """The PIC takes a draft or a submitted revision back; :func:`amend_plan` begins the next one from it.

    Raises:
        NotAllowed: not the PIC.
        WrongState: decided, superseded or withdrawn already.
    """
    revision = _locked(revision)
    require(can_edit_plan(actor, revision.plan), _("Only the PIC of this plan can withdraw it."))
    require_transition(revision, RevisionState.WITHDRAWN, REVISION_TRANSITIONS)
    before, revision.state = revision.state, RevisionState.WITHDRAWN
    revision.save(update_fields=["state"])
    withdraw_pointless_orders(plan=revision.plan, actor=actor, now=now)
    record("revision.withdrawn", subject=revision, actor=actor, now=now, data={"from": before})
    return revision


@service
def return_revision(*, revision: PlanRevision, comment: str, actor: User, now: datetime) -> ApprovalDecision:
    """The manager gives a revision back for a better one; the comment is required (APR-4).

    Raises:
        NotAllowed: no manager in scope, or the proposer.
        WrongState: not submitted.
        Refused: no comment.
    """
    return _decline(revision, Decision.RETURNED, comment=comment, actor=actor, now=now)


@service
def reject_revision(*, revision: PlanRevision, comment: str, actor: User, now: datetime) -> ApprovalDecision:
    """The manager says no to a revision; the comment is required. Raises as :func:`return_revision`."""
    return _decline(revision, Decision.REJECTED, comment=comment, actor=actor, now=now)


def _decline(
    revision: PlanRevision, decision: Decision, *, comment: str, actor: User, now: datetime
) -> ApprovalDecision:
    revision = _locked(revision)
    plan = revision.plan
    _require_decider(actor, revision)
    require_transition(revision, decision.value, REVISION_TRANSITIONS)
    if not comment.strip():
        raise Refused(_("The comment is blank. Write to the PIC what should change, or why not."), field="comment")
    revision.state = decision.value
    revision.save(update_fields=["state"])
    made = _write_decision(revision, decision, comment=comment, actor=actor, now=now)
    withdraw_pointless_orders(plan=plan, actor=actor, now=now)
    notify(
        kind=f"plan_{decision.value}",
        recipients=[plan.pic],
        subject=revision,
        url=url_of(plan),
        params=words_of(plan, actor, revision),
        now=now,
    )
    record(
        f"revision.{decision.value}",
        subject=revision,
        actor=actor,
        now=now,
        data={
            "plan": plan.uuid,
            "content_hash": revision.content_hash,
            "on_behalf_of": made.on_behalf_of.uuid if made.on_behalf_of else None,
        },
        detail={"comment": made.comment},
    )
    return made


@service
def sign_and_approve(
    *,
    revision: PlanRevision,
    content_hash: str,
    authenticated_at: datetime | None,
    actor: User,
    now: datetime,
    comment: str = "",
) -> ApprovalDecision:
    """Sign what was shown and approve it, in one transaction: what the page calls.

    Raises as :func:`approve_revision`, and ``Refused`` when the log-in is not fresh.
    """
    _require_decider(actor, revision)
    signature = sign(
        user=actor,
        role=Role.MANAGER,
        meaning=SignatureMeaning.APPROVED,
        content_hash=content_hash,
        authenticated_at=authenticated_at,
        now=now,
    )
    return approve_revision(
        revision=revision, content_hash=content_hash, signature=signature, comment=comment, actor=actor, now=now
    )


@service
def approve_revision(
    *,
    revision: PlanRevision,
    content_hash: str,
    signature: Signature,
    actor: User,
    now: datetime,
    comment: str = "",
) -> ApprovalDecision:
    """Approve exactly the content whose hash was shown and signed (4.1, APR-3); book what it needs.

    The revision approved before is superseded, its bookings are given back, and ``revision_approved`` tells the
    sessions stage to create, move or cancel sessions, all in this transaction.

    Raises:
        NotAllowed: no manager in scope, or the proposer.
        WrongState: not submitted any more.
        StaleVersion: the hash is another than the one shown, or the rows no longer give it.
        Refused: the signature is another's, old, or over another hash.
        Refused: it lacks now what it was submitted with (:func:`planning.completeness.lost`); says what and who.
        DoubleBooking: somebody or something is taken already; names it.
    """
    revision = _locked(revision)
    plan = revision.plan
    _require_decider(actor, revision)
    require_transition(revision, RevisionState.APPROVED, REVISION_TRANSITIONS)
    _require_unchanged(revision, content_hash)
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    _require_standing(revision, now)
    meetings = PlannedMeeting.objects.filter(planned_session__revision=revision, starts_at__lte=now)
    keep_missed_start(plan, meetings, actor=actor, now=now)
    superseded = _supersede(revision)
    withdraw_pointless_orders(plan=plan, actor=actor, now=now)
    decision = _write_decision(revision, Decision.APPROVED, comment=comment, signature=signature, actor=actor, now=now)
    book_revision(revision, superseded=superseded, reader=actor)
    if plan.state == PlanState.IN_PREPARATION:
        plan = revision.plan = advance_plan(plan=plan, to=PlanState.APPROVED, actor=actor, now=now)
    revision_approved.send(sender=PlanRevision, revision=revision, superseded=superseded, actor=actor, now=now)
    _tell_of_approval(revision, actor=actor, now=now)
    renew_releases(revision=revision, actor=actor, now=now)
    request_plan_evidence(revision=revision, decision=decision, actor=actor, now=now)
    if plan.consultations.exists():
        request_sheet(revision=revision, actor=actor, now=now)
    record(
        "revision.approved",
        subject=revision,
        actor=actor,
        now=now,
        data={
            "plan": plan.uuid,
            "number": revision.number,
            "content_hash": content_hash,
            "signature": signature.uuid,
            "on_behalf_of": decision.on_behalf_of.uuid if decision.on_behalf_of else None,
            "superseded": superseded.uuid if superseded else None,
        },
        detail={"comment": decision.comment} if decision.comment else None,
    )
    return decision


def _supersede(revision: PlanRevision) -> PlanRevision | None:
    """The revision becomes the plan's approved one. Returns the one that was it before."""
    plan = revision.plan
    superseded = plan.approved_revision
    if superseded:
        require_transition(superseded, RevisionState.SUPERSEDED, REVISION_TRANSITIONS)
        superseded.state = RevisionState.SUPERSEDED
        superseded.save(update_fields=["state"])
    revision.state = RevisionState.APPROVED
    revision.save(update_fields=["state"])
    plan.approved_revision = revision
    plan.save(update_fields=["approved_revision"])
    return superseded


def _require_decider(actor: User, revision: PlanRevision) -> None:
    require(can_decide_revision(actor, revision), _("Only a manager who did not propose this plan decides on it."))


def _write_decision(
    revision: PlanRevision,
    decision: Decision,
    *,
    comment: str,
    actor: User,
    now: datetime,
    signature: Signature | None = None,
) -> ApprovalDecision:
    """The decision on the content as it was submitted, for oneself or for an absent manager."""
    principal = deciding_for(actor, revision)[0]
    return ApprovalDecision.objects.create(
        revision=revision,
        decision=decision,
        decided_by=actor,
        on_behalf_of=None if principal is None else User.objects.get(pk=principal),
        decided_at=now,
        proposed_by=_proposer(revision),
        comment=comment.strip(),
        content_hash=revision.content_hash,
        signature=signature,
    )


def _require_unchanged(revision: PlanRevision, content_hash: str) -> None:
    """The hash shown is that of the submission, and the rows still give the very text that was frozen."""
    if content_hash != revision.content_hash or freeze(revision) != revision.content:
        raise StaleVersion(
            _("Revision %(number)d is not what was shown to you any more. Read the changes and decide again.")
            % {"number": revision.number},
            code="stale",
        )


def _require_standing(revision: PlanRevision, now: datetime) -> None:
    """Nothing that the plan stands on fell away since it was submitted (2.1, 5.1.1 a, f, 5.3.2)."""
    if gaps := lost(Snapshot(revision, now)):
        raise Refused(
            _("%(lost)s Return the plan, or decide once this is mended.")
            % {"lost": " ".join(item.gap for item in gaps)},
            code="lost",
        )


def _tell_of_approval(revision: PlanRevision, *, actor: User, now: datetime) -> None:
    plan = revision.plan
    trainers = User.objects.filter(trainer_profile__planned_sessions__revision=revision).distinct()
    audience = (
        ("plan_approved", [plan.pic, *trainers]),
        ("plan_participants", list(leaders_of(revision, day=local_day(now, plan.site)))),
    )
    for kind, recipients in audience:
        notify(
            kind=kind,
            recipients=[user for user in recipients if user != actor],
            subject=revision,
            url=url_of(plan),
            params=words_of(plan, actor, revision),
            now=now,
        )


def _locked(revision: PlanRevision) -> PlanRevision:
    """The revision as it is now; its plan is locked first."""
    plan = locked_plan(revision.plan)
    revision = (
        PlanRevision.objects.select_for_update(no_key=True, of=("self",)).select_related(*CHOICES).get(pk=revision.pk)
    )
    revision.plan = plan
    return revision


def _proposer(revision: PlanRevision) -> User:
    if revision.submitted_by is None:
        raise ValueError(f"{revision} was decided without being submitted")
    return revision.submitted_by
