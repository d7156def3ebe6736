"""Scoring schemes: parameters, weights, pass mark, remedial rule (5.1.2). A scheme never changes; a copy does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import ParameterSource, SettledBy
from planning.models import ScoringParameter, ScoringScheme
from planning.module_notices import SCHEME_RETIRED
from planning.policies.catalogue import can_retire_scheme, can_write_schemes
from planning.queries.uses import plans_losing
from planning.services.losing import tell_losing
from planning.standing import out_of_reach
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.ui.figures import format_figure

if TYPE_CHECKING:
    from trainingops.people.models import User

#: A remedial rule is a second chance, not a series.
MOST_REMEDIALS = 3
#: More assessors than this do not watch one role play.
MOST_ASSESSORS = 5
#: Why a trainer may not take a scheme out of use.
NEEDS_A_MANAGER = gettext_lazy("Plans outside your scope would lose this scheme. A manager takes it out of use.")
_TESTS = (ParameterSource.PRE_TEST, ParameterSource.POST_TEST)


@dataclass(frozen=True)
class ParameterText:
    """A line of a scoring scheme."""

    name: str
    weight: Decimal
    maximum_score: Decimal
    minimum: Decimal | None
    source: str
    settled_by: str = SettledBy.ONE
    assessors: int = 1


@service
def add_scheme(
    *,
    name: str,
    decimals: int,
    pass_mark: Decimal,
    remedial_cap: Decimal | None,
    parameters: Sequence[ParameterText],
    actor: User,
    now: datetime,
    remedial_attempts: int = 1,
    replaces: ScoringScheme | None = None,
) -> ScoringScheme:
    """A scoring scheme with its weighted parameters (5.1.2); it never changes, plans freeze it.

    Args:
        remedial_attempts: how often somebody below the pass mark may try again, 0 to 3.
        replaces: a scheme in use that goes out of use because this one takes its place.

    Raises:
        Refused: the name is taken, there is no parameter, a name stands twice, or a figure is out of its scale.
    """
    require(can_write_schemes(actor))
    if ScoringScheme.objects.filter(name__iexact=name).exists():
        raise Refused(_("The name %(name)s is taken. Choose another one.") % {"name": name}, field="name")
    _check_rules(pass_mark, remedial_cap, remedial_attempts)
    _check_parameters(parameters)
    if replaces is not None and replaces.is_active:
        retire_scheme(scheme=replaces, actor=actor, now=now)
    scheme = ScoringScheme.objects.create(
        name=name,
        decimals=decimals,
        pass_mark=pass_mark,
        remedial_cap=remedial_cap,
        remedial_attempts=remedial_attempts,
    )
    ScoringParameter.objects.bulk_create(
        ScoringParameter(scheme=scheme, order=order, **asdict(each)) for order, each in enumerate(parameters, 1)
    )
    record(
        "scoring_scheme.added",
        subject=scheme,
        actor=actor,
        now=now,
        data={"parameters": len(parameters), "replaces": replaces.uuid if replaces else None},
    )
    return scheme


def _check_rules(pass_mark: Decimal, remedial_cap: Decimal | None, remedial_attempts: int) -> None:
    check_pass_mark(pass_mark)
    if remedial_cap is not None and not pass_mark <= remedial_cap <= 100:
        raise Refused(
            _("%(cap)s is not between the pass mark of %(mark)s and 100, so nobody could pass. Correct the cap.")
            % {"cap": format_figure(remedial_cap), "mark": format_figure(pass_mark)},
            field="remedial_cap",
        )
    if not 0 <= remedial_attempts <= MOST_REMEDIALS:
        raise Refused(
            _("%(given)d remedial attempts are not possible. Choose 0 to %(most)d.")
            % {"given": remedial_attempts, "most": MOST_REMEDIALS},
            field="remedial_attempts",
        )


def check_pass_mark(mark: Decimal | None, scheme: ScoringScheme | None = None) -> None:
    """What holds for every pass mark: in a scheme, a template, a plan, a filed class (5.1.2).

    It is above 0, so that somebody can fail, up to 100, and a remedial of ``scheme`` can reach it. None is not chosen.
    """
    if mark is None:
        return
    if not 0 < mark <= 100:
        raise Refused(
            _("The pass mark %(mark)s is not above 0 and at most 100. Correct it.") % {"mark": format_figure(mark)},
            field="pass_mark",
        )
    if words := out_of_reach(mark, scheme):
        raise Refused(words, field="pass_mark")


def _check_parameters(parameters: Sequence[ParameterText]) -> None:
    if not parameters:
        raise Refused(_("Write at least one parameter."))
    names = [each.name.casefold() for each in parameters]
    for each in parameters:
        check_assessors(each)
        about = {"name": each.name, "weight": format_figure(each.weight), "maximum": format_figure(each.maximum_score)}
        if names.count(each.name.casefold()) > 1:
            raise Refused(_("The parameter %(name)s stands twice. Give each its own name.") % about)
        if each.weight <= 0 or each.maximum_score <= 0:
            raise Refused(
                _("%(name)s has the weight %(weight)s and the maximum %(maximum)s. Both must be above 0.") % about
            )
        if each.minimum is not None and not 0 <= each.minimum <= each.maximum_score:
            about["minimum"] = format_figure(each.minimum)
            raise Refused(
                _("The minimum %(minimum)s of %(name)s is not between 0 and its maximum of %(maximum)s. Correct one.")
                % about
            )


def check_assessors(parameter: ParameterText) -> None:
    """An average is of 2 to 5 assessors; a test has none, because it marks itself (5.1.2)."""
    about: dict[str, object] = {"name": parameter.name, "n": parameter.assessors, "most": MOST_ASSESSORS}
    if parameter.settled_by == SettledBy.AVERAGE and not 2 <= parameter.assessors <= MOST_ASSESSORS:
        raise Refused(
            _("%(name)s: an average of %(n)d assessors is not possible. Choose 2 to %(most)d.") % about,
            field="assessors",
        )
    if parameter.settled_by != SettledBy.ONE and parameter.source in _TESTS:
        raise Refused(
            _("%(name)s is scored by a test, which has no assessors. Choose “One assessor”, or another “Scored by”.")
            % about,
            field="assessors",
        )


@service
def retire_scheme(*, scheme: ScoringScheme, actor: User, now: datetime) -> ScoringScheme:
    """Take a scheme out of use: new plans cannot choose it; plans that were approved with it keep it.

    The PICs of drafts, and of plans that wait for approval, are told that these need another scheme.

    Raises:
        NotAllowed: a plan that would lose it lies outside the scope of a trainer; a manager may.
        WrongState: it is out of use already.
    """
    losing = plans_losing(scheme)
    require(can_retire_scheme(actor, losing), str(NEEDS_A_MANAGER))
    locked = _use(scheme, False)
    page = reverse("scheme_detail", args=[locked.uuid])
    tell_losing(SCHEME_RETIRED, locked, losing, page=page, now=now)
    record("scoring_scheme.retired", subject=locked, actor=actor, now=now)
    return locked


@service
def restore_scheme(*, scheme: ScoringScheme, actor: User, now: datetime) -> ScoringScheme:
    """Plans may choose it again.

    Raises:
        WrongState: it is in use already.
    """
    require(can_write_schemes(actor))
    locked = _use(scheme, True)
    record("scoring_scheme.restored", subject=locked, actor=actor, now=now)
    return locked


def _use(scheme: ScoringScheme, in_use: bool) -> ScoringScheme:
    locked = ScoringScheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    if locked.is_active == in_use:
        words = _("%(name)s is in use already.") if in_use else _("%(name)s is out of use already. Reload the page.")
        raise WrongState(words % {"name": locked})
    locked.is_active = in_use
    locked.save(update_fields=["is_active"])
    return locked
