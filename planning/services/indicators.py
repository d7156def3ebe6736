"""CSAT, FCR, AHT, complaints and what else is measured, per line and per agent (2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from planning.models import ServiceIndicator, ServiceMeasure
from planning.policies.catalogue import can_add_measure, can_record_indicator
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import User

_IN_ONE_STATEMENT = 1_000


@service
def add_measure(
    *,
    code: str,
    name: str,
    unit: str,
    decimals: int,
    better: str,
    lowest: Decimal | None = None,
    highest: Decimal | None = None,
    actor: User,
    now: datetime,
) -> ServiceMeasure:
    """One more thing that is measured; the list is the house's own (2.3).

    Args:
        lowest, highest: the ends of its scale, as far as it has one.

    Raises:
        NotAllowed: neither manager nor Quality Control.
        Refused: the code is taken, or the scale does not rise.
    """
    require(can_add_measure(actor))
    if ServiceMeasure.objects.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    if lowest is not None and highest is not None and lowest >= highest:
        words = _("%(highest)s is not above the lowest figure, %(lowest)s. Correct one of the two.")
        shown = {"highest": format_figure(highest), "lowest": format_figure(lowest)}
        raise Refused(words % shown, field="highest", code="scale_does_not_rise")
    measure = ServiceMeasure.objects.create(
        code=code, name=name, unit=unit, decimals=decimals, better=better, lowest=lowest, highest=highest
    )
    record("measure.added", subject=measure, actor=actor, now=now, data={"code": code})
    return measure


def check_figure(*, measure: ServiceMeasure, value: Decimal, responses: int | None, ends_on: date, today: date) -> None:
    """A figure that can be: on the measure's scale, of a period that is over, with somebody who answered (2.3).

    Raises:
        Refused: it cannot; ``field`` is ``value``, ``responses`` or ``ends_on``.
    """
    if measure.lowest is not None and value < measure.lowest:
        words = _("%(value)s is below %(limit)s, the lowest figure of %(measure)s. Correct the figure.")
        raise _off_scale(words, value, measure.lowest, measure)
    if measure.highest is not None and value > measure.highest:
        words = _("%(value)s is above %(limit)s, the highest figure of %(measure)s. Correct the figure.")
        raise _off_scale(words, value, measure.highest, measure)
    if measure.is_count and value != value.to_integral_value():
        words = _("%(measure)s are counted: %(value)s is not a whole number. Write one without decimals.")
        shown = {"measure": measure, "value": format_figure(value)}
        raise Refused(words % shown, field="value", code="value_not_whole")
    if responses is not None and responses < 1:
        words = _("%(responses)d people cannot have answered. Write at least 1, or leave it blank.")
        raise Refused(words % {"responses": responses}, field="responses", code="responses_below_one")
    if ends_on > today:
        words = _("The period ends on %(day)s, which lies ahead. Write a period that is over.")
        raise Refused(words % {"day": day_words(ends_on)}, field="ends_on", code="period_not_over")


def _off_scale(words: str, value: Decimal, limit: Decimal, measure: ServiceMeasure) -> Refused:
    shown = {"value": format_figure(value), "limit": format_figure(Decimal(limit).normalize()), "measure": measure}
    return Refused(words % shown, field="value", code="value_off_scale")


@service
def save_indicators(*, figures: Sequence[ServiceIndicator], actor: User, now: datetime) -> None:
    """Write figures in bulk, new ones and (with a key) corrected ones; one journal entry.

    Raises:
        NotAllowed: one of them lies outside the actor's scope.
        Refused: one of them cannot be (:func:`check_figure`).
    """
    today = timezone.localdate(now, timezone=actor.zone)
    for each in figures:
        require(can_record_indicator(actor, site_id=each.site_id, line_id=each.line_id, team_id=each.team_id))
        check_figure(
            measure=each.measure, value=each.value, responses=each.responses, ends_on=each.ends_on, today=today
        )
    new = [each for each in figures if each.pk is None]
    changed = [each for each in figures if each.pk is not None]
    ServiceIndicator.objects.bulk_create(new, batch_size=_IN_ONE_STATEMENT)
    ServiceIndicator.objects.bulk_update(changed, ["value", "responses"], batch_size=_IN_ONE_STATEMENT)
    if figures:
        data = {"new": len(new), "changed": sorted(each.pk for each in changed)}
        record("indicators.saved", subject=actor, actor=actor, now=now, data=data)
