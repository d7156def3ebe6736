"""The pages where the PIC writes a draft, part by part; each saves on its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planning.content import load, targets_of
from planning.forms.plans import (
    PART_FORMS,
    BusyReasonForm,
    DefectChoiceForm,
    MeetingFormSet,
    OtherRecipientFormSet,
    PeopleChoiceForm,
    SessionForm,
)
from planning.models import PlannedSession, PlanRevision, QualityParameter, TrainingPlan
from planning.queries.load import impacts, profile_of, recommended, window_words
from planning.queries.plans import agents_with_defects, local_day, parties_of
from planning.services import (
    DefectFilter,
    MeetingTimes,
    Recipient,
    add_targets,
    choose_targets_from_defects,
    place_targets,
    remove_session,
    remove_targets,
    save_part,
    save_recipients,
    save_session,
)
from planning.services.bookings import clashes_of
from planning.slots import BY_SERVICE_LEVEL
from planning.views.plans import PARTS, get_draft
from trainingops.domain import Refused
from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person, PersonAssignment
from trainingops.people.queries import in_force

#: The parties that the page of recipients offers by account.
OFFERED_PARTIES = (*MANDATORY_PARTIES, Role.SSO_TRAINING, Role.TEAM_LEADER, Role.CLIENT)


@require_http_methods(["GET", "POST"])
def plan_part(request: SignedInRequest, uuid: UUID, part: str) -> HttpResponse:
    """One form page of plain fields: need, module, method, scoring or recovery."""
    if part not in PART_FORMS:
        raise Http404
    plan, revision = _draft(request, uuid)
    form = PART_FORMS[part](request.POST or None, instance=revision, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            save_part(revision=revision, part=part, values=form.values(), actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("plan_detail", uuid=plan.uuid)
    return render(request, "planning/plan_part.html", {"plan": plan, "form": form, "part": part, "title": PARTS[part]})


# --- sessions ----------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def plan_sessions(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The batches with their meetings, what they do to service, and the reason for a busy interval (5.1.1 f)."""
    plan, revision = _draft(request, uuid)
    form = BusyReasonForm(request.POST or None, instance=revision, user=request.user)
    if request.method == "POST" and form.is_valid():
        save_part(revision=revision, part="slot", values=form.values(), actor=request.user, now=request.now)
        messages.success(request, _("Saved."))
        return redirect("plan_sessions", uuid=plan.uuid)
    load(revision, whole=False)
    sessions = list(revision.sessions.all())
    people = Counter(target.planned_session_id for target in targets_of(revision))
    context = {
        "plan": plan,
        "revision": revision,
        "sessions": [(planned, people[planned.pk]) for planned in sessions],
        "form": form,
        "clashes": clashes_of(revision) if sessions else [],
        "title": PARTS["sessions"],
        **_load(request, plan, revision, sessions),
    }
    return render(request, "planning/plan_sessions.html", context)


def _load(
    request: SignedInRequest, plan: TrainingPlan, revision: PlanRevision, sessions: Sequence[PlannedSession]
) -> dict[str, Any]:
    """What the traffic says: low windows, and each meeting in its interval; nothing where none is known."""
    today = local_day(request.now, plan.site)
    profile = profile_of(plan.site, plan.line, today)
    if not profile.half_hours:
        return {"traffic_known": False}
    found = impacts(revision, sessions, profile=profile, until=today)
    low = recommended(revision, profile, leaving=len(targets_of(revision)))
    return {
        "traffic_known": True,
        "windows": [(window_words(window, plan.site, request.now), window) for window in low.windows],
        "by_service_level": low.basis == BY_SERVICE_LEVEL,
        "impacts": found,
        "needs_reason": any(each.busy for each in found),
    }


@require_http_methods(["GET", "POST"])
def plan_session(request: SignedInRequest, uuid: UUID, session: UUID | None = None) -> HttpResponse:
    """Add or change one batch and its meetings."""
    plan, revision = _draft(request, uuid)
    planned = None
    if session is not None:
        batches = revision.sessions.select_related("host_site").prefetch_related("meetings", "trainers")
        planned = get_object_or_404(batches, uuid=session)
    form = SessionForm(request.POST or None, revision=revision, initial=_session_values(plan, revision, planned))
    site = planned.host_site if planned else plan.site
    if request.method == "POST" and form.is_valid():
        site = form.cleaned_data["host_site"]
    formset = MeetingFormSet(
        request.POST or None, initial=_meeting_values(planned), form_kwargs={"zone": site.zone}, prefix="meetings"
    )
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        try:
            save_session(
                revision=revision,
                planned=planned,
                meetings=_meetings(formset),
                actor=request.user,
                now=request.now,
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("%(batch)s is saved.") % {"batch": form.cleaned_data["label"]})
            return redirect("plan_sessions", uuid=plan.uuid)
    context = {
        "plan": plan,
        "form": form,
        "formset": formset,
        "planned": planned,
        "title": planned.label if planned else _("New batch"),
    }
    return render(request, "planning/plan_session.html", context)


def _session_values(plan: TrainingPlan, revision: PlanRevision, planned: PlannedSession | None) -> dict[str, Any]:
    if planned is None:
        return {"label": f"Batch {revision.sessions.count() + 1}", "host_site": plan.site_id}
    return {
        "label": planned.label,
        "host_site": planned.host_site_id,
        "trainers": [trainer.pk for trainer in planned.trainers.all()],
        "room": planned.room_id,
        "link": planned.link,
    }


def _meeting_values(planned: PlannedSession | None) -> list[dict[str, Any]]:
    if planned is None:
        return []
    return [
        {"uuid": meeting.uuid, "starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
        for meeting in planned.meetings.all()
    ]


def _meetings(formset: Any) -> list[MeetingTimes]:
    """The rows that hold a meeting and are not to be removed."""
    rows = [form.cleaned_data for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return [
        MeetingTimes(starts_at=row["starts_at"], ends_at=row["ends_at"], uuid=row.get("uuid"))
        for row in rows
        if row.get("starts_at")
    ]


@require_POST
def plan_session_remove(request: SignedInRequest, uuid: UUID, session: UUID) -> HttpResponse:
    """Take a batch out of the draft."""
    plan, revision = _draft(request, uuid)
    planned = get_object_or_404(revision.sessions, uuid=session)
    remove_session(revision=revision, planned=planned, actor=request.user, now=request.now)
    messages.success(request, _("%(batch)s is removed. Its targets have no batch now.") % {"batch": planned.label})
    return redirect("plan_sessions", uuid=plan.uuid)


# --- targets -----------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def plan_targets(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who is on target and why; take off, or put into a batch."""
    plan, revision = _draft(request, uuid)
    error = ""
    if request.method == "POST":
        people = list(Person.objects.filter(plan_targets__revision=revision, pk__in=_ticked(request)))
        batch = request.POST.get("batch", "")
        if not people:
            error = _("Nobody is chosen. Tick at least one person.")
        elif request.POST.get("action") == "remove":
            count = remove_targets(revision=revision, people=people, actor=request.user, now=request.now)
            messages.success(request, _("%(count)d taken off target.") % {"count": count})
            return redirect("plan_targets", uuid=plan.uuid)
        else:
            planned = get_object_or_404(revision.sessions, pk=batch) if batch.isdigit() else None
            if planned is None:
                error = _("Choose the batch.")
            else:
                place_targets(revision=revision, people=people, planned=planned, actor=request.user, now=request.now)
                messages.success(request, _("Now in %(batch)s: %(count)d.") % {"batch": planned, "count": len(people)})
                return redirect("plan_targets", uuid=plan.uuid)
    targets = (
        revision.targets.select_related("person", "planned_session")
        .annotate(defect_count=Count("defects"))
        .prefetch_related(_present_teams(request))
    )
    context = {
        "plan": plan,
        "revision": revision,
        "targets": targets,
        "batches": list(revision.sessions.all()),
        "errors": [error] if error else [],
        "title": PARTS["targets"],
    }
    return render(request, "planning/plan_targets.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
def plan_targets_defects(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose from the register of defects: shown first, taken over by POST (5.1.1 c)."""
    plan, revision = _draft(request, uuid)
    today = local_day(request.now, plan.site)
    asked: Mapping[str, Any] | None = (request.POST if request.method == "POST" else request.GET) or None
    form = DefectChoiceForm(_with_defaults(asked, today), revision=revision, today=today)
    people: Any = None
    if form.is_bound and form.is_valid():
        filters = _filters(form.cleaned_data)
        minimum = form.cleaned_data["minimum_count"]
        if request.method == "POST":
            try:
                chosen = choose_targets_from_defects(
                    revision=revision,
                    filters=filters,
                    minimum_count=minimum,
                    planned=form.cleaned_data["batch"],
                    actor=request.user,
                    now=request.now,
                )
            except Refused as refused:
                form.add_refusal(refused)
            else:
                words = _("Put on target: %(added)d. Already on target: %(already)d.")
                messages.success(request, words % {"added": chosen.added, "already": chosen.already})
                return redirect("plan_targets", uuid=plan.uuid)
        people = list(agents_with_defects(plan, filters, minimum_count=minimum, user=request.user))
    context = {"plan": plan, "form": form, "people": people, "title": _("Choose from defects")}
    return render(request, "planning/plan_targets_defects.html", context)


def _with_defaults(asked: Mapping[str, Any] | None, today: Any) -> dict[str, Any] | None:
    """An address may give only some of the fields, and a parameter by its code."""
    if asked is None:
        return None
    values = {
        "since": (today - timedelta(days=30)).isoformat(),
        "until": today.isoformat(),
        "minimum_count": "1",
        **{key: asked[key] for key in asked},
    }
    code = values.get("parameter", "")
    if code and not str(code).isdigit():
        values["parameter"] = QualityParameter.objects.filter(code=code).values_list("pk", flat=True).first() or ""
    return values


def _filters(cleaned: dict[str, Any]) -> DefectFilter:
    return DefectFilter(
        since=cleaned["since"],
        until=cleaned["until"],
        error_class=cleaned["defect_class"],
        root_cause=cleaned["root_cause"],
        parameter=cleaned["parameter"],
    )


@require_http_methods(["GET", "POST"])
def plan_targets_add(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put people of the line on target by hand, with the reason (5.1.1 b)."""
    plan, revision = _draft(request, uuid)
    form = PeopleChoiceForm(request.POST or None, revision=revision)
    if request.method == "POST" and form.is_valid():
        try:
            chosen = add_targets(
                revision=revision,
                people=_chosen_people(request),
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                planned=form.cleaned_data["batch"],
                actor=request.user,
                now=request.now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            words = _("Put on target: %(added)d. Already on target: %(already)d.")
            messages.success(request, words % {"added": chosen.added, "already": chosen.already})
            return redirect("plan_targets", uuid=plan.uuid)
    context = {
        "plan": plan,
        "form": form,
        "query": request.GET.get("q", ""),
        "people": _people_to_add(request, plan, revision),
        "ticked": set(request.POST.getlist("person")),
        "title": _("Add people"),
    }
    return render(request, "planning/plan_targets_add.html", context)


def _people_to_add(request: SignedInRequest, plan: TrainingPlan, revision: PlanRevision) -> list[Person]:
    """Working people of the line in the reader's scope who are not yet on target, at most 200; ``q`` narrows."""
    day = local_day(request.now, plan.site)
    here = PersonAssignment.objects.filter(in_force(day), line=plan.line_id)
    people = (
        Person.objects.visible_to(request.user)
        .working()
        .filter(pk__in=here.values("person"))
        .exclude(pk__in=revision.targets.values("person"))
    )
    if query := request.GET.get("q", "").strip():
        team = PersonAssignment.objects.filter(in_force(day), team__name__icontains=query).values("person")
        people = people.filter(Q(name__icontains=query) | Q(employee_no__icontains=query) | Q(pk__in=team))
    return list(
        people.prefetch_related(
            Prefetch(
                "assignments", PersonAssignment.objects.filter(in_force(day)).select_related("team", "site"), "here"
            )
        )[:200]
    )


def _chosen_people(request: SignedInRequest) -> list[Person]:
    """The people ticked, as far as the reader may know of them."""
    return list(Person.objects.visible_to(request.user).filter(pk__in=_ticked(request)))


def _ticked(request: SignedInRequest) -> list[str]:
    return [key for key in request.POST.getlist("person") if key.isdigit()]


def _present_teams(request: SignedInRequest) -> Prefetch[Any]:
    today = in_force(request.now.date())
    return Prefetch(
        "person__assignments", PersonAssignment.objects.filter(today).select_related("team", "site"), "here"
    )


# --- recipients --------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def plan_recipients(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who receives the report: accounts by party, and others by mail (5.3.2)."""
    plan, revision = _draft(request, uuid)
    today = local_day(request.now, plan.site)
    offered = parties_of(OFFERED_PARTIES, site=plan.site, line=plan.line, day=today)
    standing = list(revision.recipients.all())
    ticked = {f"{each.party}:{each.user_id}" for each in standing if each.user_id}
    others = [
        {"party": each.party, "name": each.name, "email": each.email} for each in standing if each.user_id is None
    ]
    formset = OtherRecipientFormSet(request.POST or None, initial=others, prefix="others")
    errors: list[Any] = []
    if request.method == "POST":
        ticked = set(request.POST.getlist("recipient"))
        known = {f"{party}:{user.pk}": (party, user) for party, users in offered.items() for user in users}
        if formset.is_valid():
            chosen = [Recipient(party=known[key][0], user=known[key][1]) for key in sorted(ticked & set(known))]
            chosen += [Recipient(**form.cleaned_data) for form in formset if form.cleaned_data.get("email")]
            try:
                save_recipients(revision=revision, recipients=chosen, actor=request.user, now=request.now)
            except Refused as refused:
                errors = [refused]
            else:
                messages.success(request, _("Saved."))
                return redirect("plan_detail", uuid=plan.uuid)
    context = {
        "plan": plan,
        "groups": [
            (Role(party).label, party in MANDATORY_PARTIES, [(f"{party}:{user.pk}", user) for user in users])
            for party, users in offered.items()
        ],
        "ticked": ticked,
        "formset": formset,
        "errors": errors,
        "title": PARTS["recipients"],
    }
    return render(request, "planning/plan_recipients.html", context)


def _draft(request: SignedInRequest, uuid: UUID) -> tuple[TrainingPlan, PlanRevision]:
    revision = get_draft(request, uuid)
    return revision.plan, revision
