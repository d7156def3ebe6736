"""Order a record inside the service that causes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models

from trainingops.audit.journal import record
from trainingops.jobs.wake import wake
from trainingops.people.models import ServiceLine, Site, Unit
from trainingops.records.frames import freeze_payload
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import get_kind


def request_evidence(
    *,
    kind: str,
    subject: models.Model,
    title: str,
    payload: Mapping[str, Any],
    evidence_date: date,
    actor: Any,
    now: datetime,
    training: models.Model | None = None,
    site: Site | None = None,
    line: ServiceLine | None = None,
    supports_until: date | None = None,
    language: str = "id",
) -> EvidenceRequest:
    """Order a record, inside the service that causes it; the PDF worker makes it from ``payload`` as it is now.

    Args:
        subject: the ``Identified`` row that the evidence is about.
        title: without names of persons; it stays when the payload is disposed of.
        payload: plain data for the page, names and scores included; also attached to the PDF as JSON. The page's
            base reads ``title``, ``subtitle``, ``ident``, ``signatures`` and others (docs/records.md).
        evidence_date: the local date of what happened (retention counts from it).
        training: the plan whose records fall due together.
    """
    unit = Unit.objects.order_by("pk").first()
    stored = freeze_payload(
        kind=get_kind(kind),
        data=payload,
        language=language,
        evidence_date=evidence_date,
        site=site,
        unit=unit,
        made_by=getattr(actor, "name", ""),
        now=now,
    )
    request = EvidenceRequest.objects.create(
        kind=kind,
        subject_type=subject._meta.label,
        subject=subject.uuid,  # type: ignore[attr-defined]
        training=training.uuid if training is not None else None,  # type: ignore[attr-defined]
        title=title,
        payload=stored,
        language=language,
        evidence_date=evidence_date,
        supports_until=supports_until,
        site=site,
        line=line,
        unit=unit,
        requested_by=getattr(actor, "uuid", None),
        requested_at=now,
    )
    record("evidence.requested", subject=request, actor=actor, now=now, data={"kind": kind, "payload": stored.sha256})
    from trainingops.records.tasks import produce_evidence

    wake(produce_evidence, request.pk)
    return request
