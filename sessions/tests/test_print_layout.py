"""Test results are one document: what closes them never stands alone on a page (clause 6)."""

import shutil
import subprocess

import pytest

from trainingops.records.frames import freeze_payload
from trainingops.records.registry import get_kind
from trainingops.records.rendering import render_pdf
from trainingops.records.tests.kinds import NOW, TODAY, payload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="pdftotext is missing (apt-get install poppler-utils)"
    ),
]


def _pages(people, parameters=2, name="Peserta"):
    kind = get_kind("test_results")
    rows = [
        {"employee_no": f"CC{n:04d}", "name": f"{name} {n}", "pre": "40,00", "post": "80,00", "final": "88,00"}
        | {"scores": ["88"] * parameters, "verdict": "Lulus"}
        for n in range(people)
    ]
    data = payload(rows=0) | {
        "title": "Hasil Tes",
        "scheme": "Hard skill",
        "pass_mark": "80,00",
        "parameters": [
            {"name": f"Parameter {n}", "weight": "20", "minimum": "", "maximum": "100"} for n in range(parameters)
        ],
        "rows": rows,
        "sums": [["Peserta", people], ["Lulus", people]],
        "signatures": [],
    }
    frozen = freeze_payload(
        kind=kind, data=data, language="id", evidence_date=TODAY, site=None, unit=None, made_by="Rika", now=NOW
    )
    pdf = render_pdf(
        kind=kind,
        number="HT-2026-00001",
        verify_code="abcd-efgh-jkmn-pqrs",
        payload_text=frozen.text,
        payload_sha256=frozen.sha256,
    )
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return told.stdout.decode().rstrip("\f").split("\f")


@pytest.mark.parametrize("parameters", [2, 3, 7])
def test_no_name_is_broken_inside_a_word(parameters):
    (page,) = _pages(1, parameters, name="Mumpuni Hardiansyah, M.Pd")
    assert "Hardiansyah," in page


def test_twelve_people_fit_on_one_page():
    assert len(_pages(12)) == 1


@pytest.mark.parametrize(("people", "parameters"), [(18, 2), (19, 2), (12, 5)])
def test_the_last_page_has_rows_above_the_totals_and_the_seal(people, parameters):
    *before, last = _pages(people, parameters)
    assert before
    assert last.count("CC00") >= 2
    assert "Disegel elektronik" in last
