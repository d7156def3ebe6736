"""A kind of evidence for tests: an attendance list of no stage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from trainingops.audit.journal import service
from trainingops.people.models import Site
from trainingops.people.tests.factories import SiteFactory
from trainingops.records import registry
from trainingops.records.models import EvidenceRecord, EvidenceRequest
from trainingops.records.registry import EvidenceKind
from trainingops.records.services import produce_record, request_evidence

NOW = datetime(2026, 11, 24, 4, 20, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ROLL = EvidenceKind(
    name="test_roll",
    label="Daftar Hadir",
    prefix="DH",
    form_number="FR-CC-TRN-03",
    template="records_test/roll.html",
    template_version="1",
    clauses=("5.3.1", "6"),
    iso_clauses=("7.2",),
)


def payload(rows: int = 3, **more: Any) -> dict[str, Any]:
    """What the page shows: an attendance list of so many people."""
    return {
        "title": "Daftar Hadir",
        "subtitle": "KCA, jatuh tempo dan perpanjangan SBG",
        "subtitle_more": "sesi 1, pertemuan 1 dari 1",
        "clause": "5.3.1",
        "ident": [
            ["Hari, tanggal", "Selasa, 24 November 2026"],
            ["PIC", "Rika Winarsih"],
            ["Waktu", "09.00–11.00 WIB"],
            ["Trainer pelaksana", "Rika Winarsih"],
            ["Tempat, metode", "Ruang Melati, Jakarta, offline"],
            ["Modul", "KCA-HS-04 v2.1"],
        ],
        "rows": [
            {"number": f"CC{number:04d}", "name": f"Peserta Nomor {number}", "time": "08.45", "state": "Hadir"}
            for number in range(1, rows + 1)
        ],
        "signatures": [
            {"name": "Rika Winarsih", "role": "Trainer/PIC", "meaning": "Trainer pelaksana", "at": "24 Nov 11.18 WIB"}
        ],
        **more,
    }


@pytest.fixture
def roll_kind(settings: Any) -> Iterator[EvidenceKind]:
    """The test's kind, registered, with its template found."""
    (engine,) = django_settings.TEMPLATES
    folder = Path(__file__).parent / "templates"
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], folder]}]
    registry.register_kind(ROLL)
    yield ROLL
    registry._kinds.pop(ROLL.name)


@pytest.fixture
def places(settings: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of its own for the test, and a seal that is made once a run."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.SEAL_KEY_DIR = tmp_path_factory.getbasetemp() / "seal"
    return settings.MEDIA_ROOT


def order(**changes: Any) -> EvidenceRequest:
    """A request as a stage writes it: inside a service, about some row."""
    about: Site = changes.pop("subject", None) or SiteFactory()
    fields: dict[str, Any] = {
        "kind": ROLL.name,
        "subject": about,
        "title": "KCA, sesi 1",
        "payload": payload(),
        "evidence_date": TODAY,
        "actor": None,
        "now": NOW,
        **changes,
    }
    return service(request_evidence)(**fields)


def made(**changes: Any) -> EvidenceRecord:
    """A finished record."""
    now = changes.get("now", NOW)
    record = produce_record(request=order(**changes), now=now)
    assert record is not None
    return record
