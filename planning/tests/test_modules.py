"""Modules in depth: topics as a tree, files as materials, needs answered, the standard list, the sheet (2.1, 7.1.6)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from planning.enums import ModuleState
from planning.forms.modules import AnswersForm, TopicForm
from planning.imports.modules import next_number
from planning.models import ModuleMaterial, ModuleVersion, NeedSource, ProductChange, QualityParameter, Topic
from planning.queries.modules import standard_modules, uses_of
from planning.services import modules, topics
from planning.services.modules import ModuleText
from planning.services.standard import record_standard_modules
from planning.tests import plan_templates
from planning.tests.factories import PDF, approved_plan, draft_module, make_world
from trainingops.audit.models import AccessEvent, Entry
from trainingops.domain import NotAllowed, Refused
from trainingops.people.enums import Role
from trainingops.people.tests.factories import ServiceLineFactory, client_of, make_user
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import get_kind
from trainingops.records.rendering import render_html
from trainingops.ui.moments import day_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def world():
    return make_world(people=1)


@pytest.fixture
def draft(world):
    return draft_module(world, now=NOW)


# --- Topics ------------------------------------------------------------------------------------------------


def tree_of_three(actor):
    top = topics.add_topic(code="produk", name="Produk", kind="hard", parent=None, actor=actor, now=NOW)
    middle = topics.add_topic(code="gadai-1", name="Gadai", kind="hard", parent=top, actor=actor, now=NOW)
    leaf = topics.add_topic(code="kca", name="KCA", kind="hard", parent=middle, actor=actor, now=NOW)
    return top, middle, leaf


@pytest.mark.clause("2.1")
def test_a_topic_moves_with_everything_below_it_but_never_below_itself(world):
    top, middle, leaf = tree_of_three(world.manager)
    with pytest.raises(Refused, match="KCA lies below Gadai"):
        topics.edit_topic(topic=middle, name="Gadai", parent=leaf, actor=world.manager, now=NOW)
    moved = topics.edit_topic(topic=middle, name="Gadai emas", parent=None, actor=world.manager, now=NOW)
    assert moved.parent is None and Topic.objects.get(pk=leaf.pk).parent_id == middle.pk
    offered = dict(TopicForm(topic=middle).fields["parent"].choices)
    assert top.pk in offered and middle.pk not in offered and leaf.pk not in offered


def test_a_topic_stands_below_its_own_kind_under_a_code_of_its_own(world):
    top, *_rest = tree_of_three(world.manager)
    with pytest.raises(Refused, match="other kind"):
        topics.add_topic(code="empati", name="Empati", kind="soft", parent=top, actor=world.manager, now=NOW)
    with pytest.raises(Refused, match="taken"):
        topics.add_topic(code="KCA", name="x", kind="hard", parent=None, actor=world.manager, now=NOW)
    with pytest.raises(NotAllowed):
        topics.add_topic(code="x", name="x", kind="hard", parent=None, actor=world.qc, now=NOW)


# --- The module itself -------------------------------------------------------------------------------------


def text(module, **changed):
    said = {"title": module.title, "kind": module.kind, "lines": list(module.lines.all()), "topics": []}
    return ModuleText(**{**said, **changed})


@pytest.mark.clause("2.1")
def test_before_an_approval_its_writer_changes_the_module_afterwards_only_a_manager_of_its_lines(world, draft):
    modules.edit_module(module=draft.module, content=text(draft.module, title="Empati 2"), actor=world.pic, now=NOW)
    ModuleVersion.objects.filter(pk=draft.pk).update(state=ModuleState.APPROVED, decided_by=world.manager)
    with pytest.raises(NotAllowed):
        modules.edit_module(module=draft.module, content=text(draft.module, title="x"), actor=world.pic, now=NOW)
    changed = modules.edit_module(
        module=draft.module, content=text(draft.module, title="Empati 3"), actor=world.manager, now=NOW
    )
    assert changed.title == "Empati 3"
    assert [each.verb for each in Entry.objects.filter(subject=changed.uuid)].count("module.edited") == 2


def test_a_module_is_not_moved_to_a_line_that_is_not_ones_own_and_keeps_a_line(world, draft):
    with pytest.raises(NotAllowed):
        modules.edit_module(
            module=draft.module, content=text(draft.module, lines=[ServiceLineFactory()]), actor=world.pic, now=NOW
        )
    with pytest.raises(Refused, match="at least one"):
        modules.edit_module(module=draft.module, content=text(draft.module, lines=[]), actor=world.pic, now=NOW)


@pytest.mark.clause("5.1.1")
def test_a_module_names_the_needs_that_it_answers_and_keeps_those_that_the_writer_cannot_see(world, draft):
    elsewhere = NeedSource.objects.create(
        kind="client",
        dated_on=date(2026, 11, 1),
        asked_by="Klien",
        request="x",
        created_by=world.manager,
        line=ServiceLineFactory(),
    )
    mine = NeedSource.objects.create(
        kind="manager", dated_on=date(2026, 11, 1), asked_by="Manajer", request="Empati", created_by=world.manager
    )
    change = ProductChange.objects.create(
        kind="product",
        number="SE-1",
        title="Tarif",
        issuer="Divisi",
        issued_on=date(2026, 11, 1),
        effective_on=date(2026, 12, 1),
        created_by=world.manager,
        created_at=NOW,
    )
    change.lines.add(world.line)
    parameter = QualityParameter.objects.create(code="C9", name="Empati", error_class="cace")
    draft.module.needs.add(elsewhere)
    modules.set_answers(
        module=draft.module, needs=[mine], changes=[change], parameters=[parameter], actor=world.pic, now=NOW
    )
    assert set(draft.module.needs.all()) == {mine, elsewhere}
    assert list(draft.module.product_changes.all()) == [change] and list(draft.module.parameters.all()) == [parameter]
    form = AnswersForm(module=draft.module, user=world.pic)
    assert elsewhere not in form.fields["needs"].queryset and mine in form.fields["needs"].queryset
    page = client_of(world.pic).get(reverse("module_detail", args=[draft.module.uuid])).content.decode()
    assert "SE-1 Tarif" in page and "C9 Empati" in page
    with pytest.raises(NotAllowed):
        modules.set_answers(module=draft.module, needs=[], changes=[], parameters=[], actor=world.qc, now=NOW)


# --- Materials ---------------------------------------------------------------------------------------------


@pytest.mark.clause("2.1")
def test_a_file_is_kept_by_its_content_and_handed_out_as_an_attachment(world, draft):
    client = client_of(world.pic)
    sent = {"title": "Slide", "url": "", "text": "", "file": SimpleUploadedFile("slide.pdf", PDF)}
    answer = client.post(reverse("material_new", args=[draft.uuid]), sent)
    assert answer.status_code == 302
    material = draft.materials.get()
    assert material.file.media_type == "application/pdf" and material.file_name == "slide.pdf"
    response = client.get(reverse("material_file", args=[material.uuid]))
    assert response.content == PDF and response["Content-Disposition"] == 'attachment; filename="slide.pdf"'
    assert AccessEvent.objects.filter(subject=material.uuid).exists()


def test_what_is_no_document_is_refused_by_its_content(world, draft):
    sent = {"title": "Slide", "file": SimpleUploadedFile("slide.pdf", b"MZ\x90 a program")}
    answer = client_of(world.pic).post(reverse("material_new", args=[draft.uuid]), sent)
    assert answer.status_code == 422 and not ModuleMaterial.objects.exists()
    with pytest.raises(Refused, match="attach a file"):
        modules.add_material(version=draft, title="x", url="", text=" ", actor=world.pic, now=NOW)


def test_who_only_reads_the_catalogue_gets_no_material_of_a_draft(world, draft):
    file = SimpleUploadedFile("slide.pdf", PDF)
    material = modules.add_material(version=draft, title="Slide", url="", text="", file=file, actor=world.pic, now=NOW)
    reader = client_of(world.qc)
    for name in ("material_detail", "material_file"):
        assert reader.get(reverse(name, args=[material.uuid])).status_code == 404
    assert "Slide" not in reader.get(reverse("module_detail", args=[draft.module.uuid])).content.decode()
    ModuleVersion.objects.filter(pk=draft.pk).update(state=ModuleState.APPROVED, decided_by=world.manager)
    assert reader.get(reverse("material_file", args=[material.uuid])).status_code == 200


def test_a_material_without_file_has_nothing_to_hand_out(world, draft):
    material = modules.add_material(
        version=draft, title="Video", url="https://contoh.id/v", text="", actor=world.pic, now=NOW
    )
    assert client_of(world.pic).get(reverse("material_file", args=[material.uuid])).status_code == 404


def test_the_next_version_begins_with_the_files_of_the_approved_one(world, draft):
    file = SimpleUploadedFile("slide.pdf", PDF)
    modules.add_material(version=draft, title="Slide", url="", text="", file=file, actor=world.pic, now=NOW)
    modules.submit_version(version=draft, actor=world.pic, now=NOW)
    modules.approve_version(version=draft, note="", actor=world.manager, now=NOW)
    second = modules.add_version(
        module=draft.module,
        number="1.1",
        objectives="x",
        duration_minutes=60,
        change_note="Contoh baru.",
        actor=world.pic,
        now=NOW,
    )
    assert second.materials.get().file == draft.materials.get().file


# --- The standard list -------------------------------------------------------------------------------------


@pytest.mark.clause("2.1")
def test_the_standard_list_counts_topics_that_need_a_module_and_takes_the_rest_as_headings(world):
    _top, _middle, leaf = tree_of_three(world.manager)
    world.module_version.module.topics.add(leaf)
    (group,) = [each for each in standard_modules(world.line) if each.label == "Hard skill"]
    named = {row.topic.name: row for row in group.rows}
    assert named["Produk"].is_heading and named["Gadai"].is_heading and not named["KCA"].is_heading
    assert named["KCA"].versions == [world.module_version] and group.covered == 1
    assert named["KCA"].branch.full_name == "Produk › Gadai › KCA"


@pytest.mark.clause("2.1")
def test_the_standard_list_is_recorded_as_it_is_with_what_is_missing(world):
    _top, _middle, leaf = tree_of_three(world.manager)
    world.module_version.module.topics.add(leaf)
    topics.add_topic(code="kosong", name="Tanpa modul", kind="hard", parent=None, actor=world.manager, now=NOW)
    answer = client_of(world.manager).post(reverse("module_standard_record", args=[world.line.uuid]))
    assert answer.status_code == 302
    request = EvidenceRequest.objects.get(kind="module_list", subject=world.line.uuid)
    html = render_html(
        kind=get_kind("module_list"),
        number="DMS-2026-00001",
        verify_code="x" * 20,
        payload_text=request.payload.text,
        payload_sha256=request.payload.sha256,
    )
    with translation.override("id"):
        approved_on = day_words(timezone.localdate(world.module_version.decided_at), "dated")
    for expected in (world.line.name, world.module_version.module.code, "Tanpa modul", "1 dari 3 topik", approved_on):
        assert expected in html
    assert "Belum ada modul yang disetujui" in html and "style=" not in html
    page = client_of(world.manager).get(reverse("module_standard"), {"line": world.line.code})
    assert page.context["evidence"] == request


def test_a_stranger_to_the_line_does_not_record_its_list(world):
    stranger = make_user(Role.MANAGER, line=ServiceLineFactory())
    with pytest.raises(NotAllowed):
        record_standard_modules(line=world.line, actor=stranger, now=NOW)


# --- Use before it is taken out ----------------------------------------------------------------------------


@pytest.mark.clause("2.1")
def test_what_uses_a_version_is_shown_before_it_is_taken_out_of_use():
    world = make_world(people=1)
    plan = approved_plan(world=world)
    version = plan.approved_revision.module_version
    manager = plan.approved_revision.decision.decided_by
    template = plan_templates.make(world)
    uses = {str(use.label): use for use in uses_of(version, user=manager)}
    assert uses["Approved plans, which keep it"].named[0][0] == str(plan)
    assert uses["Drafts and plans that wait for approval"].count == 0
    assert uses["Plan templates"].named[0][0] == template.name
    assert uses["Trainers who may teach it"].count == 1
    client = client_of(manager)
    page = client.get(reverse("module_version_retire", args=[version.uuid])).content.decode()
    assert plan.number in page and template.name in page
    module_page = client.get(reverse("module_detail", args=[version.module.uuid])).content.decode()
    assert reverse("plan_template_detail", args=[template.uuid]) in module_page
    assert ModuleVersion.objects.get(pk=version.pk).state == ModuleState.APPROVED
    assert client.post(reverse("module_version_retire", args=[version.uuid])).status_code == 302
    assert ModuleVersion.objects.get(pk=version.pk).state == ModuleState.RETIRED
    again = client.get(reverse("module_version_retire", args=[version.uuid]))
    assert again.status_code == 302


# --- Numbers ---------------------------------------------------------------------------------------------


def test_the_next_number_counts_on_from_the_highest():
    assert next_number(["1.0", "1.9", "x"]) == "1.10"
    assert next_number([]) == "1.0"


# --- Decisions ---------------------------------------------------------------------------------------------


@pytest.mark.clause("2.1")
def test_the_page_of_a_decision_names_the_version_that_goes_out_of_use_and_what_uses_it(world):
    plan = approved_plan(world=world)
    version = modules.add_version(
        module=world.module_version.module,
        objectives="Menjelaskan tarif baru.",
        duration_minutes=60,
        number="9.0",
        change_note="Tarif baru",
        actor=world.pic,
        now=NOW,
    )
    modules.add_material(version=version, title="Tarif", url="https://contoh.id", text="", actor=world.pic, now=NOW)
    modules.submit_version(version=version, actor=version.author, now=NOW)
    page = client_of(world.manager).get(reverse("module_version_decide", args=[version.uuid]))
    assert page.context["former"] == world.module_version
    assert reverse("plan_detail", args=[plan.uuid]) in page.content.decode()


@pytest.mark.clause("2.1")
def test_a_returned_version_is_offered_for_editing_and_not_for_submission(world, draft):
    modules.add_material(version=draft, title="Materi", url="https://contoh.id", text="", actor=draft.author, now=NOW)
    modules.submit_version(version=draft, actor=draft.author, now=NOW)
    modules.return_version(version=draft, note="Tambah contoh", actor=world.manager, now=NOW)
    page, submit = (
        reverse("module_detail", args=[draft.module.uuid]),
        reverse("module_version_submit", args=[draft.uuid]),
    )
    client = client_of(draft.author)
    assert submit not in client.get(page).content.decode()
    modules.add_material(version=draft, title="Contoh", url="https://contoh.id", text="", actor=draft.author, now=NOW)
    assert submit in client.get(page).content.decode()
