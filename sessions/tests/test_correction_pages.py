"""The pages of corrections, amendments and people beyond target, by the real views (ATT-5, 4.2, 5.3.1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sessions.models import Attendance, AttendanceCorrection, Enrolment, JoinRequest, ParameterScore, RecoveryCase
from sessions.services import RollCell, ask_correction, correct_attendance
from sessions.tests.factories import absent, concluded, make_up_for, opened
from sessions.tests.test_check_in_pages import account, read, scan, visitor, words
from trainingops.people.models import PersonAssignment, User
from trainingops.people.tests.factories import SiteFactory, make_agent, make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MOST = 12


def one_absent(**options):
    held = concluded(lambda people: absent(people[0]), right=(None, 5, 5), **options)
    return held, held.training_session.ends_at + HOUR


def client_of(user, now):
    client = Client(headers={"accept-language": "en"})
    user.language = "en"
    user.save()
    with time_machine.travel(now, tick=False):
        sign_in(client, user)
    return client


def get(client, url, now):
    with time_machine.travel(now, tick=False), counted() as queries:
        answer = client.get(url)
    return answer, queries


def post(client, url, now, **given):
    with time_machine.travel(now, tick=False):
        return client.post(url, given)


@pytest.mark.point("ATT-5")
def test_a_participant_asks_on_their_own_page_and_the_pic_approves():
    held, now = one_absent()
    mine = client_of(account(held), now)
    page, queries = get(mine, reverse("check_in_done", args=[held.meeting.uuid]), now)
    assert "Ask for a correction" in words(page) and "27 November 2026 23.59 WIB" in words(page)
    url = reverse("correction_new", args=[held.meeting.uuid])
    page, queries = get(mine, url, now)
    assert page.status_code == 200 and len(queries) <= MOST, "\n".join(map(shown, queries))
    assert post(mine, url, now, status="late", why="").status_code == 422
    answer = post(mine, url, now, status="present", why="My signature is on the sheet.")
    assert answer.url == reverse("check_in_done", args=[held.meeting.uuid])
    asked = AttendanceCorrection.objects.get()
    assert "waits for a decision" in words(get(mine, reverse("my_trainings"), now)[0])
    pic = client_of(held.pic, now)
    for name, args in (("correction_list", []), ("meeting_roll", [held.meeting.uuid]), ("home", [])):
        page, queries = get(pic, reverse(name, args=args), now)
        assert asked.enrolment.person.name in words(page), name
        assert len(queries) <= (15 if name == "home" else MOST), "\n".join(map(shown, queries))
    url = reverse("correction_detail", args=[asked.uuid])
    page, queries = get(pic, url, now)
    assert "My signature is on the sheet." in words(page) and len(queries) <= MOST
    assert post(pic, url, now, reject="1", version="1").status_code == 422
    assert post(pic, url, now, approve="1", version="1").url == url
    assert Attendance.objects.get(enrolment=asked.enrolment).status == "present"
    assert "Stood before" in words(get(pic, url, now)[0])
    assert "Corrected" in words(get(mine, reverse("my_trainings"), now)[0])


def test_nobody_sees_or_decides_what_is_not_theirs():
    held, now = one_absent()
    user = account(held)
    cell = RollCell(held.enrolments[0].pk, "present")
    asked = ask_correction(meeting=held.meeting, cell=cell, why="x", actor=user, now=now)
    url = reverse("correction_detail", args=[asked.uuid])
    stranger = client_of(make_user("trainer", site=SiteFactory()), now)
    assert get(stranger, url, now)[0].status_code == 404
    assert get(client_of(user, now), url, now)[0].status_code == 403
    other = client_of(account(held, 1), now)
    assert post(other, reverse("correction_withdraw", args=[asked.uuid]), now).status_code == 404
    assert get(other, reverse("correction_document", args=[asked.uuid]), now)[0].status_code == 404
    manager = client_of(held.manager, now)
    page = words(get(manager, url, now)[0])
    assert "Approve and correct" not in page and "Waits for a decision" in page
    foreign = reverse("correction_new", args=[opened().meeting.uuid])
    assert get(client_of(user, now), foreign, now)[0].status_code == 404


def test_a_list_costs_the_same_with_one_and_three_corrections_and_has_its_file():
    held, now = one_absent()
    pic, costs = client_of(held.pic, now), []
    for place, kind in ((0, "present"), (1, "late"), (2, "late")):
        cell = RollCell(held.enrolments[place].pk, kind, minutes_late=5 if kind == "late" else 0)
        ask_correction(meeting=held.meeting, cell=cell, why="x", actor=account(held, place), now=now)
        costs.append(len(get(pic, reverse("correction_list"), now)[1]))
    assert costs[0] == costs[2] <= MOST
    file, _queries = get(pic, reverse("correction_list") + "?export=xlsx", now)
    assert "spreadsheetml" in file["Content-Type"]


def test_the_pic_corrects_a_concluded_roll_and_a_stale_page_changes_nothing():
    held, now = one_absent()
    pic, person = client_of(held.pic, now), held.enrolments[0]
    assert "Correct with a reason" in words(get(pic, reverse("meeting_roll", args=[held.meeting.uuid]), now)[0])
    url = reverse("attendance_correct", args=[held.meeting.uuid, person.pk])
    assert get(pic, url, now)[0].status_code == 200
    given = {"status": "late", "arrived": "09:10", "why": "Wrong row."}
    assert post(pic, url, now, **given, version="9").status_code == 409
    early = post(pic, url, now, **{**given, "arrived": "08:00"}, version="1")
    assert early.status_code == 422 and "id_arrived_error" in early.content.decode()
    stayed = post(pic, url, now, status="present", left="12:00", why="Stayed on.", version="1")
    assert stayed.status_code == 422 and "id_left_error" in stayed.content.decode()
    assert post(pic, url, now, **given, version="1").url == reverse("meeting_roll", args=[held.meeting.uuid])
    row = Attendance.objects.get(enrolment=person)
    assert (row.status, row.minutes_late) == ("late", 10)
    assert get(client_of(make_user("trainer", site=SiteFactory()), now), url, now)[0].status_code == 404


def test_a_request_that_waits_is_named_before_the_pic_writes_over_it():
    held, now = one_absent()
    cell = RollCell(held.enrolments[0].pk, "present")
    ask_correction(meeting=held.meeting, cell=cell, why="x", actor=account(held), now=now)
    url = reverse("attendance_correct", args=[held.meeting.uuid, held.enrolments[0].pk])
    answer = post(client_of(held.pic, now), url, now, status="present", why="x", version="1")
    assert answer.status_code == 422 and "waits for a decision already" in words(answer)


@pytest.mark.clause("5.1.2")
def test_nobody_is_led_to_change_their_own_result():
    held, now = one_absent()
    own, other = held.enrolments[1:3]
    User.objects.filter(person=own.person).update(person=None)
    held.pic.person = own.person
    page = get(client_of(held.pic, now), reverse("session_results", args=[held.training_session.uuid]), now)[0]
    url = reverse("score_amend", args=[held.training_session.uuid, 0])[:-2]
    assert f"{url}{other.pk}/" in page.content.decode() and f"{url}{own.pk}/" not in page.content.decode()


@pytest.mark.clause("5.1.2")
def test_a_score_of_a_concluded_session_changes_on_the_page_of_the_person():
    held, now = one_absent()
    pic, person = client_of(held.pic, now), held.enrolments[1]
    results, queries = get(pic, reverse("session_results", args=[held.training_session.uuid]), now)
    url = reverse("score_amend", args=[held.training_session.uuid, person.pk])
    assert url in results.content.decode() and len(queries) <= MOST
    page, queries = get(pic, url, now)
    assert page.status_code == 200 and len(queries) <= MOST
    row = ParameterScore.objects.get(enrolment=person)
    given = {f"version_{row.pk}": "1", f"score_{row.pk}": "60"}
    assert post(pic, url, now, **given, reason="").status_code == 422
    fine = post(pic, url, now, **{**given, f"score_{row.pk}": "60.125"}, reason="x")
    (told,) = fine.context["form"].errors[f"score_{row.pk}"]
    assert person.person.name not in told and row.parameter.name not in told, "the field is named once"
    assert post(pic, url, now, **given, reason="Sheet says 60.").status_code == 302
    row.refresh_from_db()
    assert (row.value, row.version) == (60, 2)
    assert post(pic, url, now, **given, reason="Again").status_code == 409
    given[f"score_{row.pk}"] = "55"
    stale = post(pic, url, now, **given, reason="Again")
    assert "you saved 60 in another window, " in words(stale) and "55 is not saved" in words(stale)
    given |= {name: value for name, value in stale.context["opened_with"].items() if name.startswith("version")}
    assert post(pic, url, now, **given, reason="Sheet says 55.").status_code == 302
    assert get(client_of(held.manager, now), url, now)[0].status_code == 403
    under_way = opened()
    early = reverse("score_amend", args=[under_way.training_session.uuid, under_way.enrolments[0].pk])
    pic = client_of(under_way.pic, now)
    assert get(pic, early, now)[0].url == reverse("session_scores", args=[under_way.training_session.uuid])


@pytest.mark.point("SCR-4")
def test_a_conflict_of_amendments_says_every_value_who_and_when():
    held, now = one_absent()
    place = held.enrolments[1]
    row = ParameterScore.objects.get(enrolment=place)
    editor = make_user("trainer", name="Sari Pratiwi")
    ParameterScore.objects.filter(pk=row.pk).update(value=71, version=2, recorded_by=editor, recorded_at=now)
    pic = client_of(held.pic, now)
    url = reverse("score_amend", args=[held.training_session.uuid, place.pk])
    answer = post(pic, url, now, **{f"version_{row.pk}": "1", f"score_{row.pk}": "", "reason": "Sheet."})
    assert answer.status_code == 409
    for said in ("Sari Pratiwi saved 71, 24 November 2026", "your blank is not saved"):
        assert said in words(answer)


@pytest.mark.clause("4.2")
def test_somebody_is_found_by_name_or_number_and_added_with_a_reason():
    held = opened()
    at = held.training_session.starts_at + 5 * MINUTE
    guest = make_agent(held.world.site, held.world.line)
    away = make_agent()
    pic, url = client_of(held.pic, at), reverse("guest_add", args=[held.meeting.uuid])
    page, queries = get(pic, f"{url}?q={guest.name}", at)
    assert guest.employee_no in words(page) and len(queries) <= MOST
    assert away.employee_no not in words(get(pic, f"{url}?q={away.employee_no}", at)[0])
    chosen = f"{url}?person={guest.uuid}"
    assert get(pic, chosen, at)[0].status_code == 200
    assert post(pic, chosen, at, reason="").status_code == 422
    target = held.enrolments[0]
    answer = post(pic, chosen, at, reason="Came for a sick colleague.", instead_of=str(target.pk))
    assert answer.url == reverse("meeting_roll", args=[held.meeting.uuid])
    row = Enrolment.objects.get(person=guest)
    assert (row.origin, row.instead_of) == ("substitute", target)
    roll, queries = get(pic, answer.url, at)
    assert f"substitute for {target.person.name}" in words(roll) and len(queries) <= MOST
    removed = post(pic, reverse("guest_remove", args=[held.meeting.uuid, row.pk]), at)
    assert removed.status_code == 302 and Enrolment.objects.get(pk=row.pk).removed_at == at
    assert post(pic, url, at, reason="x").url == url
    assert get(client_of(make_user("trainer", site=SiteFactory()), at), url, at)[0].status_code == 404


@pytest.mark.clause("4.2")
def test_somebody_of_another_site_of_the_class_is_found_and_added():
    held = opened()
    at = held.training_session.starts_at + 5 * MINUTE
    other = SiteFactory()
    place = PersonAssignment.objects.get(person=held.enrolments[0].person)
    place.site, place.team = other, None
    place.save()
    guest = make_agent(other, held.world.line)
    pic, url = client_of(held.pic, at), reverse("guest_add", args=[held.meeting.uuid])
    page, queries = get(pic, f"{url}?q={guest.employee_no}", at)
    assert guest.name in words(page) and len(queries) <= MOST
    assert post(pic, f"{url}?person={guest.uuid}", at, reason="Works beside a target.").status_code == 302
    assert Enrolment.objects.get(person=guest).origin == "extra"


@pytest.mark.point("ATT-2")
def test_who_is_not_on_the_list_asks_from_the_page_of_their_scan_and_the_roll_shows_them():
    held = opened()
    at = held.training_session.starts_at + 3 * MINUTE
    person = make_agent(held.world.site, held.world.line)
    client = visitor(make_user("agent", person=person))
    scan(client, held, at)
    page = read(client, at)
    assert page.status_code == 409 and "Ask the trainer to add me" in words(page)
    assert not JoinRequest.objects.exists()
    answer = confirm_join(client, at)
    assert "Your trainer is told" in words(answer)
    asked = JoinRequest.objects.get()
    assert (asked.person, asked.at, asked.source) == (person, at, "qr")
    assert confirm_join(client, at).url == "/check-in/"
    pic = client_of(held.pic, at)
    assert "At the door, not on the list" in words(get(pic, reverse("meeting_roll", args=[held.meeting.uuid]), at)[0])
    add = reverse("guest_add", args=[held.meeting.uuid]) + f"?request={asked.uuid}"
    assert post(pic, add, at + MINUTE, reason="Works the same shift.").status_code == 302
    assert Attendance.objects.get(enrolment__person=person).minutes_late == 3
    other = make_user("agent", person=make_agent(held.world.site, held.world.line))
    client = visitor(other)
    scan(client, held, at)
    confirm_join(client, at)
    declined = post(pic, reverse("join_decline", args=[JoinRequest.objects.latest("pk").uuid]), at)
    assert declined.status_code == 302 and JoinRequest.objects.latest("pk").declined_by == held.pic


def confirm_join(client, at):
    with time_machine.travel(at, tick=False):
        return client.post(reverse("check_in_ask"))


def test_after_its_days_nothing_is_offered():
    held, now = one_absent()
    later = now + timedelta(days=10)
    mine = client_of(account(held), later)
    assert "Ask for a correction" not in words(get(mine, reverse("my_trainings"), later)[0])
    url = reverse("correction_new", args=[held.meeting.uuid])
    answer = post(mine, url, later, status="present", why="x")
    assert answer.status_code == 409 and "27 November 2026 23.59 WIB" in words(answer)


@pytest.mark.clause("5.3.1")
def test_a_case_void_by_correction_says_no_class_any_more_and_is_not_taken_back():
    held, now = one_absent()
    case, made = RecoveryCase.objects.get(), make_up_for(held).training_session
    pic, url = client_of(held.pic, now), reverse("case_detail", args=[case.uuid])
    arranged = (f"Recovered in{made.number}", "Take back")
    assert all(each in words(get(pic, url, now)[0]) for each in arranged)
    cell = RollCell(case.enrolment_id, "present", version=1)
    correct_attendance(meeting=held.meeting, cell=cell, why="My signature.", actor=held.pic, now=now)
    page = words(get(pic, url, now)[0])
    assert "Void by correction" in page
    assert not any(each in page for each in arranged)
