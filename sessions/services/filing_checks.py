"""What a class filed afterwards cannot have been: held twice, or with people who were elsewhere then (clause 5.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from planning.queries.roster import some_names
from planning.services.filing import HeldClass
from sessions.enums import AttendanceStatus, MeetingState, SessionState
from sessions.models import Attendance, MeetingTrainer, SessionMeeting, TrainingSession
from trainingops.domain import Refused
from trainingops.people.models import Person, User
from trainingops.ui.moments import day_words, hours_words


class HeldElsewhere(Refused):
    """Another class stands at that hour: ``sessions`` says which, by key, for a page that leads there."""

    def __init__(self, message: str, *, sessions: Iterable[int], field: str) -> None:
        self.sessions = frozenset(sessions)
        super().__init__(message, field=field, code="held_elsewhere")


def check_not_held_elsewhere(held: HeldClass, people: Collection[Person], *, beside: str, actor: User) -> None:
    """Refuse the same class a second time, its trainer among those who came, and people recorded elsewhere then.

    Args:
        beside: why it is another class than the one that stands at that site and hour with the same trainer.

    Raises:
        HeldElsewhere, Refused: the message names who, and the other class where ``actor`` may know it.
    """
    here = {each.pk for each in people}
    taught_by = {each.person_id: each.name for each in held.trainers if each.person_id}
    if both := [name for person, name in taught_by.items() if person in here]:
        raise Refused(
            _("%(names)s taught the class and is named among those who came. Leave one of the two out.")
            % {"names": some_names(both)},
            field="people",
        )
    meetings = _at_that_hour(held)
    if not beside.strip():
        _check_held_once(held, meetings, actor)
    _check_people(held, meetings, here, actor)


def _at_that_hour(held: HeldClass) -> QuerySet[SessionMeeting]:
    """Meetings that share time with the class: as they were held, else as they are planned."""
    return (
        SessionMeeting.objects.exclude(state=MeetingState.CANCELLED)
        .exclude(training_session__state=SessionState.CANCELLED)
        .annotate(
            began=Coalesce("actual_starts_at", "starts_at"),
            ended=Coalesce("actual_ends_at", "ends_at"),
        )
        .filter(began__lt=held.ends_at, ended__gt=held.starts_at)
    )


def _check_held_once(held: HeldClass, meetings: QuerySet[SessionMeeting], actor: User) -> None:
    same = meetings.filter(training_session__site=held.site, meeting_trainers__trainer__in=held.trainers)
    other = _first(same, actor)
    if other is not None:
        raise HeldElsewhere(
            _(
                "%(other)s stands there at that time with the same trainer. If it is this class, record it there; if "
                "it is another one, write why below."
            )
            % {"other": _named(other)},
            sessions=[other.training_session_id],
            field="beside",
        )


def _check_people(held: HeldClass, meetings: QuerySet[SessionMeeting], here: set[int], actor: User) -> None:
    """Nobody sits in two classes at once, nor teaches one while sitting in the other."""
    came = {AttendanceStatus.PRESENT, AttendanceStatus.LATE}
    trainers = {each.person_id for each in held.trainers if each.person_id}
    sat = Attendance.objects.filter(
        meeting__in=meetings, status__in=came, enrolment__removed_at=None, enrolment__person__in=here | trainers
    ).values_list("meeting", "enrolment__person", "enrolment__person__name")
    begun = meetings.filter(state__in=[MeetingState.OPEN, MeetingState.CONCLUDED])
    taught = MeetingTrainer.objects.filter(meeting__in=begun, trainer__person__in=here).values_list(
        "meeting", "trainer__person", "trainer__person__name"
    )
    found = sorted([*sat, *taught], key=lambda row: (row[0], row[2]))
    if not found:
        return
    other = _first(meetings.filter(pk=found[0][0]), actor)
    assert other is not None  # found a moment ago, in this transaction
    there = {person: name for meeting, person, name in found if meeting == other.pk}
    raise HeldElsewhere(
        _(
            "%(names)s: recorded in %(other)s then. Correct the times, leave them out here, or correct the attendance "
            "there first."
        )
        % {"names": some_names(list(there.values())), "other": _named(other)},
        sessions=[other.training_session_id],
        field="trainers" if there.keys() <= trainers else "people",
    )


def _first(meetings: QuerySet[SessionMeeting], actor: User) -> SessionMeeting | None:
    """The first of them, with what is said of it; ``is_visible`` where the actor may know its session."""
    seen = TrainingSession.objects.visible_to_staff(actor).filter(pk=OuterRef("training_session"))
    rows = meetings.select_related("training_session__site").annotate(is_visible=Exists(seen))
    return rows.order_by("starts_at", "pk").first()


def _named(meeting: SessionMeeting) -> str:
    """Which class it is, and when; without its number where the actor may not know it."""
    held = meeting.training_session
    when = (
        f"{day_words(meeting.starts_at.astimezone(held.site.zone).date(), 'dated')} "
        f"{hours_words(meeting.starts_at, meeting.ends_at, held.site.zone)}"
    )
    if not meeting.is_visible:  # type: ignore[attr-defined]
        return _("another class (%(when)s)") % {"when": when}
    return f"{held.number} {held.label} ({when})"
