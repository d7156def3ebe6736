"""Item analysis against the published figures, and what holds for any answers (5.4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.item_analysis import Verdict, analyse, distractors, suspected_key
from evaluation.tests.published import published_rows

pytestmark = pytest.mark.clause("5.4")

#: LSAT section VI, Bock & Lieberman (1970), table 1: how many of 1,000 gave each pattern of right answers.
LSAT6 = (
    "00000 3 00001 6 00010 2 00011 11 00100 1 00101 1 00110 3 00111 4 01000 1 01001 8 01011 16 01101 3 01110 2 "
    "01111 15 10000 10 10001 29 10010 14 10011 81 10100 3 10101 28 10110 15 10111 80 11000 16 11001 56 11010 21 "
    "11011 173 11100 11 11101 61 11110 28 11111 298"
)
MSATB_DIFFICULTY = (
    ".856432 .24236 .381663 .418621 .695807 .18479 .703625 .923952 .548685 .276475 "
    ".555082 .81521 .483298 .668799 .366027 .665245 .66027 .754087 .60199 .269367"
)
MSATB_REST = (
    ".249143 .354384 .483581 .386898 .413323 .269914 .336968 .205542 .357637 .344891 "
    ".384199 .337602 .215284 .359015 .391901 .212646 .31922 .328827 .282164 .291461"
)
MSATB_ALPHA_WITHOUT = (
    ".76191 .7553 .745097 .752581 .75086 .760762 .756396 .764071 .754861 .755855 "
    ".752779 .7567 .765837 .754773 .752255 .765425 .757711 .757004 .760602 .75955"
)


def figures(text: str) -> list[float]:
    return [float(each) for each in text.split()]


def near(found, expected, places=5e-7):
    assert found == pytest.approx(expected, abs=places)


def test_lsat6_as_ltm_and_psych_print_it():
    words = LSAT6.split()
    patterns = zip(words[::2], map(int, words[1::2]), strict=True)
    found = analyse([[int(each) for each in pattern] for pattern, count in patterns for _ in range(count)])
    assert (found.respondents, found.blanks, found.indication) == (1000, 0, False)
    near(found.alpha, 0.294997)
    near(found.mean, 3.819)
    near([each.difficulty for each in found.items], figures(".924 .709 .553 .763 .870"))
    near([each.discrimination for each in found.items], figures(".112833 .153178 .172779 .144428 .121596"))
    near([each.alpha_if_deleted for each in found.items], figures(".275356 .237584 .216799 .245933 .266294"))


def test_the_admission_test_scored_by_the_whole_set_with_its_93_blanks():
    key = {row["item"]: set(row["key"]) for row in published_rows("items/msatb_key.csv")}
    rows = published_rows("items/msatb_raw_multiselect.csv")
    found = analyse([[float(set(row[item]) == key[item]) if row[item] else None for item in key] for row in rows])
    assert (found.respondents, found.blanks) == (1407, 93)
    near(found.alpha, 0.766433)
    near(found.mean, 11.071784)
    near([each.difficulty for each in found.items], figures(MSATB_DIFFICULTY))
    near([each.discrimination for each in found.items], figures(MSATB_REST))
    near([each.alpha_if_deleted for each in found.items], figures(MSATB_ALPHA_WITHOUT))
    first = distractors([row["Item49"] for row in rows], "A", options="ABCD")
    assert sum(each.chosen for each in first) >= 1405, "two left it blank"
    assert [each.option for each in first if each.is_right] == ["A"]


RISING = [[1.0] * place + [0.0] * (4 - place) for place in (4, 4, 3, 3, 2, 2, 1, 1, 0, 0)]


@pytest.mark.parametrize("rows", [[], RISING[:1], RISING[:9]])
def test_nothing_is_said_below_ten(rows):
    found = analyse(rows)
    assert (found.alpha, found.mean, found.items, found.indication) == (None, None, (), True)


def test_from_ten_on_it_is_an_indication_until_thirty():
    assert analyse(RISING).alpha is not None
    assert analyse(RISING).indication
    assert analyse(RISING * 2 + RISING[:9]).indication
    assert not analyse(RISING * 3).indication


def test_nothing_is_said_without_variance():
    alike = analyse([[1, 1, 0]] * 12)
    assert alike.alpha is None
    assert [(each.difficulty, each.discrimination, each.alpha_if_deleted) for each in alike.items] == [
        (1, None, None),
        (1, None, None),
        (0, None, None),
    ]
    assert {each.verdict for each in alike.items} == {Verdict.NO_VARIANCE}
    assert analyse([[1], [0]] * 6).alpha is None, "one question has no alpha"
    assert analyse([[]] * 12).items == ()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1, 0], [1]], r"responses\[1\] has 1 entries where responses\[0\] has 2"),
        ([[1, 2]], r"responses\[0\]\[1\] is 2.*write 1 for right"),
        ([[1, -0.1]], r"responses\[0\]\[1\] is -0.1"),
        ([["1"]], r"responses\[0\]\[0\] is '1'"),
        (np.array([[1.5]]), r"responses\[0\]\[0\] is .*1.5"),
        (np.array([1.0]), "1 dimensions"),
    ],
)
def test_a_wrong_shape_says_where_and_what_to_write(rows, words):
    with pytest.raises(ValueError, match=words):
        analyse(rows)


ANSWERS = st.integers(2, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 1, None]), min_size=width, max_size=width), min_size=10, max_size=40
    )
)


@settings(max_examples=40)
@given(ANSWERS, st.randoms())
def test_the_order_of_people_and_of_questions_changes_nothing(rows, chance):
    found = analyse(rows)
    people = chance.sample(rows, len(rows))
    columns = chance.sample(range(len(rows[0])), len(rows[0]))
    other = analyse([[row[place] for place in columns] for row in people])
    assert other.alpha == pytest.approx(found.alpha)
    assert other.blanks == found.blanks == sum(each.blanks for each in found.items)
    for place, item in zip(columns, other.items, strict=True):
        for name in ("difficulty", "discrimination", "alpha_if_deleted"):
            assert getattr(item, name) == pytest.approx(getattr(found.items[place], name), abs=1e-9)


@settings(max_examples=40)
@given(ANSWERS)
def test_figures_stay_in_their_range_and_a_blank_is_wrong(rows):
    found = analyse(rows)
    assert found == analyse([[float(each or 0) if each is not None else None for each in row] for row in rows])
    wrong = analyse([[each or 0 for each in row] for row in rows])
    assert (wrong.alpha, wrong.mean) == (found.alpha, found.mean)
    assert found.alpha is None or found.alpha <= 1 + 1e-9
    for each in found.items:
        assert 0 <= each.difficulty <= 1
        assert each.discrimination is None or -1 <= each.discrimination <= 1


def test_a_wrong_key_is_suspected_where_the_better_choose_another_option():
    rest = [9, 9, 8, 8, 7, 7, 3, 3, 2, 2, 1, 1]
    choices = ["B", "B", "B", "B", "B", "C", "A", "A", "A", None, "A", "D"]
    listed = distractors(choices, "A", options="ABCDE", rest=rest)
    assert [each.chosen for each in listed] == [4, 5, 1, 1, 0]
    assert listed[4].discrimination is None
    assert suspected_key(listed).option == "B"
    assert suspected_key(distractors(choices, "B", options="ABCDE", rest=rest)) is None
    assert suspected_key(distractors(choices, "A", rest=None)) is None
    assert suspected_key(distractors(choices[:9], "A", rest=rest[:9])) is None, "below ten"
    with pytest.raises(ValueError, match="rest has 3 scores for 12 choices"):
        distractors(choices, "A", rest=[1, 2, 3])
