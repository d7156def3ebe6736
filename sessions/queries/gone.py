"""Who on target is not to be trained any more, by where they work now (4.3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from planning.enums import PlanState
from planning.models import TrainingModule
from planning.queries.plans import local_day
from sessions.enums import OPEN_CASES, CaseKind, LapseCause, OutcomeState
from sessions.models import RecoveryCase, TargetOutcome
from trainingops.people.models import User
from trainingops.people.queries import present_assignments
from trainingops.people.shifts import has_left


def still_open() -> QuerySet[TargetOutcome]:
    """Targets of plans under way for whom something is still to be done: not trained, or in remedial."""
    remedial = RecoveryCase.objects.filter(
        enrolment=OuterRef("enrolment"), kind=CaseKind.REMEDIAL, state__in=OPEN_CASES
    )
    waits = Q(state=OutcomeState.OUTSTANDING) | Q(Exists(remedial), state=OutcomeState.TRAINED)
    return TargetOutcome.objects.filter(waits).exclude(plan__state__in=[PlanState.CANCELLED, PlanState.CLOSED])


def lapses_to_confirm(user: User) -> QuerySet[TargetOutcome]:
    """Lapses that the system proposed and the user may confirm or decline: as PIC, or as manager of site and line."""
    managed = user.authority.scope("manager", site="plan__site", line="plan__line")
    proposed = still_open().filter(lapse_proposed_at__isnull=False, lapse_declined_at=None)
    return proposed.filter(Q(plan__pic=user) | managed).exclude(person=user.person_id or 0)


def awaits_lapse() -> Exists:
    """Of a case: whose lapse the system proposed and nobody has decided yet, so that nothing is arranged for it."""
    proposed = TargetOutcome.objects.filter(lapse_proposed_at__isnull=False, lapse_declined_at=None)
    return Exists(
        proposed.filter(plan=OuterRef("enrolment__training_session__plan"), person=OuterRef("enrolment__person"))
    )


def why_gone(outcomes: Collection[TargetOutcome], now: datetime) -> dict[int, str]:
    """Why a target has nothing to be trained for any more, by its key; blank where it has. Two queries.

    Somebody left; or works on a line to which the module does not apply, and which is not that of the plan. Another
    site or team of a line to which it applies changes nothing: the obligation goes along.

    Args:
        outcomes: each with its person and its plan, with site and approved revision.
    """
    modules = {each.pk: _module(each) for each in outcomes}
    wanted = {key for key in modules.values() if key is not None}
    lines: dict[int, set[int]] = {}
    for module, line in TrainingModule.lines.through.objects.filter(trainingmodule__in=wanted).values_list(
        "trainingmodule", "serviceline"
    ):
        lines.setdefault(module, set()).add(line)
    places = present_assignments([each.person_id for each in outcomes], now)
    found = {}
    for each in outcomes:
        day, place = local_day(now, each.plan.site), places.get(each.person_id)
        if (
            place is None
            or (place.ends_on is not None and place.ends_on < day)
            or has_left(each.person.employment, each.person.left_on, day)
        ):
            found[each.pk] = LapseCause.LEFT.value
        elif _is_elsewhere(place.line_id, each, lines.get(modules[each.pk] or 0)):
            found[each.pk] = LapseCause.OTHER_LINE.value
        else:
            found[each.pk] = ""
    return found


def _module(outcome: TargetOutcome) -> int | None:
    revision = outcome.plan.approved_revision
    return revision.module_version.module_id if revision and revision.module_version else None


def _is_elsewhere(line: int, outcome: TargetOutcome, applies: set[int] | None) -> bool:
    return line != outcome.plan.line_id and line not in (applies or ())
