"""Class types: the list that plans choose from, kept by managers and administrators (5.1.1 e)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.forms.class_types import ClassTypeForm
from planning.models import ClassType, TrainingPlan
from planning.policies.catalogue import can_keep_places
from planning.services import class_types as services
from planning.views.common import act_or_conflict, form_page, posted, url
from trainingops.people.http import SignedInRequest


@require_GET
def class_type_list(request: SignedInRequest) -> HttpResponse:
    """Every class type, those in use first, with how many plans name it."""
    context = {"rows": _with_plans(), "may_keep": can_keep_places(request.user), "title": _("Class types")}
    return render(request, "planning/class_type_list.html", context)


def _with_plans() -> QuerySet[ClassType]:
    """Class types with ``plan_count``."""
    plans = (
        TrainingPlan.objects.filter(revisions__class_types=OuterRef("pk"))
        .order_by()
        .values("revisions__class_types")
        .annotate(count=Count("pk", distinct=True))
        .values("count")
    )
    rows = ClassType.objects.annotate(plan_count=Coalesce(Subquery(plans, output_field=IntegerField()), 0))
    return rows.order_by("-is_active", "name")


@require_http_methods(["GET", "POST"])
def class_type_new(request: SignedInRequest) -> HttpResponse:
    """Add one."""

    def act(form: ClassTypeForm) -> tuple[str, str]:
        services.add_class_type(name=form.cleaned_data["name"], actor=request.user, now=request.now)
        return url("class_type_list"), _("Class type saved.")

    return form_page(
        request,
        ClassTypeForm(posted(request)),
        act,
        title=_("New class type"),
        parent=(url("class_type_list"), _("Class types")),
        submit=_("Save class type"),
    )


@require_http_methods(["GET", "POST"])
def class_type_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Rename one; plans that name it read the new name."""
    class_type = get_object_or_404(ClassType, uuid=uuid)

    def act(form: ClassTypeForm) -> tuple[str, str]:
        name = form.cleaned_data["name"]
        services.rename_class_type(class_type=class_type, name=name, actor=request.user, now=request.now)
        return url("class_type_list"), _("Class type saved.")

    form = ClassTypeForm(posted(request), initial={"name": str(class_type)})
    form.fields["name"].help_text = _("Plans that name it show the new name too.")
    return form_page(
        request,
        form,
        act,
        title=_("Rename %(name)s") % {"name": class_type},
        parent=(url("class_type_list"), _("Class types")),
        submit=_("Save class type"),
    )


@require_POST
def class_type_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take one out of use."""
    class_type = get_object_or_404(ClassType, uuid=uuid)

    def act() -> tuple[str, str]:
        services.retire_class_type(class_type=class_type, actor=request.user, now=request.now)
        return url("class_type_list"), _("%(name)s is out of use. Plans that name it keep it.") % {"name": class_type}

    return act_or_conflict(request, act)


@require_POST
def class_type_restore(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put one back into use."""
    class_type = get_object_or_404(ClassType, uuid=uuid)

    def act() -> tuple[str, str]:
        services.restore_class_type(class_type=class_type, actor=request.user, now=request.now)
        return url("class_type_list"), _("%(name)s is in use again.") % {"name": class_type}

    return act_or_conflict(request, act)
