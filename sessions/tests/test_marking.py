"""Short answers marked by hand, and what answers say about questions (5.1.1 e, 5.1.2)."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from planning.models import QuestionVersion
from planning.tests.factories import make_world
from reporting.tests.writing import report_of, submitted
from sessions.models import SessionResult, TestAnswer
from sessions.services import Mark, mark_answers
from sessions.services.attempts import save_answer, start_attempt, submit_attempt
from sessions.services.running import open_post_test
from sessions.tests.factories import START, attend, end_session, opened, score
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.people.tests.factories import client_of, make_user

pytestmark = pytest.mark.django_db


def answer(held, enrolment, texts, now=START):
    """Take the post-test: the short answers given in order, "A" everywhere else."""
    user = getattr(enrolment.person, "user", None) or make_user("agent", person=enrolment.person)
    attempt = start_attempt(enrolment=enrolment, phase="post", actor=user, now=now)
    texts = iter(texts)
    for place in attempt.paper.paper_questions.select_related("question_version").order_by("order"):
        short = place.question_version.kind == "short"
        choice = [next(texts)] if short else ["A"]
        save_answer(attempt=attempt, question_version=place.question_version, choice=choice, actor=user, now=now)
    return submit_attempt(attempt=attempt, actor=user, now=now)


@pytest.fixture
def held():
    """A session whose post-test has two short answers among five questions."""
    world = make_world(people=3)
    versions = world.post_paper.paper_questions.order_by("order").values("question_version")[:2]
    QuestionVersion.objects.filter(pk__in=list(versions.values_list("question_version", flat=True))).update(
        kind="short", options=[], correct=["Surat Bukti Gadai"]
    )
    held = opened(world=world)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    held.fresh()
    return held


def marks(*pairs):
    return [Mark(answer.pk, Decimal(points), answer.points) for answer, points in pairs]


@pytest.mark.clause("5.1.2")
def test_a_result_waits_for_the_trainer_and_is_never_zero(held):
    enrolment = held.enrolments[0]
    attempt = answer(held, enrolment, ["surat bukti  gadai", "surat gadai"])
    assert attempt.points is None
    result = SessionResult.objects.get(enrolment=enrolment, current=True)
    assert (result.status, result.final) == ("incomplete", None)
    score(held, {enrolment.pk: "80"}, now=START)
    (waiting,) = TestAnswer.objects.filter(points=None)
    address = reverse("session_marking", kwargs={"uuid": held.training_session.uuid})
    client = client_of(held.pic)
    page = client.get(address)
    assert (page.context["waiting"], page.context["total"]) == (1, 2)
    assert b"Surat Bukti Gadai" in page.content and enrolment.person.name.encode() not in page.content
    data = {f"points-{waiting.pk}": "0,5", f"was-{waiting.pk}": ""}
    assert client.post(address, data).status_code == 302
    attempt.refresh_from_db()
    assert attempt.points == Decimal("4.5")
    result = SessionResult.objects.get(enrolment=enrolment, current=True)
    assert (result.status, result.final) == ("scored", Decimal(86))
    waiting.refresh_from_db()
    assert waiting.marked_by == held.pic
    again = client.post(address, data)
    assert again.status_code == 409, "it was marked meanwhile"


def test_points_outside_the_question_are_named_and_nothing_is_written(held):
    answer(held, held.enrolments[0], ["x", "y"])
    one, two = TestAnswer.objects.filter(points=None)
    address = reverse("session_marking", kwargs={"uuid": held.training_session.uuid})
    client = client_of(held.pic)
    for typed in ("2", "-1", "0,333", "abc"):
        page = client.post(address, {f"points-{one.pk}": "1", f"points-{two.pk}": typed})
        assert page.status_code == 422 and typed.encode() in page.content
    assert TestAnswer.objects.filter(points=None).count() == 2


@pytest.mark.point("SCR-4")
def test_a_stale_page_that_corrects_marks_overwrites_nothing(held):
    """Also when it is first shown again for another reason."""
    answer(held, held.enrolments[0], ["x", "y"])
    one, two = TestAnswer.objects.filter(points=None).order_by("pk")
    mark_answers(training_session=held.training_session, marks=marks((one, "1"), (two, "0")), actor=held.pic, now=START)
    attend(held)
    end_session(held)
    client = client_of(held.pic)
    address = reverse("score_amend", args=[held.training_session.uuid, held.enrolments[0].pk])
    hidden = re.compile(r'<input type="hidden" name="((?:was-|version_)[^"]+)" value="([^"]*)"')
    opened = dict(hidden.findall(client.get(address).content.decode()))

    def send(first, second, reason, kept):
        typed = {f"points-{one.pk}": first, f"points-{two.pk}": second, "reason": reason}
        return client.post(address, typed | kept)

    assert send("0,5", "1", "Kunci diperbaiki.", opened).status_code == 302
    blank = send("0", "0", "", opened)
    assert blank.status_code == 422
    kept = dict(hidden.findall(blank.content.decode()))
    assert kept == opened
    assert send("0", "0", "Terlambat", kept).status_code == 409
    assert send("0", "0", "Tanpa asal", {}).status_code == 409
    points = {each.pk: each.points for each in TestAnswer.objects.filter(pk__in=[one.pk, two.pk])}
    assert points == {one.pk: Decimal("0.5"), two.pk: Decimal(1)}


@pytest.mark.point("SCR-4")
def test_a_mark_typed_in_a_second_window_after_the_conclusion_is_refused_with_both_values(held):
    """Not dropped as if nothing had been typed; what stands, stands."""
    answer(held, held.enrolments[0], ["x", "surat bukti gadai"])
    one = TestAnswer.objects.get(points=None)
    attend(held)
    end_session(held)
    client, address = client_of(held.pic), reverse("session_marking", args=[held.training_session.uuid])
    opened = {f"was-{one.pk}": ""}
    assert client.post(address, {f"points-{one.pk}": "1", **opened}).status_code == 302
    second = client.post(address, {f"points-{one.pk}": "0,5", **opened})
    told = second.content.decode()
    assert (
        second.status_code == 409 and "Anda sudah menyimpan 1 di jendela lain" in told and "0,5 belum tersimpan" in told
    )
    one.refresh_from_db()
    assert one.points == 1


@pytest.mark.clause("5.3.2")
def test_after_the_report_a_mark_is_an_amendment_with_its_reason(held):
    answer(held, held.enrolments[0], ["x", "surat bukti gadai"])
    one = TestAnswer.objects.get(points=None)
    attend(held)
    end_session(held, reasons={"score": "x"})
    submitted(held)
    client, address = client_of(held.pic), reverse("session_marking", args=[held.training_session.uuid])
    typed = {f"points-{one.pk}": "1", f"was-{one.pk}": ""}
    page = client.post(address, typed)
    assert page.status_code == 422 and 'name="reason"' in page.content.decode()
    one.refresh_from_db()
    assert one.points is None and report_of(held).changed_at is None
    assert client.post(address, typed | {"reason": "Baru dinilai."}).status_code == 302
    assert report_of(held).changed_what == ["scores"]


def test_who_may_mark_and_what(held):
    answer(held, held.enrolments[0], ["x", "y"])
    one, _two = TestAnswer.objects.filter(points=None)
    both = {"training_session": held.training_session, "now": START}
    with pytest.raises(NotAllowed):
        mark_answers(marks=marks((one, "1")), actor=make_user("trainer"), **both)
    held.pic.person = held.enrolments[0].person
    with pytest.raises(NotAllowed):
        mark_answers(marks=marks((one, "1")), actor=held.pic, **both)
    held.pic.person = None
    with pytest.raises(Refused):
        mark_answers(marks=[Mark(0, Decimal(1))], actor=held.pic, **both)
    with pytest.raises(StaleVersion):
        mark_answers(marks=[Mark(one.pk, Decimal(1), Decimal(0))], actor=held.pic, **both)


@pytest.mark.parametrize("state", ["scheduled", "cancelled"])
def test_only_sessions_under_way_or_concluded_are_marked(held, state):
    answer(held, held.enrolments[0], ["x", "y"])
    one = TestAnswer.objects.filter(points=None).first()
    type(held.training_session).objects.filter(pk=held.training_session.pk).update(state=state)
    with pytest.raises(WrongState):
        mark_answers(training_session=held.training_session, marks=marks((one, "1")), actor=held.pic, now=START)


def test_the_page_is_for_the_staff_of_the_session(held, client, django_assert_max_num_queries):
    address = reverse("session_marking", kwargs={"uuid": held.training_session.uuid})
    assert client.get(address).status_code == 302
    assert client_of(make_user("agent")).get(address).status_code == 403
    assert client_of(make_user("trainer", site=make_world(people=0).site)).get(address).status_code == 404
    staff = client_of(held.pic)
    assert staff.delete(address).status_code == 405
    for enrolment in held.enrolments:
        answer(held, enrolment, ["x", "y"])
    with django_assert_max_num_queries(12):
        assert staff.get(address).status_code == 200
