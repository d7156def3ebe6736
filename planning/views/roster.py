"""The roster of a plan's targets around its meetings: overtime ordered, consents, proposed batches (5.1.1 f)."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from planning.enums import Consent, RevisionState
from planning.forms.traffic import ConsentForm, OvertimeForm
from planning.models import OvertimeOrder, PlannedMeeting, PlanRevision, TrainingPlan
from planning.policies.plans import can_edit_plan
from planning.queries.roster import PlanRoster, beyond_the_law, roster_of
from planning.services import answer_overtime, order_overtime
from planning.services.overtime import takes_orders
from planning.views.task_list import PARTS
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.ui.errors import Line, foreign_ticks
from trainingops.ui.moments import day_words
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
        "lacking": any(row.meeting.pk in ahead and row.awaits_order for row in roster.overtime),
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
                        "lacks_order": (lacks := meeting.pk in ahead and row.awaits_order),
                        "index": next(boxes) if lacks else None,
                    }
                    for row in rows
                ],
            }
        )
    return found


def overtime_warnings(roster: PlanRoster, plan: TrainingPlan) -> list[str]:
    """Who would come above four hours a day or eighteen a week, in words (PP 35/2021)."""
    a_day = _("%(name)s: more than 4 hours of overtime on %(day)s.")
    a_week = _("%(name)s: more than 18 hours of overtime in the week from %(day)s.")
    return [
        words % {"name": name, "day": day_words(day)}
        for name, days, weeks in beyond_the_law(roster, plan.site)
        for words, found in ((a_day, days), (a_week, weeks))
        for day in found
    ]


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
