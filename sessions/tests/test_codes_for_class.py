"""First log-in of a class: the trainer prints a list, each agent chooses a password on a phone (issue 4)."""

from __future__ import annotations

import re
from io import BytesIO

import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sessions.tests.factories import START, scheduled
from trainingops.audit.models import Entry, EntryDetail
from trainingops.notifications.models import OutboxMessage
from trainingops.people.models import SignInCode, User
from trainingops.people.services import CODE_ATTEMPTS
from trainingops.people.tests.factories import SiteFactory, make_agent, make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = pytest.mark.django_db

CHOSEN = "gadai emas di pagi hari"
_CODE = re.compile(r"\b([A-Z0-9]{4})-([A-Z0-9]{4})\b")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def browser(user=None, language="en"):
    client = Client(headers={"accept-language": language})
    if user:
        user.language = language
        user.save()
        sign_in(client, user)
    return client


def text_of_pdf(answer):
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    document = pypdfium2.PdfDocument(BytesIO(answer.content))
    return len(document), "\n".join(page.get_textpage().get_text_range() for page in document)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page_of(held):
    return reverse("session_codes", args=[held.training_session.uuid])


def issue(client, held, people=None, **data):
    chosen = [each.person.uuid for each in held.enrolments] if people is None else people
    return client.post(page_of(held), {"purpose": "code", "output": "list", "people": chosen, **data})


def codes_in(text):
    return ["".join(found) for found in _CODE.findall(text)]


def test_from_the_trainers_list_to_the_agents_invitation_on_a_phone():
    """The whole walk: print, scan, type, choose a password, see the invitation; then sign in with it again."""
    held = scheduled()
    trainer = browser(held.pic)
    detail = reverse("session_detail", args=[held.training_session.uuid])
    assert page_of(held) in trainer.get(detail).content.decode() and "3 of 3 participants" in words(trainer.get(detail))
    page = trainer.get(page_of(held))
    assert page.content.decode().count("checked") == 3, "nobody of them has ever signed in"
    pages, text = text_of_pdf(issue(trainer, held))
    codes, place = codes_in(text), re.search(r"testserver/\S+", text)
    assert pages == 1 and len(set(codes)) == 3 and place[0] == "testserver/k/"
    person = sorted((each.person for each in held.enrolments), key=lambda each: each.name.casefold())[0]
    phone = browser()
    answer = phone.get("/k/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_code") and 'name="code"' in answer.content.decode()
    sent = {"login": person.employee_no.lower(), "code": codes[0].lower(), "password": CHOSEN, "again": CHOSEN}
    assert phone.post(reverse("account_code"), sent).status_code == 302
    assert held.plan.title in words(phone.get(reverse("my_trainings")))
    phone.post(reverse("account_logout"))
    sign_in_again = {"login": person.employee_no, "password": CHOSEN}
    assert phone.post(reverse("account_login"), sign_in_again).status_code == 302
    assert phone.get(reverse("my_trainings")).status_code == 200
    assert browser().post(reverse("account_code"), sent).status_code == 422, "a code works once"
    assert "2 of 3 participants" in words(trainer.get(detail))


def test_codes_are_journalled_without_being_told_and_go_into_no_mail():
    held = scheduled()
    _pages, text = text_of_pdf(issue(browser(held.pic), held))
    codes = codes_in(text)
    assert Entry.objects.filter(verb="code.issued", actor=held.pic.uuid).count() == 3
    kept = [*Entry.objects.values_list("text", flat=True), *EntryDetail.objects.values_list("text", flat=True)]
    kept += [str(each) for each in OutboxMessage.objects.values_list("params", "url")]
    kept += SignInCode.objects.values_list("code_hash", flat=True)
    assert len(codes) == 3 and not any(code in text for code in codes for text in kept)


def test_a_new_code_ends_the_one_before_and_too_many_wrong_ones_end_it_too(clock):
    held = scheduled()
    trainer, person = browser(held.pic), held.enrolments[0].person
    (first,) = codes_in(words(issue(trainer, held, [person.uuid], output="screen")))
    (second,) = codes_in(words(issue(trainer, held, [person.uuid], output="screen")))
    sent = {"login": person.employee_no, "password": CHOSEN, "again": CHOSEN}
    assert browser().post(reverse("account_code"), {**sent, "code": first}).status_code == 422
    for _try in range(CODE_ATTEMPTS):
        browser().post(reverse("account_code"), {**sent, "code": "AAAAAAAA"})
    assert browser().post(reverse("account_code"), {**sent, "code": second}).status_code == 422
    (third,) = codes_in(words(issue(trainer, held, [person.uuid], output="screen")))
    clock.shift(73 * 3600)
    assert browser().post(reverse("account_code"), {**sent, "code": third}).status_code == 422, "72 hours"


@pytest.mark.point("ATT-8")
def test_pins_for_the_whole_class_in_one_action():
    held = scheduled()
    trainer = browser(held.pic)
    page = trainer.get(page_of(held) + "?for=pin").content.decode()
    assert page.count("checked") == 3 and '<option value="pin" selected>' in page
    pages, text = text_of_pdf(issue(trainer, held, purpose="pin", output="slips"))
    assert pages == 1 and len(re.findall(r"\b\d{3}-\d{3}\b", text)) == 3
    assert SignInCode.objects.filter(purpose="shared_pc", used_at=None).count() == 3
    assert "has a PIN" in words(trainer.get(page_of(held)))


def test_slips_stand_four_on_a_page_and_a_list_of_many_on_several():
    held = scheduled(people=13)
    trainer = browser(held.pic)
    assert text_of_pdf(issue(trainer, held, output="slips"))[0] == 4
    pages, text = text_of_pdf(issue(trainer, held))
    assert pages == 2 and len(codes_in(text)) == 13


def test_the_page_says_who_signed_in_and_whom_an_administrator_helps():
    held = scheduled()
    signed, office, new = [each.person for each in held.enrolments]
    user = make_user("agent", person=signed)
    user.set_password(CHOSEN)
    user.save()
    make_user("agent", "qc", person=office)
    page = words(browser(held.pic).get(page_of(held)))
    assert f"{signed.name} · {signed.employee_no} · has a password" in page
    assert f"{new.name} · {new.employee_no} · has never signed in" in page
    assert f"Ask an administrator for: {office.name}" in page
    assert issue(browser(held.pic), held, [office.uuid]).status_code == 422


def test_nobody_else_issues_codes_for_a_class():
    held = scheduled()
    url = page_of(held)
    assert browser(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert browser(held.manager).get(url).status_code == 403
    agent = make_agent(held.training_session.site, held.training_session.line, with_user=True).user
    assert browser(agent).post(url).status_code == 403
    assert Client().get(url).status_code == 302
    other = make_agent(held.training_session.site, held.training_session.line)
    assert issue(browser(held.pic), held, [other.uuid]).status_code == 422, "not of this class"
    assert not User.objects.filter(person=other).exists()


def test_the_page_and_the_issue_cost_the_same_for_three_and_for_ten():
    costs = []
    for size in (3, 10):
        held = scheduled(people=size)
        trainer, people = browser(held.pic), [each.person.uuid for each in held.enrolments]
        with counted() as queries:
            assert trainer.get(page_of(held)).status_code == 200
        assert len(queries) <= 12, "\n".join(map(shown, queries))
        costs.append(len(queries))
        with counted() as queries:
            assert issue(trainer, held, people).status_code == 200
        costs.append(len(queries))
    assert costs[:2] == costs[2:], "\n".join(map(shown, queries))
