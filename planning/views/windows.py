"""Low windows for the batches of a draft, and the batches proposed in them (5.1.1 f)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from planning.content import load, sessions_of, targets_of
from planning.models import PlannedMeeting, PlanRevision, TrainingPlan
from planning.queries.away import away_of_line
from planning.queries.diary import diary_and_away
from planning.queries.load import Slots, days_ahead, duration_of, slots_for
from planning.queries.plans import local_day
from planning.queries.roster import PlanRoster, roster_of, to_place
from planning.queries.traffic import LineLoad, load_ahead, load_of_line
from planning.services import ProposedBatch, take_batches
from planning.slots import DayWindow, Proposal
from planning.slots.diary import Diary
from planning.views.plans import get_draft
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.moments import zone_word


def tomorrow_of(request: SignedInRequest, plan: TrainingPlan) -> date:
    """The first day that the choice of a window looks at."""
    return local_day(request.now, plan.site) + timedelta(days=1)


def known_ahead(
    request: SignedInRequest, revision: PlanRevision, people: list[int], known: LineLoad, *, batches: bool
) -> tuple[LineLoad, Diary | None]:
    """The load with who is in other trainings; with ``batches`` to propose, also the diaries, by the same query."""
    plan = revision.plan
    today = local_day(request.now, plan.site)
    if not (batches and people):
        return replace(known, away=away_of_line(site=plan.site, line=plan.line, since=today)), None
    diary, away = diary_and_away(revision, people, days_ahead(tomorrow_of(request, plan)), today=today)
    return replace(known, away=away), diary


def slots_of(
    request: SignedInRequest,
    revision: PlanRevision,
    people: list[int],
    known: LineLoad,
    roster: PlanRoster,
    meetings: Sequence[PlannedMeeting],
    *,
    diary: Diary | None = None,
) -> Slots:
    """The windows of the two weeks from tomorrow, for people of a plan whose roster ahead was read.

    Args:
        known, diary: from :func:`known_ahead`.
        meetings: the first says how long the windows are, where there is one.
    """
    plan = revision.plan
    return slots_for(
        people,
        known,
        site=plan.site,
        plan=plan.pk,
        first=tomorrow_of(request, plan),
        duration_minutes=duration_of(revision, meetings),
        roster=roster,
        diary=diary,
    )


def windows_shown(
    request: SignedInRequest, revision: PlanRevision, slots: Slots, known: LineLoad, *, limit: int
) -> dict[str, Any]:
    """What both pages with windows show of them: the same list, on one of them longer."""
    return {
        "slots": slots,
        "count": slots.people,
        "goal": known.goal,
        "day_windows": holding(slots, known)[:limit],
        "zone_word": zone_word(request.now.astimezone(revision.plan.site.zone)),
    }


def holding(slots: Slots, known: LineLoad) -> list[DayWindow]:
    """The windows that hold the target while somebody of them is on shift, best first; nobody yet: all that hold."""
    goal = known.goal.target.goal
    return [each for each in slots.windows if not each.window.is_busy(goal) and (each.on_shift or not slots.people)]


@require_GET
def plan_windows(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Pick a low window for a meeting of a batch, which it moves, or for a new batch."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    known = load_ahead(site=plan.site, line=plan.line, today=local_day(request.now, plan.site))
    roster = roster_of(revision, (), ahead=days_ahead(tomorrow_of(request, plan)))
    meetings = list(PlannedMeeting.objects.filter(planned_session__revision=revision).select_related("planned_session"))
    batch, wanted = request.GET.get("batch", ""), request.GET.get("meeting", "")
    own_meetings = [each for each in meetings if str(each.planned_session.uuid) == batch]
    moved = next((each for each in own_meetings if str(each.uuid) == wanted), next(iter(own_meetings), None))
    places = list(revision.targets.order_by("person").values_list("person", "planned_session__uuid"))
    own = [person for person, place in places if str(place or "") == batch]
    people = own or [person for person, _place in places]
    slots = slots_of(request, revision, people, known, roster, [moved] if moved else meetings)
    context = {
        "plan": plan,
        "moved": moved,
        "traffic_known": bool(known.profile.half_hours),
        **windows_shown(request, revision, slots, known, limit=20),
        "pick_url": _page_of_times(request, plan, batch if moved else ""),
        "title": _("Choose a low interval"),
    }
    return render(request, "planning/plan_windows.html", context)


def _page_of_times(request: SignedInRequest, plan: TrainingPlan, batch: str) -> str:
    """Where a picked window fills the times: its batch, the first batch from a template, or a new one."""
    if batch:
        return reverse("plan_session", args=[plan.uuid, batch])
    name = "plan_when" if request.GET.get("for") == "when" else "plan_session_new"
    return reverse(name, args=[plan.uuid])


def fingerprint(proposal: Proposal | None) -> str:
    """What was shown, so that nothing else is taken over."""
    batches = proposal.batches if proposal else ()
    text = ";".join(
        f"{batch.day} {batch.window.minute} {batch.people} "
        f"{batch.trainer.key if batch.trainer else ''} {batch.room.key if batch.room else ''}"
        for batch in batches
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@require_POST
def plan_batches(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take the proposed batches over: sessions with their people, and the trainer and room that are free then."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    known = load_of_line(site=plan.site, line=plan.line, until=local_day(request.now, plan.site))
    load(revision)
    sessions = sessions_of(revision)
    meetings = [meeting for planned in sessions for meeting in planned.meetings.all()]
    roster = roster_of(revision, meetings, ahead=days_ahead(tomorrow_of(request, plan)))
    people = to_place(targets_of(revision), roster, sessions)
    known, diary = known_ahead(request, revision, people, known, batches=True)
    proposal = slots_of(request, revision, people, known, roster, meetings, diary=diary).proposal
    if proposal is None or fingerprint(proposal) != request.POST.get("fingerprint"):
        raise Refused(_("Roster or traffic has changed since the page was shown. Look at the proposal again."))
    made = take_batches(
        revision=revision,
        batches=[
            ProposedBatch(
                starts_at=(start := datetime.combine(batch.day, batch.window.starts_at, tzinfo=plan.site.zone)),
                ends_at=start + timedelta(minutes=batch.window.duration_minutes),
                people=batch.people,
                trainer=batch.trainer.key if batch.trainer else None,
                room=batch.room.key if batch.room else None,
            )
            for batch in proposal.batches
        ],
        actor=request.user,
        now=request.now,
    )
    messages.success(request, ngettext("%(n)d batch is made.", "%(n)d batches are made.", len(made)) % {"n": len(made)})
    return redirect("plan_sessions", uuid=plan.uuid)
