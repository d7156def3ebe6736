"""The ledger of recovery: who still has to make up for what, by when, and how (5.3.1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from planning.enums import PlanState
from sessions import services
from sessions.enums import FAILED, OPEN_CASES, CaseKind, CaseState, OutcomeResult
from sessions.forms import CaseTestForm, ReasonForm, RecoveryScheduleForm
from sessions.models import RecoveryCase
from sessions.policies import can_decide, can_recover, can_waive
from sessions.queries.pages import batches_for, case_counts, cases_for_list, cases_of_tab
from sessions.services.recovery import ANOTHER_BATCH
from sessions.tables import CaseTable, case_status
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.views import list_page

#: Those who missed one session are gathered on one page.
A_PAGE = 100


def recovery_list(request: SignedInRequest) -> HttpResponse:
    """Cases by state, mine first chosen; several can be gathered into one class."""
    cases = cases_for_list(request.user)
    if owner := request.GET.get("owner") == "me":
        cases = cases.filter(owner=request.user)
    counts = case_counts(cases)
    words = {value: str(label) for value, label in CaseState.choices if value != CaseState.VOIDED}
    words |= {FAILED: str(OutcomeResult.NOT_PASSED.label), "all": _("All")}
    state = request.GET.get("state", CaseState.OPEN)
    if state not in words:
        state = CaseState.OPEN
    found = cases_of_tab(cases, state)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    tabs = [(key, word, counts[key], key == state) for key, word in words.items()]
    context = {
        "page_obj": page,
        "rows": [(each, *case_status(each)) for each in rows],
        "tabs": tabs,
        "owner": owner,
        "gathers": any(each.state == CaseState.OPEN and each.kind == CaseKind.RECOVERY for each in rows),
        "filtered": owner or counts["all"] > 0,
        "table": CaseTable(found.select_related("enrolment__site", "enrolment__line", "enrolment__team")),
    }
    return list_page(request, "sessions/recovery_list.html", context, file="recovery")


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
    is_open = case.state == CaseState.OPEN
    context = {
        "case": case,
        "status": case_status(case),
        "training_session": training_session,
        "zone": training_session.site.zone,
        "may_schedule": arranges and is_open and case.kind == CaseKind.RECOVERY,
        "may_test": arranges and is_open and case.test_opened_at is None and plan.state != PlanState.CLOSED,
        "may_waive": case.state in OPEN_CASES and can_waive(request.user, case, plan),
        "may_lapse": case.state in OPEN_CASES and can_decide(request.user, plan),
    }
    return render(request, "sessions/case_detail.html", context)


def recovery_schedule(request: SignedInRequest) -> HttpResponse:
    """Gather the chosen cases in a make-up class, one to one, or another batch."""
    chosen = request.POST.getlist("case") if request.method == "POST" else request.GET.getlist("case")
    keys = [key for key in chosen if _is_uuid(key)]
    cases = list(
        RecoveryCase.objects.visible_to(request.user)
        .filter(uuid__in=keys, kind=CaseKind.RECOVERY)
        .select_related(
            "enrolment__person",
            "enrolment__training_session__plan__approved_revision",
            "enrolment__training_session__site",
            "enrolment__training_session__module_version",
        )
        .order_by(Lower("enrolment__person__name"), "pk")
    )
    if not cases:
        messages.error(request, _("Choose at least one recovery case."))
        return redirect("recovery_list")
    form = RecoveryScheduleForm(
        request.POST if request.method == "POST" else None, cases=cases, batches=batches_for(cases[0], request.now)
    )
    if request.method == "POST" and form.is_valid():
        try:
            training_session = _schedule(request, cases, form)
            messages.success(request, _("The recovery is scheduled."))
            warn_of_days_off(request, form)
            return redirect("session_detail", uuid=training_session.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "sessions/recovery_form.html", {"form": form, "cases": cases})


def _schedule(request: SignedInRequest, cases: list[RecoveryCase], form: RecoveryScheduleForm) -> Any:
    if form.cleaned_data["form"].code == ANOTHER_BATCH:
        return services.schedule_in_batch(
            cases=cases,
            training_session=form.cleaned_data["batch"],
            form=form.cleaned_data["form"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=request.now,
        )
    return services.schedule_make_up(
        cases=cases,
        make_up=form.make_up(),
        reason=form.cleaned_data["reason"],
        actor=request.user,
        now=request.now,
    )


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
    """The manager confirms that somebody left or moved."""
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


def _settled(request: SignedInRequest, case: RecoveryCase) -> HttpResponse:
    """Nothing more is decided about a case that is settled, or arranged already."""
    messages.error(request, _("The case is “%(state)s” already.") % {"state": case.get_state_display()})
    return redirect("case_detail", uuid=case.uuid)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
