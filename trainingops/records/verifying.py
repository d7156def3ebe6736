"""The public page that says whether a record is genuine, and says no more than that (UX.md EVD-5)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from trainingops.audit.access_events import client_address, record_access
from trainingops.audit.models import AccessEvent
from trainingops.domain import Refused
from trainingops.records.archive.contents import kind_labels
from trainingops.records.forms import MOST_UPLOADED, CodeForm, CompareForm
from trainingops.records.models import EvidenceRecord
from trainingops.records.registry import get_kind

#: Look-ups from one address in a minute; a code has 80 random bits, so this only keeps the load away.
MOST_LOOK_UPS = 30
_ENVELOPE = 64 * 1024  # what a form adds to its file


def verify(request: HttpRequest) -> HttpResponse:
    """Asks for the code on a record's page."""
    form = CodeForm(request.GET or None)
    if request.GET and form.is_valid():
        return redirect("verify_record", code=form.cleaned_data["code"].lower())
    return render(request, "records/verify.html", {"form": form})


# No token: it changes nothing, and checking one would read the whole upload before its size is looked at.
@csrf_exempt
def verify_record(request: HttpRequest, code: str) -> HttpResponse:
    """Kind, number, date and standing of a record; with a file, whether it is the sealed one."""
    now: datetime = getattr(request, "now", None) or timezone.now()
    if _too_many(request, now):
        response = render(request, "records/verify.html", {"form": CodeForm(), "too_many": True}, status=429)
        response["Retry-After"] = "60"
        return response
    record = EvidenceRecord.objects.filter(verify_code=code.lower()).select_related("sealed", "site").first()
    compared, errors, form = "", [], CompareForm()
    if record is not None and request.method == "POST":
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_UPLOADED + _ENVELOPE:
            errors = [Refused(_("The file is larger than 20 MB. Choose the PDF of the record."))]
        else:
            form = CompareForm(request.POST, request.FILES)
            if form.is_valid():
                compared = "match" if _hash(form.cleaned_data["file"]) == record.sealed.sha256 else "mismatch"
    found = {"found": record is not None, "compared": compared}
    record_access(AccessEvent.Kind.VERIFICATION, user=None, request=request, now=now, subject=record, data=found)
    context = {
        "record": record,
        "label": kind_labels().get(record.kind, record.kind) if record else "",
        "superseded": _superseded_words(record) if record else "",
        "compared": compared,
        "form": form,
        "errors": errors,
        "code_form": CodeForm(),
    }
    return render(request, "records/verify_record.html", context, status=200 if record else 404)


def _superseded_words(record: EvidenceRecord) -> str:
    """That a later record took its place, as its kind says it; empty while it stands."""
    kind = get_kind(record.kind) if record.kind in kind_labels() else None
    return kind.superseded(record) if kind and kind.superseded else ""


def _too_many(request: HttpRequest, now: datetime) -> bool:
    recent = AccessEvent.objects.filter(
        kind=AccessEvent.Kind.VERIFICATION,
        address=client_address(request),
        occurred_at__gt=now - timedelta(minutes=1),
    )
    return recent.count() >= MOST_LOOK_UPS


def _hash(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return digest.hexdigest()
