"""A refusal of preparation names where, which value, and what to do instead (5.1.1, 5.1.2; UX.md EMP-1)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import translation

from planning.completeness import Snapshot, check
from planning.enums import ErrorClass, QuestionKind
from planning.forms.schemes import ParameterFormSet
from planning.imports.defects import DEFECTS
from planning.models import PlannedSession, QualityParameter
from planning.services import save_session
from planning.services.questions import QuestionText, check_content
from planning.services.schemes import ParameterText, add_scheme
from planning.services.sources import place_then
from planning.tests.factories import draft_plan
from trainingops.domain import Refused
from trainingops.imports.testing import run_import
from trainingops.ui.errors import lines

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value


@pytest.mark.clause("5.1.2")
@pytest.mark.parametrize(
    ("typed", "row", "words"),
    [
        ({"minimum": "150"}, "Row 2, Minimum", "150 is not between 0 and the maximum of 100"),
        ({"weight": "0"}, "Row 2, Weight", "0 is not above 0"),
        ({"weight": "-5"}, "Row 2, Weight", "−5 is not above 0"),
        ({"maximum_score": "0"}, "Row 2, Maximum", "0 is not above 0"),
        ({"name": "POST-TEST"}, "Row 2, Parameter", "“POST-TEST” stands twice"),
    ],
)
def test_a_parameter_that_no_result_comes_from_is_named_by_row_and_value(typed, row, words):
    rows = [{"name": "Post-test", "weight": "60"}, {"name": "Roleplay", "weight": "40", **typed}]
    data = QueryDict(mutable=True)
    data.update({"form-TOTAL_FORMS": "8", "form-INITIAL_FORMS": "0"})
    data.update({f"form-{number}-{name}": text for number, each in enumerate(rows) for name, text in each.items()})
    (line,) = lines(ParameterFormSet(data))
    assert line.label == row and words in line.message and line.target.startswith("id_form-1-")


@pytest.mark.clause("5.1.2")
def test_the_service_refuses_the_same_scheme_with_name_and_value(world):
    def add(**figures):
        line = {"name": "Roleplay", "weight": Decimal(40), "maximum_score": Decimal(100), "minimum": None}
        return refusal(
            add_scheme,
            name="Baru",
            decimals=2,
            pass_mark=Decimal(80),
            remedial_cap=None,
            parameters=[ParameterText(**{**line, "source": "trainer", **figures})],
            actor=world.pic,
            now=NOW,
        )

    assert "minimum 150 of Roleplay" in str(add(minimum=Decimal(150)))
    assert "Roleplay has the weight 0" in str(add(weight=Decimal(0)))


@pytest.mark.clause("5.1.1")
def test_two_equal_options_are_named_with_their_words():
    content = QuestionText(QuestionKind.SINGLE, "?", {"A": "120 hari", "B": "90 hari", "C": "120 HARI "}, ("A",), "")
    refused = refusal(check_content, content)
    assert "Options A and C both say “120 HARI”" in str(refused) and refused.field == "option_a"


@pytest.mark.clause("5.1.1")
def test_a_batch_without_meeting_or_without_people_is_named_with_the_remedy(world):
    revision = draft_plan(world=world).revisions.get()
    refused = refusal(
        save_session,
        revision=revision,
        label="Batch 7",
        host_site=world.site,
        trainers=[],
        meetings=[],
        room=None,
        link="",
        actor=world.pic,
        now=NOW,
    )
    assert str(refused).startswith("Batch 7 has no meeting.") and refused.field == "meetings"
    PlannedSession.objects.create(revision=revision, plan=revision.plan, label="Batch 8", host_site=world.site)
    gaps = {item.key: item.gap for item in check(Snapshot(revision, NOW))}
    assert gaps["targets"] == "Nobody is in Batch 8. Place people there, or remove the batch."
    assert gaps["dates"] == "Without meeting: Batch 8. Add one there, or remove the batch."


@pytest.mark.clause("2.3")
def test_a_contact_that_lies_ahead_is_named_by_its_day(world):
    day = datetime(2026, 12, 24, tzinfo=UTC).date()
    refused = refusal(place_then, person=world.people[0], day=day, field="contacted_on", actor=world.qc, now=NOW)
    assert "24 December 2026 lies ahead" in str(refused) and refused.field == "contacted_on"


@pytest.mark.clause("2.3")
def test_an_unknown_parameter_of_a_file_is_answered_with_the_nearest_codes(world):
    for code in ("K1", "K12", "SS1"):
        QualityParameter.objects.get_or_create(code=code, defaults={"name": code, "error_class": ErrorClass.CACE})
    number = world.people[0].employee_no
    file = f"ID Kontak,Tgl Kontak,No. Karyawan,Parameter,Kelas\nX1,2026-11-02,{number},%s,CACE\n"
    (near,) = run_import(DEFECTS, (file % "K13").encode(), user=world.qc, now=NOW).checked
    (problem,) = [each for each in near.problems if each.code == "parameter_unknown"]
    assert problem.value == "K13" and "K12" in problem.message and "Parameters of Quality Control" in problem.message
    (far,) = run_import(DEFECTS, (file % "ZZ").encode(), user=world.qc, now=NOW).checked
    (problem,) = [each for each in far.problems if each.code == "parameter_unknown"]
    assert problem.value == "ZZ" and "K1, " in problem.message
