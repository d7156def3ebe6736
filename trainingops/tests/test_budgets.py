"""What a page may cost, measured on every page of the demo's house for every role (DESIGN.md §8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.services import amend_plan
from sessions.enums import TestPhase
from sessions.models import Enrolment
from sessions.services import start_attempt
from trainingops.imports.models import ImportRun
from trainingops.local import demo
from trainingops.people.models import User
from trainingops.people.tests.factories import sign_in
from trainingops.records.frames import procedure_line
from trainingops.tests.house import pages

QUERIES, QUERIES_HOME = 12, 15
BYTES = 150 * 1024
#: What the database does to keep its books, not to answer.
UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
#: What costs more, and how much at most; each shows a whole plan, report or register on one page.
ABOVE = {
    "plan_approval": 14,
    "plan_detail": 19,
    "plan_submit": 19,
    "report_submit": 16,
}
#: One of each office, with two trainers: who has a draft, and who carries the demo's cycle.
OFFICES = ("ADM01", "MGR01", "CC0001", "CC0002", "CC0007", "OPS01", "SUP01", "SSO01", "AUD01", "CLI01")


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The demo with its cycle, a draft to plan on and a file half imported; taken back when the module ends."""
    folder = tmp_path_factory.mktemp("house")
    kept = override_settings(MEDIA_ROOT=folder / "files", LOCAL_DIR=folder, SEAL_KEY_DIR=folder / "seal")
    with django_db_blocker.unblock(), kept, transaction.atomic():
        now = timezone.now()
        demo.load(now)
        demo.run_cycle(now)
        furnish(now)
        yield
        transaction.set_rollback(True)


def furnish(now) -> None:
    """What the demo does not leave behind."""
    plan = TrainingPlan.objects.filter(state=PlanState.UNDER_WAY).latest("pk")
    amend_plan(plan=plan, actor=plan.pic, now=now)
    client = Client()
    client.force_login(User.objects.get(login="ADM01"))
    lines = ["No. Karyawan;Nama;Line;Site", *(f"CX{n:04d};Orang {n};Inbound;Jakarta" for n in range(40))]
    for name in ("satu.csv", "dua.csv"):
        client.post("/imports/new/people/", {"file": SimpleUploadedFile(name, "\n".join(lines).encode())})
    run = ImportRun.objects.earliest("pk")
    client.post(f"/imports/{run.uuid}/columns/", {field: str(place) for field, place in run.mapping.items()})
    enrolment = Enrolment.objects.filter(training_session__plan=plan, person=account("agent").person).get()
    start_attempt(enrolment=enrolment, phase=TestPhase.PRE, actor=enrolment.person.user, now=now)


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


def account(login: str) -> User:
    """The account with this log-in, or the first with this role; the agent is one with a test to take."""
    found = User.objects.filter(login=login).first()
    if login == "agent":
        there = TrainingPlan.objects.filter(state=PlanState.UNDER_WAY).latest("pk")
        found = User.objects.filter(person__enrolments__training_session__plan=there).earliest("pk")
    return found or User.objects.filter(role_assignments__role=login).earliest("pk")


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
        limit = QUERIES_HOME if name == "home" else ABOVE.get(name, QUERIES)
        if len(queries) > limit or size > BYTES:
            offenders.append("\n  ".join([f"{name} {url}: {len(queries)} queries, {size} bytes", *map(shown, queries)]))
    assert opened >= {"home", "account", "inbox"}
    assert not offenders, "\n" + "\n".join(offenders)
