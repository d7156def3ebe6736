"""What stands around a record's data on its page, frozen with the data when the record is requested."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from trainingops.audit.journal import canonical
from trainingops.records.models import Clause, ControlledProcedure, EvidencePayload
from trainingops.ui.moments import day_words, moment_words

if TYPE_CHECKING:
    from trainingops.people.models import Site, Unit
    from trainingops.records.registry import EvidenceKind


def procedure_in_force(day: date) -> ControlledProcedure:
    """The revision of the procedure in force on ``day``; before the first one, the first (clause 7).

    Raises:
        LookupError: there is none at all: reference data is missing.
    """
    known = list(ControlledProcedure.objects.order_by("effective_on"))
    if not known:
        raise LookupError("no controlled procedure is known. Run: python manage.py migrate")
    return next((each for each in reversed(known) if each.effective_on <= day), known[0])


def freeze_payload(
    *,
    kind: EvidenceKind,
    data: Mapping[str, Any],
    language: str,
    evidence_date: date,
    site: Site | None,
    unit: Unit | None,
    made_by: str,
    now: datetime,
) -> EvidencePayload:
    """Write the record's data with its frame and a salt, as the page will show them for ever."""
    with translation.override(language):
        frame = frame_of(kind, data, language, evidence_date, site, unit, made_by, now)
    text = canonical({"data": data, "frame": frame, "salt": secrets.token_hex(16)})
    return EvidencePayload.objects.create(text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def frame_of(
    kind: EvidenceKind,
    data: Mapping[str, Any],
    language: str,
    evidence_date: date,
    site: Site | None,
    unit: Unit | None,
    made_by: str,
    now: datetime,
) -> dict[str, Any]:
    """What stands around ``data`` on a page of ``kind``, in the active language."""
    procedure = procedure_in_force(evidence_date)
    number = str(data.get("clause") or kind.clauses[0])
    titles = Clause.objects.filter(source=Clause.Source.PROCEDURE, number=number).values_list("title_id", "title_en")
    title = next((row[0 if language == "id" else 1] for row in titles), "")
    zone = site.zone if site else settings.TIME_ZONE
    words = {"name": made_by or "Trainingops", "time": moment_words(now, zone)}
    return {
        "language": language,
        "organisation": settings.ENV.organisation,
        "unit": unit.name if unit else settings.ENV.unit,
        "site": site.name if site else "",
        "form_number": kind.form_number,
        "form_revision": kind.form_revision,
        "procedure": {
            "uuid": procedure.uuid,
            "title": procedure.title,
            "revision": procedure.revision,
            "effective": day_words(procedure.effective_on),
        },
        "clause": {"number": number, "title": title},
        "printed": _("Printed by %(name)s, %(time)s") % words,
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "verify_base": f"{settings.BASE_URL}/v/",
    }


def procedure_of(payload: EvidencePayload) -> ControlledProcedure:
    """The revision of the procedure that a payload's page names."""
    return ControlledProcedure.objects.get(uuid=json.loads(payload.text)["frame"]["procedure"]["uuid"])


_line: list[tuple[float, ControlledProcedure]] = []


def procedure_line() -> str:
    """The line on the procedure under the menu; looked up once a minute, since every page asks."""
    if not _line or time.monotonic() > _line[0][0]:
        _line[:] = [(time.monotonic() + 60, procedure_in_force(timezone.localdate()))]
    procedure = _line[0][1]
    return _("Procedure Rev %(revision)s, in force since %(day)s") % {
        "revision": procedure.revision,
        "day": day_words(procedure.effective_on),
    }
