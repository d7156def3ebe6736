"""Trainers: qualifications, permits with an end, requests to SSO Training, reminders, the written reason (5.1.1 a)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planning.completeness import Snapshot, check
from planning.enums import Qualification
from planning.models import Appointment, TrainerModule, TrainerProfile, TrainerQualification
from planning.qualifying import qualified_on
from planning.services import Incomplete, amend_plan, save_part, submit_revision, withdraw_revision
from planning.services import trainers as services
from planning.services.expiry import remind_expiries, step_of
from planning.services.places import link_account, set_modules_of_trainer
from planning.tasks import sweep_expiries
from planning.tests.factories import PDF, draft_plan, make_module, make_world
from trainingops.audit.models import AccessEvent, Entry
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import NotAllowed, Refused
from trainingops.notifications.models import Notice
from trainingops.people.enums import Role
from trainingops.people.tests.factories import SiteFactory, client_of, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.1 a"), pytest.mark.usefixtures("english")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def world():
    return make_world(people=1)


@pytest.fixture
def sso(world):
    return make_user(Role.SSO_TRAINING, line=world.line)


def pdf(name="surat.pdf"):
    return SimpleUploadedFile(name, PDF)


# --- Qualifications and permits ----------------------------------------------------------------------------


def qualify(world, **changed):
    said = {
        "title": "Training of Trainers",
        "issuer": "SSO Training",
        "valid_from": date(2025, 1, 1),
        "valid_until": date(2027, 1, 1),
        **changed,
    }
    return services.add_qualification(trainer=world.trainer, **said, actor=world.manager, now=NOW)


def test_a_qualification_says_what_from_whom_until_when_and_hands_out_its_document(world):
    qualification = qualify(world, file=pdf())
    client = client_of(world.pic)
    page = client.get(reverse("trainer_detail", args=[world.trainer.uuid])).content.decode()
    assert "Training of Trainers" in page and "surat.pdf" in page
    response = client.get(reverse("qualification_document", args=[qualification.uuid]))
    assert response.content == PDF and response["Content-Disposition"].startswith("attachment")
    assert AccessEvent.objects.filter(subject=qualification.uuid).exists()
    bare = qualify(world)
    assert client.get(reverse("qualification_document", args=[bare.uuid])).status_code == 404


def test_a_qualification_that_ends_before_it_begins_is_refused(world):
    with pytest.raises(Refused, match="before the first"):
        qualify(world, valid_until=date(2024, 1, 1))
    with pytest.raises(NotAllowed):
        services.add_qualification(
            trainer=world.trainer,
            title="x",
            issuer="x",
            valid_from=date(2025, 1, 1),
            valid_until=None,
            actor=world.pic,
            now=NOW,
        )


def test_each_module_has_an_end_of_its_own_which_choosing_modules_keeps(world):
    module = world.module_version.module
    other = make_module(world.line, author=world.pic, decided_by=world.manager).module
    until = date(2027, 3, 1)
    services.permit_module(trainer=world.trainer, module=module, valid_until=until, actor=world.manager, now=NOW)
    set_modules_of_trainer(
        trainer=world.trainer, modules=[module, other], valid_until=None, actor=world.manager, now=NOW
    )
    assert dict(TrainerModule.objects.values_list("trainingmodule", "valid_until")) == {
        module.pk: until,
        other.pk: None,
    }
    services.permit_module(trainer=world.trainer, module=module, valid_until=None, actor=world.manager, now=NOW)
    assert TrainerModule.objects.get(trainingmodule=module).valid_until is None


# --- A trainer without qualification in a plan -------------------------------------------------------------


def item(revision, now=None):
    revision.refresh_from_db()
    return next(each for each in check(Snapshot(revision, now or timezone.now())) if each.key == "trainer_reason")


def unpermit(world):
    world.trainer.modules.clear()


def end_profile(world):
    TrainerProfile.objects.filter(pk=world.trainer.pk).update(valid_until=date(2020, 1, 1))


def end_permit(world):
    TrainerModule.objects.filter(trainerprofile=world.trainer).update(valid_until=date(2020, 1, 1))


@pytest.mark.parametrize("make_unqualified", [unpermit, end_profile, end_permit])
def test_a_trainer_without_qualification_needs_a_written_reason_that_is_frozen_and_shown(make_unqualified):
    world = make_world()
    now = timezone.now()
    revision = draft_plan(world=world).revisions.get()
    assert item(revision).complete and item(revision).value == "all qualified"
    make_unqualified(world)
    assert world.trainer.name in item(revision).gap and "write why" in item(revision).gap
    with pytest.raises(Incomplete):
        submit_revision(revision=revision, actor=world.pic, now=now)
    client = client_of(world.pic)
    sent = {"trainer_reason": "Didampingi SSO Training."}
    assert client.post(reverse("plan_part", args=[revision.plan.uuid, "trainers"]), sent).status_code == 302
    assert item(revision).complete and item(revision).value == "Didampingi SSO Training."
    submit_revision(revision=revision, actor=world.pic, now=now)
    revision.refresh_from_db()
    assert json.loads(revision.content)["trainer_reason"] == "Didampingi SSO Training."
    page = client_of(world.manager).get(reverse("plan_approval", args=[revision.uuid])).content.decode()
    assert page.count("Didampingi SSO Training.") == 2  # what differs, and the note beside the nine


@pytest.mark.parametrize("kind", Qualification.values)
def test_whoever_sends_a_trainer_they_need_the_module_and_a_qualification_in_force_on_the_day(kind):
    """5.1.1 a: one rule for trainers of the house, of SSO Training, of the client and from outside."""
    world = make_world()
    revision = draft_plan(world=world).revisions.get()
    TrainerProfile.objects.filter(pk=world.trainer.pk).update(kind=kind)
    assert item(revision).complete
    unpermit(world)
    assert "may not teach" in item(revision).gap
    world.trainer.modules.add(world.module_version.module)
    end_profile(world)
    assert "not in force" in item(revision).gap


@pytest.mark.parametrize(
    ("ends", "complete"), [((-1,), False), ((0,), True), ((None,), True), ((-1, 30), True), ((-40, -1), False)]
)
def test_a_certificate_is_judged_on_the_day_of_the_meeting_and_the_profile_says_the_same_end(ends, complete):
    """5.1.1 a: one certificate in force is enough; the profile never promises more than they hold."""
    world = make_world()
    revision = draft_plan(world=world).revisions.get()
    day = revision.sessions.get().meetings.get().ends_at.astimezone(world.site.zone).date()
    TrainerProfile.objects.filter(pk=world.trainer.pk).update(valid_until=day + timedelta(days=400))
    for number, step in enumerate(ends):
        world.trainer.qualifications.create(
            title=f"ToT {number}", issuer="SSO Training", valid_from=day - timedelta(days=90),
            valid_until=None if step is None else day + timedelta(days=step),
            recorded_by=world.manager, recorded_at=timezone.now(),
        )  # fmt: skip
    assert item(revision).complete is complete
    world.trainer.refresh_from_db()
    last = 400 if None in ends else max(step for step in ends if step is not None)
    assert world.trainer.qualified_until == day + timedelta(days=last)
    named = qualified_on(TrainerProfile.objects.filter(pk=world.trainer.pk), world.module_version, day)
    assert named.exists() is complete  # who is proposed for a batch, by the same rule
    page = client_of(world.manager).get(reverse("trainer_detail", args=[world.trainer.uuid]))
    assert page.context["trainer"].qualified_until == day + timedelta(days=last)


def test_a_certificate_that_begins_after_the_meeting_is_not_said_to_end_before_it():
    world = make_world()
    revision = draft_plan(world=world).revisions.get()
    day = revision.sessions.get().meetings.get().ends_at.astimezone(world.site.zone).date()
    qualify(world, valid_from=day + timedelta(days=1), valid_until=None)
    assert item(revision).gap.startswith(f"The qualification of {world.trainer} is not in force on every day")


def test_an_amendment_keeps_the_reason():
    world, now = make_world(), timezone.now()
    revision = draft_plan(world=world).revisions.get()
    save_part(revision=revision, part="trainers", values={"trainer_reason": "x"}, actor=world.pic, now=now)
    submit_revision(revision=revision, actor=world.pic, now=now)
    withdraw_revision(revision=revision, actor=world.pic, now=now)
    assert amend_plan(plan=revision.plan, actor=world.pic, now=now).trainer_reason == "x"


def ask(world, **changed):
    said = {
        "site": world.site,
        "line": world.line,
        "module": world.module_version.module,
        "wanted_on": date(2026, 12, 7),
        "asked": "Satu trainer, 2 jam.\nNarahubung: PIC.",
        **changed,
    }
    return services.request_trainer(**said, actor=world.pic, now=NOW)


# --- Reminders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "step"), [(31, None), (30, "30"), (8, "30"), (7, "7"), (0, "7"), (-1, "over"), (-30, "over"), (-31, None)]
)
def test_of_several_reminders_passed_meanwhile_only_the_last_is_due(days, step):
    today = date(2026, 11, 23)
    assert step_of(today + timedelta(days=days), today) == step


def notices(kind):
    return Notice.objects.filter(kind=kind)


def test_pic_and_manager_are_reminded_once_a_lead_however_often_the_sweep_runs(world):
    with guards_lifted("planning_appointment"):
        Appointment.objects.update(ends_on=NOW.date() + timedelta(days=20))
    assert remind_expiries(now=NOW) == 1
    assert {each.recipient for each in notices("appointment_ends")} == {world.pic, world.manager}
    assert remind_expiries(now=NOW) == 0 and remind_expiries(now=NOW + timedelta(hours=1)) == 0
    assert notices("appointment_ends").count() == 2
    assert remind_expiries(now=NOW + timedelta(days=15)) == 1
    assert notices("appointment_ends").count() == 4


def test_a_late_sweep_tells_the_last_step_only(world):
    with guards_lifted("planning_appointment"):
        Appointment.objects.update(ends_on=NOW.date() - timedelta(days=3))
    remind_expiries(now=NOW)
    assert {each.step.rpartition(":")[2] for each in notices("appointment_ends")} == {"over"}


def test_an_appointment_that_another_one_follows_or_that_was_revoked_is_not_told_of(world):
    first = world.pic.appointments.get()
    with guards_lifted("planning_appointment"):
        Appointment.objects.update(ends_on=NOW.date() + timedelta(days=20))
    second = Appointment.objects.get(pk=first.pk)
    second.pk, second.uuid, second.number = None, uuid4(), "PIC-T-2"
    from planning.tests.factories import signature

    second.signature = signature(world.manager, "0" * 64, now=NOW)
    second.starts_on, second.ends_on = NOW.date() + timedelta(days=21), NOW.date() + timedelta(days=400)
    second.save()
    assert remind_expiries(now=NOW) == 0
    with guards_lifted("planning_appointment"):
        second.delete()
    Appointment.objects.update(revoked_at=NOW, revoked_by=world.manager, revocation_reason="x")
    assert remind_expiries(now=NOW) == 0


def test_a_manager_of_another_place_hears_nothing(world):
    stranger = make_user(Role.MANAGER, site=SiteFactory())
    with guards_lifted("planning_appointment"):
        Appointment.objects.update(ends_on=NOW.date() + timedelta(days=5))
    remind_expiries(now=NOW)
    assert not notices("appointment_ends").filter(recipient=stranger).exists()


def test_profile_permit_and_certificate_are_told_of_each_by_itself(world):
    soon = NOW.date() + timedelta(days=10)
    TrainerProfile.objects.update(valid_until=soon)
    TrainerModule.objects.update(valid_until=soon)
    qualify(world, valid_until=soon)
    assert remind_expiries(now=NOW) == 3
    whats = {each.params["what"] for each in notices("qualification_ends").filter(recipient=world.pic)}
    assert whats == {world.trainer.name, world.module_version.module.code, "Training of Trainers"}
    assert remind_expiries(now=NOW) == 0


def test_the_clock_sweeps(world):
    with guards_lifted("planning_appointment"):
        Appointment.objects.update(ends_on=timezone.now().date() + timedelta(days=5))
    sweep_expiries()
    assert notices("appointment_ends").exists()


# --- Pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("trainer_detail", Role.QC),
        ("trainer_permit", Role.TRAINER),
        ("qualification_new", Role.TRAINER),
        ("trainer_request_list", Role.QC),
        ("trainer_request_new", Role.SSO_TRAINING),
        ("trainer_request_detail", Role.OPERATIONS),
        ("trainer_request_answer", Role.AUDITOR),
    ],
)
def test_pages_open_within_twelve_queries_for_the_right_role_only(
    name, wrong, world, sso, django_assert_max_num_queries
):
    asked = ask(world)
    qualify(world, file=pdf())
    thing = {"trainer_request_detail": asked, "trainer_request_answer": asked}.get(name, world.trainer)
    alone = name in ("trainer_request_list", "trainer_request_new")
    address = reverse(name, args=[] if alone else [thing.uuid])
    boss = client_of(make_user(Role.MANAGER, Role.ADMINISTRATOR))
    with django_assert_max_num_queries(12):
        assert boss.get(address).status_code == 200
    assert boss.delete(address).status_code == 405
    assert Client().get(address).status_code == 302
    assert client_of(make_user(wrong)).get(address).status_code == 403
    if not alone:
        assert boss.get(reverse(name, args=[uuid4()])).status_code == 404


def test_lists_cost_the_same_with_one_row_and_with_three(world, sso, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask(world)
    qualify(world)
    boss = client_of(make_user(Role.MANAGER))
    addresses = [reverse("trainer_request_list"), reverse("trainer_detail", args=[world.trainer.uuid])]
    for address in addresses:
        boss.get(address)
    counts = []
    for address in addresses:
        with CaptureQueriesContext(connection) as before:
            boss.get(address)
        counts.append(len(before))
    for _ in range(2):
        ask(world)
        qualify(world)
        world.trainer.modules.add(make_module(world.line, author=world.pic, decided_by=world.manager).module)
    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            boss.get(address)
    assert TrainerQualification.objects.count() == 3
    book = boss.get(reverse("trainer_request_list"), {"export": "xlsx"})
    assert book["Content-Type"].endswith("spreadsheetml.sheet")


# --- Accounts ----------------------------------------------------------------------------------------------


def test_an_outside_trainer_is_linked_to_the_account_that_they_have(world, sso):
    guest = TrainerProfile.objects.create(name="Bu Rina", kind=Qualification.SSO_TRAINING)
    page = reverse("trainer_account", args=[guest.uuid])
    manager = client_of(world.manager)
    assert page in manager.get(reverse("trainer_detail", args=[guest.uuid])).content.decode()
    offered = manager.get(page).context["form"].fields["user"].queryset
    assert sso in offered and world.pic not in offered, "the PIC is a trainer already"

    assert manager.post(page, {"user": sso.pk}).status_code == 302
    guest.refresh_from_db()
    assert guest.user == sso
    assert json.loads(Entry.objects.get(verb="trainer.account_linked").text)["data"] == {"user": str(sso.uuid)}
    other = TrainerProfile.objects.create(name="Pak Budi", kind=Qualification.SSO_TRAINING)
    with pytest.raises(Refused, match="belongs to the trainer Bu Rina"):
        link_account(trainer=other, user=sso, actor=world.manager, now=NOW)
    with pytest.raises(Refused, match="appointment"):
        link_account(trainer=world.trainer, user=sso, actor=world.manager, now=NOW)
    sso.is_active = False
    with pytest.raises(Refused, match="closed"):
        link_account(trainer=other, user=sso, actor=world.manager, now=NOW)
    assert manager.post(page, {"user": ""}).status_code == 302
    guest.refresh_from_db()
    assert guest.user is None


def test_who_links_an_account(world):
    guest = TrainerProfile.objects.create(name="Bu Rina", kind=Qualification.CLIENT)
    page = reverse("trainer_account", args=[guest.uuid])
    assert Client().get(page).status_code == 302
    assert client_of(world.pic).get(page).status_code == 403
    assert client_of(world.manager).delete(page).status_code == 405
    assert client_of(world.manager).get(reverse("trainer_account", args=[uuid4()])).status_code == 404
    with pytest.raises(NotAllowed):
        link_account(trainer=guest, user=world.qc, actor=world.pic, now=NOW)


def test_sso_training_imports_modules_and_questions(sso):
    """Who writes modules and questions also brings them as a file (5.1.1 d)."""
    client = client_of(sso)
    for name in ("modules", "questions"):
        assert client.get(reverse("import_template", args=[name])).status_code == 200
        assert client.get(reverse("import_new", args=[name])).status_code == 200
