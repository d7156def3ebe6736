"""One word for how somebody came out, on every page and paper (SCR-5, DESIGN.md §2 "score")."""

from __future__ import annotations

import pytest

from sessions.enums import Verdict
from sessions.verdicts import verdict


@pytest.mark.point("SCR-5")
@pytest.mark.parametrize(
    ("passed", "incomplete", "attendance", "expected"),
    [
        (True, False, ["present"], Verdict.PASSED),
        (False, False, ["late"], Verdict.NOT_PASSED),
        (None, True, ["present"], Verdict.INCOMPLETE),
        (None, False, ["present"], Verdict.NOT_SCORED),
        (None, False, ["present", "absent"], Verdict.NOT_SCORED),
        (None, False, ["absent", "absent"], Verdict.ABSENT),
        (None, True, ["absent"], Verdict.ABSENT),
        (None, False, [], Verdict.NOT_SCORED),
        (None, False, [""], Verdict.NOT_SCORED),
        (True, False, ["absent"], Verdict.PASSED),
    ],
)
def test_blank_failed_and_absent_are_three_things(passed, incomplete, attendance, expected):
    assert verdict(passed=passed, incomplete=incomplete, attendance=attendance) == expected
