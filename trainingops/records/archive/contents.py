"""What stands in an archive beside the records: readable names, the register, the index, the words on checking."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.records.models import Archive, Clause, EvidenceRecord
from trainingops.records.queries import clause_facets, kinds_answering, retention_end
from trainingops.records.registry import all_kinds
from trainingops.ui.exports import workbook

_LONGEST = 60


@dataclass(frozen=True)
class Line:
    """One record in the register: its place in the archive, or why it is not there."""

    record: EvidenceRecord
    label: str
    path: str
    finding: str

    @property
    def finding_word(self) -> str:
        """In the active language."""
        return {
            "ok": _("In this archive"),
            "missing": _("File missing"),
            "altered": _("File altered, left out"),
            "disposed": _("Disposed of by approval"),
        }[self.finding]


def folder_of(archive: Archive) -> str:
    """The folder inside the archive and the name of its file; the time is that of who ordered it."""
    local = timezone.localtime(archive.requested_at, archive.requested_by.zone)
    return f"arsip-rekaman-{local:%Y%m%d-%H%M}"


def readable_name(text: str) -> str:
    """``text`` as part of a file name on any system: letters, digits and hyphens, at most 60."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")


def file_name(record: EvidenceRecord, label: str) -> str:
    """``Daftar-Hadir/DH-2026-00413_KCA-sesi-1.pdf``: the number makes it unique."""
    title = readable_name(record.title)
    return f"{readable_name(label) or record.kind}/{record.number}{'_' + title if title else ''}.pdf"


def kind_labels() -> dict[str, str]:
    """Each kind's label in the active language."""
    return {kind.name: str(kind.label) for kind in all_kinds()}


def register_head() -> list[str]:
    """The columns of the register of records."""
    return [
        _("Record no."),
        _("Kind"),
        _("Subject"),
        _("Evidence date"),
        _("Keep until"),
        _("Site"),
        _("Service line"),
        _("Procedure"),
        _("Clauses"),
        "SHA-256",
    ]


def register_row(record: EvidenceRecord, label: str) -> list[Any]:
    """A record of :func:`~trainingops.records.queries.with_standing` as a row of the register."""
    known = {kind.name: kind for kind in all_kinds()}.get(record.kind)
    clauses = [*known.clauses, *(f"ISO {each}" for each in known.iso_clauses)] if known else []
    return [
        record.number,
        label,
        record.about,
        record.evidence_date,
        retention_end(record),
        record.site.name if record.site else "",
        record.line.name if record.line else "",
        str(record.procedure),
        ", ".join(clauses),
        record.sealed.sha256,
    ]


def register_workbook(lines: Sequence[Line]) -> bytes:
    """The register of an archive as XLSX, with the place of each file."""
    rows = ([*register_row(line.record, line.label), line.path, line.finding_word] for line in lines)
    return workbook([*register_head(), _("File"), _("Standing")], rows, sheet=_("Register"))


def index_page(lines: Sequence[Line], *, filters: str, now: datetime) -> bytes:
    """``index.html``: the records by clause, with links into the archive and without script."""
    by_kind: dict[str, list[Line]] = {}
    for line in lines:
        by_kind.setdefault(line.record.kind, []).append(line)
    counts = {kind: len(each) for kind, each in by_kind.items()}
    sections = []
    clauses = list(Clause.objects.all())
    for source in (Clause.Source.PROCEDURE, Clause.Source.ISO9001):
        for facet in clause_facets(source, clauses, counts, []):
            if facet.count:
                kinds = kinds_answering(source, facet.number)
                inside = [line for line in lines if line.record.kind in kinds]
                sections.append({"source": source.label, "facet": facet, "lines": inside})
    left = [line for line in lines if line.finding in {"missing", "altered"}]
    context = {
        "sections": sections,
        "lines": lines,
        "left_out": left,
        "filters": filters,
        "made_at": now,
        "organisation": settings.ENV.organisation,
        "unit": settings.ENV.unit,
    }
    return render_to_string("records/archive/index.html", context).encode()


def verify_text(*, organisation: str, fingerprint: str, head: str) -> bytes:
    """``VERIFY.txt``: the commands that check the archive, in Indonesian and English.

    Args:
        fingerprint: SHA-256 of the seal's certificate, as hexadecimal; shown as ``openssl x509 -fingerprint`` does.
    """
    pairs = ":".join(re.findall("..", fingerprint.upper()))
    context = {"organisation": organisation, "fingerprint": pairs, "head": head}
    return render_to_string("records/archive/VERIFY.txt", context).encode()
