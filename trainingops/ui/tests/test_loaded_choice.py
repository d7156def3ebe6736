"""A choice among rows that are read once, and the Pareto's drawing (CHT-1, CHT-4, CHT-5)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from trainingops.ui.charts import pareto_chart
from trainingops.ui.forms import LoadedChoiceField, PageForm

ROWS = [SimpleNamespace(pk=n, code=code) for n, code in enumerate(("c1", "k1"), 1)]


class TeamForm(PageForm):
    team = LoadedChoiceField(label="Team", required=False, empty_label="Every team")

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].load(rows, key="code", label=lambda row: row.code.upper())


def test_rows_are_read_once_for_checking_and_for_drawing():
    read = []
    form = TeamForm({"team": "k1"}, rows=(read.append(row) or row for row in ROWS))
    assert form.is_valid() and form.cleaned_data["team"] is ROWS[1]
    assert "Every team" in str(form["team"]) and "K1" in str(form["team"])
    assert read == ROWS


def test_a_row_that_is_not_offered_is_refused_and_none_is_none():
    assert "team" in TeamForm({"team": "x"}, rows=ROWS).errors
    blank = TeamForm({}, rows=ROWS)
    assert blank.is_valid() and blank.cleaned_data["team"] is None


def test_two_forms_do_not_share_their_rows():
    first, second = TeamForm({"team": "c1"}, rows=ROWS[:1]), TeamForm({"team": "c1"}, rows=ROWS[1:])
    assert first.is_valid() and not second.is_valid()


@pytest.mark.point("CHT-1")
@pytest.mark.point("CHT-4")
@pytest.mark.point("CHT-5")
def test_the_pareto_has_presentation_attributes_only_and_its_numbers_beside_it():
    chart = pareto_chart(["C1", "K1"], [3, 1], [0.75, 1.0], title="Defects", text="1 of 2", unit="Defects")
    assert "style=" not in chart.svg and "class=" in chart.svg
    assert "<title>Defects</title><desc>1 of 2</desc>" in chart.svg
    assert chart.svg.count("<rect") == chart.svg.count("<circle") == 2
    assert [tuple(map(str, row)) for row in chart.rows] == [("C1", "3", "75.0"), ("K1", "1", "100.0")]
