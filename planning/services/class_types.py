"""The class types that a plan chooses from: grooming, role play and what people add (5.1.1 e)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.text import slugify
from django.utils.translation import gettext as _

from planning.models import ClassType
from planning.policies.catalogue import can_keep_places
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require

if TYPE_CHECKING:
    from trainingops.people.models import User

_CODE_LENGTH = 30


@service
def add_class_type(*, name: str, actor: User, now: datetime) -> ClassType:
    """A class type of one's own; its code comes from the name and never changes.

    Raises:
        NotAllowed: neither manager nor administrator.
        Refused: the name is blank or taken.
    """
    require(can_keep_places(actor))
    name = _free_name(name)
    class_type = ClassType.objects.create(code=_free_code(name), name=name)
    record("class_type.added", subject=class_type, actor=actor, now=now, data={"code": class_type.code})
    return class_type


@service
def rename_class_type(*, class_type: ClassType, name: str, actor: User, now: datetime) -> ClassType:
    """Give it another name; plans name it by its code, so they read the new one.

    Raises:
        NotAllowed, Refused: as :func:`add_class_type`.
    """
    require(can_keep_places(actor))
    locked = _locked(class_type)
    if name.strip() == str(locked):
        return locked
    before, locked.name = locked.name, _free_name(name, but=locked)
    locked.save(update_fields=["name"])
    data = {"code": locked.code, "before": before, "after": locked.name}
    record("class_type.renamed", subject=locked, actor=actor, now=now, data=data)
    return locked


@service
def retire_class_type(*, class_type: ClassType, actor: User, now: datetime) -> ClassType:
    """No new plan chooses it; those that did keep it. Nothing is deleted.

    Raises:
        WrongState: it is out of use already.
    """
    return _use(class_type, False, actor=actor, now=now)


@service
def restore_class_type(*, class_type: ClassType, actor: User, now: datetime) -> ClassType:
    """Plans may choose it again.

    Raises:
        WrongState: it is in use already.
    """
    return _use(class_type, True, actor=actor, now=now)


def _use(class_type: ClassType, in_use: bool, *, actor: User, now: datetime) -> ClassType:
    require(can_keep_places(actor))
    locked = _locked(class_type)
    if locked.is_active == in_use:
        words = _("%(name)s is in use already.") if in_use else _("%(name)s is out of use already. Reload the page.")
        raise WrongState(words % {"name": locked})
    locked.is_active = in_use
    locked.save(update_fields=["is_active"])
    event = "class_type.restored" if in_use else "class_type.retired"
    record(event, subject=locked, actor=actor, now=now, data={"code": locked.code})
    return locked


def _locked(class_type: ClassType) -> ClassType:
    return ClassType.objects.select_for_update(no_key=True).get(pk=class_type.pk)


def _free_name(name: str, *, but: ClassType | None = None) -> str:
    """The name without blanks around it, which no other class type has in the words that are shown."""
    name = name.strip()
    if not name:
        raise Refused(_("The name is blank. Write one, for example “Grooming class”."), field="name")
    others = ClassType.objects.exclude(pk=but.pk) if but else ClassType.objects.all()
    if name.casefold() in {word.casefold() for each in others for word in (each.name, str(each))}:
        raise Refused(_("%(name)s is listed already. Choose another name.") % {"name": name}, field="name")
    return name


def _free_code(name: str) -> str:
    """A code made of the name; a number follows where it is taken."""
    stem = slugify(name).replace("-", "_")[:_CODE_LENGTH] or "class"
    taken = set(ClassType.objects.values_list("code", flat=True))
    codes = (stem if n == 1 else f"{stem[: _CODE_LENGTH - 4]}_{n}" for n in range(1, 1_000))
    return next(code for code in codes if code not in taken)
