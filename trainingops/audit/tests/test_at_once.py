"""What stands for all earlier migrations makes what they make, in a tenth of the time."""

from __future__ import annotations

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.special import RunSQL

from trainingops.audit.at_once import CreateAll


def standing(loader: MigrationLoader) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Each migration that stands for others, with these."""
    return {key: each.replaces for key, each in loader.disk_migrations.items() if each.replaces}


def test_the_models_are_those_of_the_migrations_that_it_stands_for():
    one_by_one, at_once = (MigrationLoader(None, replace_migrations=each) for each in (False, True))
    before = one_by_one.project_state([replaced[-1] for replaced in standing(one_by_one).values()])
    after = at_once.project_state(list(standing(at_once)))
    assert len(after.models) > 120
    assert MigrationAutodetector(before, after)._detect_changes() == {}


def test_no_guard_of_an_earlier_migration_is_left_out():
    loader = MigrationLoader(None, replace_migrations=False)
    assert len(standing(loader)) >= 9
    for key, replaced in standing(loader).items():
        operations = loader.disk_migrations[key].operations
        assert any(isinstance(each, CreateAll) for each in operations)
        earlier = [each for one in replaced for each in loader.disk_migrations[one].operations]
        owed = [each.sql for each in earlier if isinstance(each, RunSQL) and each.reverse_sql != RunSQL.noop]
        assert [each.sql for each in operations if isinstance(each, RunSQL)] == owed
