"""The first batch of a plan in one step: when, where, who teaches; everybody on target is in it (4.1, 5.1.1 e)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import TrainingKind
from planning.queries.effect import proposal
from planning.services.drafting import MeetingTimes, open_draft, save_part, save_session
from trainingops.audit.journal import service
from trainingops.domain import Refused, WrongState

if TYPE_CHECKING:
    from planning.models import PlannedSession, PlanRevision, Room, TrainerProfile
    from trainingops.people.models import User

#: More days are planned batch by batch on the page of sessions.
MOST_MEETINGS = 10


@service
def plan_first_batch(
    *,
    revision: PlanRevision,
    starts_at: datetime,
    minutes: int,
    meetings: int,
    trainer: TrainerProfile | None,
    actor: User,
    now: datetime,
    room: Room | None = None,
    link: str = "",
) -> PlannedSession:
    """Write "Batch 1" at the plan's site, its meetings at the same hour day by day, and put everybody in it.

    Raises:
        NotAllowed, WrongState: as :func:`~planning.services.drafting.save_part`; or the plan has a batch already.
        Refused: a figure out of its bounds, or what :func:`~planning.services.drafting.save_session` refuses.
    """
    revision = open_draft(revision, actor=actor)
    if revision.sessions.exists():
        raise WrongState(_("This plan has a batch already. Change it on the page of sessions."))
    if not 1 <= meetings <= MOST_MEETINGS:
        raise Refused(_("Give 1 to 10 meetings, not %(n)d.") % {"n": meetings}, field="meetings")
    site = revision.plan.site
    first = starts_at.astimezone(site.zone)
    days = [first + timedelta(days=day) for day in range(meetings)]
    planned = save_session(
        revision=revision,
        label="Batch 1",
        host_site=site,
        trainers=[trainer] if trainer else [],
        room=room,
        link=link,
        meetings=[MeetingTimes(starts_at=day, ends_at=day + timedelta(minutes=minutes)) for day in days],
        actor=actor,
        now=now,
    )
    revision.targets.filter(planned_session=None).update(planned_session=planned)
    _propose_effect(revision, actor, now)
    return planned


def _propose_effect(revision: PlanRevision, actor: User, now: datetime) -> None:
    """How an improvement is measured, as its form proposes it, until the PIC says otherwise (2.3)."""
    if revision.plan.kind != TrainingKind.IMPROVEMENT or revision.effect_class:
        return
    values = proposal(revision)
    if "effect_class" in values:
        save_part(revision=revision, part="effect", values=values, actor=actor, now=now)
