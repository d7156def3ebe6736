"""The sealed copy of a version for recipients without account, and the mail that brings it (5.3.2)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import translation

from reporting.content import Frozen
from reporting.evidence import COPY, audience_in, request_report
from reporting.models import Distribution, ReportVersion
from reporting.queries import COPY_MAIL
from reporting.services.telling import reader_words
from reporting.sight import audience_of
from trainingops.audit.journal import service
from trainingops.jobs.wake import wake
from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.tasks import deliver_mail
from trainingops.records.models import EvidenceRecord, EvidenceRequest

if TYPE_CHECKING:
    from trainingops.people.models import User


def order_copies(version: ReportVersion, sent: Collection[Distribution], *, actor: User, now: datetime) -> None:
    """Order the PDF for each audience among recipients without account, mailed as soon as it is sealed.

    Who has no address gets it from the sender's hand (:func:`reporting.receipts.copies_for`).

    Somebody added later gets the copy that is there already.
    """
    training_session = version.report.obligation.training_session
    wanted = {}
    for each in sent:
        if each.user is None:
            audience, sight = audience_of(each.party, training_session)
            wanted[audience] = sight
    if not wanted:
        return
    ordered = EvidenceRequest.objects.filter(kind=COPY, subject=version.uuid).select_related("payload")
    made = {audience_in(each.payload): each for each in ordered if each.payload}
    for audience, sight in wanted.items():
        if audience not in made:
            request_report(COPY, version=version, sent=sent, actor=actor, now=now, sight=sight, audience=audience)
            continue
        record = EvidenceRecord.objects.filter(request=made[audience]).select_related("payload").first()
        if record is not None:
            mail_copy(record=record, now=now)


@service
def mail_copy(*, record: EvidenceRecord, now: datetime) -> None:
    """Mail a sealed copy to each recipient without account of its version and audience, once for each."""
    version = ReportVersion.objects.select_related("report__obligation__training_session__plan").get(
        uuid=record.subject
    )
    training_session = version.report.obligation.training_session
    outside = version.distributions.filter(user=None).exclude(address="")
    audience = audience_in(record.payload)
    with translation.override("id"):
        words = reader_words(version, Frozen(version.content))
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                subject_type=Distribution._meta.label,
                subject=each.uuid,
                kind=COPY_MAIL,
                address=each.address,
                url=reverse("verify_record", args=[record.verify_code]),
                params={**words, "record": str(record.uuid), "copy": record.number},
                message_id=f"<{uuid.uuid4()}@trainingops>",
                not_before=now,
                created_at=now,
            )
            for each in outside
            if audience_of(each.party, training_session)[0] == audience
        ),
        ignore_conflicts=True,
    )
    wake(deliver_mail)
