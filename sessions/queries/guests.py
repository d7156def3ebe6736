"""Reads behind adding somebody who came without being targeted: who may be meant, who asked at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject, Lower

from sessions.enums import AttendanceSource, EnrolmentOrigin, MeetingState
from sessions.models import Enrolment, JoinRequest, SessionMeeting, TrainingSession
from trainingops.people.models import Person, PersonAssignment
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from trainingops.people.models import User

#: How many a search shows.
SHOWN = 20


def people_to_add(training_session: TrainingSession, user: User, text: str, now: datetime) -> list[Person]:
    """Who works at a site of the class, is not on the list, and is meant by ``text``: a part of the name or number of
    somebody in the user's sight, or the whole number of anybody there.

    A class is of its own site and of those where somebody on its list works: batches gather people of several.
    """
    day = now.astimezone(training_session.site.zone).date()
    on_list = Enrolment.objects.filter(training_session=training_session, removed_at=None)
    sites = PersonAssignment.objects.filter(in_force(day), person__in=on_list.values("person")).values("site")
    at_site = Q(site=training_session.site_id) | Q(site__in=sites)
    here = PersonAssignment.objects.filter(at_site, in_force(day), person=OuterRef("pk"))
    listed = on_list.filter(person=OuterRef("pk"))
    people = Person.objects.working().filter(Exists(here)).exclude(Exists(listed))
    seen = Person.objects.visible_to(user).filter(Q(name__icontains=text) | Q(employee_no__icontains=text))
    meant = people.filter(Q(pk__in=seen.values("pk")) | Q(employee_no__iexact=text))
    return list(meant.order_by(Lower("name"), "pk")[: SHOWN + 1])


def targets_of_class(training_session: TrainingSession) -> QuerySet[Enrolment]:
    """Those whose place a substitute may take."""
    rows = training_session.enrolments.filter(origin=EnrolmentOrigin.TARGET, removed_at=None)
    return rows.select_related("person").order_by(Lower("person__name"), "pk")


def with_door(meetings: QuerySet[SessionMeeting]) -> QuerySet[SessionMeeting]:
    """Each with who asked to be added and is neither on the list nor declined, for :func:`door_of`."""
    listed = Enrolment.objects.filter(
        training_session=OuterRef("meeting__training_session"), removed_at=None, person=OuterRef("person")
    )
    rows = JoinRequest.objects.filter(~Exists(listed), meeting=OuterRef("pk"), declined_at=None).order_by("at")
    said = {"uuid": "uuid", "at": "at", "source": "source", "name": "person__name", "number": "person__employee_no"}
    return meetings.annotate(door_rows=ArraySubquery(rows.values(row=JSONObject(**said))))


@dataclass(frozen=True)
class AtTheDoor:
    """Somebody who asked to be added, with the time of their scan."""

    uuid: str
    name: str
    number: str
    source: str
    at: datetime


def door_of(meeting: SessionMeeting) -> list[AtTheDoor]:
    """Who asked at the door of a meeting of :func:`with_door`, until its session is concluded; without a query.

    Who stood there when the meeting ended is added afterwards; their attendance counts from their scan all the same.
    """
    if meeting.state not in (MeetingState.OPEN, MeetingState.CONCLUDED):
        return []
    return [
        AtTheDoor(
            row["uuid"],
            row["name"],
            row["number"],
            str(AttendanceSource(row["source"]).label),
            datetime.fromisoformat(row["at"]),
        )
        for row in getattr(meeting, "door_rows", [])
    ]
