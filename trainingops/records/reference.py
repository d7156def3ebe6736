"""The clauses, the controlled procedure and the unit that every installation starts with."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from trainingops.people.models import Unit
from trainingops.records.models import Clause, ControlledProcedure

PROCEDURE_TITLE = "Instruksi Kerja Training Refreshment dan Improvement"
PROCEDURE_REVISION = "01"
PROCEDURE_EFFECTIVE = date(2025, 9, 25)

_PROCEDURE = Clause.Source.PROCEDURE
_ISO = Clause.Source.ISO9001

#: Source, number, title in Indonesian, title in English; in the order of the documents.
CLAUSES: tuple[tuple[str, str, str, str], ...] = (
    (_PROCEDURE, "2.1", "Modul standar, soft skill dan hard skill", "Standard modules, soft and hard skills"),
    (_PROCEDURE, "2.2", "PIC dan tahapan training", "The PIC and the stages of training"),
    (_PROCEDURE, "2.3", "Kepuasan nasabah dan mitigasi defect layanan", "Customer satisfaction and service defects"),
    (_PROCEDURE, "4.1", "Rencana ditetapkan Manajer Operasional", "Plans set by the operations manager"),
    (_PROCEDURE, "4.2", "Pelaksanaan sesuai rencana", "Execution as planned"),
    (_PROCEDURE, "4.3", "Semua target dilatih dan dilaporkan", "Every target trained and reported"),
    (_PROCEDURE, "4.4", "Tinjauan proses dan tindakan", "Review of the process and actions"),
    (_PROCEDURE, "5.1.1", "Persiapan training", "Preparation of training"),
    (_PROCEDURE, "5.1.2", "Parameter, nilai, dan angka kelulusan", "Parameters, scores and pass mark"),
    (_PROCEDURE, "5.2", "Pelaksanaan sesuai pengajuan yang disetujui", "Execution as submitted and approved"),
    (
        _PROCEDURE,
        "5.3.1",
        "Target peserta mendapatkan training sesuai jadwal; ketidakhadiran dan keterlambatan dilakukan recovery",
        "Targets are trained on schedule; absence and lateness get recovery",
    ),
    (_PROCEDURE, "5.3.2", "Laporan kepada seluruh pihak dalam H+1", "Report to all parties within H+1"),
    (_PROCEDURE, "5.4", "Evaluasi, tindakan preventif dan kuratif", "Evaluation, preventive and curative actions"),
    (_PROCEDURE, "6", "Bukti objektif dan penyimpanannya", "Objective evidence and its keeping"),
    (_PROCEDURE, "7", "Catatan perubahan prosedur", "Changes of the procedure"),
    (_ISO, "6.2", "Sasaran mutu", "Quality objectives"),
    (_ISO, "7.1", "Sumber daya", "Resources"),
    (_ISO, "7.2", "Kompetensi", "Competence"),
    (_ISO, "8.1", "Perencanaan operasional", "Operational planning"),
    (_ISO, "8.7", "Output tidak sesuai", "Nonconforming outputs"),
    (_ISO, "9.1", "Pemantauan dan analisis", "Monitoring and analysis"),
    (_ISO, "10.3", "Peningkatan", "Improvement"),
)


def ensure_reference(**_: Any) -> None:
    """Make what is missing; change nothing that is there. Runs after each migration and may run any time."""
    Clause.objects.bulk_create(
        (
            Clause(source=source, number=number, title_id=title_id, title_en=title_en, order=order)
            for order, (source, number, title_id, title_en) in enumerate(CLAUSES, start=1)
        ),
        ignore_conflicts=True,
    )
    ControlledProcedure.objects.get_or_create(
        title=PROCEDURE_TITLE, revision=PROCEDURE_REVISION, defaults={"effective_on": PROCEDURE_EFFECTIVE}
    )
    Unit.objects.get_or_create(code="training", defaults={"name": settings.ENV.unit})
