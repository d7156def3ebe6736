"""What many tests begin with is made through the services once, and then put back as rows.

When a process makes a thing for the first time its rows are noted; from then on they are inserted by one statement
where a test asks for it, with the same keys, and the test gets its own copy of the objects. Noting takes as long as
five queries; a session takes some three hundred.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

import time_machine
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

P = ParamSpec("P")
T = TypeVar("T")
#: Rows of a table: key → the transaction that wrote it last.
Rows = dict[str, dict[str, str]]
#: Inside :func:`anew`.
_anew: list[bool] = []
#: Reference data: its keys change when a test that commits has emptied the tables.
_REFERENCE = "planning_recoveryform"


@dataclass(frozen=True)
class Snapshot:
    """What a factory made: the statement that puts it back, the objects, and what it presupposes."""

    sql: str
    objects: bytes
    ground: int

    def put_back(self) -> Any:
        """Insert the rows; a copy of the objects."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql)
        return pickle.loads(self.objects)


def kept(make: Callable[P, T]) -> Callable[P, T]:
    """Make the same thing through the services only once in a process, where a test can have it as rows.

    It cannot where it commits, where arguments are not comparable, or where the test has written something before, on
    which it may depend: then it is made as ever. A clock that a test has set, and its language, are arguments too.
    """
    snapshots: dict[Any, Snapshot] = {}

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        said = (*map(_comparable, args), *((name, _comparable(value)) for name, value in sorted(kwargs.items())))
        clock = timezone.now().replace(second=0, microsecond=0) if time_machine.escape_hatch.is_travelling() else None
        key = (connection.settings_dict["NAME"], get_language(), clock, said)
        if _anew or not connection.in_atomic_block or not _is_comparable(key) or not (ground := _ground()):
            return make(*args, **kwargs)
        known = snapshots.get(key)
        if known and known.ground == ground:
            again: T = known.put_back()
            return again
        before = _rows()
        result = make(*args, **kwargs)
        if sql := _made_since(before):
            snapshots[key] = Snapshot(sql, pickle.dumps(result), ground)
        return result

    return made


@contextmanager
def anew() -> Iterator[None]:
    """For a test about the making itself: the services make everything in it."""
    _anew.append(True)
    try:
        yield
    finally:
        _anew.pop()


def _ground() -> int:
    """Which reference data the rows would stand on; 0 where the test has written something already."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN (SELECT min(id) FROM {_REFERENCE}) END"
        )
        (found,) = cursor.fetchone()
    return found or 0


def _comparable(argument: Any) -> Any:
    """A function written in place is the same wherever the same line made it, unless it remembers something."""
    if isinstance(argument, FunctionType) and not argument.__closure__ and not argument.__defaults__:
        return argument.__module__, argument.__code__
    return argument


def _is_comparable(key: Any) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True


def _models() -> list[type[Model]]:
    return [each for each in apps.get_models(include_auto_created=True) if each._meta.managed and not each._meta.proxy]


def _rows() -> Rows:
    parts = [
        f"SELECT '{each._meta.db_table}', {each._meta.pk.column}::text, xmin::text FROM {each._meta.db_table}"
        for each in _models()
    ]
    found: Rows = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        for table, key, transaction in cursor.fetchall():
            found.setdefault(table, {})[key] = transaction
    return found


def _made_since(before: Rows) -> str:
    """The statements that make again what was made since; none if a row that was there has changed."""
    after = _rows()
    if any(after.get(table, {}).get(key) != was for table, rows in before.items() for key, was in rows.items()):
        return ""
    new = {table: sorted(rows.keys() - before.get(table, {}).keys()) for table, rows in after.items()}
    return ";\n".join(_insert(each, keys) for each in _models() if (keys := new.get(each._meta.db_table)))


def _insert(model: type[Model], keys: list[str]) -> str:
    """The statement that inserts rows as they stand."""
    table, pk = model._meta.db_table, model._meta.pk.column
    columns = ", ".join(
        connection.ops.quote_name(each.column) for each in model._meta.concrete_fields if not each.generated
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT quote_literal(json_agg(each.* ORDER BY {pk})) FROM {table} each WHERE {pk}::text = ANY(%s)",
            [keys],
        )
        (rows,) = cursor.fetchone()
    return (
        f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, {rows}::json)"
    )
