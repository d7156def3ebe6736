"""Plan templates: what a draft of a kind begins with (4.1, 5.1.1 e)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from planning.enums import ModuleState
from planning.models import ModuleVersion, PlanTemplate
from planning.policies.plans import can_write_template
from planning.services.schemes import check_pass_mark
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require

if TYPE_CHECKING:
    from planning.models import PlanRevision
    from trainingops.people.models import ServiceLine, User

#: What a draft takes over as it stands, from a template or from another revision; ``module`` of a template becomes the
#: version that is approved on the day.
PLAIN = (
    "method",
    "application",
    "scheme",
    "pass_mark",
    "pre_paper",
    "post_paper",
    "tolerance_minutes",
    "recovery_days",
)
#: The lists that it takes over too.
MANY = ("class_types", "recovery_forms")
_OWN = ("name", "kind", "line", "title", "purpose", "module", "minutes", "meetings", "parties")


@service
def save_template(
    *, values: Mapping[str, Any], actor: User, now: datetime, template: PlanTemplate | None = None
) -> PlanTemplate:
    """Make a template of all its fields, or change ``template``; plans made from it stay as they are.

    Raises:
        NotAllowed: neither trainer nor manager of its line.
        Refused: the name is taken, a figure is out of its bounds, or the module is not for the line.
    """
    require(can_write_template(actor, line=values["line"]))
    saved = PlanTemplate(created_by=actor, created_at=now)
    if template is not None:
        saved = PlanTemplate.objects.select_for_update(no_key=True, of=("self",)).get(pk=template.pk)
        require(can_write_template(actor, line=saved.line))
    _check(values, saved)
    for name in (*_OWN, *PLAIN):
        setattr(saved, name, values[name])
    saved.name = saved.name.strip()
    saved.save()
    for name in MANY:
        getattr(saved, name).set(values[name])
    event = "plan_template.changed" if template else "plan_template.made"
    record(event, subject=saved, actor=actor, now=now, data={"name": saved.name, "kind": saved.kind})
    return saved


def _check(values: Mapping[str, Any], template: PlanTemplate) -> None:
    name, line, module = values["name"].strip(), values["line"], values["module"]
    if not name:
        raise Refused(_("The name is blank. Write one, for example “Briefing 15–30 menit”."), field="name")
    if PlanTemplate.objects.filter(name__iexact=name).exclude(pk=template.pk).exists():
        raise Refused(_("The name %(name)s is taken. Choose another one.") % {"name": name}, field="name")
    if not 5 <= values["minutes"] <= 720:
        raise Refused(_("A meeting takes 5 to 720 minutes, not %(n)d.") % {"n": values["minutes"]}, field="minutes")
    if not 1 <= values["meetings"] <= 10:
        raise Refused(_("A template has 1 to 10 meetings, not %(n)d.") % {"n": values["meetings"]}, field="meetings")
    check_pass_mark(values["pass_mark"], values["scheme"])
    if module and line and not module.lines.filter(pk=line.pk).exists():
        raise Refused(
            _("%(module)s is not meant for %(line)s. Choose a module of this line.") % {"module": module, "line": line},
            field="module",
        )


@service
def retire_template(*, template: PlanTemplate, actor: User, now: datetime) -> PlanTemplate:
    """No new plan begins with it; those that did stay as they are. Nothing is deleted.

    Raises:
        NotAllowed: as :func:`save_template`.
        WrongState: it is out of use already.
    """
    return _use(template, False, actor=actor, now=now)


@service
def restore_template(*, template: PlanTemplate, actor: User, now: datetime) -> PlanTemplate:
    """Plans may begin with it again.

    Raises:
        NotAllowed: as :func:`save_template`.
        WrongState: it is in use already.
    """
    return _use(template, True, actor=actor, now=now)


def _use(template: PlanTemplate, in_use: bool, *, actor: User, now: datetime) -> PlanTemplate:
    locked = PlanTemplate.objects.select_for_update(no_key=True, of=("self",)).get(pk=template.pk)
    require(can_write_template(actor, line=locked.line))
    if locked.is_active == in_use:
        words = _("%(name)s is in use already.") if in_use else _("%(name)s is out of use already. Reload the page.")
        raise WrongState(words % {"name": locked})
    locked.is_active = in_use
    locked.save(update_fields=["is_active"])
    event = "plan_template.restored" if in_use else "plan_template.retired"
    record(event, subject=locked, actor=actor, now=now, data={"name": locked.name})
    return locked


def check_fits(template: PlanTemplate, *, kind: str, line: ServiceLine) -> None:
    """Whether a plan of this kind on this line may begin with the template.

    Raises:
        Refused: out of use, of the other kind, or for another line.
    """
    said = {"template": template, "kind": template.get_kind_display(), "line": line}
    if not template.is_active:
        raise Refused(_("%(template)s is out of use. Choose another template.") % said, field="template")
    if template.kind != kind:
        raise Refused(
            _("%(template)s is a template for %(kind)s. Choose that kind, or another template.") % said,
            field="template",
        )
    if template.line_id not in {None, line.pk}:
        raise Refused(_("%(template)s is not meant for %(line)s. Choose another template.") % said, field="template")
    if template.module and not template.module.lines.filter(pk=line.pk).exists():
        raise Refused(
            _("%(template)s is on %(module)s, which is not meant for %(line)s. Choose another template.")
            % {**said, "module": template.module},
            field="template",
        )


def prefilled(template: PlanTemplate) -> dict[str, Any]:
    """The plain fields of a first draft; what went out of use meanwhile is left blank and shows as missing."""
    values = {name: getattr(template, name) for name in PLAIN}
    for name in ("application", "scheme"):
        if values[name] and not values[name].is_active:
            values[name] = None
    approved = ModuleVersion.objects.filter(module=template.module_id, state=ModuleState.APPROVED)
    values["module_version"] = approved.order_by("-pk").first() if template.module_id else None
    return values


def fill_lists(revision: PlanRevision, template: PlanTemplate) -> None:
    """Class types in use and forms of recovery of the first draft."""
    revision.class_types.add(*template.class_types.filter(is_active=True))
    revision.recovery_forms.add(*template.recovery_forms.all())
