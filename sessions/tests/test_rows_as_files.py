"""Rolls, grids, deviations and cases as Excel: exactly what is filtered (EXP-1)."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from sessions.models import (
    RecoveryCase,
)
from sessions.services import report_deviation
from sessions.tests.factories import (
    START,
    absent,
    concluded,
    opened,
)
from trainingops.ui.exports import XLSX

pytestmark = pytest.mark.django_db


def _client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def held():
    return concluded(lambda people: absent(people[0]))


def _sheet(response):
    """The rows of a workbook that was handed out; blank cells read as empty."""
    assert response["Content-Type"] == XLSX
    return CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()


@pytest.mark.point("EXP-1")
def test_the_roll_and_the_score_grid_give_their_rows_as_excel_with_who_and_where():
    held = concluded(lambda people: absent(people[0]), right=(0, 5, 4))
    client, enrolment = _client(held.pic), held.enrolments[1]
    roll = reverse("meeting_roll", args=[held.meeting.uuid])
    assert "export=xlsx" in client.get(roll).content.decode()
    head, *rows = _sheet(client.get(roll, {"export": "xlsx"}))
    assert head[0] == "No. Karyawan" and len(head) == 12
    assert [row[0] for row in rows] == [each.person.employee_no for each in held.enrolments]
    assert [row[5] for row in rows] == ["Tidak hadir", "Hadir", "Hadir"]
    assert rows[1][1:5] == [enrolment.person.name, str(enrolment.site), str(enrolment.line), str(enrolment.team)]
    scores = reverse("session_scores", args=[held.training_session.uuid])
    assert "export=xlsx" in client.get(scores).content.decode()
    head, *rows = _sheet(client.get(scores, {"export": "xlsx"}))
    grid = client.get(scores).context["rows"]
    assert head[5:-2] == [cell.parameter.name for cell in grid[0].cells]
    assert rows[1][5:-2] == [float(cell.figure) for cell in grid[1].cells]
    assert rows[0][5:-1] == [""] * (len(head) - 6), "who did not take part has no figures"


@pytest.mark.point("EXP-1")
def test_deviations_and_cases_give_exactly_what_is_filtered_as_excel():
    held = opened()
    report_deviation(
        training_session=held.training_session,
        kind="application",
        planned="Simulator",
        actual="Kertas",
        reason="Simulator mati.",
        actor=held.pic,
        now=START,
    )
    _head, row = _sheet(_client(held.pic).get(reverse("deviation_list"), {"export": "xlsx"}))
    assert row[0] == held.training_session.number and row[4:7] == ["Simulator", "Kertas", "Simulator mati."]
    case = RecoveryCase.objects.get(enrolment=(missed := concluded(lambda people: absent(people[0]))).enrolments[0])
    client = _client(missed.pic)
    head, row = _sheet(client.get(reverse("recovery_list"), {"export": "xlsx"}))
    assert row[0] == case.enrolment.person.employee_no and row[2] == str(case.enrolment.site)
    assert "?state=open&amp;export=xlsx" in client.get(reverse("recovery_list") + "?state=open").content.decode()
    waived = client.get(reverse("recovery_list"), {"export": "xlsx", "state": "waived"})
    assert _sheet(waived) == [head], "the file of a tab without cases has its headings alone"
