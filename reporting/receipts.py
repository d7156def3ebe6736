"""How a version stands with each of its recipients: sent, opened, read, mailed, handed over, reminded (RPT-4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reporting.evidence import COPY, audience_in
from reporting.models import Distribution, ReportDelivery, ReportVersion
from reporting.queries import mails_to
from reporting.sight import audience_of
from reporting.wording import Standing
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.models import User
from trainingops.records.models import EvidenceRecord


@dataclass
class Receipt:
    """One recipient of one party."""

    row: Distribution
    mail: OutboxMessage | None = None
    reminded_at: datetime | None = None
    deliveries: list[ReportDelivery] = field(default_factory=list)
    copy: EvidenceRecord | None = None

    @property
    def standing(self) -> Standing:
        """The furthest that the report came."""
        if self.row.acknowledged_at:
            return Standing("ok", _("Read"), "eye")
        if self.deliveries:
            return Standing("ok", pgettext("of a report", "Handed over"), "ok")
        if self.row.opened_at:
            return Standing("info", _("Opened"), "mail")
        if self.row.unreachable or (self.row.user and not self.row.user.is_active):
            return Standing("late", _("Account closed"), "late")
        if self.row.user:
            return Standing("idle", _("Sent"), "mail")
        return self._outside()

    def _outside(self) -> Standing:
        """Of a recipient without account."""
        if not self.row.address:
            return Standing("warn", _("To be handed over"), "clock")
        if self.mail is None:
            return Standing("info", _("PDF is being made"), "doc")
        if self.mail.state == OutboxState.SENT:
            return Standing("ok", _("Mailed with the PDF"), "mail")
        return Standing("idle", _("Mail waits"), "mail")

    @property
    def at(self) -> datetime | None:
        """When that was."""
        if self.row.acknowledged_at or self.row.opened_at:
            return self.row.acknowledged_at or self.row.opened_at
        if self.deliveries:
            return self.deliveries[-1].delivered_at
        if self.row.user is None:
            return self.mail.sent_at if self.mail else None
        return self.row.sent_at

    @property
    def mail_failed(self) -> bool:
        return self.mail is not None and self.mail.state == OutboxState.FAILED

    @property
    def can_be_reminded(self) -> bool:
        return bool(self.row.user and self.row.user.is_active and not self.row.acknowledged_at)


def receipts_of(version: ReportVersion, *, sender: User | None) -> list[Receipt]:
    """Every recipient of a version; with mails, reminders, deliveries and copies for who sends (2 to 5 queries)."""
    told = Notice.objects.filter(kind="report.unread", subject=OuterRef("uuid")).order_by("-created_at")
    found = version.distributions.select_related("user").annotate(reminded_at=Subquery(told.values("created_at")[:1]))
    rows = list(found)
    if sender is None:
        return [Receipt(each) for each in rows]
    mails = _mails(rows)
    outside = [each.pk for each in rows if each.user_id is None]
    handed: dict[int, list[ReportDelivery]] = {}
    if outside:
        for delivery in ReportDelivery.objects.filter(distribution__in=outside).select_related("recorded_by"):
            handed.setdefault(delivery.distribution_id, []).append(delivery)
    copies = copies_for(rows, version, sender)
    return [
        Receipt(
            each,
            mails.get(each.user_id) if each.user_id else mails.get(each.uuid),
            each.reminded_at,
            handed.get(each.pk, []),
            copies.get(each.uuid),
        )
        for each in rows
    ]


def copies_for(rows: Iterable[Distribution], version: ReportVersion, sender: User) -> dict[UUID, EvidenceRecord]:
    """The sealed copy for each recipient without account, to open and hand over, by recipient (5.3.2)."""
    outside = [each for each in rows if each.user_id is None]
    if not outside:
        return {}
    records = EvidenceRecord.objects.visible_to(sender).filter(kind=COPY, subject=version.uuid)
    made = {audience_in(each.payload): each for each in records.select_related("payload").order_by("pk")}
    training_session = version.report.obligation.training_session
    wanted = {party: audience_of(party, training_session)[0] for party in {each.party for each in outside}}
    return {each.uuid: made[wanted[each.party]] for each in outside if wanted[each.party] in made}


def _mails(rows: Iterable[Distribution]) -> dict[int | UUID | None, OutboxMessage]:
    """The latest mail by account, or by recipient where there is none."""
    return {each.recipient_id or each.subject: each for each in mails_to(rows)}
