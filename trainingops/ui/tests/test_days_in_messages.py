"""No message says a day as a machine writes it, ``2026-11-24`` (UX.md, Conventions)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import override

from trainingops.ui.bounds import not_past, sensible_day
from trainingops.ui.forms import PageForm

_OURS = ("trainingops", "planning", "sessions", "reporting", "evaluation")
#: Names of days; :func:`~trainingops.ui.moments.day_words` and the like are calls, not names.
_A_DAY = re.compile(r"(\.isoformat\(.*\)|(^|[._])(on|day|date))$")


def filled_in(tree: ast.AST) -> Iterator[ast.expr]:
    """What a source puts into the places of a message."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.right, ast.Dict):
            yield from node.right.values
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            names = {each.id for each in node.targets if isinstance(each, ast.Name)}
            yield from node.value.values if names & {"shown", "words", "params"} else ()
        if isinstance(node, ast.keyword) and node.arg == "params" and isinstance(node.value, ast.Dict):
            yield from node.value.values


def test_no_message_is_filled_with_a_day_that_is_not_in_words():
    offenders = [
        f"{path.relative_to(settings.BASE_DIR)}:{value.lineno} {ast.unparse(value)}"
        for room in _OURS
        for path in Path(settings.BASE_DIR, room).rglob("*.py")
        if not {"tests", "migrations"} & {*path.parts}
        for value in filled_in(ast.parse(path.read_text()))
        if _A_DAY.search(ast.unparse(value)) and not isinstance(value, ast.Constant)
    ]
    offenders = [each for each in offenders if not each.startswith("reporting/views/rules.py")]  # a form's values
    assert offenders == []


class _Days(PageForm):
    late = forms.DateField(validators=[MinValueValidator(date(2026, 5, 1))])
    early = forms.DateField(validators=[MaxValueValidator(date(2026, 5, 1))])


@pytest.mark.parametrize(("day", "words"), [(date(1800, 1, 2), "2 Januari 1800"), (date(2999, 8, 3), "3 Agustus 2999")])
def test_a_day_outside_the_bounds_is_said_in_words(day, words):
    with override("id"), pytest.raises(forms.ValidationError) as refused:
        sensible_day(day)
    assert words in refused.value.message and "1 Januari 2000" in refused.value.message


def test_a_day_that_is_over_and_the_limits_of_a_field_are_said_in_words():
    with override("id"):
        with pytest.raises(forms.ValidationError, match="3 Agustus 2020"):
            not_past(date(2020, 8, 3))
        errors = _Days({"late": "2026-02-03", "early": "2026-08-03"}).errors
    assert "3 Februari 2026" in errors["late"][0] and "1 Mei 2026" in errors["late"][0]
    assert "3 Agustus 2026" in errors["early"][0]
    assert not any(re.search(r"\d{4}-\d{2}-\d{2}", each[0]) for each in errors.values())
