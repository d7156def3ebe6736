"""The files of other applications that a session rests on: reports of attendance, scores."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from sessions.models import TrainingSession
from trainingops.imports.models import ImportRun


def files_about(subjects: Iterable[UUID]) -> QuerySet[ImportRun]:
    """Applied imports about any of these meetings or sessions whose file is kept, the latest first."""
    runs = ImportRun.objects.filter(subject__in=list(subjects), file__isnull=False).select_related("owner")
    return runs.defer("preview", "options").order_by("-applied_at")


def files_of(training_session: TrainingSession) -> QuerySet[ImportRun]:
    """All of them of one session and its meetings."""
    meetings = training_session.meetings.values_list("uuid", flat=True)
    return files_about([training_session.uuid, *meetings])
