"""*Daftar Modul Standar* of a line on paper: topics with and without an approved module (2.1, ISO 7.1.6)."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.queries.modules import StandardGroup, StandardRow, standard_modules
from trainingops.people.models import ServiceLine, User
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words

KIND = "module_list"


def register() -> None:
    """Make the kind known when the app starts."""
    register_kind(
        EvidenceKind(
            name=KIND,
            label=gettext_lazy("List of standard modules"),
            prefix="DMS",
            form_number="FR-CC-TRN-10",
            template="planning/print/module_list.html",
            template_version="2",
            clauses=("2.1", "5.1.1"),
            iso_clauses=("7.1",),
        )
    )


def request_module_list(*, line: ServiceLine, actor: User, now: datetime) -> EvidenceRequest:
    """Order the list of a line, as it is now."""
    today = now.astimezone(actor.zone).date()
    with translation.override("id"):
        payload = {
            "title": _("List of standard modules"),
            "subtitle": line.name,
            "subtitle_more": day_words(today),
            "clause": "2.1",
            "ident": [[_("Service line"), line.name], [_("As of"), day_words(today)], [_("Made by"), actor.name]],
            "groups": [_group(each) for each in standard_modules(line)],
            "signatures": [],
        }
    return request_evidence(
        kind=KIND,
        subject=line,
        title=f"{line.name} {today.isoformat()}",
        payload=payload,
        evidence_date=today,
        line=line,
        actor=actor,
        now=now,
    )


def _group(group: StandardGroup) -> dict[str, Any]:
    return {
        "label": group.label,
        "said": _("%(covered)d of %(all)d topics have an approved module.")
        % {"covered": group.covered, "all": group.counted},
        "rows": _rows(group),
    }


def _rows(group: StandardGroup) -> list[dict[str, Any]]:
    """Every topic with its number; a heading needs no module and has none."""
    numbers = count(1)
    return [{**_row(row), "no": "" if row.is_heading else next(numbers)} for row in group.rows]


def _row(row: StandardRow) -> dict[str, Any]:
    return {
        "topic": "– " * row.branch.depth + row.topic.name,
        "heading": row.is_heading,
        "modules": [
            {
                "code": version.module.code,
                "title": version.module.title,
                "version": version.number,
                "minutes": version.duration_minutes,
                "approved": _day(version.decided_at),
            }
            for version in row.versions
        ],
    }


def _day(moment: datetime | None) -> str:
    """In the house's zone, whoever asks: the same payload gives the same bytes."""
    return day_words(timezone.localdate(moment, timezone.get_default_timezone()), "dated") if moment else ""
