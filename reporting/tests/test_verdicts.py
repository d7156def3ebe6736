"""Page, record and report say the same word of a person (SCR-5, DESIGN.md §2 "score")."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reporting.content import freeze
from reporting.models import ReportObligation
from reporting.reading import read
from sessions.enums import Verdict
from sessions.evidence import _results
from sessions.queries.facts import session_facts
from sessions.tests.factories import absent, concluded


@pytest.mark.django_db
@pytest.mark.point("SCR-5")
@pytest.mark.clause("5.1.2")
def test_page_record_and_report_say_the_same_of_everybody(client):
    """One absent, one below the pass mark, one passed: the words agree and the sums add up to the participants."""
    held = concluded(lambda people: absent(people[0]), right=(None, 0, 5), roleplay="90")
    expected = {
        str(held.enrolments[0].uuid): Verdict.ABSENT,
        str(held.enrolments[1].uuid): Verdict.NOT_PASSED,
        str(held.enrolments[2].uuid): Verdict.PASSED,
    }
    counts = session_facts(held.training_session)["counts"]
    named = ("passed", "not_passed", "not_scored", "did_not_take_part")
    assert {name: counts[name] for name in named} == dict(zip(named, (1, 1, 0, 1), strict=True))
    assert sum(counts[name] for name in named) == counts["enrolled"]

    numbers = {each.person.employee_no: expected[str(each.uuid)] for each in held.enrolments}
    paper = {row["employee_no"]: row["verdict"] for row in _results(held.training_session)["rows"]}
    assert paper == {number: str(word.label) for number, word in numbers.items()}

    obligation = ReportObligation.objects.get(training_session=held.training_session)
    report = read(freeze(obligation.report, number=1), held.training_session, reader=None)
    assert {each["enrolment"]: each["verdict"] for each in report.results} == expected

    client.force_login(held.pic)
    grid = client.get(reverse("session_scores", args=[held.training_session.uuid])).context["rows"]
    assert {str(row.enrolment.uuid): row.verdict for row in grid} == expected
    listed = client.get(reverse("session_results", args=[held.training_session.uuid])).context["rows"]
    assert {str(enrolment.uuid): word for enrolment, _result, word in listed} == expected
