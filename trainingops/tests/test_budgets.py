"""What a page may cost, measured on every page of the demo's house for every role (DESIGN.md §8)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

from trainingops.people.tests.factories import sign_in
from trainingops.records.frames import procedure_line
from trainingops.tests.house import account, pages

pytestmark = pytest.mark.django_db

QUERIES, QUERIES_HOME = 12, 15
BYTES = 150 * 1024
#: What the database does to keep its books, not to answer.
UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
#: One of each office, with two trainers: who has a draft, and who carries the demo's cycle.
OFFICES = ("ADM01", "MGR01", "CC0001", "CC0002", "CC0007", "OPS01", "SUP01", "SSO01", "AUD01", "CLI01")


def measure(client: Client, url: str) -> tuple[int, list[str], int]:
    """Status, counted queries and size of a page."""
    procedure_line()  # looked up once a minute by the process, not by the page
    queries: list[str] = []

    def note(execute, sql, params, many, context):
        if not sql.startswith(UNCOUNTED):
            queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(url)
    size = 0 if answer.streaming else len(answer.content)
    return answer.status_code, queries, size


def shown(sql: str) -> str:
    """A query short enough to read in a list of offenders."""
    return re.sub(r"SELECT .*? FROM", "SELECT … FROM", sql)[:330]


@pytest.mark.parametrize("login", [*OFFICES, "agent", "team_leader"])
def test_every_page_keeps_its_budget(house, login):
    user, client = account(login), Client()
    sign_in(client, user)
    offenders, opened = [], set()
    for name, url in pages(user):
        status, queries, size = measure(client, url)
        assert status < 500, url
        if status != 200:
            continue
        opened.add(name)
        limit = QUERIES_HOME if name == "home" else QUERIES
        if len(queries) > limit or size > BYTES:
            offenders.append("\n  ".join([f"{name} {url}: {len(queries)} queries, {size} bytes", *map(shown, queries)]))
    assert opened >= {"home", "account", "inbox"}
    assert not offenders, "\n" + "\n".join(offenders)
