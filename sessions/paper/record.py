"""The record that keeps filed pages of a scan: when signed, when and by whom filed, and each page (6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions.queries.visibility import READS_WHOLE
from trainingops.records import storage
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words, hours_words, moment_words

if TYPE_CHECKING:
    from sessions.models import ScanPage, SessionMeeting, TrainingSession
    from trainingops.people.models import User

SCAN = "attendance_scan"


def register() -> None:
    """Make the form known; called when the app starts."""
    register_kind(
        EvidenceKind(
            name=SCAN,
            label=gettext_lazy("Scan of an attendance list"),
            prefix="PDH",
            form_number="FR-CC-TRN-03",
            template="sessions/print/scan.html",
            template_version="1",
            clauses=("5.3.1", "6"),
            iso_clauses=("7.2",),
            readers=READS_WHOLE,
            pictures=_pictures,
        )
    )


def _pictures(payload: Mapping[str, Any]) -> dict[str, bytes]:
    return {each["sha256"]: storage.read_file(each["sha256"]) for each in payload["pages"]}


def request_scan(
    training_session: TrainingSession,
    *,
    meeting: SessionMeeting | None,
    pages: Sequence[ScanPage],
    evidence_date: date,
    actor: User,
    now: datetime,
) -> EvidenceRequest:
    """Order the record of filed pages of one scan, inside the service that files them."""
    with translation.override("id"):
        payload = _payload(training_session, meeting, pages, evidence_date, now)
    return request_evidence(
        kind=SCAN,
        subject=training_session,
        title=training_session.number,
        payload=payload,
        evidence_date=evidence_date,
        actor=actor,
        now=now,
        training=training_session.plan,
        site=training_session.site,
        line=training_session.line,
    )


def _payload(
    training_session: TrainingSession,
    meeting: SessionMeeting | None,
    pages: Sequence[ScanPage],
    evidence_date: date,
    now: datetime,
) -> dict[str, Any]:
    scan, zone = pages[0].scan, training_session.site.zone
    numbers = ", ".join(str(each.number) for each in pages)
    sheets = sorted({each.sheet.number for each in pages if each.sheet})
    return {
        "title": _("Scan of the attendance list"),
        "subtitle": training_session.plan.title,
        "subtitle_more": f"{training_session.number}, {training_session.label}",
        "clause": "5.3.1",
        "paper_place": scan.paper_place,
        "ident": [
            [_("Date of the paper"), day_words(evidence_date)],
            [_("Uploaded"), moment_words(scan.uploaded_at, zone)],
            [_("Meeting"), _meeting(meeting, zone) if meeting else _("the whole session")],
            [_("Uploaded by"), scan.uploaded_by.name],
            [_("Print no."), ", ".join(sheets) or _("none on the page")],
            [_("Archived"), moment_words(now, zone)],
            [_("File"), scan.file_name],
            [_("Pages"), _("%(these)s of %(all)d") % {"these": numbers, "all": scan.pages or len(pages)}],
            [_("Place of the paper"), scan.paper_place or _("not recorded")],
            [_("SHA-256 of the file"), scan.file.sha256],
        ],
        "pages": [{"number": each.number, "sha256": each.picture.sha256} for each in pages],
        "signatures": [],
    }


def _meeting(meeting: SessionMeeting, zone: Any) -> str:
    day = day_words(meeting.starts_at.astimezone(zone).date())
    return f"{day}, {hours_words(meeting.starts_at, meeting.ends_at, zone)}"
