"""Who got a report: remind, mail again, add, note a delivery (RPT-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting import policies, services
from reporting.evidence import COPY
from reporting.forms import DeliveryForm, RecipientForm
from reporting.models import ReportDelivery, ReportVersion, TrainingReport
from reporting.receipts import copies_for
from reporting.views.loading import number, visible, visible_receipt
from trainingops.domain import NotAllowed, Refused
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response
from trainingops.records.models import EvidenceRequest


def recipient_remind(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Remind one recipient."""
    distribution = visible_receipt(request, uuid)
    who = {"name": distribution.words}

    def remind() -> str:
        told = services.remind_recipient(distribution=distribution, actor=request.user, now=request.now)
        return (_("%(name)s was reminded.") if told else _("%(name)s was reminded a moment ago.")) % who

    return _attempt(request, remind, distribution.version.report)


def report_remind(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Remind everybody who has not read it."""
    report = visible(request, uuid)
    version = get_object_or_404(report.versions, number=number(request.POST.get("version")))

    def remind() -> str:
        told = services.remind_unread(version=version, actor=request.user, now=request.now)
        if not told:
            return _("All of them were reminded a moment ago.")
        return ngettext("%(n)d recipient was reminded.", "%(n)d recipients were reminded.", told) % {"n": told}

    return _attempt(request, remind, report)


def recipient_resend(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Mail one recipient again whose mail failed."""
    distribution = visible_receipt(request, uuid)
    who = {"name": distribution.words}

    def resend() -> str:
        services.resend_to_recipient(distribution=distribution, actor=request.user, now=request.now)
        return _("The mail to %(name)s is on its way again.") % who

    return _attempt(request, resend, distribution.version.report)


def _attempt(request: SignedInRequest, step: Callable[[], str], report: TrainingReport) -> HttpResponse:
    """A step of a POST-only address; a refusal becomes a message on the page of the report."""
    try:
        messages.success(request, step())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("report_detail", uuid=report.uuid)


def recipient_later(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Leave somebody who was added by hand out of later versions, or send them those again."""
    distribution = visible_receipt(request, uuid)
    receives = request.POST.get("receives") == "1"
    words = _("Later versions go to %(name)s too.") if receives else _("Later versions do not go to %(name)s.")

    def choose() -> str:
        services.choose_later_versions(
            distribution=distribution, receives=receives, actor=request.user, now=request.now
        )
        return words % {"name": distribution.words}

    return _attempt(request, choose, distribution.version.report)


def recipient_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Send the latest version to one more person, in the place of one who was lost or besides."""
    report, version = _sendable(request, uuid)
    if version is None:
        return redirect("report_detail", uuid=uuid)
    form = RecipientForm(request.POST or None, initial={"party": request.GET.get("party", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_recipient(version=version, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _added(made.user is None, made.words))
            return redirect("report_detail", uuid=uuid)
    context = {"title": _("Another recipient"), "form": form, "report": report}
    return render(request, "reporting/recipient_form.html", context)


def _added(is_outside: bool, name: str) -> str:
    words = _("%(name)s is a recipient now.") if is_outside else _("%(name)s received the report.")
    return words % {"name": name}


def _sendable(request: SignedInRequest, uuid: UUID) -> tuple[TrainingReport, ReportVersion | None]:
    """The report with its latest version, for those who send it."""
    report = visible(request, uuid)
    if not policies.can_send(request.user, report):
        raise NotAllowed(_("Recipients are added by the PIC, the trainers and the manager."))
    return report, report.versions.order_by("-number").first()


def delivery_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Note that somebody without account was handed the report."""
    distribution = visible_receipt(request, uuid)
    report = distribution.version.report
    if not policies.can_send(request.user, report):
        raise NotAllowed(_("Deliveries are noted by the PIC, the trainers and the manager."))
    form = DeliveryForm(
        request.POST or None,
        request.FILES or None,
        initial={"delivered_at": request.now, "received_by": distribution.words},
    )
    field: Any = form.fields["delivered_at"]
    field.zone = report.obligation.zone
    if request.method == "POST" and form.is_valid():
        try:
            services.record_delivery(
                distribution=distribution, **form.cleaned_data, actor=request.user, now=request.now
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The delivery is noted."))
            return redirect("report_detail", uuid=report.uuid)
    title = _("Handed over to %(name)s") % {"name": distribution.words}
    copy = copies_for([distribution], distribution.version, request.user).get(distribution.uuid)
    ordered = EvidenceRequest.objects.filter(kind=COPY, subject=distribution.version.uuid)
    is_made = copy is None and ordered.filter(state=EvidenceRequest.State.PENDING).exists()
    context = {"title": title, "form": form, "report": report, "copy": copy, "copy_is_made": is_made}
    return render(request, "reporting/delivery_form.html", context)


def delivery_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The proof of a delivery, for those who see the report and send it."""
    rows = ReportDelivery.objects.select_related("file", "distribution__version__report__obligation")
    seen = TrainingReport.objects.visible_to(request.user)
    delivery = get_object_or_404(rows.filter(distribution__version__report__in=seen), uuid=uuid)
    if not policies.can_send(request.user, delivery.distribution.version.report):
        raise NotAllowed(_("The proof is for the PIC, the trainers and the manager."))
    return document_response(request, delivery)
