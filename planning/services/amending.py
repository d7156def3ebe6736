"""The next revision of a plan, copied from the last one (APR)."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db.models import Q
from django.utils.translation import gettext as _

from planning.enums import PlanState, RevisionState
from planning.models import (
    PlannedMeeting,
    PlannedSession,
    PlanRecipient,
    PlanRevision,
    PlanTarget,
    TrainingPlan,
)
from planning.policies.plans import can_edit_plan
from planning.services.drafting import PARTS, copy_rows
from planning.services.plans import locked_plan
from planning.services.templates import MANY, PLAIN
from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require
from trainingops.people.models import User

#: What the next revision says as the last one did, besides what it lists.
_COPIED = ("purpose", "module_version", *PLAIN, "busy_reason", "trainer_reason", "seats_reason", *PARTS["effect"])


@service
def amend_plan(*, plan: TrainingPlan, actor: User, now: datetime) -> PlanRevision:
    """Begin the next revision: a draft copied from the last one, its sessions and meetings under the same uuids.

    A draft that was thrown away unsubmitted is not copied: the approved revision is. One that was submitted is, with
    what the PIC has changed in the approved revision alone since it was begun (APR-3).

    Raises:
        NotAllowed: not the PIC.
        WrongState: a revision is open already, or the training is reported, closed or cancelled.
    """
    plan = locked_plan(plan)
    require(can_edit_plan(actor, plan), _("Only the PIC of this plan can change it."))
    if plan.is_filed:
        raise WrongState(
            _("%(plan)s was filed afterwards and is never approved. Begin a new plan instead.") % {"plan": plan.number}
        )
    if plan.state not in {PlanState.IN_PREPARATION, PlanState.APPROVED, PlanState.UNDER_WAY}:
        raise WrongState(
            _("%(plan)s is “%(state)s” and cannot be changed any more.")
            % {"plan": plan.number, "state": plan.get_state_display()}
        )
    last = plan.revisions.order_by("-number")[0]
    if last.state in {RevisionState.DRAFT, RevisionState.SUBMITTED}:
        raise WrongState(
            _("Revision %(number)d is still “%(state)s”. Finish or withdraw it first.")
            % {"number": last.number, "state": last.get_state_display()}
        )
    discarded = last.state == RevisionState.WITHDRAWN and not last.content_hash
    source = plan.approved_revision if discarded and plan.approved_revision else last
    draft = _copy(source, number=last.number + 1, actor=actor, now=now)
    if plan.approved_revision and source != plan.approved_revision:
        _take_over(plan.approved_revision, draft, since=source.created_at)
    record(
        "revision.begun",
        subject=draft,
        actor=actor,
        now=now,
        data={"plan": plan.uuid, "number": draft.number, "copied_from": source.uuid},
    )
    return draft


def _copy(source: PlanRevision, *, number: int, actor: User, now: datetime) -> PlanRevision:
    draft = PlanRevision.objects.create(
        plan=source.plan,
        number=number,
        created_by=actor,
        created_at=now,
        **{name: getattr(source, name) for name in _COPIED},
    )
    for name in ("needs", *MANY):
        getattr(draft, name).set(getattr(source, name).all())
    PlanRecipient.objects.bulk_create(
        copy_rows(PlanRecipient, list(source.recipients.all()), revision_id=draft.pk, added_at=None)
    )
    places = {}
    for planned in source.sessions.prefetch_related("meetings", "trainers"):
        (copy,) = PlannedSession.objects.bulk_create(
            copy_rows(PlannedSession, [planned], revision_id=draft.pk, place_changed_at=None, busy_reason="")
        )
        copy.trainers.set(planned.trainers.all())
        PlannedMeeting.objects.bulk_create(
            copy_rows(PlannedMeeting, list(planned.meetings.all()), planned_session_id=copy.pk)
        )
        places[planned.pk] = copy.pk
    _copy_targets(source, draft, places)
    _say_why_busy(draft, source)
    return draft


def _say_why_busy(draft: PlanRevision, source: PlanRevision) -> None:
    """The draft says what was written on batches of ``source`` that became busy, so that the manager reads it."""
    written = [f"{planned}: {planned.busy_reason}" for planned in source.sessions.exclude(busy_reason="")]
    if new := [reason for reason in written if reason not in draft.busy_reason]:
        draft.busy_reason = "\n".join([draft.busy_reason, *new]).strip()
        draft.save(update_fields=["busy_reason"])


def _copy_targets(source: PlanRevision, draft: PlanRevision, places: dict[int, int]) -> None:
    targets = list(source.targets.prefetch_related("defects"))
    copies = [
        copy_rows(
            PlanTarget,
            [target],
            uuid=uuid4(),
            revision_id=draft.pk,
            planned_session_id=places.get(target.planned_session_id or 0),
            moved_at=None,
            extra_time_at=None,
        )[0]
        for target in targets
    ]
    PlanTarget.objects.bulk_create(copies)
    through = PlanTarget.defects.through
    through.objects.bulk_create(
        through(plantarget_id=copy.pk, defect_id=defect.pk)
        for target, copy in zip(targets, copies, strict=True)
        for defect in target.defects.all()
    )


def _take_over(approved: PlanRevision, draft: PlanRevision, *, since: datetime) -> None:
    """Bring into ``draft`` what was changed without a revision after ``since``, where the draft has a place for it.

    Rooms and links of batches, moves between batches with the reason of a busy interval, extra time of targets,
    recipients added. A batch or a target
    that the draft gave up stays given up; a room stays where the draft moved the batch to another site.
    """
    batches = {each.uuid: each for each in draft.sessions.all()}
    for planned in approved.sessions.filter(place_changed_at__gt=since):
        batch = batches.get(planned.uuid)
        if batch and batch.host_site_id == planned.host_site_id:
            batch.room_id, batch.link = planned.room_id, planned.link
            batch.save(update_fields=["room", "link"])
    _say_why_busy(draft, approved)
    targets = {each.person_id: each for each in draft.targets.all()}
    changed = Q(moved_at__gt=since) | Q(extra_time_at__gt=since)
    for target in approved.targets.filter(changed).select_related("planned_session"):
        copy = targets.get(target.person_id)
        if copy is None:
            continue
        if target.extra_time_at and target.extra_time_at > since:
            copy.extra_minutes = target.extra_minutes
        if target.moved_at and target.moved_at > since and target.planned_session:
            copy.planned_session = batches.get(target.planned_session.uuid, copy.planned_session)
        copy.save(update_fields=["extra_minutes", "planned_session"])
    known = {(each.party, each.user_id, each.email.lower()) for each in draft.recipients.all()}
    PlanRecipient.objects.bulk_create(
        copy_rows(
            PlanRecipient,
            [
                each
                for each in approved.recipients.filter(added_at__gt=since)
                if (each.party, each.user_id, each.email.lower()) not in known
            ],
            revision_id=draft.pk,
            added_at=None,
        )
    )
