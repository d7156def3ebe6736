"""What stands in the calendar, one query a kind, each in the reader's sight only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import ReviewState
from evaluation.models import Review
from planning.models import ProductChange
from reporting.enums import ObligationState
from reporting.models import ReportObligation
from sessions.calendar import uid_of
from sessions.enums import MeetingState, SessionState
from sessions.models import SessionMeeting, TrainingSession
from sessions.queries.visibility import sessions_open_to
from sessions.tables import MEETING_STATES
from trainingops.people.models import User
from trainingops.ui.moments import hours_words, moment_words

#: No zone is farther from UTC: a day of any place lies within it on both sides.
_SLACK = timedelta(hours=14)
_INSTANT = timedelta(microseconds=1)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a day.

    Attributes:
        day: under which it stands: that of its place, on which it begins, or at whose end it is due.
        at, ends_at: its times, read in ``zone``; a due time only ``ends_at``; a whole day neither.
        mark: a kind of status and a word, such as ``("idle", "Cancelled")``.
        uid, sequence: under which a calendar application keeps it, and how often it changed (CAL-2).
    """

    uid: str
    day: date
    title: str
    url: str
    icon: str
    at: datetime | None = None
    ends_at: datetime | None = None
    zone: tzinfo | None = None
    note: str = ""
    mark: tuple[str, str] | None = None
    sequence: int = 0
    is_cancelled: bool = False

    @property
    def times(self) -> str:
        """From when to when, or at what time; nothing for a whole day."""
        if self.at and self.ends_at:
            return hours_words(self.at, self.ends_at, self.zone)
        moment = self.at or self.ends_at
        return moment_words(moment, self.zone, "time") if moment else ""

    @property
    def order(self) -> tuple[date, datetime, str]:
        """Whole days first, then by time."""
        moment = self.at or self.ends_at or datetime.combine(self.day, time.min, _UTC) - _SLACK
        return self.day, moment, self.title


def entries_between(
    user: User, first: date, until: date, *, may_open: Callable[[str], bool], own: bool = False
) -> list[Entry]:
    """Everything from ``first`` until the day before ``until``, in order.

    Args:
        own: only what the reader teaches, answers for or takes part in.
        may_open: whether the reader's roles open the page of that URL name.
    """
    found = [*_meetings(user, _around(first, until), own)]
    if may_open("obligation_detail"):
        found += _due_reports(user, _around(first, until), own)
    if may_open("review_detail"):
        found += _reviews(user, _around(first, until), own)
    if may_open("product_change_detail") and not own:
        found += _changes(user, first, until)
    return sorted((each for each in found if first <= each.day < until), key=lambda each: each.order)


def _around(first: date, until: date) -> tuple[datetime, datetime]:
    return (datetime.combine(first, time.min, _UTC) - _SLACK, datetime.combine(until, time.min, _UTC) + _SLACK)


def _of(user: User, path: str = "") -> Q:
    """What a session is to those who answer for it: its PIC, its trainers."""
    return Q(**{f"{path}plan__pic": user}) | Q(**{f"{path}meetings__meeting_trainers__trainer__user": user})


def _meetings(user: User, around: tuple[datetime, datetime], own: bool) -> Iterator[Entry]:
    opens = sessions_open_to(user)
    sessions = TrainingSession.objects.filter(
        Q(pk__in=TrainingSession.objects.visible_to(user).values("pk")) | Q(pk__in=opens.values("pk"))
    )
    if own:
        enrolled = Q(enrolments__person=user.person_id, enrolments__removed_at=None) if user.person_id else Q()
        sessions = sessions.filter(pk__in=TrainingSession.objects.filter(_of(user) | enrolled).values("pk"))
    as_staff = opens.filter(pk=OuterRef("training_session"))
    rows = (
        SessionMeeting.objects.filter(training_session__in=sessions, starts_at__range=around)
        .annotate(as_staff=Exists(as_staff))
        .select_related("training_session__plan", "training_session__site", "training_session__planned__room")
    )
    for each in rows:
        held = each.training_session
        state = MeetingState.CANCELLED if held.state == SessionState.CANCELLED else MeetingState(each.state)
        room = held.planned.room
        yield Entry(
            uid=uid_of(each),
            sequence=held.calendar_sequence,
            is_cancelled=state == MeetingState.CANCELLED,
            day=each.starts_at.astimezone(held.site.zone).date(),
            at=each.starts_at,
            ends_at=each.ends_at,
            zone=held.site.zone,
            title=held.plan.title,
            note=", ".join([held.label, *([str(room)] if room else []), str(held.site)]),
            url=reverse("session_detail", args=[held.uuid]) if each.as_staff else reverse("my_trainings"),
            icon="people",
            mark=None if state == MeetingState.PLANNED else (MEETING_STATES[state], str(state.label)),
        )


def _due_reports(user: User, around: tuple[datetime, datetime], own: bool) -> Iterator[Entry]:
    """Reports by the day at whose end they are due (5.3.2)."""
    rows = ReportObligation.objects.visible_to(user).filter(due_at__range=around).exclude(state=ObligationState.VOID)
    if own:
        rows = rows.filter(owner=user)
    for each in rows.select_related("training_session__plan").annotate(change_count=Count("changes")):
        zone = ZoneInfo(each.timezone)
        last = each.due_at - _INSTANT
        mark = None
        if each.breached_at:
            mark = ("late", _("Late"))
        elif each.state == ObligationState.SUBMITTED:
            mark = ("ok", _("On time"))
        yield Entry(
            uid=f"{each.uuid}@trainingops",
            sequence=each.change_count,
            day=last.astimezone(zone).date(),
            ends_at=last,
            zone=zone,
            title=_("H+1 report: %(title)s") % {"title": each.training_session.plan.title},
            note=each.training_session.label,
            url=reverse("obligation_detail", args=[each.uuid]),
            icon="clock",
            mark=mark,
        )


def _reviews(user: User, around: tuple[datetime, datetime], own: bool) -> Iterator[Entry]:
    rows = Review.objects.visible_to(user).filter(scheduled_at__range=around)
    if own:
        rows = rows.filter(pk__in=Review.objects.filter(participants__user=user).values("pk"))
    for each in rows.exclude(state=ReviewState.CANCELLED).select_related("site", "line"):
        yield Entry(
            uid=f"{each.uuid}@trainingops",
            day=each.scheduled_at.astimezone(each.site.zone).date(),
            at=each.scheduled_at,
            zone=each.site.zone,
            title=_("Review %(number)s") % {"number": each.number},
            note=f"{each.line}, {each.site}",
            url=reverse("review_detail", args=[each.uuid]),
            icon="talk",
        )


def _changes(user: User, first: date, until: date) -> Iterable[Entry]:
    """Products and procedures by the day from which they hold (5.1.1)."""
    rows = ProductChange.objects.visible_to(user).filter(effective_on__gte=first, effective_on__lt=until)
    return [
        Entry(
            uid=f"{each.uuid}@trainingops",
            day=each.effective_on,
            title=_("In force: %(number)s %(title)s") % {"number": each.number, "title": each.title},
            url=reverse("product_change_detail", args=[each.uuid]),
            icon="flag",
        )
        for each in rows
    ]
