"""Findings and monitoring sheets of Quality Control against their expected results (2.3, IMP)."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db.models import Sum

from planning.enums import DefectState, ErrorClass, RootCause, SampleState
from planning.imports.common import CLASSES
from planning.imports.defects import DEFECTS
from planning.imports.samples import PREFIX, SAMPLES
from planning.models import Defect, MonitoringSample, QualityParameter, SampleCount
from planning.queries.needs import sample_rates
from planning.services.defects import annul_defect, dispute_defect
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed
from trainingops.imports.registry import RowStatus
from trainingops.imports.testing import run_import
from trainingops.imports.values import heading_key
from trainingops.people.enums import Role
from trainingops.people.tests.factories import (
    ServiceLineFactory,
    SiteFactory,
    TeamFactory,
    make_agent,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("2.3")]
SAMPLE_FILES = Path(__file__).parent / "samples"
LIST, SHEET = SAMPLE_FILES / "daftar_temuan.csv", SAMPLE_FILES / "tapping_okt_2026.xlsx"
EXPECTED_LIST = json.loads(LIST.with_suffix(".expected.json").read_text())
EXPECTED_SHEET = json.loads(SHEET.with_suffix(".expected.json").read_text())
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
#: Our name for a code of the expected results: the one that offers the picker.
CODES = {"employee_no_unknown": "person_unknown"}
#: Parameters of the sample files: code → class.
PARAMETERS = {
    **dict.fromkeys(("SS1", "SS2", "SS3"), ErrorClass.NON_CRITICAL),
    **dict.fromkeys(("C1", "C2"), ErrorClass.CACE),
    **dict.fromkeys(("B1", "B2"), ErrorClass.BACE),
    **dict.fromkeys(("K1", "K2", "K3"), ErrorClass.COACE),
}
NUMBERS = [f"CC00{n}" for n in (16, 21, 26, 31, 36, 41, 46, 51, 56, 61, 66, 71, 76)]


@pytest.fixture
def qc():
    site, line = SiteFactory(), ServiceLineFactory()
    team = TeamFactory(site=site, line=line)
    for number in NUMBERS:
        make_agent(team=team, employee_no=number)
    QualityParameter.objects.bulk_create(
        QualityParameter(code=code, name=f"Parameter {code}", error_class=each) for code, each in PARAMETERS.items()
    )
    return make_user(Role.QC, site=site, line=line)


def problems(run, kind="problems"):
    return {
        (checked.row.number, each.column.removeprefix(PREFIX), each.code)
        for checked in run.checked
        for each in getattr(checked, kind)
    }


class TestListOfFindings:
    def run(self, user, **options):
        return run_import(DEFECTS, LIST, user=user, now=NOW, **options)

    def test_refuses_and_warns_as_expected(self, qc):
        run = self.run(qc)
        assert len(run.checked) == EXPECTED_LIST["lines_with_data"]
        assert len(run.to_write) == EXPECTED_LIST["accepted"]
        columns = {"Kelas Error": "error_class", "No. Karyawan": "employee_no", "Akar Masalah": "root_cause"}
        expected = {
            (each["line"], columns.get(each.get("column"), ""), CODES.get(each["code"], each["code"]))
            for each in EXPECTED_LIST["issues"]
        }
        assert problems(run) | problems(run, "warnings") == expected

    @pytest.mark.point("IMP-3")
    def test_a_channel_that_nobody_here_has_is_warned_of_once_and_kept(self, qc):
        text = LIST.read_bytes().replace(b";Outbound;", b";Telepati;")
        run = run_import(DEFECTS, text, user=qc, now=NOW)
        of_channel = [each for row in run.checked for each in row.warnings if each.column == "channel"]
        assert [(each.value, each.code) for each in of_channel] == [("Telepati", "channel_unknown")]
        assert len(run.to_write) == EXPECTED_LIST["accepted"]
        run_import(DEFECTS, text, user=qc, now=NOW, apply=True)
        again = run_import(DEFECTS, text, user=qc, now=NOW)
        assert not any(each.column == "channel" for row in again.checked for each in row.warnings)

    def test_accepted_rows_are_stored_with_class_state_and_what_counts(self, qc):
        self.run(qc, apply=True)
        states = {"Valid": "valid", "Disanggah": "disputed", "Dianulir": "annulled"}
        expected = Counter(
            (each["employee_no"], each["parameter"], CLASSES[heading_key(each["class"])], states[each["status"]])
            for each in EXPECTED_LIST["rows"]
        )
        stored = Defect.objects.values_list("person__employee_no", "parameter__code", "error_class", "state")
        assert Counter(stored) == expected
        counting = Counter(Defect.objects.exclude(state=DefectState.ANNULLED).values_list("error_class", flat=True))
        assert counting == {
            CLASSES[heading_key(name)]: count for name, count in EXPECTED_LIST["by_class_counting"].items()
        }
        assert Defect.objects.filter(state=DefectState.ANNULLED).count() == EXPECTED_LIST["annulled"]

    def test_keeps_curly_quotes_and_both_notations_of_dates(self, qc):
        self.run(qc, apply=True)
        defect = Defect.objects.get(person__employee_no="CC0046")
        assert "“tenor 90 hari” – seharusnya" in defect.note and "Andrée" in defect.note
        assert defect.occurred_on.isoformat() == "2026-10-20"

    @pytest.mark.point("IMP-4")
    def test_importing_again_changes_nothing(self, qc):
        self.run(qc, apply=True)
        before = Entry.objects.count()
        again = self.run(qc, apply=True)
        assert again.counts["new"] == again.counts["changed"] == 0
        assert Entry.objects.filter(verb="defects.saved").count() == 1 and Entry.objects.count() == before

    @pytest.mark.point("IMP-2")
    def test_a_changed_cell_shows_old_and_new(self, qc):
        self.run(qc, apply=True)
        Defect.objects.filter(person__employee_no="CC0046").update(root_cause=RootCause.ATTITUDE)
        run = self.run(qc, apply=True)
        (changed,) = [checked for checked in run.checked if checked.status == RowStatus.CHANGED]
        assert [(each.column, each.old, each.new) for each in changed.changes] == [("root_cause", "Attitude", "Skill")]
        assert Defect.objects.get(person__employee_no="CC0046").root_cause == RootCause.SKILL

    @pytest.mark.point("IMP-4")
    def test_what_the_list_is_silent_about_stays(self, qc):
        self.run(qc, apply=True)
        Defect.objects.filter(person__employee_no="CC0046").update(
            root_cause=RootCause.ATTITUDE, root_cause_by="Rapat QC", state="disputed"
        )
        before = Defect.objects.values().get(person__employee_no="CC0046")
        head, *rows = csv.reader(LIST.read_bytes().decode("cp1252").splitlines(), delimiter=";")
        row = next(row for row in rows if "CC0046" in row)
        silent = {"Akar Masalah", "Ditetapkan Oleh", "Status"}
        keep = [at for at, name in enumerate(head) if name not in silent]
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([line[at] for at in keep] for line in (head, row))
        short = text.getvalue()
        found = run_import(DEFECTS, short.encode(), user=qc, now=NOW, apply=True)
        assert [(each.status, each.changes) for each in found.checked] == [(RowStatus.SAME, [])]
        assert Defect.objects.values().get(person__employee_no="CC0046") == before

    @pytest.mark.point("IMP-4")
    @pytest.mark.parametrize("decide", [dispute_defect, annul_defect])
    def test_importing_again_leaves_what_was_decided_here_with_its_reason(self, qc, decide):
        """Neither lifts a dispute nor revives a finding, nor hinders the other rows."""
        self.run(qc, apply=True)
        defect = Defect.objects.filter(state=DefectState.VALID).first()
        actor = make_user(Role.OPERATIONS, site=defect.site) if decide is dispute_defect else qc
        decided = decide(defect=defect, reason="Rekaman menunjukkan penjelasan benar.", actor=actor, now=NOW)
        before = Defect.objects.values().get(pk=defect.pk)
        before_problems = problems(self.run(qc))
        again = self.run(qc, apply=True)
        key = f"{defect.contact_reference} {defect.parameter.code}"
        row = next(checked for checked in again.checked if checked.key == key)
        assert again.counts["new"] == again.counts["changed"] == 0 and row.status != RowStatus.BAD
        assert row.said if decided.state == DefectState.ANNULLED else "Disanggah" in row.warnings[-1].message
        assert Defect.objects.values().get(pk=defect.pk) == before and problems(again) == before_problems

    def test_a_decision_between_check_and_apply_is_kept(self, qc):
        self.run(qc, apply=True)
        Defect.objects.filter(person__employee_no="CC0046").update(root_cause=RootCause.ATTITUDE)
        run = self.run(qc)
        defect = Defect.objects.get(person__employee_no="CC0046")
        annul_defect(defect=defect, reason="Rekaman lain.", actor=qc, now=NOW)
        DEFECTS.apply(rows=run.to_write, actor=qc, now=NOW)
        defect.refresh_from_db()
        assert (defect.state, defect.decision_note) == (DefectState.ANNULLED, "Rekaman lain.")

    def test_refuses_agents_outside_the_scope(self, qc):
        stranger = make_user(Role.QC, site=SiteFactory())
        assert {code for _row, _column, code in problems(self.run(stranger))} >= {"out_of_scope"}

    def test_two_different_findings_on_one_contact_and_parameter_are_refused(self, qc):
        text = LIST.read_bytes().decode("cp1252").splitlines()
        text.insert(2, text[1].replace("Temuan pada SS1", "Yang lain"))
        run = run_import(DEFECTS, "\n".join(text).encode(), user=qc, now=NOW)
        assert (3, "contact", "finding_twice") in problems(run)

    def test_reads_in_a_fixed_number_of_queries(self, qc, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            self.run(qc)

    def test_writing_asks_the_policy_again(self, qc):
        run = self.run(qc)
        stranger = make_user(Role.QC, site=SiteFactory())
        with pytest.raises(NotAllowed):
            DEFECTS.apply(rows=run.to_write, actor=stranger, now=NOW)
        assert not Defect.objects.exists()


class TestMonitoringSheet:
    def run(self, user, **options):
        options.setdefault("options", {"meaning": "y_correct"})
        return run_import(SAMPLES, SHEET, user=user, now=NOW, **options)

    def test_refuses_as_expected(self, qc):
        run = self.run(qc)
        assert len(run.checked) == EXPECTED_SHEET["record_rows"]
        assert len(run.to_write) == EXPECTED_SHEET["accepted"]
        columns = {"No. Karyawan": "employee_no", "Tanggal Kontak": "contacted_on", "Skor": "score"}
        expected = {
            (each["row"], columns.get(each["column"], each["column"]), CODES.get(each["code"], each["code"]))
            for each in EXPECTED_SHEET["issues"]
        }
        assert problems(run) == expected

    def test_warns_as_expected(self, qc):
        found = {(row, code) for row, _column, code in problems(self.run(qc), "warnings")}
        expected = {
            (row, each["code"]) for each in EXPECTED_SHEET["warnings"] for row in each.get("rows", [each.get("row")])
        }
        assert found == expected
        assert MonitoringSample.objects.count() == 0

    def test_a_number_that_lost_digits_is_kept_as_text(self, qc):
        self.run(qc, apply=True)
        assert MonitoringSample.objects.filter(contact_reference="176000600000900000").exists()

    def test_rates_of_each_kind_stand_apart(self, qc):
        self.run(qc, apply=True)
        rates = {rate.kind: rate for rate in sample_rates(MonitoringSample.objects.all())}
        for name, expected in EXPECTED_SHEET["before_deciding_on_the_contact_evaluated_twice"].items():
            row = rates[name.lower()]
            assert row.inspected == expected["inspected"]
            for short in ("CACE", "BACE", "CoACE"):
                assert row.defective.get(CLASSES[short.lower()], 0) == expected[short]["defective"]

    def test_findings_and_rows_are_stored(self, qc):
        self.run(qc, apply=True)
        found = Counter(Defect.objects.values_list("parameter__code", flat=True))
        assert found == Counter({code: n for code, n in EXPECTED_SHEET["defects_from_accepted_rows"].items() if n})
        stored = {
            (sample.person.employee_no, sample.contacted_on.isoformat(), sample.kind, float(sample.score)): {
                count.error_class for count in sample.counts.all() if count.defective
            }
            - {ErrorClass.NON_CRITICAL}
            for sample in MonitoringSample.objects.select_related("person").prefetch_related("counts")
        }
        assert stored == {
            (each["employee_no"], each["contact_date"], each["kind"].lower(), each["score"]): {
                CLASSES[name.lower()] for name in each["classes_with_error"]
            }
            for each in EXPECTED_SHEET["rows"]
        }

    @pytest.mark.point("IMP-7")
    def test_asks_what_y_means_and_which_evaluation_counts(self, qc):
        run = self.run(qc, options={})
        assert [question.name for question in run.open_questions] == ["meaning", "which_counts"]

    @pytest.mark.parametrize(("answer", "kept"), [("first", "CC0041"), ("last", "CC0051")])
    def test_only_the_chosen_evaluation_counts(self, qc, answer, kept):
        self.run(qc, options={"meaning": "y_correct", "which_counts": answer}, apply=True)
        samples = MonitoringSample.objects.filter(contact_reference="176000500000900005")
        assert [sample.person.employee_no for sample in samples] == [kept]
        assert MonitoringSample.objects.aggregate(n=Sum("inspected"))["n"] == EXPECTED_SHEET["accepted"] - 1

    def test_y_may_mean_error(self, qc):
        run = self.run(qc, options={"meaning": "y_error"})
        first = next(checked for checked in run.checked if checked.row.number == 6)
        assert {each.code for each in first.data.wrong} == {"SS1", "SS2", "SS3", "C1", "C2", "B1", "K1", "K2"}

    @pytest.mark.point("IMP-4")
    def test_importing_again_changes_nothing(self, qc):
        self.run(qc, apply=True)
        again = self.run(qc, apply=True)
        assert again.counts["new"] == again.counts["changed"] == 0
        assert SampleCount.objects.filter(defective=0).count() == 0

    def test_the_sheet_and_the_list_meet_in_one_finding(self, qc):
        self.run(qc, apply=True)
        defect = Defect.objects.get(person__employee_no="CC0026", parameter__code="B1")
        run_import(DEFECTS, LIST, user=qc, now=NOW, apply=True)
        defect.refresh_from_db()
        assert defect.state == DefectState.DISPUTED
        again = self.run(qc, apply=True)
        assert again.counts["new"] == again.counts["changed"] == 0

    def test_a_finding_that_the_sheet_takes_back_is_annulled(self, qc):
        self.run(qc, apply=True)
        sample = MonitoringSample.objects.get(person__employee_no="CC0016")
        Defect.objects.create(
            source="QC",
            source_reference=f"{sample.contact_reference}/CC0016/C1",
            person=sample.person,
            site=sample.site,
            line=sample.line,
            occurred_on=sample.contacted_on,
            contact_reference=sample.contact_reference,
            error_class=ErrorClass.CACE,
            parameter=QualityParameter.objects.get(code="C1"),
        )
        SampleCount.objects.create(sample=sample, error_class=ErrorClass.CACE, defective=1)
        MonitoringSample.objects.filter(pk=sample.pk).update(answers={**sample.answers, "C1": "N"})
        run = self.run(qc, apply=True)
        assert run.counts["changed"] == 1
        taken_back = Defect.objects.get(person=sample.person)
        assert taken_back.state == DefectState.ANNULLED and taken_back.decided_by == qc

    def test_writes_in_a_fixed_number_of_queries(self, qc, django_assert_max_num_queries):
        run = self.run(qc)
        with django_assert_max_num_queries(20):
            SAMPLES.apply(rows=run.to_write, actor=qc, now=NOW)

    def test_the_template_has_a_column_for_each_parameter(self, qc):
        names = [column.name for column in SAMPLES.columns]
        assert [name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)] == sorted(PARAMETERS)


def test_our_samples_are_what_they_were():
    """The list keeps its Windows encoding, so that the test means what it says."""
    with LIST.open(encoding="cp1252", newline="") as file:
        assert len(list(csv.reader(file, delimiter=";"))) == 19


class TestAContactEvaluatedTwiceCountsOnce:
    """Whatever the path: two rows of a file, a file imported again with another answer, two files (2.3)."""

    CONTACT = "176000500000900005"

    def sheet(self, user, *rows, **options):
        head = "Tanggal Kontak;ID Kontak;No. Karyawan;Channel;Jenis Sampel;C1"
        content = "\n".join([head, *rows]).encode()
        return run_import(SAMPLES, content, user=user, now=NOW, options={"meaning": "y_correct", **options}, apply=True)

    def whole(self, user, answer):
        options = {"meaning": "y_correct", "which_counts": answer}
        return run_import(SAMPLES, SHEET, user=user, now=NOW, options=options, apply=True)

    def counting(self, contact=CONTACT):
        rows = MonitoringSample.objects.counting().filter(contact_reference=contact)
        return [row.person.employee_no for row in rows]

    def rate(self):
        (rate,) = sample_rates(MonitoringSample.objects.counting())
        return rate.inspected, dict(rate.defective)

    @pytest.mark.point("IMP-7")
    def test_in_two_files_the_preview_says_so_and_asks_and_keeps_the_first_until_told(self, qc):
        self.sheet(qc, "2026-11-10;R3A;CC0021;Inbound;Random;N")
        run = self.sheet(qc, "2026-11-10;R3A;CC0026;Inbound;Random;N")
        assert [question.name for question in run.open_questions] == ["standing"]
        assert problems(run, "warnings") == {(2, "contact", "contact_evaluated_before")}
        assert self.counting("R3A") == ["CC0021"] and self.rate() == (1, {"cace": 1})

    def test_the_one_of_the_second_file_takes_the_place_of_the_first_with_its_findings(self, qc):
        self.sheet(qc, "2026-11-10;R3A;CC0021;Inbound;Random;N")
        self.sheet(qc, "2026-11-10;R3A;CC0026;Inbound;Random;Y", standing="file")
        assert self.counting("R3A") == ["CC0026"] and self.rate() == (1, {})
        old = MonitoringSample.objects.get(person__employee_no="CC0021")
        assert (old.state, old.decided_by, old.decided_at) == (SampleState.REPLACED, qc, NOW)
        assert old.counts.count() == 1, "what was evaluated then is kept"
        assert not Defect.objects.counting().exists()
        entry = Entry.objects.filter(verb="samples.saved").latest("pk")
        assert json.loads(entry.text)["data"]["replaced"] == [str(old.uuid)]

    def test_an_answer_that_changes_changes_which_one_counts_and_back_again(self, qc):
        for answer, kept in [("first", "CC0041"), ("last", "CC0051"), ("first", "CC0041")]:
            self.whole(qc, answer)
            assert self.counting() == [kept]
            total = MonitoringSample.objects.counting().aggregate(n=Sum("inspected"))["n"]
            assert total == EXPECTED_SHEET["accepted"] - 1
            theirs = Defect.objects.filter(contact_reference=self.CONTACT).counting()
            assert {each.person.employee_no for each in theirs} <= {kept}

    def test_findings_return_with_the_evaluation_that_counts_again(self, qc):
        first, second = "2026-11-10;R3A;CC0021;Inbound;Random;N", "2026-11-10;R3A;CC0026;Inbound;Random;Y"
        self.sheet(qc, first)
        self.sheet(qc, second, standing="file")
        run = self.sheet(qc, first, standing="file")
        assert run.counts["changed"] == 1 and self.rate() == (1, {"cace": 1})
        assert Defect.objects.counting().get().person.employee_no == "CC0021"

    @pytest.mark.point("IMP-4")
    @pytest.mark.parametrize("answer", ["first", "last"])
    def test_the_same_file_with_the_same_answer_changes_nothing(self, qc, answer):
        self.whole(qc, answer)
        again = self.whole(qc, answer)
        assert again.counts["new"] == again.counts["changed"] == 0

    def test_an_evaluation_out_of_sight_is_not_replaced(self, qc):
        self.sheet(qc, "2026-11-10;R3A;CC0021;Inbound;Random;N")
        elsewhere = make_user(Role.QC, site=SiteFactory())
        agent = make_agent(
            team=TeamFactory(site=elsewhere.role_assignments.get().sites.get(), line=ServiceLineFactory())
        )
        row = f"2026-11-10;R3A;{agent.employee_no};Inbound;Random;N"
        run = self.sheet(elsewhere, row, standing="file")
        assert problems(run) == {(2, "contact", "contact_evaluated_elsewhere")}

    def test_the_database_says_it_too(self, qc):
        self.sheet(qc, "2026-11-10;R3A;CC0021;Inbound;Random;N")
        copy = MonitoringSample.objects.get()
        copy.pk, copy.uuid, copy.source_reference = None, uuid4(), "R3A/CC0026"
        with pytest.raises(IntegrityError, match="sample_contact_counts_once"):
            copy.save(force_insert=True)
