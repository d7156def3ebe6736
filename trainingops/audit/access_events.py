"""Who read, downloaded, signed in or was refused: events beside the journal, unchained (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.http import HttpRequest

from trainingops.audit.models import AccessEvent


def record_access(
    kind: str,
    *,
    user: Any,
    request: HttpRequest | None,
    now: datetime,
    subject: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
) -> AccessEvent:
    """Note one access. ``user`` may be none (the verify page, a failed sign-in); ``data`` holds nothing secret."""
    return AccessEvent.objects.create(
        kind=kind,
        user=getattr(user, "uuid", None),
        subject_type=subject._meta.label if subject is not None else "",
        subject=subject.uuid if subject is not None else None,  # type: ignore[attr-defined]
        address=client_address(request) if request is not None else None,
        occurred_at=now,
        data=dict(data or {}),
    )


def client_address(request: HttpRequest) -> str | None:
    """The address that the request came from; behind a trusted proxy the web server has already replaced it."""
    return request.META.get("REMOTE_ADDR") or None
