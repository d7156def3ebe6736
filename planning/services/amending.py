"""The next revision of a plan, copied from the last one (APR)."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

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
from planning.services.drafting import copy_rows
from planning.services.plans import locked_plan
from planning.services.templates import MANY, PLAIN
from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require
from trainingops.people.models import User

#: What the next revision says as the last one did, besides what it lists.
_COPIED = ("purpose", "module_version", *PLAIN, "busy_reason", "trainer_reason", "seats_reason")


@service
def amend_plan(*, plan: TrainingPlan, actor: User, now: datetime) -> PlanRevision:
    """Begin the next revision: a draft copied from the last one, its sessions and meetings under the same uuids.

    A draft that was thrown away unsubmitted is not copied: the approved revision is.

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
    PlanRecipient.objects.bulk_create(copy_rows(PlanRecipient, list(source.recipients.all()), revision_id=draft.pk))
    places = {}
    for planned in source.sessions.prefetch_related("meetings", "trainers"):
        (copy,) = PlannedSession.objects.bulk_create(copy_rows(PlannedSession, [planned], revision_id=draft.pk))
        copy.trainers.set(planned.trainers.all())
        PlannedMeeting.objects.bulk_create(
            copy_rows(PlannedMeeting, list(planned.meetings.all()), planned_session_id=copy.pk)
        )
        places[planned.pk] = copy.pk
    _copy_targets(source, draft, places)
    return draft


def _copy_targets(source: PlanRevision, draft: PlanRevision, places: dict[int, int]) -> None:
    targets = list(source.targets.prefetch_related("defects"))
    copies = [
        copy_rows(
            PlanTarget,
            [target],
            uuid=uuid4(),
            revision_id=draft.pk,
            planned_session_id=places.get(target.planned_session_id or 0),
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
