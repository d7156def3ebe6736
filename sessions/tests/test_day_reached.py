"""A module was had and shown on the day somebody was there or was assessed, not when the class was concluded (7.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from planning.models import Competence, ModuleTraining
from sessions.models import ParameterScore, RecoveryCase
from sessions.queries.history import history_of
from sessions.services import NewScore, amend_results, conclude_meeting, open_case_test, open_post_test, open_session
from sessions.tests.factories import START, absent, attend, concluded, end_session, make_up_for, score, take_test
from sessions.tests.factories import opened as held_open
from trainingops.people.tests.factories import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("7.2"), pytest.mark.clause("4.3")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def days_of(person):
    """When the module was had, and shown."""
    trainings = ModuleTraining.objects.filter(person=person).values_list("trained_on", flat=True)
    return [*trainings], [*Competence.objects.filter(person=person).values_list("achieved_on", flat=True)]


def test_a_class_that_is_concluded_days_later_was_had_on_its_own_day():
    held = held_open()
    attend(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START + HOUR)
    for each in held.enrolments:
        take_test(each, phase="post", right=5, now=START + HOUR)
    score(held, {each.pk: "90" for each in held.enrolments}, now=START + 3 * DAY)
    later = START + 4 * DAY
    conclude = {"date": "Lupa.", "time": "Lupa.", "duration": "Lupa."}
    conclude_meeting(
        meeting=held.meeting, actual_starts_at=START, actual_ends_at=held.meeting.ends_at, actor=held.pic, now=later
    )
    end_session(held, now=later, reasons=conclude)
    assert days_of(held.enrolments[0].person) == ([START.date()], [START.date()])


def test_who_made_up_for_it_had_it_in_the_make_up_class_and_a_remedial_is_shown_when_it_is_taken():
    held = concluded(lambda people: absent(people[0]), right=(None, 2, 5))
    again = make_up_for(held)
    open_session(training_session=again.training_session, actor=held.pic, now=again.training_session.starts_at)
    attend(again)
    end_session(again, now=again.training_session.ends_at)
    assert days_of(held.enrolments[0].person)[0] == [(START + 3 * DAY).date()]
    case = RecoveryCase.objects.get(enrolment=held.enrolments[1], kind="remedial")
    open_case_test(case=case, form=None, actor=held.pic, now=START + 4 * DAY)
    take_test(held.enrolments[1], phase="remedial", right=5, now=START + 5 * DAY)
    trained, shown = days_of(held.enrolments[1].person)
    assert (trained, shown) == ([START.date()], [(START + 5 * DAY).date()])


@pytest.mark.clause("5.3.1")
def test_a_remedial_that_is_void_says_from_which_result_to_which(english, monkeypatch):
    held = concluded(right=(5, 5, 5), roleplay="0")
    enrolment = held.enrolments[0]
    was = enrolment.results.get(current=True).final
    row = ParameterScore.objects.get(enrolment=enrolment)
    change = NewScore(row.pk, row.value + 90, row.version)
    amend_results(enrolment=enrolment, scores=[change], reason="Salah ketik.", actor=held.pic, now=START + 5 * HOUR)
    case, final = RecoveryCase.objects.get(enrolment=enrolment), enrolment.results.get(current=True).final
    assert history_of(case)[-1].words == f"Void: the result was changed from {was:.2f} to {final:.2f}, which passes."
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: START + DAY)
    page = client_of(held.pic).get(reverse("case_detail", args=[case.uuid])).content.decode()
    assert "kehadiran dikoreksi" not in page
