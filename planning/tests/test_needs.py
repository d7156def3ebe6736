"""Needs as their users work with them: rates, sheets that go out and come back, figures (2.3, 5.1.1 c)."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from planning.enums import DefectState, ErrorClass, RootCause, SampleKind
from planning.imports.defects import DEFECTS
from planning.imports.indicators import INDICATORS
from planning.imports.samples import SAMPLES
from planning.models import (
    Defect,
    MonitoringSample,
    QualityParameter,
    SampleCount,
    ServiceIndicator,
)
from planning.queries.needs import defect_counts, sample_rates
from planning.services.defects import annul_defect, set_root_cause
from planning.services.samples import add_sample
from planning.tests.factories import draft_plan, make_world
from planning.tests.needs import make_change, make_defects
from trainingops.domain import NotAllowed, Refused
from trainingops.imports.registry import RowStatus
from trainingops.imports.testing import run_import
from trainingops.people.enums import Role
from trainingops.people.tests.factories import client_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def parameters():
    return {
        code: QualityParameter.objects.create(code=code, name=f"Parameter {code}", error_class=each)
        for code, each in (("C1", ErrorClass.CACE), ("C2", ErrorClass.CACE), ("B1", ErrorClass.BACE))
    }


def sheet(world, *rows) -> bytes:
    """A monitoring sheet; each row: contact, answers of C1, C2, B1."""
    day = timezone.localdate() - timedelta(days=2)
    lines = ["Tanggal Kontak;ID Kontak;No. Karyawan;Jenis Sampel;C1;C2;B1;Skor"]
    for contact, *answers in rows:
        lines.append(f"{day.isoformat()};{contact};{world.people[0].employee_no};Random;{';'.join(answers)};90")
    return "\n".join(lines).encode()


def bring(importer, content, user, **options):
    return run_import(importer, content, user=user, now=timezone.now(), apply=True, **options)


def random_rate():
    (rate,) = sample_rates(MonitoringSample.objects.filter(kind=SampleKind.RANDOM))
    return rate


def rows_of(response) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()


# --- 2.3: rates --------------------------------------------------------------------------------------------
@pytest.mark.clause("2.3")
class TestAnAnnulledFindingLeavesRatesAndNeeds:
    def bring_sheet(self, world):
        content = sheet(world, ("k1", "N", "N", "Y"), ("k2", "N", "Y", "N"), ("k3", "Y", "Y", "Y"))
        return bring(SAMPLES, content, world.qc, options={"meaning": "y_correct"})

    def annul(self, world, contact, code):
        defect = Defect.objects.get(contact_reference=contact, parameter__code=code)
        return annul_defect(defect=defect, reason="Salah agent", actor=world.qc, now=timezone.now())

    def test_a_contact_stays_defective_while_another_finding_of_the_class_stands(self, world, parameters):
        self.bring_sheet(world)
        assert random_rate().defective == {"cace": 2, "bace": 1}
        self.annul(world, "k1", "C1")
        assert random_rate().defective == {"cace": 2, "bace": 1}
        self.annul(world, "k1", "C2")
        assert (random_rate().inspected, random_rate().defective) == (3, {"cace": 1, "bace": 1})
        assert {cell.key: cell.count for cell in defect_counts(Defect.objects.all(), "parameter")} == {"C1": 1, "B1": 1}

    @pytest.mark.point("IMP-4")
    def test_importing_the_sheet_again_brings_it_back_nowhere(self, world, parameters):
        self.bring_sheet(world)
        self.annul(world, "k2", "C1")
        again = self.bring_sheet(world)
        assert again.counts["changed"] == again.counts["new"] == 0
        corrected = sheet(world, ("k2", "N", "N", "N"))
        bring(SAMPLES, corrected, world.qc, options={"meaning": "y_correct"})
        assert Defect.objects.get(contact_reference="k2", parameter__code="C1").state == DefectState.ANNULLED
        assert SampleCount.objects.filter(sample__contact_reference="k2").count() == 2

    def test_the_list_of_findings_annuls_it_too(self, world, parameters):
        self.bring_sheet(world)
        found = Defect.objects.get(contact_reference="k2", parameter__code="B1")
        line = f"{found.occurred_on.isoformat()};k2;{found.person.employee_no};B1;BACE;Dianulir"
        head = "Tgl Kontak;ID Kontak;No. Karyawan;Parameter;Kelas Error;Status"
        bring(DEFECTS, f"{head}\n{line}".encode(), world.qc)
        assert "bace" not in random_rate().defective


@pytest.mark.clause("2.3")
def test_several_contacts_are_recorded_by_hand_or_in_one_row_of_the_sheet(world, parameters):
    """More defective than inspected contacts are refused; random samples only give the rate."""
    given = {
        "person": world.people[0],
        "contacted_on": timezone.localdate() - timedelta(days=3),
        "kind": SampleKind.RANDOM,
        "actor": world.qc,
        "now": timezone.now(),
    }
    with pytest.raises(Refused) as refused:
        add_sample(**given, inspected=4, defective={"cace": 5})
    assert refused.value.field == "defective_cace"
    add_sample(**given, inspected=8, defective={"cace": 2})
    with pytest.raises(Refused):
        add_sample(**given, inspected=8, defective={})
    row = f"{date(2026, 10, 5)};;{world.people[1].employee_no};Targeted;20;3;1"
    content = f"Tanggal Kontak;ID Kontak;No. Karyawan;Jenis Sampel;Kontak Diperiksa;CACE;BACE\n{row}".encode()
    run = bring(SAMPLES, content, world.qc)
    assert run.counts["new"] == 1, [each.problems for each in run.checked]
    assert bring(SAMPLES, content, world.qc).counts["same"] == 1
    rates = {rate.kind: rate for rate in sample_rates(MonitoringSample.objects.all())}
    assert rates["random"].inspected == 8 and rates["random"].defective == {"cace": 2}
    assert rates["targeted"].inspected == 20 and rates["targeted"].defective == {"cace": 3, "bace": 1}


@pytest.mark.clause("5.1.1 c")
def test_the_root_cause_can_be_set_later_and_says_by_whom(world):
    defect = make_defects(world, root_cause="")[0]
    client = client_of(world.qc)
    answer = client.post(reverse("defect_cause", args=[defect.uuid]), {"root_cause": "skill", "set_by": "Nadia"})
    defect.refresh_from_db()
    assert (answer.status_code, defect.root_cause, defect.root_cause_by) == (302, RootCause.SKILL, "Nadia")
    given = {"defect": defect, "root_cause": "skill", "set_by": "x", "now": timezone.now()}
    with pytest.raises(NotAllowed):
        set_root_cause(**given, actor=world.pic)
    annul_defect(defect=defect, reason="x", actor=world.qc, now=timezone.now())
    with pytest.raises(Refused):
        set_root_cause(**given, actor=world.qc)


# --- EXP-1: what goes out comes back -----------------------------------------------------------------------
@pytest.mark.point("EXP-1")
@pytest.mark.point("IMP-6")
class TestWhatIsDownloadedCanBeImportedAgain:
    def test_defects(self, world, parameters):
        make_defects(world, 2, note="=1+1 rumus")
        make_defects(world, 1, state=DefectState.ANNULLED, error_class=ErrorClass.CACE)
        Defect.objects.update(contact_reference="000123")
        for number, defect in enumerate(Defect.objects.all()):
            reference = f"000123{number}/{defect.person.employee_no}/C1"
            Defect.objects.filter(pk=defect.pk).update(contact_reference=f"000123{number}", source_reference=reference)
        response = client_of(world.qc).get(reverse("defect_list"), {"export": "xlsx", "state": "valid"})
        rows = rows_of(response)
        assert rows[0] == [str(column.label) for column in DEFECTS.columns] and len(rows) == 3
        assert rows[1][6] == "'=1+1 rumus" and rows[1][1].startswith("000123")
        again = bring(DEFECTS, response.content, world.qc)
        assert [each.status for each in again.checked] == [RowStatus.SAME, RowStatus.SAME]

    def test_samples(self, world, parameters):
        content = sheet(world, ("k1", "N", "N/A", "Y"), ("k2", "Y", "Y", "Y"))
        bring(SAMPLES, content, world.qc, options={"meaning": "y_correct"})
        add_sample(
            person=world.people[1],
            contacted_on=timezone.localdate() - timedelta(days=1),
            kind=SampleKind.COMPLAINT,
            inspected=5,
            defective={"bace": 2},
            actor=world.qc,
            now=timezone.now(),
        )
        response = client_of(world.qc).get(reverse("sample_list"), {"export": "xlsx"})
        assert len(rows_of(response)) == 4
        again = bring(SAMPLES, response.content, world.qc, options={"meaning": "y_correct"})
        assert [each.status for each in again.checked] == [RowStatus.SAME] * 3, [each.changes for each in again.checked]

    def test_figures(self, world):
        bring(INDICATORS, figures_file(world), world.qc)
        response = client_of(world.qc).get(reverse("indicator_list"), {"export": "xlsx", "since": ""})
        again = bring(INDICATORS, response.content, world.qc)
        assert [each.status for each in again.checked] == [RowStatus.SAME] * 2

    @pytest.mark.parametrize("name", ["need_source_list", "product_change_list", "parameter_list"])
    def test_lists_without_an_import_have_a_file_too(self, world, name):
        make_change(world)
        rows = rows_of(client_of(world.qc).get(reverse(name), {"export": "xlsx"}))
        assert len(rows) == (1 if name == "parameter_list" else 2)

    def test_agents_and_targets(self, world):
        make_defects(world, 2)
        rows = rows_of(client_of(world.pic).get(reverse("need_agents"), {"parameter": "C1", "export": "xlsx"}))
        assert rows[1][:3] == [world.people[0].employee_no, world.people[0].name, 2]
        plan = draft_plan(world=world)
        rows = rows_of(client_of(world.pic).get(reverse("plan_targets", args=[plan.uuid]), {"export": "xlsx"}))
        assert {row[0] for row in rows[1:]} == {person.employee_no for person in world.people}


# --- 2.3: figures of the service ---------------------------------------------------------------------------
def figures_file(world, value="87,5") -> bytes:
    lines = [
        "Ukuran;Periode Mulai;Periode Selesai;Layanan;No. Karyawan;Nilai;Responden",
        f"csat;01/10/2026;31/10/2026;{world.line.name};;{value};412",
        f"CSAT;01/10/2026;31/10/2026;{world.line.name};{world.people[0].employee_no};91.25;17",
    ]
    return "\n".join(lines).encode()


@pytest.mark.clause("2.3")
def test_figures_come_by_sheet_per_line_and_per_agent_with_their_responses(world):
    bring(INDICATORS, figures_file(world), world.qc)
    whole = ServiceIndicator.objects.get(person=None)
    agent = ServiceIndicator.objects.get(person=world.people[0])
    assert (whole.value, whole.responses, whole.site) == (Decimal("87.5"), 412, None)
    assert (agent.value, agent.responses, agent.site) == (Decimal("91.25"), 17, world.site)
    changed = bring(INDICATORS, figures_file(world, value="88"), world.qc)
    assert [each.status for each in changed.checked] == [RowStatus.CHANGED, RowStatus.SAME]
    page = client_of(world.qc).get(reverse("indicator_list"), {"since": ""})
    assert [row.figure.value for row in page.context["latest"]] == [Decimal(88)]
    stranger = make_user(Role.QC, site=world.site, line=make_world(people=0).line)
    assert client_of(stranger).get(reverse("indicator_list"), {"since": ""}).context["latest"] == []


@pytest.mark.clause("2.3")
@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("nps;01/10/2026;31/10/2026;{line};;80;1", "measure_unknown"),
        ("csat;31/10/2026;01/10/2026;{line};;80;1", "ends_before_start"),
        ("csat;01/10/2026;31/10/2026;Bulan;;80;1", "line_unknown"),
        ("csat;01/10/2026;31/10/2026;{line};CC9;80;1", "person_unknown"),
        ("csat;01/10/2026;31/10/2026;{line};;delapan;1", "not_a_number"),
        ("csat;01/10/2026;31/10/2026;{other};;80;1", "out_of_scope"),
    ],
)
def test_a_bad_figure_is_refused_by_row_and_column(world, row, code):
    other = make_world(people=0)
    head = "Ukuran;Periode Mulai;Periode Selesai;Layanan;No. Karyawan;Nilai;Responden"
    content = f"{head}\n{row.format(line=world.line.name, other=other.line.name)}".encode()
    run = run_import(INDICATORS, content, user=world.qc, now=timezone.now())
    assert [each.code for each in run.checked[0].problems] == [code]


@pytest.mark.clause("2.3")
def test_the_list_of_measures_is_the_houses_own(world):
    answer = client_of(world.qc).post(
        reverse("measure_new"), {"code": "nps", "name": "NPS", "unit": "", "decimals": "1", "better": "higher"}
    )
    assert answer.status_code == 302
    content = figures_file(world).replace(b"csat", b"nps").replace(b"CSAT", b"nps")
    assert bring(INDICATORS, content, world.qc).counts["new"] == 2
