"""A walk through the demo: every role's links answer, and each page reads in one language, whichever it is.

UX.md, Conventions: a crawl finds no English on Indonesian pages, and none of our Indonesian on English ones. What
people typed stays as they typed it; which texts those are, the database says. RPT-3: no page above 150 KB; the CSP of
trainingops/settings.py would drop what stands inline.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache as django_cache
from django.db import models, transaction
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse

from trainingops.access import ACCESS
from trainingops.local import demo
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.people.tests.factories import sign_in
from trainingops.records.models import EvidenceRecord, EvidenceRequest
from trainingops.tests.house import pages
from trainingops.ui import catalogues

pytestmark = pytest.mark.django_db

LARGEST = 150_000
#: These answer machines, or ask whether to sign out.
NOT_WALKED = {"health_live", "health_ready", "account_logout"}
#: Every role opens these; of the others each kind by so many roles, since budgets open all of them for everybody.
ROLES_OWN, ROLES = {"home"}, 3
#: It shows the first rows of a file as they are.
SHOWS_A_FILE = {"import_columns"}
#: A language is named in itself.
OWN_NAMES = {"id": {"English"}, "en": {"Indonesia"}}
#: Besides its text nodes a page says these attributes.
READ_ALOUD = {"aria-label", "alt", "title", "placeholder", "data-label"}
#: Words that no Indonesian text of ours holds.
ENGLISH = re.compile(r"\b(the|and|with|from|your|this|that|not|has|was|are|which|without|who)\b", re.IGNORECASE)
#: Pages of one kind that are read in English, and how many in vain before another role is asked.
ALIKE, IN_VAIN = 3, 3
#: The product's name stands in every title.
NAME = "trainingops"
#: Rows that we bring along: nobody typed their names.
REFERENCE = {"AbsenceReason", "ClassType", "Clause", "DayOff", "RecoveryForm"}
#: Rows whose JSON people wrote: the options of a question, an answer, the cells of a file, the box of a survey.
TYPED_JSON = {"QuestionVersion", "TestAnswer", "ImportRun", "PreviewRow", "Upload", "ReactionSurvey"}
_INLINE = re.compile(r"""<[^>]+\sstyle=|<script(?![^>]*\bsrc=)|<[^>]+\son\w+=["']""")
#: A word; not a part of a code, a hash or a file's name.
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{3,}(?![\w-])")
_PLACE = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[sdfr]|%[sdfr]|\{\w*\}")


class Page(HTMLParser):
    """The links and the texts of a page; what it marks as ``foreign`` is not read."""

    def __init__(self, html: str, foreign: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.texts: list[str] = []
        self._foreign, self._unread = foreign, ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if not self._unread and (tag in ("script", "style") or given.get("lang") == self._foreign):
            self._unread = tag  # until it closes; none of these nests in itself
        self.texts += [str(value) for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""

    def handle_data(self, data: str) -> None:
        if not self._unread and data.strip():
            self.texts.append(data)


@cache
def catalogue_texts() -> list[tuple[str, list[str]]]:
    """Every msgid of ours that its Indonesian differs from, with the latter."""
    found = []
    for room in (*catalogues.ROOMS, catalogues.BY_HAND):
        for message in catalogues.read_catalogue(Path(settings.BASE_DIR), room):
            ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
            strings = catalogues.strings_of(message)
            found += [(" ".join(msgid.split()), strings) for msgid in ids if msgid and msgid not in strings]
    return found


@cache
def english() -> tuple[set[str], re.Pattern[str]]:
    """Our msgids: those that stand as they are, and those with figures or names in them."""
    plain: set[str] = set()
    patterns: list[str] = []
    for text, _strings in catalogue_texts():
        parts = _PLACE.split(text)
        if len(parts) == 1:
            plain.add(text)
        elif len(re.findall(r"[A-Za-z]{2,}", " ".join(parts))) > 1:
            patterns.append(".+".join(re.escape(part) for part in parts))
    return plain, re.compile("|".join(patterns))


@cache
def indonesian() -> frozenset[str]:
    """The words of our Indonesian that none of our English texts holds."""
    ours: set[str] = set()
    theirs: set[str] = set()
    for room in catalogues.ROOMS:
        for message in catalogues.read_catalogue(Path(settings.BASE_DIR), room):
            ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
            theirs.update(_words(" ".join(ids)))
            ours.update(_words(" ".join(catalogues.strings_of(message))))
    return frozenset(ours - theirs - {NAME})


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(_PLACE.sub(" ", text))}


def typed() -> Callable[[str], str]:
    """What takes out of a text whatever people typed: every text of the database that holds an Indonesian word."""
    texts = {settings.ENV.unit, settings.ENV.organisation}
    for model in apps.get_models():
        if model.__name__ not in REFERENCE and model not in (EvidenceRecord, EvidenceRequest):
            texts.update(line for value in _typed_values(model) for line in value.splitlines())
    known = {" ".join(text.split()) for text in texts if _words(text) & indonesian()}
    pattern = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
    return lambda text: _without_cut(pattern.sub(" ", text), known)


def _without_cut(text: str, known: set[str]) -> str:
    """The text without the beginning of a typed one at its end, where the page cuts it with “…”."""
    whole = text.removesuffix("…")
    if whole == text:
        return text
    begins = (at for at in range(len(whole)) if any(each.startswith(whole[at:]) for each in known))
    return whole[: next(begins, None)]


def _typed_values(model: type[models.Model]) -> Iterator[str]:
    """Every text that is free to choose, and the texts within JSON that people wrote."""
    kinds = (models.CharField, models.TextField, *([models.JSONField] if model.__name__ in TYPED_JSON else []))
    fields = [each.name for each in model._meta.concrete_fields if isinstance(each, kinds) and not each.choices]
    for row in model._default_manager.order_by().values_list(*fields).distinct() if fields else ():
        for value in row:
            yield from _leaves(value)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)


@cache
def why_english(text: str) -> str:
    """Why this text is English; empty if it is not."""
    plain, patterns = english()
    if text in plain - OWN_NAMES["id"]:
        return "has a translation"
    if patterns.fullmatch(text):
        return "has a translation with a place in it"
    found = ENGLISH.search(text)
    return f"“{found[0]}” is English" if found else ""


def why_indonesian(text: str) -> str:
    """Why this text is Indonesian; empty if it is not."""
    found = sorted(_words(text) & indonesian()) if text not in OWN_NAMES["en"] else []
    return f"“{', '.join(found)}” is Indonesian" if found else ""


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


def walk(client: Client, user: User, opened: Counter[str]) -> Iterator[tuple[str, str]]:
    """Open what the account may open and what that links to, each kind of page once; yields address and fault.

    Args:
        opened: how many accounts have opened each kind of page; counted on.
    """
    waiting, known = deque((address, "the list of addresses") for address in first_addresses(user)), set()
    while waiting:
        address, found_on = waiting.popleft()
        name = resolve(urlsplit(address).path).url_name
        if name in known or name in NOT_WALKED:
            continue
        known.add(name)
        if not ACCESS[name].allows(user.authority.role_names, "GET"):
            yield address, f"is not for this role, but linked from {found_on}"
        if opened[name] >= ROLES and name not in ROLES_OWN:
            continue
        opened[name] += 1
        response = client.get(address, follow=True)
        if response.status_code != 200:
            yield address, f"answers {response.status_code}, linked from {found_on}"
            continue
        if not response.get("Content-Type", "").startswith("text/html"):
            continue
        html = response.content.decode()
        page = Page(html, foreign="en")
        yield from ((address, fault) for fault in faults(html, page))
        for link in page.links:
            target = urlsplit(urljoin(address, link))
            if not (target.scheme or target.netloc or target.path.startswith("/static/")):
                waiting.append((target._replace(fragment="").geturl(), address))


def faults(html: str, page: Page) -> Iterator[str]:
    """What is wrong with an Indonesian page."""
    if len(html.encode()) > LARGEST:
        yield f"{len(html.encode())} bytes"
    for inline in _INLINE.findall(html):
        yield f"inline: {inline}"
    for text in dict.fromkeys(" ".join(each.split()) for each in page.texts):
        if why := why_english(text):
            yield f"{text!r} {why}"


@pytest.fixture
def reading(house, request) -> Iterator[None]:
    """The house, read by everybody in the language of the test."""
    with transaction.atomic():
        django_cache.clear()
        User.objects.update(language=request.param)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("reading", ["id"], indirect=True)
def test_every_page_of_the_demo_answers_in_indonesian(reading):
    found: dict[str, str] = {}
    opened: Counter[str] = Counter()
    for user in chosen():
        with transaction.atomic():
            client = Client()
            client.force_login(user)
            for address, fault in walk(client, user, opened):
                found.setdefault(f"{resolve(urlsplit(address).path).url_name}: {fault}", f"{user.login} {address}")
            transaction.set_rollback(True)
    assert not found, "\n".join(f"{fault} ({where})" for fault, where in found.items())


def in_english() -> Iterator[tuple[str, str]]:
    """Address and text of every kind of page, in several states, by the first role that can open it."""
    answered: Counter[str] = Counter()
    # Participants first: everybody may ask for a test, but only they get one.
    for user in reversed(chosen()):
        client, done, in_vain = Client(), set(answered), Counter[str]()
        sign_in(client, user)
        for name, address in pages(user):
            if name in SHOWS_A_FILE | done or answered[name] >= ALIKE or in_vain[name] >= IN_VAIN:
                continue
            response = client.get(address)
            if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
                in_vain[name] += 1
                continue
            answered[name] += 1
            for text in Page(response.content.decode(), foreign="id").texts:
                yield address, " ".join(text.split())
    assert len(answered) > 100


@pytest.mark.parametrize("reading", ["en"], indirect=True)
def test_no_page_in_english_holds_indonesian_of_ours(reading):
    without_typed, found = typed(), {}
    for address, text in in_english():
        if text not in found and (why := why_indonesian(without_typed(text))):
            found[text] = f"{text!r} {why} ({address})"
    assert not found, "\n".join(found.values())


def test_no_text_says_two_things_in_indonesian():
    """A msgid with one context has one translation, whichever room says it, and none is missing."""
    root = Path(settings.BASE_DIR)
    read_rooms = {room: catalogues.read_catalogue(root, room) for room in (*catalogues.ROOMS, catalogues.BY_HAND)}
    assert catalogues.disagreements(read_rooms) == []
    assert [line for room, each in read_rooms.items() for line in catalogues.problems(each, room)] == []
