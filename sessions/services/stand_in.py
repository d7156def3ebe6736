"""Who stands with the meetings of a session from the day itself on (APR-3)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from planning.models import TrainerProfile
from planning.services.bookings import book_substitute, give_back_trainer
from sessions.enums import MeetingState
from sessions.models import MeetingTrainer, SessionMeeting, TrainingSession
from trainingops.domain import Refused
from trainingops.people.models import User


def put_in(
    training_session: TrainingSession, substitute: TrainerProfile, replaces: TrainerProfile | None, actor: User
) -> None:
    """The substitute stands with the meetings not yet concluded, booked for them instead of whom they replace."""
    meetings = list(training_session.meetings.filter(state__in=[MeetingState.PLANNED, MeetingState.OPEN]))
    if replaced := _replaced(meetings, substitute, replaces):
        uuids = [meeting.uuid for meeting in meetings]
        give_back_trainer(training_session.planned, trainer=replaced, meetings=uuids)
        MeetingTrainer.objects.filter(
            meeting__in=[meeting for meeting in meetings if meeting.state == MeetingState.PLANNED], trainer=replaced
        ).delete()
    book_substitute(
        training_session.planned, trainer=substitute, meetings=[meeting.uuid for meeting in meetings], reader=actor
    )
    MeetingTrainer.objects.bulk_create(
        [MeetingTrainer(meeting=meeting, trainer=substitute, is_substitute=True) for meeting in meetings],
        ignore_conflicts=True,
    )


def _replaced(
    meetings: list[SessionMeeting], substitute: TrainerProfile, named: TrainerProfile | None
) -> TrainerProfile | None:
    """Who is replaced: the one named, or who teaches alone; nobody where the substitute teaches it already.

    Raises:
        Refused: several teach and none of them is named, or somebody is named who does not teach it.
    """
    taught = MeetingTrainer.objects.filter(meeting__in=meetings)
    teaching = list(TrainerProfile.objects.filter(pk__in=taught.values("trainer")))
    if substitute in teaching:
        return None
    names = ", ".join(sorted(each.name for each in teaching))
    if named is not None and named not in teaching:
        raise Refused(
            _("%(name)s does not teach what is left of this session. Choose one of: %(names)s.")
            % {"name": named.name, "names": names},
            field="replaces",
        )
    if named is None and len(teaching) > 1:
        raise Refused(
            _("Several teach this session: %(names)s. Choose whom %(name)s replaces.")
            % {"name": substitute.name, "names": names},
            field="replaces",
        )
    return named or next(iter(teaching), None)
