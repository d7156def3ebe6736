"""The reaction survey (Kirkpatrick 1): who is asked, what is kept, what is shown and when (ADR 0018)."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from sessions.models import Attendance, ReactionSurvey, SurveyForm, SurveyParticipation
from sessions.queries.survey import asked_enrolments, reaction_of, why_no_survey
from sessions.services import answer_survey, open_post_test
from sessions.services.survey import LONGEST_TEXT
from sessions.tests.factories import START, absent, attend, concluded, end_session, opened, take_test
from trainingops.audit.models import Entry, IdempotencyKey
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.services import set_own_pin
from trainingops.people.tests.factories import SiteFactory, make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
CODES = ("useful", "clear", "practice", "setting", "ready")
STEPS = (4, 5, 3, 4, 5)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def user_of(enrolment):
    user = getattr(enrolment.person, "user", None) or make_user("agent", person=enrolment.person)
    user.language = "en"
    user.save()
    return user


def why(enrolment, now):
    return why_no_survey(asked_enrolments(user_of(enrolment)).get(pk=enrolment.pk), now)


def answer(enrolment, steps=STEPS, text="", now=None, actor=None):
    answer_survey(
        enrolment=enrolment,
        ratings=dict(zip(CODES, steps, strict=True)),
        text=text,
        actor=actor or user_of(enrolment),
        now=now or START + timedelta(days=1),
    )


def held_by(people, **options):
    """A concluded session with that many people, all present."""
    return concluded(people=people, right=[5] * people, **options)


def box(held):
    return ReactionSurvey.objects.get(training_session=held.training_session)


def client_of(user):
    client = Client(headers={"accept-language": "en"})
    sign_in(client, user)
    return client


def form_data(steps=STEPS, text=""):
    return {**{code: str(step) for code, step in zip(CODES, steps, strict=True)}, "text": text}


# --- Whom it asks, and when ----------------------------------------------------------------------------------


@pytest.mark.clause("9.1")
def test_the_conclusion_asks_who_was_there_for_a_week_and_says_until_when():
    held = concluded(lambda rows: absent(rows[2]))
    survey = box(held)
    assert survey.closes_at == held.training_session.concluded_at + WEEK and survey.form.version == 1
    notices = Notice.objects.filter(kind="survey_opened")
    assert {each.recipient.person_id for each in notices} == {each.person_id for each in held.enrolments[:2]}
    assert Entry.objects.get(verb="survey.opened").subject == survey.uuid
    assert not why(held.enrolments[0], START + WEEK)
    assert "who was at the class" in why(held.enrolments[2], START + WEEK)
    with pytest.raises(WrongState, match="who was at the class"):
        answer(held.enrolments[2])


def test_it_closes_at_the_time_that_was_said():
    held = held_by(1)
    late = box(held).closes_at
    with pytest.raises(WrongState, match="closed on 1 December 2026"):
        answer(held.enrolments[0], now=late)
    answer(held.enrolments[0], now=late - timedelta(seconds=1))


def test_it_opens_with_the_post_test_handed_in_and_then_nobody_is_told_again():
    held = opened()
    attend(held)
    now = START + timedelta(minutes=40)
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    with pytest.raises(WrongState, match="when the class is over"):
        answer(held.enrolments[0], now=now)
    take_test(held.enrolments[0], phase="post", right=4, now=now)
    answer(held.enrolments[0], now=now + timedelta(minutes=1))
    assert box(held).closes_at is None and box(held).answered == 1
    end_session(held)
    told = Notice.objects.filter(kind="survey_opened").values_list("recipient__person", flat=True)
    assert held.enrolments[0].person_id not in set(told)


def test_without_a_post_test_it_opens_in_the_last_half_hour():
    held = opened()
    attend(held)
    held.training_session.post_paper = None
    held.training_session.save()
    early = held.meeting.ends_at - timedelta(minutes=31)
    with pytest.raises(WrongState):
        answer(held.enrolments[0], now=early)
    answer(held.enrolments[0], now=early + timedelta(minutes=1))


def test_nobody_answers_for_another():
    held = held_by(2)
    with pytest.raises(NotAllowed):
        answer(held.enrolments[0], actor=user_of(held.enrolments[1]))
    with pytest.raises(NotAllowed):
        answer(held.enrolments[0], actor=held.pic)


def test_answering_twice_is_refused_by_the_service_and_by_the_database():
    held = held_by(1)
    answer(held.enrolments[0])
    with pytest.raises(WrongState, match="answered this survey already"):
        answer(held.enrolments[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyParticipation.objects.create(enrolment=held.enrolments[0])
    assert box(held).answered == 1


@pytest.mark.parametrize(("steps", "text", "field"), [((0, 1, 1, 1, 1), "", "useful"), (STEPS, "x" * 1001, "text")])
def test_an_answer_that_is_none_leaves_nothing(steps, text, field):
    held = held_by(1)
    with pytest.raises(Refused) as refused:
        answer(held.enrolments[0], steps, text)
    assert refused.value.field == field and LONGEST_TEXT == 1000
    assert not SurveyParticipation.objects.exists() and box(held).answered == 0


# --- What is kept --------------------------------------------------------------------------------------------


def everything_in_the_database():
    """Every text of every row of every table, by table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(f'SELECT whole::text FROM "{name}" whole')
            found[name] = [row for (row,) in cursor.fetchall()]
    return found


def test_nothing_in_the_database_ties_an_answer_to_a_person():
    """Sent as the browser sends it; then every table is read as its administrator could."""
    held = held_by(6)
    now = START + timedelta(days=1)
    before = {name: len(rows) for name, rows in everything_in_the_database().items()}
    with time_machine.travel(now, tick=False):
        for place, enrolment in enumerate(held.enrolments):
            client = client_of(user_of(enrolment))
            url = reverse("survey_answer", args=[enrolment.uuid])
            page = client.get(url).content.decode()
            assert 'name="once"' not in page[page.index("form-narrow survey") :].split("</form>")[0]
            steps = (1 + place % 5, 2, 3, 4, 5)
            assert client.post(url, form_data(steps, f"Pesan nomor {place}")).status_code == 302
    found = everything_in_the_database()
    texts = {name for name, rows in found.items() if any("Pesan nomor" in row for row in rows)}
    assert texts == {"training_sessions_reactionsurvey"}, "the texts stand in the box and nowhere else"
    grown = {name for name, rows in found.items() if len(rows) > before.get(name, 0)}
    signing_in = {"django_session", "audit_accessevent", "people_user", "people_roleassignment"}
    assert grown - signing_in == {"training_sessions_surveyparticipation"}
    assert not Entry.objects.filter(verb__startswith="survey.ans").exists()
    assert not IdempotencyKey.objects.filter(location__contains="survey").exists()
    columns = {field.name for field in SurveyParticipation._meta.get_fields()}
    assert columns == {"enrolment"}, "that somebody answered: no time, no sequence, no survey's row"
    survey = box(held)
    assert survey.tallies == {
        "useful": [2, 1, 1, 1, 1],
        **{c: [0] * i + [6] + [0] * (4 - i) for i, c in enumerate(CODES) if i},
    }


def test_texts_leave_the_order_in_which_they_came():
    """1 in 12! that chance keeps the order."""
    held = held_by(12)
    for place, enrolment in enumerate(held.enrolments):
        answer(enrolment, text=f"{place:02}")
    texts = box(held).texts
    assert sorted(texts) == [f"{place:02}" for place in range(12)] and texts != sorted(texts)


# --- What is shown -------------------------------------------------------------------------------------------


def reaction(held, now):
    survey = ReactionSurvey.objects.select_related("form", "training_session__site").get(
        training_session=held.training_session
    )
    return reaction_of(survey, present=len(held.enrolments), now=now)


def test_below_five_answers_nothing_is_ever_shown():
    held = held_by(6)
    for each in held.enrolments[:4]:
        answer(each, text="Cukup")
    open_still, closed = START + timedelta(days=2), box(held).closes_at + timedelta(days=1)
    for now in (open_still, closed):
        found = reaction(held, now)
        assert (found.statements, found.texts, found.mean) == ((), (), None)
        assert "4 of 5 answers that are needed" in found.why


def test_from_five_on_it_is_shown_once_it_has_closed_and_then_stays():
    """While it is open a sixth answer would be the difference of two readings."""
    held = held_by(6)
    for each in held.enrolments[:5]:
        answer(each, text="Latihan membantu")
    closes = box(held).closes_at
    assert not reaction(held, closes - timedelta(minutes=1)).statements
    assert not reaction(held, closes).statements, "an answer on its way is in the box first"
    found = reaction(held, closes + timedelta(minutes=2))
    assert [each.mean for each in found.statements] == list(STEPS) and len(found.texts) == 5
    assert found.mean == Decimal(sum(STEPS)) / 5


def test_a_form_of_fewer_than_five_answers_cannot_be_made():
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyForm.objects.create(version=2, statements=[], question={}, least_answers=4)


# --- Pages ---------------------------------------------------------------------------------------------------


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_a_participant_finds_it_on_their_page_answers_and_reads_that_it_is_kept():
    held = held_by(1)
    user, (enrolment,) = user_of(held.enrolments[0]), held.enrolments
    client, url = client_of(user), reverse("survey_answer", args=[enrolment.uuid])
    with time_machine.travel(START + timedelta(days=1), tick=False):
        sign_in(client, user)
        assert url in client.get(reverse("my_trainings")).content.decode()
        page = client.get(url).content.decode()
        assert page.count("<fieldset") == 5 and page.count("<legend") == 5 and page.count('type="radio"') == 25
        refused = client.post(url, {"useful": "5", "text": "Baik"})
        assert refused.status_code == 422 and "Baik" in refused.content.decode()
        assert client.post(url, form_data(text="Baik")).url == reverse("survey_done", args=[enrolment.uuid])
        done = client.get(reverse("survey_done", args=[enrolment.uuid]))
        assert "without your name" in text_of(done) and "Baik" not in text_of(done)
        assert "answered this survey already" in text_of(client.get(url))
        assert "Answered" in text_of(client.get(reverse("my_trainings")))
        assert client.post(url, form_data()).url == reverse("my_trainings")


@pytest.mark.parametrize("name", ["survey_answer", "survey_done"])
def test_the_survey_of_another_is_not_found(name):
    held = held_by(2)
    client = client_of(user_of(held.enrolments[0]))
    assert client.get(reverse(name, args=[held.enrolments[1].uuid])).status_code == 404
    assert client_of(held.pic).get(reverse(name, args=[held.enrolments[1].uuid])).status_code == 404


def readable(people=5):
    held = held_by(people)
    for each in held.enrolments:
        answer(each, text="Contoh kasusnya membantu")
    return held, box(held).closes_at + timedelta(hours=1)


def test_the_result_page_shows_tallies_and_texts_and_no_names():
    held, later = readable()
    held.pic.language = "en"
    held.pic.save()
    with time_machine.travel(later, tick=False):
        client = client_of(held.pic)
        page = client.get(reverse("survey_result", args=[held.training_session.uuid]))
        assert "5 of 5 people who were there answered" in text_of(page) and "4.20 of 5" in text_of(page)
        assert text_of(page).count("Contoh kasusnya membantu") == 5
        assert not any(each.person.name in text_of(page) for each in held.enrolments)
        assert "Read the reactions" in text_of(client.get(reverse("session_detail", args=[held.training_session.uuid])))
        for by, words in (("session", held.training_session.number), ("trainer", held.world.trainer.name)):
            listed = client.get(reverse("survey_list") + f"?by={by}")
            assert words in text_of(listed) and "5/5" in text_of(listed)
        file = client.get(reverse("survey_list") + "?by=module&export=xlsx")
        assert file.status_code == 200 and "spreadsheet" in file["Content-Type"]


def test_a_survey_with_too_few_answers_is_in_no_sum():
    """A sum over sessions never tells more than its parts."""
    held, later = readable()
    small = held_by(2, world=None)
    for each in small.enrolments:
        answer(each)
    manager = make_user("manager", language="en")  # of every site and line
    with time_machine.travel(later + WEEK, tick=False):
        page = text_of(client_of(manager).get(reverse("survey_list") + "?by=trainer"))
    assert "5/5" in page and "7/7" not in page and "2/2" not in page
    assert held.world.trainer.name in page


def test_results_open_to_who_sees_the_session_as_staff():
    held, _later = readable()
    url = reverse("survey_result", args=[held.training_session.uuid])
    assert client_of(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert client_of(user_of(held.enrolments[0])).get(url).status_code == 403
    assert client_of(held.manager).get(url).status_code == 200


def test_lists_cost_the_same_for_one_survey_and_for_three():
    costs = []
    for more in (1, 2):
        for _each in range(more):
            _held, later = readable()
        with time_machine.travel(later + WEEK, tick=False):
            client = client_of(make_user("auditor"))
            for by in ("session", "trainer", "module"):
                with counted() as queries:
                    client.get(reverse("survey_list") + f"?by={by}")
                costs.append(len(queries))
                assert len(queries) <= 12, shown(queries[-1])
    assert costs[:3] == costs[3:]


def test_attendance_that_was_taken_back_closes_it():
    held = held_by(1)
    Attendance.objects.filter(enrolment=held.enrolments[0]).update(status="")
    with pytest.raises(WrongState):
        answer(held.enrolments[0])


@pytest.mark.point("ATT-8")
def test_at_a_shared_pc_the_survey_is_a_step_that_ends_with_being_signed_out():
    """The post-test is handed in, the person stands there: PIN, survey, receipt, next person."""
    held = opened(people=1)
    attend(held)
    now = START + timedelta(minutes=40)
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    (enrolment,) = held.enrolments
    take_test(enrolment, phase="post", right=4, now=now)
    set_own_pin(user=user_of(enrolment), pin="480271", now=now)
    with time_machine.travel(now + timedelta(minutes=2), tick=False):
        pc = client_of(held.pic)
        pc.post(reverse("shared_pc_start", args=[held.meeting.uuid]))
        assert pc.post("/pc/", {"login": user_of(enrolment).login, "pin": "480271"}).url == "/pc/choice/"
        url = reverse("survey_answer", args=[enrolment.uuid])
        assert pc.post("/pc/choice/", {"do": "survey"}).url == url
        page = pc.get(url)
        assert page.status_code == 200 and "no-store" in page["Cache-Control"]
        receipt = pc.get(pc.post(url, form_data(text="Baik")).url)
        assert "without your name" in text_of(receipt) and "Next person" in text_of(receipt)
        assert pc.get(url).status_code == 302, "signed out with the receipt"
    assert box(held).answered == 1 and box(held).texts == ["Baik"]
