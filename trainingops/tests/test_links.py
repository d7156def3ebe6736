"""Where every link leads: whoever sees it may follow it (UX.md, Conventions: no link ends at a refusal).

Each role reads every kind of page of the demo's house that it may read, and follows every kind of link there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from planning.models import Appointment, PlanTemplate
from planning.services import create_plan
from trainingops.access import ACCESS
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.people.tests.factories import sign_in
from trainingops.tests.house import NOT_PAGES, DrawnPages, account, pages
from trainingops.tests.test_words import Page

pytestmark = pytest.mark.django_db
#: Pages of one kind that an account reads, the newest first, and links to one kind that it follows.
ALIKE, FOLLOWED = 1, 1


def links_of(address: str, html: str) -> Iterator[tuple[str, str]]:
    """Name and address of every page of ours that a page links to."""
    for link in Page(html).links:
        target = urlsplit(urljoin(address, link))
        if not (target.scheme or target.netloc or target.path.startswith("/static/")):
            yield str(resolve(target.path).url_name), target._replace(fragment="").geturl()


def dead_links(user: User, drawn: DrawnPages) -> Iterator[str]:
    """Each kind of link that this account sees and may not follow, with where it stands."""
    client = Client()
    sign_in(client, user)
    read, followed, answers = Counter[str](), Counter[str](), dict[str, int]()
    for name, address in pages(user):
        if read[name] >= ALIKE:
            continue
        page = drawn.get(user.login, address, client)
        answers[address] = drawn.status(user.login, address, client)
        if page is None:
            continue
        read[name] += 1
        for target, link in dict.fromkeys(links_of(address, page.decode())):
            if not ACCESS[target].allows(user.authority.role_names, "GET"):
                answers[link] = 403
            elif link not in answers:
                if target in NOT_PAGES or followed[target] >= FOLLOWED:
                    continue
                followed[target] += 1
                answers[link] = drawn.status(user.login, link, client)
            if answers[link] >= 400:
                yield f"{name} leads {user.login} to {target}: {answers[link]} ({address} → {link})"


@pytest.fixture
def bare_draft(house) -> Iterator[None]:
    """What the demo's house lacks: a draft without a date that was begun with a template."""
    with transaction.atomic():
        now, pic = timezone.now(), account("CC0002")
        place = Appointment.objects.in_force(now.date()).filter(user=pic).select_related("site", "line")[0]
        template = PlanTemplate.objects.visible_to(pic).in_use()[0]
        create_plan(
            kind=template.kind,
            title="Tanpa tanggal",
            site=place.site,
            line=place.line,
            template=template,
            actor=pic,
            now=now,
        )
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", Role.values)
def test_every_link_can_be_followed_by_who_sees_it(bare_draft, drawn, role):
    """DESIGN.md §1, issue 2 (no screen that leads nowhere): a link is not shown to whom its page refuses itself."""
    found = list(dead_links(account(role), drawn))
    assert not found, "\n".join(found)
