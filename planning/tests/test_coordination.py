"""Coordination with QC, Operation and Operation Support (clause 5.1.1 d)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from planning.enums import Method, TargetReason
from planning.evidence.coordination import expected_coordination
from planning.models import Consultation, TrainerProfile
from planning.services import (
    MeetingTimes,
    add_targets,
    amend_plan,
    answer_consultation,
    approve_revision,
    ask_consultation,
    cancel_plan,
    enter_answer,
    make_sheet,
    remind_teams,
    remove_targets,
    return_revision,
    save_part,
    save_session,
    submit_revision,
)
from planning.tests.factories import draft_plan, make_module, make_world, signature, submitted_plan
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_agent, make_user, sign_in
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import get_kind
from trainingops.records.rendering import render_html

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.1")]
#: Ten in the morning in Jakarta.
TEN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def plan(world):
    return draft_plan(world=world)


def document(name: str = "balasan QC.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 balasan", content_type="application/pdf")


def asked(plan, *parties, due_in: int = 2, now=None):
    now = now or timezone.now()
    return ask_consultation(
        plan=plan,
        parties=parties or ("qc", "operations", "operation_support"),
        due_on=now.astimezone(plan.site.zone).date() + timedelta(days=due_in),
        actor=plan.pic,
        now=now,
    )


def entry(plan, **changes):
    now = timezone.now()
    return {
        "answer": "agreed",
        "answered_for": "Rina, QC",
        "answered_on": now.astimezone(plan.site.zone).date(),
        "file": document(),
        "actor": plan.pic,
        "now": now,
        **changes,
    }


# --- Asked with one click and a date -----------------------------------------------------------------------


def test_the_three_teams_are_asked_with_one_click_from_the_plan(client, world, plan):
    """The plan's page already names the three teams and a date; sending it is enough."""
    sign_in(client, world.pic)
    form = client.get(reverse("plan_detail", args=[plan.uuid])).context["ask_form"]

    answer = client.post(
        reverse("plan_consult", args=[plan.uuid]),
        {"parties": form.initial["parties"], "due_on": form.initial["due_on"].isoformat()},
    )

    assert answer.status_code == 302
    assert sorted(plan.consultations.values_list("party", flat=True)) == ["operation_support", "operations", "qc"]
    assert {each.recipient for each in Notice.objects.filter(kind="consultation_asked")} == {
        world.qc,
        world.operations,
        world.operation_support,
    }


def test_one_tap_answers_and_get_changes_nothing(client, world, plan):
    """RPT-1 for questions: a mail scanner that follows the link answers nothing."""
    (consultation,) = asked(plan, "qc")
    sign_in(client, world.qc)
    address = reverse("consultation_answer", args=[consultation.uuid])

    assert client.get(address, {"answer": "agreed"}).status_code == 200
    consultation.refresh_from_db()
    assert consultation.answer == ""
    given = {"answer": "agreed", "shown": client.get(address).context["shown"]}
    assert client.post(address, given).status_code == 302
    consultation.refresh_from_db()
    assert (consultation.answer, consultation.answered_by) == ("agreed", world.qc)
    assert client.post(address, {**given, "answer": "no_remarks"}).status_code == 409


def other_module(plan, world):
    version = make_module(world.line, author=world.pic, decided_by=world.manager)
    revision, now = plan.revisions.get(), timezone.now()
    save_part(revision=revision, part="module", values={"module_version": version}, actor=world.pic, now=now)
    return "module version"


def other_day(plan, world):
    planned = plan.revisions.get().sessions.get()
    (meeting,) = planned.meetings.all()
    week = timedelta(days=7)
    save_session(
        revision=plan.revisions.get(),
        planned=planned,
        label=planned.label,
        host_site=world.site,
        trainers=[world.trainer],
        meetings=[MeetingTimes(uuid=meeting.uuid, starts_at=meeting.starts_at + week, ends_at=meeting.ends_at + week)],
        actor=world.pic,
        now=timezone.now(),
    )
    return "dates"


def other_trainer_method_and_agent(plan, world):
    """As many people at the same times, and nothing else as it was."""
    revision, act = plan.revisions.get(), {"actor": world.pic, "now": timezone.now()}
    planned, trainer = revision.sessions.get(), TrainerProfile.objects.create(name="Eka Nugroho")
    (meeting,) = planned.meetings.all()
    times = MeetingTimes(uuid=meeting.uuid, starts_at=meeting.starts_at, ends_at=meeting.ends_at)
    save_part(revision=revision, part="method", values={"method": Method.ONLINE}, **act)
    save_session(
        revision=revision,
        planned=planned,
        label=planned.label,
        host_site=world.site,
        trainers=[trainer],
        meetings=[times],
        **act,
    )
    other = make_agent(team=world.leader.person.led_teams.get())
    remove_targets(revision=revision, people=world.people[:1], **act)
    add_targets(revision=revision, people=[other], reason=TargetReason.SEGMENT, note="Semua", **act)
    return "trainers, method, who is on target"


@pytest.mark.point("APR-3")
@pytest.mark.parametrize("change", [other_module, other_day, other_trainer_method_and_agent])
def test_a_team_agrees_only_to_what_it_was_shown(client, world, plan, change):
    """5.1.1 d: the page of the answer stood open while the PIC changed the draft; what was typed stays."""
    (consultation,) = asked(plan, "qc")
    sign_in(client, world.qc)
    world.qc.language = "en"
    world.qc.save()
    address = reverse("consultation_answer", args=[consultation.uuid])
    shown = client.get(address).context["shown"]
    what = change(plan, world)

    for mark in (shown, "", "forged"):
        refused = client.post(address, {"answer": "remarks", "remark": "Pagi saja.", "shown": mark})
        assert refused.status_code == 409 and "Pagi saja." in refused.content.decode()
    refused = client.post(address, {"answer": "agreed", "shown": shown}).content.decode()
    assert f"since you opened this page: {what}" in refused and f"Changed since you were asked: {what}" in refused
    consultation.refresh_from_db()
    assert consultation.answer == ""
    shown = client.get(address).context["shown"]
    assert client.post(address, {"answer": "agreed", "shown": shown}).status_code == 302


def test_the_page_of_the_answer_says_when_and_who(client, world, plan):
    """5.1.1 d: a team agrees to people leaving the floor; it reads how many, and their names."""
    (consultation,) = asked(plan, "operations")
    sign_in(client, world.operations)
    page = client.get(reverse("consultation_answer", args=[consultation.uuid]))
    ((_label, whens, names),) = page.context["batches"]
    assert names == sorted(person.name for person in world.people)
    assert all(words in page.content.decode() for words in (*whens, *names, f"{len(names)} orang"))


@pytest.mark.usefixtures("english")
def test_an_entered_answer_holds_for_what_the_team_was_asked(client, world, plan):
    """5.1.1 d: the letter says yes to the plan that was sent with the question, not to what it became since."""
    (consultation,) = asked(plan, "qc")
    was = str(world.module_version.module.code)
    other_module(plan, world)

    enter_answer(consultation=consultation, **entry(plan))

    consultation.refresh_from_db()
    assert consultation.answered_about["module"].startswith(was)
    world.pic.language = "en"
    world.pic.save()
    sign_in(client, world.pic)
    page = client.get(reverse("plan_detail", args=[plan.uuid]))
    (row,) = page.context["consultations"]
    assert row.changed == "Changed since: module version" and "qc" in page.context["ask_form"].initial["parties"]


# --- Entered by the PIC with the document ------------------------------------------------------------------


def test_the_pic_enters_an_answer_with_its_document_and_both_are_named(client, world, plan):
    """The document is kept by its SHA-256 and handed out as an attachment; the journal has no name in its data."""
    (consultation,) = asked(plan, "qc")
    sign_in(client, world.pic)
    now = timezone.now().astimezone(plan.site.zone)
    given = {"answered_for": "Rina, QC", "answered_on": now.date().isoformat(), "answer": "remarks", "remark": "Pagi."}

    bare = client.post(reverse("consultation_enter", args=[consultation.uuid]), given)
    assert bare.status_code == 422
    done = client.post(reverse("consultation_enter", args=[consultation.uuid]), {**given, "file": document()})

    assert done.status_code == 302
    consultation.refresh_from_db()
    assert (consultation.answer, consultation.answered_for, consultation.answered_by) == (
        "remarks",
        "Rina, QC",
        world.pic,
    )
    entered = Entry.objects.get(verb="consultation.entered")
    assert "Rina" not in entered.text and consultation.file.sha256 in entered.text
    page = client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
    assert "Rina, QC" in page and world.pic.name in page
    answer = client.get(reverse("consultation_document", args=[consultation.uuid]))
    assert answer["Content-Disposition"].startswith("attachment") and answer.content == b"%PDF-1.4 balasan"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answered_for": " "}, "answered_for"),
        ({"file": None}, "file"),
        ({"answer": "ya"}, "answer"),
        ({"answer": "remarks"}, "remark"),
        ({"answered_on": (timezone.now() - timedelta(days=3)).date()}, "answered_on"),
        ({"answered_on": (timezone.now() + timedelta(days=3)).date()}, "answered_on"),
    ],
)
def test_what_cannot_be_entered_names_its_field(plan, changes, field):
    (consultation,) = asked(plan, "qc")
    with pytest.raises(Refused) as refused:
        enter_answer(consultation=consultation, **entry(plan, **changes))
    assert refused.value.field == field
    consultation.refresh_from_db()
    assert consultation.answer == "" and consultation.file is None


def test_only_the_pic_enters_and_only_once(world, plan):
    (consultation,) = asked(plan, "qc")
    with pytest.raises(NotAllowed):
        enter_answer(consultation=consultation, **entry(plan, actor=world.qc))
    enter_answer(consultation=consultation, **entry(plan))
    with pytest.raises(WrongState):
        enter_answer(consultation=consultation, **entry(plan))
    with pytest.raises(WrongState):
        answer_consultation(consultation=consultation, answer="agreed", actor=world.qc, now=timezone.now())


def test_the_database_refuses_an_entered_answer_without_document(plan):
    (consultation,) = asked(plan, "qc")
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=consultation.pk).update(answered_for="Rina")


def test_who_may_open_the_page_of_entering(client, world, plan):
    (consultation,) = asked(plan, "qc")
    for name in ("consultation_enter", "consultation_document"):
        address = reverse(name, args=[consultation.uuid])
        client.logout()
        assert client.get(address).status_code == 302
        sign_in(client, make_user("agent"))
        assert client.get(address).status_code == 403
        sign_in(client, make_user("trainer", site=make_world(people=0).site))
        assert client.get(address).status_code == 404
        sign_in(client, world.pic)
        assert client.delete(address).status_code == 405
    sign_in(client, make_user("trainer", site=world.site, line=world.line))
    assert client.get(reverse("consultation_enter", args=[consultation.uuid])).status_code == 403
    assert client.post(reverse("plan_sheet", args=[plan.uuid])).status_code == 403


# --- Silence -----------------------------------------------------------------------------------------------


def test_nobody_is_asked_about_a_cancelled_plan_and_nobody_answers(client, world, plan):
    question, *_others = asked(plan)
    cancel_plan(plan=plan, reason="Tidak jadi.", actor=world.pic, now=timezone.now())
    with pytest.raises(WrongState, match=plan.number):
        asked(plan, "qc")
    with pytest.raises(WrongState, match=plan.number):
        answer_consultation(consultation=question, answer="agreed", actor=world.qc, now=timezone.now())
    with pytest.raises(WrongState, match=plan.number):
        enter_answer(consultation=question, **entry(plan))
    sign_in(client, world.qc)
    page = client.get(reverse("consultation_answer", args=[question.uuid]))
    assert plan.number in page.context["closed"] and b'name="answer"' not in page.content
    sign_in(client, world.pic)
    assert client.get(reverse("consultation_enter", args=[question.uuid])).status_code == 302
    assert (
        reverse("consultation_enter", args=[question.uuid])
        not in client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
    )


def test_silence_is_shown_is_no_agreement_and_blocks_nothing(client, world):
    """5.1.1 d: the manager sees who did not answer by when, and may decide all the same."""
    now = timezone.now()
    plan = submitted_plan(world=world, now=now - timedelta(days=5), starts_at=now + timedelta(days=4))
    (consultation,) = asked(plan, "operations", now=now - timedelta(days=4), due_in=1)
    revision = plan.revisions.get()
    sign_in(client, world.manager)

    page = client.get(reverse("plan_approval", args=[revision.uuid]), headers={"accept-language": "en"})

    (shown,) = page.context["consultations"]
    assert shown.silent and shown.answer == ""
    approve_revision(
        revision=revision,
        content_hash=revision.content_hash,
        signature=signature(world.manager, revision.content_hash, now=now),
        actor=world.manager,
        now=now,
    )
    consultation.refresh_from_db()
    assert consultation.answer == ""


def test_the_team_is_reminded_once_from_the_day_before_in_working_hours(world, plan):
    """DLN-3: nobody is reminded at night; who has answered is left alone."""
    day = timedelta(days=1)
    first, second = asked(plan, "qc", "operations", now=TEN)
    answer_consultation(consultation=second, answer="agreed", actor=world.operations, now=TEN)

    assert remind_teams(now=TEN) == 0  # two days before
    assert remind_teams(now=TEN + day + timedelta(hours=12)) == 0  # 22.00
    assert remind_teams(now=TEN + day) == 1
    assert remind_teams(now=TEN + day + timedelta(minutes=10)) == 0
    assert remind_teams(now=TEN + 3 * day) == 0  # the date has passed

    (notice,) = Notice.objects.filter(kind="consultation_reminder")
    assert (notice.recipient, notice.subject) == (world.qc, first.uuid)


# --- On paper ----------------------------------------------------------------------------------------------


def test_the_sheet_says_who_was_asked_who_answered_and_who_did_not(client, world, plan):
    """*Lembar Koordinasi*, ordered with one click once nobody may answer any more."""
    now = timezone.now()
    qc, _support, operations = asked(plan, "qc", "operations", "operation_support", now=now - timedelta(days=4))
    answer_consultation(consultation=qc, answer="remarks", remark="Tambah contoh kasus.", actor=world.qc, now=now)
    enter_answer(consultation=operations, **entry(plan, answered_for="Dewi Lestari"))
    sign_in(client, world.pic)

    assert client.post(reverse("plan_sheet", args=[plan.uuid])).status_code == 302

    request = EvidenceRequest.objects.get(kind="coordination")
    page = render_html(
        kind=get_kind("coordination"),
        number="LK-2026-00001",
        verify_code="9q3m-7tkd",
        payload_text=request.payload.text,
        payload_sha256=request.payload.sha256,
    )
    for words in ["Lembar Koordinasi", plan.number, world.qc.name, "Tambah contoh kasus.", "Dewi Lestari", "SHA-256"]:
        assert words in page, words
    assert "Tanpa jawaban sampai" in page
    assert "Ditandatangani elektronik" not in page and page.count("Dijawab dalam sistem") == 1
    hands = [each["name"] for each in json.loads(request.payload.text)["data"]["signatures"]]
    assert hands == [world.qc.name], "what the PIC entered has its document, and nobody's hand"
    operations.refresh_from_db()
    assert operations.file.sha256 in page


def test_the_sheet_waits_for_those_who_may_still_answer(world, plan):
    with pytest.raises(WrongState):
        make_sheet(plan=plan, actor=world.pic, now=timezone.now())
    asked(plan, "qc")
    with pytest.raises(WrongState):
        make_sheet(plan=plan, actor=world.pic, now=timezone.now())
    with pytest.raises(NotAllowed):
        make_sheet(plan=plan, actor=world.qc, now=timezone.now())


def test_an_approval_orders_the_sheet_of_what_the_manager_saw(world, plan):
    asked(plan, "qc")
    now = timezone.now()
    revision = submit_revision(revision=plan.revisions.get(), actor=world.pic, now=now)
    approve_revision(
        revision=revision,
        content_hash=revision.content_hash,
        signature=signature(world.manager, revision.content_hash, now=now),
        actor=world.manager,
        now=now,
    )
    assert EvidenceRequest.objects.get(kind="coordination").subject == revision.uuid


def test_a_plan_about_which_nobody_was_asked_is_named_as_missing(world, plan):
    today = timezone.now().date()
    far = today + timedelta(days=30)
    assert list(expected_coordination(today, far, world.manager)) == [(plan.number,)]
    asked(plan, "qc")
    assert not expected_coordination(today, far, world.manager)


@pytest.mark.usefixtures("english")
def test_an_answer_names_the_revision_it_answered_and_is_asked_anew_when_its_matter_changed(client, world):
    """5.1.1 d: agreed to another module version, other dates or another number of people is not agreed to these."""
    plan = submitted_plan(world=world)
    (qc,) = asked(plan, "qc")
    answer_consultation(consultation=qc, answer="agreed", actor=world.qc, now=timezone.now())
    first = plan.revisions.get()
    return_revision(revision=first, comment="Ganti modul.", actor=world.manager, now=timezone.now())
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    for user in (world.pic, world.manager):
        user.language = "en"
        user.save()
    sign_in(client, world.pic)
    page = client.get(reverse("plan_detail", args=[plan.uuid]))
    assert "Answered for revision 1" in page.content.decode() and "Changed since" not in page.content.decode()
    assert "qc" not in page.context["ask_form"].initial["parties"]

    version = make_module(world.line, author=world.pic, decided_by=world.manager)
    world.trainer.modules.add(version.module)
    save_part(revision=draft, part="module", values={"module_version": version}, actor=world.pic, now=timezone.now())
    page = client.get(reverse("plan_detail", args=[plan.uuid]))
    assert "Changed since: module version. The team has not seen this" in page.content.decode()
    assert "qc" in page.context["ask_form"].initial["parties"]

    submit_revision(revision=draft, actor=world.pic, now=timezone.now())
    sign_in(client, world.manager)
    page = client.get(reverse("plan_approval", args=[draft.uuid])).content.decode()
    assert "Answered for revision 1" in page and "Changed since: module version" in page
    assert reverse("plan_consult", args=[plan.uuid]) in page

    make_sheet(plan=plan, actor=world.pic, now=timezone.now())
    payload = EvidenceRequest.objects.get(kind="coordination").payload.text
    assert "Dijawab untuk revisi 1" in payload and "Berubah sejak itu: versi modul" in payload
    assert "Setuju, untuk revisi 1" in payload

    asked(plan, "qc")
    page = client.get(reverse("plan_approval", args=[draft.uuid])).content.decode()
    assert "The team has not seen this" not in page, "it is asked already"
