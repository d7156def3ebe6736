"""A monitoring sample has a page, is corrected and annulled with a reason, and is about an agent (2.3)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.enums import DefectState, ErrorClass, SampleKind, SampleState
from planning.imports.samples import SAMPLES
from planning.models import Defect, MonitoringSample, QualityParameter
from planning.queries.needs import sample_rates
from planning.services.sample_corrections import annul_sample, correct_sample
from planning.services.samples import add_sample
from planning.tests.factories import draft_plan, make_world
from trainingops.audit.models import Entry
from trainingops.domain import Refused, WrongState
from trainingops.imports.testing import run_import
from trainingops.people.enums import Role
from trainingops.people.tests.factories import SiteFactory, client_of, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("2.3")]


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def sample(world):
    return add_sample(
        person=world.people[0],
        contacted_on=timezone.localdate() - timedelta(days=3),
        kind=SampleKind.RANDOM,
        inspected=8,
        defective={"cace": 2},
        actor=world.qc,
        now=timezone.now(),
    )


def figures(sample, **changed):
    return {
        "contacted_on": sample.contacted_on,
        "kind": sample.kind,
        "inspected": 10,
        "defective": {"cace": 1},
        "reason": "Salah hitung",
        **changed,
    }


def test_a_correction_changes_the_rates_and_the_journal_keeps_what_stood_there(world, sample):
    correct_sample(sample=sample, **figures(sample), actor=world.qc, now=timezone.now())
    (rate,) = sample_rates(MonitoringSample.objects.counting())
    assert (rate.inspected, rate.defective) == (10, {"cace": 1})
    told = json.loads(Entry.objects.get(verb="sample.corrected").text)["data"]
    assert (told["from"]["inspected"], told["to"]["inspected"]) == (8, 10)
    assert (told["from"]["defective"], told["to"]["defective"]) == ({"cace": 2}, {"cace": 1})


@pytest.mark.parametrize(
    ("changed", "field"), [({"defective": {"cace": 11}}, "defective_cace"), ({"reason": " "}, "reason")]
)
def test_a_correction_that_cannot_be_is_refused_at_its_field(world, sample, changed, field):
    with pytest.raises(Refused) as refused:
        correct_sample(sample=sample, **figures(sample, **changed), actor=world.qc, now=timezone.now())
    assert refused.value.field == field


def test_an_annulled_sample_leaves_the_rates_and_the_right_one_can_be_added(world, sample):
    annul_sample(sample=sample, reason="Agent lain", actor=world.qc, now=timezone.now())
    assert sample_rates(MonitoringSample.objects.counting()) == []
    given = {"person": sample.person, "contacted_on": sample.contacted_on, "kind": sample.kind}
    add_sample(**given, inspected=4, defective={}, actor=world.qc, now=timezone.now())
    for act, more in ((annul_sample, {"reason": "Lagi"}), (correct_sample, figures(sample))):
        with pytest.raises(WrongState):
            act(sample=sample, **more, actor=world.qc, now=timezone.now())


def test_a_second_one_of_the_day_is_refused_with_the_way_to_the_first(world, sample):
    given = {"person": sample.person, "contacted_on": sample.contacted_on, "kind": sample.kind}
    with pytest.raises(Refused) as refused:
        add_sample(**given, inspected=4, defective={}, actor=world.qc, now=timezone.now())
    assert refused.value.field == "contacted_on" and "daftar sampel" in str(refused.value)


def test_an_evaluated_contact_falls_with_its_findings_and_an_import_does_not_revive_it(world):
    QualityParameter.objects.create(code="C1", name="Parameter C1", error_class=ErrorClass.CACE)
    day = timezone.localdate() - timedelta(days=2)
    sheet = f"Tanggal Kontak;ID Kontak;No. Karyawan;Jenis Sampel;C1\n{day};k1;{world.people[0].employee_no};Random;N"
    told = {"user": world.qc, "now": timezone.now(), "options": {"meaning": "y_correct"}, "apply": True}
    run_import(SAMPLES, sheet.encode(), **told)
    sample = MonitoringSample.objects.get()
    with pytest.raises(Refused):
        correct_sample(sample=sample, **figures(sample), actor=world.qc, now=timezone.now())
    annul_sample(sample=sample, reason="Rekaman lain", actor=world.qc, now=timezone.now())
    assert Defect.objects.get().state == DefectState.ANNULLED
    again = run_import(SAMPLES, sheet.encode(), **told)
    assert again.counts["new"] == again.counts["changed"] == 0
    assert MonitoringSample.objects.get().state == SampleState.ANNULLED


class TestPages:
    @pytest.mark.parametrize("name", ["sample_detail", "sample_correct", "sample_annul"])
    def test_quality_control_of_the_place_alone_gets_the_forms(self, client, world, sample, name):
        address = reverse(name, args=[sample.uuid])
        assert client.get(address).status_code == 302
        assert client_of(world.qc).get(address).status_code == 200
        elsewhere = make_user(Role.QC, site=SiteFactory())
        assert client_of(elsewhere).get(address).status_code == 404
        leader = client_of(make_user(Role.TEAM_LEADER, site=world.site, line=world.line, teams=[sample.team]))
        assert leader.get(address).status_code == (200 if name == "sample_detail" else 403)

    def test_a_correction_goes_by_its_form_to_the_page_of_the_sample(self, world, sample):
        client = client_of(world.qc)
        sent = {"contacted_on": sample.contacted_on.isoformat(), "kind": "random", "inspected": "9", "reason": "Salah"}
        answer = client.post(reverse("sample_correct", args=[sample.uuid]), {**sent, "defective_cace": "1"})
        assert answer.status_code == 302 and answer.url == reverse("sample_detail", args=[sample.uuid])
        client.post(reverse("sample_annul", args=[sample.uuid]), {"reason": "Salah agent"})
        sample.refresh_from_db()
        assert (sample.inspected, sample.state, sample.decision_note) == (9, SampleState.ANNULLED, "Salah agent")
        assert client.get(reverse("sample_annul", args=[sample.uuid])).status_code == 409


class TestOnlyAgents:
    """A finding and a sample are about somebody who was an agent on the day of the contact."""

    def test_the_form_refuses_who_held_an_office_then(self, world):
        make_user(Role.TEAM_LEADER, site=world.site, line=world.line, person=world.people[1])
        with pytest.raises(Refused) as refused:
            add_sample(
                person=world.people[1],
                contacted_on=timezone.localdate() - timedelta(days=3),
                kind=SampleKind.RANDOM,
                inspected=1,
                defective={},
                actor=world.qc,
                now=timezone.now(),
            )
        assert refused.value.field == "employee_no"

    def test_the_import_refuses_the_row_with_the_remedy(self, world):
        QualityParameter.objects.create(code="C1", name="Parameter C1", error_class=ErrorClass.CACE)
        make_user(Role.TEAM_LEADER, site=world.site, line=world.line, person=world.people[1])
        day = timezone.localdate() - timedelta(days=2)
        rows = [f"{day};k{at};{person.employee_no};Random;N" for at, person in enumerate(world.people[:2])]
        sheet = "\n".join(["Tanggal Kontak;ID Kontak;No. Karyawan;Jenis Sampel;C1", *rows])
        run = run_import(SAMPLES, sheet.encode(), user=world.qc, now=timezone.now(), options={"meaning": "y_correct"})
        assert [each.code for checked in run.checked for each in checked.problems] == ["no_agent_then"]
        assert run.counts["new"] == 1


class TestForms:
    def test_a_new_finding_says_who_set_its_cause(self, world):
        parameter = QualityParameter.objects.create(code="C1", name="Parameter C1", error_class=ErrorClass.CACE)
        sent = {
            "employee_no": world.people[0].employee_no,
            "occurred_on": (timezone.localdate() - timedelta(days=2)).isoformat(),
            "contact_reference": "k1",
            "parameter": str(parameter.pk),
            "root_cause": "skill",
            "root_cause_by": "Rapat dengan Operation",
        }
        client_of(world.qc).post(reverse("defect_new"), sent)
        assert Defect.objects.get().root_cause_by == "Rapat dengan Operation"

    def test_who_may_not_annul_a_finding_does_not_get_the_form(self, world):
        self.test_a_new_finding_says_who_set_its_cause(world)
        finding = Defect.objects.get()
        leader = make_user(Role.TEAM_LEADER, site=world.site, line=world.line, teams=[finding.team])
        answers = {
            verb: client_of(leader).get(reverse("defect_decide", args=[finding.uuid, verb])).status_code
            for verb in ("dispute", "uphold", "annul")
        }
        assert answers == {"dispute": 200, "uphold": 403, "annul": 403}

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"joined_months": "12", "joined_at_most": "6"}, "joined_at_most"),
            ({"since": "2020-01-01"}, "module"),
        ],
    )
    def test_the_preview_of_a_group_names_a_contradiction_instead_of_finding_nobody(self, world, asked, field):
        plan = draft_plan(world=world)
        page = client_of(world.pic).get(reverse("plan_targets_group", args=[plan.uuid]), asked)
        assert field in page.context["form"].errors and page.context["count"] is None
