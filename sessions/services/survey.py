"""The reaction survey: opened with the end of a session, answered without a name (Kirkpatrick 1; ADR 0018)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from sessions.enums import Agreement
from sessions.models import Enrolment, ReactionSurvey, SurveyParticipation, TrainingSession
from sessions.notices import about
from sessions.policies import can_answer_survey
from sessions.queries.survey import asked_enrolments, asked_in, form_in_force, why_no_survey
from sessions.services.common import users_of
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.ui.stored import stored_moment

#: As much as somebody writes on a phone; the control says so.
LONGEST_TEXT = 1000
_chance = secrets.SystemRandom()


@service
def open_survey(*, training_session: TrainingSession, actor: User | None, now: datetime) -> ReactionSurvey:
    """Ask those who were there what they think, until the closing time of the form; called when a session concludes.

    Who answered already, after the post-test, is not asked again.
    """
    survey = _begun(training_session)
    survey.closes_at = now + timedelta(days=survey.form.open_days)
    survey.save(update_fields=["closes_at"])
    asked = asked_in(training_session).filter(survey_participation__isnull=True)
    notify(
        kind="survey_opened",
        recipients=users_of(asked),
        subject=survey,
        url=reverse("my_trainings"),
        params=about(training_session, closes=stored_moment(survey.closes_at, training_session.site.zone)),
        now=now,
    )
    record(
        "survey.opened",
        subject=survey,
        actor=actor,
        now=now,
        data={"session": training_session.uuid, "form": survey.form.version, "closes_at": survey.closes_at},
    )
    return survey


@service
def answer_survey(*, enrolment: Enrolment, ratings: Mapping[str, int], text: str, actor: User, now: datetime) -> None:
    """Put an answer into the box, and note that this person has answered.

    On purpose there is no journal entry, no time and no row of its own: nothing that stands beside the person's name
    could be laid beside the answer (ADR 0018).

    Args:
        ratings: code of every statement of the form → a step from 1 to 5.
        text: in one's own words; may be empty.

    Raises:
        NotAllowed: somebody else's place in the class.
        WrongState: not open to this person now (``closed``), or answered already (``answered``).
        Refused: a statement without a step of the scale, or a text that is too long.
    """
    require(can_answer_survey(actor, enrolment))
    enrolment = asked_enrolments(actor).get(pk=enrolment.pk)
    if why := why_no_survey(enrolment, now):
        raise WrongState(why, code="closed")
    survey = _begun(enrolment.training_session)
    _require_answers(survey, ratings, text)
    try:
        with transaction.atomic():
            SurveyParticipation.objects.create(enrolment=enrolment)
    except IntegrityError:
        raise WrongState(_("You have answered this survey already. Thank you."), code="answered") from None
    for code, _words in survey.form.statements_shown:
        tally = survey.tallies.setdefault(code, [0] * len(Agreement))
        tally[ratings[code] - 1] += 1
    if text.strip():
        survey.texts.append(text.strip())
        _chance.shuffle(survey.texts)
    survey.save(update_fields=["tallies", "texts"])


def _begun(training_session: TrainingSession) -> ReactionSurvey:
    """The survey of a session, locked; made with the form in force when nobody needed it before."""
    rows = ReactionSurvey.objects.select_for_update(no_key=True, of=("self",)).select_related("form")
    survey = rows.filter(training_session=training_session).first()
    if survey is None:
        ReactionSurvey.objects.bulk_create(
            [ReactionSurvey(training_session=training_session, form=form_in_force())], ignore_conflicts=True
        )
        survey = rows.get(training_session=training_session)
    return survey


def _require_answers(survey: ReactionSurvey, ratings: Mapping[str, int], text: str) -> None:
    for code, words in survey.form.statements_shown:
        if ratings.get(code) not in Agreement.values:
            raise Refused(
                _("“%(statement)s” has no answer from 1 to 5. Choose one.") % {"statement": words}, field=code
            )
    if len(text) > LONGEST_TEXT:
        raise Refused(
            _("The text has %(n)d characters; there is room for %(most)d. Shorten it.")
            % {"n": len(text), "most": LONGEST_TEXT},
            field="text",
        )
