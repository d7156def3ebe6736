"""Lists of required modules: their revisions, a new one, the manager's decision (ISO 9001 7.2)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from planning.enums import ModuleState, RequirementState
from planning.forms.catalogue import NoteForm
from planning.forms.needs import lines_of
from planning.forms.requirements import RequirementForm
from planning.models import CompetenceRequirement, TrainingModule
from planning.policies.competence import can_decide_requirement, can_submit_requirement, can_withdraw_requirement
from planning.queries.requirements import about_requirement, beside
from planning.services import requirements as services
from planning.tables.requirements import REQUIREMENT_KINDS, RequirementTable
from planning.views.common import act_or_conflict, form_page, posted, url
from trainingops.domain import require
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Segment, ServiceLine
from trainingops.ui.navigation import address
from trainingops.ui.shown import mark, shown_by
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

_WRITERS = (Role.TRAINER, Role.MANAGER)


def requirement_list(request: SignedInRequest) -> HttpResponse:
    """Every revision of every list in reach, those in force marked."""
    lists = CompetenceRequirement.objects
    held = set(lists.in_force(timezone.localdate()).values_list("pk", flat=True))
    rows = lists.visible_to(request.user).select_related("line", "segment", "submitted_by")
    context = {
        "table": configure(request, RequirementTable(rows.with_module_codes(), held=held)),
        "may_submit": request.user.authority.has(*_WRITERS),
        "trainers_url": address(request, "competence_trainers"),
    }
    return list_page(request, "planning/requirement_list.html", context, file="modul-wajib")


def requirement_new(request: SignedInRequest) -> HttpResponse:
    """The next revision of a list; the address names line and segment, which are chosen first where it does not."""
    lines = list(lines_of(request.user, *_WRITERS))
    line = next((each for each in lines if each.code == request.GET.get("line")), None)
    segments = list(Segment.objects.all())
    segment = next((each for each in segments if each.code == request.GET.get("segment")), None)
    if line is None:
        context = {"lines": lines, "segments": segments}
        return render(request, "planning/requirement_choose.html", context)
    today = timezone.localdate()
    require(
        can_submit_requirement(request.user, line, day=today),
        _("You need an appointment in force as PIC for %(line)s. Ask the manager for one.") % {"line": line},
    )
    former = _former(line, segment)
    modules = TrainingModule.objects.filter(lines=line, versions__state=ModuleState.APPROVED)
    form = RequirementForm(posted(request), modules=modules.distinct(), former=former, today=today)

    def act(form: RequirementForm) -> tuple[str, str]:
        made = services.submit_requirement(
            line=line, segment=segment, content=form.content, actor=request.user, now=request.now
        )
        return url("requirement_detail", made), _("Submitted. A manager of the line decides next.")

    waits = former and former.state == RequirementState.SUBMITTED
    return form_page(
        request,
        form,
        act,
        title=_("Required modules: %(list)s") % {"list": f"{line} {segment or ''}".strip()},
        parent=(url("requirement_list"), _("Required modules")),
        submit=pgettext("verb", "Submit"),
        template="planning/requirement_form.html",
        extra={"line": line, "segment": segment, "former": former},
        closed=_("%(list)s waits for the manager. Withdraw it before you submit another.") % {"list": former}
        if waits
        else "",
    )


def _former(line: ServiceLine, segment: Segment | None) -> CompetenceRequirement | None:
    """The last revision that was not withdrawn: the next one begins from it."""
    lists = CompetenceRequirement.objects.filter(line=line, segment=segment).exclude(state=RequirementState.WITHDRAWN)
    return lists.prefetch_related("modules").order_by("-revision").first()


def _requirement(request: SignedInRequest, uuid: UUID) -> CompetenceRequirement:
    rows = CompetenceRequirement.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("line", "segment", "submitted_by", "decided_by"), uuid=uuid)


def _approved_before(requirement: CompetenceRequirement) -> CompetenceRequirement | None:
    lists = CompetenceRequirement.objects.filter(line=requirement.line_id, segment=requirement.segment_id)
    before = lists.filter(state=RequirementState.APPROVED, revision__lt=requirement.revision)
    return before.order_by("-revision").first()


def requirement_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One revision: its modules beside those of the one approved before, who submitted it and who decided."""
    requirement = _requirement(request, uuid)
    former = _approved_before(requirement)
    submitted = requirement.state == RequirementState.SUBMITTED
    context = {
        "requirement": requirement,
        "former": former,
        "rows": beside(requirement, former),
        "kind": REQUIREMENT_KINDS[RequirementState(requirement.state)],
        "may_decide": submitted and can_decide_requirement(request.user, requirement),
        "may_withdraw": submitted and can_withdraw_requirement(request.user, requirement),
        "may_submit": not submitted
        and can_submit_requirement(request.user, requirement.line, day=timezone.localdate()),
    }
    return render(request, "planning/requirement_detail.html", context)


def requirement_decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Approve or return a submitted revision; another one has nothing to decide."""
    requirement = _requirement(request, uuid)
    if request.method == "GET" and requirement.state != RequirementState.SUBMITTED:
        return redirect("requirement_detail", uuid=uuid)
    require(
        can_decide_requirement(request.user, requirement),
        _("A manager of the line decides, and never who submitted the list."),
    )
    returns = request.POST.get("decision") == "return"
    former = _approved_before(requirement)

    def act(form: NoteForm) -> tuple[str, str]:
        decide = services.return_requirement if returns else services.approve_requirement
        decide(
            requirement=requirement,
            note=form.cleaned_data["note"],
            shown=shown_by(request),
            actor=request.user,
            now=request.now,
        )
        said = _("Returned to %(name)s.") % {"name": requirement.submitted_by} if returns else _("Approved.")
        return url("requirement_detail", requirement), said

    return form_page(
        request,
        NoteForm(posted(request)),
        act,
        title=_("Decide on %(list)s") % {"list": requirement},
        parent=(url("requirement_detail", requirement), str(requirement)),
        submit=_("Approve"),
        template="planning/requirement_decide.html",
        extra={
            "requirement": requirement,
            "former": former,
            "rows": beside(requirement, former),
            "shown": mark(about_requirement(requirement)),
        },
    )


def requirement_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take back what nobody has decided on."""
    requirement = _requirement(request, uuid)

    def act() -> tuple[str, str]:
        services.withdraw_requirement(requirement=requirement, actor=request.user, now=request.now)
        return url("requirement_detail", requirement), _("Withdrawn.")

    return act_or_conflict(request, act)
