"""Plan templates: the list, one of them, made, changed, out of use and back (4.1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.enums import ModuleState, TrainingKind
from planning.forms.templates import PlanTemplateForm
from planning.models import PlanTemplate, TrainingPlan
from planning.models.resources import RECOVERY_FORMS
from planning.policies.plans import can_write_template
from planning.queries.templates import values_in, values_of_plan, with_codes
from planning.services import templates as services
from planning.views.common import act_or_conflict, form_page, posted, url
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest

#: Plans named on the page of a template.
_SHOWN = 10
_CHOICES = ("line", "module", "application", "scheme", "pre_paper", "post_paper")


@require_GET
def plan_template_list(request: SignedInRequest) -> HttpResponse:
    """The templates of one's lines, those in use first."""
    rows = _in_sight(request).annotate(plan_count=Count("plans")).order_by("-is_active", "-kind", "name")
    context = {
        "rows": rows,
        "may_write": can_write_template(request.user, line=None),
        "may_begin": request.user.authority.has("trainer"),
        "title": _("Plan templates"),
    }
    return render(request, "planning/plan_template_list.html", context)


@require_GET
def plan_template_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What a template says, and the plans that began with it."""
    template = get_object_or_404(_in_sight(request), uuid=uuid)
    plans = TrainingPlan.objects.visible_to(request.user).filter(template=template).select_related("site", "line")
    approved = template.module and template.module.versions.filter(state=ModuleState.APPROVED).order_by("-pk").first()
    context = {
        "template": template,
        "version": approved,
        "parties": [Role(party).label for party in template.parties],
        "plans": plans[:_SHOWN],
        "may_write": can_write_template(request.user, line=template.line),
        "may_begin": template.is_active and request.user.authority.has("trainer"),
        "title": template.name,
    }
    return render(request, "planning/plan_template_detail.html", context)


@require_http_methods(["GET", "POST"])
def plan_template_new(request: SignedInRequest) -> HttpResponse:
    """Make one; ``?plan=`` begins with what a plan says."""

    def act(form: PlanTemplateForm) -> tuple[str, str]:
        template = services.save_template(values=form.cleaned_data, actor=request.user, now=request.now)
        return url("plan_template_detail", template), _("Template saved.")

    return form_page(
        request,
        PlanTemplateForm(posted(request), initial=_from_plan(request)),
        act,
        title=_("New plan template"),
        parent=(url("plan_template_list"), _("Plan templates")),
        submit=_("Save template"),
    )


def _from_plan(request: SignedInRequest) -> dict[str, Any]:
    """What the plan in the address says, as far as the reader may know of it."""
    try:
        uuid = UUID(request.GET.get("plan", ""))
    except ValueError:
        return {"recovery_forms": list(RECOVERY_FORMS), "kind": TrainingKind.REFRESHMENT}
    values = values_of_plan(uuid, user=request.user, now=request.now)
    if values is None:
        raise Http404
    return values


@require_http_methods(["GET", "POST"])
def plan_template_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change one; plans made from it stay as they are."""
    template = get_object_or_404(with_codes(_in_sight(request)), uuid=uuid)

    def act(form: PlanTemplateForm) -> tuple[str, str]:
        services.save_template(template=template, values=form.cleaned_data, actor=request.user, now=request.now)
        return url("plan_template_detail", template), _("Template saved. Plans made from it stay as they are.")

    return form_page(
        request,
        PlanTemplateForm(posted(request), initial=values_in(template, set(PlanTemplateForm.base_fields))),
        act,
        title=_("Change %(template)s") % {"template": template},
        parent=(url("plan_template_detail", template), template.name),
        submit=_("Save template"),
    )


@require_POST
def plan_template_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take one out of use."""
    template = get_object_or_404(_in_sight(request), uuid=uuid)

    def act() -> tuple[str, str]:
        services.retire_template(template=template, actor=request.user, now=request.now)
        said = _("%(name)s is out of use. Plans made from it stay as they are.")
        return url("plan_template_detail", template), said % {"name": template}

    return act_or_conflict(request, act)


@require_POST
def plan_template_restore(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put one back into use."""
    template = get_object_or_404(_in_sight(request), uuid=uuid)

    def act() -> tuple[str, str]:
        services.restore_template(template=template, actor=request.user, now=request.now)
        return url("plan_template_detail", template), _("%(name)s is in use again.") % {"name": template}

    return act_or_conflict(request, act)


def _in_sight(request: SignedInRequest) -> QuerySet[PlanTemplate]:
    return PlanTemplate.objects.visible_to(request.user).select_related(*_CHOICES)
