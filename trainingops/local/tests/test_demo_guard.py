"""Issue 2: demo data is refused outside demo mode, and in a database that holds anything else."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from trainingops.local import serving
from trainingops.local.demo import cast


def test_demo_is_refused_outside_demo_mode() -> None:
    with pytest.raises(CommandError, match="only in demo mode, and TRAININGOPS_MODE is test"):
        call_command("demo", "--no-serve")


@pytest.mark.django_db
def test_a_database_with_tables_and_without_the_mark_is_refused() -> None:
    with pytest.raises(CommandError, match="holds tables and is not marked"):
        serving.require_demo_database()


@pytest.mark.django_db
def test_a_marked_database_is_accepted() -> None:
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{serving.DEMO_MARK}'")
    serving.require_demo_database()


@pytest.mark.django_db
def test_an_empty_database_is_marked_and_emptying_drops_every_table() -> None:
    serving.empty_demo_database()
    serving.require_demo_database()
    assert serving.database_mark() == serving.DEMO_MARK


@pytest.mark.parametrize("page", sorted({page for _, _, page in cast._FIRST}))
def test_the_page_to_try_first_exists(page: str) -> None:
    assert reverse(page).startswith("/")
