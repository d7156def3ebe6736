"""A report as somebody else gets it, before it goes out: page, mail and PDF; a copy for its reader; what changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reporting import policies
from reporting.content import Frozen, freeze
from reporting.difference import difference
from reporting.drawing import draw_copy
from reporting.evidence import COPY
from reporting.models import Distribution, ReportVersion
from reporting.queries import COPY_MAIL, record_number
from reporting.reaction import reaction_words
from reporting.reading import read
from reporting.services.recipients import Recipient, recipients_of
from reporting.services.telling import reader_words, report_address
from reporting.sight import Sight, sight_of, sight_of_party
from reporting.views.loading import visible, writable
from sessions.queries.facts import session_facts
from trainingops.audit.access_events import record_access
from trainingops.audit.models import AccessEvent
from trainingops.notifications.mail import as_mail
from trainingops.notifications.models import OutboxMessage
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import attachment
from trainingops.records.registry import get_kind


class Preview:
    """The next version of a report as one of its recipients will get it."""

    def __init__(self, request: SignedInRequest, uuid: UUID) -> None:
        report = writable(request, uuid)
        self.training_session = report.obligation.training_session
        self.facts = session_facts(self.training_session)
        frozen = freeze(report, number=report.last_number + 1, now=request.now, facts=self.facts)
        self.version = ReportVersion(
            report=report,
            number=report.last_number + 1,
            content=frozen.text,
            content_hash=frozen.hash,
            submitted_at=request.now,
            submitted_by=request.user,
        )
        self.recipients = recipients_of(
            self.training_session, request.now, enrolments=self.facts["enrolments"], added=report.added
        )
        self.choices = [(_key(each), _label(each), each) for each in self.recipients.all]
        chosen = request.GET.get("recipient", "")
        found = next((each for key, _words, each in self.choices if key == chosen), None)
        if found is None and not self.choices:
            raise Http404
        self.recipient = found or self.choices[0][2]

    @cached_property
    def sight(self) -> Sight:
        """What they will see."""
        user = self.recipient.user
        if user is None:
            return sight_of_party(self.recipient.party, self.training_session)
        teaches = any(each["user"] == str(user.uuid) for each in self.facts["trainers"])
        return sight_of(user, self.version.report, teaches=teaches)

    @property
    def language(self) -> str:
        return self.recipient.user.language if self.recipient.user else "id"

    def mail(self) -> Any:
        """The mail that will go out to them, not sent; none where nobody knows an address."""
        if not self.recipient.address:
            return None
        kind = "report.submitted" if self.version.number == 1 else "report.amended"
        with translation.override(self.language):
            words = reader_words(self.version, Frozen(self.version.content))
        # Number and code of the sealed copy are made when the report goes out.
        copy = {"copy": f"{get_kind(COPY).prefix}-{self.version.submitted_at:%Y}-…"}
        message = OutboxMessage(
            kind=kind if self.recipient.user else COPY_MAIL,
            recipient=self.recipient.user,
            address=self.recipient.address,
            language=self.language,
            url=report_address(self.version.report) if self.recipient.user else f"{reverse('verify')}…",
            params=words if self.recipient.user else words | copy,
            message_id="<preview@trainingops>",
        )
        return as_mail(message)

    def pdf(self, request: SignedInRequest) -> bytes:
        """The form that they will be able to read."""
        sent = [Distribution(party=each.party, user=each.user, name=each.name) for each in self.recipients.all]
        with translation.override(self.language):
            return draw_copy(self.version, sight=self.sight, reader=self.recipient.words, sent=sent, now=request.now)


def _body_of(page: str) -> SafeString:
    """What stands in the body of a page of our own templates, which escape what people typed."""
    return mark_safe(page.partition("<body>")[2].partition("</body>")[0])


def _key(recipient: Recipient) -> str:
    return f"{recipient.party}:{recipient.user.uuid if recipient.user else recipient.address or recipient.name}"


def _label(recipient: Recipient) -> str:
    return f"{recipient.words}, {Role(recipient.party).label}"


def report_preview(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The mail as text and HTML and the report as a chosen recipient will see it."""
    preview = Preview(request, uuid)
    report = preview.version.report
    frozen = Frozen(preview.version.content)
    reading = read(frozen, preview.training_session, sight=preview.sight, facts=preview.facts)
    mail = preview.mail()
    context = {
        "title": _("Preview"),
        "report": report,
        "session": preview.training_session,
        "obligation": report.obligation,
        "choices": [(key, words) for key, words, _each in preview.choices],
        "chosen": _key(preview.recipient),
        "recipient": preview.recipient,
        "mail": mail,
        "mail_html": _body_of(mail.alternatives[0][0]) if mail else "",
        "sight": preview.sight,
        "is_outside": preview.recipient.user is None or policies.is_outside(preview.recipient.user),
        "reading": reading,
        "deviations": reading.deviations,
        "reaction": reaction_words(reading.data["reaction"], at=request.now, zone=reading.zone),
        "without": preview.recipients.parties_without,
    }
    return render(request, "reporting/report_preview.html", context)


def report_preview_pdf(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The same as the form on paper."""
    preview = Preview(request, uuid)
    data = preview.pdf(request)
    return attachment(data, "application/pdf", f"{preview.version.report.number}_{_('preview')}.pdf")


def report_copy(request: SignedInRequest, uuid: UUID, number: int) -> HttpResponse:
    """A version as PDF with what its reader may see; noted as a download."""
    report = visible(request, uuid)
    version = get_object_or_404(report.versions.select_related("submitted_by", "signature"), number=number)
    version.report = report
    record_access(
        AccessEvent.Kind.DOWNLOAD,
        user=request.user,
        request=request,
        now=request.now,
        subject=version,
        data={"version": version.number},
    )
    data = draw_copy(
        version,
        sight=sight_of(request.user, report, teaches=report.teaches),
        reader=request.user.name,
        sent=version.distributions.select_related("user"),
        now=request.now,
        sealed_as=record_number(version),
    )
    return attachment(data, "application/pdf", f"{report.number}_v{version.number}.pdf")


def report_difference(request: SignedInRequest, uuid: UUID, old: int, new: int) -> HttpResponse:
    """What one version says that another does not, as far as the reader sees it."""
    report = visible(request, uuid)
    sight = sight_of(request.user, report, teaches=report.teaches)
    versions = {each.number: each for each in report.versions.select_related("submitted_by")}
    if old == new or not {old, new} <= versions.keys():
        return redirect("report_detail", uuid=uuid)
    before, after = (versions[each] for each in sorted((old, new)))
    training_session = report.obligation.training_session
    context = {
        "title": _("Version %(old)d and version %(new)d") % {"old": before.number, "new": after.number},
        "report": report,
        "session": training_session,
        "before": before,
        "after": after,
        "numbers": sorted(versions),
        "rows": difference(Frozen(before.content), Frozen(after.content), training_session, sight),
        "zone": report.obligation.zone,
    }
    return render(request, "reporting/report_difference.html", context)
