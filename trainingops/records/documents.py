"""Documents that people attach: checked, kept by their SHA-256 beside the records, handed out as downloads."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.audit.access_events import record_access
from trainingops.audit.models import AccessEvent
from trainingops.domain import Refused
from trainingops.records import storage
from trainingops.records.models import StoredFile

if TYPE_CHECKING:
    from trainingops.people.http import SignedInRequest

#: The largest document, in bytes.
MAX_BYTES = 10 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: Folder inside an office file → its media type.
_INSIDE = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
_BEGINNINGS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.pptx"


class DocumentField(forms.FileField):
    """A document to attach; what it is by its content, not by its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "required": False,
                "max_length": 160,
                "help_text": gettext_lazy("PDF, picture or office file, at most 10 MB."),
                "error_messages": {
                    "empty": gettext_lazy("The file is empty. Choose the file that holds the document.")
                },
                "widget": forms.FileInput(attrs={"accept": ACCEPTED}),
                **kwargs,
            }
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse by the declared size before a byte is read, then by what the bytes are."""
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The document is larger than 10 MB. Attach a smaller one."), code="too_large")
        content = file.read()
        file.seek(0)
        if not media_type_of(content):
            message = _("“%(name)s” is none of PDF, PNG, JPEG, DOCX, XLSX and PPTX. Save it as one of these.")
            raise forms.ValidationError(message % {"name": file.name}, code="not_a_document")
        return file


def media_type_of(content: bytes) -> str:
    """What ``content`` is, by its first bytes; ``""`` for what is not accepted."""
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        try:
            names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
            return ""
        return next((kind for folder, kind in _INSIDE.items() if any(name.startswith(folder) for name in names)), "")
    return ""


def keep_document(file: Any, *, now: datetime) -> tuple[StoredFile, str]:
    """Keep an uploaded document inside the caller's transaction; the same bytes are kept once.

    Returns:
        the stored file, and the name that it came with.

    Raises:
        Refused: it is none of the accepted kinds, or too large.
    """
    content = file.read()
    media_type = media_type_of(content)
    if not media_type or len(content) > MAX_BYTES:
        raise Refused(_("Attach a PDF, picture or office file of at most 10 MB."), field="file")
    return keep_bytes(content, media_type=media_type, now=now), plain_name(file.name)


def keep_bytes(content: bytes, *, media_type: str, now: datetime) -> StoredFile:
    """Keep bytes whose kind is known inside the caller's transaction; the same bytes are kept once.

    Bytes that were let go before (:mod:`trainingops.records.services.letting_go`) are kept anew.
    """
    sha256 = storage.put_once(content)
    stored, _made = StoredFile.objects.select_for_update(no_key=True).get_or_create(
        sha256=sha256, defaults={"size": len(content), "media_type": media_type, "stored_at": now}
    )
    if stored.removed_at is not None:
        stored.removed_at = None
        stored.save(update_fields=["removed_at"])
        storage.put_once(content)  # locked by now: whoever takes the bytes off the disk did so before, or never does
    return stored


def plain_name(name: str) -> str:
    """The name that a file came with, without folders, as long as our column."""
    return PurePath(name).name[-160:]


def document_response(request: SignedInRequest, subject: Any) -> HttpResponse:
    """The document of ``subject`` as a download, its hash checked; noted as an access.

    Args:
        subject: a row with ``file`` and ``file_name``.

    Raises:
        Http404: there is none.
        Refused: the bytes are missing or altered; nothing is handed out.
    """
    stored: StoredFile | None = subject.file
    name: str = subject.file_name
    if stored is None:
        raise Http404
    try:
        data = storage.read_file(stored.sha256)
    except (storage.FileMissing, storage.FileAltered):
        raise Refused(_("The file “%(name)s” is missing or altered. It is not handed out.") % {"name": name}) from None
    record_access(
        AccessEvent.Kind.DOWNLOAD,
        user=request.user,
        request=request,
        now=request.now,
        subject=subject,
        data={"sha256": stored.sha256},
    )
    return attachment(data, stored.media_type, name)


def attachment(data: bytes, media_type: str, name: str) -> HttpResponse:
    """A download that no cache keeps."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
