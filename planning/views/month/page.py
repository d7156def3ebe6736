"""The plans of a month at a site, day by day; the same as Excel and on paper (EXP-1, PRN)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.enums import RevisionState
from planning.policies.plans import can_edit_plan
from planning.queries.month import (
    STANDINGS,
    MonthFacets,
    chosen_meetings,
    facets_of,
    meetings_of_month,
    undated_drafts,
    with_rows,
)
from planning.services.month import MOST
from planning.views.month.place import Place, place_of
from planning.views.plan_list import CHANGE_WAITS, STATE_KINDS, state_words
from planning.views.plans import REVISION_KINDS
from trainingops.people.days_off import days_off
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import workbook_response
from trainingops.ui.moments import hours_words, zone_word

STANDING_KINDS = {
    **{str(state): kind for state, kind in REVISION_KINDS.items()},
    **{str(state): kind for state, kind in STATE_KINDS.items()},
}
FACET_LABELS = {
    "state": gettext_lazy("State"),
    "kind": gettext_lazy("Kind"),
    "line": gettext_lazy("Service line"),
    "pic": "PIC",
}
#: Meetings on one page, no more plans than are changed together; paper gets all of them.
PER_PAGE = MOST
#: Plans without a date that the page names; the list of plans has all.
MOST_UNDATED = 20
_SATURDAY = 5


@dataclass(frozen=True)
class Row:
    """One meeting of the month.

    Attributes:
        is_first: the first of its plan on the page, which carries what is chosen by the plan.
    """

    meeting: Any
    is_first: bool

    @property
    def standing(self) -> str:
        return str(STANDINGS[self.meeting.standing])

    @property
    def kind(self) -> str:
        """The status kind."""
        return STANDING_KINDS[self.meeting.standing]

    @property
    def hours(self) -> str:
        """From when to when, where it is held."""
        zone = self.meeting.planned_session.host_site.zone
        return hours_words(self.meeting.starts_at, self.meeting.ends_at, zone)

    @property
    def is_draft(self) -> bool:
        return bool(self.meeting.standing == RevisionState.DRAFT)


@dataclass(frozen=True)
class Day:
    """A day of the month that has meetings; ``off`` names a day off or the weekend."""

    day: date
    off: str
    rows: list[Row]


@require_GET
def plan_month(request: SignedInRequest) -> HttpResponse:
    """Every plan in sight that meets in a month at a site, by day; state, kind, line and PIC as links with counts."""
    place = place_of(request)
    if place is None:
        return render(request, "planning/month_none.html", {"title": _("Monthly plan")})
    every = meetings_of_month(request.user, place.month)
    facets = facets_of(every, site=place.site, asked=request.GET.dict())
    meetings = with_rows(chosen_meetings(every, site=place.site, chosen=facets.chosen))
    off = days_off(place.site, place.month.first, place.month.until)
    if request.GET.get("export") == "xlsx":
        name = _("monthly-plan-%(month)s-%(site)s") % {"month": place.month.key, "site": place.site.code.lower()}
        return workbook_response([str(word) for word in HEAD], _lines(meetings, off), name=name)
    whole = "print" in request.GET
    page = Paginator(meetings, 10_000 if whole else PER_PAGE).get_page(request.GET.get("page"))
    days = _days(page, off)
    undated = list(undated_drafts(request.user, place.site)[: MOST_UNDATED + 1]) if not facets.chosen else []
    context = {
        "place": place,
        "days": days,
        "page_obj": page,
        "whole": whole,
        "ticked": request.GET.get("tick") == "drafts",
        "has_drafts": any(row.is_draft for day in days for row in day.rows),
        "off": sorted(off.items()),
        "undated": undated[:MOST_UNDATED],
        "own": [plan for plan in undated if can_edit_plan(request.user, plan)],
        "change_waits": CHANGE_WAITS,
        "more_undated": len(undated) > MOST_UNDATED,
        **(_doing(place) if request.user.authority.has("trainer") else {}),
        "title": _("Monthly plan %(month)s") % {"month": place.words},
        **_links(place, facets),
    }
    return render(request, "planning/month.html", context)


def _doing(place: Place) -> dict[str, str]:
    """Where a trainer acts on the month."""
    return {
        "copy_url": place.url("plan_month_copy"),
        "change_url": reverse("plan_month_change"),
        "submit_url": reverse("plan_month_submit"),
    }


def _links(place: Place, facets: MonthFacets) -> dict[str, Any]:
    """Where else the page leads: other months and sites, and the filters."""
    return {
        "facets": [(FACET_LABELS[name], name, rows) for name, rows in facets.facets.items()],
        "chosen": facets.chosen,
        "sites": [(each, facets.sites.get(each.pk, 0), place.url("plan_month", site=each)) for each in place.sites],
        "earlier": (place.url("plan_month", month=place.month.moved(-1)), place.month.moved(-1)),
        "later": (place.url("plan_month", month=place.month.moved(1)), place.month.moved(1)),
    }


def off_word(day: date, off: dict[date, str]) -> str:
    """What a day is that is no working day: the day off by its name, or the weekend; else nothing."""
    return off.get(day, "") or (_("weekend") if day.weekday() >= _SATURDAY else "")


def _days(page: Page[Any], off: dict[date, str]) -> list[Day]:
    seen: set[int] = set()
    days = []
    for day, meetings in groupby(page.object_list, key=lambda meeting: meeting.day):
        rows = []
        for meeting in meetings:
            plan = meeting.planned_session.plan_id
            rows.append(Row(meeting, plan not in seen))
            seen.add(plan)
        days.append(Day(day, off_word(day, off), rows))
    return days


HEAD = (
    gettext_lazy("Date"),
    gettext_lazy("Weekday"),
    gettext_lazy("Day off"),
    gettext_lazy("From"),
    gettext_lazy("until"),
    gettext_lazy("Zone"),
    gettext_lazy("Number"),
    gettext_lazy("Training"),
    gettext_lazy("Kind"),
    gettext_lazy("Service line"),
    gettext_lazy("Batch"),
    "PIC",
    "Trainer",
    gettext_lazy("Room"),
    gettext_lazy("Link"),
    gettext_lazy("Participants"),
    gettext_lazy("State"),
)


def _lines(meetings: Any, off: dict[date, str]) -> Iterator[list[Any]]:
    """The same rows for a spreadsheet; times as texts of the place, so that no reader's zone moves them."""
    for meeting in meetings:
        planned = meeting.planned_session
        plan, zone = planned.plan, planned.host_site.zone
        start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
        yield [
            meeting.day,
            date_format(meeting.day, "l"),
            off_word(meeting.day, off),
            f"{start:%H:%M}",
            f"{end:%H:%M}",
            zone_word(start),
            plan.number,
            plan.title,
            plan.get_kind_display(),
            plan.line.name,
            planned.label,
            str(plan.pic),
            ", ".join(each.name for each in planned.trainers.all()),
            planned.room.name if planned.room else "",
            planned.link,
            meeting.people,
            state_words(STANDINGS[meeting.standing], change_waits=meeting.change_waits),
        ]
