"""A report drawn for one reader, or as a preview: no record, so that nothing of it is kept (RPT-2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reporting.content import Frozen
from reporting.evidence import KIND, report_payload
from reporting.models import Distribution
from reporting.reading import read
from trainingops.records.frames import frame_of
from trainingops.records.outside import draw_outside
from trainingops.records.registry import get_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reporting.models import ReportVersion
    from reporting.sight import Sight

STYLESHEET = settings.BASE_DIR / "static" / "print" / "copy.css"


def draw_copy(
    version: ReportVersion,
    *,
    sight: Sight,
    reader: str,
    sent: Iterable[Distribution],
    now: datetime,
    sealed_as: str = "",
) -> bytes:
    """The form with what ``sight`` allows, in the active language.

    Args:
        version: saved, or a preview of the next one.
        reader: for whom, as printed on it.
        sealed_as: the number of the sealed record, if there is one.
    """
    report = version.report
    site = report.obligation.training_session.site
    reading = read(Frozen(version.content), report.obligation.training_session, sight=sight)
    # Pictures would have to be handed to the process that draws; they are in the record.
    payload = report_payload(version, reading, sight=sight, sent=sent) | {"photos": []}
    frame = frame_of(get_kind(KIND), payload, get_language() or "id", reading.ended_on, site, None, reader, now)
    ident = payload["ident"]
    page = render_to_string(
        "reporting/print/copy.html",
        {
            "payload": payload,
            "frame": frame
            | {
                "number": report.number,
                "reader": _("For %(name)s") % {"name": reader},
                "standing": _("Copy, no record") if version.pk else _("Preview, not submitted"),
                "sealed_as": _("The sealed record is %(number)s.") % {"number": sealed_as} if sealed_as else "",
                "ident_rows": [ident[at : at + 2] for at in range(0, len(ident), 2)],
            },
        },
    )
    return draw_outside(page, stylesheet=STYLESHEET)
