"""Item analysis and gain, computed outside the request from the first attempts (5.1.1 e, 5.4)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from evaluation import item_analysis
from evaluation.enums import ItemVerdict
from evaluation.models import PaperAnalysis
from evaluation.services import analyses
from planning.models import QuestionStatistics
from reporting.content import freeze
from reporting.tests.writing import report_of
from reporting.wording import gain_words
from sessions.models import ParameterScore, SessionGain, TestAnswer, TestAttempt
from sessions.services import NewScore, amend_results
from sessions.tests.factories import concluded
from trainingops.people.tests.factories import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]

#: Right answers of the first so many of five questions: every total from 0 to 5, twelve people.
RIGHT = (5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 5)


def analysed(held) -> PaperAnalysis:
    """The analysis of the post-test of a concluded session, computed an hour later."""
    analyses.analyse_due(now=held.training_session.ends_at + timedelta(hours=1))
    return PaperAnalysis.objects.get(paper=held.training_session.post_paper, phase="post")


@pytest.mark.clause("5.1.1 e")
def test_statistics_come_from_first_attempts_and_are_the_same_when_computed_again():
    held = concluded(right=(5, 3, 3))
    analysis = analysed(held)
    places = held.training_session.post_paper.paper_questions.order_by("order")
    figures = [
        QuestionStatistics.objects.get(question_version=place.question_version_id, phase="post") for place in places
    ]
    assert [each.attempts for each in figures] == [3] * 5
    assert [each.difficulty for each in figures] == [1, 1, 1, Decimal("0.3333"), Decimal("0.3333")]
    assert {each.discrimination for each in figures} == {None}, "too few attempts"
    before = list(QuestionStatistics.objects.values())
    assert not analyses.analyse_paper(analysis_id=analysis.pk, now=analysis.computed_at), "nothing changed"
    PaperAnalysis.objects.update(changes=9)
    assert analyses.analyse_paper(analysis_id=analysis.pk, now=analysis.computed_at)
    assert list(QuestionStatistics.objects.values()) == before


def test_discrimination_is_shown_from_ten_attempts_on(monkeypatch):
    held = concluded(right=(5, 3, 4))
    monkeypatch.setattr(item_analysis, "FEWEST", 3)
    analysed(held)
    last = held.training_session.post_paper.paper_questions.order_by("-order").first()
    figure = QuestionStatistics.objects.get(question_version=last.question_version_id, phase="post")
    assert figure.discrimination == Decimal("0.5000")
    first = held.training_session.post_paper.paper_questions.order_by("order").first()
    assert QuestionStatistics.objects.get(question_version=first.question_version_id).discrimination is None
    page = client_of(held.pic).get(reverse("question_detail", kwargs={"uuid": last.question_version.question.uuid}))
    assert "0,50" in page.content.decode()


def test_below_ten_nothing_is_said_of_questions():
    analysis = analysed(concluded(right=(5, 3, 3)))
    assert (analysis.respondents, analysis.alpha, analysis.mean, analysis.is_too_small) == (3, None, None, True)
    assert {(each.discrimination, each.verdict, tuple(each.options)) for each in analysis.items.all()} == {
        (None, "", ())
    }


def test_an_analysis_is_that_of_the_pure_function_over_the_rows_with_options_and_suspects():
    held = concluded(people=len(RIGHT), right=RIGHT)
    analysis = analysed(held)
    found = item_analysis.analyse([[float(place < right) for place in range(5)] for right in RIGHT])
    assert (analysis.respondents, analysis.blanks, analysis.waiting) == (12, 0, 0)
    assert analysis.is_indication and not analysis.is_too_small
    assert float(analysis.alpha) == pytest.approx(found.alpha, abs=5e-5)
    assert float(analysis.mean) == pytest.approx(35 / 12, abs=5e-5)
    items = list(analysis.items.all())
    for item, expected in zip(items, found.items, strict=True):
        assert float(item.difficulty) == pytest.approx(expected.difficulty, abs=5e-5)
        assert float(item.discrimination) == pytest.approx(expected.discrimination, abs=5e-5)
        assert float(item.alpha_if_deleted) == pytest.approx(expected.alpha_if_deleted, abs=5e-5)
        assert (item.verdict, item.suspect) == (expected.verdict.value, "")
    right, wrong = items[4].options[:2]
    assert (right["option"], right["is_right"], right["chosen"], right["share"]) == ("A", True, 3, 0.25)
    assert (wrong["option"], wrong["is_right"], wrong["chosen"]) == ("B", False, 9)

    weakest = items[4].question_version
    weakest.correct = ["B"]  # as if the key had been wrong
    weakest.save()
    for answer in TestAnswer.objects.filter(question_version=weakest).select_related("attempt"):
        answer.points = 0 if answer.choice == ["A"] else answer.attempt.maximum / 5
        answer.save()
    PaperAnalysis.objects.update(changes=9)
    again = analysed(held).items.get(question_version=weakest)
    assert (again.suspect, again.verdict) == ("A", ItemVerdict.NEGATIVE)


def test_an_answer_that_waits_for_its_mark_leaves_its_attempt_out_and_a_blank_is_wrong():
    held = concluded(right=(5, 3, 3))
    rows = TestAnswer.objects.order_by("attempt", "pk")
    first, last = rows.first(), rows.last()
    TestAnswer.objects.filter(pk=first.pk).update(points=None)
    TestAnswer.objects.filter(pk=last.pk).delete()
    analysis = analysed(held)
    assert (analysis.respondents, analysis.waiting, analysis.blanks) == (2, 1, 1)
    assert first.attempt_id != last.attempt_id


def test_a_change_while_computing_is_not_lost(monkeypatch):
    held = concluded(right=(5, 3, 3))
    read = analyses.read_responses

    def meanwhile(*args):
        found = read(*args)
        analyses.note_analyses_due(held.training_session)
        return found

    monkeypatch.setattr(analyses, "read_responses", meanwhile)
    analysis = analysed(held)
    assert analysis.respondents == 3
    assert analysis.pk in analyses.analyses_due()


def test_the_gain_of_a_class_is_of_matched_pairs_and_computed_again_after_an_amendment():
    held = concluded(right=(5, 3, 4))
    begun, now = held.training_session.starts_at, held.training_session.ends_at + timedelta(hours=1)
    for enrolment, points in zip(held.enrolments[:2], (40, 20), strict=True):
        attempt = {"phase": "pre", "state": "submitted", "started_at": begun, "due_at": begun, "submitted_at": begun}
        paper = held.training_session.post_paper
        TestAttempt.objects.create(enrolment=enrolment, paper=paper, points=points, maximum=100, **attempt)
    assert analyses.gains_due() == [held.training_session.pk]
    analyses.analyse_due(now=now)
    gain = SessionGain.objects.get(training_session=held.training_session)
    assert (gain.pairs, gain.unmatched, gain.at_maximum, gain.computed_at) == (2, 1, 0, now)
    assert (gain.mean_pre, gain.mean_post) == (30, 80)
    assert (gain.class_gain, gain.individual_gain) == (Decimal("0.7143"), Decimal("0.7500"))
    assert (gain.t, gain.freedom) == (5, 1)
    assert gain.p_value == Decimal("0.1256659")
    results = client_of(held.pic).get(reverse("session_results", args=[held.training_session.uuid])).content.decode()
    assert "t(1) = 5,00, p = 0,126" in results and "bukan bukti bahwa training penyebabnya" in results
    told = freeze(report_of(held), number=1, now=now).data["gain"]
    with translation.override("id"):
        words = gain_words(told)
    assert "peningkatan kelas 0,71, rata-rata peningkatan perorangan 0,75" in words and "t(1) = 5,00" in words

    score = ParameterScore.objects.get(enrolment=held.enrolments[2])
    amend_results(
        enrolment=held.enrolments[2],
        scores=[NewScore(score.pk, Decimal(70), score.version)],
        reason="Salah ketik.",
        actor=held.pic,
        now=now,
    )
    assert analyses.gains_due() == [held.training_session.pk]
    assert gain_words(freeze(report_of(held), number=1, now=now).data["gain"]) == "", "not counted anew yet"
    assert analyses.analyse_due(now=now + timedelta(hours=1)) > 0
    assert analyses.gains_due() == analyses.analyses_due() == []
