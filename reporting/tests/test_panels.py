"""What the pages of sessions and plans show of the report (DESIGN.md §1, slots)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reporting import services
from reporting.panels import plan_lines, session_panels
from reporting.tests.factories import BEFORE, END, make_plan, make_session
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = pytest.mark.django_db


def owed(plan):
    training_session = make_session(plan)
    return services.schedule_obligation(training_session=training_session, actor=None, now=BEFORE)


def test_a_session_shows_its_due_time_and_leads_to_draft_or_obligation():
    first, second = owed(make_plan()), owed(make_plan())
    report = services.open_draft(obligation=second, actor=None, now=END)
    manager = make_user("manager", language="en")
    ids = [first.training_session_id, second.training_session_id]
    manager.authority  # noqa: B018 (loaded once for the request)
    with CaptureQueriesContext(connection) as queries:
        shown = session_panels(ids, manager)
    assert len(queries) == 1
    assert f"/deadlines/{first.uuid}/" in shown[ids[0]]
    assert f"/reports/{report.uuid}/" in shown[ids[1]]
    assert session_panels(ids, make_user("manager", site=SiteFactory())) == {}


def test_a_plan_counts_the_reports_that_are_in():
    plan = make_plan()
    done, _open, void = owed(plan), owed(plan), owed(plan)
    services.cancel_obligation(training_session=void.training_session, reason="Padam", actor=None, now=END)
    type(done).objects.filter(pk=done.pk).update(state="submitted", submitted_at=END, submitted_by=done.owner)
    line = plan_lines([plan.uuid], make_user("manager"))[plan.uuid]
    assert "1" in line
    assert "2" in line
