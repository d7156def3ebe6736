"""What people type into the forms of needs, catalogue and appointments, and what they read when it is wrong."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.enums import DefectState, ModuleState
from planning.forms.plans.parts import MethodForm
from planning.models import Appointment, Defect, NeedSource, QuestionVersion, ScoringScheme, TestPaper, TrainingModule
from planning.services import modules
from planning.services.places import add_application
from planning.tests.factories import approved_plan, draft_module, draft_plan, make_module, make_world
from planning.tests.needs import make_defects
from trainingops.people.enums import Role
from trainingops.people.tests.factories import ServiceLineFactory, client_of, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = make_world(people=1)
    for user in (world.manager, world.pic, world.qc):
        user.language = "en"
        user.save()
    return world


def post(user, name, data, **kwargs):
    return client_of(user).post(reverse(name, kwargs=kwargs or None), data)


def test_a_module_is_written_submitted_and_approved_by_another(world):
    response = post(
        world.pic,
        "module_new",
        {
            "code": "SS-9",
            "title": "Empati",
            "kind": "soft",
            "lines": [world.line.pk],
            "objectives": "x",
            "duration_minutes": "90",
        },
    )
    module = TrainingModule.objects.get(code="SS-9")
    version = module.versions.get()
    assert response["Location"] == reverse("module_detail", kwargs={"uuid": module.uuid})
    post(world.pic, "material_new", {"title": "Slide", "text": "Isi"}, uuid=version.uuid)
    post(world.pic, "module_version_submit", {}, uuid=version.uuid)
    decide = reverse("module_version_decide", args=[version.uuid])
    given = {"note": "", "shown": client_of(world.manager).get(decide).context["shown"]}
    returned = post(world.manager, "module_version_decide", {**given, "decision": "return"}, uuid=version.uuid)
    assert returned.status_code == 422 and b"Say what the author should change" in returned.content
    post(world.manager, "module_version_decide", {**given, "decision": "approve"}, uuid=version.uuid)
    version.refresh_from_db()
    assert version.state == ModuleState.APPROVED
    again = post(world.manager, "module_version_decide", {**given, "decision": "approve"}, uuid=version.uuid)
    assert again.status_code == 409
    assert post(world.pic, "module_version_submit", {}, uuid=version.uuid).status_code == 409


@pytest.mark.clause("2.1")
@pytest.mark.point("APR-3")
@pytest.mark.parametrize("decision", ["approve", "return"])
def test_a_manager_decides_only_on_the_text_that_was_shown(world, decision):
    """2.1: returned in another tab, rewritten and submitted again while the page of the decision stood open."""
    now = timezone.now()
    version = draft_module(world, now=now)
    by = {"version": version, "actor": world.pic, "now": now}
    modules.add_material(**by, title="Slide", url="", text="Isi")
    modules.submit_version(**by)
    decide = reverse("module_version_decide", args=[version.uuid])
    manager = client_of(world.manager)
    shown = manager.get(decide).context["shown"]
    modules.return_version(version=version, note="Tujuan.", actor=world.manager, now=now)
    modules.edit_version(**by, objectives="Tujuan lain.", duration_minutes=45, change_note="")
    modules.submit_version(**by)

    for mark in (shown, "", "forged"):
        refused = manager.post(decide, {"decision": decision, "note": "Sudah jelas.", "shown": mark})
        assert refused.status_code == 409 and b"Sudah jelas." in refused.content and b"Tujuan lain." in refused.content
    refused = manager.post(decide, {"decision": decision, "note": "Sudah jelas.", "shown": shown})
    assert b"since you opened this page: objectives, suggested duration." in refused.content
    version.refresh_from_db()
    assert version.state == ModuleState.SUBMITTED
    shown = refused.context["shown"]
    assert manager.post(decide, {"decision": decision, "note": "Sudah jelas.", "shown": shown}).status_code == 302


def test_a_whole_number_with_separator_is_named_and_nothing_is_written(world):
    response = post(world.pic, "module_new", {"code": "X", "duration_minutes": "1.000"})
    assert response.status_code == 422 and b"without separators" in response.content
    assert not TrainingModule.objects.filter(code="X").exists()


def test_a_question_with_its_options_and_a_paper(world):
    from planning.models import Topic

    topic = Topic.objects.get(code="gadai")
    question = {
        "code": "Q-1",
        "topic": topic.pk,
        "kind": "single",
        "text": "Tenor?",
        "option_a": "120",
        "option_b": "90",
    }
    wrong = post(world.pic, "question_new", question)
    assert b"Mark the right option" in wrong.content
    post(world.pic, "question_new", {**question, "correct": ["A"]})
    version = QuestionVersion.objects.get(question__code="Q-1")
    assert version.options == [{"key": "A", "text": "120"}, {"key": "B", "text": "90"}] and version.correct == ["A"]
    edited = {"kind": "short", "text": "Tenor berapa hari?", "accepted": "120\n120 hari"}
    post(world.pic, "question_edit", edited, uuid=version.question.uuid)
    latest = version.question.versions.get(number=2)
    assert latest.correct == ["120", "120 hari"] and latest.options == []
    paper = {
        "code": "P-1",
        "title": "Tes",
        "form": "B",
        "duration_minutes": "15",
        "points": "2,5",
        "multiple_rule": "whole",
    }
    post(world.pic, "paper_new", {**paper, "questions": [latest.pk]})
    place = TestPaper.objects.get(code="P-1").paper_questions.get()
    assert (place.question_version, place.points) == (latest, Decimal("2.5"))


def scheme_lines(*lines):
    data = {"parameters-TOTAL_FORMS": "8", "parameters-INITIAL_FORMS": "0"}
    for n, line in enumerate(lines):
        data |= {f"form-{n}-{key}": value for key, value in line.items()}
    return {key.replace("parameters-", "form-"): value for key, value in data.items()}


@pytest.mark.point("SCR-7")
def test_a_scheme_reads_commas_and_leaves_blank_lines_out(world):
    head = {"name": "Baru", "pass_mark": "82,5", "decimals": "2", "remedial_attempts": "1"}
    lines = scheme_lines({"name": "Roleplay", "weight": "40", "maximum_score": "100", "source": "trainer"})
    post(world.pic, "scheme_new", {**head, **lines})
    scheme = ScoringScheme.objects.get(name="Baru")
    assert scheme.pass_mark == Decimal("82.5") and scheme.parameters.get().weight == 40
    nothing = post(world.pic, "scheme_new", {**head, "name": "Lain", **scheme_lines()})
    assert b"at least one parameter" in nothing.content
    half = post(world.pic, "scheme_new", {**head, "name": "Lain", **scheme_lines({"name": "X"})})
    assert b"Give this parameter a weight" in half.content
    assert not ScoringScheme.objects.filter(name="Lain").exists()


@pytest.mark.clause("5.1.2")
def test_a_scheme_changes_as_a_copy_and_the_old_one_goes_out_of_use(world):
    page = client_of(world.pic).get(reverse("scheme_copy", kwargs={"uuid": world.scheme.uuid}))
    lines = [form.initial for form in page.context["formset"].initial_forms]
    assert [each["name"] for each in lines] == ["Post-test", "Roleplay"]
    typed = scheme_lines(*({**each, "minimum": "", "weight": each["weight"]} for each in lines))
    typed["form-INITIAL_FORMS"] = "2"
    head = {"name": "Salinan", "pass_mark": "75", "decimals": "2", "remedial_attempts": "2", "retire": "on"}
    assert post(world.pic, "scheme_copy", {**head, **typed}, uuid=world.scheme.uuid).status_code == 302
    copy = ScoringScheme.objects.get(name="Salinan")
    world.scheme.refresh_from_db()
    assert (copy.remedial_attempts, copy.parameters.count()) == (2, 2)
    assert not world.scheme.is_active and world.scheme.parameters.count() == 2 and world.scheme.pass_mark == 80


@pytest.mark.clause("5.1.2")
def test_the_example_is_computed_as_results_are_and_names_what_is_missing(world):
    world.scheme.parameters.filter(name="Roleplay").update(minimum=Decimal(70))
    address = reverse("scheme_detail", kwargs={"uuid": world.scheme.uuid})
    client = client_of(world.pic)
    page = client.get(address, {"score_1": "92,5", "score_2": "69"})
    assert page.context["said"]["below_minimum"] == ["Roleplay"] and not page.context["said"]["passed"]
    assert b"83.1" in page.content and b"lies below its minimum" in page.content
    part = client.get(address, {"score_1": "", "score_2": "69"}, headers={"HX-Request": "true"})
    assert b"<html" not in part.content and b"No score yet: Post-test" in part.content
    wrong = client.get(address, {"score_1": "101", "score_2": "x"})
    assert wrong.context["said"]["missing"] == ["Post-test", "Roleplay"] and len(wrong.context["form"].errors) == 2


@pytest.mark.clause("5.1.2")
def test_a_scheme_says_how_several_assessors_are_settled_and_shows_it_at_work(world):
    head = {"name": "Bersama", "pass_mark": "80", "decimals": "2", "remedial_attempts": "1"}
    play = {"name": "Roleplay", "weight": "60", "settling": "average 3"}
    lines = scheme_lines(play, {"name": "Empati", "weight": "40", "settling": "second"})
    assert post(world.pic, "scheme_new", {**head, **lines}).status_code == 302
    scheme = ScoringScheme.objects.get(name="Bersama")
    rules = [(each.name, each.settled_by, each.assessors) for each in scheme.parameters.all()]
    assert rules == [("Roleplay", "average", 3), ("Empati", "second", 1)]
    copy = client_of(world.pic).get(reverse("scheme_copy", kwargs={"uuid": scheme.uuid}))
    assert [form.initial["settling"] for form in copy.context["formset"].initial_forms] == ["average 3", "second"]

    test = scheme_lines({"name": "Post-test", "weight": "100", "source": "post_test", "settling": "second"})
    refused = post(world.pic, "scheme_new", {**head, "name": "Tes", **test})
    assert refused.status_code == 422 and b"Post-test is scored by a test" in refused.content

    address = reverse("scheme_detail", kwargs={"uuid": scheme.uuid})
    page = client_of(world.pic).get(address, {"score_1": "80", "score_1_2": "81", "score_2": "60", "score_2_2": "90"})
    said = page.context["said"]
    assert said["missing"] == ["Roleplay"], "two of three assessors are no average"
    full = {"score_1": "80", "score_1_2": "81", "score_1_3": "83", "score_2": "60"}
    said = client_of(world.pic).get(address, full).context["said"]
    assert said["final"] == "72.80", "244 ÷ 3 is not rounded on the way; the first score counts while nobody doubts it"
    said = client_of(world.pic).get(address, full | {"score_2_2": "90"}).context["said"]
    assert said["final"] == "84.80" and [each["counts"] for each in said["parameters"][1]["assessed"]["given"]] == [
        False,
        True,
    ]


@pytest.mark.point("IMP-7")
def test_a_finding_names_the_agent_by_number_within_scope(world):
    make_defects(world)
    parameter = Defect.objects.get().parameter
    day = (timezone.localdate() - timedelta(days=2)).isoformat()
    typed = {"occurred_on": day, "contact_reference": "55", "parameter": parameter.pk}
    stranger = make_world(people=1).people[0]
    wrong = post(world.qc, "defect_new", {**typed, "employee_no": stranger.employee_no})
    assert b"Nobody in your scope has the number" in wrong.content
    response = post(world.qc, "defect_new", {**typed, "employee_no": world.people[0].employee_no.lower()})
    defect = Defect.objects.get(contact_reference="55")
    assert response["Location"].endswith(f"{defect.uuid}/") and defect.root_cause == ""


def test_a_finding_is_disputed_annulled_and_stays_annulled(world):
    defect = make_defects(world)[0]
    blank = post(world.qc, "defect_decide", {}, uuid=defect.uuid, verb="dispute")
    assert blank.status_code == 422 and blank.context["form"].errors["reason"]
    post(world.qc, "defect_decide", {"reason": "x"}, uuid=defect.uuid, verb="dispute")
    post(world.qc, "defect_decide", {"reason": "x"}, uuid=defect.uuid, verb="annul")
    defect.refresh_from_db()
    assert defect.state == DefectState.ANNULLED
    late = post(world.qc, "defect_decide", {"reason": "x"}, uuid=defect.uuid, verb="uphold")
    assert late.status_code == 409 and b"Annulled" in late.content
    assert post(world.qc, "defect_decide", {"reason": "x"}, uuid=defect.uuid, verb="delete").status_code == 404
    assert post(world.manager, "defect_decide", {"reason": "x"}, uuid=defect.uuid, verb="annul").status_code == 403


def test_a_source_is_registered(world):
    typed = {
        "kind": "client",
        "dated_on": timezone.localdate().isoformat(),
        "asked_by": "Klien",
        "request": "Ulang KCA",
    }
    post(world.pic, "need_source_new", {**typed, "line": world.line.pk})
    assert NeedSource.objects.get().line == world.line
    outside = post(world.pic, "need_source_new", {**typed, "line": make_world(people=0).line.pk})
    assert outside.status_code == 422 and NeedSource.objects.count() == 1


@pytest.mark.clause("5.1.1 a")
def test_the_manager_appoints_with_a_fresh_log_in_and_revokes(world, client):
    trainer = make_user(Role.TRAINER, site=world.site, line=world.line)
    today = timezone.localdate()
    typed = {
        "user": trainer.pk,
        "site": world.site.pk,
        "line": world.line.pk,
        "duties": "Menyusun rencana",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=365)).isoformat(),
    }
    sign_in(client, world.manager, minutes_ago=20)
    stale = client.post(reverse("appointment_new"), typed)
    assert b"Menyusun rencana" in stale.content, "what was typed stays"
    assert reverse("account_reauthenticate").encode() in stale.content
    assert not trainer.appointments.exists()
    wrong = post(world.manager, "appointment_new", {**typed, "ends_on": (today - timedelta(days=1)).isoformat()})
    assert b"The last day lies before the first" in wrong.content
    post(world.manager, "appointment_new", typed)
    appointment = Appointment.objects.get(user=trainer)
    page = client_of(world.manager).get(reverse("appointment_detail", kwargs={"uuid": appointment.uuid}))
    assert b"Being made" in page.content
    assert client_of(trainer).get(reverse("appointment_detail", kwargs={"uuid": appointment.uuid})).status_code == 200
    post(world.manager, "appointment_revoke", {"reason": "Pindah"}, uuid=appointment.uuid)
    appointment.refresh_from_db()
    assert appointment.revocation_reason == "Pindah"


def test_places_are_kept(world):
    post(world.manager, "room_new", {"site": world.site.pk, "name": "Merapi", "capacity": "25"})
    wrong = post(world.manager, "room_new", {"site": world.site.pk, "name": "MERAPI", "capacity": "25"})
    assert b"already" in wrong.content and world.site.rooms.filter(name__iexact="merapi").count() == 1
    post(world.manager, "application_new", {"name": "Zoom", "needs_licence": "on", "seats": "2"})
    post(world.manager, "trainer_new", {"name": "Bu Rina", "kind": "client"})
    modules = {"modules": [world.module_version.module.pk], "valid_until": "2027-01-01"}
    post(world.manager, "trainer_edit", modules, uuid=world.trainer.uuid)
    page = client_of(world.manager).get(reverse("place_list")).content.decode()
    assert "Merapi" in page and "Zoom" in page and "Bu Rina" in page and world.module_version.module.code in page


@pytest.mark.clause("5.1.1 e")
def test_seats_and_licences_are_corrected_and_an_application_goes_out_of_use_and_comes_back(world):
    room = world.room
    application = add_application(name="Zoom", needs_licence=True, seats=20, actor=world.manager, now=timezone.now())

    def save(seats, **more):
        given = {"name": "Zoom", "seats": str(seats), **more}
        page = post(world.manager, "application_edit", given, uuid=application.uuid)
        application.refresh_from_db()
        return page.content.decode()

    post(world.manager, "room_edit", {"name": "Merapi", "capacity": "12"}, uuid=room.uuid)
    room.refresh_from_db()
    assert (room.name, room.capacity) == ("Merapi", 12)
    save(2)
    assert application.seats.count() == 2 and not application.is_active
    draft = draft_plan(world=world).revisions.get()
    assert application not in MethodForm(instance=draft, user=world.pic).fields["application"].queryset
    save(4, is_active="on")
    assert list(application.seats.values_list("number", flat=True)) == [1, 2, 3, 4] and application.is_active
    approved_plan(world=make_world(people=3), application=application)
    assert "licence 3" in save(1, is_active="on") and application.seats.count() == 4
    shown = [client_of(user).get(reverse("place_list")).content.decode() for user in (world.manager, world.pic)]
    assert [reverse("room_edit", args=[room.uuid]) in page for page in shown] == [True, False]


@pytest.mark.clause("5.1.1 a")
def test_the_letter_is_rendered_with_name_duties_and_signature(world):
    from planning.tests.test_appointments import appoint
    from trainingops.records.models import EvidenceRequest
    from trainingops.records.registry import get_kind
    from trainingops.records.rendering import render_html

    appointment = appoint(world)
    request = EvidenceRequest.objects.get(subject=appointment.uuid)
    html = render_html(
        kind=get_kind("appointment"),
        number="PEN-2026-00001",
        verify_code="x" * 20,
        payload_text=request.payload.text,
        payload_sha256=request.payload.sha256,
    )
    for expected in (appointment.user.name, "Menyusun rencana", "Menyampaikan laporan", world.manager.name):
        assert expected in html
    assert "Penunjukan PIC" in html and "style=" not in html


@pytest.mark.clause("2.1")
def test_who_may_not_change_a_module_is_refused_before_they_write_anything(world):
    """Another line's trainer and manager hold the role, and still may not."""
    module = make_module(world.line, author=world.pic, decided_by=world.manager).module
    by = {"actor": world.pic, "now": timezone.now()}
    draft = modules.add_version(module=module, number="9.0", objectives="x", change_note="y", duration_minutes=60, **by)
    elsewhere = ServiceLineFactory()
    trainer, manager = make_user("trainer", line=elsewhere), make_user("manager", line=elsewhere)
    for user, name, thing in (
        (trainer, "module_edit", module),
        (trainer, "module_answers", module),
        (trainer, "module_version_new", module),
        (trainer, "module_version_edit", draft),
        (trainer, "material_new", draft),
    ):
        assert client_of(user).get(reverse(name, kwargs={"uuid": thing.uuid})).status_code == 403, name
    modules.add_material(version=draft, title="Slide", url="", text="Isi", **by)
    modules.submit_version(version=draft, **by)
    decide = reverse("module_version_decide", kwargs={"uuid": draft.uuid})
    assert client_of(manager).get(decide).status_code == 403
    assert client_of(world.manager).get(decide).status_code == 200
    approved = module.versions.get(state=ModuleState.APPROVED)
    retire = reverse("module_version_retire", kwargs={"uuid": approved.uuid})
    assert (client_of(manager).get(retire).status_code, client_of(world.manager).get(retire).status_code) == (403, 200)
