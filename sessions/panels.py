"""What this stage shows in the slots of pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions.enums import SessionState
from sessions.models import RecoveryCase, TrainingSession
from sessions.queries.survey import HERE, reaction_of, survey_of
from trainingops.notifications.states import register_state
from trainingops.people.handing_out import never_signed_in
from trainingops.people.policies import HELPS_IN

if TYPE_CHECKING:
    from trainingops.people.models import User


def participant_panels(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """Of each session whose page the reader has open: who cannot sign in yet, and the reaction survey; one query."""
    now, enrolled = timezone.now(), Q(enrolments__removed_at=None)
    here = enrolled & Q(enrolments__attendances__status__in=HERE)
    new = enrolled & never_signed_in("enrolments__person")
    rows = (
        TrainingSession.objects.filter(pk__in=ids)
        .select_related("site", "survey__form")
        .annotate(
            people=Count("enrolments", filter=enrolled, distinct=True),
            present=Count("enrolments", filter=here, distinct=True),
            new=Count("enrolments", filter=new, distinct=True),
        )
    )
    return {
        each.pk: render_to_string("sessions/participant_panels.html", context)
        for each in rows
        if (context := _context(each, user, now))
    }


def _context(training_session: Any, user: User, now: Any) -> dict[str, Any]:
    """What there is to say of a session; empty for nothing."""
    context: dict[str, Any] = {}
    if training_session.state in (SessionState.SCHEDULED, SessionState.OPEN) and user.authority.has(*HELPS_IN):
        context = {"codes": True, "people": training_session.people, "new": training_session.new}
    if survey := survey_of(training_session):
        survey.training_session = training_session
        context |= {"reaction": reaction_of(survey, present=training_session.present, now=now)}
    return context and {**context, "training_session": training_session}


def register_states() -> None:
    """Where sessions and recovery cases stand, beside the notices about them."""
    from sessions.tables import CASE_STATES, SESSION_STATES

    register_state(
        TrainingSession,
        _("Session"),
        lambda each: (SESSION_STATES[each.state], each.get_state_display()),
        TrainingSession.objects.visible_to,
    )
    register_state(
        RecoveryCase,
        _("Recovery case"),
        lambda case: (CASE_STATES[case.state], case.get_state_display()),
        RecoveryCase.objects.visible_to,
    )
