"""One case of recovery: what happened, what can be done, and what people decide about it (4.3, 5.3.1)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.queries.plans import local_day
from sessions import services
from sessions.enums import OPEN_CASES, CaseKind, CaseState, SessionState
from sessions.forms import CaseTestForm, ReasonForm
from sessions.models import Enrolment, RecoveryCase, TargetOutcome
from sessions.policies import can_confirm_lapse, can_recover, can_run_session, can_waive
from sessions.queries.gone import still_open, why_gone
from sessions.queries.history import history_of
from sessions.queries.visibility import sessions_of_cases, sessions_that_open
from sessions.services.elsewhere import why_not_employed
from sessions.services.results import REMEDIAL_ATTEMPT
from sessions.services.standing import left_to_score, standing_of
from sessions.services.taking_back import has_begun_test
from sessions.services.waivers import outcome_of
from sessions.tables import case_status
from trainingops.domain import Refused
from trainingops.people.enums import Employment
from trainingops.people.http import SignedInRequest
from trainingops.people.policies import can_record_leave
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required


def _visible(request: SignedInRequest, uuid: UUID) -> RecoveryCase:
    cases = (
        RecoveryCase.objects.visible_to(request.user)
        .with_failure()
        .select_related(
            "enrolment__person",
            "enrolment__training_session__plan__approved_revision",
            "enrolment__training_session__plan__pic",
            "enrolment__training_session__site",
            "enrolment__training_session__module_version",
            "owner",
            "leader",
            "meeting",
            "form",
            "scheduled_in__site",
            "settled_by",
        )
    )
    return get_object_or_404(cases, uuid=uuid)


def case_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One case: why it is open, what was arranged, what can be done."""
    case = _visible(request, uuid)
    training_session = case.enrolment.training_session
    plan = training_session.plan
    arranges = can_recover(request.user, plan)
    is_open, waits = case.state == CaseState.OPEN, case.state in OPEN_CASES
    not_here = why_not_employed(case.enrolment.person, local_day(request.now, training_session.site)) if waits else ""
    arranges_it = is_open and arranges and plan.approved_revision_id is not None and not not_here
    runs = arranges or can_run_session(request.user, training_session)
    held = case.scheduled_in if case.state in (CaseState.SCHEDULED, CaseState.RESOLVED) else None
    outcome = outcome_of(case) if waits else None
    context = {
        "case": case,
        "held": held,
        "opens": sessions_that_open(sessions_of_cases([case]), request.user),
        "status": case_status(case, request.now),
        "training_session": training_session,
        "zone": training_session.site.zone,
        "suspended": case.is_suspended(request.now),
        "in_absence": case.class_in_absence(),
        "outcome": outcome,
        "history": history_of(case),
        "may_schedule": arranges_it and case.kind == CaseKind.RECOVERY,
        "may_test": arranges_it and case.test_opened_at is None and plan.state != PlanState.CLOSED,
        "may_take_back": _may_take_back(case, arranges=arranges, runs=runs),
        "left_to_score": _left_to_score(case) if is_open and runs else [],
        "not_here": not_here,
        "may_waive": waits and can_waive(request.user, case, plan),
        "may_lapse": waits and outcome is not None and can_confirm_lapse(request.user, outcome, plan),
        "may_record_leave": waits
        and case.enrolment.person.employment != Employment.LEFT
        and can_record_leave(request.user, case.enrolment.person),
    }
    return render(request, "sessions/case_detail.html", context)


def _left_to_score(case: RecoveryCase) -> list[str]:
    """Names of the parameters for which a remedial that failed so far still waits."""
    if case.kind != CaseKind.REMEDIAL or not case.enrolment.results.filter(current=True, attempt__gt=1).exists():
        return []
    (standing,) = standing_of(Enrolment.objects.filter(pk=case.enrolment_id))
    left = left_to_score(case.enrolment.training_session, standing, REMEDIAL_ATTEMPT)
    return [each.name for each in left]


def _may_take_back(case: RecoveryCase, *, arranges: bool, runs: bool) -> bool:
    """Whether what was arranged can be undone: a class to come, or a test that nobody has begun."""
    if case.state == CaseState.SCHEDULED and case.scheduled_in is not None:
        return arranges and case.scheduled_in.state == SessionState.SCHEDULED
    return runs and case.state == CaseState.OPEN and case.test_opened_at is not None and not has_begun_test(case)


def case_take_back(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a case out of the class in which it was to be made up for, or close the test that it opened."""
    case = _visible(request, uuid)
    held = case.scheduled_in if case.state == CaseState.SCHEDULED else None
    if held is None and (case.state != CaseState.OPEN or case.test_opened_at is None):
        return _settled(request, case)
    take_back = services.take_back_case if held else services.take_back_test
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back(case=case, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The case is open again.") if held else _("The test is closed again."))
            if held and held.revision_id is None and not held.recovers.filter(state=CaseState.SCHEDULED).exists():
                messages.warning(
                    request,
                    _("Nobody waits for %(number)s any more. Cancel that class, or schedule other cases in it.")
                    % {"number": held.number},
                )
            return redirect("case_detail", uuid=uuid)
    return render(request, "sessions/case_take_back.html", {"form": form, "case": case, "held": held})


def case_test(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Open the test of a case: remedial, or the post-test of self-study."""
    case = _visible(request, uuid)
    if case.state != CaseState.OPEN:
        return _settled(request, case)
    remedial = case.kind == CaseKind.REMEDIAL
    form = None if remedial else CaseTestForm(request.POST or None, case=case)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            chosen = form.cleaned_data["form"] if form else None
            services.open_case_test(case=case, form=chosen, actor=request.user, now=request.now)
            messages.success(request, _("The test is open to %(name)s.") % {"name": case.enrolment.person.name})
            return redirect("case_detail", uuid=uuid)
        except Refused as refused:
            if form is None:
                messages.error(request, str(refused))
                return redirect("case_detail", uuid=uuid)
            form.add_refusal(refused)
    return render(request, "sessions/case_test.html", {"form": form, "case": case})


@fresh_log_in_required
def case_waive(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The manager excuses a case with a reason and a signature."""
    case = _visible(request, uuid)
    if case.state not in OPEN_CASES:
        return _settled(request, case)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.sign_and_waive_case(
                case=case,
                reason=form.cleaned_data["reason"],
                authenticated_at=authenticated_at(request),
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("The waiver is recorded."))
            return redirect("case_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "sessions/case_waive.html", {"form": form, "case": case})


def case_lapse(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Somebody left, or moved to a line to which the module does not apply: confirmed, the target lapses."""
    case = _visible(request, uuid)
    if case.state not in OPEN_CASES:
        return _settled(request, case)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.lapse_case(case=case, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
            messages.success(request, _("The case has lapsed."))
            return redirect("case_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "sessions/case_lapse.html", {"form": form, "case": case})


def target_lapse(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What the system proposed about a target: PIC or manager confirm that it lapses, or keep it, with the reason."""
    outcome = get_object_or_404(
        TargetOutcome.objects.visible_to(request.user).select_related(
            "person",
            "plan__site",
            "plan__pic",
            "plan__approved_revision__module_version__module",
            "enrolment__training_session__site",
        ),
        uuid=uuid,
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keeps = request.POST.get("action") == "keep"
        decide = services.keep_target if keeps else services.lapse_target
        try:
            decide(outcome=outcome, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            said = {"name": outcome.person.name}
            messages.success(
                request,
                _("%(name)s stays on target.") % said if keeps else _("The target of %(name)s has lapsed.") % said,
            )
            return redirect("recovery_list")
    is_gone = bool(why_gone([outcome], request.now)[outcome.pk])
    is_proposed = outcome.lapse_proposed_at is not None and outcome.lapse_declined_at is None
    is_open = still_open().filter(pk=outcome.pk).exists()
    context = {
        "form": form,
        "outcome": outcome,
        "is_open": is_open,
        "is_gone": is_gone,
        "is_proposed": is_proposed,
        "may_decide": is_open and (is_gone or is_proposed) and can_confirm_lapse(request.user, outcome, outcome.plan),
    }
    return render(request, "sessions/target_lapse.html", context)


def _settled(request: SignedInRequest, case: RecoveryCase) -> HttpResponse:
    """Nothing more is decided about a case that is settled, or arranged already."""
    messages.error(request, _("The case is “%(state)s” already.") % {"state": case.get_state_display()})
    return redirect("case_detail", uuid=case.uuid)
