"""Modules: catalogue, versions, materials, approval (2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from planning.enums import ModuleState
from planning.evidence.modules import KIND as LIST_OF_STANDARD_MODULES
from planning.forms.catalogue import NoteForm
from planning.forms.modules import (
    AnswersForm,
    MaterialForm,
    ModuleFilter,
    ModuleForm,
    ModuleTextForm,
    VersionForm,
)
from planning.imports.modules import MODULES
from planning.models import ModuleMaterial, ModuleVersion, NeedSource, ProductChange, TrainingModule
from planning.policies.catalogue import (
    can_decide_version,
    can_edit_module,
    can_edit_version,
    can_record_standard,
    can_write_for,
    can_write_modules,
)
from planning.queries.modules import (
    StandardGroup,
    about_version,
    standard_modules,
    uses_of,
    with_templates,
    with_versions,
)
from planning.services import modules as services
from planning.services.standard import record_standard_modules
from planning.tables.catalogue import MODULE_KINDS, ModuleTable
from planning.text import safe_markdown
from planning.views.common import act_or_conflict, form_page, posted, settled, url
from trainingops.domain import require
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine, User
from trainingops.records.documents import document_response
from trainingops.records.models import EvidenceRequest
from trainingops.ui.exports import workbook_response
from trainingops.ui.shown import mark, shown_by
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def module_list(request: SignedInRequest) -> HttpResponse:
    """The catalogue, filtered by the address."""
    chosen = ModuleFilter(request.GET, with_versions(TrainingModule.objects.all()))
    context = {
        "table": configure(request, ModuleTable(chosen.qs)),
        "filter": chosen,
        "may_write": can_write_modules(request.user),
        "may_import": request.user.authority.has(*MODULES.roles),
    }
    return list_page(request, "planning/module_list.html", context, file="modul")


def module_standard(request: SignedInRequest) -> HttpResponse:
    """*Daftar Modul Standar* of a line: topics with and without an approved module (2.1)."""
    lines = list(ServiceLine.objects.all())
    line = next((each for each in lines if each.code == request.GET.get("line")), lines[0] if lines else None)
    groups = standard_modules(line) if line else []
    if line and request.GET.get("export") == "xlsx":
        return _standard_file(line, groups)
    context = {
        "lines": lines,
        "line": line,
        "groups": groups,
        "may_record": line is not None and can_record_standard(request.user, line),
        "evidence": line
        and EvidenceRequest.objects.filter(subject=line.uuid, kind=LIST_OF_STANDARD_MODULES)
        .select_related("record")
        .order_by("-pk")
        .first(),
    }
    return render(request, "planning/module_standard.html", context)


def _standard_file(line: ServiceLine, groups: Iterable[StandardGroup]) -> HttpResponse:
    """The rows of the page: each topic with its approved modules, blank where there is none (EXP-1)."""
    head = [_("Kind"), _("Topic"), _("Approved modules")]
    rows = (
        [group.label, row.branch.full_name, "; ".join(f"{each.module.code} v{each.number}" for each in row.versions)]
        for group in groups
        for row in group.rows
        if not row.is_heading
    )
    return workbook_response(head, rows, name=f"daftar-modul-standar-{line.code}")


def module_standard_record(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Have the list of a line made as a sealed PDF."""
    line = get_object_or_404(ServiceLine, uuid=uuid)
    back = f"{url('module_standard')}?line={line.code}"

    def act() -> tuple[str, str]:
        record_standard_modules(line=line, actor=request.user, now=request.now)
        return back, _("The record is being made; it stands on this page and in the evidence when it is ready.")

    return act_or_conflict(request, act)


def module_new(request: SignedInRequest) -> HttpResponse:
    """A new module with its first version."""

    def act(form: ModuleForm) -> tuple[str, str]:
        version = services.add_module(**form.cleaned_data, actor=request.user, now=request.now)
        return url("module_detail", version.module), _("Module saved as a draft. Add its material next.")

    return form_page(
        request,
        ModuleForm(posted(request)),
        act,
        title=_("New module"),
        parent=(url("module_list"), _("Modules")),
        submit=_("Save module"),
    )


def module_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Title, kind, lines and topics of a module."""
    module = _module(uuid)
    require(
        can_edit_module(request.user, module.versions.all(), lines=module.lines.all()),
        _("Once a version is approved, a manager of every line of the module changes it."),
    )

    def act(form: ModuleTextForm) -> tuple[str, str]:
        services.edit_module(module=module, content=form.content, actor=request.user, now=request.now)
        return url("module_detail", module), _("Module saved.")

    return form_page(
        request,
        ModuleTextForm(posted(request), module=module),
        act,
        title=_("Edit %(module)s") % {"module": module},
        parent=(url("module_detail", module), str(module)),
        submit=_("Save module"),
    )


def module_answers(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Which needs a module answers: sources, product changes, parameters (5.1.1 d)."""
    module = get_object_or_404(TrainingModule, uuid=uuid)
    require(can_write_for(request.user, module.lines.all()))

    def act(form: AnswersForm) -> tuple[str, str]:
        services.set_answers(module=module, **form.cleaned_data, actor=request.user, now=request.now)
        return url("module_detail", module), _("Needs saved.")

    return form_page(
        request,
        AnswersForm(posted(request), module=module, user=request.user),
        act,
        title=_("Needs that %(module)s answers") % {"module": module},
        parent=(url("module_detail", module), str(module)),
        submit=_("Save needs"),
    )


def _module(uuid: UUID, *, reader: User | None = None) -> Any:
    """The module with lines and topics; for a page that lists them, with the plan templates that ``reader`` sees."""
    modules = TrainingModule.objects.prefetch_related("lines", "topics")
    return get_object_or_404(with_templates(modules, user=reader) if reader else modules, uuid=uuid)


def module_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A module with its versions and materials, and the needs that it answers."""
    user = request.user
    module = _module(uuid, reader=user)
    materials = Prefetch("materials", ModuleMaterial.objects.visible_to(user))
    versions = list(module.versions.select_related("author", "decided_by").prefetch_related(materials).order_by("-id"))
    for version in versions:
        version.module = module  # with its lines loaded
    is_open = any(v.state in (*services.EDITABLE, ModuleState.SUBMITTED) for v in versions)
    lines = module.lines.all()
    context = {
        "module": module,
        "versions": [_shown(version, request) for version in versions],
        "may_begin": can_write_modules(user) and not is_open,
        "may_edit": can_edit_module(user, versions, lines=lines),
        "may_answer": can_write_for(user, lines),
        "needs": NeedSource.objects.visible_to(user).filter(modules=module, product_change=None),
        "changes": ProductChange.objects.visible_to(user).filter(modules=module),
        "parameters": module.parameters.all(),
        "templates": module.listed_templates,
        "has_approved": any(version.state == ModuleState.APPROVED for version in versions),
    }
    return render(request, "planning/module_detail.html", context)


def _shown(version: ModuleVersion, request: SignedInRequest) -> dict[str, object]:
    """A version with what the reader may do about it."""
    return {
        "version": version,
        "status": MODULE_KINDS[ModuleState(version.state)],
        "may_edit": version.state in services.EDITABLE and can_edit_version(request.user, version),
        "may_decide": version.state == ModuleState.SUBMITTED and can_decide_version(request.user, version),
        "may_retire": version.state == ModuleState.APPROVED and can_decide_version(request.user, version),
    }


def _version(uuid: UUID) -> ModuleVersion:
    return get_object_or_404(ModuleVersion.objects.select_related("module", "author"), uuid=uuid)


def module_version_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The next version of a module."""
    module = get_object_or_404(TrainingModule, uuid=uuid)
    require(can_write_for(request.user, module.lines.all()))
    before = module.versions.order_by("-id").first()

    def act(form: VersionForm) -> tuple[str, str]:
        services.add_version(module=module, **form.cleaned_data, actor=request.user, now=request.now)
        return url("module_detail", module), _("Version saved as a draft.")

    return form_page(
        request,
        VersionForm(posted(request), version=before),
        act,
        title=_("New version of %(module)s") % {"module": module},
        parent=(url("module_detail", module), str(module)),
        submit=_("Save version"),
        closed=_("%(version)s is still open. Finish it before you begin another one.") % {"version": before}
        if before and before.state in services.OPEN
        else "",
    )


def module_version_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change a draft, or a returned version."""
    version = _version(uuid)
    require(can_edit_version(request.user, version))

    def act(form: VersionForm) -> tuple[str, str]:
        services.edit_version(version=version, **form.cleaned_data, actor=request.user, now=request.now)
        return url("module_detail", version.module), _("Version saved.")

    return form_page(
        request,
        VersionForm(posted(request), version=version, editing=True),
        act,
        title=_("Edit %(version)s") % {"version": version},
        parent=(url("module_detail", version.module), str(version.module)),
        submit=_("Save version"),
        closed="" if version.state in services.EDITABLE else settled(version, version.get_state_display()),
    )


def module_version_submit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask the manager to approve."""
    version = _version(uuid)

    def act() -> tuple[str, str]:
        services.submit_version(version=version, actor=request.user, now=request.now)
        return url("module_detail", version.module), _("Submitted. The manager decides next.")

    return act_or_conflict(request, act)


def module_version_decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Approve or return a submitted version; another one has nothing to decide."""
    version = _version(uuid)
    if request.method == "GET" and version.state != ModuleState.SUBMITTED:
        return redirect("module_detail", uuid=version.module.uuid)
    require(
        can_decide_version(request.user, version),
        _("A manager of every line of the module decides, and never the author."),
    )
    returns = request.POST.get("decision") == "return"
    former = version.module.versions.filter(state=ModuleState.APPROVED).first()

    def act(form: NoteForm) -> tuple[str, str]:
        decide = services.return_version if returns else services.approve_version
        given = {"note": form.cleaned_data["note"], "shown": shown_by(request)}
        decide(version=version, **given, actor=request.user, now=request.now)
        said = _("Returned to the author.") if returns else _("Approved. The version can be planned now.")
        return url("module_detail", version.module), said

    return form_page(
        request,
        NoteForm(posted(request)),
        act,
        title=_("Decide on %(version)s") % {"version": version},
        parent=(url("module_detail", version.module), str(version.module)),
        submit=_("Approve"),
        template="planning/module_decide.html",
        extra={
            "version": version,
            "materials": version.materials.all(),
            "shown": mark(about_version(version, former)),
            "former": former,
            "uses": uses_of(former, user=request.user) if former else [],
        },
    )


def module_version_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show what uses an approved version, then take it out of use (7.1.6)."""
    version = _version(uuid)
    if request.method == "POST":

        def act() -> tuple[str, str]:
            services.retire_version(version=version, actor=request.user, now=request.now)
            return url("module_detail", version.module), _("Out of use. New plans cannot choose this version.")

        return act_or_conflict(request, act)
    if version.state != ModuleState.APPROVED:
        return redirect("module_detail", uuid=version.module.uuid)
    require(can_decide_version(request.user, version))
    context = {"version": version, "uses": uses_of(version, user=request.user)}
    return render(request, "planning/module_retire.html", context)


def material_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A link, a text or a file for a draft."""
    version = _version(uuid)
    require(can_edit_version(request.user, version))

    def act(form: MaterialForm) -> tuple[str, str]:
        services.add_material(version=version, **form.cleaned_data, actor=request.user, now=request.now)
        return url("module_detail", version.module), _("Material saved.")

    return form_page(
        request,
        MaterialForm(posted(request), request.FILES or None),
        act,
        title=_("Material for %(version)s") % {"version": version},
        parent=(url("module_detail", version.module), str(version.module)),
        submit=_("Save material"),
        template="planning/upload.html",
    )


def _material(request: SignedInRequest, uuid: UUID) -> ModuleMaterial:
    rows = ModuleMaterial.objects.visible_to(request.user).select_related("version__module", "file")
    return get_object_or_404(rows, uuid=uuid)


def material_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A material, its text rendered safely."""
    material = _material(request, uuid)
    context = {"material": material, "html": safe_markdown(material.text)}
    return render(request, "planning/material_detail.html", context)


def material_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The file of a material as a download, noted as an access."""
    material = _material(request, uuid)
    return document_response(request, material)


def material_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a material off a draft."""
    material = _material(request, uuid)

    def act() -> tuple[str, str]:
        services.remove_material(material=material, actor=request.user, now=request.now)
        return url("module_detail", material.version.module), _("Material removed.")

    return act_or_conflict(request, act)
