"""What a version of a module gives to read or to show (clause 2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from planning.models import (
    ModuleMaterial,
    ModuleVersion,
)
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.records.documents import keep_document

if TYPE_CHECKING:
    from trainingops.people.models import User
from planning.services.modules.versions import REOPENED, editable


@service
def add_material(
    *, version: ModuleVersion, title: str, url: str, text: str, actor: User, now: datetime, file: Any = None
) -> ModuleMaterial:
    """Something to read or show, on a draft.

    Args:
        file: a PDF, slides or another document as it was uploaded; what it is, its content says.

    Raises:
        Refused: neither link nor text nor file, or the file is none of the accepted kinds.
    """
    locked = editable(version, actor)
    if not url and not text.strip() and not file:
        raise Refused(_("Give a link, write the text or attach a file."), field="text")
    stored, file_name = keep_document(file, now=now) if file else (None, "")
    locked.save(update_fields=REOPENED)
    material = ModuleMaterial.objects.create(
        version=locked, title=title, url=url, text=text, file=stored, file_name=file_name
    )
    data = {"version": locked.uuid, "file": stored.sha256 if stored else None}
    record("module_material.added", subject=material, actor=actor, now=now, data=data)
    return material


@service
def remove_material(*, material: ModuleMaterial, actor: User, now: datetime) -> None:
    """Take a material off a draft."""
    locked = editable(material.version, actor)
    locked.save(update_fields=REOPENED)
    record("module_material.removed", subject=material, actor=actor, now=now, data={"version": locked.uuid})
    material.delete()
