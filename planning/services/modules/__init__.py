"""Modules, their versions and materials (clause 2.1)."""

from planning.services.modules.materials import add_material, remove_material
from planning.services.modules.versions import (
    EDITABLE,
    OPEN,
    ModuleText,
    add_module,
    add_version,
    approve_version,
    edit_module,
    edit_version,
    retire_version,
    return_version,
    set_answers,
    submit_version,
)

__all__ = [
    "EDITABLE",
    "OPEN",
    "ModuleText",
    "add_material",
    "add_module",
    "add_version",
    "approve_version",
    "edit_module",
    "edit_version",
    "remove_material",
    "retire_version",
    "return_version",
    "set_answers",
    "submit_version",
]
