"""Comparison of modules, trainers, durations, applications and methods, fair to small groups (5.4)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.comparison import Reading, Sums, compare_groups
from evaluation.enums import ComparedAspect, ComparedMeasure
from evaluation.models import ComparisonMonth
from planning.tests.factories import make_world
from trainingops.audit.sealing import seal_entries
from trainingops.people.tests.factories import make_user, sign_in
from trainingops.tests.counting import counted


def of_classes(people, totals) -> Sums:
    """The sums of classes with so many people and such totals."""
    n, x = np.asarray(people, float), np.asarray(totals, float)
    return Sums(len(n), n.sum(), x.sum(), (n * n).sum(), (n * x).sum(), (x * x).sum())


def test_the_mean_and_its_interval_count_classes_and_not_people():
    """Ratio of sums over classes, worked by hand: 3 classes of 10 with 5, 8 and 9 … (Cochran 1977, §6.3)."""
    alike = of_classes([10] * 6, [7] * 6)
    apart = of_classes([10] * 6, [2, 4, 10, 10, 10, 6])
    found = compare_groups({"alike": alike, "apart": apart}, bounds=(0, 1))
    assert found["alike"].mean == found["apart"].mean == pytest.approx(0.7)
    spread = 6 / 5 * sum((x - 7) ** 2 for x in (2, 4, 10, 10, 10, 6)) / 60**2
    assert apart.variance(is_share=False) == pytest.approx(spread)
    low, high = found["apart"].interval
    assert high == pytest.approx(min(1, 0.7 + 2.570582 * spread**0.5), abs=1e-6) and low < found["alike"].interval[0]


@pytest.mark.parametrize(
    ("one", "other", "reading"),
    [
        (of_classes([20] * 4, [20] * 4), of_classes([20] * 40, [10] * 40), Reading.TOO_FEW),  # four classes
        (of_classes([5] * 5, [5] * 5), of_classes([20] * 40, [10] * 40), Reading.TOO_FEW),  # 25 people
        (of_classes([20] * 40, [10] * 40), of_classes([20] * 4, [20] * 4), Reading.ALONE),
        (of_classes([20] * 10, [20] * 10), of_classes([20] * 10, [20] * 9 + [19]), Reading.ALIKE),
        (of_classes([20] * 20, [19] * 20), of_classes([20] * 20, [12] * 20), Reading.HIGHER),
        (of_classes([20] * 20, [12] * 20), of_classes([20] * 20, [19] * 20), Reading.LOWER),
    ],
)
def test_small_groups_are_not_compared_and_large_differences_are_found(one, other, reading):
    assert compare_groups({"one": one, "other": other}, bounds=(0, 1))["one"].reading is reading


def test_among_groups_without_a_difference_one_is_found_no_oftener_than_the_level_says():
    """Fifteen groups of eight classes that differ among themselves by more than chance: at most 5 % of 400 runs."""
    dice, found = np.random.default_rng(6), 0
    for _run in range(400):
        shares = dice.beta(16, 4, size=(15, 8))
        groups = {str(n): of_classes([20] * 8, dice.binomial(20, row)) for n, row in enumerate(shares)}
        readings = {each.reading for each in compare_groups(groups, bounds=(0, 1)).values()}
        found += bool(readings - {Reading.ALIKE})
    assert found / 400 <= 0.07  # 5 % and two standard errors of the simulation


@pytest.fixture
def compared(db):
    """Two trainers and one module over a year, at one line of a site."""
    world = make_world(people=1)
    month = timezone.localdate().replace(day=1)
    methods = [(ComparedAspect.METHOD, each) for each in ("offline", "online")]
    keys = [(ComparedAspect.TRAINER, str(world.trainer.uuid)), *methods]
    ComparisonMonth.objects.bulk_create(
        ComparisonMonth(
            month=month,
            site=world.site,
            line=world.line,
            aspect=aspect,
            key=key,
            measure=ComparedMeasure.PASSED,
            classes=6,
            n=60,
            x=Decimal(54 - place),
            nn=Decimal(600),
            nx=Decimal(540 - 10 * place),
            xx=Decimal(486),
        )
        for place, (aspect, key) in enumerate(keys)
    )
    seal_entries(now=timezone.now())
    return world


def page(client, **query):
    return client.get(reverse("comparison"), query)


def test_groups_stand_by_name_with_cases_and_interval_and_go_into_a_file(client, compared):
    sign_in(client, make_user("manager", site=compared.site, line=compared.line))
    with counted() as queries:
        answer = page(client, aspect="method")
    rows = list(answer.context["table"].rows)
    assert [row.get_cell_value("people") for row in rows] == [60, 60] and len(queries) <= 12
    assert [row.record.name for row in rows] == sorted(row.record.name for row in rows)
    assert all(row.record.low < row.record.mean < row.record.high for row in rows)
    assert page(client, aspect="method", export="xlsx").headers["Content-Type"].endswith("sheet")
    assert page(client, aspect="nothing", measure="nothing").status_code == 200
    assert page(client, month="2020-13").status_code == 422


def test_a_trainer_sees_no_other_trainer_in_the_comparison(client, compared):
    trainers = [make_user("manager", site=compared.site), make_user("trainer", site=compared.site, line=compared.line)]
    seen = []
    for user in (*trainers, compared.pic):
        sign_in(client, user)
        seen.append(len(page(client, aspect="trainer").context["table"].rows))
    assert seen == [1, 0, 1]


def test_who_does_not_review_cannot_compare(client, compared):
    assert page(client).status_code == 302
    sign_in(client, make_user("agent", site=compared.site, line=compared.line))
    assert page(client).status_code == 403
    sign_in(client, make_user("manager", site=compared.site))
    assert client.post(reverse("comparison")).status_code == 405
