"""Who stands with the meetings of a session from the day itself on (APR-3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from planning.models import PlannedSession, TrainerProfile
from planning.services.bookings import book_substitute, give_back_trainer
from sessions.enums import MeetingState, SessionState
from sessions.models import MeetingTrainer, SessionMeeting, TrainingSession
from sessions.services.running import EARLIEST
from trainingops.domain import Refused
from trainingops.people.models import User
from trainingops.ui.moments import moment_words

LEFT = (MeetingState.PLANNED, MeetingState.OPEN)


def why_not_stand_in(training_session: TrainingSession, meetings: Iterable[SessionMeeting], now: datetime) -> str:
    """Why nobody stands in now, empty where somebody may: the one guard of the pages and of :func:`put_in`.

    Nothing is left to teach, or it is before the day of the next meeting, when another trainer is a new revision. A
    make-up class has no revision, so that its trainer changes here whenever it must.
    """
    left = [each.starts_at for each in meetings if each.state in LEFT]
    if training_session.state not in (SessionState.SCHEDULED, SessionState.OPEN) or not left:
        words = _("The session is “%(state)s”; nothing of it is left to teach.")
        return words % {"state": training_session.get_state_display()}
    zone, start = training_session.site.zone, min(left)
    is_its_day = now.astimezone(zone).date() >= start.astimezone(zone).date() or now >= start - EARLIEST
    if is_its_day or training_session.revision_id is None:
        return ""
    words = _(
        "The next meeting starts %(start)s. Another trainer stands in on the day itself; before it, submit a new "
        "revision of the plan."
    )
    return words % {"start": moment_words(start, zone)}


def put_in(
    training_session: TrainingSession,
    substitute: TrainerProfile,
    replaces: TrainerProfile | None,
    actor: User,
    now: datetime,
    *,
    taught_first: bool = False,
) -> None:
    """The substitute stands with the meetings not yet concluded, booked for them instead of whom they replace.

    Args:
        taught_first: who is replaced taught the meeting under way until now, and stays with it beside the substitute.

    Raises:
        Refused: nothing is left, or it is not the day of the next meeting yet.
    """
    meetings = list(training_session.meetings.filter(state__in=LEFT))
    if why := why_not_stand_in(training_session, meetings, now):
        raise Refused(why, field="substitute", code="too_early")
    uuids = [meeting.uuid for meeting in meetings]
    if replaced := _replaced(meetings, substitute, replaces):
        give_back_trainer(training_session.planned, trainer=replaced, meetings=uuids)
        gone = [each for each in meetings if not (taught_first and each.state == MeetingState.OPEN)]
        MeetingTrainer.objects.filter(meeting__in=gone, trainer=replaced).delete()
    book_substitute(training_session.planned, trainer=substitute, meetings=uuids, since=now, reader=actor)
    MeetingTrainer.objects.bulk_create(
        [MeetingTrainer(meeting=meeting, trainer=substitute, is_substitute=True) for meeting in meetings],
        ignore_conflicts=True,
    )


def set_trainers(meetings: Iterable[SessionMeeting], planned: PlannedSession) -> None:
    """The trainers of the plan stand with these meetings, and nobody else."""
    meetings = list(meetings)
    MeetingTrainer.objects.filter(meeting__in=meetings).delete()
    MeetingTrainer.objects.bulk_create(
        MeetingTrainer(meeting=meeting, trainer=trainer) for meeting in meetings for trainer in planned.trainers.all()
    )


def follow_revision(meetings: Iterable[SessionMeeting], *, was: PlannedSession, planned: PlannedSession) -> None:
    """Meetings to come follow the revision just booked: a substitute stays until it names other trainers than before.

    Whoever was replaced is not booked for them again; a substitute who goes is free.

    Args:
        was: the same session in the revision that was in force.
    """
    meetings = list(meetings)
    named = set(planned.trainers.all())
    is_unchanged = named == set(was.trainers.all())
    rows = MeetingTrainer.objects.filter(meeting__in=meetings).select_related("trainer")
    for meeting in meetings:
        standing = {row.trainer: row.is_substitute for row in rows if row.meeting_id == meeting.pk}
        if not any(standing.values()):
            continue
        substitutes = {trainer for trainer, is_substitute in standing.items() if is_substitute}
        for trainer in named - standing.keys() if is_unchanged else substitutes - named:
            give_back_trainer(planned, trainer=trainer, meetings=[meeting.uuid])
    if not is_unchanged:
        set_trainers(meetings, planned)


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
