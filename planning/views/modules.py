"""Modules: catalogue, versions, materials, approval (2.1)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from planning.enums import ModuleKind, ModuleState
from planning.forms.catalogue import MaterialForm, ModuleForm, NoteForm, VersionForm
from planning.models import ModuleMaterial, ModuleVersion, TrainingModule
from planning.policies.catalogue import can_decide_version, can_edit_version, can_write_modules
from planning.queries.catalogue import standard_modules, with_versions
from planning.services import modules as services
from planning.tables.catalogue import MODULE_KINDS, ModuleTable
from planning.text import safe_markdown
from planning.views.common import act_or_conflict, form_page, posted, url
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine
from trainingops.ui.exports import table_response
from trainingops.ui.tables import configure


def module_list(request: SignedInRequest) -> HttpResponse:
    """The catalogue, filtered by kind and line in the address; ``export=xlsx`` gives the same rows as Excel."""
    lines = list(ServiceLine.objects.all())
    modules = with_versions(TrainingModule.objects.all())
    kind, line = request.GET.get("kind", ""), request.GET.get("line", "")
    if kind in ModuleKind.values:
        modules = modules.filter(kind=kind)
    if chosen := next((each for each in lines if each.code == line), None):
        modules = modules.filter(lines=chosen)
    table = configure(request, ModuleTable(modules))
    if request.GET.get("export") == "xlsx":
        return table_response(table, name="modul")
    context = {
        "table": table,
        "kinds": ModuleKind.choices,
        "kind": kind,
        "lines": lines,
        "line": line,
        "may_write": can_write_modules(request.user),
    }
    return render(request, "planning/module_list.html", context)


def module_standard(request: SignedInRequest) -> HttpResponse:
    """*Daftar Modul Standar* of a line: topics with and without an approved module (2.1)."""
    lines = list(ServiceLine.objects.all())
    line = next((each for each in lines if each.code == request.GET.get("line")), lines[0] if lines else None)
    rows = standard_modules(line) if line else []
    groups = [
        (label, found, sum(bool(versions) for _topic, versions in found))
        for kind, label in ModuleKind.choices
        if (found := [row for row in rows if row[0].kind == kind])
    ]
    return render(request, "planning/module_standard.html", {"lines": lines, "line": line, "groups": groups})


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


def module_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A module with its versions and materials."""
    module = get_object_or_404(TrainingModule.objects.prefetch_related("lines", "topics"), uuid=uuid)
    versions = list(
        module.versions.select_related("author", "decided_by").prefetch_related("materials").order_by("-id")
    )
    for version in versions:
        version.module = module  # with its lines loaded
    shown = [
        {
            "version": version,
            "status": MODULE_KINDS[ModuleState(version.state)],
            "may_edit": version.state in services.EDITABLE and can_edit_version(request.user, version),
            "may_decide": version.state == ModuleState.SUBMITTED and can_decide_version(request.user, version),
            "may_retire": version.state == ModuleState.APPROVED and can_decide_version(request.user, version),
        }
        for version in versions
    ]
    is_open = any(v.state in (*services.EDITABLE, ModuleState.SUBMITTED) for v in versions)
    context = {
        "module": module,
        "versions": shown,
        "may_begin": can_write_modules(request.user) and not is_open,
    }
    return render(request, "planning/module_detail.html", context)


def _version(uuid: UUID) -> ModuleVersion:
    return get_object_or_404(ModuleVersion.objects.select_related("module", "author"), uuid=uuid)


def module_version_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The next version of a module."""
    module = get_object_or_404(TrainingModule, uuid=uuid)
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
    )


def module_version_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change a draft, or a returned version."""
    version = _version(uuid)

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
    returns = request.POST.get("decision") == "return"

    def act(form: NoteForm) -> tuple[str, str]:
        decide = services.return_version if returns else services.approve_version
        decide(version=version, note=form.cleaned_data["note"], actor=request.user, now=request.now)
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
        extra={"version": version, "materials": version.materials.all()},
    )


def module_version_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take an approved version out of use."""
    version = _version(uuid)

    def act() -> tuple[str, str]:
        services.retire_version(version=version, actor=request.user, now=request.now)
        return url("module_detail", version.module), _("Out of use. New plans cannot choose this version.")

    return act_or_conflict(request, act)


def material_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A link or a text for a draft."""
    version = _version(uuid)

    def act(form: MaterialForm) -> tuple[str, str]:
        services.add_material(version=version, **form.cleaned_data, actor=request.user, now=request.now)
        return url("module_detail", version.module), _("Material saved.")

    return form_page(
        request,
        MaterialForm(posted(request)),
        act,
        title=_("Material for %(version)s") % {"version": version},
        parent=(url("module_detail", version.module), str(version.module)),
        submit=_("Save material"),
    )


def _material(uuid: UUID) -> ModuleMaterial:
    return get_object_or_404(ModuleMaterial.objects.select_related("version__module"), uuid=uuid)


def material_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A material, its text rendered safely."""
    material = _material(uuid)
    context = {"material": material, "html": safe_markdown(material.text)}
    return render(request, "planning/material_detail.html", context)


def material_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a material off a draft."""
    material = _material(uuid)

    def act() -> tuple[str, str]:
        services.remove_material(material=material, actor=request.user, now=request.now)
        return url("module_detail", material.version.module), _("Material removed.")

    return act_or_conflict(request, act)
