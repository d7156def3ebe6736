"""The kept file of an import, for whoever sees the session that it is about."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from sessions.queries.files import files_of
from sessions.views.sessions import visible
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response


def session_file(request: SignedInRequest, uuid: UUID, run: UUID) -> HttpResponse:
    """Hand out the file of one import about the session or one of its meetings."""
    training_session = visible(request, uuid)
    return document_response(request, get_object_or_404(files_of(training_session).select_related("file"), uuid=run))
