"""Indicator 4.3b, and who is in time (4.3, 5.3.2)."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from reporting import services
from reporting.models import Distribution, ReportObligation
from reporting.punctuality import Punctuality, by_trainer, figure_of, ranked, reports_due
from reporting.tests.factories import BEFORE, DUE, END, make_plan, make_session
from reporting.tests.writing import submitted
from trainingops.jobs.health import beat, run_checks
from trainingops.people.models import User
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.3")]
HOUR = timedelta(hours=1)
PAGE = "/deadlines/indicator/"


def due_to(user: User, now=DUE + HOUR):
    return reports_due(user, since=date(2026, 11, 1), until=date(2026, 11, 30), now=now)


def owed(site, *, teacher=None, **answer) -> ReportObligation:
    training_session = make_session(make_plan(site=site), teacher=teacher)
    obligation = services.schedule_obligation(training_session=training_session, actor=None, now=BEFORE)
    ReportObligation.objects.filter(pk=obligation.pk).update(**answer)
    return obligation


@pytest.fixture
def answers(db):
    """How an obligation may have ended, as fields."""
    pic = make_user("trainer")
    in_time = {"state": "submitted", "submitted_by": pic, "submitted_at": DUE - HOUR}
    return {
        "in time": in_time,
        "late": {**in_time, "submitted_at": DUE + HOUR / 2, "breached_at": DUE},
        "missing": {"breached_at": DUE},
        "void": {"state": "void", "void_reason": "Padam"},
    }


def test_what_was_not_submitted_is_due_and_what_was_void_never_was(answers):
    site = SiteFactory()
    for answer in answers.values():
        owed(site, **answer)
    manager = make_user("manager", site=site)
    assert figure_of(due_to(manager)) == Punctuality(due=3, in_time=1, met=0)
    assert figure_of(due_to(manager, now=DUE - timedelta(seconds=1))) == Punctuality()
    assert figure_of(due_to(make_user("manager", site=SiteFactory()))) == Punctuality()


def test_a_report_in_time_counts_once_every_mandatory_party_can_read_it(held):
    """4.3b: in time and available to manager, Operation, Operation Support and QC."""
    version = submitted(held)
    due_at = version.report.obligation.due_at
    rows = reports_due(
        make_user("administrator"), since=due_at.date() - timedelta(days=2), until=due_at.date(), now=due_at
    )
    before = figure_of(rows)
    Distribution.objects.bulk_create(
        Distribution(version=version, party=party, user=make_user(party), sent_at=due_at)
        for party in ("manager", "operations", "operation_support", "qc")
    )
    assert (before.due, before.in_time) == (1, 1)
    assert figure_of(rows) == Punctuality(1, 1, 1)


def test_a_session_of_two_trainers_counts_for_each_and_few_reports_are_not_ranked(answers):
    site = SiteFactory()
    good, other = make_user("trainer"), make_user("trainer")
    for _each in range(5):
        owed(site, teacher=good, **answers["in time"])
    owed(site, teacher=other, **answers["missing"])
    rows = dict(by_trainer(due_to(make_user("manager", site=site))))
    assert (rows[good.name].in_time, rows[good.name].is_small) == (5, False)
    assert (rows[other.name].due, rows[other.name].is_small) == (1, True)
    perfect, half, few = Punctuality(5, 5, 5), Punctuality(8, 4, 4), Punctuality(2, 2, 2)
    assert ranked([("c", few), ("b", half), ("a", perfect)]) == [("a", perfect), ("b", half), ("c", few)]
    assert half.share == Decimal("0.5")


def test_the_page_shows_counts_beside_ratios_in_four_tables_with_the_reports_behind_them(client, answers, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: DUE + HOUR)
    site = SiteFactory(name="Denpasar")
    manager = make_user("manager", site=site, language="en")
    client.force_login(manager)
    queries = []
    for answer in ("in time", "late", "missing"):
        owed(site, **answers[answer])
        client.get(PAGE)
        with CaptureQueriesContext(connection) as counted:
            page = client.get(PAGE)
        queries.append(len(counted))
    assert [kind for _word, kind, _rows in page.context["groups"]] == ["trainer", "line", "site", "month"]
    [(name, figure)] = page.context["groups"][2][2]
    assert (name, figure) == ("Denpasar", Punctuality(3, 1, 0))
    assert "In time, whoever could read it" in page.content.decode()
    assert queries[0] == queries[-1] <= 12
    file = client.get(PAGE, {"export": "xlsx"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 4
    assert client.post(PAGE).status_code == 405
    client.force_login(make_user("agent"))
    assert client.get(PAGE).status_code == 403


def test_a_sweep_that_stands_still_is_said_on_every_page_and_to_whoever_watches(client):
    """DESIGN.md §5.1: three minutes without the sweep are a banner, and not ready."""
    client.force_login(make_user("qc", language="en"))
    words = "Reminders and breaches are delayed."
    from django.utils import timezone

    now = timezone.now()
    beat("deadlines", now=now - timedelta(minutes=3))
    assert words in client.get("/deadlines/").content.decode()
    assert run_checks(now)["deadlines"]
    beat("deadlines", now=now)
    assert words not in client.get("/deadlines/").content.decode()
    assert run_checks(now)["deadlines"] == ""
    assert END
