"""Make many tables in one step of a migration: for the migrations that stand for all that came before them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.operations.special import RunSQL
from django.db.migrations.state import ProjectState


class CreateAll(Operation):
    """The operations that build the models of an app, whose tables are made as the last of them leaves them.

    Each operation of its own would build the classes of all related models anew: half a minute for our hundred models,
    at every start on an empty database. Adds and creates only; nothing that changes a table with rows.
    """

    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # built again, once, when it is asked for
        for each in self.operations:
            each.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, _from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name in self._names():
            schema_editor.create_model(to_state.apps.get_model(app_label, name))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        for name in reversed(self._names()):
            schema_editor.delete_model(from_state.apps.get_model(app_label, name))

    def describe(self) -> str:
        return f"Create {len(self._names())} models at once"

    def _names(self) -> list[str]:
        return [each.name for each in self.operations if isinstance(each, CreateModel)]


def sql_of(migration: str) -> list[RunSQL]:
    """The guards, functions and tables of an earlier migration; what it did to rows has no way back and is left out."""
    operations = import_module(migration).Migration.operations
    return [each for each in operations if isinstance(each, RunSQL) and each.reverse_sql != RunSQL.noop]
