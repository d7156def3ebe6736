"""Reads behind prints and scans."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

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
    return ScanPage.objects.filter(scan__uploaded_by=user, state=PageState.UNFILED)


def filed_pages(training_session_ids: list[int]) -> QuerySet[ScanPage]:
    """The filed pages of sessions, the oldest paper first."""
    rows = ScanPage.objects.filter(training_session__in=training_session_ids, state=PageState.FILED)
    return rows.select_related("scan", "sheet", "meeting").order_by("evidence_date", "scan", "number")


def meetings_to_file(user: User, *, since: datetime, until: datetime) -> QuerySet[SessionMeeting]:
    """Meetings to which the user may file a page, the latest first."""
    sessions = TrainingSession.objects.visible_to_staff(user)
    rows = SessionMeeting.objects.filter(training_session__in=sessions, starts_at__range=(since, until))
    return (
        rows.exclude(state=MeetingState.CANCELLED)
        .select_related("training_session__plan", "training_session__site")
        .order_by("-starts_at")[:MOST_CHOICES]
    )
