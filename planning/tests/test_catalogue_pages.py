"""Every page of needs, catalogue, traffic and appointments: opens, asks to sign in, forbids, and keeps its queries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.enums import DefectState, ErrorClass, ModuleState, SampleKind
from planning.models import (
    Defect,
    ModuleMaterial,
    ModuleVersion,
    NeedSource,
    Question,
    TrafficInterval,
)
from planning.tests.factories import make_module, make_paper, make_world
from planning.tests.needs import make_change, make_defects, make_samples, make_traffic
from trainingops.access import ACCESS
from trainingops.people.enums import Role
from trainingops.people.tests.factories import client_of, make_agent, make_user
from trainingops.tests.kept import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db):
    return make_scene()


@kept
def make_scene():
    """A world with one of everything; the manager holds every office, so that any page opens."""
    world = make_world()
    boss = make_user(Role.MANAGER, Role.QC, Role.ADMINISTRATOR)
    version = world.module_version
    draft = ModuleVersion.objects.create(module=version.module, number="2.0", objectives="x", author=boss)
    material = ModuleMaterial.objects.create(version=draft, title="Bahan", text="# Judul\n<script>x</script>")
    submitted = make_module(world.line, author=world.pic, decided_by=world.manager)
    ModuleVersion.objects.filter(pk=submitted.pk).update(state=ModuleState.SUBMITTED, decided_by=None, decided_at=None)
    make_samples(world)
    make_traffic(world)
    NeedSource.objects.create(
        kind="client", dated_on=date(2026, 11, 1), asked_by="Klien", request="Ulangi KCA", created_by=boss
    )
    change = make_change(world)
    defect = make_defects(world)[0]
    return SimpleNamespace(
        world=world,
        boss=boss,
        change=change,
        parameter=defect.parameter,
        module=version.module,
        whole=make_module(world.line, author=world.pic, decided_by=world.manager).module,
        version=draft,
        approved=version,
        submitted=submitted,
        material=material,
        topic=world.pre_paper.questions.first().question.topic,
        line=world.line,
        question=world.pre_paper.questions.first().question,
        paper=world.pre_paper,
        scheme=world.scheme,
        defect=defect,
        appointment=world.pic.appointments.get(),
        trainer=world.trainer,
        room=world.room,
        application=world.application,
    )


#: URL name → what its uuid names; the role that must not open it.
PAGES = {
    "need_overview": ("", Role.AGENT),
    "defect_list": ("", Role.AGENT),
    "defect_new": ("", Role.MANAGER),
    "defect_detail": ("defect", Role.AGENT),
    "defect_cause": ("defect", Role.MANAGER),
    "need_agents": ("", Role.AGENT),
    "parameter_list": ("", Role.AGENT),
    "parameter_new": ("", Role.MANAGER),
    "parameter_edit": ("parameter", Role.MANAGER),
    "sample_list": ("", Role.AGENT),
    "sample_new": ("", Role.MANAGER),
    "indicator_list": ("", Role.AGENT),
    "measure_new": ("", Role.TRAINER),
    "product_change_list": ("", Role.AGENT),
    "product_change_new": ("", Role.AUDITOR),
    "product_change_detail": ("change", Role.AGENT),
    "product_change_edit": ("change", Role.AUDITOR),
    "need_source_list": ("", Role.AGENT),
    "need_source_new": ("", Role.AUDITOR),
    "traffic": ("", Role.AGENT),
    "traffic_csv": ("", Role.AGENT),
    "module_list": ("", Role.AGENT),
    "module_standard": ("", Role.CLIENT),
    "module_new": ("", Role.QC),
    "module_edit": ("module", Role.QC),
    "module_answers": ("module", Role.AUDITOR),
    "module_version_retire": ("approved", Role.TRAINER),
    "topic_list": ("", Role.AGENT),
    "topic_new": ("", Role.QC),
    "topic_edit": ("topic", Role.QC),
    "module_detail": ("module", Role.AGENT),
    "module_version_new": ("whole", Role.QC),
    "module_version_edit": ("version", Role.QC),
    "module_version_decide": ("submitted", Role.TRAINER),
    "material_new": ("version", Role.QC),
    "material_detail": ("material", Role.AGENT),
    "question_list": ("", Role.OPERATIONS),
    "question_new": ("", Role.AUDITOR),
    "question_detail": ("question", Role.AGENT),
    "question_edit": ("question", Role.AGENT),
    "paper_list": ("", Role.AGENT),
    "paper_new": ("", Role.AGENT),
    "paper_detail": ("paper", Role.AGENT),
    "paper_pair": ("paper", Role.AGENT),
    "paper_preview": ("paper", Role.AGENT),
    "scheme_list": ("", Role.AGENT),
    "scheme_new": ("", Role.QC),
    "scheme_detail": ("scheme", Role.AGENT),
    "scheme_copy": ("scheme", Role.QC),
    "scheme_retire": ("scheme", Role.QC),
    "appointment_list": ("", Role.QC),
    "appointment_new": ("", Role.TRAINER),
    "appointment_detail": ("appointment", Role.QC),
    "appointment_revoke": ("appointment", Role.TRAINER),
    "place_list": ("", Role.QC),
    "room_new": ("", Role.TRAINER),
    "application_new": ("", Role.TRAINER),
    "room_edit": ("room", Role.TRAINER),
    "application_edit": ("application", Role.TRAINER),
    "trainer_new": ("", Role.TRAINER),
    "trainer_edit": ("trainer", Role.TRAINER),
}
POSTS = {
    "module_version_submit": ("version", Role.QC),
    "module_standard_record": ("line", Role.AUDITOR),
    "material_remove": ("material", Role.QC),
    "scheme_restore": ("scheme", Role.QC),
    "question_retire": ("question", Role.AUDITOR),
    "question_restore": ("question", Role.AUDITOR),
}


def address(name, scene, uuid=None):
    thing = {**PAGES, **POSTS}[name][0]
    place = {"place": 1} if name == "paper_preview" else {}
    return reverse(name, kwargs={"uuid": uuid or getattr(scene, thing).uuid, **place} if thing else None)


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_in_both_languages_within_twelve_queries(name, scene, django_assert_max_num_queries):
    for language in ("id", "en"):
        scene.boss.language = language
        scene.boss.save()
        client = client_of(scene.boss)
        with django_assert_max_num_queries(12):
            response = client.get(address(name, scene))
        assert response.status_code == 200, response.content[:500]
        if "html" in response["Content-Type"]:
            assert b"style=" not in response.content and b"<script>" not in response.content


def test_a_form_that_could_only_be_refused_leads_back_to_its_page_and_says_why(scene):
    Question.objects.filter(pk=scene.question.pk).update(retired_at=timezone.now())
    Defect.objects.filter(pk=scene.defect.pk).update(state=DefectState.ANNULLED)
    client = client_of(scene.boss)
    for name, args, page in [
        ("question_edit", [scene.question.uuid], reverse("question_detail", args=[scene.question.uuid])),
        ("defect_cause", [scene.defect.uuid], reverse("defect_detail", args=[scene.defect.uuid])),
        ("defect_decide", [scene.defect.uuid, "annul"], reverse("defect_detail", args=[scene.defect.uuid])),
        ("module_version_new", [scene.module.uuid], reverse("module_detail", args=[scene.module.uuid])),
        ("module_version_edit", [scene.approved.uuid], reverse("module_detail", args=[scene.module.uuid])),
        ("trainer_account", [scene.world.trainer.uuid], reverse("trainer_detail", args=[scene.world.trainer.uuid])),
    ]:
        answer = client.get(reverse(name, args=args), follow=True)
        assert [target for target, _status in answer.redirect_chain] == [page], name
        assert len(answer.context["messages"]) == 1, name


def test_wrong_role_is_forbidden():
    """That the gate keeps these rules, and asks who is nobody to sign in, ``test_access`` proves of every address."""
    for name, (_thing, role) in {**PAGES, **POSTS}.items():
        rule = ACCESS[name]
        assert rule.roles is not None and not rule.allows({role}, "POST" if name in POSTS else "GET"), name


@pytest.mark.parametrize("name", [n for n, (thing, _role) in {**PAGES, **POSTS}.items() if thing])
def test_unknown_thing_is_not_found(name, scene):
    client = client_of(scene.boss)
    method = client.post if name in POSTS else client.get
    assert method(address(name, scene, uuid=uuid4())).status_code == 404


@pytest.mark.parametrize(
    ("name", "role"),
    [("defect_detail", Role.QC), ("appointment_detail", Role.MANAGER), ("appointment_revoke", Role.MANAGER)],
)
def test_thing_of_another_scope_is_not_found(name, role, scene):
    stranger = make_user(role, site=make_world(people=0).site)
    assert client_of(stranger).get(address(name, scene)).status_code == 404


def _more_rows(scene):
    world = scene.world
    make_defects(world, 3)
    make_samples(world, 3)
    make_change(world)
    make_traffic(world, 28 if not TrafficInterval.objects.exists() else 0)
    for _ in range(3):
        make_module(world.line, author=world.pic, decided_by=world.manager)
        make_paper()
        make_agent(site=world.site, line=world.line)
        make_world(people=1)


@pytest.mark.parametrize(
    "name",
    [n for n, (thing, _role) in PAGES.items() if not thing and n != "traffic_csv"],
)
def test_number_of_queries_does_not_depend_on_rows(name, scene, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(scene.boss)
    client.get(address(name, scene))
    with CaptureQueriesContext(
        connection,
    ) as before:
        client.get(address(name, scene))
    _more_rows(scene)
    with django_assert_num_queries(len(before)):
        client.get(address(name, scene))


@pytest.mark.clause("2.3")
def test_overview_counts_defects_and_leads_to_list(scene):
    make_defects(scene.world, 2)
    make_defects(scene.world, 5, state=DefectState.ANNULLED)
    page = client_of(scene.boss).get(reverse("need_overview"), {"by": "root_cause"})
    assert [(row.cell.key, row.cell.count, row.share) for row in page.context["rows"]] == [("knowledge", 3, 1.0)]
    listed = client_of(scene.boss).get(page.context["rows"][0].list_url)
    assert len(listed.context["table"].rows) == 3


@pytest.mark.clause("2.3")
def test_only_random_samples_give_a_rate(scene):
    make_samples(scene.world, 1, SampleKind.RANDOM, [ErrorClass.CACE])
    make_samples(scene.world, 2, SampleKind.COMPLAINT, [ErrorClass.CACE])
    page = client_of(scene.boss).get(reverse("sample_list"))
    random, complaint = page.context["rates"]
    assert random["classes"][0] == ("CACE", 1, 0.5, 0.5) and random["counts"]
    assert complaint["classes"][0] == ("CACE", 2, 1.0, 0.0) and not complaint["counts"]


@pytest.mark.point("DLN-4")
def test_counts_of_filters_equal_the_lists_they_link_to(scene):
    make_defects(scene.world, 2, error_class=ErrorClass.BACE)
    make_defects(scene.world, 1, state=DefectState.DISPUTED, error_class=ErrorClass.BACE)
    client = client_of(scene.boss)
    for query in ({}, {"state": "valid"}, {"error_class": "bace"}, {"state": "disputed", "error_class": "bace"}):
        page = client.get(reverse("defect_list"), query)
        for key, _chosen, values in page.context["facets"]:
            for value, _label, count in values:
                listed = client.get(reverse("defect_list"), {**query, key: value})
                assert listed.context["table"].paginator.count == count


def test_list_of_defects_filters_by_what_stands_in_the_address(scene):
    defect = make_defects(scene.world, 1, root_cause="", occurred_on=date(2026, 1, 5))[0]
    client = client_of(scene.boss)
    query = {
        "since": "2026-01-01",
        "until": "2026-01-31",
        "root_cause": "none",
        "parameter": "C1",
        "team": defect.team.code,
    }
    page = client.get(reverse("defect_list"), query)
    assert [row.record.pk for row in page.context["table"].rows] == [defect.pk]
    book = client.get(reverse("defect_list"), {**query, "export": "xlsx"})
    assert book["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.point("CHT-3")
def test_traffic_names_the_lowest_interval_and_recommends_by_volume(scene):
    page = client_of(scene.boss).get(reverse("traffic"), {"duration": "30"})
    first = page.context["windows"][0][1]
    assert first.starts_at.hour == 8 and first.peak == 10 and page.context["basis"] == "volume"
    assert page.context["heat"].lowest in page.content.decode().replace("&#x27;", "'")


def test_traffic_with_staffing_is_ranked_by_service_level(scene):
    TrafficInterval.objects.update(aht_seconds=180, agents=6)
    page = client_of(scene.boss).get(reverse("traffic"), {"duration": "30", "leaving": "2"})
    first = page.context["windows"][0][1]
    assert page.context["basis"] == "service_level" and first.service_level < first.unaffected


def test_traffic_of_years_ago_is_read_up_to_its_last_day(scene):
    TrafficInterval.objects.all().delete()
    world = scene.world
    TrafficInterval.objects.create(
        site=world.site,
        line=world.line,
        source="X",
        starts_at=datetime(2003, 8, 15, 1, tzinfo=UTC),
        minutes=30,
        offered=5,
    )
    page = client_of(scene.boss).get(reverse("traffic"))
    assert page.context["chosen"].until == date(2003, 8, 16)
    assert page.context["profile"].last_day == date(2003, 8, 15)


@pytest.mark.clause("2.1")
def test_standard_modules_show_topics_with_and_without_an_approved_module(scene):
    topic = scene.question.topic
    client = client_of(scene.boss)
    query = {"line": scene.world.line.code}
    before = client.get(reverse("module_standard"), query).context["groups"][0]
    assert [(row.topic, row.versions) for row in before.rows] == [(topic, [])] and before.covered == 0
    scene.module.topics.add(topic)
    after = client.get(reverse("module_standard"), query).context["groups"][0]
    assert [(row.topic, row.versions) for row in after.rows] == [(topic, [scene.approved])] and after.covered == 1


def test_material_is_rendered_without_anything_that_runs(scene):
    page = client_of(scene.boss).get(address("material_detail", scene)).content.decode()
    assert "<h2>Judul</h2>" in page and "<script>x" not in page
