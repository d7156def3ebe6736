"""Info produk & prosedur: what changes from when, and who was trained on it (5.1.1 b)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from planning.forms.changes import ChangeForm
from planning.models import ProductChange, TrainingPlan
from planning.policies.catalogue import NEED_WRITERS, can_edit_change
from planning.queries.changes import Progress, modules_too_old, not_trained, plans_answering, progress_of, with_progress
from planning.services.needs import edit_change, register_change
from planning.views.common import form_page, posted, url
from trainingops.domain import require
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response
from trainingops.ui.exports import workbook_response
from trainingops.ui.navigation import address

_PER_PAGE = 25
#: Names on the page of a change; the plan takes all.
_NAMES = 30
#: Plans named there, the newest first.
_PLANS = 20
#: What stands in the address of the list: ahead, in force, or all.
_WHEN = ("", "ahead", "force")


def product_change_list(request: SignedInRequest) -> HttpResponse:
    """The register, the newest effective day first, each with how far its training is."""
    today = timezone.localdate()
    changes = ProductChange.objects.visible_to(request.user)
    when = request.GET.get("when", "")
    chosen = _at(changes, when if when in _WHEN else "", today)
    if request.GET.get("export") == "xlsx":
        return _export(progress_of(chosen.prefetch_related("lines", "modules"), day=today))
    page = Paginator(chosen, _PER_PAGE).get_page(request.GET.get("page"))
    counts = [_at(changes, each, today).count() for each in _WHEN]
    words = (_("All"), _("Ahead"), _("In force"))
    context = {
        "page_obj": page,
        "rows": progress_of(page.object_list.prefetch_related("lines", "modules"), day=today),  # type: ignore[attr-defined]
        "facets": list(zip(_WHEN, words, counts, strict=True)),
        "when": when,
        "may_add": request.user.authority.has(*NEED_WRITERS),
    }
    return render(request, "planning/product_change_list.html", context)


def _at(changes: Any, when: str, today: Any) -> Any:
    if when == "ahead":
        return changes.filter(effective_on__gt=today).order_by("effective_on", "pk")
    return changes.filter(effective_on__lte=today) if when == "force" else changes


def _export(rows: list[Progress]) -> HttpResponse:
    head = [
        _("Number"),
        _("Title"),
        _("Kind"),
        _("Announced by"),
        _("Announced on"),
        _("Effective from"),
        _("Service lines"),
        _("Modules that answer it"),
        _("Trained"),
        _("Agents"),
    ]
    lines = (
        [
            row.change.number,
            row.change.title,
            row.change.get_kind_display(),
            row.change.issuer,
            row.change.issued_on,
            row.change.effective_on,
            ", ".join(line.name for line in row.change.lines.all()),
            ", ".join(module.code for module in row.change.modules.all()),
            row.trained,
            row.agents,
        ]
        for row in rows
    )
    return workbook_response(head, lines, name="info-produk-prosedur")


def _in_sight(request: SignedInRequest) -> QuerySet[ProductChange]:
    changes = ProductChange.objects.visible_to(request.user).select_related("file", "created_by")
    return changes.prefetch_related("lines", "modules")


def _change(request: SignedInRequest, uuid: UUID) -> ProductChange:
    return get_object_or_404(_in_sight(request), uuid=uuid)


def product_change_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A change: how many days are left, who was not trained yet, which plans answer it."""
    today = timezone.localdate()
    change = get_object_or_404(with_progress(_in_sight(request), day=today), uuid=uuid)
    progress = Progress(change, change.days_left(today), change.trained_count, change.agent_count)  # type: ignore[attr-defined]
    answering = plans_answering(change)
    plans = TrainingPlan.objects.visible_to(request.user).filter(pk__in=answering.values("pk"))
    count = plans.count()
    missing = not_trained(change, day=today).select_related("person", "team", "line")
    context = {
        "change": change,
        "progress": progress,
        "missing": list(missing[:_NAMES]),
        "too_old": set(modules_too_old(change).values_list("pk", flat=True)),
        "more": max(0, progress.agents - progress.trained - _NAMES),
        "plans": plans.select_related("line", "site")[:_PLANS],
        "more_plans": max(0, count - _PLANS),
        "elsewhere": answering.count() - count,
        "may_edit": can_edit_change(request.user, change),
        "may_plan": bool(address(request, "plan_new")),
    }
    return render(request, "planning/product_change_detail.html", context)


def product_change_new(request: SignedInRequest) -> HttpResponse:
    """Register a change with its document."""

    def act(form: ChangeForm) -> tuple[str, str]:
        change = register_change(
            content=form.content, file=form.cleaned_data["file"], actor=request.user, now=request.now
        )
        return url("product_change_detail", change), _("The change is registered.")

    return form_page(
        request,
        ChangeForm(posted(request), request.FILES or None, user=request.user, roles=NEED_WRITERS),
        act,
        title=_("Register a change"),
        parent=(url("product_change_list"), _("Product and procedure info")),
        submit=pgettext("verb", "Register"),
        template="planning/upload.html",
    )


def product_change_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Correct a change; its document stays unless another one is given."""
    change = _change(request, uuid)
    require(
        can_edit_change(request.user, change),
        _("%(change)s touches service lines outside your scope. Ask somebody who registers needs for all of them.")
        % {"change": change.number},
    )

    def act(form: ChangeForm) -> tuple[str, str]:
        edit_change(
            change=change,
            content=form.content,
            file=form.cleaned_data["file"],
            actor=request.user,
            now=request.now,
        )
        return url("product_change_detail", change), _("The change is saved.")

    form = ChangeForm(
        posted(request),
        request.FILES or None,
        user=request.user,
        roles=NEED_WRITERS,
        initial=ChangeForm.initial_of(change),
    )
    return form_page(
        request,
        form,
        act,
        title=_("Correct the change"),
        parent=(url("product_change_detail", change), change.number),
        submit=_("Save the change"),
        template="planning/upload.html",
    )


def product_change_document(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The document of a change, noted as a download."""
    change = _change(request, uuid)
    return document_response(request, change)
