"""Bad input on each form of the house: a message that names field, value and remedy; nothing is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from trainingops.audit.models import Entry, IdempotencyKey
from trainingops.people.tests.factories import sign_in
from trainingops.tests.house import account
from trainingops.tests.test_budgets import OFFICES
from trainingops.tests.visited_forms import (
    Control,
    Outcome,
    VisitedForm,
    forms_of,
    plausible,
    rubbish,
    send,
    taken_back,
)

pytestmark = pytest.mark.django_db

#: Django's words, which say neither what was typed nor what to write instead.
_STOCK = [
    "This field is required.",
    "Enter a valid value.",
    "Enter a valid date.",
    "Enter a valid time.",
    "Enter a whole number.",
    "Enter a number.",
    "Enter a valid email address.",
    "Null characters are not allowed.",
    "Enter a list of values.",
    "The submitted file is empty.",
    "No file was submitted. Check the encoding type on the form.",
]


#: Whose second sending is another: codes and the address of a calendar are shown once and kept nowhere, so each sending
#: issues new ones. The survey
#: has no key, which would keep the answer beside the person (ADR 0018); the database refuses a second answer.
_ELSEWHERE = {"people_codes", "session_codes", "account_issue_code", "calendar_feed", "survey_answer"}


def entries() -> int:
    """How much the journal holds."""
    return Entry.objects.count()


@pytest.fixture(scope="module")
def forms(house, drawn) -> list[VisitedForm]:
    """Every form of the house; somebody can send it."""
    return forms_of([*OFFICES, "agent", "team_leader"], account, drawn)


@pytest.fixture(scope="module")
def clients(forms) -> dict[str, Client]:
    """Who sends each form, signed in; here and not in a test, whose writing ends with it."""
    found = {login: Client(raise_request_exception=False) for login in {each.login for each in forms}}
    for login, client in found.items():
        sign_in(client, account(login))
    return found


def faults_of(form: VisitedForm, control: Control, value: Any, outcome: Outcome) -> list[str]:
    """What is wrong with the answer to one bad value."""
    status = outcome.response.status_code
    if control.kind == "hidden":
        return [f"status {status}"] if status >= 500 else []
    if status != 422:
        return [f"status {status}, not 422"]
    faults = [f"wrote {', '.join(outcome.written)}"] if outcome.written else []
    texts = lines_of(form, control, outcome)
    if not texts:
        return [*faults, f"no line of the summary leads to the field; there are {outcome.lines}"]
    if (
        control.label
        and not control.name.endswith(("_day", "_time"))
        and not any(control.label.casefold() in text.casefold() for text in texts)
    ):
        faults.append(f"its label “{control.label}” is not in {texts}")
    shown = value.name if control.kind == "file" else value[:20]
    if shown and not any(shown in text for text in texts):
        faults.append(f"the value is not in {texts}")
    return faults + stock_in(texts) + dates_as_stored(texts) + lost_of(form, control, value, outcome)


def lines_of(form: VisitedForm, control: Control, outcome: Outcome) -> list[str]:
    """The lines of the summary that lead to a control of the page they stand on; a date and its time are one field.

    The answer's ids count, not those of the page the form was read from: a cell of the score grid has one only where
    something is said about it, which keeps 600 cells a light page (SCR-6).
    """
    names = [control.name]
    if control.name.endswith("_time"):
        names.append(f"{control.name[:-5]}_day")
    ids = {each for name in names for each in outcome.document.xpath("//*[@name=$name]/@id", name=name)}
    return [text for target, text in outcome.lines if target in ids]


def stock_in(texts: list[str]) -> list[str]:
    with translation.override("id"):
        stock = [*_STOCK, *map(gettext, _STOCK)]
    return [f"only Django's words: {text}" for text in texts if any(text.endswith(each) for each in stock)]


def dates_as_stored(texts: list[str]) -> list[str]:
    """Days that a message does not write as its reader does; how a date control wants them typed may stand there."""
    told = [re.sub(r"(seperti|misalnya) \d{4}-\d{2}-\d{2}", "", text) for text in texts]
    return [f"a date as it is stored: {text}" for text in told if re.search(r"\b\d{4}-\d{2}-\d{2}\b", text)]


def lost_of(form: VisitedForm, control: Control, value: Any, outcome: Outcome) -> list[str]:
    """What was typed and is not in the page any more."""
    sent = {each.name: each.values for each in form.visible if each.typed}
    if control.typed:
        sent[control.name] = [value]
    lost = []
    for name, values in sent.items():
        elements = outcome.document.xpath("//*[@name=$name]", name=name)
        kept = [
            (each.text or "").removeprefix("\n") if each.tag == "textarea" else each.get("value", "")
            for each in elements
        ]
        lost += [f"“{each[:30]}” of {name} is lost" for each in values if each.strip() and each not in kept]
    return lost


@pytest.mark.clause("5.1.1")
def test_each_bad_value_is_named_with_a_remedy_and_nothing_is_written(forms, clients):
    offenders = []
    for form in forms:
        client = clients[form.login]
        for control in form.distinct:
            values = ["bukan"] if control.kind == "hidden" and control.name != "once" else rubbish(control)
            for value in values:
                outcome = send(client, form, form.filled() | {control.name: [value]})
                shown = repr(value)[:40]
                offenders += [
                    f"{form}, {control.name}={shown}: {each}" for each in faults_of(form, control, value, outcome)
                ]
    assert not offenders, f"{len(offenders)} faults\n" + "\n".join(offenders)


@pytest.mark.clause("5.1.1")
def test_each_empty_form_says_what_is_missing_and_nothing_is_written(forms, clients):
    offenders = []
    for form in forms:
        needed = [each for each in form.visible if each.required and each.kind != "checkbox"]
        if not form.visible:
            continue
        outcome = send(clients[form.login], form, form.emptied())
        status = outcome.response.status_code
        if not needed:
            offenders += [f"{form}: status {status}"] if status >= 500 or status == 409 else []
            continue
        if status != 422 or outcome.written:
            offenders.append(f"{form}: status {status}, wrote {outcome.written}")
            continue
        for control in needed:
            texts = lines_of(form, control, outcome)
            if not texts:
                offenders.append(f"{form}, {control.name}: no line of the summary leads to it: {outcome.lines}")
            offenders += [f"{form}, {control.name}: {each}" for each in stock_in(texts)]
    assert not offenders, f"{len(offenders)} faults\n" + "\n".join(offenders)


_LINE = {"form-0-name": "Tes akhir", "form-0-weight": "100"}
#: Fillings that contradict each other or the world, by the name of the form; what the answer must repeat of them.
_CONTRADICTIONS: dict[str, list[tuple[dict[str, str], str]]] = {
    "review_new": [
        ({"period_from": "1800-01-01"}, "1 Januari 1800"),
        ({"period_to": "2999-11-01"}, "1 November 2999"),
        ({"scheduled_at_day": "1999-11-24", "scheduled_at_time": "09:00"}, "24 November 1999"),
        ({"period_from": "2026-11-20", "period_to": "2026-11-01"}, "November 2026"),
        ({"period_from": "2020-01-01", "period_to": "2026-11-01"}, "2020"),
    ],
    "scheme_new": [
        (_LINE | {"form-0-minimum": "150"}, "150"),
        (_LINE | {"form-0-weight": "0"}, "0 tidak di atas 0"),
        (_LINE | {"form-0-maximum_score": "-5"}, "−5"),
        (_LINE | {"form-1-name": "TES AKHIR", "form-1-weight": "10"}, "“TES AKHIR”"),
        ({"form-0-name": "", "form-0-weight": ""}, "parameter"),
        ({"pass_mark": "80", "remedial_cap": "70"} | _LINE, "70"),
    ],
    "question_new": [({"kind": "single", "option_a": "Sehari", "option_c": "sehari ", "correct": "A"}, "“sehari”")],
    "defect_new": [({"employee_no": "CC0021", "occurred_on": "2031-01-01"}, "1 Januari 2031")],
    "plan_session_new": [({"label": "Batch kosong"}, "Batch kosong")],
    "day_off_new": [({"day": "9999-12-31"}, "31 Desember 9999"), ({"day": "1900-01-01"}, "1 Januari 1900")],
    "policy_new": [({"effective_on": "1999-01-01"}, "1 Januari 1999")],
    "training_defect_new": [({"occurred_at_day": "1950-01-01", "occurred_at_time": "09:00"}, "1 Januari 1950")],
    "trainer_new": [({"valid_until": "2001-01-01"}, "1 Januari 2001")],
    "appointment_new": [({"starts_on": "2027-02-01", "ends_on": "2027-01-01"}, "2027")],
}


@pytest.mark.clause("5.1.1")
def test_what_contradicts_itself_or_the_world_is_refused_with_its_value_and_nothing_is_written(forms, clients):
    offenders, sent = [], set()
    for form in forms:
        names = {control.name for control in form.controls}
        for filling, shown in _CONTRADICTIONS.get(form.name, []):
            if not names >= {*filling}:
                continue
            sent.add(form.name)
            outcome = send(
                clients[form.login], form, plausible(form) | {name: [text] for name, text in filling.items()}
            )
            texts = [text for _target, text in outcome.lines]
            is_named = any(shown in text for text in texts) and not dates_as_stored(texts)
            if outcome.response.status_code != 422 or outcome.written or not is_named:
                offenders.append(f"{form} {filling}: {outcome.response.status_code}, {outcome.written}, {texts}")
    assert not offenders, "\n".join(offenders)
    assert sent == {*_CONTRADICTIONS}, sorted({form.name for form in forms})


def test_the_forms_of_every_room_are_walked(forms):
    """The walk is worth what it finds: a form that nobody reaches is not tested."""
    names = {form.name for form in forms}
    assert len(names) >= 60, sorted(names)
    assert {re.split("_", name)[0] for name in names} >= {"plan", "session", "report", "review", "import", "account"}


def test_each_form_that_acts_acts_once_when_it_is_sent_twice(forms, clients):
    """A double tap, a reload of the request, a second try after a broken line: the first answer, and nothing more.

    Each form is sent as the page shows it, with what it still needs filled in; forms that want more are refused and
    leave nothing, which the tests above prove.
    """
    acted, offenders = set(), []
    for form in forms:
        if form.name in _ELSEWHERE:
            continue
        client = clients[form.login]
        with taken_back(client):
            data = plausible(form)
            first = client.post(form.action, data)
            done = entries()
            again = client.post(form.action, data)
            if first.status_code == 302 and IdempotencyKey.objects.filter(key=data["once"][0]).exists():
                acted.add(form.name)
                if (again.status_code, again.headers.get("Location")) != (302, first.headers["Location"]):
                    offenders.append(f"{form}: {first.headers['Location']}, then {again.status_code} {again.headers}")
                if entries() != done:
                    offenders.append(f"{form}: the second sending wrote to the journal")
            elif entries() != done:
                offenders.append(f"{form}: {first.status_code} without a key, and the second sending acted")
    assert not offenders, f"{len(offenders)} faults\n" + "\n".join(offenders)
    assert len(acted) >= 25, sorted(acted)
