"""Who can be in a class: nobody who has left, not joined yet, or is in another one then (clauses 4.2, 5.2, 5.3.1).

Nobody is present in two classes at once, by whichever door: roll, check-in, filing, correction, beyond the target. Who
by the list of people does not work here that day is never marked present with the rest; a trainer who sees them may say
so while the class goes on, and :func:`doubts` says beside them what speaks against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext as _

from planning.queries.plans import local_day
from planning.queries.roster import some_names
from sessions.enums import AttendanceStatus, MeetingState, SessionState
from sessions.models import Attendance, Enrolment, MeetingTrainer, SessionMeeting, TrainingSession
from sessions.queries.pages import roll_of
from trainingops.domain import Refused
from trainingops.people.models import Person, User
from trainingops.people.shifts import has_left
from trainingops.ui.moments import day_words, hours_words

CAME = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)


class HeldElsewhere(Refused):
    """Another class stands at that hour: ``sessions`` says which, by key, for a page that leads there."""

    def __init__(self, message: str, *, sessions: Iterable[int], field: str) -> None:
        self.sessions = frozenset(sessions)
        super().__init__(message, field=field, code="held_elsewhere")


def meetings_between(starts_at: datetime, ends_at: datetime) -> QuerySet[SessionMeeting]:
    """Meetings that share time with a span: what of them was held as planned, or all of one held after its time.

    A class that was opened early or concluded late takes nobody out of the one before or after it.
    """
    as_planned = Q(began__lt=ends_at, ended__gt=starts_at) & Q(began__lt=F("ended"))
    afterwards = Q(actual_starts_at__gte=F("ends_at"), actual_starts_at__lt=ends_at, actual_ends_at__gt=starts_at)
    return (
        SessionMeeting.objects.exclude(state=MeetingState.CANCELLED)
        .exclude(training_session__state=SessionState.CANCELLED)
        .annotate(began=Greatest("starts_at", "actual_starts_at"), ended=Least("ends_at", "actual_ends_at"))
        .filter(as_planned | afterwards)
    )


def meetings_beside(meeting: SessionMeeting) -> QuerySet[SessionMeeting]:
    """Those of other classes that share time with a meeting: as it was held, or as planned while it goes on."""
    starts_at, ends_at = meeting.actual_starts_at, meeting.actual_ends_at
    if starts_at is None or ends_at is None:
        starts_at, ends_at = meeting.starts_at, meeting.ends_at
    elif min(ends_at, meeting.ends_at) > max(starts_at, meeting.starts_at):
        starts_at, ends_at = max(starts_at, meeting.starts_at), min(ends_at, meeting.ends_at)
    return meetings_between(starts_at, ends_at).exclude(training_session=meeting.training_session_id)


def with_other_class(people: QuerySet[Enrolment], meeting: SessionMeeting) -> QuerySet[Enrolment]:
    """Each with ``other``: the key of a meeting beside this one in whose roll they came, or which they taught."""
    beside = meetings_beside(meeting)
    begun = beside.filter(state__in=[MeetingState.OPEN, MeetingState.CONCLUDED])
    sat = Attendance.objects.filter(meeting__in=beside.values("pk"), status__in=CAME, enrolment__removed_at=None)
    taught = MeetingTrainer.objects.filter(meeting__in=begun.values("pk"), trainer__person=OuterRef("person"))
    here = sat.filter(enrolment__person=OuterRef("person")).order_by("pk").values("meeting")[:1]
    return people.annotate(other=Coalesce(Subquery(here), Subquery(taught.order_by("pk").values("meeting")[:1])))


def require_not_elsewhere(people: Iterable[Enrolment], *, actor: User, remedy: str) -> None:
    """Refuse who of :func:`with_other_class` is in another class, naming them, that class and the remedy.

    Raises:
        HeldElsewhere: at the first of them; its field is their status in the roll.
    """
    found = [each for each in people if each.other]  # type: ignore[attr-defined]
    if not found:
        return
    other = first_of(SessionMeeting.objects.filter(pk=found[0].other), actor)  # type: ignore[attr-defined]
    assert other is not None  # found a moment ago, in this transaction
    names = [each.person.name for each in found if each.other == other.pk]  # type: ignore[attr-defined]
    raise HeldElsewhere(
        said_elsewhere(names, other, remedy), sessions=[other.training_session_id], field=f"status-{found[0].pk}"
    )


def who_was_left_blank(meeting: SessionMeeting, reader: User) -> list[str]:
    """Who of the blank cells of a roll cannot be marked present with the rest, why, and what helps (two queries)."""
    blank = roll_of(meeting).filter(Q(recorded=None) | Q(recorded__status=""))
    people = list(with_other_class(blank, meeting).order_by("person__name"))
    names = names_of_other_classes(people, reader)
    day = local_day(meeting.starts_at, meeting.training_session.site)
    found = []
    for each in people:
        why, remedy = why_not_employed(each.person, day), _("Record them by hand if they are here.")
        if each.pk in names:
            why = _("Also recorded in %(other)s.") % {"other": names[each.pk]}
            remedy = _("Have the attendance there corrected first, or do not mark them present here.")
        if why:
            found.append(f"{each.person.name}: {why[0].lower()}{why[1:]} {remedy}")
    return found


def names_of_other_classes(people: Collection[Enrolment], reader: User) -> dict[int, str]:
    """Of those of :func:`with_other_class` who are in another class, which one, by their key (one query)."""
    there = {each.pk: each.other for each in people if each.other}  # type: ignore[attr-defined]
    others = SessionMeeting.objects.filter(pk__in=set(there.values()))
    names = {each.pk: named(each) for each in with_names(others, reader)} if there else {}
    return {key: names[other] for key, other in there.items()}


def said_elsewhere(names: Sequence[str], other: SessionMeeting, remedy: str) -> str:
    """Who is recorded in another class of :func:`with_names`, and what helps."""
    return _("%(names)s: recorded in %(other)s then. %(remedy)s") % {
        "names": some_names(list(names)),
        "other": named(other),
        "remedy": remedy,
    }


def require_nobody_elsewhere(
    people: Collection[int],
    meetings: QuerySet[SessionMeeting],
    *,
    actor: User,
    remedy: str,
    field: str,
    trainers: Collection[int] = (),
) -> None:
    """Refuse who was recorded in one of these meetings, and of ``people`` also who taught it (two queries).

    Args:
        people: keys of who is said to have taken part in a class.
        meetings: of :func:`meetings_between`, without the class itself.
        remedy: what helps, as a sentence.
        field: where it is said; ``trainers`` where those alone were elsewhere.
        trainers: keys of who is said to have taught it.

    Raises:
        HeldElsewhere: names who, and the other class where ``actor`` may know it.
    """
    who = "enrolment__person", "enrolment__person__name"
    sat = Attendance.objects.filter(meeting__in=meetings, status__in=CAME, enrolment__removed_at=None)
    begun = meetings.filter(state__in=[MeetingState.OPEN, MeetingState.CONCLUDED])
    taught = MeetingTrainer.objects.filter(meeting__in=begun, trainer__person__in=people)
    found = sorted(
        [
            *sat.filter(enrolment__person__in={*people, *trainers}).values_list("meeting", *who),
            *taught.values_list("meeting", "trainer__person", "trainer__person__name"),
        ],
        key=lambda row: (row[0], row[2]),
    )
    if not found:
        return
    other = first_of(meetings.filter(pk=found[0][0]), actor)
    assert other is not None  # found a moment ago, in this transaction
    there = {person: name for meeting, person, name in found if meeting == other.pk}
    raise HeldElsewhere(
        said_elsewhere(list(there.values()), other, remedy),
        sessions=[other.training_session_id],
        field="trainers" if there.keys() <= set(trainers) else field,
    )


def why_not_employed(person: Person, day: date) -> str:
    """Why somebody does not work here on the day of a class, by its site's clock; empty where they do."""
    said = {"day": day_words(day, "dated")}
    if has_left(person.employment, person.left_on, day):
        if person.left_on is None:
            return _("Has left, says the list of people.")
        return _("Left on %(last)s, before %(day)s.") % {**said, "last": day_words(person.left_on, "dated")}
    if person.joined_on and person.joined_on > day:
        return _("Joins on %(first)s, after %(day)s.") % {**said, "first": day_words(person.joined_on, "dated")}
    return ""


def require_employed(people: Iterable[Person], days: Iterable[date], *, field: str) -> None:
    """Refuse who does not work here on one of the days of a class, by its site's clock, naming each and why."""
    days = sorted(set(days))
    found = {each.name: why for each in people for day in days if (why := why_not_employed(each, day))}
    if found:
        raise Refused(
            _("%(who)s Leave them out, or correct their days in the list of people.")
            % {"who": " ".join(f"{name}: {why[0].lower()}{why[1:]}" for name, why in found.items())},
            field=field,
            code="left",
        )


def require_could_come(meeting: SessionMeeting, person: Person, status: str, actor: User) -> None:
    """Refuse that a correction says of somebody to have come to a concluded meeting who cannot have been there."""
    if status not in CAME:
        return
    require_employed([person], [local_day(meeting.starts_at, meeting.training_session.site)], field="status")
    require_nobody_elsewhere(
        {person.pk},
        meetings_beside(meeting),
        actor=actor,
        remedy=_("Have the attendance there corrected first, or leave the absence as it is."),
        field="status",
    )


def doubts(meeting: SessionMeeting, people: Collection[Person], reader: User) -> dict[int, str]:
    """What speaks against the presence of some of these people, by their key: a remark, never a refusal (5.3.1).

    They had left by that day or not joined yet, or are in the roll of another class at that hour, or teach it. One
    query, and one more where somebody is elsewhere.
    """
    day = local_day(meeting.starts_at, meeting.training_session.site)
    said = {each.pk: why for each in people if (why := why_not_employed(each, day))}
    keys = [each.pk for each in people]
    beside = meetings_beside(meeting)
    begun = beside.filter(state__in=[MeetingState.OPEN, MeetingState.CONCLUDED])
    came = Attendance.objects.filter(meeting__in=beside, status__in=CAME, enrolment__removed_at=None)
    taught = MeetingTrainer.objects.filter(meeting__in=begun, trainer__person__in=keys)
    sat = came.filter(enrolment__person__in=keys).values_list("enrolment__person", "meeting")
    there = dict(sat.union(taught.values_list("trainer__person", "meeting")))
    if there:
        others = {each.pk: named(each) for each in with_names(beside.filter(pk__in=there.values()), reader)}
        for person, other in there.items():
            said.setdefault(person, _("Also recorded in %(other)s.") % {"other": others[other]})
    return said


def with_names(meetings: QuerySet[SessionMeeting], actor: User) -> QuerySet[SessionMeeting]:
    """With what :func:`named` says of them; ``is_visible`` where the actor may know the session."""
    seen = TrainingSession.objects.visible_to_staff(actor).filter(pk=OuterRef("training_session"))
    return meetings.select_related("training_session__site").annotate(is_visible=Exists(seen))


def first_of(meetings: QuerySet[SessionMeeting], actor: User) -> SessionMeeting | None:
    """The first of them, with what is said of it."""
    return with_names(meetings, actor).order_by("starts_at", "pk").first()


def named(meeting: SessionMeeting) -> str:
    """Which class it is, and when; without its number where the actor may not know it."""
    held = meeting.training_session
    when = (
        f"{day_words(meeting.starts_at.astimezone(held.site.zone).date(), 'dated')} "
        f"{hours_words(meeting.starts_at, meeting.ends_at, held.site.zone)}"
    )
    if not meeting.is_visible:  # type: ignore[attr-defined]
        return _("another class (%(when)s)") % {"when": when}
    return f"{held.number} {held.label} ({when})"
