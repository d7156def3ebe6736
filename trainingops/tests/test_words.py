"""A walk through the demo in every role: each page and link answers, in Indonesian, small and without inline code.

UX.md, Conventions: a crawl finds no English on Indonesian pages; RPT-3: no page above 150 KB; the CSP of
trainingops/settings.py would drop what stands inline.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache as django_cache
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from trainingops.access import ACCESS
from trainingops.local import demo
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.ui import catalogues

#: Pages a role opens, and of them those with one name: the third person's page shows what the first two did.
PAGES, ALIKE = 150, 2
LARGEST = 150_000
#: These answer machines, or ask whether to sign out.
NOT_WALKED = {"health_live", "health_ready", "account_logout"}
#: A language is named in itself.
OWN_NAMES = {"English"}
#: Besides its text nodes a page says these attributes.
READ_ALOUD = {"aria-label", "alt", "title", "placeholder", "data-label"}
#: Words that no Indonesian text of ours holds.
ENGLISH = re.compile(r"\b(the|and|with|from|your|this|that|not|has|was|are|which|without|who)\b", re.IGNORECASE)
_INLINE = re.compile(r"""<[^>]+\sstyle=|<script(?![^>]*\bsrc=)|<[^>]+\son\w+=["']""")


class Page(HTMLParser):
    """The links and the texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.texts: list[str] = []
        self._unread = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if not self._unread and (tag in ("script", "style") or given.get("lang") == "en"):
            self._unread = tag  # until it closes; none of these nests in itself
        self.texts += [str(value) for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""

    def handle_data(self, data: str) -> None:
        if not self._unread and data.strip():
            self.texts.append(data)


@cache
def english() -> tuple[set[str], re.Pattern[str]]:
    """Our msgids whose Indonesian differs: those that stand as they are, and those with figures or names in them."""
    plain: set[str] = set()
    patterns: list[str] = []
    for room in (*catalogues.ROOMS, catalogues.BY_HAND):
        for message in catalogues.read_catalogue(Path(settings.BASE_DIR), room):
            ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
            strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
            for msgid in ids:
                text = " ".join(msgid.split())
                if not text or text in strings:
                    continue
                parts = re.split(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[sdfr]|%[sdfr]|\{\w*\}", text)
                if len(parts) == 1:
                    plain.add(text)
                elif len(re.findall(r"[A-Za-z]{2,}", " ".join(parts))) > 1:
                    patterns.append(".+".join(re.escape(part) for part in parts))
    return plain, re.compile("|".join(patterns))


@cache
def why_english(text: str) -> str:
    """Why this text is English; empty if it is not."""
    plain, patterns = english()
    if text in plain - OWN_NAMES:
        return "has a translation"
    if patterns.fullmatch(text):
        return "has a translation with a place in it"
    found = ENGLISH.search(text)
    return f"“{found[0]}” is English" if found else ""


@pytest.fixture
def house(db, settings, tmp_path):
    """The demo, everybody in Indonesian."""
    settings.MEDIA_ROOT, settings.LOCAL_DIR = tmp_path / "files", tmp_path
    settings.SEAL_KEY_DIR = tmp_path / "seal"
    now = timezone.now()
    demo.load(now)
    demo.run_cycle(now)
    User.objects.update(language="id")


def chosen() -> list[User]:
    """An account of each role, of those that the demo prints where there is one."""
    printed = {row.login for row in demo.logins()}
    cast: list[User] = []
    for role in Role:
        holders = User.objects.filter(role_assignments__role=role).exclude(pk__in=[each.pk for each in cast])
        cast.append(next((user for user in holders.order_by("login") if user.login in printed), None) or holders[0])
    return cast


def first_addresses(user: User) -> list[str]:
    """Every address that needs no argument and that this account may open."""
    found = []
    for name, rule in ACCESS.items():
        if name in NOT_WALKED or "GET" not in rule.methods or not rule.allows(user.authority.role_names, "GET"):
            continue
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


def walk(client: Client, start: list[str]) -> Iterator[tuple[str, str]]:
    """Open the addresses and what they link to; yields address and fault."""
    waiting, known, alike = deque((address, "the list of addresses") for address in start), set(start), Counter()
    opened = 0
    while waiting and opened < PAGES:
        address, found_on = waiting.popleft()
        name = resolve(urlsplit(address).path).url_name
        if alike[name] >= ALIKE:
            continue
        alike[name] += 1
        opened += 1
        response = client.get(address, follow=True)
        if response.status_code != 200:
            yield address, f"answers {response.status_code}, linked from {found_on}"
            continue
        if not response.get("Content-Type", "").startswith("text/html"):
            continue
        html = response.content.decode()
        page = Page(html)
        yield from ((address, fault) for fault in faults(html, page))
        for link in page.links:
            target = urlsplit(urljoin(address, link))
            if target.scheme or target.netloc or target.path.startswith("/static/"):
                continue
            wanted = target._replace(fragment="").geturl()
            if wanted not in known and resolve(target.path).url_name not in NOT_WALKED:
                known.add(wanted)
                waiting.append((wanted, address))


def faults(html: str, page: Page) -> Iterator[str]:
    """What is wrong with a page."""
    if len(html.encode()) > LARGEST:
        yield f"{len(html.encode())} bytes"
    for inline in _INLINE.findall(html):
        yield f"inline: {inline}"
    for text in dict.fromkeys(" ".join(each.split()) for each in page.texts):
        if why := why_english(text):
            yield f"{text!r} {why}"


def test_every_page_of_the_demo_answers_in_indonesian(house):
    found: dict[str, str] = {}
    for user in chosen():
        with transaction.atomic():
            django_cache.clear()
            client = Client()
            client.force_login(user)
            for address, fault in walk(client, first_addresses(user)):
                found.setdefault(f"{resolve(urlsplit(address).path).url_name}: {fault}", f"{user.login} {address}")
            transaction.set_rollback(True)
    assert not found, "\n".join(f"{fault} ({where})" for fault, where in found.items())
