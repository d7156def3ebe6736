"""Several assessors of a role play: an average, or a second opinion, each named in the result (5.1.2)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from planning.models import TrainerProfile
from sessions.frozen import read_scheme
from sessions.models import AskedAssessor, MeetingTrainer, ParameterScore, SessionResult
from sessions.queries.assessing import assessments_waiting
from sessions.services import GridConflict, ScoreCell, ask_assessor, record_scores, withdraw_assessor
from sessions.tests.factories import START, attend, concluded, end_session
from sessions.tests.test_score_grid import held_with
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import TeamFactory, client_of, make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.2")]
AVERAGE = {"name": "Roleplay", "settled_by": "average", "assessors": 2, "minimum": Decimal(70)}
SECOND = {"name": "Roleplay", "settled_by": "second"}


def session_with(parameter):
    """A session under way with a co-trainer and somebody of Quality Control beside its PIC."""
    held = held_with([parameter])
    attend(held)
    place = {"site": held.world.site, "line": held.world.line}
    held.second, held.qc = make_user("trainer", **place), make_user("qc", **place)
    profile = TrainerProfile.objects.create(name=held.second.name, user=held.second)
    MeetingTrainer.objects.create(meeting=held.meeting, trainer=profile)
    (held.parameter,) = read_scheme(held.training_session.scheme).parameters
    return held


def give(held, user, value, *, version=0, person=0):
    cell = ScoreCell(
        held.enrolments[person].pk, held.parameter.uuid, None if value is None else Decimal(value), version
    )
    record_scores(training_session=held.training_session, cells=[cell], actor=user, now=START)


def ask(held, assessor, *, person=None, reason="", actor=None):
    return ask_assessor(
        training_session=held.training_session,
        parameter=held.parameter.uuid,
        assessor=assessor,
        enrolment=None if person is None else held.enrolments[person].pk,
        reason=reason,
        actor=actor or held.pic,
        now=START,
    )


def result(held, person=0):
    return SessionResult.objects.filter(enrolment=held.enrolments[person], current=True).first()


def assessed(held, person=0):
    return result(held, person).explanation["parameters"][0]["assessed"]


def test_an_average_is_of_all_assessors_and_waits_for_as_many_as_the_scheme_asks():
    held = session_with(AVERAGE)
    give(held, held.pic, "85")
    assert (result(held).status, result(held).final) == ("incomplete", None), "one of two is no result, and no nought"
    give(held, held.second, "80.5")
    assert (result(held).final, result(held).passed) == (Decimal("82.75"), True)
    assert assessed(held)["given"] == [
        {"by": str(held.pic.uuid), "value": "85", "counts": True},
        {"by": str(held.second.uuid), "value": "80.5", "counts": True},
    ]
    ask(held, held.qc)
    give(held, held.qc, "50")
    assert result(held).final == Decimal("71.83"), "215.5 ÷ 3, rounded once"
    give(held, held.qc, "40", version=1)
    assert (result(held).final, result(held).passed) == (Decimal("68.50"), False)
    assert result(held).explanation["below_minimum"] == ["Roleplay"], "the minimum looks at the average"


@pytest.mark.point("SCR-4")
def test_nobody_changes_the_score_of_another_assessor():
    held = session_with(AVERAGE)
    give(held, held.pic, "85")
    give(held, held.second, "60")
    rows = {row.assessor: (row.value, row.recorded_by) for row in ParameterScore.objects.all()}
    assert rows == {held.pic: (85, held.pic), held.second: (60, held.second)}
    with pytest.raises(GridConflict) as conflict:
        give(held, held.second, "70")  # of their own, from an older page
    assert conflict.value.clashes[0].theirs == 60
    with pytest.raises(NotAllowed):
        give(held, held.qc, "70")


@pytest.mark.point("SCR-4")
def test_a_first_score_is_another_s_to_change_only_through_a_second_opinion():
    held = session_with(SECOND)
    give(held, held.pic, "65")
    with pytest.raises(Refused, match=held.pic.name):
        give(held, held.second, "80")
    assert result(held).final == 65
    asked = ask(held, held.qc, person=0, reason="Rekaman meragukan")
    assert result(held).status == "incomplete", "nothing counts until the second opinion is in"
    notice = Notice.objects.get(kind="assessment_asked")
    assert notice.recipient == held.qc and notice.url == reverse("session_scores", args=[held.training_session.uuid])
    with pytest.raises(Refused):
        give(held, held.qc, "80", person=1)  # asked about somebody else
    give(held, held.qc, "80")
    assert (result(held).final, result(held).passed) == (80, True)
    assert assessed(held)["given"] == [
        {"by": str(held.pic.uuid), "value": "65", "counts": False},
        {"by": str(held.qc.uuid), "value": "80", "counts": True},
    ]
    with pytest.raises(WrongState):
        withdraw_assessor(asked=asked, actor=held.pic, now=START)


@pytest.mark.point("DSH-3")
def test_a_request_waits_on_the_desk_until_its_cells_are_filled():
    held = session_with(AVERAGE)
    ask(held, held.qc)
    assert assessments_waiting(held.qc).count() == 1 and not assessments_waiting(held.second).exists()
    home = client_of(held.qc).get(reverse("home")).content.decode()
    assert "Nilai: Roleplay" in home and reverse("session_scores", args=[held.training_session.uuid]) in home
    for person in range(3):
        assert assessments_waiting(held.qc).exists()
        give(held, held.qc, "80", person=person)
    assert not assessments_waiting(held.qc).exists()

    held = session_with(SECOND)
    give(held, held.pic, "65")
    asked = ask(held, held.qc, person=0, reason="Meragukan")
    assert list(assessments_waiting(held.qc)) == [asked]
    give(held, held.qc, "80")
    assert not assessments_waiting(held.qc).exists()


def test_a_request_taken_back_lets_the_first_score_count_again():
    held = session_with(SECOND)
    give(held, held.pic, "65")
    asked = ask(held, held.second, person=0, reason="Meragukan")
    with pytest.raises(NotAllowed):
        withdraw_assessor(asked=asked, actor=held.qc, now=START)
    withdraw_assessor(asked=asked, actor=held.pic, now=START)
    assert result(held).final == 65
    with pytest.raises(WrongState):
        withdraw_assessor(asked=asked, actor=held.pic, now=START)
    with pytest.raises(Refused):
        give(held, held.second, "80")


@pytest.mark.parametrize(
    ("scheme", "who", "options", "field"),
    [
        (SECOND, "qc", {"person": 0}, "reason"),
        (SECOND, "qc", {"person": 1, "reason": "x"}, "enrolment"),  # no first score
        (SECOND, "pic", {"person": 0, "reason": "x"}, "assessor"),
        (SECOND, "qc", {}, "enrolment"),
        (AVERAGE, "qc", {"person": 0, "reason": "x"}, "enrolment"),
        (AVERAGE, "second", {}, "assessor"),  # teaches, and assesses without being asked
        (AVERAGE, "stranger", {}, "assessor"),
        (AVERAGE, "leader_elsewhere", {}, "assessor"),
        ({"name": "Roleplay"}, "qc", {}, "parameter"),
    ],
)
def test_who_cannot_be_asked_is_refused_at_the_field_that_says_so(scheme, who, options, field):
    held = session_with(scheme)
    give(held, held.pic, "65")
    held.stranger, held.leader_elsewhere = make_user("agent"), make_user("team_leader", teams=[TeamFactory()])
    with pytest.raises(Refused) as refused:
        ask(held, held.pic if who == "pic" else getattr(held, who), **options)
    assert refused.value.field == field
    assert not AskedAssessor.objects.exists()


def test_a_second_opinion_after_the_end_fills_a_blank_and_none_is_asked_for_any_more():
    held = session_with(SECOND)
    give(held, held.pic, "65")
    ask(held, held.qc, person=0, reason="Meragukan")
    end_session(held, reasons={"test": "Tanpa tes."})
    give(held, held.qc, "90")
    assert (result(held).final, result(held).passed) == (90, True)
    payload = EvidenceRequest.objects.filter(kind="test_results").latest("pk").payload.text
    names = ", ".join(sorted([held.pic.name, held.qc.name]))
    assert ["Roleplay", "Pendapat kedua berlaku bila diminta", names] in json.loads(payload)["data"]["assessors"]
    with pytest.raises(WrongState):
        ask(held, held.qc, person=1, reason="Terlambat")
    with pytest.raises(WrongState):
        give(held, held.qc, "95", version=1)


def test_the_grid_opens_the_cells_of_each_assessor_and_the_results_name_everybody():
    held = session_with(SECOND)
    give(held, held.pic, "65")
    give(held, held.pic, "75", person=1)
    scores = reverse("session_scores", args=[held.training_session.uuid])
    assessors = reverse("session_assessors", args=[held.training_session.uuid])

    def page(user, address=scores):
        return client_of(user).get(address).content.decode()

    def editable(user):
        return [pk for pk in (each.pk for each in held.enrolments) if f'name="score-{pk}-1"' in page(user)]

    first, second, third = (each.pk for each in held.enrolments)
    assert editable(held.pic) == [first, second, third]
    assert editable(held.second) == [third], "what another scored is not theirs"
    assert editable(held.qc) == []
    assert f"{assessors}?parameter={held.parameter.uuid}&amp;person={first}" in page(held.pic)

    client = client_of(held.pic)
    sent = {"parameter": held.parameter.uuid, "enrolment": first, "assessor": held.qc.pk, "reason": "Meragukan"}
    assert client.post(assessors, sent | {"reason": ""}).status_code == 422
    assert client.post(assessors, sent).status_code == 302
    assert editable(held.qc) == [first]
    assert f"menunggu {held.qc.name}" in page(held.pic)
    assert "Tarik" in page(held.pic, assessors) and "Tarik" not in page(held.qc, assessors)
    give(held, held.qc, "85")
    told = page(held.pic, reverse("session_results", args=[held.training_session.uuid]))
    assert f"{held.pic.name}: <del>65</del>" in told and f"{held.qc.name}: 85" in told
    assert str(held.qc.uuid) not in told
    asked = AskedAssessor.objects.get()
    back = reverse("session_assessor_withdraw", args=[held.training_session.uuid, asked.uuid])
    assert client.post(back).status_code == 302
    asked.refresh_from_db()
    assert asked.withdrawn_at is None, "it was answered"


def test_a_scheme_frozen_before_has_one_assessor():
    held = concluded()
    for each in read_scheme(held.training_session.scheme).parameters:
        assert (each.parameter.settled_by, each.parameter.assessors) == ("one", 1)
    assert "settled_by" not in held.training_session.scheme, "its hash is what it was"
    assert "assessed" not in result(held).explanation["parameters"][1]
