"""Requests to SSO Training: the letter, the answer, and who sees them (5.1.1 a, d)."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse

from planning.enums import RequestAnswer
from planning.models import TrainerProfile
from planning.services import trainers as services
from planning.tests.factories import PDF, make_world
from planning.tests.test_trainers import NOW, ask, pdf
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Role
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, client_of, make_user
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import get_kind
from trainingops.records.rendering import render_html

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.1 a"), pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world(people=1)


@pytest.fixture
def sso(world):
    return make_user(Role.SSO_TRAINING, line=world.line)


def test_a_request_makes_a_letter_and_tells_sso_training(world, sso):
    asked = ask(world)
    assert asked.number.startswith("PMT-2026-"), "a series of its own: the letter is the record PST"
    assert Notice.objects.filter(recipient=sso, kind="trainer_requested").exists()
    request = EvidenceRequest.objects.get(kind="trainer_request", subject=asked.uuid)
    html = render_html(
        kind=get_kind("trainer_request"),
        number="PST-2026-00001",
        verify_code="x" * 20,
        payload_text=request.payload.text,
        payload_sha256=request.payload.sha256,
    )
    for expected in ("Permohonan ke SSO Training", asked.number, "Narahubung: PIC.", "7 Desember 2026"):
        assert expected in html
    with pytest.raises(Refused, match="passed"):
        ask(world, wanted_on=date(2026, 11, 22))
    with pytest.raises(NotAllowed):
        services.request_trainer(
            site=world.site,
            line=ServiceLineFactory(),
            module=None,
            wanted_on=date(2026, 12, 7),
            asked="x",
            actor=world.pic,
            now=NOW,
        )


def test_sso_training_answers_by_its_own_account_once(world, sso):
    asked = ask(world)
    sent = {"answer": "accepted", "trainer": "", "note": "Hadir."}
    address = reverse("trainer_request_answer", args=[asked.uuid])
    assert client_of(sso).post(address, sent).status_code == 302
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by, asked.entered_for) == (RequestAnswer.ACCEPTED, sso, "")
    assert Notice.objects.filter(recipient=world.pic, kind="trainer_request_answered").exists()
    with pytest.raises(WrongState):
        services.answer_request(request=asked, answer="declined", note="", trainer=None, actor=sso, now=NOW)
    assert client_of(sso).post(address, sent).status_code == 409


def test_sso_training_sends_nobody_of_the_client(world, sso):
    asked = ask(world)
    client, own = (TrainerProfile.objects.create(name=kind, kind=kind) for kind in ("client", "sso_training"))
    form = client_of(sso).get(reverse("trainer_request_answer", args=[asked.uuid])).context["form"]
    assert list(form.fields["trainer"].queryset) == [own]
    with pytest.raises(Refused) as refused:
        services.answer_request(request=asked, answer="accepted", note="", trainer=client, actor=sso, now=NOW)
    assert refused.value.field == "trainer"


def test_the_pic_enters_an_answer_only_with_name_and_document(world):
    asked = ask(world)
    said = {"answer": "declined", "note": "Penuh.", "trainer": None, "actor": world.pic, "now": NOW}
    with pytest.raises(Refused, match="who answered"):
        services.answer_request(request=asked, **said, file=pdf())
    with pytest.raises(Refused, match="Attach"):
        services.answer_request(request=asked, **said, entered_for="Ibu Tari")
    with pytest.raises(Refused, match="ahead"):
        services.answer_request(
            request=asked, **said, entered_for="Ibu Tari", file=pdf(), answered_on=date(2026, 11, 30)
        )
    with pytest.raises(Refused, match="lies before the request"):
        services.answer_request(request=asked, **said, entered_for="Ibu Tari", file=pdf(), answered_on=date(2001, 1, 1))
    with pytest.raises(Refused, match="Who comes"):
        services.answer_request(
            request=asked, **{**said, "answer": "accepted", "note": " "}, entered_for="Ibu Tari", file=pdf()
        )
    services.answer_request(request=asked, **said, entered_for="Ibu Tari", file=pdf())
    page = client_of(world.pic).get(reverse("trainer_request_detail", args=[asked.uuid])).content.decode()
    assert "Ibu Tari" in page and world.pic.name in page
    document = client_of(world.pic).get(reverse("trainer_request_document", args=[asked.uuid]))
    assert document.content == PDF
    entry = Entry.objects.get(subject=asked.uuid, verb="trainer_request.answered")
    said = json.loads(entry.text)["data"]
    assert said["entered"] is True and said["answer"] == "declined"


def test_who_has_nothing_to_do_with_the_place_sees_no_request(world):
    asked = ask(world)
    stranger = make_user(Role.TRAINER, Role.MANAGER, site=SiteFactory(), line=ServiceLineFactory())
    for name in ("trainer_request_detail", "trainer_request_answer", "trainer_request_document"):
        assert client_of(stranger).get(reverse(name, args=[asked.uuid])).status_code == 404
    assert list(client_of(stranger).get(reverse("trainer_request_list")).context["table"].rows) == []
    assert client_of(world.qc).get(reverse("trainer_request_list")).status_code == 403
