"""Databases that the processes of one run share: migrated once and furnished once, then copied.

PostgreSQL copies a database in a fraction of a second; migrating one takes half a minute of processor time. The copies'
sources stay behind where the database outlives the run, until the next run replaces them.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from pytest import TempPathFactory


def run_folder(tmp_path_factory: TempPathFactory, worker_id: str) -> Path:
    """The folder that all processes of a run see."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with (folder / "turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def copy_database(source: str, target: str) -> None:
    """Replace ``target`` by a copy of ``source``, which nobody may be connected to: our own connection is closed."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}"')
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Another database behind the connection, for a while."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
