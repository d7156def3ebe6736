"""What participants of the demo say after their classes (Kirkpatrick 1): one survey has closed, others are open."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle as again

from sessions.models import ReactionSurvey, SurveyForm
from sessions.queries.survey import asked_in
from sessions.services import answer_survey

#: This house asks for two days, so that the first class of the demo has its result already.
_OPEN_DAYS = 2
#: Each answer: the steps of the five statements, and what the person wrote.
_ANSWERS = (
    ((5, 5, 4, 4, 5), "Simulasi SBG paling membantu; tanggal jatuh tempo sekarang jelas."),
    ((4, 5, 3, 4, 4), "Tambahkan contoh kasus perpanjangan lewat agen."),
    ((5, 4, 4, 2, 4), "Ruangan panas, waktunya terlalu dekat dengan jam sibuk."),
    ((4, 4, 4, 4, 4), ""),
    ((5, 5, 5, 4, 5), "Trainer sabar menjawab pertanyaan."),
    ((3, 4, 2, 3, 3), "Latihannya terlalu singkat."),
)


def prepare_surveys() -> None:
    """The policy of this house; before the first session is concluded."""
    SurveyForm.objects.update(open_days=_OPEN_DAYS)


def load_reactions(now: datetime) -> str:
    """Who was there answers three hours after the class, of all but the oldest without the last one; a line to read."""
    surveys = (
        ReactionSurvey.objects.filter(tallies={})
        .select_related("training_session")
        .order_by("training_session__starts_at")
    )
    answered = sum(answer(survey, now, leave_out=min(place, 1)) for place, survey in enumerate(surveys))
    readable = sum(each.answered >= each.form.least_answers for each in ReactionSurvey.objects.select_related("form"))
    return f"{answered} answers to reaction surveys; {readable} with enough of them"


def answer(survey: ReactionSurvey, now: datetime, *, leave_out: int = 0) -> int:
    """Who was at the class of a survey answers it, but the last ``leave_out`` of them; how many did."""
    concluded_at = survey.training_session.concluded_at
    assert concluded_at is not None  # a survey of the demo begins with the conclusion
    at = min(concluded_at + timedelta(hours=3), now)
    people = list(asked_in(survey.training_session).select_related("person__user").order_by("pk"))
    people = people[: len(people) - leave_out]
    codes = [code for code, _words in survey.form.statements_shown]
    for enrolment, (steps, text) in zip(people, again(_ANSWERS), strict=False):
        ratings = dict(zip(codes, steps, strict=True))
        answer_survey(enrolment=enrolment, ratings=ratings, text=text, actor=enrolment.person.user, now=at)
    return len(people)
