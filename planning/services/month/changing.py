"""Change many drafts at once: trainers, room, time of day, more recipients (4.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Case, When
from django.utils.translation import gettext as _

from planning.content import CHOICES, load
from planning.enums import RevisionState
from planning.lists import with_lists
from planning.models import (
    PlannedMeeting,
    PlannedSession,
    PlanRevision,
    Room,
    TrainerProfile,
    TrainingPlan,
)
from planning.policies.plans import can_edit_plan
from planning.qualifying import why_unqualified, with_permits
from planning.services.drafting import MeetingTimes, Recipient, first_overlap, save_recipients, save_session
from planning.services.month.clashes import Use, clashes_if
from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.people.models import User

#: The most plans that are changed or submitted by one sending.
MOST = 60


@dataclass(frozen=True, kw_only=True)
class Change:
    """What every chosen draft gets; what is empty stays as each has it.

    Attributes:
        trainers: who teaches every batch instead.
        room: where every batch of its site is held instead.
        starts: at which hour every meeting begins instead, on its day; it keeps its length.
        recipients: who receives the report too.
    """

    trainers: tuple[TrainerProfile, ...] = ()
    room: Room | None = None
    starts: time | None = None
    recipients: tuple[Recipient, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.trainers or self.room or self.starts or self.recipients)

    @property
    def moves(self) -> bool:
        """Whether somebody or something is taken at another time or place."""
        return bool(self.trainers or self.room or self.starts)


@dataclass(kw_only=True)
class Draft:
    """A plan that was chosen, with its open draft where there is one.

    Attributes:
        reasons: why it cannot be changed or submitted; empty where it can.
        notes: what it will ask for once it is changed.
    """

    plan: TrainingPlan
    revision: PlanRevision | None
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sessions(self) -> list[PlannedSession]:
        return list(self.revision.sessions.all()) if self.revision else []


def drafts_of(plans: Collection[UUID], *, actor: User, now: datetime) -> list[Draft]:
    """Plans in sight with their open drafts and what these hold, and which ``actor`` may not write; five queries."""
    rows = (
        PlanRevision.objects.filter(plan__in=TrainingPlan.objects.visible_to(actor), plan__uuid__in=plans)
        .select_related("plan__site", "plan__line", "plan__pic", *CHOICES)
        .order_by("plan_id", Case(When(state=RevisionState.DRAFT, then=0), default=1), "-number")
        .distinct("plan_id")
    )
    found = []
    for row in with_lists(rows, now=now):
        draft = Draft(plan=row.plan, revision=row if row.state == RevisionState.DRAFT else None)
        if draft.revision is None:
            draft.reasons.append(_("It has no draft now."))
        if not can_edit_plan(actor, draft.plan):
            draft.reasons.append(_("Only its PIC, %(pic)s, can change it.") % {"pic": draft.plan.pic})
        found.append(draft)
    load(*(draft.revision for draft in found if draft.revision))
    return found


def try_change(drafts: Sequence[Draft], change: Change, *, actor: User) -> None:
    """Note at each draft why it cannot take the change: three queries more, whatever their number."""
    able = [draft for draft in drafts if not draft.reasons]
    chosen = [each.pk for each in change.trainers]
    trainers = list(with_permits(TrainerProfile.objects.filter(pk__in=chosen))) if chosen else []
    for draft in able:
        draft.reasons += _obstacles(draft, change)
        draft.notes += _unqualified(draft, trainers)
    if change.moves:
        clashes = clashes_if((use for draft in able if not draft.reasons for use in _uses(draft, change)), reader=actor)
        for draft in able:
            draft.reasons += clashes.get(draft.plan.pk, [])


def _obstacles(draft: Draft, change: Change) -> list[str]:
    found = []
    if change.moves and not draft.sessions:
        found.append(_("It has no batch yet."))
    if change.room:
        elsewhere = [planned.label for planned in draft.sessions if planned.host_site_id != change.room.site_id]
        if elsewhere:
            found.append(
                _("%(batches)s: not at the site of %(room)s.") % {"batches": ", ".join(elsewhere), "room": change.room}
            )
    if change.starts:
        double = [planned.label for planned in draft.sessions if first_overlap(times_of(planned, change))]
        if double:
            found.append(
                _("%(batches)s: two meetings of a day cannot begin together.") % {"batches": ", ".join(double)}
            )
    return found


def _unqualified(draft: Draft, trainers: Sequence[TrainerProfile]) -> list[str]:
    """What the trainers lack on the days of the plan, whoever sends them: it asks for a written reason (5.1.1 a)."""
    zone = draft.plan.site.zone
    days = [each.ends_at.astimezone(zone).date() for planned in draft.sessions for each in planned.meetings.all()]
    why = why_unqualified(
        [(each, days) for each in trainers], draft.revision.module_version if draft.revision else None
    )
    return [why] if why else []


def times_of(planned: PlannedSession, change: Change) -> list[MeetingTimes]:
    """When the meetings of a batch are with the change, by the clock of its place."""
    times = []
    for meeting in planned.meetings.all():
        start = meeting.starts_at
        if change.starts:
            zone = planned.host_site.zone
            start = datetime.combine(start.astimezone(zone).date(), change.starts, zone)
        end = start + (meeting.ends_at - meeting.starts_at)
        times.append(MeetingTimes(starts_at=start, ends_at=end, uuid=meeting.uuid))
    return times


def _uses(draft: Draft, change: Change) -> list[Use]:
    people: dict[int | None, list[Any]] = {}
    for target in draft.revision.targets.all() if draft.revision else ():
        people.setdefault(target.planned_session_id, []).append(target.person)
    uses = []
    for planned in draft.sessions:
        planned.plan = draft.plan
        uses += [
            Use(
                meeting=PlannedMeeting(planned_session=planned, starts_at=each.starts_at, ends_at=each.ends_at),
                trainers=change.trainers or list(planned.trainers.all()),
                room=change.room or planned.room,
                people=people.get(planned.pk, []),
            )
            for each in times_of(planned, change)
        ]
    return uses


@service
def change_drafts(*, plans: Collection[UUID], change: Change, actor: User, now: datetime) -> list[Draft]:
    """Write the change into every draft that can take it, each with its own entries; returns all, those left with why.

    Raises:
        Refused: nothing is chosen or changed, too many plans, or no draft can take it.
    """
    if not change:
        raise Refused(_("Nothing is changed. Choose a trainer, a room, an hour or a recipient."))
    drafts = drafts_of(locked(plans), actor=actor, now=now)
    try_change(drafts, change, actor=actor)
    able = [draft for draft in drafts if not draft.reasons]
    if not able:
        raise Refused(_("None of the plans can take this change. The reasons stand beside them."))
    for draft in able:
        _write(draft, change, actor=actor, now=now)
    return drafts


def locked(plans: Collection[UUID]) -> list[UUID]:
    """Plans, locked in one order until the transaction ends; not too many of them.

    Raises:
        Refused: none, or more than :data:`MOST`.
    """
    if not plans:
        raise Refused(_("Nothing is ticked. Tick at least one plan."))
    if len(plans) > MOST:
        raise Refused(
            _("%(count)d plans are ticked. Tick at most %(most)d at once.") % {"count": len(plans), "most": MOST}
        )
    rows = TrainingPlan.objects.select_for_update(no_key=True).filter(uuid__in=plans).order_by("pk")
    return list(rows.values_list("uuid", flat=True))


def _write(draft: Draft, change: Change, *, actor: User, now: datetime) -> None:
    revision = draft.revision
    assert revision is not None
    if change.moves:
        for planned in draft.sessions:
            save_session(
                revision=revision,
                planned=planned,
                label=planned.label,
                host_site=planned.host_site,
                trainers=change.trainers or list(planned.trainers.all()),
                room=change.room or planned.room,
                link=planned.link,
                meetings=times_of(planned, change),
                actor=actor,
                now=now,
            )
    if change.recipients:
        standing = [
            Recipient(party=each.party, user=each.user, name=each.name, email=each.email)
            for each in revision.recipients.select_related("user")
        ]
        save_recipients(revision=revision, recipients=[*standing, *change.recipients], actor=actor, now=now)
