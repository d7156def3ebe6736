"""What may be done with modules, questions, schemes, findings and places, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from planning.enums import DEFECT_TRANSITIONS, MODULE_TRANSITIONS, DefectState, ErrorClass, ModuleState
from planning.models import ModuleMaterial, ModuleVersion, QualityParameter, Topic
from planning.reference import ensure_reference
from planning.services import defects, modules, needs, papers, places, questions, schemes
from planning.services.questions import QuestionText
from planning.services.schemes import ParameterText
from planning.tests.factories import draft_module, make_world
from planning.tests.needs import make_defects
from trainingops.audit.models import Entry, EntryDetail
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Role
from trainingops.people.tests.factories import make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def world():
    return make_world(people=1)


# --- Modules (2.1) -----------------------------------------------------------------------------------------


@pytest.fixture
def version(world):
    """A draft with material by the PIC."""
    draft = draft_module(world, now=NOW)
    modules.add_material(version=draft, title="Slide", url="https://contoh.id/s", text="", actor=world.pic, now=NOW)
    return draft


@pytest.mark.clause("2.1")
def test_a_version_goes_from_draft_to_approved_and_retires_the_one_before(world, version):
    modules.submit_version(version=version, actor=world.pic, now=NOW)
    assert Notice.objects.filter(recipient=world.manager, kind="module_submitted").exists()
    first = modules.approve_version(version=version, note="", actor=world.manager, now=NOW)
    assert first.state == ModuleState.APPROVED and first.decided_by == world.manager
    second = modules.add_version(
        module=first.module,
        number="1.1",
        objectives="Lebih baik.",
        duration_minutes=60,
        change_note="Contoh baru.",
        actor=world.pic,
        now=NOW,
    )
    assert [material.title for material in second.materials.all()] == ["Slide"]
    modules.submit_version(version=second, actor=world.pic, now=NOW)
    modules.approve_version(version=second, note="", actor=world.manager, now=NOW)
    first.refresh_from_db()
    assert first.state == ModuleState.RETIRED
    assert [e.verb for e in Entry.objects.filter(subject=second.uuid)] == [
        "module_version.added",
        "module_version.submitted",
        "module_version.approved",
    ]


def test_a_returned_version_becomes_a_draft_by_editing(world, version):
    modules.submit_version(version=version, actor=world.pic, now=NOW)
    with pytest.raises(Refused, match="change"):
        modules.return_version(version=version, note=" ", actor=world.manager, now=NOW)
    modules.return_version(version=version, note="Tambah contoh.", actor=world.manager, now=NOW)
    edited = modules.edit_version(
        version=version, objectives="x", duration_minutes=60, change_note="", actor=world.pic, now=NOW
    )
    assert edited.state == ModuleState.DRAFT


@pytest.mark.parametrize("state", ModuleState.values)
@pytest.mark.parametrize(
    ("step", "to"),
    [
        ("submit_version", ModuleState.SUBMITTED),
        ("approve_version", ModuleState.APPROVED),
        ("return_version", ModuleState.RETURNED),
        ("retire_version", ModuleState.RETIRED),
    ],
)
def test_every_step_out_of_the_table_is_refused(world, version, state, step, to):
    ModuleVersion.objects.filter(pk=version.pk).update(state=state)
    more = {"note": "x"} if step in ("approve_version", "return_version") else {}
    actor = world.pic if step == "submit_version" else world.manager
    act = getattr(modules, step)
    if to in MODULE_TRANSITIONS.get(state, ()):
        assert act(version=version, actor=actor, now=NOW, **more).state == to
    else:
        with pytest.raises(WrongState):
            act(version=version, actor=actor, now=NOW, **more)


@pytest.mark.parametrize("state", [ModuleState.SUBMITTED, ModuleState.APPROVED, ModuleState.RETIRED])
def test_what_is_not_a_draft_never_changes(world, version, state):
    material = version.materials.get()
    ModuleVersion.objects.filter(pk=version.pk).update(state=state)
    for act in (
        lambda: modules.edit_version(
            version=version, objectives="x", duration_minutes=1, change_note="", actor=world.pic, now=NOW
        ),
        lambda: modules.add_material(version=version, title="x", url="", text="x", actor=world.pic, now=NOW),
        lambda: modules.remove_material(material=material, actor=world.pic, now=NOW),
    ):
        with pytest.raises(WrongState):
            act()
    assert ModuleMaterial.objects.filter(version=version).count() == 1


def test_who_changes_a_draft_is_its_author_and_never_approves_it(world, version):
    """Separation of duties (DESIGN.md §2): a manager who returned a version and wrote it anew needs another one."""
    modules.submit_version(version=version, actor=world.pic, now=NOW)
    modules.return_version(version=version, note="Tambah contoh.", actor=world.manager, now=NOW)
    text = {"objectives": "Ditulis ulang.", "duration_minutes": 60, "change_note": ""}
    changed = modules.edit_version(version=version, **text, actor=world.manager, now=NOW)
    assert (changed.author, changed.decided_by) == (world.manager, None)
    modules.submit_version(version=version, actor=world.manager, now=NOW)
    with pytest.raises(NotAllowed):
        modules.approve_version(version=version, note="", actor=world.manager, now=NOW)


def test_modules_are_written_for_ones_own_lines_only(world, version):
    stranger = make_user(Role.MANAGER, line=make_world(people=0).line)
    text = {"objectives": "x", "duration_minutes": 60, "change_note": "x"}
    with pytest.raises(NotAllowed):
        modules.edit_version(version=version, **text, actor=stranger, now=NOW)
    ModuleVersion.objects.filter(pk=version.pk).update(state=ModuleState.RETIRED)
    with pytest.raises(NotAllowed):
        modules.add_version(module=version.module, number="2.0", **text, actor=stranger, now=NOW)
    with pytest.raises(Refused) as refused:
        modules.add_module(
            code="SS-02",
            title="Sapa",
            kind="soft",
            lines=[world.line],
            topics=[],
            objectives="x",
            duration_minutes=60,
            actor=stranger,
            now=NOW,
        )
    assert refused.value.field == "lines"


def test_nobody_decides_on_their_own_module_nor_outside_their_lines(world, version):
    modules.submit_version(version=version, actor=world.pic, now=NOW)
    author = version.author
    for actor in (author, make_user(Role.MANAGER, line=make_world(people=0).line), world.qc):
        with pytest.raises(NotAllowed):
            modules.approve_version(version=version, note="", actor=actor, now=NOW)


def test_a_module_says_what_is_missing(world, version):
    empty = ModuleVersion.objects.create(module=world.module_version.module, number="9", author=world.pic)
    with pytest.raises(Refused, match="material"):
        modules.submit_version(version=empty, actor=world.pic, now=NOW)
    with pytest.raises(Refused, match="still open"):
        modules.add_version(
            module=version.module,
            number="2",
            objectives="x",
            duration_minutes=1,
            change_note="x",
            actor=world.pic,
            now=NOW,
        )
    with pytest.raises(Refused, match="link, write"):
        modules.add_material(version=version, title="x", url="", text=" ", actor=world.pic, now=NOW)
    same = {"title": "x", "kind": "soft", "topics": [], "objectives": "x", "duration_minutes": 1}
    with pytest.raises(Refused, match="taken"):
        modules.add_module(code="ss-01", lines=[world.line], actor=world.pic, now=NOW, **same)
    with pytest.raises(Refused, match="line"):
        modules.add_module(code="Z", lines=[], actor=world.pic, now=NOW, **same)
    with pytest.raises(NotAllowed):
        modules.add_module(code="Z", lines=[world.line], actor=world.qc, now=NOW, **same)


# --- Questions, papers, schemes ----------------------------------------------------------------------------


@pytest.fixture
def topic():
    return Topic.objects.create(code="kca", name="KCA", kind="hard")


GOOD = QuestionText("single", "Berapa lama tenor?", {"A": "120 hari", "B": "90 hari"}, ("A",))


def test_an_edited_question_is_a_new_version(world, topic):
    first = questions.add_question(code="KCA-1", topic=topic, content=GOOD, actor=world.qc, now=NOW)
    second = questions.edit_question(question=first.question, content=GOOD, actor=world.pic, now=NOW)
    assert (first.number, second.number) == (1, 2)
    paper = papers.add_paper(
        code="P", title="P", form="A", duration_minutes=10, questions=[(first, Decimal(1))], actor=world.pic, now=NOW
    )
    assert paper.questions.get() == first


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (QuestionText("single", "x", {"A": "1"}, ("A",)), "option_a"),
        (QuestionText("single", "x", {"A": "1", "B": "1 "}, ("A",)), "option_a"),
        (QuestionText("single", "x", {"A": "1", "B": "2"}, ()), "correct"),
        (QuestionText("single", "x", {"A": "1", "B": "2"}, ("A", "B")), "correct"),
        (QuestionText("multiple", "x", {"A": "1", "B": "2"}, ("A", "C")), "correct"),
        (QuestionText("short", "x", {}, ()), "accepted"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(world, topic, content, field):
    with pytest.raises(Refused) as refused:
        questions.add_question(code="X", topic=topic, content=content, actor=world.pic, now=NOW)
    assert refused.value.field == field


def test_papers_and_questions_refuse_what_is_taken_twice_or_missing(world, topic):
    version = questions.add_question(code="KCA-1", topic=topic, content=GOOD, actor=world.pic, now=NOW)
    add = {"title": "P", "form": "A", "duration_minutes": 10, "actor": world.pic, "now": NOW}
    for chosen in ([], [(version, Decimal(1))] * 2, [(version, Decimal(0))]):
        with pytest.raises(Refused):
            papers.add_paper(code="P", questions=chosen, **add)
    with pytest.raises(Refused, match="taken"):
        questions.add_question(code="kca-1", topic=topic, content=GOOD, actor=world.pic, now=NOW)
    with pytest.raises(NotAllowed):
        papers.add_paper(code="P", questions=[(version, Decimal(1))], **{**add, "actor": world.operations})


def parameter(name="Roleplay", weight=40, maximum=100, minimum=None):
    return ParameterText(name, Decimal(weight), Decimal(maximum), minimum, "trainer")


@pytest.mark.clause("5.1.2")
def test_a_scheme_keeps_its_parameters_in_order_and_can_be_retired(world):
    scheme = schemes.add_scheme(
        name="Baru",
        decimals=2,
        pass_mark=Decimal(80),
        remedial_cap=None,
        parameters=[parameter("B", 60), parameter("A", 40, minimum=Decimal(70))],
        actor=world.pic,
        now=NOW,
    )
    assert [each.name for each in scheme.parameters.all()] == ["B", "A"]
    schemes.retire_scheme(scheme=scheme, actor=world.manager, now=NOW)
    with pytest.raises(Refused):
        schemes.retire_scheme(scheme=scheme, actor=world.manager, now=NOW)
    with pytest.raises(NotAllowed):
        schemes.retire_scheme(scheme=scheme, actor=world.qc, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"parameters": []},
        {"parameters": [parameter(), parameter("roleplay")]},
        {"parameters": [parameter(weight=0)]},
        {"parameters": [parameter(minimum=Decimal(101))]},
        {"pass_mark": Decimal(101)},
        {"remedial_cap": Decimal(70)},
    ],
)
def test_a_scheme_that_cannot_work_is_refused(world, wrong):
    good = {"name": "X", "decimals": 2, "pass_mark": Decimal(80), "remedial_cap": None, "parameters": [parameter()]}
    with pytest.raises(Refused):
        schemes.add_scheme(**{**good, **wrong}, actor=world.pic, now=NOW)


# --- Needs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", DefectState.values)
@pytest.mark.parametrize(
    ("step", "to"),
    [("dispute_defect", "disputed"), ("uphold_defect", "valid"), ("annul_defect", "annulled")],
)
def test_findings_move_only_as_the_table_allows(world, state, step, to):
    defect = make_defects(world, state=state)[0]
    act = getattr(defects, step)
    if to in DEFECT_TRANSITIONS.get(state, ()):
        with pytest.raises(Refused, match="reason"):
            act(defect=defect, reason=" ", actor=world.qc, now=NOW)
        decided = act(defect=defect, reason="Rekaman lain.", actor=world.qc, now=NOW)
        assert (decided.state, decided.decided_by, decided.decision_note) == (to, world.qc, "Rekaman lain.")
        entry = Entry.objects.filter(subject=defect.uuid).latest("pk")
        assert "Rekaman" not in entry.text and "Rekaman" in EntryDetail.objects.get(entry=entry).text
    else:
        with pytest.raises(WrongState):
            act(defect=defect, reason="x", actor=world.qc, now=NOW)


def test_team_leaders_dispute_but_only_qc_annuls(world):
    defect = make_defects(world)[0]
    with pytest.raises(NotAllowed):
        defects.annul_defect(defect=defect, reason="x", actor=world.leader, now=NOW)
    assert defects.dispute_defect(defect=defect, reason="x", actor=world.leader, now=NOW).state == DefectState.DISPUTED


def add_defect(world, **fields):
    parameter, _ = QualityParameter.objects.get_or_create(
        code="K1", defaults={"name": "Verifikasi", "error_class": ErrorClass.COACE}
    )
    return defects.add_defect(
        **{
            "person": world.people[0],
            "occurred_on": date(2026, 11, 20),
            "contact_reference": "17600",
            "channel": "",
            "parameter": parameter,
            "root_cause": "",
            "root_cause_by": "",
            "note": "",
            "actor": world.qc,
            "now": NOW,
            **fields,
        }
    )


@pytest.mark.clause("5.1.1 c")
def test_a_finding_keeps_the_place_of_then_and_the_class_of_its_parameter(world):
    defect = add_defect(world)
    assert (defect.site, defect.line, defect.error_class) == (world.site, world.line, ErrorClass.COACE)
    with pytest.raises(Refused, match="already"):
        add_defect(world)
    with pytest.raises(Refused, match="ahead"):
        add_defect(world, occurred_on=date(2026, 11, 24))
    with pytest.raises(Refused, match="no place of work"):
        add_defect(world, occurred_on=date(2019, 1, 1))
    with pytest.raises(NotAllowed):
        add_defect(world, contact_reference="2", person=make_agent())


@pytest.mark.clause("5.1.1 d")
def test_a_source_of_a_need_is_a_record_within_scope(world):
    source = {"kind": "client", "asked_by": "Klien", "request": "x", "document": "", "now": NOW}
    need = needs.add_need_source(dated_on=date(2026, 11, 20), line=world.line, actor=world.pic, **source)
    assert type(need).objects.visible_to(world.qc).get() == need
    assert not type(need).objects.visible_to(make_user(Role.QC, line=make_world(people=0).line)).exists()
    assert not type(need).objects.visible_to(make_user(Role.AGENT)).exists()
    with pytest.raises(Refused, match="ahead"):
        needs.add_need_source(dated_on=date(2026, 12, 1), line=None, actor=world.pic, **source)
    with pytest.raises(NotAllowed):
        needs.add_need_source(dated_on=date(2026, 11, 1), line=world.line, actor=world.leader, **source)


# --- Places ------------------------------------------------------------------------------------------------


def test_rooms_applications_and_outside_trainers(world):
    keeper = {"actor": world.manager, "now": NOW}
    places.add_room(site=world.site, name="Merapi", capacity=20, **keeper)
    with pytest.raises(Refused, match="already"):
        places.add_room(site=world.site, name="merapi", capacity=20, **keeper)
    zoom = places.add_application(name="Zoom", needs_licence=True, seats=3, **keeper)
    assert [seat.number for seat in zoom.seats.all()] == [1, 2, 3]
    with pytest.raises(Refused, match="licences"):
        places.add_application(name="Teams", needs_licence=True, seats=0, **keeper)
    outside = {"unit": None, "modules": [], "valid_until": None, **keeper}
    assert places.add_trainer(name="Bu Rina", kind="client", **outside).user is None
    for kind, field in (("internal", "kind"), ("sso_training", "unit")):
        with pytest.raises(Refused) as refused:
            places.add_trainer(name="x", kind=kind, **outside)
        assert refused.value.field == field
    qualified = places.set_modules_of_trainer(
        trainer=world.trainer, modules=[world.module_version.module], valid_until=date(2027, 1, 1), **keeper
    )
    assert qualified.modules.count() == 1 and qualified.valid_until == date(2027, 1, 1)
    with pytest.raises(NotAllowed):
        places.add_room(site=world.site, name="x", capacity=1, actor=world.pic, now=NOW)


def test_reference_is_made_once_and_reads_in_both_languages():
    from planning.models import ClassType, RecoveryForm

    ensure_reference()
    ensure_reference()
    assert RecoveryForm.objects.filter(code="self_study", has_session=False).count() == 1
    assert ClassType.objects.filter(code="role_play").count() == 1
    with translation.override("en"):
        assert str(RecoveryForm.objects.get(code="make_up")) == "Make-up class"
