"""How a version stands with each of its recipients: sent, opened, read, mailed, handed over, reminded (RPT-4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reporting.evidence import COPY, lines_in
from reporting.models import AddedRecipient, Distribution, ReportDelivery, ReportVersion
from reporting.offices import can_be_reached
from reporting.queries import COPY_MAIL, READER_MAILS
from reporting.sight import ClientLines
from reporting.wording import Standing
from trainingops.notifications.enums import Channel, OutboxState
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.models import User
from trainingops.records.models import EvidenceRecord


@dataclass
class Receipt:
    """One recipient of one party; ``added`` says whether they were added by hand (``by``) and ``taken_out`` again."""

    row: Distribution
    mail: OutboxMessage | None = None
    reminded_at: datetime | None = None
    deliveries: list[ReportDelivery] = field(default_factory=list)
    copy: EvidenceRecord | None = None
    added: dict[str, Any] | None = None

    @property
    def standing(self) -> Standing:
        """The furthest that the report came."""
        if self.row.acknowledged_at:
            return Standing("ok", _("Read"), "eye")
        if self.deliveries:
            return Standing("ok", pgettext("of a report", "Handed over"), "ok")
        if self.is_closed:
            return Standing("late", _("Account closed"), "late")
        if self.row.unreachable:
            return Standing("late", _("Could not open it"), "late")
        if self.row.opened_at:
            return Standing("info", _("Opened"), "mail")
        if self.mail_failed:
            return Standing("late", _("Mail failed"), "late")
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
    def is_closed(self) -> bool:
        """Whether the account is closed, or its person has left."""
        return self.row.user is not None and not can_be_reached(self.row.user)

    @property
    def mail_address(self) -> str:
        """Where the mail went."""
        return self.row.address or (self.row.user.email if self.row.user else "")

    @property
    def mail_failed(self) -> bool:
        return self.mail is not None and self.mail.state == OutboxState.FAILED

    @property
    def can_be_reminded(self) -> bool:
        return bool(self.row.user and not (self.row.unreachable or self.is_closed or self.row.acknowledged_at))


def receipts_of(version: ReportVersion, *, sender: User | None) -> list[Receipt]:
    """Every recipient of a version with mails, reminders and deliveries; for who sends with copies: two queries."""
    reminders = Notice.objects.filter(kind="report.unread", subject=OuterRef("uuid"))
    told = reminders.exclude(channel=Channel.OFF).order_by("-created_at")
    found: Iterable[Any] = (
        version.distributions.annotate(handed=FilteredRelation("deliveries"))
        .select_related("user__person", "handed__recorded_by")  # type: ignore[misc]
        .annotate(
            reminded_at=Subquery(told.values("created_at")[:1]),
            latest_mail=_latest_mail(version),
            added=_added(version),
        )
        .order_by("party", "pk", "handed__pk")
    )
    receipts: dict[UUID, Receipt] = {}
    for each in found:  # a recipient comes once for each delivery
        receipt = receipts.setdefault(
            each.uuid, Receipt(each, _mail(each.latest_mail), each.reminded_at, added=each.added)
        )
        if delivery := getattr(each, "handed", None):
            receipt.deliveries.append(delivery)
    copies = copies_for([each.row for each in receipts.values()], version, sender) if sender else {}
    for receipt in receipts.values():
        receipt.copy = copies.get(receipt.row.uuid)
    return list(receipts.values())


def copies_for(rows: Iterable[Distribution], version: ReportVersion, sender: User) -> dict[UUID, EvidenceRecord]:
    """The sealed copy that is theirs, for each recipient without account, to open and hand over (5.3.2)."""
    outside = [each for each in rows if each.user_id is None]
    if not outside:
        return {}
    lines = ClientLines(version.report.obligation.training_session)
    records = EvidenceRecord.objects.visible_to(sender).filter(kind=COPY, subject=version.uuid)
    made = {lines_in(each.request, lines): each for each in records.select_related("request__payload").order_by("pk")}
    wanted = {each.uuid: lines.due_to(each) for each in outside}
    return {uuid: made[due] for uuid, due in wanted.items() if due in made}


def _latest_mail(version: ReportVersion) -> Subquery:
    """State, time and error of the mail that brought a version to its recipient last (:func:`mails_to`)."""
    to_account = Q(subject=version.uuid, kind__in=READER_MAILS, recipient=OuterRef("user"))
    outside = Q(subject=OuterRef("uuid"), kind=COPY_MAIL, recipient=None)
    kept = {name: name for name in ("state", "sent_at", "error")}
    mails = OutboxMessage.objects.filter(to_account | outside).order_by("-pk")
    return Subquery(mails.values(row=JSONObject(**kept))[:1])


def _added(version: ReportVersion) -> Subquery:
    """Whether a recipient was added by hand to this report, and taken out again."""
    same = Q(user=OuterRef("user")) | Q(user=None, name=OuterRef("name"), address=OuterRef("address"))
    added = AddedRecipient.objects.filter(same, report=version.report_id, party=OuterRef("party"))
    return Subquery(added.values(row=JSONObject(by="added_by__name", taken_out="taken_out_at"))[:1])


def _mail(row: dict[str, Any] | None) -> OutboxMessage | None:
    if row is None:
        return None
    sent_at = datetime.fromisoformat(row["sent_at"]) if row["sent_at"] else None
    return OutboxMessage(state=row["state"], error=row["error"], sent_at=sent_at)
