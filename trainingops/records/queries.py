"""Reusable reads of evidence: who may see what, what answers a clause, what is missing, how long it stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, DateField, Exists, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trainingops.records.models import Clause, Disposal, EvidenceRecord, EvidenceRequest, RecordHold
from trainingops.records.registry import READERS, EvidenceKind, Support, all_kinds, all_supports
from trainingops.records.retention import retain_until
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import User
    from trainingops.records.models import EvidenceRecordQuerySet, EvidenceRequestQuerySet


def readable(user: User) -> Q:
    """A filter for records and requests that ``user`` may open: kinds by role, places by the role's scope.

    A record without site or line is not excluded by a scope over sites or lines.
    """
    kinds = all_kinds()
    allowed = Q(pk__in=[])
    for grant in user.authority.grants:
        if grant.role in READERS:
            inside = ~Q(kind__in=[kind.name for kind in kinds if grant.role not in kind.readers])
        else:
            inside = Q(kind__in=[kind.name for kind in kinds if grant.role in kind.readers])
        for path, keys in (("site", grant.sites), ("line", grant.lines)):
            if keys:
                inside &= Q(**{f"{path}__in": keys}) | Q(**{path: None})
        allowed |= inside
    return allowed


def with_standing(records: EvidenceRecordQuerySet) -> EvidenceRecordQuerySet:
    """Annotate ``basis`` (what retention counts from), ``held`` and ``disposed``: no further query a row.

    A training's records fall due together: its latest date counts for all of them, and so does the end of what the
    stages registered as supported, such as its last action (DESIGN.md §2).
    """
    supported = {_annotation(support): support.until() for support in all_supports()}
    together = (
        EvidenceRecord.objects.filter(training=OuterRef("training"))
        .order_by()
        .values("training")
        .annotate(last=Max(Greatest("evidence_date", "supports_until")))
        .values("last")
    )
    gone = Disposal.records.through.objects.filter(
        evidencerecord=OuterRef("pk"), disposal__state=Disposal.State.CARRIED_OUT
    )
    return records.annotate(together=Subquery(together), **supported).annotate(
        basis=Greatest("evidence_date", "supports_until", "together", *supported, output_field=DateField()),
        held=Exists(RecordHold.objects.filter(record=OuterRef("pk"), released_at=None)),
        disposed=Exists(gone),
    )


def retention_end(record: EvidenceRecord) -> date:
    """The last day on which a record of :func:`with_standing` must be kept."""
    kinds = {kind.name: kind for kind in all_kinds()}
    years = kinds[record.kind].retention_years if record.kind in kinds else 2
    return retain_until(record.basis, years)  # type: ignore[attr-defined]


def retention_reason(record: EvidenceRecord) -> str:
    """In words, what the retention of a record of :func:`with_standing` is counted from."""
    basis: date = record.basis  # type: ignore[attr-defined]
    if basis == record.evidence_date:
        words = _("Counted from %(day)s, the day that it is about.")
    elif basis == record.supports_until:
        words = _("Counted from %(day)s, the end of what it supports.")
    else:
        ends = (each.words for each in all_supports() if getattr(record, _annotation(each)) == basis)
        words = str(next(ends, _("Counted from %(day)s, the latest day of the records of its training.")))
    return words % {"day": day_words(basis)}


def _annotation(support: Support) -> str:
    return f"until_{support.name}"


def kinds_answering(source: str, number: str) -> list[str]:
    """The names of the kinds that answer a clause of the procedure or of ISO 9001."""
    return [
        kind.name
        for kind in all_kinds()
        if number in (kind.clauses if source == Clause.Source.PROCEDURE else kind.iso_clauses)
    ]


@dataclass(frozen=True)
class Missing:
    """Something that should be there and is not."""

    kind: EvidenceKind
    title: str
    request: EvidenceRequest | None = None

    @property
    def label(self) -> Promise | str:
        return self.kind.label


def missing_evidence(
    user: User, *, start: date, end: date, requests: EvidenceRequestQuerySet, kinds: Iterable[EvidenceKind]
) -> list[Missing]:
    """What the stages expect of the period and what was requested but is not made yet, failures first."""
    kinds = list(kinds)
    by_name = {kind.name: kind for kind in kinds}
    waiting = requests.visible_to(user).exclude(state=EvidenceRequest.State.PRODUCED).filter(kind__in=by_name)
    found = [
        Missing(by_name[request.kind], request.about, request) for request in waiting.order_by("state", "pk")[:200]
    ]
    expected = [
        kind.expected(start, end, user).order_by().annotate(kind_name=Value(kind.name)).values_list("kind_name", "what")
        for kind in kinds
        if kind.expected
    ]
    for name, what in expected[0].union(*expected[1:]).order_by("kind_name", "what") if expected else ():
        found.append(Missing(by_name[name], by_name[name].expected_title % {"what": what}))
    return found


@dataclass(frozen=True)
class Facet:
    """A clause with how much answers it and how much is missing."""

    number: str
    title: str
    count: int
    missing: int


def clause_facets(
    source: str, clauses: Iterable[Clause], counts: Mapping[str, int], missing: Iterable[Missing]
) -> list[Facet]:
    """The clauses of ``source`` among ``clauses``; ``counts`` are records by kind."""
    lacking: dict[str, int] = {}
    for each in missing:
        lacking[each.kind.name] = lacking.get(each.kind.name, 0) + 1
    indonesian = (get_language() or "id").startswith("id")
    facets = []
    for clause in clauses:
        if clause.source == source:
            kinds = kinds_answering(source, clause.number)
            title = clause.title_id if indonesian else clause.title_en
            count = sum(counts.get(kind, 0) for kind in kinds)
            facets.append(Facet(clause.number, title, count, sum(lacking.get(kind, 0) for kind in kinds)))
    return facets


def count_by_kind(records: EvidenceRecordQuerySet) -> dict[str, int]:
    """How many records of each kind."""
    return dict(records.order_by().values_list("kind").annotate(n=Count("pk")))
