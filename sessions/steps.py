"""What this stage offers at a shared PC: the test that is open, and the reaction survey (ATT-8)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sessions.enums import AttemptState, TestPhase
from sessions.models import Enrolment, SessionMeeting, TestAttempt
from sessions.queries.survey import asked_enrolments, has_answered, why_no_survey
from sessions.services.attempts import opening_case, paper_of, why_closed
from sessions.shared_pc import STEPS, Offer, Step
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import moment_words


def test_open_to(meeting: SessionMeeting, enrolment: Enrolment) -> TestPhase | None:
    """The test that waits for somebody now, begun or not; None where there is none."""
    training_session = meeting.training_session
    phase = TestPhase.POST if training_session.post_opened_at else TestPhase.PRE
    if paper_of(training_session, phase) is None:
        return None
    return None if why_closed(training_session, enrolment, phase, opening_case(enrolment, phase)) else phase


def _offer(meeting: SessionMeeting, enrolment: Enrolment) -> Offer | None:
    phase = test_open_to(meeting, enrolment)
    if phase is None:
        return None
    begun = TestAttempt.objects.filter(enrolment=enrolment, phase=phase, state=AttemptState.IN_PROGRESS).exists()
    return Offer(str(phase.label), reverse("test_start", args=[enrolment.uuid, phase.value]), begun)


def _receipt(request: Any, kwargs: dict[str, Any]) -> str:
    attempts = TestAttempt.objects.visible_to(request.user).filter(
        uuid=kwargs["uuid"], state=AttemptState.SUBMITTED, submitted_at__isnull=False
    )
    attempt = attempts.select_related("enrolment__training_session__site").first()
    if attempt is None or attempt.submitted_at is None:
        return ""
    said = {
        "test": attempt.get_phase_display(),
        "at": moment_words(attempt.submitted_at, attempt.enrolment.training_session.site.zone, "time"),
    }
    if attempt.points is None:
        return _("%(test)s handed in at %(at)s. The trainer still marks the short answers.") % said
    points = {"points": format_figure(attempt.points), "maximum": format_figure(attempt.maximum)}
    return _("%(test)s handed in at %(at)s: %(points)s of %(maximum)s points.") % {**said, **points}


def _offer_survey(meeting: SessionMeeting, enrolment: Enrolment) -> Offer | None:
    enrolment.training_session = meeting.training_session
    if why_no_survey(enrolment, timezone.now()):
        return None
    return Offer(_("Survey"), reverse("survey_answer", args=[enrolment.uuid]))


def _survey_receipt(request: Any, kwargs: dict[str, Any]) -> str:
    enrolment = asked_enrolments(request.user).filter(uuid=kwargs["uuid"]).first()
    if enrolment is None or not has_answered(enrolment):
        return ""
    return _("Your answer is kept, without your name and without the time.")


def register() -> None:
    """Make the test and the survey known as steps of shared PCs."""
    pages = frozenset({"test_start", "test_question", "test_paper", "test_summary", "test_submit"})
    STEPS.add(Step(name="test", offer=_offer, pages=pages, ends="test_done", receipt=_receipt))
    pages = frozenset({"survey_answer"})
    STEPS.add(Step(name="survey", offer=_offer_survey, pages=pages, ends="survey_done", receipt=_survey_receipt))
