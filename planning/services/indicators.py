"""CSAT, FCR, AHT, complaints and what else is measured, per line and per agent (2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.models import ServiceIndicator, ServiceMeasure
from planning.policies.catalogue import can_add_measure, can_record_indicator
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import User

_IN_ONE_STATEMENT = 1_000


@service
def add_measure(
    *, code: str, name: str, unit: str, decimals: int, better: str, actor: User, now: datetime
) -> ServiceMeasure:
    """One more thing that is measured; the list is the house's own (2.3).

    Raises:
        NotAllowed: neither manager nor Quality Control.
        Refused: the code is taken.
    """
    require(can_add_measure(actor))
    if ServiceMeasure.objects.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    measure = ServiceMeasure.objects.create(code=code, name=name, unit=unit, decimals=decimals, better=better)
    record("measure.added", subject=measure, actor=actor, now=now, data={"code": code})
    return measure


@service
def save_indicators(*, figures: Sequence[ServiceIndicator], actor: User, now: datetime) -> None:
    """Write figures in bulk, new ones and (with a key) corrected ones; one journal entry.

    Raises:
        NotAllowed: one of them lies outside the actor's scope.
    """
    for each in figures:
        require(can_record_indicator(actor, site_id=each.site_id, line_id=each.line_id, team_id=each.team_id))
    new = [each for each in figures if each.pk is None]
    changed = [each for each in figures if each.pk is not None]
    ServiceIndicator.objects.bulk_create(new, batch_size=_IN_ONE_STATEMENT)
    ServiceIndicator.objects.bulk_update(changed, ["value", "responses"], batch_size=_IN_ONE_STATEMENT)
    if figures:
        data = {"new": len(new), "changed": sorted(each.pk for each in changed)}
        record("indicators.saved", subject=actor, actor=actor, now=now, data=data)
