"""Where needs come from: what somebody asked for, and changes of products and procedures (5.1.1 b, d)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import NeedKind
from planning.models import NeedSource, ProductChange, TrainingModule
from planning.policies.catalogue import can_edit_change, can_register_need
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.records.documents import keep_document
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, User


@service
def add_need_source(
    *,
    kind: str,
    dated_on: date,
    asked_by: str,
    request: str,
    document: str,
    line: ServiceLine | None,
    actor: User,
    now: datetime,
    file: Any = None,
) -> NeedSource:
    """Register where a need comes from: the client, a team, the manager (5.1.1 d).

    Args:
        document: number or place of the letter or minutes.
        file: the document itself, as it was uploaded.

    Raises:
        NotAllowed: the line lies outside the actor's scope.
        Refused: the date lies ahead, a product change was meant, or the file is no document.
    """
    require(can_register_need(actor, line))
    if kind == NeedKind.PRODUCT_CHANGE:
        raise Refused(_("Register a product or procedure change on its own page."), field="kind")
    if dated_on > timezone.localdate(now, timezone=actor.zone):
        raise Refused(
            _("%(day)s lies ahead. Write the day on which it was asked.") % {"day": day_words(dated_on)},
            field="dated_on",
        )
    stored, file_name = keep_document(file, now=now) if file else (None, "")
    need = NeedSource.objects.create(
        kind=kind,
        dated_on=dated_on,
        asked_by=asked_by,
        request=request,
        document=document,
        file=stored,
        file_name=file_name,
        line=line,
        created_by=actor,
    )
    data = {"kind": kind, "file": stored.sha256 if stored else None}
    record("need_source.added", subject=need, actor=actor, now=now, data=data, detail={"asked_by": asked_by})
    return need


@dataclass(frozen=True, kw_only=True)
class ChangeText:
    """What is said of a product or procedure change."""

    kind: str
    number: str
    title: str
    summary: str
    issuer: str
    issued_on: date
    effective_on: date
    lines: Collection[ServiceLine]
    modules: Collection[TrainingModule] = ()
    earlier_versions: bool = False


@service
def register_change(*, content: ChangeText, actor: User, now: datetime, file: Any = None) -> ProductChange:
    """Register a product or procedure change; it is a source of needs at once (5.1.1 b, d).

    Raises:
        NotAllowed: one of its lines lies outside the actor's scope.
        Refused: no line, the announcement lies ahead, it holds before it was announced, or its number is known.
    """
    _check_change(content, actor, now)
    change = ProductChange(created_by=actor, created_at=now)
    _write_change(change, content, file, now)
    NeedSource.objects.create(product_change=change, created_by=actor, **_as_need(content))
    record("product_change.registered", subject=change, actor=actor, now=now, data=_facts(change))
    return change


@service
def edit_change(
    *, change: ProductChange, content: ChangeText, actor: User, now: datetime, file: Any = None
) -> ProductChange:
    """Correct a product or procedure change: a new effective date, more lines, the modules that answer it.

    The document stays unless another one is given. Raises as :func:`register_change`.
    """
    locked = ProductChange.objects.select_for_update(no_key=True).get(pk=change.pk)
    require(can_edit_change(actor, locked))
    _check_change(content, actor, now, besides=locked)
    before = _facts(locked)
    _write_change(locked, content, file, now)
    NeedSource.objects.filter(product_change=locked).update(**_as_need(content))
    record(
        "product_change.edited", subject=locked, actor=actor, now=now, data={"before": before, "after": _facts(locked)}
    )
    return locked


def _check_change(content: ChangeText, actor: User, now: datetime, besides: ProductChange | None = None) -> None:
    if not content.lines:
        raise Refused(_("Choose at least one service line."), field="lines")
    for line in content.lines:
        require(can_register_need(actor, line))
    if content.issued_on > timezone.localdate(now, timezone=actor.zone):
        raise Refused(
            _("%(day)s lies ahead. Write the day on which it was announced.") % {"day": day_words(content.issued_on)},
            field="issued_on",
        )
    if content.effective_on < content.issued_on:
        raise Refused(
            _("%(effective)s lies before it was announced on %(issued)s. Correct one of the two dates.")
            % {"effective": day_words(content.effective_on), "issued": day_words(content.issued_on)},
            field="effective_on",
        )
    known = ProductChange.objects.filter(issuer__iexact=content.issuer.strip(), number__iexact=content.number.strip())
    if besides is not None:
        known = known.exclude(pk=besides.pk)
    if known.exists():
        raise Refused(
            _("%(issuer)s has a change with the number %(number)s already. Open it instead of adding it again.")
            % {"issuer": content.issuer, "number": content.number},
            field="number",
        )


def _write_change(change: ProductChange, content: ChangeText, file: Any, now: datetime) -> None:
    for name in ("kind", "number", "title", "summary", "issuer", "issued_on", "effective_on", "earlier_versions"):
        value = getattr(content, name)
        setattr(change, name, value.strip() if isinstance(value, str) else value)
    if file:
        change.file, change.file_name = keep_document(file, now=now)
    change.save()
    change.lines.set(content.lines)
    change.modules.set(content.modules)


def _as_need(content: ChangeText) -> dict[str, Any]:
    """The source of the need that a change is; of one line, or of several."""
    lines = list(content.lines)
    return {
        "kind": NeedKind.PRODUCT_CHANGE,
        "dated_on": content.issued_on,
        "asked_by": content.issuer.strip(),
        "request": f"{content.number.strip()} {content.title.strip()}",
        "line": lines[0] if len(lines) == 1 else None,
    }


def _facts(change: ProductChange) -> dict[str, Any]:
    return {
        "number": change.number,
        "issued_on": change.issued_on,
        "effective_on": change.effective_on,
        "lines": sorted(str(line.uuid) for line in change.lines.all()),
        "modules": sorted(str(module.uuid) for module in change.modules.all()),
        "earlier_versions": change.earlier_versions,
        "file": change.file.sha256 if change.file else None,
    }
