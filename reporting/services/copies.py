"""The sealed copy of a version for recipients without account, and the mail that brings it (5.3.2)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import translation

from reporting.content import Frozen
from reporting.evidence import CLIENT, COPY, COUNTS, lines_in, request_report
from reporting.models import ClientNames, Distribution, ReportVersion
from reporting.queries import COPY_MAIL
from reporting.services.telling import reader_words
from reporting.sight import ClientLines
from sessions.models import Enrolment
from trainingops.audit.journal import service
from trainingops.jobs.wake import wake
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.tasks import deliver_mail
from trainingops.people.enums import Role
from trainingops.records.models import EvidenceRecord, EvidenceRequest

if TYPE_CHECKING:
    from trainingops.people.models import User


def order_copies(version: ReportVersion, sent: Collection[Distribution], *, actor: User, now: datetime) -> None:
    """Order the PDF for each audience among recipients without account, mailed as soon as it is sealed.

    Who has no address gets it from the sender's hand (:func:`reporting.receipts.copies_for`). Somebody added later
    gets the copy that is there already.
    """
    outside = [each for each in sent if each.user is None]
    if not outside:
        return
    lines = ClientLines(version.report.obligation.training_session)
    ordered = EvidenceRequest.objects.filter(kind=COPY, subject=version.uuid).select_related("payload")
    made = {lines_in(each, lines): each for each in ordered}
    for due in {lines.due_to(each) for each in outside}:
        if due not in made:
            sight, audience = lines.sight(due), CLIENT if due else COUNTS
            request_report(COPY, version=version, sent=sent, actor=actor, now=now, sight=sight, audience=audience)
            continue
        record = EvidenceRecord.objects.filter(request=made[due]).select_related("request__payload").first()
        if record is not None:
            mail_copy(record=record, now=now)


def take_back_names(ended: ClientNames, *, actor: User, now: datetime) -> int:
    """A permission to name the people of a line has ended: give those to whom a version was sent under it another copy.

    The copy that names them is theirs no longer (:class:`reporting.sight.ClientLines`), nor mailed where that has
    not happened yet. The latest version of each report gets one without. How many recipients that concerns.
    """
    in_class = Enrolment.objects.filter(training_session=OuterRef("version__report__obligation__training_session"))
    rows = list(
        Distribution.objects.select_for_update(no_key=True, of=("self",))
        .filter(Exists(in_class.filter(line=ended.line_id)), user=None, party=Role.CLIENT)
        .filter(sent_at__gte=ended.decided_at)
        .order_by("pk")
    )
    mails = OutboxMessage.objects.filter(kind=COPY_MAIL, subject__in=[each.uuid for each in rows])
    mails.exclude(state=OutboxState.SENT).delete()
    latest = ReportVersion.objects.filter(report=OuterRef("report")).order_by("-number").values("pk")[:1]
    versions = ReportVersion.objects.filter(pk__in={each.version_id for each in rows}, pk=Subquery(latest))
    for version in versions.select_related("report__obligation__training_session__plan").order_by("pk"):
        order_copies(version, [each for each in rows if each.version_id == version.pk], actor=actor, now=now)
    return len(rows)


@service
def mail_copy(*, record: EvidenceRecord, now: datetime) -> None:
    """Mail a sealed copy to each recipient without account of its version and audience, once for each."""
    version = ReportVersion.objects.select_related("report__obligation__training_session__plan").get(
        uuid=record.subject
    )
    # Locked before the decisions are read, so that no mail follows one that takes names back.
    outside = list(version.distributions.filter(user=None).exclude(address="").select_for_update(no_key=True))
    lines = ClientLines(version.report.obligation.training_session)
    shown = lines_in(record.request, lines)
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
            if lines.due_to(each) == shown
        ),
        ignore_conflicts=True,
    )
    wake(deliver_mail)
