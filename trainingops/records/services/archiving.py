"""Order an archive, note that it is ready, let it go after a week."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.jobs.services import enqueue_job
from trainingops.notifications.services import notify
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Archive, EvidenceRecord
from trainingops.records.policies import can_archive

if TYPE_CHECKING:
    from trainingops.people.models import User

log = logging.getLogger(__name__)

ARCHIVE_JOB = "records.archive"
KEPT_FOR = timedelta(days=7)


def archive_path(archive: Archive) -> Path:
    """Where an archive's bytes are, or will be."""
    return Path(settings.MEDIA_ROOT) / "archives" / f"{archive.uuid}.zip"


@service
def request_archive(*, chosen: EvidenceFilter, actor: User, now: datetime) -> Archive:
    """Order an archive of exactly what ``chosen`` shows to ``actor`` now; a job builds it.

    Raises:
        NotAllowed: the actor may not hand out evidence.
        Refused: the filter shows no record.
    """
    require(can_archive(actor))
    found = chosen.apply(EvidenceRecord.objects.visible_to(actor)).aggregate(count=Count("pk"), last=Max("pk"))
    if not found["count"]:
        raise Refused(_("The filter shows no record, so there is nothing to archive. Choose another clause or period."))
    archive = Archive.objects.create(
        requested_by=actor, requested_at=now, filters=chosen.to_json(), records_count=found["count"]
    )
    params = {"archive": str(archive.uuid), "last": found["last"]}
    archive.job = enqueue_job(kind=ARCHIVE_JOB, owner=actor, params=params, now=now)
    archive.save(update_fields=["job"])
    record(
        "archive.requested",
        subject=archive,
        actor=actor,
        now=now,
        data={"records": found["count"]},
        detail={"filters": archive.filters},
    )
    return archive


@service
def finish_archive(
    *, archive: Archive, path: Path, size: int, sha256: str, records: int, warnings: list[str], now: datetime
) -> None:
    """Note that the archive is ready, and tell who ordered it. Doing it twice tells them once."""
    archive.path, archive.size, archive.sha256 = str(path), size, sha256
    archive.records_count, archive.warnings = records, warnings
    archive.ready_at, archive.expires_at = now, now + KEPT_FOR
    archive.save(update_fields=["path", "size", "sha256", "records_count", "warnings", "ready_at", "expires_at"])
    notify(
        kind="archive_ready",
        recipients=[archive.requested_by],
        subject=archive,
        url=reverse("archive_detail", args=[archive.uuid]),
        params={"records": records, "warnings": len(warnings)},
        now=now,
    )
    record(
        "archive.finished",
        subject=archive,
        actor=None,
        now=now,
        data={"records": records, "size": size, "sha256": sha256, "warnings": len(warnings)},
    )


@service
def expire_archives(*, now: datetime) -> int:
    """Remove archives past their day; the number removed. Their rows stay."""
    expired = list(Archive.objects.filter(expires_at__lte=now).exclude(path="").order_by("pk")[:20])
    for archive in expired:
        Path(archive.path).unlink(missing_ok=True)
        archive.path = ""
        archive.save(update_fields=["path"])
        record("archive.expired", subject=archive, actor=None, now=now)
    return len(expired)
