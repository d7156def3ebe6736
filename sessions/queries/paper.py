"""Reads behind prints and scans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from sessions.enums import MeetingState, PageState
from sessions.models import ScanPage, SessionMeeting, TrainingSession

if TYPE_CHECKING:
    from trainingops.people.models import User

#: So many classes a choice holds at most.
MOST_CHOICES = 200


def page_counts(pages: QuerySet[ScanPage]) -> dict[str, int]:
    """How many pages are in each state, and all; one query."""
    found = dict.fromkeys(PageState.values, 0)
    found |= dict(pages.order_by().values_list("state").annotate(n=Count("pk")))
    return {**found, "all": sum(found.values())}


def pages_of_list(pages: QuerySet[ScanPage], state: str) -> QuerySet[ScanPage]:
    """The rows of one tab of the list, with what it shows; the oldest first where somebody waits for them."""
    if state != "all":
        pages = pages.filter(state=state)
    order = ("scan__uploaded_at", "scan", "number") if state == PageState.UNFILED else ("-scan__uploaded_at", "number")
    return pages.select_related("scan__uploaded_by", "training_session").order_by(*order)


def waiting_pages(user: User) -> QuerySet[ScanPage]:
    """Pages of the user's own uploads that wait: what the menu counts."""
    return ScanPage.objects.filter(Q(scan__uploaded_by=user) | Q(scan__job__owner=user), state=PageState.UNFILED)


def filed_pages_of_session() -> ArraySubquery:
    """An annotation of a session with its filed pages, the oldest paper first: the page costs no query more."""
    rows = ScanPage.objects.filter(training_session=OuterRef("pk"), state=PageState.FILED)
    rows = rows.order_by("evidence_date", "scan", "number")
    return ArraySubquery(
        rows.values(
            said=JSONObject(uuid="uuid", number="number", evidence_date="evidence_date", file_name="scan__file_name")
        )
    )


@dataclass(frozen=True)
class FiledPage:
    """A filed page as the page of its session lists it."""

    uuid: str
    number: int
    evidence_date: date
    file_name: str


def filed_pages(said: Iterable[Mapping[str, Any]]) -> list[FiledPage]:
    """The rows of :func:`filed_pages_of_session`."""
    return [FiledPage(**{**each, "evidence_date": date.fromisoformat(each["evidence_date"])}) for each in said]


def meetings_to_file(user: User, *, since: datetime, until: datetime) -> QuerySet[SessionMeeting]:
    """Meetings to which the user may file a page, the latest first."""
    sessions = TrainingSession.objects.visible_to_staff(user)
    rows = SessionMeeting.objects.filter(training_session__in=sessions, starts_at__range=(since, until))
    return (
        rows.exclude(state=MeetingState.CANCELLED)
        .select_related("training_session__plan", "training_session__site")
        .order_by("-starts_at")[:MOST_CHOICES]
    )
