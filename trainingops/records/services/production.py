"""Make the record of a request: claim, number, render, seal, keep, write the row (DESIGN.md §5.3 and §5.5).

Killed at any point, it is carried on by whoever claims next: the number and the code stay, and a sealed file whose
hashes were noted is used again instead of a second one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.records import storage
from trainingops.records.frames import procedure_of
from trainingops.records.models import EvidencePayload, EvidenceRecord, EvidenceRequest, StoredFile
from trainingops.records.numbers import new_code, next_number
from trainingops.records.policies import can_retry_request
from trainingops.records.registry import get_kind
from trainingops.records.signals import record_produced

if TYPE_CHECKING:
    from trainingops.people.models import User

log = logging.getLogger(__name__)

#: Longer than a task may run, so that no two workers make one record.
LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 40)
MOST_ATTEMPTS = 6
State = EvidenceRequest.State


def produce_record(*, request: EvidenceRequest, now: datetime) -> EvidenceRecord | None:
    """Make the record of ``request``; none when another worker has it, or when it failed (the request says why).

    Several short transactions, none of which is open while the page is rendered.
    """
    token = _claim(request, now)
    if token is None:
        return EvidenceRecord.objects.filter(request=request).first()
    try:
        numbered = _number(request.pk, token, now)
        sealed = _make_file(numbered, token)
        return _write_record(request_id=request.pk, token=token, draft=sealed, now=now)
    except _LeaseLost:
        return EvidenceRecord.objects.filter(request=request).first()
    except Exception as error:
        log.exception("evidence request %s failed", request.uuid)
        fail_request(request_id=request.pk, token=token, error=f"{type(error).__name__}: {error}", now=now)
        return None


class _LeaseLost(Exception):
    """Somebody else carries the request on."""


def _claim(request: EvidenceRequest, now: datetime) -> uuid.UUID | None:
    """Take the request by compare-and-swap. One that the sweep has only handed to a worker has no token."""
    token = uuid.uuid4()
    free = Q(token=None) | Q(lease_until=None) | Q(lease_until__lt=now)
    taken = EvidenceRequest.objects.filter(free, pk=request.pk, state=State.PENDING).update(
        token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return token if taken else None


@transaction.atomic
def _number(request_id: int, token: uuid.UUID, now: datetime) -> EvidenceRequest:
    """Draw number and verify code once; they stay through every further attempt."""
    request = _mine(request_id, token)
    if not request.number:
        zone = request.site.zone if request.site else None
        request.number = next_number(get_kind(request.kind).prefix, timezone.localdate(now, zone).year)
        request.verify_code = new_code()
        request.save(update_fields=["number", "verify_code"])
    return request


def _mine(request_id: int, token: uuid.UUID) -> EvidenceRequest:
    """The request, locked, while the token is ours."""
    request = (
        EvidenceRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("payload", "site")
        .filter(pk=request_id, token=token, state=State.PENDING)
        .first()
    )
    if request is None:
        raise _LeaseLost
    return request


def _payload_of(request: EvidenceRequest) -> EvidencePayload:
    if request.payload is None:
        raise LookupError("the data of this request have been disposed of")
    return request.payload


def _make_file(request: EvidenceRequest, token: uuid.UUID) -> dict[str, str | int]:
    """Render, seal and keep the bytes; returns their hashes. The hashes are noted before the bytes are kept, so
    that a file never lies about without a row that knows it."""
    # Drawing and sealing load 60 MB of libraries that a web process never needs.
    from trainingops.records.rendering import render_pdf
    from trainingops.records.sealing import load_seal

    if request.draft and storage.rehash(request.draft["sealed"]) == "ok":
        return dict(request.draft)
    payload = _payload_of(request)
    unsigned = render_pdf(
        kind=get_kind(request.kind),
        number=request.number,
        verify_code=request.verify_code,
        payload_text=payload.text,
        payload_sha256=payload.sha256,
    )
    seal = load_seal()
    sealed = seal.sign_pdf(unsigned)
    draft: dict[str, str | int] = {
        "sealed": hashlib.sha256(sealed).hexdigest(),
        "unsigned": hashlib.sha256(unsigned).hexdigest(),
        "certificate": seal.fingerprint,
        "size": len(sealed),
    }
    noted = EvidenceRequest.objects.filter(pk=request.pk, token=token, state=State.PENDING).update(draft=draft)
    if not noted:
        raise _LeaseLost
    storage.put_once(sealed)
    return draft


@service
def _write_record(*, request_id: int, token: uuid.UUID, draft: dict[str, str | int], now: datetime) -> EvidenceRecord:
    from trainingops.records.rendering import template_version

    request = _mine(request_id, token)
    payload = _payload_of(request)
    kind = get_kind(request.kind)
    stored, _made = StoredFile.objects.get_or_create(
        sha256=draft["sealed"],
        defaults={"size": draft["size"], "media_type": "application/pdf", "stored_at": now},
    )
    made = EvidenceRecord.objects.create(
        number=request.number,
        kind=request.kind,
        title=request.title,
        subject_type=request.subject_type,
        subject=request.subject,
        training=request.training,
        evidence_date=request.evidence_date,
        supports_until=request.supports_until,
        site_id=request.site_id,
        line_id=request.line_id,
        unit_id=request.unit_id,
        procedure=procedure_of(payload),
        template_version=template_version(kind),
        language=request.language,
        request=request,
        payload=payload,
        payload_sha256=payload.sha256,
        unsigned_sha256=draft["unsigned"],
        certificate_sha256=draft["certificate"],
        sealed=stored,
        verify_code=request.verify_code,
        paper_place=json.loads(payload.text)["data"].get("paper_place", ""),
        created_at=now,
    )
    request.state, request.token, request.lease_until, request.error = State.PRODUCED, None, None, ""
    request.save(update_fields=["state", "token", "lease_until", "error"])
    hashes = {key: draft[key] for key in ("sealed", "unsigned", "certificate")}
    record(
        "evidence.produced",
        subject=made,
        actor=None,
        now=now,
        data={"number": made.number, "kind": made.kind, "payload": payload.sha256, **hashes},
    )
    record_produced.send(sender=EvidenceRecord, record=made, now=now)
    return made


@service
def fail_request(*, request_id: int, token: uuid.UUID, error: str, now: datetime) -> None:
    """Keep the error. The sweep tries again, later each time; after the last attempt the request waits for somebody."""
    try:
        request = _mine(request_id, token)
    except _LeaseLost:
        return
    request.error, request.token = error[:2000], None
    if request.attempts >= MOST_ATTEMPTS:
        request.state, request.lease_until = State.FAILED, None
        record("evidence.failed", subject=request, actor=None, now=now, data={"attempts": request.attempts})
    else:
        request.lease_until = now + timedelta(seconds=30 * 2**request.attempts)
    request.save(update_fields=["error", "token", "state", "lease_until"])


@service
def retry_request(*, request: EvidenceRequest, actor: User, now: datetime) -> None:
    """Try a failed request again, from the first attempt.

    Raises:
        NotAllowed: not a manager or administrator of its scope.
        Refused: it has not failed.
    """
    request = EvidenceRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    require(can_retry_request(actor, request))
    if request.state != State.FAILED:
        raise Refused(
            _("The record “%(title)s” is not failed but “%(state)s”: there is nothing to try again. Reload the page.")
            % {"title": request.title, "state": request.get_state_display()}
        )
    request.state, request.attempts, request.lease_until = State.PENDING, 0, None
    request.save(update_fields=["state", "attempts", "lease_until"])
    record("evidence.retried", subject=request, actor=actor, now=now)
    from trainingops.jobs.wake import wake
    from trainingops.records.tasks import produce_evidence

    wake(produce_evidence, request.pk)


def hand_out_requests(*, send: Callable[[int], bool], now: datetime, most: int = 200) -> list[int]:
    """Send the keys of requests that nobody works on to workers; each once in a lease, so that queues do not fill up.

    Args:
        send: tells whether the broker took a key. What it did not take is sent again by the next sweep.
    """
    free = Q(lease_until=None, requested_at__lt=now - timedelta(seconds=10)) | Q(lease_until__lt=now)
    waiting = EvidenceRequest.objects.filter(free, state=State.PENDING).order_by("pk").values_list("pk", flat=True)
    sent = [key for key in waiting[:most] if send(key)]
    if sent:
        EvidenceRequest.objects.filter(free, pk__in=sent, state=State.PENDING).update(
            token=None, lease_until=now + LEASE
        )
    return sent
