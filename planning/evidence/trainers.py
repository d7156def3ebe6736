"""*Permohonan ke SSO Training* on paper (5.1.1 a, d)."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.models import TrainerRequest
from trainingops.people.models import User
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words

KIND = "trainer_request"


def register() -> None:
    """Make the kind known when the app starts."""
    register_kind(
        EvidenceKind(
            name=KIND,
            label=gettext_lazy("Request to SSO Training"),
            prefix="PST",
            form_number="FR-CC-TRN-11",
            template="planning/print/trainer_request.html",
            template_version="1",
            clauses=("5.1.1",),
            iso_clauses=("7.1", "7.2"),
        )
    )


def request_letter(*, request: TrainerRequest, actor: User, now: datetime) -> EvidenceRequest:
    """Order the letter, as it was asked."""
    day = request.requested_at.astimezone(request.site.zone).date()
    with translation.override("id"):
        payload = {
            "title": _("Request to SSO Training"),
            "subtitle": str(request.module) if request.module else _("Trainer for %(line)s") % {"line": request.line},
            "subtitle_more": day_words(request.wanted_on),
            "clause": "5.1.1",
            "ident": [
                [_("Number"), request.number],
                [_("Date"), day_words(day)],
                [_("Service line"), request.line.name],
                [_("Site"), request.site.name],
                [_("Module"), str(request.module) if request.module else "–"],
                [_("Wanted on"), day_words(request.wanted_on)],
                [_("Asked by"), actor.name],
            ],
            "asked": [part.strip() for part in request.asked.splitlines() if part.strip()],
            "signatures": [],
        }
    return request_evidence(
        kind=KIND,
        subject=request,
        title=request.number,
        payload=payload,
        evidence_date=day,
        site=request.site,
        line=request.line,
        actor=actor,
        now=now,
    )
