"""The pages where the PIC writes a draft, part by part; each saves on its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planning.completeness import crowded
from planning.content import load, targets_of
from planning.forms.plans import (
    PART_FORMS,
    BusyReasonForm,
    MeetingFormSet,
    OtherRecipientFormSet,
    SeatsReasonForm,
    SessionForm,
)
from planning.models import PlannedSession, PlanRevision, TrainingPlan
from planning.queries.load import days_ahead, impacts
from planning.queries.plans import local_day, parties_of
from planning.queries.roster import roster_of, to_place
from planning.queries.traffic import load_of_line
from planning.services import (
    MeetingTimes,
    Recipient,
    remove_session,
    save_part,
    save_recipients,
    save_session,
)
from planning.services.bookings import clashes_of
from planning.views.common import picked_start
from planning.views.plans import get_draft
from planning.views.task_list import PARTS
from planning.views.windows import fingerprint, known_ahead, slots_of, tomorrow_of, windows_shown
from trainingops.domain import Refused
from trainingops.people.enums import MANDATORY_PARTIES, OFFERED_PARTIES, Role
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.errors import Line, foreign_ticks


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
            return _back(request, plan)
    return render(request, "planning/plan_part.html", {"plan": plan, "form": form, "part": part, "title": PARTS[part]})


def _back(request: SignedInRequest, plan: TrainingPlan) -> HttpResponse:
    """To the task list, or to the page of answers that the reader came from."""
    name = "plan_submit" if request.GET.get("back") == "check" else "plan_detail"
    return redirect(name, uuid=plan.uuid)


# --- sessions ----------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def plan_sessions(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The batches with their meetings, what they do to service, and the reason for a busy interval (5.1.1 f)."""
    plan, revision = _draft(request, uuid)
    sent = request.POST
    form = BusyReasonForm(sent if "busy_reason" in sent else None, instance=revision, user=request.user)
    seats_form = SeatsReasonForm(sent if "seats_reason" in sent else None, instance=revision, user=request.user)
    for given, part in ((form, "slot"), (seats_form, "seats")):
        if given.is_valid():
            save_part(revision=revision, part=part, values=given.values(), actor=request.user, now=request.now)
            messages.success(request, _("Saved."))
            return redirect("plan_sessions", uuid=plan.uuid)
    load(revision)
    sessions = list(revision.sessions.all())
    people = Counter(target.planned_session_id for target in targets_of(revision))
    context = {
        "plan": plan,
        "revision": revision,
        "sessions": [(planned, people[planned.pk]) for planned in sessions],
        "form": form,
        "seats_form": seats_form,
        "crowded": crowded(sessions, people),
        "clashes": clashes_of(revision, reader=request.user) if sessions else [],
        "title": PARTS["sessions"],
        **_load(request, plan, revision, sessions),
    }
    return render(request, "planning/plan_sessions.html", context)


#: How many windows the pages of a draft offer.
WINDOWS = 6


def _load(
    request: SignedInRequest, plan: TrainingPlan, revision: PlanRevision, sessions: Sequence[PlannedSession]
) -> dict[str, Any]:
    """What traffic and roster say: windows for those without a batch, and each meeting in its interval."""
    today = local_day(request.now, plan.site)
    known = load_of_line(site=plan.site, line=plan.line, until=today)
    meetings = [meeting for planned in sessions for meeting in planned.meetings.all()]
    roster = roster_of(revision, meetings, ahead=days_ahead(tomorrow_of(request, plan)))
    if not known.profile.half_hours:
        return {"traffic_known": False, "roster": roster}
    targets = targets_of(revision)
    lost = to_place(targets, roster, sessions)
    people = lost or sorted(target.person_id for target in targets)
    known, diary = known_ahead(request, revision, people, known, batches=bool(lost))
    found = impacts(revision, meetings, known=known, roster=roster, until=today)
    slots = slots_of(request, revision, people, known, roster, meetings, diary=diary)
    proposal = slots.proposal if lost else None
    placed = all(target.planned_session_id for target in targets)
    return {
        "traffic_known": True,
        "roster": roster,
        **windows_shown(request, revision, slots, known, limit=WINDOWS),
        "proposal": proposal,
        "misplaced": len(lost) if placed else 0,
        "fingerprint": fingerprint(proposal),
        "people": {target.person_id: target.person.name for target in targets},
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
        request.POST or None,
        initial=_with_picked(request, plan, _meeting_values(planned)),
        form_kwargs={"zone": site.zone},
        prefix="meetings",
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
            if refused.code == "no_meeting":
                formset.forms[0].add_error("starts_at", str(refused))
            else:
                form.add_refusal(refused)
        else:
            messages.success(request, _("%(batch)s is saved.") % {"batch": form.cleaned_data["label"]})
            warn_of_days_off(request, formset)
            return redirect("plan_sessions", uuid=plan.uuid)
    context = {
        "plan": plan,
        "form": form,
        "formset": formset,
        "planned": planned,
        "title": planned.label if planned else _("New batch"),
    }
    return render(request, "planning/plan_session.html", context)


def _with_picked(request: SignedInRequest, plan: TrainingPlan, meetings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The meetings with the window picked in the address: it moves the one it was picked for, else it is one more."""
    start = picked_start(request, plan.site.zone)
    try:
        minutes = int(request.GET.get("minutes", ""))
    except ValueError:
        return meetings
    if start is None:
        return meetings
    picked = {"starts_at": start, "ends_at": start + timedelta(minutes=min(max(minutes, 1), 1_440))}
    wanted = request.GET.get("meeting", "")
    if wanted not in {str(each["uuid"]) for each in meetings}:
        return [*meetings, picked]
    return [each | picked if str(each["uuid"]) == wanted else each for each in meetings]


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
        errors = _foreign_recipients(ticked, known, offered)
        if formset.is_valid() and not errors:
            chosen = [Recipient(party=known[key][0], user=known[key][1]) for key in sorted(ticked)]
            chosen += [Recipient(**form.cleaned_data) for form in formset if form.cleaned_data.get("email")]
            try:
                save_recipients(revision=revision, recipients=chosen, actor=request.user, now=request.now)
            except Refused as refused:
                errors = [refused]
            else:
                messages.success(request, _("Saved."))
                return _back(request, plan)
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


def _foreign_recipients(ticked: set[str], known: Collection[str], offered: Mapping[str, list[User]]) -> list[Line]:
    """What was ticked and is not offered, at the first box of the first party that has one."""
    number, party = next(((n, party) for n, (party, users) in enumerate(offered.items(), 1) if users), (1, ""))
    label = str(Role(party).label) if party else str(PARTS["recipients"])
    return foreign_ticks(sorted(ticked), known, label=label, target=f"r-{number}-1")


def _draft(request: SignedInRequest, uuid: UUID) -> tuple[TrainingPlan, PlanRevision]:
    revision = get_draft(request, uuid)
    return revision.plan, revision
