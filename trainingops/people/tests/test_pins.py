"""PINs for shared PCs: chosen or issued, used again and again, closed after five wrong ones (ATT-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused
from trainingops.people.enums import CodePurpose
from trainingops.people.models import SignInCode
from trainingops.people.services import (
    CODE_ATTEMPTS,
    issue_codes,
    issue_pins,
    redeem_sign_in_code,
    set_own_pin,
    user_of_pin,
)
from trainingops.people.services.codes import PIN_LIFETIME
from trainingops.people.tests.factories import (
    PersonFactory,
    ServiceLineFactory,
    SiteFactory,
    make_agent,
    make_user,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.point("ATT-8")]
PIN = "480271"


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def owner():
    return make_user("agent", person=PersonFactory(), language="en")


def test_a_pin_is_used_again_and_again_and_stored_as_a_hash_only():
    user, now = owner(), timezone.now()
    set_own_pin(user=user, pin=PIN, now=now)
    for typed in (PIN, "480 271", "480-271"):
        assert user_of_pin(login=user.login.lower(), pin=typed, now=now) == user
    row = SignInCode.objects.get()
    assert PIN not in row.code_hash and row.expires_at == now + PIN_LIFETIME and row.used_at is None
    assert PIN not in Entry.objects.get(verb="pin.set").text


def test_a_new_pin_replaces_the_one_before_and_codes_stay_what_they_are():
    site, line = SiteFactory(), ServiceLineFactory()
    person, now = make_agent(site, line), timezone.now()
    trainer = make_user("trainer", site=site, line=line)
    (slip,) = issue_pins(people=[person], actor=trainer, now=now)
    assert len(slip.plain) == 6 and slip.plain.isdigit() and slip.grouped == f"{slip.plain[:3]}-{slip.plain[3:]}"
    (code,) = issue_codes(people=[person], actor=trainer, now=now)
    assert user_of_pin(login=slip.user.login, pin=slip.plain, now=now) == slip.user
    with pytest.raises(Refused):
        redeem_sign_in_code(login=slip.user.login, code=slip.plain, password="kopi-susu-pagi", now=now)
    with pytest.raises(Refused):
        user_of_pin(login=slip.user.login, pin=code.plain, now=now)
    set_own_pin(user=slip.user, pin=PIN, now=now)
    with pytest.raises(Refused):
        user_of_pin(login=slip.user.login, pin=slip.plain, now=now)
    assert user_of_pin(login=slip.user.login, pin=PIN, now=now) == slip.user


def test_trainers_leaders_and_administrators_issue_within_their_scope():
    site, line = SiteFactory(), ServiceLineFactory()
    person, now = make_agent(site, line), timezone.now()
    for actor in (make_user("trainer", site=SiteFactory()), make_user("team_leader", line=ServiceLineFactory())):
        with pytest.raises(NotAllowed):
            issue_pins(people=[person], actor=actor, now=now)
    for actor in (make_user("team_leader", site=site, line=line), make_user("administrator")):
        assert issue_pins(people=[person], actor=actor, now=now)
    with pytest.raises(NotAllowed):
        issue_pins(people=[person], actor=make_user("manager"), now=now)


def test_five_wrong_ones_in_a_row_close_it_and_a_right_one_counts_anew():
    user, now = owner(), timezone.now()
    set_own_pin(user=user, pin=PIN, now=now)
    for _round in range(3):
        for _attempt in range(CODE_ATTEMPTS - 1):
            with pytest.raises(Refused, match="five wrong ones"):
                user_of_pin(login=user.login, pin="000000", now=now)
        assert user_of_pin(login=user.login, pin=PIN, now=now) == user
    for _attempt in range(CODE_ATTEMPTS):
        with pytest.raises(Refused):
            user_of_pin(login=user.login, pin="000000", now=now)
    with pytest.raises(Refused, match="new PIN"):
        user_of_pin(login=user.login, pin=PIN, now=now)
    set_own_pin(user=user, pin=PIN, now=now)
    assert user_of_pin(login=user.login, pin=PIN, now=now) == user


def test_unknown_closed_and_expired_say_the_same():
    user, now = owner(), timezone.now()
    set_own_pin(user=user, pin=PIN, now=now)
    said = set()
    for login, pin, at in ((user.login, "1", now), ("CC-NONE", PIN, now), (user.login, PIN, now + PIN_LIFETIME)):
        with pytest.raises(Refused) as refused:
            user_of_pin(login=login, pin=pin, now=at)
        said.add(str(refused.value))
    user.is_active = False
    user.save()
    with pytest.raises(Refused) as refused:
        user_of_pin(login=user.login, pin=PIN, now=now)
    assert said == {str(refused.value)}


@pytest.mark.parametrize("pin", ["12345", "1234567", "48027a", "111111", "123456", "987654", "４８０２７１"])
def test_a_weak_pin_is_refused_with_what_to_choose(pin):
    with pytest.raises(Refused, match=r"Type 6 digits|Choose digits"):
        set_own_pin(user=owner(), pin=pin, now=timezone.now())
    assert not SignInCode.objects.exists()


def test_the_employee_number_is_no_pin():
    user = make_user("agent", person=PersonFactory(), login="CC480271")
    with pytest.raises(Refused, match="employee number"):
        set_own_pin(user=user, pin=PIN, now=timezone.now())


def test_the_page_sets_a_pin_after_a_fresh_log_in_and_names_what_is_wrong(client):
    user = owner()
    sign_in(client, user)
    url = reverse("account_pin")
    assert url in client.get(reverse("account")).content.decode()
    for given, words in (
        ({"pin": "", "again": ""}, "Type six digits"),
        ({"pin": PIN, "again": "480272"}, "The two PINs differ"),
        ({"pin": "111111", "again": "111111"}, "easy to guess"),
    ):
        answer = client.post(url, given)
        assert answer.status_code == 422 and words in answer.content.decode()
    assert client.post(url, {"pin": PIN, "again": PIN}).url == reverse("account")
    assert user_of_pin(login=user.login, pin=PIN, now=timezone.now()) == user
    stale = type(client)()
    stale.force_login(user)
    assert "/sign-in/again/" in stale.get(url).url


def test_the_page_of_codes_gives_pins_too(client):
    site, line = SiteFactory(), ServiceLineFactory()
    person = make_agent(site, line)
    sign_in(client, make_user("trainer", site=site, line=line, language="en"))
    url = reverse("people_codes") + f"?person={person.uuid}&for=pin"
    assert 'value="pin"' in client.get(url).content.decode()
    page = client.post(url, {"people": [str(person.uuid)], "purpose": "pin"}).content.decode()
    assert "PINs for shared PCs" in page and "choose a password" not in page
    assert SignInCode.objects.get().purpose == CodePurpose.SHARED_PC
    client.post(url, {"people": [str(person.uuid)], "purpose": "code"})
    assert SignInCode.objects.filter(purpose=CodePurpose.FIRST_SIGN_IN).count() == 1
    assert client.post(url, {"people": [str(person.uuid)], "purpose": "key"}).status_code == 422


def test_a_pin_outlives_its_first_use_by_days_and_is_over_at_its_end():
    user, now = owner(), timezone.now()
    set_own_pin(user=user, pin=PIN, now=now)
    assert user_of_pin(login=user.login, pin=PIN, now=now + PIN_LIFETIME - timedelta(seconds=1)) == user


@pytest.mark.parametrize(("filled", "blank"), [("pin", "again"), ("again", "pin")])
@pytest.mark.parametrize("typed", ["banyak", "-987654321", "rahasia-sekali-2026x"])
def test_each_field_of_the_pin_says_that_it_is_no_pin_and_never_repeats_it(client, filled, blank, typed):
    user = make_user("agent")
    sign_in(client, user)
    page = client.post(reverse("account_pin"), {filled: typed, blank: ""})
    assert page.status_code == 422 and {*page.context["form"].errors} == {filled, blank}
    assert "6" in page.context["form"].errors[filled][0] and typed not in page.content.decode()
    assert not SignInCode.objects.filter(user=user).exists()
