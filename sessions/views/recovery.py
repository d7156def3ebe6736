"""The ledger of recovery: who still has to make up for what, by when, how, and how many were reached (4.3, 5.3.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.models import RecoveryForm
from planning.services.drafting import LONGEST_MEETING
from planning.views.common import picked_start
from planning.views.indicator import IndicatorForm, Results, this_half_year
from sessions import services
from sessions.enums import FAILED, CaseKind, CaseState, OutcomeResult, OutcomeState
from sessions.forms import RecoveryScheduleForm
from sessions.models import RecoveryCase, TargetOutcome
from sessions.policies import can_recover
from sessions.queries.gathering import MAKE_UP, gatherings, schedule_url, suggestions_for
from sessions.queries.gone import lapses_to_confirm
from sessions.queries.pages import batches_for, case_counts, cases_for_list, cases_of_tab
from sessions.queries.reach import by, reach_of, targets_due, total
from sessions.queries.visibility import sessions_of_cases, sessions_that_open
from sessions.services.recovery import ANOTHER_BATCH
from sessions.tables import CaseTable, ReachTable, case_status
from trainingops.domain import Refused
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.exports import table_response
from trainingops.ui.moments import day_words
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

#: Who arranges recovery, as the access table has it.
ARRANGES = (Role.TRAINER, Role.SSO_TRAINING, Role.MANAGER)
#: What became of the targets behind indicator 4.3a.
RESULTS: Results = {
    "met": (OutcomeState.TRAINED.label, Q(state=OutcomeState.TRAINED)),
    "on_schedule": (gettext_lazy("Trained on schedule"), Q(state=OutcomeState.TRAINED, on_schedule=True)),
    "missed": (gettext_lazy("Not trained"), ~Q(state=OutcomeState.TRAINED)),
    "outstanding": (OutcomeState.OUTSTANDING.label, Q(state=OutcomeState.OUTSTANDING)),
    "waived": (OutcomeState.WAIVED.label, Q(state=OutcomeState.WAIVED)),
    "lapsed": (OutcomeState.LAPSED.label, Q(state=OutcomeState.LAPSED)),
}
#: Those who missed one session are gathered on one page.
A_PAGE = 100


def recovery_list(request: SignedInRequest) -> HttpResponse:
    """Cases by state, mine first chosen; several can be gathered into one class."""
    cases = cases_for_list(request.user)
    mine = cases.filter(Q(owner=request.user) | Q(leader=request.user))
    if owner := request.GET.get("owner") == "me":
        cases = mine
    counts = case_counts(cases)
    words = {value: str(label) for value, label in CaseState.choices if value != CaseState.VOIDED or counts[value]}
    words |= {FAILED: str(OutcomeResult.NOT_PASSED.label), "all": _("All")}
    state = request.GET.get("state", CaseState.OPEN)
    if state not in words:
        state = CaseState.OPEN
    found = cases_of_tab(cases, state)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    arranges = request.authority.has(*ARRANGES)
    gathered = [each for each in rows if arranges and _is_gathered_by(request.user, each)]
    today = request.now.astimezone(request.user.zone).date()
    tabs = [(key, word, counts[key], key == state) for key, word in words.items()]
    context = {
        "page_obj": page,
        "rows": [(each, *case_status(each, request.now), each in gathered) for each in rows],
        "tabs": tabs,
        "owner": owner,
        "mine": mine.filter(state=CaseState.OPEN).count(),
        "gathers": bool(gathered),
        "opens": sessions_that_open(sessions_of_cases(rows), request.user),
        "filtered": owner or counts["all"] > 0,
        "lapses": lapses_to_confirm(request.user).select_related("person", "plan").order_by("lapse_proposed_at", "pk"),
        "figure": total(reach_of(targets_due(request.user, since=today.replace(day=1), until=today, now=request.now))),
        "may_gather": arranges,
        "table": CaseTable(found.select_related("enrolment__site", "enrolment__line", "enrolment__team")),
    }
    return list_page(request, "sessions/recovery_list.html", context, file="recovery")


def _is_gathered_by(user: User, case: RecoveryCase) -> bool:
    """Whether somebody may gather the case with others: an open absence of a plan that they answer for (5.3.1)."""
    plan = case.enrolment.training_session.plan
    is_open = case.state == CaseState.OPEN and case.kind == CaseKind.RECOVERY
    return is_open and plan.approved_revision_id is not None and can_recover(user, plan)


def recovery_suggestions(request: SignedInRequest) -> HttpResponse:
    """Classes that could gather the open cases, at a low interval and while their people are on shift (5.1.1 f)."""
    found = gatherings(request.user, request.now)
    asked = request.GET.get("of", "")
    chosen = next((each for each in found if each.key == asked), found[0] if found else None)
    context = {
        "gatherings": found,
        "chosen": chosen,
        "suggestions": suggestions_for(chosen, request.now) if chosen else None,
        "by_hand": schedule_url(chosen.cases) if chosen else "",
    }
    return render(request, "sessions/recovery_suggestions.html", context)


def recovery_indicator(request: SignedInRequest) -> HttpResponse:
    """Indicator 4.3a with the targets behind it, for at most a year."""
    form = IndicatorForm(this_half_year(request), results=RESULTS)
    targets: QuerySet[Any] = TargetOutcome.objects.none()
    rows: list[dict[str, Any]] = []
    if form.is_valid():
        given = form.cleaned_data
        due = targets_due(request.user, since=given["since"], until=given["until"], now=request.now)
        targets = form.of_places(due, "plan__")
        rows = reach_of(targets)
    related = ("person", "plan__site", "plan__line", "enrolment__training_session__site")
    table = ReachTable(
        form.of_result(targets).select_related(*related).order_by("-enrolment__training_session__ends_at", "pk")
    )
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("indicator-4-3a"))
    context = {
        "form": form,
        "figure": total(rows),
        "groups": [
            (_("Month"), "month", by(rows, "month")),
            (_("Service line"), "line", by(rows, "line")),
            (_("Site"), "site", by(rows, "site")),
        ],
        "table": configure(request, table),
        "title": _("Trained of those on target"),
    }
    return render(request, "sessions/recovery_indicator.html", context, status=422 if form.errors else 200)


def recovery_schedule(request: SignedInRequest) -> HttpResponse:
    """Gather the chosen cases in a make-up class, one to one, or another batch."""
    chosen = request.POST.getlist("case") if request.method == "POST" else request.GET.getlist("case")
    keys = [key for key in chosen if _is_uuid(key)]
    cases = list(
        RecoveryCase.objects.visible_to(request.user)
        .filter(uuid__in=keys, kind=CaseKind.RECOVERY)
        .exclude(enrolment__training_session__plan__approved_revision=None)
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
        request.POST if request.method == "POST" else None,
        cases=cases,
        batches=batches_for(cases[0], request.now),
        initial=_suggested(request, cases),
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


def _suggested(request: SignedInRequest, cases: list[RecoveryCase]) -> dict[str, Any]:
    """What a suggestion fills in: the class with its times, trainer and room; nothing where none was picked."""
    site = cases[0].enrolment.training_session.site
    start, minutes = picked_start(request, site.zone), request.GET.get("minutes", "")
    if start is None or not minutes.isdecimal():
        return {}
    keys = {name: request.GET.get(name, "") for name in ("trainer", "room")}
    return {
        "form": RecoveryForm.objects.filter(code=MAKE_UP).first(),
        "label": _("Make-up class %(day)s") % {"day": day_words(start.date(), "short")},
        "starts_at": start,
        "ends_at": start + timedelta(minutes=min(int(minutes), LONGEST_MEETING // timedelta(minutes=1))),
        "trainers": [int(keys["trainer"])] if keys["trainer"].isdecimal() else [],
        "room": int(keys["room"]) if keys["room"].isdecimal() else None,
    }


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


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
