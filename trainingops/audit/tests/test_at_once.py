"""What stands for all earlier migrations makes what they make, in a tenth of the time."""

from __future__ import annotations

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.special import RunSQL

from trainingops.audit.at_once import CreateAll


def test_the_models_are_those_of_the_migrations_that_it_stands_for():
    one_by_one, at_once = (MigrationLoader(None, replace_migrations=each) for each in (False, True))
    states = (each.project_state() for each in (one_by_one, at_once))
    assert MigrationAutodetector(*states)._detect_changes() == {}


def test_no_guard_of_an_earlier_migration_is_left_out():
    loader = MigrationLoader(None, replace_migrations=False)
    standing = [each for each in loader.disk_migrations.values() if each.replaces]
    assert len(standing) >= 9
    for migration in standing:
        assert any(isinstance(each, CreateAll) for each in migration.operations)
        earlier = [each for key in migration.replaces for each in loader.disk_migrations[key].operations]
        owed = [each.sql for each in earlier if isinstance(each, RunSQL) and each.reverse_sql != RunSQL.noop]
        assert [each.sql for each in migration.operations if isinstance(each, RunSQL)] == owed
