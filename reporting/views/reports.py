"""Writing, sending and reading the H+1 report (RPT-1 to RPT-6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from reporting import policies, services
from reporting.content import Frozen, freeze
from reporting.delivery import delivery_of
from reporting.enums import ObligationState, ReportState
from reporting.forms import AmendForm, DraftForm, ShareForm
from reporting.models import Distribution, ReportShare, ReportVersion, TrainingReport
from reporting.reaction import reaction_data, reaction_words
from reporting.reading import read
from reporting.receipts import receipts_of
from reporting.sharing import reminder_text, whatsapp_text
from reporting.sight import EVERYTHING, Sight, sight_of
from reporting.tables import ReportTable
from reporting.views.loading import number, reports, visible, writable
from reporting.wording import change_words, due_standing, missing_sections, unreached_words
from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.records.models import EvidenceRecord
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def report_list(request: SignedInRequest) -> HttpResponse:
    """Reports that concern the reader, with how many of those who can confirm it have read them.

    The draft of a class that was withdrawn is none: its obligation says why.
    """
    rows = (
        reports()
        .exclude(obligation__state=ObligationState.VOID)
        .visible_to(request.user)
        .annotate(
            recipients_count=Coalesce(Subquery(_counted(Q(user__isnull=False))), 0),
            read_count=Coalesce(Subquery(_counted(Q(acknowledged_at__isnull=False))), 0),
        )
    )
    return list_page(
        request,
        "reporting/report_list.html",
        {
            "title": _("Reports"),
            "table": configure(request, ReportTable(rows)),
        },
        file="laporan",
    )


def _counted(condition: Q) -> Any:
    """Receipts of the latest version of the report outside."""
    latest = ReportVersion.objects.filter(report=OuterRef(OuterRef("pk"))).order_by("-number").values("pk")[:1]
    return (
        Distribution.objects.filter(condition, version=Subquery(latest))
        .order_by()
        .values("version")
        .annotate(n=Count("pk"))
        .values("n")
    )


def report_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The latest version for its readers; the draft for its writers. A GET changes nothing (RPT-1)."""
    report = visible(request, uuid)
    versions = _versions(report, request.user)
    if not versions:
        owed = not report.obligation.is_void
        if owed and policies.can_write(request.user, report, teaches=report.teaches):
            return redirect("report_write", uuid=uuid)
        return redirect("obligation_detail", uuid=report.obligation.uuid)
    return _version_page(request, report, versions[0], versions)


def report_version(request: SignedInRequest, uuid: UUID, number: int) -> HttpResponse:
    """One version, also a superseded one, which says so and links to the latest (RPT-5)."""
    report = visible(request, uuid)
    versions = _versions(report, request.user)
    version = next((each for each in versions if each.number == number), None)
    if version is None:
        return redirect("report_detail", uuid=uuid)
    return _version_page(request, report, version, versions)


def _versions(report: TrainingReport, user: User) -> list[Any]:
    """Every version, the latest first, with the sealed record that the reader may open, and where it was shared."""
    sealed = EvidenceRecord.objects.visible_to(user).filter(kind="report", subject=OuterRef("uuid")).order_by("-pk")
    versions = report.versions.select_related("submitted_by").order_by("-number")
    shared = ReportShare.objects.filter(version=OuterRef("pk")).order_by("-shared_at")
    said = shared.values(row=JSONObject(group="group", shared_at="shared_at", shared_by="shared_by__name"))
    return list(versions.annotate(record_uuid=Subquery(sealed.values("uuid")[:1]), listed_shares=ArraySubquery(said)))


def _version_page(
    request: SignedInRequest,
    report: Any,
    version: Any,
    versions: list[Any],
    share_form: ShareForm | None = None,
) -> HttpResponse:
    user = request.user
    sight = sight_of(user, report, teaches=report.teaches)
    writes = policies.can_write(user, report, teaches=report.teaches)
    sends = writes or policies.can_remind(user, report.obligation)
    receipts = receipts_of(version, sender=user if sends else None)
    is_outside = policies.is_outside(user)
    mine = [each.row for each in receipts if each.row.user_id == user.pk]
    address = settings.BASE_URL + reverse("report_detail", args=[report.uuid])
    context = {
        **_page(report, Frozen(version.content), sight, request, read_at=version.submitted_at),
        "version": version,
        "latest": versions[0].number,
        "changes": change_words(report) if report.changed_at else "",
        "others": [each.number for each in versions if each.number != version.number],
        "older": [each.number for each in versions if each.number < version.number],
        "unreached": unreached_words(delivery_of(report.obligation, now=request.now)) if sends else "",
        "is_outside": is_outside,
        "receipts": [each for each in receipts if each.row.user_id == user.pk] if is_outside else receipts,
        "parties": list(dict.fromkeys(each.row.get_party_display() for each in receipts)),
        "readers": sum(each.row.user_id is not None for each in receipts),
        "outside": sum(each.row.user_id is None for each in receipts),
        "read_count": sum(each.row.acknowledged_at is not None for each in receipts),
        "waiting": any(each.can_be_reminded for each in receipts),
        "unread_mine": any(each.acknowledged_at is None for each in mine),
        "unopened_mine": any(each.opened_at is None for each in mine),
        "writes": writes,
        "sends": sends,
        "shares": [each | {"shared_at": datetime.fromisoformat(each["shared_at"])} for each in version.listed_shares],
        "share_form": share_form or ShareForm(),
        "errors": share_form,
        "summary": whatsapp_text(
            Frozen(version.content).data,
            submitted_at=version.submitted_at,
            address=address,
        ),
        "reminder": reminder_text(
            Frozen(version.content).data,
            list(dict.fromkeys(each.row.words for each in receipts if each.can_be_reminded)),
            address=address,
        ),
    }
    return render(request, "reporting/report_detail.html", context)


def _page(report: Any, frozen: Frozen, sight: Sight, request: SignedInRequest, *, read_at: datetime) -> dict[str, Any]:
    obligation = report.obligation
    reading = read(frozen, obligation.training_session, sight=sight)
    signed, today = reading.data.get("reaction"), reaction_data(report, request.now)
    return {
        "title": obligation.training_session.plan.title,
        "report": report,
        "obligation": obligation,
        "session": obligation.training_session,
        "due": due_standing(obligation, request.now),
        "reading": reading,
        "deviations": reading.deviations,
        "reaction": reaction_words(signed, at=read_at, zone=reading.zone),
        "reaction_today": reaction_words(today, at=request.now, zone=reading.zone) if today != signed else [],
        "photos": [each for each in report.shown_photos if str(each) in reading.data.get("photos", [])],
    }


# --- Writing -----------------------------------------------------------------------------------------------


def report_write(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The narrative: saved while typing, and by its button without JavaScript."""
    report = writable(request, uuid)
    form = DraftForm(request.POST or None, instance=report)
    for field in form.fields.values():
        field.required = False
    status = 200
    if request.method == "POST" and not form.is_valid():
        report, status = writable(request, uuid), 422
    elif request.method == "POST":
        try:
            report = services.save_draft(
                report=report,
                version=number(request.POST.get("version")),
                **{name: request.POST.get(name, "") for name in form.fields},
                actor=request.user,
                now=request.now,
            )
        except StaleVersion as refused:
            form.add_error(None, str(refused))
            report = writable(request, uuid)
            status = 409
        else:
            if not request.headers.get("HX-Request"):
                return redirect("report_submit" if "check" in request.POST else "report_write", uuid=uuid)
    context = {
        "title": report.obligation.training_session.plan.title,
        "form": form,
        "report": report,
        "obligation": report.obligation,
        "session": report.obligation.training_session,
        "due": due_standing(report.obligation, request.now),
        "missing": missing_sections(report),
    }
    template = "reporting/saved.html" if request.headers.get("HX-Request") else "reporting/report_write.html"
    return render(request, template, context, status=status)


@fresh_log_in_required
def report_submit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Read the whole report once more and sign it: the first submission, or an amendment with its reason."""
    report = writable(request, uuid)
    amends = report.state != ReportState.DRAFT
    known = {"reason": change_words(report)}
    form = AmendForm(request.POST if request.method == "POST" else None, initial=known) if amends else None
    errors: list[str] = []
    status = 200
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            services.sign_and_send(
                report=report,
                content_hash=request.POST.get("content_hash", ""),
                authenticated_at=authenticated_at(request),
                actor=request.user,
                now=request.now,
                reason=form.cleaned_data["reason"] if form else "",
            )
        except (StaleVersion, WrongState) as moved:
            errors, status = [str(moved)], 409
        except Refused as refused:
            errors = [str(refused)]
        else:
            messages.success(request, _("The report is on its way to its recipients. The record is being made."))
            return redirect("report_detail", uuid=uuid)
    frozen = freeze(report, number=report.last_number + 1, now=request.now)
    context = {
        **_page(report, frozen, EVERYTHING, request, read_at=request.now),
        "form": form,
        "errors": errors,
        "amends": amends,
        "content_hash": frozen.hash,
        "missing": [TrainingReport._meta.get_field(name).verbose_name for name in missing_sections(report)],  # type: ignore[union-attr]
    }
    return render(request, "reporting/report_submit.html", context, status=status)


# --- Receipts ----------------------------------------------------------------------------------------------


def report_acknowledge(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """ "I have read it": of the version that the button stood on."""
    report = visible(request, uuid)
    version = get_object_or_404(report.versions, number=number(request.POST.get("version")))
    services.acknowledge_report(version=version, actor=request.user, now=request.now)
    messages.success(request, _("Your receipt is recorded."))
    return redirect("report_detail", uuid=uuid)


def report_opened(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The open page says so by itself, as a POST of the signed-in reader."""
    report = visible(request, uuid)
    version = get_object_or_404(report.versions, number=number(request.POST.get("version")))
    services.open_report(version=version, actor=request.user, now=request.now)
    return HttpResponse(status=204)


def report_share(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Note where the summary was shared."""
    report = visible(request, uuid)
    versions = _versions(report, request.user)
    if not versions:
        return redirect("report_detail", uuid=uuid)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _version_page(request, report, versions[0], versions, form)
    services.note_share(version=versions[0], group=form.cleaned_data["group"], actor=request.user, now=request.now)
    messages.success(request, _("Noted."))
    return redirect("report_detail", uuid=uuid)
