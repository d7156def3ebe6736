"""The roster of a plan's targets around its meetings: overtime ordered, consents, proposed batches (5.1.1 f)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.content import load, sessions_of, targets_of
from planning.enums import Consent, RevisionState
from planning.forms.traffic import ConsentForm, OvertimeForm
from planning.models import OvertimeOrder, PlannedMeeting, PlannedSession, PlanRevision, PlanTarget, TrainingPlan
from planning.policies.plans import can_edit_plan
from planning.queries.diary import diary_of
from planning.queries.load import Slots, days_ahead, duration_of, slots_for
from planning.queries.plans import local_day
from planning.queries.roster import PlanRoster, roster_of
from planning.queries.traffic import LineLoad, load_of_line
from planning.services import ProposedBatch, answer_overtime, order_overtime, take_batches
from planning.services.overtime import takes_orders
from planning.slots import DayWindow, Proposal
from planning.views.plans import get_draft
from planning.views.task_list import PARTS
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.people.shifts import too_much_overtime
from trainingops.ui.errors import Line, foreign_ticks
from trainingops.ui.moments import day_words, zone_word
from trainingops.ui.remedies import too_long

#: What the column of the note holds.
LONGEST_NOTE = OvertimeOrder._meta.get_field("consent_note").max_length or 0
_KINDS = {
    "on_shift": "ok",
    "unknown": "idle",
    "off": "warn",
    "before_shift": "warn",
    "after_shift": "warn",
    "after_night": "warn",
}


@require_http_methods(["GET", "POST"])
def plan_roster(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Each target's roster at each meeting; overtime is ordered here, with reason and who orders it."""
    plan, revision = _latest(request, uuid)
    wrong: list[Line] = []
    may_order = takes_orders(revision) and can_edit_plan(request.user, plan)
    form = OvertimeForm(request.POST if request.POST.get("action") == "order" else None)
    if request.method == "POST":
        enters = request.POST.get("action") == "consent"
        wrong = _enter_consent(request, plan) if enters else _order(request, revision, form)
        if not wrong and (enters or form.is_valid()):
            return redirect("plan_roster", uuid=plan.uuid)
    meetings = list(
        PlannedMeeting.objects.filter(planned_session__revision=revision).select_related("planned_session__host_site")
    )
    ahead = {meeting.pk for meeting in meetings if meeting.starts_at > request.now}
    roster = roster_of(revision, meetings)
    context = {
        "plan": plan,
        "revision": revision,
        "form": form,
        "may_order": may_order,
        "lacking": any(row.meeting.pk in ahead and (row.lacks_order or row.is_declined) for row in roster.overtime),
        "may_enter": can_edit_plan(request.user, plan),
        "roster": roster,
        "meetings": _by_meeting(meetings, roster, plan, ahead),
        "warnings": overtime_warnings(roster, plan),
        "ticked": set(request.POST.getlist("pair")),
        "errors": wrong,
        "noted": (request.POST.get("order", ""), request.POST.get("note", "")),
        "title": PARTS["roster"],
    }
    return render(request, "planning/plan_roster.html", context, status=422 if form.is_bound or wrong else 200)


def _latest(request: SignedInRequest, uuid: UUID) -> tuple[TrainingPlan, PlanRevision]:
    """The revision in preparation or awaiting its decision, else the approved one, else the last."""
    found = PlanRevision.objects.filter(plan__in=TrainingPlan.objects.visible_to(request.user), plan__uuid=uuid)
    first = Case(
        When(state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED], then=0),
        When(state=RevisionState.APPROVED, then=1),
        default=2,
    )
    revision = found.select_related("plan__site", "plan__line", "plan__pic").order_by(first, "-number").first()
    if revision is None:
        raise Http404
    return revision.plan, revision


def _order(request: SignedInRequest, revision: PlanRevision, form: OvertimeForm) -> list[Line]:
    """Order overtime for those ticked; what is wrong with the ticks, if anything. A refusal goes to ``form``."""
    wrong = _foreign_pairs(request, revision)
    if wrong or not form.is_valid():
        return wrong
    try:
        count = order_overtime(
            revision=revision, pairs=_pairs(request), **form.cleaned_data, actor=request.user, now=request.now
        )
    except Refused as refused:
        form.add_refusal(refused)
        return []
    words = ngettext(
        "%(n)d order is written; the agent is asked.", "%(n)d orders are written; the agents are asked.", count
    )
    messages.success(request, words % {"n": count})
    return []


def _pairs(request: SignedInRequest) -> list[tuple[int, UUID]]:
    """The ticked people and meetings: ``person:uuid``."""
    pairs = (text.partition(":") for text in request.POST.getlist("pair"))
    return [(int(person), UUID(meeting)) for person, _colon, meeting in pairs]


def _foreign_pairs(request: SignedInRequest, revision: PlanRevision) -> list[Line]:
    """A line for each tick that is no target at a meeting of this revision."""
    meetings = PlannedMeeting.objects.filter(planned_session__revision=revision).values_list("uuid", flat=True)
    people = revision.targets.values_list("person", flat=True)
    offered = {f"{person}:{meeting}" for person in people for meeting in meetings}
    return foreign_ticks(request.POST.getlist("pair"), offered, label=_("Order"), target="pair_0")


def _enter_consent(request: SignedInRequest, plan: TrainingPlan) -> list[Line]:
    """The PIC enters an answer given on paper, with the document; what is wrong with it, if anything."""
    order = get_object_or_404(OvertimeOrder.objects.select_related("plan"), plan=plan, uuid=_uuid(request))
    consent = Consent.GIVEN if request.POST.get("consent") == "given" else Consent.REFUSED
    note = request.POST.get("note", "")
    label, target = _("Document"), f"note-{order.uuid}"
    if problem := too_long(note, LONGEST_NOTE):
        return [Line(label, problem, target)]
    try:
        answer_overtime(order=order, consent=consent, note=note, actor=request.user, now=request.now)
    except Refused as refused:
        if refused.field != "note":
            raise
        return [Line(label, str(refused), target)]
    messages.success(request, _("The answer is saved."))
    return []


def _uuid(request: SignedInRequest) -> UUID:
    try:
        return UUID(request.POST.get("order", ""))
    except ValueError:
        raise Http404 from None


def _by_meeting(
    meetings: list[PlannedMeeting], roster: PlanRoster, plan: TrainingPlan, ahead: set[int]
) -> list[dict[str, Any]]:
    """The meetings in time, each with its people: those who need something first."""
    people = Person.objects.in_bulk({row.person for row in roster.rows})
    orders = {
        (order.person_id, order.uuid): order
        for order in OvertimeOrder.objects.filter(plan=plan, withdrawn_at=None).select_related("consent_by")
    }
    found, boxes = [], count()
    for meeting in sorted(meetings, key=lambda each: each.starts_at):
        rows = [row for row in roster.rows if row.meeting.pk == meeting.pk]
        rows.sort(key=lambda row: (not row.standing.is_absent, not row.standing.needs_order, people[row.person].name))
        found.append(
            {
                "meeting": meeting,
                "counts": roster.counts(meeting),
                "rows": [
                    {
                        "person": people[row.person],
                        "standing": row.standing,
                        "kind": _KINDS.get(row.standing.presence, "late"),
                        "order": orders.get((row.person, row.order.uuid)) if row.order else None,
                        "pair": f"{row.person}:{meeting.uuid}",
                        "lacks_order": (lacks := meeting.pk in ahead and (row.lacks_order or row.is_declined)),
                        "index": next(boxes) if lacks else None,
                    }
                    for row in rows
                ],
            }
        )
    return found


def overtime_warnings(roster: PlanRoster, plan: TrainingPlan) -> list[str]:
    """Who would come above four hours a day or eighteen a week, orders of other plans included (PP 35/2021)."""
    late = roster.overtime
    if not late:
        return []
    zone = plan.site.zone
    days = [row.meeting.starts_at.astimezone(zone).date() for row in late]
    first, last = min(days) - timedelta(days=min(days).weekday()), max(days) + timedelta(days=6 - max(days).weekday())
    minutes = {
        person: {day: count for day, count in roster.minutes.get(person, {}).items() if first <= day <= last}
        for person in {row.person: row.name for row in late}
    }
    for row in late:
        if row.order is None:
            own = minutes.setdefault(row.person, {})
            day = row.meeting.starts_at.astimezone(zone).date()
            own[day] = own.get(day, 0) + row.standing.overtime_minutes
    names = {row.person: row.name for row in late}
    found = []
    for person, own in minutes.items():
        over_days, over_weeks = too_much_overtime(own)
        found += [
            _("%(name)s: more than 4 hours of overtime on %(day)s.") % {"name": names[person], "day": day_words(day)}
            for day in over_days
        ]
        found += [
            _("%(name)s: more than 18 hours of overtime in the week from %(day)s.")
            % {"name": names[person], "day": day_words(day)}
            for day in over_weeks
        ]
    return found


@require_http_methods(["GET", "POST"])
def overtime_answer(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The agent reads why and who ordered it, and agrees or declines."""
    mine: QuerySet[OvertimeOrder] = OvertimeOrder.objects.filter(person=request.user.person_id or 0)
    order = get_object_or_404(mine.select_related("plan__site", "plan__pic", "person"), uuid=uuid)
    form = ConsentForm(request.POST or None, initial={"consent": order.consent})
    if request.method == "POST" and form.is_valid():
        try:
            answer_overtime(
                order=order, consent=Consent(form.cleaned_data["consent"]), actor=request.user, now=request.now
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Your answer is saved."))
            return redirect("overtime_answer", uuid=order.uuid)
    may_answer = order.withdrawn_at is None and order.starts_at > request.now
    context = {"order": order, "form": form, "may_answer": may_answer, "title": _("Overtime for a training")}
    return render(request, "planning/overtime_answer.html", context, status=422 if form.is_bound else 200)


def to_place(targets: Iterable[PlanTarget], roster: PlanRoster, sessions: Iterable[PlannedSession]) -> list[int]:
    """Keys of those for whom batches are proposed.

    Who has none; where everybody has one, those whom it does not hold: it lies outside their shift without an order,
    they are away, or the room has no seat for them.
    """
    rows = sorted((target.person_id, target.planned_session_id) for target in targets)
    if free := [person for person, batch in rows if batch is None]:
        return free
    outside = {row.person for row in roster.rows if row.lacks_order or row.is_declined or row.standing.is_absent}
    for planned in sessions:
        inside = [person for person, batch in rows if batch == planned.pk and person not in outside]
        if planned.room:
            outside |= set(inside[planned.room.capacity :])
    return sorted(outside)


# --- batches -----------------------------------------------------------------------------------------------
def tomorrow_of(request: SignedInRequest, plan: TrainingPlan) -> date:
    """The first day that the choice of a window looks at."""
    return local_day(request.now, plan.site) + timedelta(days=1)


def slots_of(
    request: SignedInRequest,
    revision: PlanRevision,
    people: list[int],
    known: LineLoad,
    roster: PlanRoster,
    *,
    batches: bool = False,
) -> Slots:
    """The windows of the two weeks from tomorrow, for people of a plan whose roster ahead was read.

    Args:
        batches: whether batches are proposed too; then the diaries of trainers, rooms and people are read.
    """
    plan = revision.plan
    first, minutes = tomorrow_of(request, plan), duration_of(revision)
    diary = diary_of(revision, people, days_ahead(first)) if batches and people else None
    return slots_for(people, known, site=plan.site, first=first, duration_minutes=minutes, roster=roster, diary=diary)


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
    """Pick a low window for a batch, or for a new one: it fills date and time of a meeting."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    known = load_of_line(site=plan.site, line=plan.line, until=local_day(request.now, plan.site))
    roster = roster_of(revision, (), ahead=days_ahead(tomorrow_of(request, plan)))
    places = list(revision.targets.order_by("person").values_list("person", "planned_session__uuid"))
    batch = request.GET.get("batch", "")
    own = [person for person, place in places if str(place or "") == batch]
    people = own or [person for person, _place in places]
    known_batch = batch if batch in {str(place) for _person, place in places} else ""
    slots = slots_of(request, revision, people, known, roster)
    context = {
        "plan": plan,
        "traffic_known": bool(known.profile.half_hours),
        **windows_shown(request, revision, slots, known, limit=20),
        "pick_url": _page_of_times(request, plan, known_batch),
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
    proposal = slots_of(request, revision, people, known, roster, batches=True).proposal
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
