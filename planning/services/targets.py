"""Who is on target and why (5.1.1 b, c): chosen from the defects or by hand, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from planning.enums import TargetReason
from planning.models import Defect, PlannedSession, PlanRevision, PlanTarget
from planning.queries.needs import DefectFilter
from planning.queries.plans import agents_with_defects, defects_matching
from planning.reasons import Facts, facts_of_defects
from planning.services.drafting import open_draft
from planning.services.orders import withdraw_pointless_orders
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.people.models import Person, User
from trainingops.ui.bounds import reversed_words

#: The longest reason in words.
_LONGEST_NOTE = PlanTarget._meta.get_field("reason_note").max_length


@dataclass(frozen=True)
class Chosen:
    """What a choice did: persons put on target, and those who were on target already."""

    added: int
    already: int


@service
def choose_targets_from_defects(
    *,
    revision: PlanRevision,
    filters: DefectFilter,
    minimum_count: int,
    actor: User,
    now: datetime,
    planned: PlannedSession | None = None,
    only: Collection[Person] | None = None,
) -> Chosen:
    """Put on target every working agent of the line with at least ``minimum_count`` matching defects that count.

    Each target keeps the link to its defects and the reason in words; choosing again adds what is new.

    Args:
        only: of those who match, the ones ticked; everybody where it is left out.

    Raises:
        NotAllowed, WrongState: not the PIC, or no draft any more.
        Refused: the period or the count makes no sense, or nobody matches.
    """
    revision = open_draft(revision, actor=actor)
    if filters.until < filters.since:
        raise Refused(reversed_words(filters.since, filters.until), field="until")
    if minimum_count < 1:
        raise Refused(_("The minimum of %(count)d is below 1.") % {"count": minimum_count}, field="minimum_count")
    agents = agents_with_defects(revision.plan, filters, minimum_count=minimum_count, user=actor)
    ticked = None if only is None else {person.pk for person in only}
    people = [agent.person for agent in agents if ticked is None or agent.person.pk in ticked]
    if not people:
        raise Refused(
            _("No agent has %(count)d defects or more like these. Widen the period or lower the minimum.")
            % {"count": minimum_count},
            field="minimum_count",
        )
    by_person = _defects_by_person(revision, filters, people, actor)
    made, standing = put_on_target(
        revision,
        people,
        planned=planned,
        reason=TargetReason.DEFECTS,
        why=lambda person: facts_of_defects(filters, len(by_person[person.pk])),
    )
    _link_defects([*made, *standing], by_person)
    record(
        "revision.targets_chosen",
        subject=revision,
        actor=actor,
        now=now,
        data={"added": [target.person.uuid for target in made], "minimum_count": minimum_count},
    )
    return Chosen(added=len(made), already=len(standing))


def put_on_target(
    revision: PlanRevision,
    people: Iterable[Person],
    *,
    planned: PlannedSession | None,
    reason: str,
    why: Callable[[Person], list[Facts]] = lambda _person: [],
    note: str = "",
) -> tuple[list[PlanTarget], list[PlanTarget]]:
    """The targets made, and those that stood already and keep the reason of then.

    Args:
        planned: the batch of those who are new; without one, the only one of the plan.
        why: what the system knows of one person's reason, as :mod:`planning.reasons` keeps it.
        note: the reason as the PIC wrote it, cut to what fits.
    """
    chosen = list(people)
    standing = list(revision.targets.filter(person__in=chosen))
    known = {target.person_id for target in standing}
    batch = planned or only_session(revision)
    made = PlanTarget.objects.bulk_create(
        PlanTarget(
            revision=revision,
            person=person,
            planned_session=batch,
            reason=reason,
            reason_facts=why(person),
            reason_note=note[:_LONGEST_NOTE],
        )
        for person in chosen
        if person.pk not in known
    )
    return made, standing


def _defects_by_person(
    revision: PlanRevision, filters: DefectFilter, people: Collection[Person], actor: User
) -> dict[int, list[Defect]]:
    by_person: dict[int, list[Defect]] = {}
    for defect in defects_matching(revision.plan, filters, user=actor).filter(person__in=people):
        by_person.setdefault(defect.person_id, []).append(defect)
    return by_person


def _link_defects(targets: Collection[PlanTarget], by_person: Mapping[int, list[Defect]]) -> None:
    through = PlanTarget.defects.through
    through.objects.bulk_create(
        (
            through(plantarget_id=target.pk, defect_id=defect.pk)
            for target in targets
            for defect in by_person[target.person_id]
        ),
        ignore_conflicts=True,
    )


@service
def add_targets(
    *,
    revision: PlanRevision,
    people: Collection[Person],
    reason: str,
    actor: User,
    now: datetime,
    note: str = "",
    planned: PlannedSession | None = None,
) -> Chosen:
    """Put people on target by hand, with the reason.

    Raises:
        NotAllowed, WrongState: as :func:`choose_targets_from_defects`.
        Refused: nobody chosen, an unknown reason, "chosen by the PIC" without a note, or somebody who has left.
    """
    revision = open_draft(revision, actor=actor)
    if not people:
        raise Refused(_("Nobody is chosen. Tick at least one person."), field="people")
    if reason not in TargetReason.values:
        raise Refused(_("Choose a reason of the list."), field="reason")
    if reason == TargetReason.CHOSEN and not note.strip():
        raise Refused(_("The reason in words is blank. Write why these people were chosen."), field="note")
    if gone := [person.name for person in people if person.employment == "left"]:
        raise Refused(_("%(names)s left and cannot be on target.") % {"names": ", ".join(gone)}, field="people")
    made, standing = put_on_target(revision, people, planned=planned, reason=reason, note=note.strip())
    record(
        "revision.targets_added",
        subject=revision,
        actor=actor,
        now=now,
        data={"added": [target.person.uuid for target in made], "reason": reason},
        detail={"note": note} if note else None,
    )
    return Chosen(added=len(made), already=len(standing))


@service
def remove_targets(*, revision: PlanRevision, people: Collection[Person], actor: User, now: datetime) -> int:
    """Take people off target; returns how many were.

    Raises:
        NotAllowed, WrongState: as :func:`choose_targets_from_defects`.
    """
    revision = open_draft(revision, actor=actor)
    targets = list(revision.targets.filter(person__in=people).select_related("person"))
    revision.targets.filter(pk__in=[target.pk for target in targets]).delete()
    withdraw_pointless_orders(plan=revision.plan, actor=actor, now=now)
    record(
        "revision.targets_removed",
        subject=revision,
        actor=actor,
        now=now,
        data={"removed": [target.person.uuid for target in targets]},
    )
    return len(targets)


@service
def place_targets(
    *, revision: PlanRevision, people: Collection[Person], planned: PlannedSession, actor: User, now: datetime
) -> int:
    """Put targets into a batch; returns how many moved. The batch is not material, the set of targets is (APR-3).

    Raises:
        NotAllowed, WrongState: as :func:`choose_targets_from_defects`.
        Refused: a batch of another revision.
    """
    revision = open_draft(revision, actor=actor)
    if planned.revision_id != revision.pk:
        raise Refused(_("%(batch)s belongs to another revision. Reload the page.") % {"batch": planned})
    moved = revision.targets.filter(person__in=people).update(planned_session=planned)
    withdraw_pointless_orders(plan=revision.plan, actor=actor, now=now)
    record(
        "revision.targets_placed",
        subject=revision,
        actor=actor,
        now=now,
        data={"session": planned.uuid, "people": sorted(str(person.uuid) for person in people)},
    )
    return moved


def only_session(revision: PlanRevision) -> PlannedSession | None:
    """The batch of everybody where there is only one."""
    sessions = list(revision.sessions.all()[:2])
    return sessions[0] if len(sessions) == 1 else None


def place_in_only_session(revision: PlanRevision) -> None:
    """Put the targets without a batch into the only one, if there is only one."""
    if batch := only_session(revision):
        revision.targets.filter(planned_session=None).update(planned_session=batch)
