"""Nothing is arranged for who does not work here then; what was opened to them can be taken back (5.3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from planning.models import RecoveryForm
from sessions.models import RecoveryCase
from sessions.services import (
    cancel_make_up,
    move_make_up,
    open_case_test,
    schedule_in_batch,
    start_attempt,
    take_back_test,
)
from sessions.tests.factories import START, absent, concluded, make_up_for, scheduled
from trainingops.domain import Refused, WrongState
from trainingops.people.models import Person
from trainingops.people.tests.factories import client_of, make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.1")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = START + DAY


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time: what the middleware puts on the request."""
    return lambda moment: monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)


@pytest.fixture
def missed():
    """A concluded session of two hours that the first participant missed."""
    return concluded(lambda people: absent(people[0]))


def _left(case, *, last=None, first=None):
    """The list of people says when somebody leaves, or joins."""
    Person.objects.filter(pk=case.enrolment.person_id).update(left_on=last, joined_on=first)


@pytest.mark.parametrize("when", ["left", "joins"])
def test_nothing_is_arranged_for_a_day_on_which_somebody_does_not_work_here(missed, when):
    case, name = RecoveryCase.objects.get(), missed.enrolments[0].person.name
    day = (START + 3 * DAY).astimezone(missed.world.site.zone).date()
    _left(case, **({"last": day - DAY} if when == "left" else {"first": day + DAY}))
    with pytest.raises(Refused, match=name) as refused:
        make_up_for(missed)
    assert refused.value.field == "cases"
    with pytest.raises(Refused, match=name):
        make_up_for(missed, form="one_to_one")
    others = [make_agent(missed.world.site, missed.world.line)]
    batch = scheduled(world=replace(missed.world, people=others), starts_at=START + 3 * DAY + 5 * HOUR)
    with pytest.raises(Refused, match=name):
        schedule_in_batch(
            cases=[case],
            training_session=batch.training_session,
            form=RecoveryForm.objects.get(code="another_batch"),
            actor=missed.pic,
            now=LATER,
        )
    _left(case, last=day if when == "left" else None, first=day if when == "joins" else None)
    held = make_up_for(missed)
    moved = [(START + 4 * DAY, START + 4 * DAY + 2 * HOUR)]
    if when == "left":
        with pytest.raises(Refused, match=name) as refused:
            move_make_up(training_session=held.training_session, meetings=moved, actor=missed.pic, now=LATER)
        assert refused.value.field == "starts_at"


def test_no_test_is_opened_to_somebody_who_has_left_and_their_case_offers_nothing_that_is_refused(missed, at):
    case = RecoveryCase.objects.get()
    at(LATER)
    leader, url = client_of(missed.world.leader), reverse("case_detail", args=[case.uuid])
    assert leader.get(url).context["may_record_leave"]
    _left(case, last=START.date())
    Person.objects.filter(pk=case.enrolment.person_id).update(employment="left")
    assert not leader.get(url).context["may_record_leave"], "a page that answers 404"
    with pytest.raises(Refused, match=case.enrolment.person.name):
        open_case_test(case=case, form=self_study(), actor=missed.pic, now=LATER)
    page = client_of(missed.pic).get(url)
    offered = {key: page.context[key] for key in ("may_schedule", "may_test", "may_record_leave", "may_take_back")}
    assert not any(offered.values()) and page.context["not_here"] in page.content.decode()


def test_an_opened_test_is_taken_back_with_a_reason_until_it_is_begun(missed, at):
    case = RecoveryCase.objects.get()
    now = missed.training_session.ends_at + HOUR
    open_case_test(case=case, form=self_study(), actor=missed.pic, now=now)
    at(now)
    client, url = client_of(missed.pic), reverse("case_take_back", args=[case.uuid])
    assert url in client.get(reverse("case_detail", args=[case.uuid])).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Ia lebih baik ikut kelas."}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.test_opened_at, case.form) == ("open", None, None)
    page = client.get(reverse("case_detail", args=[case.uuid]))
    assert page.context["may_test"] and "Ia lebih baik ikut kelas." in page.content.decode()
    open_case_test(case=case, form=self_study(), actor=missed.pic, now=now)
    user = make_user("agent", person=case.enrolment.person)
    start_attempt(enrolment=case.enrolment, phase="post", actor=user, now=now)
    assert not client.get(reverse("case_detail", args=[case.uuid])).context["may_take_back"]
    with pytest.raises(WrongState, match=case.enrolment.person.name):
        take_back_test(case=case, reason="Terlambat.", actor=missed.pic, now=now)


def test_self_study_is_offered_again_once_the_class_after_it_is_cancelled(missed, at):
    case = RecoveryCase.objects.get()
    now = missed.training_session.ends_at + HOUR
    open_case_test(case=case, form=self_study(), actor=missed.pic, now=now)
    held = make_up_for(missed, now=now)
    case.refresh_from_db()
    assert (case.state, case.test_opened_at) == ("scheduled", None)
    cancel_make_up(training_session=held.training_session, reason="Pelatih sakit.", actor=missed.pic, now=now)
    at(now)
    page = client_of(missed.pic).get(reverse("case_detail", args=[case.uuid]))
    assert page.context["may_test"] and page.context["may_schedule"]


def self_study():
    return RecoveryForm.objects.get(code="self_study")
