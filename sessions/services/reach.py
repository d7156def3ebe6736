"""Which cells of the score grid are somebody's to fill: the page shows it, the service holds it (5.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from sessions.frozen import FrozenParameter, read_scheme
from sessions.models import AskedAssessor, TrainingSession
from sessions.policies import can_run_session
from sessions.scoring import AVERAGE
from sessions.services.standing import Standing
from trainingops.people.models import User


@dataclass(frozen=True)
class Reach:
    """What somebody may score in a session.

    Attributes:
        person: who they are themselves, as an employee.
        runs: they are its PIC or teach it.
        averaged: parameters and attempts that they were asked to assess for everybody.
        opinions: people, parameters and attempts on which they were asked for a second opinion.
    """

    user: int
    person: int | None
    runs: bool
    averaged: frozenset[tuple[UUID, int]] = frozenset()
    opinions: frozenset[tuple[int, UUID, int]] = frozenset()

    def __bool__(self) -> bool:
        return self.runs or bool(self.averaged or self.opinions)

    def why_not(self, standing: Standing, parameter: FrozenParameter, attempt: int) -> str:
        """Why a cell is not theirs, with what to do instead; empty where it is.

        Nobody scores themselves, and nobody changes another's score.
        """
        if self.person is not None and standing.enrolment.person_id == self.person:
            return _("nobody scores themselves; the PIC or another trainer does")
        place = (parameter.uuid, attempt)
        if (standing.enrolment.pk, *place) in self.opinions:
            return ""
        if not parameter.parameter.has_several or parameter.parameter.settled_by == AVERAGE:
            return "" if self.runs or place in self.averaged else _("the PIC or the executing trainer scores it")
        first = standing.scores.get(place)
        if first is None or first.value is None or first.assessor_id == self.user:
            return "" if self.runs else _("the PIC or the executing trainer scores it")
        return _("%(who)s scored it; ask for a second opinion instead of changing it") % {"who": first.assessor}


def reach_of(user: User, training_session: TrainingSession) -> Reach:
    """What ``user`` may score; two queries, one of them only where the scheme has several assessors."""
    runs = can_run_session(user, training_session)
    if not any(each.parameter.has_several for each in read_scheme(training_session.scheme).parameters):
        return Reach(user.pk, user.person_id, runs)
    rows = AskedAssessor.objects.in_force().filter(training_session=training_session, assessor=user)
    asked = list(rows.values_list("enrolment", "parameter__uuid", "attempt"))
    return Reach(
        user.pk,
        user.person_id,
        runs,
        averaged=frozenset((parameter, attempt) for person, parameter, attempt in asked if person is None),
        opinions=frozenset((person, parameter, attempt) for person, parameter, attempt in asked if person is not None),
    )
