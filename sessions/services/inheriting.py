"""A new team leader inherits the cases of their agents, and a new PIC those of their plan (2.2, 5.3.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet
from django.urls import reverse

from planning.models import TrainingPlan
from sessions.enums import OPEN_CASES
from sessions.models import RecoveryCase
from sessions.queries.leading import leaders_for
from sessions.services.outcomes import lock_cases
from trainingops.audit.journal import record, service
from trainingops.notifications.services import notify
from trainingops.people.enums import Employment
from trainingops.people.models import User

#: So many names stand in a notice.
NAMED = 5


@service
def inherit_cases(
    *,
    now: datetime,
    actor: User | None = None,
    people: Collection[int] | None = None,
    teams: Collection[int] | None = None,
) -> int:
    """Give the open cases to those who lead their people now, and tell both: who has them and who had them.

    Who still leads somebody keeps them. Right when called late, twice or at once: what is right already stays.

    Args:
        people, teams: whose cases; all open ones when both are missing.

    Returns:
        how many cases went to somebody else.
    """
    rows = RecoveryCase.objects.filter(state__in=OPEN_CASES)
    if people is not None:
        rows = rows.filter(enrolment__person__in=people)
    if teams is not None:
        rows = rows.filter(enrolment__person__assignments__team__in=teams)
    wrong = _to_move(rows.distinct(), now)
    if not wrong:
        return 0
    _plans, locked = lock_cases(wrong)
    wanted = _to_move(RecoveryCase.objects.filter(pk__in=[each.pk for each in locked], state__in=OPEN_CASES), now)
    moving = [each for each in locked if each.pk in wanted]
    accounts = User.objects.in_bulk(key for key in wanted.values() if key is not None)
    _tell(moving, wanted, accounts, now)
    for case in moving:
        heir = accounts.get(wanted[case.pk] or 0)
        data = {"from": case.leader.uuid if case.leader else None, "to": heir.uuid if heir else None}
        record("case.inherited", subject=case, actor=actor, now=now, data=data)
        case.leader = heir
    RecoveryCase.objects.bulk_update(moving, ["leader"])
    return len(moving)


@service
def pass_on_cases(*, plan: TrainingPlan, actor: User | None, now: datetime) -> int:
    """Make the PIC of a plan the owner of its open cases; how many had another. The hand-over itself tells both."""
    foreign = RecoveryCase.objects.filter(enrolment__training_session__plan=plan, state__in=OPEN_CASES)
    _plans, locked = lock_cases(foreign.exclude(owner=plan.pic).values_list("pk", flat=True))
    moving = [case for case in locked if case.state in OPEN_CASES]
    for case in moving:
        data = {"from": case.owner.uuid, "to": plan.pic.uuid}
        record("case.passed_on", subject=case, actor=actor, now=now, data=data)
        case.owner = plan.pic
    RecoveryCase.objects.bulk_update(moving, ["owner"])
    return len(moving)


def _to_move(rows: QuerySet[RecoveryCase], now: datetime) -> dict[int, int | None]:
    """Of these cases those whose leader is another now, with the key of the account that leads their person."""
    rows = rows.exclude(enrolment__person__employment=Employment.LEFT)  # nobody leads who left
    related = ("enrolment__training_session__plan__site", "enrolment__training_session__plan__line")
    cases = list(rows.select_related(*related).order_by("enrolment__training_session__plan", "pk"))
    wanted: dict[int, int | None] = {}
    for plan, group in groupby(cases, key=_plan):
        of_plan = list(group)
        leaders = leaders_for({case.enrolment.person_id for case in of_plan}, plan, now)
        for case in of_plan:
            known = leaders.get(case.enrolment.person_id, [])
            if case.leader_id not in known and (known or case.leader_id is not None):
                wanted[case.pk] = known[0] if known else None
    return wanted


def _plan(case: RecoveryCase) -> TrainingPlan:
    return case.enrolment.training_session.plan


def _tell(
    moving: Iterable[RecoveryCase], wanted: dict[int, int | None], accounts: dict[int, User], now: datetime
) -> None:
    """One notice to each who has cases of others now, and one to each who had them."""
    came: dict[User, list[RecoveryCase]] = {}
    went: dict[tuple[User, User], list[RecoveryCase]] = {}
    for case in moving:
        heir = accounts.get(wanted[case.pk] or 0)
        if heir is not None:
            came.setdefault(heir, []).append(case)
        if heir is not None and case.leader is not None:
            went.setdefault((case.leader, heir), []).append(case)
    for heir, cases in came.items():
        _notify("recovery_inherited", heir, cases, heir, now)
    for (before, heir), cases in went.items():
        _notify("recovery_handed_over", before, cases, heir, now)


def _notify(kind: str, recipient: User, cases: list[RecoveryCase], heir: User, now: datetime) -> None:
    names = sorted({case.enrolment.person.name for case in cases})
    more = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
    notify(
        kind=kind,
        recipients=[recipient],
        subject=cases[0],
        step=now.isoformat(),
        url=reverse("recovery_list"),
        params={"count": len(cases), "names": ", ".join(names[:NAMED]) + more, "leader": heir.name},
        now=now,
    )
