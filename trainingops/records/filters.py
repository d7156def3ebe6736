"""What the evidence browser shows: one filter for the page, the Excel file and the archive."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _

from trainingops.people.models import ServiceLine, Site
from trainingops.records.models import Clause
from trainingops.records.queries import kinds_answering
from trainingops.records.registry import all_kinds
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.records.models import EvidenceRecordQuerySet, EvidenceRequestQuerySet


def _name_of(model: type[ServiceLine] | type[Site], code: str) -> str:
    """The name of what has this code; the code of one that is gone."""
    return (code and model._default_manager.filter(code=code).values_list("name", flat=True).first()) or code


@dataclass(frozen=True, kw_only=True)
class EvidenceFilter:
    """An empty text or no date means: all. Sites and lines by code; both days inclusive, of the evidence."""

    iso: str = ""
    clause: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None
    site: str = ""
    line: str = ""
    q: str = ""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """What :meth:`to_json` wrote."""
        days = {key: date.fromisoformat(stored[key]) if stored.get(key) else None for key in ("start", "end")}
        return cls(**{**stored, **days})

    def to_json(self) -> dict[str, Any]:
        """Plain values, to be kept with an archive."""
        days = {key: day.isoformat() if day else None for key, day in (("start", self.start), ("end", self.end))}
        return {**asdict(self), **days}

    def in_words(self) -> str:
        """What it asks for, in the active language and in the order of the form; empty for all."""
        kind = next((each.label for each in all_kinds() if each.name == self.kind), self.kind)
        line, site = (_name_of(model, code) for model, code in ((ServiceLine, self.line), (Site, self.site)))
        said = (
            (_("Procedure clauses"), self.clause),
            (_("ISO 9001 clauses"), self.iso),
            (_("Kind"), kind),
            (_("From"), day_words(self.start) if self.start else ""),
            (_("To"), day_words(self.end) if self.end else ""),
            (_("Service line"), line),
            (_("Site"), site),
            (_("Number or subject"), f"“{self.q}”" if self.q else ""),
        )
        return ", ".join(f"{label}: {value}" for label, value in said if value)

    def without_clauses(self) -> Self:
        """The same without clause and kind: what the clauses' own counts are taken over."""
        return replace(self, iso="", clause="", kind="")

    def kinds(self) -> list[str] | None:
        """The kinds it lets through; none for all."""
        chosen: set[str] | None = None
        for names in (
            kinds_answering(Clause.Source.ISO9001, self.iso) if self.iso else None,
            kinds_answering(Clause.Source.PROCEDURE, self.clause) if self.clause else None,
            [self.kind] if self.kind else None,
        ):
            if names is not None:
                chosen = set(names) if chosen is None else chosen & set(names)
        return sorted(chosen) if chosen is not None else None

    def apply(self, records: EvidenceRecordQuerySet) -> EvidenceRecordQuerySet:
        """The records that it lets through."""
        found = records.filter(self._places())
        kinds = self.kinds()
        if kinds is not None:
            found = found.filter(kind__in=kinds)
        if self.q:
            found = found.filter(Q(number__icontains=self.q) | Q(title__icontains=self.q))
        return found

    def apply_to_requests(self, requests: EvidenceRequestQuerySet) -> EvidenceRequestQuerySet:
        """The requests of the same places and days, whatever their kind."""
        return requests.filter(self._places())

    def _places(self) -> Q:
        chosen = {
            "site__code": self.site,
            "line__code": self.line,
            "evidence_date__gte": self.start,
            "evidence_date__lte": self.end,
        }
        return Q(**{path: value for path, value in chosen.items() if value})
