"""Who sees which sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from sessions.policies import can_run_session
from trainingops.people.queries import SEES_PEOPLE

if TYPE_CHECKING:
    from sessions.models import RecoveryCase, TrainingSession
    from sessions.models.held import TrainingSessionQuerySet
    from trainingops.people.models import User

OFFICES = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "sso_training",
    "team_leader",
    "auditor",
)

#: Who reads everything of a class where it is held; every other office reads of its own people by name.
READS_WHOLE = ("auditor", "manager", "trainer", "qc", "administrator")

EVERYBODY = Q()


def reads_whole(user: User, training_session: TrainingSession, *, teaches: bool | None = None) -> bool:
    """Whether somebody sees all people of a class: an office of :data:`READS_WHOLE` there, its PIC or trainer.

    Args:
        teaches: whether they teach it, where that is known already.
    """
    place = {"site_id": training_session.site_id, "line_id": training_session.line_id}
    return user.authority.covers(*READS_WHOLE, **place) or can_run_session(user, training_session, teaches=teaches)


def own_people(user: User) -> Q:
    """Enrolments of the people of an office's own scope: Operation's of its sites and lines, a leader's of the team."""
    return user.authority.scope(*SEES_PEOPLE, site="site", line="line", team="team")


def people_shown(user: User, training_session: TrainingSession) -> Q:
    """Which enrolments of a class somebody sees by name, with attendance and score; the others are counted (5.3.2)."""
    return EVERYBODY if reads_whole(user, training_session) else own_people(user)


def people_named_in_sessions(user: User) -> Q:
    """The enrolments of :func:`people_shown`, of every class at once."""
    from sessions.models import TrainingSession
    from sessions.queries.pages import mine

    place = {"site": "training_session__site", "line": "training_session__line"}
    run = Q(training_session__in=TrainingSession.objects.filter(mine(user)))
    return user.authority.scope(*READS_WHOLE, **place) | own_people(user) | run


def people_not_shown(training_session: TrainingSession, shown: int) -> int:
    """How many of a class are only counted where ``shown`` are seen by name."""
    return max(training_session.summary.enrolled + training_session.summary.beyond_target - shown, 0)


def sessions_of_own_people(sessions: TrainingSessionQuerySet, user: User) -> TrainingSessionQuerySet:
    """Those in which somebody of an office's own scope is enrolled, wherever they are held."""
    from sessions.models import Enrolment

    people = Enrolment.objects.filter(own_people(user), training_session=OuterRef("pk"), removed_at=None)
    return sessions.filter(Exists(people))


def sessions_of_cases(cases: Iterable[RecoveryCase]) -> set[int]:
    """The sessions that a page about these cases links: where they arose, and where they are made up for."""
    found = {each.enrolment.training_session_id for each in cases} | {each.scheduled_in_id for each in cases}
    return {key for key in found if key is not None}


def sessions_open_to(user: User) -> TrainingSessionQuerySet:
    """Those with a page for an office: the whole class, or that of its own people (``session_detail`` leads on)."""
    from sessions.models import TrainingSession

    staff = TrainingSession.objects.visible_to_staff(user)
    if not user.authority.has(*OFFICES):  # as an administrator, who sees people but opens no class
        return staff
    own = sessions_of_own_people(TrainingSession.objects.all(), user)
    return TrainingSession.objects.filter(Q(pk__in=staff.values("pk")) | Q(pk__in=own.values("pk")))


def sessions_that_open(keys: Collection[int], user: User) -> set[int]:
    """Which of these sessions are :func:`sessions_open_to` somebody. One query."""
    return set(sessions_open_to(user).filter(pk__in=keys).values_list("pk", flat=True))


def sessions_visible_to(
    training_sessions: TrainingSessionQuerySet, user: User, *, participants: bool = True
) -> TrainingSessionQuerySet:
    """The offices within their scope; PIC and executing trainers their own; participants where they are enrolled."""
    inside = user.authority.scope(*OFFICES, site="site", line="line")
    own = Q(plan__pic=user) | Q(meetings__meeting_trainers__trainer__user=user)
    if participants and user.person_id:
        own |= Q(enrolments__person=user.person_id, enrolments__removed_at=None)
    return training_sessions.filter(pk__in=training_sessions.model.objects.filter(inside | own).values("pk"))
