"""What a page may cost, and that its frame is whole: every page of the house, for every role (DESIGN.md §8)."""

from __future__ import annotations

from collections import Counter

import pytest
from django.http import HttpResponse
from django.template import RequestContext
from django.test import Client

from trainingops.people.tests.factories import sign_in
from trainingops.tests.counting import counted, shown
from trainingops.tests.house import account, pages

pytestmark = pytest.mark.django_db

QUERIES = 12
#: Pages that may ask more.
MORE_QUERIES = {"home": 15}
BYTES = 150 * 1024
#: Every office opens every kind of page; each state that a kind knows is opened by so many of them.
READERS = 3
#: One of each office, with two trainers: who has a draft, and who carries the demo's cycle.
OFFICES = ("ADM01", "MGR01", "CC0001", "CC0002", "CC0007", "OPS01", "SUP01", "SSO01", "AUD01", "CLI01")


def measure(client: Client, url: str) -> tuple[HttpResponse, list[str], int]:
    """Answer, counted queries and size of a page."""
    with counted() as queries:
        answer = client.get(url)
    return answer, queries, 0 if answer.streaming else len(answer.content)


def hidden(answer: HttpResponse) -> set[str]:
    """Names of the page's frame (menu, counts …) that the view gives another meaning; only a zone may be a site's."""
    context = answer.context[0] if answer.context else {}
    if not isinstance(context, RequestContext):
        return set()
    framed, *given = context.dicts[context._processors_index :]
    return framed.keys() & set().union(*given) - {"zone"}


@pytest.fixture(scope="module")
def readers() -> Counter[str]:
    """How many offices have opened a page so far, by its address."""
    return Counter()


@pytest.mark.parametrize("login", [*OFFICES, "agent", "team_leader"])
def test_every_page_keeps_its_budget(house, drawn, readers, login):
    user, client = account(login), Client()
    sign_in(client, user)
    offenders, opened = [], set()
    for name, url in pages(user):
        if name in opened and readers[url] >= READERS:
            continue
        answer, queries, size = measure(client, url)
        drawn.keep(user.login, url, answer)
        assert answer.status_code < 500, url
        if answer.status_code != 200:
            continue
        opened.add(name)
        readers[url] += 1
        if names := hidden(answer):
            offenders.append(f"{name} {url}: hides {names} of the page's frame")
        limit = MORE_QUERIES.get(name, QUERIES)
        if len(queries) > limit or size > BYTES:
            offenders.append("\n  ".join([f"{name} {url}: {len(queries)} queries, {size} bytes", *map(shown, queries)]))
    assert opened >= {"home", "account", "inbox"}
    assert not offenders, "\n" + "\n".join(offenders)
