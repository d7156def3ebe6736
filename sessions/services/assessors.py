"""Several assessors of one parameter: who else is asked, and who gives a second opinion on a first score (5.1.2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.models import ScoringParameter
from sessions.enums import SessionState
from sessions.frozen import FrozenParameter, read_scheme
from sessions.models import AskedAssessor, ParameterScore, TrainingSession
from sessions.notices import about
from sessions.policies import can_run_session
from sessions.scoring import AVERAGE, SECOND
from sessions.services.common import lock_session_of_plan, require_reason, stands_for
from sessions.services.reported import amends_report, require_amendment
from sessions.services.results import recompute
from sessions.services.standing import Standing, standing_of
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_state
from trainingops.notifications.services import notify
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, User
from trainingops.people.queries import in_force

#: Who may be asked to assess, within their sites and lines.
ASSESSORS = (Role.TRAINER, Role.SSO_TRAINING, Role.QC, Role.TEAM_LEADER)


def who_can_assess(training_session: TrainingSession) -> QuerySet[User]:
    """Active accounts that may be asked to assess in a session, by name."""
    roles = RoleAssignment.objects.filter(
        in_force(timezone.localdate()),
        Q(sites=None) | Q(sites=training_session.site_id),
        Q(lines=None) | Q(lines=training_session.line_id),
        Q(teams=None) | Q(teams__site=training_session.site_id, teams__line=training_session.line_id),
        role__in=ASSESSORS,
    )
    return User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("name", "pk")


def assessed_together(training_session: TrainingSession) -> list[FrozenParameter]:
    """The parameters that several assessors score."""
    return [each for each in read_scheme(training_session.scheme).parameters if each.parameter.has_several]


@service
def ask_assessor(
    *,
    training_session: TrainingSession,
    parameter: UUID,
    assessor: User,
    actor: User,
    now: datetime,
    enrolment: int | None = None,
    attempt: int = 1,
    reason: str = "",
) -> AskedAssessor:
    """Ask somebody to assess beside those who run the session (5.1.2); they are told, and find their cells in the grid.

    Args:
        enrolment: whom a second opinion is about; None asks for scores of everybody, which are averaged.
        reason: why a second opinion is needed.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session is over, so that its record stands.
        Refused: the scheme settles this parameter another way, or this person cannot assess it; the message says why.
    """
    training_session = lock_session_of_plan(training_session)
    require(can_run_session(actor, training_session))
    states = (SessionState.SCHEDULED, SessionState.OPEN)
    require_state(training_session, *states, *([SessionState.CONCLUDED] if attempt > 1 else []))
    known = {each.uuid: each for each in assessed_together(training_session)}
    if parameter not in known:
        raise Refused(_("This parameter has one assessor by its scheme. Choose another one."), field="parameter")
    if assessor.pk == actor.pk or not who_can_assess(training_session).filter(pk=assessor.pk).exists():
        raise Refused(
            _("%(who)s cannot be asked. Choose a trainer, a team leader or Quality Control of this site and line.")
            % {"who": assessor.name},
            field="assessor",
        )
    asked = AskedAssessor(
        training_session=training_session,
        parameter=ScoringParameter.objects.get(uuid=parameter),
        attempt=attempt,
        assessor=assessor,
        asked_by=actor,
        asked_at=now,
        reason=reason.strip(),
    )
    if enrolment is None:
        _check_average(asked, known[parameter], training_session)
        asked.save()
    else:
        standing = _standing(training_session, enrolment)
        _check_opinion(asked, known[parameter], standing)
        asked.enrolment = standing.enrolment
        asked.save()
        recompute(training_session, [_standing(training_session, enrolment)], attempt, actor, now)
    _tell(asked, training_session, now)
    _note("assessor.asked", asked, training_session, actor, now)
    return asked


@service
def withdraw_assessor(*, asked: AskedAssessor, actor: User, now: datetime, reason: str = "") -> AskedAssessor:
    """Take back a request that nobody has answered with a score; a first score that waited for it counts again.

    Args:
        reason: why, where the first score counts again in what was reported: an amendment.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: it was taken back already, or the assessor has scored.
        Refused: no reason after the report.
    """
    training_session = lock_session_of_plan(asked.training_session)
    require(can_run_session(actor, training_session))
    asked = (
        AskedAssessor.objects.select_for_update(no_key=True, of=("self",)).select_related("assessor").get(pk=asked.pk)
    )
    if asked.withdrawn_at is not None:
        raise WrongState(_("This request was taken back already. Reload the page."))
    scores = ParameterScore.objects.filter(
        parameter=asked.parameter_id, attempt=asked.attempt, assessor=asked.assessor_id, value__isnull=False
    )
    about_whom = (
        Q(enrolment=asked.enrolment_id) if asked.enrolment_id else Q(enrolment__training_session=training_session)
    )
    if scores.filter(about_whom).exists():
        raise WrongState(_("%(who)s has scored already, and that counts.") % {"who": asked.assessor.name})
    amends = asked.enrolment_id is not None and amends_report(training_session, asked.attempt)
    if amends:
        require_amendment(training_session, reason)
    asked.withdrawn_at = now
    asked.save(update_fields=["withdrawn_at"])
    if asked.enrolment_id is not None:
        again = [_standing(training_session, asked.enrolment_id)]
        recompute(training_session, again, asked.attempt, actor, now, why=reason.strip() if amends else "")
    _note("assessor.withdrawn", asked, training_session, actor, now)
    return asked


def _check_average(asked: AskedAssessor, parameter: FrozenParameter, training_session: TrainingSession) -> None:
    if parameter.parameter.settled_by != AVERAGE:
        raise Refused(_("A second opinion is about one participant. Choose whom."), field="enrolment")
    if can_run_session(asked.assessor, training_session):
        raise Refused(
            _("%(who)s runs this session and assesses without being asked.") % {"who": asked.assessor.name},
            field="assessor",
        )
    same = AskedAssessor.objects.in_force().filter(
        training_session=training_session, parameter=asked.parameter, attempt=asked.attempt, assessor=asked.assessor
    )
    if same.filter(enrolment=None).exists():
        raise Refused(
            _("%(who)s was asked already. Choose somebody else.") % {"who": asked.assessor.name}, field="assessor"
        )


def _check_opinion(asked: AskedAssessor, parameter: FrozenParameter, standing: Standing) -> None:
    who = {"who": standing.enrolment.person.name, "parameter": parameter.name, "assessor": asked.assessor.name}
    if parameter.parameter.settled_by != SECOND:
        raise Refused(_("The scheme averages this parameter. Leave the participant open."), field="enrolment")
    require_reason(asked.reason)
    place = (parameter.uuid, asked.attempt)
    first = standing.scores.get(place)
    if first is None or first.value is None:
        raise Refused(
            _("%(who)s has no score for %(parameter)s yet. Score it first, then ask.") % who, field="enrolment"
        )
    if place in standing.asked:
        who["assessor"] = standing.asked[place].name
        raise Refused(
            _("%(who)s, %(parameter)s: %(assessor)s was asked already. Take that back first.") % who, field="enrolment"
        )
    if first.assessor_id == asked.assessor.pk:
        raise Refused(_("%(assessor)s gave the first score. Choose somebody else.") % who, field="assessor")
    if asked.assessor.person_id is not None and asked.assessor.person_id == standing.enrolment.person_id:
        raise Refused(_("Nobody assesses themselves. Choose somebody else."), field="assessor")


def _standing(training_session: TrainingSession, enrolment: int) -> Standing:
    found = standing_of(training_session.enrolments.filter(removed_at=None, pk=enrolment))
    if not found:
        raise Refused(_("This person is no longer enrolled. Reload the page."), field="enrolment", code="not_enrolled")
    return found[0]


def _tell(asked: AskedAssessor, training_session: TrainingSession, now: datetime) -> None:
    notify(
        kind="assessment_asked",
        recipients=[asked.assessor],
        subject=asked,
        url=reverse("session_scores", args=[training_session.uuid]),
        params=about(training_session, parameter=asked.parameter.name),
        now=now,
    )


def _note(what: str, asked: AskedAssessor, training_session: TrainingSession, actor: User, now: datetime) -> None:
    record(
        what,
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "parameter": asked.parameter.uuid,
            "attempt": asked.attempt,
            "assessor": asked.assessor.uuid,
            "enrolment": asked.enrolment.uuid if asked.enrolment else None,
            **stands_for(actor, training_session),
        },
        detail={"reason": asked.reason},
    )
