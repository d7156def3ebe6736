"""Numbers are unique, never reused, and drawn from one counter row (DESIGN.md §5.5)."""

import re
from pathlib import Path

import pytest
from django.db import transaction

from trainingops.records.numbers import next_number
from trainingops.records.registry import all_kinds

pytestmark = pytest.mark.django_db


def test_numbers_count_for_each_prefix_and_year():
    assert [next_number("LAP", 2026), next_number("LAP", 2026)] == ["LAP-2026-00001", "LAP-2026-00002"]
    assert next_number("DH", 2026) == "DH-2026-00001"
    assert next_number("LAP", 2027) == "LAP-2027-00001"


def test_a_number_rolled_back_is_drawn_again_but_a_committed_one_never():
    next_number("LAP", 2026)
    with pytest.raises(RuntimeError), transaction.atomic():
        next_number("LAP", 2026)
        raise RuntimeError
    assert next_number("LAP", 2026) == "LAP-2026-00002"


@pytest.mark.parametrize("prefix", ["", "lap", "TOOLONGPREFIX", "L-P", "LÄP"])
def test_a_prefix_that_is_none_is_refused(prefix):
    with pytest.raises(ValueError, match="capital letters"):
        next_number(prefix, 2026)


def test_no_thing_is_numbered_in_the_series_of_a_record():
    """Else two different numbers of one series stand on a page, the thing's and its record's."""
    root = Path(__file__).resolve().parents[3]
    said = re.compile(r"""next_number\("([A-Z]+)"|_PREFIX = "([A-Z]+)\"""")
    things = {
        first or second
        for room in ("planning", "sessions", "reporting", "evaluation", "trainingops")
        for file in (root / room).rglob("*.py")
        if "tests" not in file.parts
        for first, second in said.findall(file.read_text())
    }
    assert {"TR", "PMT", "PIC", "TV"} <= things
    assert not things & {kind.prefix for kind in all_kinds()}
