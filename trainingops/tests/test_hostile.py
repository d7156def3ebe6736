"""What strangers and hostile input meet at every address: nothing that they may have, and never a broken page.

The house is the demo's. Three strangers hold every role that a scope narrows, at another site, for another line and
for another team; each address of a thing of the house must answer 404 and write nothing (DESIGN.md §1). What belongs to
the whole house is listed with the reason; what belongs to one account is tried with these strangers too.

Then somebody who may open everything sends what no form would send, to every address.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from trainingops.access import ACCESS
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.people.tests.factories import (
    PersonFactory,
    ServiceLineFactory,
    SiteFactory,
    TeamFactory,
    grant_role,
    make_user,
)
from trainingops.people.tests.factories import sign_in as sign_in_fresh
from trainingops.tests.house import account, subjects
from trainingops.tests.test_access import ALL

pytestmark = pytest.mark.django_db

#: Not of a site, line or person: name, or beginning of names → why everybody with the role may open it.
OF_THE_HOUSE = {
    "account_": "administrators keep every account",
    "role_": "administrators keep every role",
    "person_account": "administrators open every account",
    "outbox_resend": "administrators keep the mails",
    "module_": "one catalogue for the house; policies say who writes",
    "material_": "one catalogue for the house; policies say who writes",
    "parameter_": "one list of QC's parameters for the house",
    "product_change_": "announced for lines, at every site",
    "question_": "one bank for the house; policies say who writes",
    "analysis_return": "a question of the one bank for the house",
    "paper_": "one bank for the house",
    "scheme_": "one list of schemes for the house; policies say who writes",
    "topic_": "one tree of topics for the house; policies say who keeps it",
    "class_type_": "one list of class types for the house; policies say who keeps it",
    "shift_code_": "one list of shift codes for the house; managers keep it",
    "room_edit": "managers and administrators keep the rooms of every site",
    "application_edit": "one list of applications for the house",
    "trainer_account": "trainers teach anywhere",
    "trainer_detail": "trainers teach anywhere",
    "trainer_edit": "trainers teach anywhere",
    "trainer_permit": "trainers teach anywhere",
    "qualification_": "of trainers, who teach anywhere",
    "day_off_": "managers keep the calendar; one of another site is refused by the service",
    "delegation_end": "auditors read every delegation; who may not end it is refused by the service",
    "need_source_document": "what concerns every line is read with the needs of any line",
    "policy_remove": "managers keep the rules of the house",
    "review_policy_remove": "managers keep the rules of the house",
    "client_names_set": "lines are the house's; one of another manager does not exist",
    "place_new": "a kind, not a thing",
    "import_new": "a kind, not a thing",
    "objective_": "one of the whole house is read everywhere; one of a place is 404 elsewhere (test_objectives)",
    "indicator_detail": "a kind, not a thing; what it adds up is narrowed to the reader's places",
    "import_template": "a kind, not a thing",
    "calendar_file": "open to whoever holds its address",
    "check_in_scan": "a code, not a thing; a wrong one is counted",
    "verify_record": "open to whoever holds the paper",
}
#: Of a line at every site: beginning of names → why another site is no stranger.
OF_A_LINE = {
    "plan_template_": "a template serves the trainers of its line, wherever they teach",
    "requirement_": "what the agents of a line must hold is asked of them at every site",
}
#: Administrators keep the whole house, so they are nobody's stranger.
NARROWED = [role for role in Role.values if role != Role.ADMINISTRATOR]
WITH_ID = sorted(
    str(each.name)
    for each in ALL
    if each.pattern.converters and not any(str(each.name).startswith(known) for known in OF_THE_HOUSE)
)


@pytest.fixture(scope="module")
def strangers(house: None) -> list[User]:
    """Every narrowed role at another site, for another line, for another team."""
    team = TeamFactory()
    scopes: list[dict[str, Any]] = [{"site": SiteFactory()}, {"line": ServiceLineFactory()}, {"teams": [team]}]
    return [make_user(*NARROWED, person=PersonFactory(), **scope) for scope in scopes]


def rows_written() -> int:
    """How many rows this transaction has written so far; log-ins and refusals are noted elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables "
            "WHERE relname NOT IN ('django_session', 'audit_accessevent', 'people_user')"
        )
        return int(cursor.fetchone()[0])


def test_there_is_something_to_try_for_every_address(house):
    """An address whose things the house does not have would prove nothing."""
    assert not [name for name in WITH_ID if not list(subjects(name))]


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("name", WITH_ID)
def test_a_thing_of_another_place_does_not_exist(house, strangers, name):
    leaks, things = [], list(subjects(name))
    for scope, stranger in zip(("site", "line", "team"), strangers, strict=True):
        if scope == "site" and any(name.startswith(known) for known in OF_A_LINE):
            continue
        client = Client(raise_request_exception=False)
        sign_in_fresh(client, stranger)
        for subject in islice((each for each in things if each.get("uuid") != stranger.person.uuid), 3):
            for method in sorted(ACCESS[name].methods - {"HEAD"}):
                before = rows_written()
                with transaction.atomic():
                    status = client.generic(method, reverse(name, kwargs=subject)).status_code
                    written = rows_written() - before
                    transaction.set_rollback(True)
                if status != 404 or written:
                    leaks.append(f"{method} {reverse(name, kwargs=subject)}, other {scope}: {status}, {written} rows")
    assert not leaks, "\n" + "\n".join(leaks)


# --- Input that no form would send -------------------------------------------------------------------------
#: A digit that is no number, a number too large for a key, NUL, and a quotation mark with markup.
JUNK = ("²", "9" * 25, "a\x00b", "'\"><script>alert(1)</script>")
#: What addresses and scripts carry beside the fields of the forms.
PARAMETERS = [
    "action",
    "aspect",
    "attempt",
    "batch",
    "by",
    "case",
    "class",
    "code",
    "content_hash",
    "decision",
    "enrolment",
    "error_class",
    "export",
    "from",
    "kind",
    "key",
    "line",
    "month",
    "next",
    "once",
    "owner",
    "page",
    "parameter",
    "period",
    "person",
    "reason",
    "recipient",
    "review",
    "role",
    "root_cause",
    "q",
    "show",
    "since",
    "site",
    "sort",
    "state",
    "status",
    "tab",
    "team",
    "text",
    "to",
    "topic",
    "until",
    "version",
    "year",
]
#: The way out, and the way in: tried by their own tests.
DOORS = {"account_login", "account_logout", "account_reauthenticate"}
#: 503 is an answer of its own: a part of the machine is not ready.
CRASHED = (500, 502)


def addresses(method: str) -> list[str]:
    return sorted(name for name, rule in ACCESS.items() if method in rule.methods and name not in DOORS)


@pytest.fixture(scope="module")
def anybody(house: None) -> User:
    """Every role without a scope, and the person of an agent with a test to take."""
    user = account("agent")
    for role in Role.values:
        grant_role(user, role)
    return user


@pytest.fixture
def knocking(anybody: User) -> Client:
    client = Client(raise_request_exception=False)
    sign_in_fresh(client, anybody)
    return client


@pytest.mark.parametrize("name", addresses("GET"))
def test_an_address_with_any_parameter_still_answers(knocking, name):
    broken = []
    for subject in islice(subjects(name), 1):
        for junk in JUNK:
            with transaction.atomic():
                status = knocking.get(reverse(name, kwargs=subject), dict.fromkeys(PARAMETERS, junk)).status_code
                transaction.set_rollback(True)
            if status in CRASHED:
                broken.append(f"{reverse(name, kwargs=subject)} with {junk!r}: {status}")
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize("name", addresses("POST"))
def test_a_form_filled_with_anything_is_refused_in_words(knocking, name):
    broken = []
    for subject in islice(subjects(name), 1):
        url = reverse(name, kwargs=subject)
        page = knocking.get(url).content.decode() if "GET" in ACCESS[name].methods else ""
        fields = {*re.findall(r'name="([^"]+)"', page), *PARAMETERS} - {"csrfmiddlewaretoken", "viewport"}
        for junk in ("", *JUNK):
            with transaction.atomic():
                status = knocking.post(url, dict.fromkeys(fields, junk)).status_code
                transaction.set_rollback(True)
            if status in CRASHED:
                broken.append(f"{url} with {junk!r}: {status}")
    assert not broken, "\n" + "\n".join(broken)


# --- Markup in what people type ----------------------------------------------------------------------------
MARK = "<script>x</script>"
#: Texts that programs read: changing them breaks the house before a page is drawn.
READ_BY_PROGRAMS = re.compile(
    "hash|content|payload|path|key|url|link|code|kind|state|login|zone|theme|language|token|cursor|colour|number|"
    "reference|password|template|sha256|cause|source$|party|email|address|role|scheme$|text$"
)
OURS = ("people", "planning", "training_sessions", "reporting", "evaluation")


def deface() -> int:
    """Put markup into every text that somebody can type; guarded tables and constraints keep theirs."""
    defaced = 0
    for model in (model for label in OURS for model in apps.get_app_config(label).get_models()):
        for field in model._meta.get_fields():
            typed = type(field) in (models.CharField, models.TextField)
            if not typed or field.choices or field.unique or READ_BY_PROGRAMS.search(field.name):
                continue
            if field.max_length and field.max_length < len(MARK):
                continue
            try:
                with transaction.atomic():
                    defaced += model._base_manager.exclude(**{field.name: ""}).update(**{field.name: MARK})
            except DatabaseError:
                continue
    return defaced


def test_markup_in_names_titles_and_remarks_stays_text(knocking, anybody):
    """Stored markup is shown as it was typed and never becomes part of a page."""
    leaks, seen = [], 0
    with transaction.atomic():
        assert deface() > 50
        for name in addresses("GET"):
            for subject in islice(subjects(name), 2):
                answer = knocking.get(reverse(name, kwargs=subject))
                if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
                    continue
                seen += "&lt;script&gt;x" in answer.content.decode()
                if MARK in answer.content.decode() or answer.status_code in CRASHED:
                    leaks.append(f"{answer.status_code} {reverse(name, kwargs=subject)}")
        transaction.set_rollback(True)
    assert seen > 20
    assert not leaks, "\n".join(leaks)
