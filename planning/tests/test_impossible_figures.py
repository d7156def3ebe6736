"""Figures of the service and findings that cannot be are refused, in the file as in the service (2.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from planning.enums import Better, ErrorClass
from planning.imports.defects import DEFECTS
from planning.imports.indicators import INDICATORS
from planning.imports.samples import SAMPLES
from planning.models import Defect, MonitoringSample, QualityParameter, ServiceIndicator, ServiceMeasure
from planning.services.indicators import add_measure, save_indicators
from trainingops.domain import Refused
from trainingops.imports.testing import run_import
from trainingops.people.enums import Role
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, TeamFactory, make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("2.3")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
HEAD = "Ukuran;Periode Mulai;Periode Selesai;Layanan;Nilai;Responden"


@pytest.fixture
def qc():
    site, line = SiteFactory(), ServiceLineFactory(name="Inbound")
    make_agent(team=TeamFactory(site=site, line=line), employee_no="CC0016")
    QualityParameter.objects.create(code="C1", name="Verifikasi", error_class=ErrorClass.CACE)
    return make_user(Role.QC, Role.MANAGER, site=site, line=line)


def file_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


IMPOSSIBLE = [
    ("csat;2026-10-01;2026-10-31;Inbound;-5;12", "value", "-5", "0"),
    ("csat;2026-10-01;2026-10-31;Inbound;100,5;12", "value", "100,5", "100"),
    ("aht;2026-10-01;2026-10-31;Inbound;-1;12", "value", "-1", "1"),
    ("aht;2026-10-01;2026-10-31;Inbound;0;10", "value", "0", "1"),
    ("aht;2026-10-01;2026-10-31;Inbound;99999999;10", "value", "99999999", "86.400"),
    ("complaints;2026-10-01;2026-10-31;Inbound;2,5;12", "value", "2,5", "2,5"),
    ("csat;2026-10-01;2099-01-01;Inbound;80;12", "ends_on", "2099-01-01", ""),
    ("csat;2026-11-01;2026-11-24;Inbound;80;12", "ends_on", "2026-11-24", "24"),
    ("csat;2026-10-01;2026-10-31;Inbound;80;0", "responses", "0", "1"),
]


@pytest.mark.parametrize(("cells", "column", "value", "remedy"), IMPOSSIBLE)
def test_an_impossible_figure_is_refused_with_column_value_and_remedy(qc, cells, column, value, remedy):
    found = run_import(INDICATORS, file_of(HEAD, cells), user=qc, now=NOW, apply=True)
    [problem] = found.checked[0].problems
    assert (problem.column, problem.value) == (column, value) and remedy in problem.message
    assert not ServiceIndicator.objects.exists()


def test_a_possible_figure_without_responses_is_kept(qc):
    found = run_import(
        INDICATORS, file_of(HEAD, "csat;2026-10-01;2026-11-23;Inbound;100;"), user=qc, now=NOW, apply=True
    )
    assert found.counts["new"] == 1 and ServiceIndicator.objects.get().responses is None


def test_a_figure_of_an_agent_names_the_site_where_they_were_or_none(qc):
    """As for the line: the row would count at another site than it says."""
    SiteFactory(name="Makassar")
    head = "Ukuran;Periode Mulai;Periode Selesai;Layanan;Situs;No. Karyawan;Nilai;Responden"
    row = "csat;2026-10-01;2026-10-31;Inbound;{};CC0016;80;12"
    found = run_import(INDICATORS, file_of(head, row.format("Makassar"), row.format("")), user=qc, now=NOW, apply=True)
    [problem] = found.checked[0].problems
    assert (problem.column, problem.value) == ("site", "Makassar")
    assert not found.checked[1].problems


def figure(**changed):
    given = {"value": Decimal(80), "responses": 3, "starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 31)}
    line = ServiceLineFactory(name="Inbound")
    return ServiceIndicator(measure=ServiceMeasure.objects.get(code="csat"), line=line, **{**given, **changed})


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"value": Decimal(101)}, "value"), ({"responses": 0}, "responses"), ({"ends_on": date(2026, 11, 24)}, "ends_on")],
)
def test_the_service_refuses_the_same_figures(changed, field):
    with pytest.raises(Refused) as refused:
        save_indicators(figures=[figure(**changed)], actor=make_user(Role.MANAGER), now=NOW)
    assert refused.value.field == field


def test_the_database_knows_no_figure_of_nobody():
    with pytest.raises(IntegrityError), transaction.atomic():
        figure(responses=0).save()


def test_a_measure_of_the_house_has_a_scale_that_rises(qc):
    own = {"name": "NPS", "unit": "", "decimals": 0, "better": Better.HIGHER, "actor": qc, "now": NOW}
    add_measure(code="nps", lowest=Decimal(-100), highest=Decimal(100), **own)
    with pytest.raises(Refused, match="5"):
        add_measure(code="nps2", lowest=Decimal(5), highest=Decimal(5), **own)
    line = "nps;2026-10-01;2026-10-31;Inbound;{};12"
    found = run_import(INDICATORS, file_of(HEAD, line.format(-60), line.format(-101)), user=qc, now=NOW)
    assert [checked.is_bad for checked in found.checked] == [False, True]


@pytest.mark.clause("5.1.1 c")
@pytest.mark.parametrize("importer", [DEFECTS, SAMPLES], ids=["defects", "samples"])
def test_a_contact_id_is_kept_whole_or_refused_never_cut(qc, importer):
    head = "Tgl Kontak;ID Kontak;No. Karyawan;Kode Parameter;Kelas Error;Sampel;C1"
    rows = [f"2026-11-02;{'K' * length};CC0016;C1;CACE;Random;N" for length in (60, 400)]
    found = run_import(importer, file_of(head, *rows), user=qc, now=NOW, options={"meaning": "y_correct"}, apply=True)
    [problem] = found.checked[1].problems
    assert (problem.column, found.checked[0].problems) == ("contact", []) and "60" in problem.message
    assert Defect.objects.get().contact_reference == "K" * 60
    if importer is SAMPLES:
        assert MonitoringSample.objects.get().contact_reference == "K" * 60
