"""A list takes the server at most twice what plain Django needs for the same rows (DESIGN.md §8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import process_time

import pytest
from django.test import Client
from django.utils import timezone

from planning.tests.bulk import fill_days, make_floor
from trainingops.people.tests.factories import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("trainingops.tests.plain")]

ROWS, TIMES, LIMIT = 50, 20, 2.0


def best_pair(first: Callable[[], None], second: Callable[[], None]) -> tuple[float, float]:
    """The best seconds of processor time of each, taken in turns, so that a busy machine is busy for both."""
    best = [float("inf"), float("inf")]
    for _ in range(TIMES):
        for place, get in enumerate((first, second)):
            start = process_time()
            get()
            best[place] = min(best[place], process_time() - start)
    return best[0], best[1]


@pytest.mark.parametrize("url", ["/people/", "/needs/defects/"])
def test_a_list_takes_at_most_twice_the_time_of_plain_django(url, record_property):
    floor = make_floor(ROWS + 10)
    fill_days(
        floor,
        first=timezone.localdate() - timedelta(days=10),
        days=10,
        defects_a_day=8,
        samples_a_day=0,
        mark="t",
    )
    client = Client()
    sign_in(client, make_user("manager", site=floor.world.site, line=floor.world.line))

    def ours() -> None:
        answer = client.get(url)
        assert answer.content.count(b'<tr role="row"') == ROWS + 1

    def plain() -> None:
        assert client.get(f"/plain{url}").content.count(b"<tr>") == ROWS + 1

    taken, plainly = best_pair(ours, plain)
    said = f"{url}: {1000 * taken:.1f} ms, plain Django {1000 * plainly:.1f} ms"
    record_property("server_time", said)
    assert taken <= LIMIT * plainly, said
