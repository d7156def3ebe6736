"""The reaction survey: a participant's own form, and what came of it for those who run the trainings."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from sessions import services
from sessions.forms import SurveyAnswerForm
from sessions.models import Enrolment, ReactionSurvey
from sessions.queries.reactions import BY, reactions
from sessions.queries.survey import (
    asked_enrolments,
    form_in_force,
    has_answered,
    reaction_of,
    survey_of,
    surveys_with_detail,
    why_no_survey,
)
from sessions.tables import REACTION_TABLES, StatementTable
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def _own(request: SignedInRequest, uuid: UUID) -> Enrolment:
    """The reader's own place in a class, or 404."""
    return get_object_or_404(asked_enrolments(request.user), uuid=uuid)


@never_cache
@sensitive_post_parameters()
def survey_answer(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Five statements and a question; POST puts the answer into the box."""
    enrolment = _own(request, uuid)
    survey = survey_of(enrolment.training_session)
    questions = survey.form if survey else form_in_force()
    form = SurveyAnswerForm(request.POST or None, questions=questions)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_survey(
                enrolment=enrolment, ratings=form.ratings(), text=form.text_given(), actor=request.user, now=request.now
            )
            return redirect("survey_done", uuid=uuid)
        except Refused as refused:
            if not refused.field:
                messages.info(request, str(refused))
                return redirect("my_trainings")
            form.add_refusal(refused)
    context = {
        "enrolment": enrolment,
        "training_session": enrolment.training_session,
        "form": form,
        "why": why_no_survey(enrolment, request.now),
        "closes_at": survey.closes_at if survey else None,
        "open_days": questions.open_days,
        "least": questions.least_answers,
        "zone": enrolment.training_session.site.zone,
    }
    return render(request, "sessions/survey_answer.html", context)


@never_cache
def survey_done(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The receipt: that the answer is in the box, and nothing of what it says."""
    enrolment = _own(request, uuid)
    if not has_answered(enrolment):
        return redirect("survey_answer", uuid=uuid)
    return render(request, "sessions/survey_done.html", {"training_session": enrolment.training_session})


def survey_list(request: SignedInRequest) -> HttpResponse:
    """Reactions in reach, by session, trainer or module version; only closed boxes with enough answers count."""
    by = request.GET.get("by", "")
    by = by if by in BY else BY[0]
    found = reactions(ReactionSurvey.objects.visible_to(request.user), by=by, now=request.now)
    words = {"session": _("By session"), "trainer": _("By trainer"), "module": _("By module version")}
    context = {
        "table": configure(request, REACTION_TABLES[by](found)),
        "tabs": [(each, words[each], each == by) for each in BY],
        "by": by,
    }
    return list_page(request, "sessions/survey_list.html", context, file=f"survei-{by}")


def survey_result(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The reactions to one session: each statement with its tally, the texts in no order."""
    surveys = surveys_with_detail(ReactionSurvey.objects.visible_to(request.user))
    survey = get_object_or_404(surveys, training_session__uuid=uuid)
    reaction = reaction_of(survey, present=survey.present, now=request.now)  # type: ignore[attr-defined]
    context = {
        "training_session": survey.training_session,
        "reaction": reaction,
        "table": configure(request, StatementTable(reaction.statements)),
        "question": survey.form.question_shown,
    }
    return list_page(request, "sessions/survey_result.html", context, file=f"survei-{survey.training_session.number}")
