"""Another trainer teaches on the day itself: one action, a deviation that the manager acknowledges (4.2, APR-3)."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from planning.models import TrainerProfile
from planning.qualifying import why_unqualified, with_permits
from sessions.enums import DeviationKind, MeetingState
from sessions.models import Deviation, MeetingTrainer, TrainingSession
from sessions.notices import about
from sessions.services.common import require_reason
from sessions.services.deviations import lock_to_deviate, note_deviation
from sessions.services.stand_in import put_in
from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.notifications.services import notify
from trainingops.people.models import User


@service
def substitute_trainer(
    *,
    training_session: TrainingSession,
    substitute: TrainerProfile,
    reason: str,
    actor: User,
    now: datetime,
    replaces: TrainerProfile | None = None,
    trainer_reason: str = "",
    taught_first: bool = False,
) -> Deviation:
    """Another trainer teaches what is left of a session, from now on: the one way in which somebody stands in.

    Whoever is replaced is free again, and stands with none of the meetings that are not over, unless they taught the
    first part of the one under way: the deviation says that they were to teach them.

    Args:
        replaces: instead of whom; where one trainer teaches alone it is them.
        taught_first: they taught the meeting under way until now.
        trainer_reason: why somebody teaches who is not qualified for this module on these days (5.1.1 a).

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session has ended, or was cancelled.
        Refused: no reason, the substitute teaches it already, or is not qualified and nobody wrote why; or it is
            not the day of the next meeting yet.
        DoubleBooking: the substitute teaches or sits elsewhere then; it is named.
    """
    training_session = lock_to_deviate(training_session, actor)
    require_reason(reason)
    planned = _teaching(training_session)
    if substitute in planned:
        raise Refused(
            _("%(name)s teaches this session already. Choose another trainer.") % {"name": substitute.name},
            field="substitute",
        )
    why = _why_unqualified(training_session, substitute)
    if why and not trainer_reason.strip():
        raise Refused(
            _("%(why)s Choose another trainer, or write why this one teaches.") % {"why": why}, field="trainer_reason"
        )
    put_in(training_session, substitute, replaces, actor, now, taught_first=taught_first)
    reasons = [reason.strip(), trainer_reason.strip() if why else ""]
    deviation = note_deviation(
        training_session,
        DeviationKind.TRAINER,
        "; ".join(each for each in reasons if each),
        planned=(replaces.name if replaces else ", ".join(each.name for each in planned)) or "-",
        actual=substitute.name,
        actor=actor,
        now=now,
    )
    told = [each.user for each in (substitute, *([replaces] if replaces else planned)) if each.user]
    notify(
        kind="trainer_substituted",
        recipients=[user for user in told if user != actor],
        subject=deviation,
        url=reverse("session_detail", args=[training_session.uuid]),
        params=about(training_session, substitute=substitute.name),
        now=now,
    )
    return deviation


def _teaching(training_session: TrainingSession) -> list[TrainerProfile]:
    """Who teaches what is left of the session."""
    left = MeetingTrainer.objects.filter(
        meeting__training_session=training_session, meeting__state__in=[MeetingState.PLANNED, MeetingState.OPEN]
    )
    return list(TrainerProfile.objects.select_related("user").filter(pk__in=left.values("trainer")).order_by("name"))


def _why_unqualified(training_session: TrainingSession, substitute: TrainerProfile) -> str:
    """What the substitute lacks for the module on the days that are left; empty where nothing is."""
    zone = training_session.site.zone
    left = training_session.meetings.filter(state__in=[MeetingState.PLANNED, MeetingState.OPEN])
    days = [each.ends_at.astimezone(zone).date() for each in left]
    row = with_permits(TrainerProfile.objects.filter(pk=substitute.pk)).get()
    return why_unqualified([(row, days)], training_session.module_version)
