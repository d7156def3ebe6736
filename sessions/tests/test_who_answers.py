"""Cases follow the people: leave, another leader, another line (4.3, 5.3.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from sessions.models import RecoveryCase, TargetOutcome
from sessions.queries.ledger import identity
from sessions.services import RollCell, inherit_cases, keep_target, lapse_target, propose_lapses, suspend_cases
from sessions.tests.factories import START, absent, attend, concluded, end_session, make_up_for, opened, scheduled
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.models import LongLeave, PersonAssignment, RoleAssignment
from trainingops.people.services import (
    PersonEntry,
    RosterRow,
    RosterSlot,
    ShiftEntry,
    end_role,
    grant_role,
    record_long_leave,
    save_people,
    save_roster,
)
from trainingops.people.tests.factories import (
    ServiceLineFactory,
    SiteFactory,
    TeamFactory,
    client_of,
    make_agent,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.1")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OPENED, BEFORE = date(2026, 11, 24), date(2026, 11, 1)
LATER = START + DAY


@pytest.fixture
def administrator():
    return make_user("administrator")


@pytest.fixture
def missed():
    """A concluded session that its first participant missed, who works in a team with a leader."""
    held = concluded(lambda people: absent(people[0]))
    person = held.enrolments[0].person
    team = TeamFactory(site=held.world.site, line=held.world.line)
    PersonAssignment.objects.filter(person=person).update(team=team)
    leader = make_user("team_leader", site=held.world.site, line=held.world.line, teams=[team])
    inherit_cases(now=held.training_session.ends_at)
    held.person, held.team, held.leader, held.case = person, team, leader, RecoveryCase.objects.get()
    return held


def _roster(held, kinds, now, actor):
    shift = {kind: ShiftEntry(kind.upper(), kind, kind) for kind in set(kinds)}
    days = {OPENED + step * DAY: RosterSlot(shift[kind]) for step, kind in enumerate(kinds)}
    row = RosterRow(held.person, held.world.site.pk, held.world.line.pk, days)
    save_roster(rows=[row], actor=actor, now=now)


def _entry(person, **more):
    place = person.assignments.get(ends_on=None)
    said = {"site": place.site, "line": place.line, "team": place.team.name if place.team else "", **more}
    return PersonEntry(employee_no=person.employee_no, name=person.name, **said)


# --- Whose cases somebody sees ----------------------------------------------------------------------------


def test_a_leader_sees_the_cases_of_the_people_whom_the_roll_names_to_them(missed):
    """A class at their own site and line, somebody of another team: counted there, and no name here."""
    other = TeamFactory(site=missed.world.site, line=missed.world.line)
    stranger = make_user("team_leader", site=missed.world.site, line=missed.world.line, teams=[other])
    page = reverse("case_detail", args=[missed.case.uuid])
    assert not client_of(stranger).get(reverse("recovery_list")).context["rows"]
    assert client_of(stranger).get(page).status_code == 404
    for reader in (missed.leader, missed.pic, missed.manager):
        assert client_of(reader).get(page).status_code == 200


# --- Leave ------------------------------------------------------------------------------------------------


def test_a_roster_with_long_leave_moves_the_due_date_and_both_who_answer_are_told(missed, administrator):
    before = missed.case.due_at
    _roster(missed, ["leave"] * 5, LATER, administrator)
    case = RecoveryCase.objects.get()
    assert case.due_at == before + 5 * DAY
    assert (case.suspension, case.suspended_from, case.suspended_until) == ("leave", OPENED, OPENED + 4 * DAY)
    told = Notice.objects.filter(kind="recovery_suspended").values_list("recipient", flat=True)
    assert set(told) == {missed.pic.pk, missed.leader.pk}
    page = client_of(missed.pic).get(reverse("case_detail", args=[case.uuid])).content.decode()
    assert "24 November 2026 s.d. 28 November 2026 (cuti)" in page


def test_the_due_date_follows_the_roster_however_often_and_late_it_is_read(missed, administrator):
    before = missed.case.due_at
    _roster(missed, ["leave"] * 5, LATER, administrator)
    entries = Entry.objects.count()
    for now in (LATER, LATER + 30 * DAY):
        assert suspend_cases(now=now) == 0
    assert Entry.objects.count() == entries
    _roster(missed, ["leave", "off", "off", "off", "off"], LATER, administrator)
    case = RecoveryCase.objects.get()
    assert (case.due_at, case.suspension) == (before, "")
    assert Entry.objects.filter(verb="case.resumed", subject=case.uuid).exists()


def test_a_long_leave_without_end_suspends_until_the_return(missed):
    before = missed.case.due_at
    leave = {"person": missed.person, "starts_on": OPENED + 2 * DAY, "actor": missed.leader}
    record_long_leave(**leave, ends_on=None, now=LATER)
    suspend_cases(now=LATER + 29 * DAY)
    case = RecoveryCase.objects.get()
    assert case.is_suspended(LATER + 29 * DAY)
    assert case.due_at > LATER + 29 * DAY
    assert Notice.objects.filter(kind="recovery_suspended", recipient=missed.pic).count() == 1
    record_long_leave(**leave, ends_on=OPENED + 11 * DAY, now=LATER + 29 * DAY)
    case.refresh_from_db()
    assert case.due_at == before + 10 * DAY
    assert not case.is_suspended(LATER + 29 * DAY)
    assert LongLeave.objects.count() == 1


def test_a_class_that_falls_in_a_leave_recorded_later_is_told_and_shown(missed):
    held = make_up_for(missed, now=LATER)
    leave = {"person": missed.person, "actor": missed.leader, "now": LATER}
    day = held.training_session.starts_at.date()
    record_long_leave(**leave, starts_on=day - DAY, ends_on=day + 9 * DAY)
    (told,) = Notice.objects.filter(kind="recovery_in_absence")
    assert told.recipient == missed.pic and held.training_session.number == told.params["number"]
    reader = client_of(missed.pic)
    page = reader.get(reverse("case_detail", args=[missed.case.uuid])).content.decode()
    assert f"{missed.person.name} tidak masuk saat itu." in page
    assert reverse("case_take_back", args=[missed.case.uuid]) in page
    page = reader.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    assert f"menurut cuti panjang atau roster:</b> {missed.person.name}" in page
    record_long_leave(**leave, starts_on=day + DAY, ends_on=day + 9 * DAY)
    page = reader.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    assert "menurut cuti panjang atau roster" not in page
    assert RecoveryCase.objects.get().class_in_absence() is None


def test_the_list_of_people_begins_and_ends_a_leave(missed, administrator):
    save_people(entries=[_entry(missed.person, employment="on_leave")], actor=administrator, now=LATER)
    assert RecoveryCase.objects.get().suspension == "long_leave"
    save_people(entries=[_entry(missed.person)], actor=administrator, now=LATER + 4 * DAY)
    case = RecoveryCase.objects.get()
    assert case.suspended_until == OPENED + 4 * DAY
    assert case.due_at == missed.case.due_at + 4 * DAY


def test_a_leave_is_recorded_by_those_who_answer_for_the_person_and_for_days_that_can_be(missed):
    days = {"person": missed.person, "starts_on": OPENED, "ends_on": OPENED + DAY}
    for stranger in (
        make_user("trainer", site=SiteFactory()),
        make_user("qc"),
        make_user("agent", person=missed.person),
    ):
        with pytest.raises(NotAllowed):
            record_long_leave(**days, actor=stranger, now=LATER)
    for wrong in ({"ends_on": OPENED - DAY}, {"starts_on": OPENED - 1000 * DAY}):
        with pytest.raises(Refused):
            record_long_leave(**days | wrong, actor=missed.pic, now=LATER)


def test_the_page_that_records_a_leave(missed):
    url = reverse("person_leave", args=[missed.person.uuid])
    client = client_of(missed.leader)
    assert client.get(url).status_code == 200
    assert client_of(make_user("qc")).get(url).status_code == 403
    assert client_of(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert client.post(url, {"starts_on": "2026-11-26", "ends_on": "2026-11-20"}).status_code == 422
    assert client.post(url, {"starts_on": "2026-11-26", "ends_on": "2026-12-20"}).status_code == 302
    assert RecoveryCase.objects.get().suspension == "long_leave"
    assert "20 Desember 2026" in client.get(reverse("person_detail", args=[missed.person.uuid])).content.decode()


# --- Leaders ----------------------------------------------------------------------------------------------


def test_a_case_opens_with_the_leader_of_its_agent_and_without_one_with_the_manager():
    held = opened()
    PersonAssignment.objects.filter(person=held.enrolments[0].person).update(team=None)
    attend(held, absent(held.enrolments[0]), absent(held.enrolments[1]))
    end_session(held)
    without, with_team = RecoveryCase.objects.order_by("enrolment")
    assert {without.owner, with_team.owner} == {held.pic}
    assert without.leader.authority.has("manager")
    assert with_team.leader.authority.has("team_leader")


def test_a_new_leader_inherits_the_cases_of_the_team_and_both_are_told(missed, administrator):
    heir = make_user("agent")
    grant_role(user=heir, role="team_leader", teams=[missed.team], actor=administrator, now=LATER, starts_on=BEFORE)
    assert RecoveryCase.objects.get().leader == missed.leader  # who still leads keeps what they have
    end_role(assignment=RoleAssignment.objects.get(user=missed.leader), actor=administrator, now=LATER)
    assert RecoveryCase.objects.get().leader == heir
    assert Notice.objects.filter(kind="recovery_inherited", recipient=heir).count() == 1
    assert Notice.objects.filter(kind="recovery_handed_over", recipient=missed.leader).count() == 1
    assert Entry.objects.filter(verb="case.inherited", subject=missed.case.uuid).count() == 2
    assert inherit_cases(now=LATER) == 0
    page = client_of(missed.pic).get(reverse("case_detail", args=[missed.case.uuid])).content.decode()
    assert f"Kini pada team leader {heir.name}" in page
    assert client_of(heir).get(reverse("case_detail", args=[missed.case.uuid])).status_code == 200


def test_an_agent_who_moves_to_another_team_takes_the_case_along(missed, administrator):
    other = TeamFactory(site=missed.world.site, line=missed.world.line)
    heir = make_user("team_leader", site=missed.world.site, line=missed.world.line, teams=[other])
    save_people(entries=[_entry(missed.person, team=other.name)], actor=administrator, now=LATER)
    assert RecoveryCase.objects.get().leader == heir


def test_the_cases_of_a_leader_on_long_leave_go_to_another_and_to_the_manager_where_there_is_none(missed):
    missed.leader.person = make_agent(missed.world.site, missed.world.line)
    missed.leader.save()
    days = {"person": missed.leader.person, "starts_on": OPENED, "ends_on": OPENED + 30 * DAY}
    record_long_leave(**days, actor=missed.manager, now=LATER)
    leader = RecoveryCase.objects.get().leader
    assert leader != missed.leader
    assert leader.authority.has("manager")


# --- Left or moved ----------------------------------------------------------------------------------------


def _proposed():
    return TargetOutcome.objects.get(lapse_proposed_at__isnull=False)


@pytest.mark.clause("4.3")
def test_who_leaves_is_proposed_to_lapse_and_lapses_only_when_the_pic_or_the_manager_confirms(missed, administrator):
    save_people(entries=[_entry(missed.person, employment="left")], actor=administrator, now=LATER + 2 * DAY)
    outcome, now = _proposed(), LATER + 3 * DAY
    assert (outcome.lapse_cause, outcome.state) == ("left", "outstanding")
    told = Notice.objects.filter(kind="lapse_proposed").values_list("recipient", flat=True)
    assert set(told) == {missed.pic.pk, missed.manager.pk}
    with pytest.raises(NotAllowed):
        lapse_target(outcome=outcome, reason="Keluar", actor=missed.world.qc, now=now)
    with pytest.raises(Refused):
        lapse_target(outcome=outcome, reason=" ", actor=missed.pic, now=now)
    lapse_target(outcome=outcome, reason="Mengundurkan diri", actor=missed.pic, now=now)
    counted = identity(TargetOutcome.objects.filter(plan=missed.plan))
    assert counted.holds
    assert (counted.lapsed, counted.outstanding) == (1, 0)
    assert RecoveryCase.objects.get().state == "lapsed"
    with pytest.raises(WrongState):
        lapse_target(outcome=outcome, reason="Lagi", actor=missed.manager, now=now)


@pytest.mark.clause("4.3")
def test_a_line_to_which_the_module_applies_keeps_the_target_and_another_proposes_it(missed, administrator):
    module = missed.training_session.module_version.module
    applies, other = ServiceLineFactory(), ServiceLineFactory()
    module.lines.add(applies)
    save_people(entries=[_entry(missed.person, line=applies, team="")], actor=administrator, now=LATER)
    assert not TargetOutcome.objects.filter(lapse_proposed_at__isnull=False).exists()
    save_people(entries=[_entry(missed.person, line=other, team="")], actor=administrator, now=LATER)
    assert _proposed().lapse_cause == "other_line"
    save_people(entries=[_entry(missed.person, line=applies, team="")], actor=administrator, now=LATER)
    assert not TargetOutcome.objects.filter(lapse_proposed_at__isnull=False).exists()
    assert Entry.objects.filter(verb="target.lapse_withdrawn").exists()


@pytest.mark.clause("4.3")
def test_a_target_that_is_kept_is_not_proposed_again_for_the_same_cause(missed, administrator):
    save_people(entries=[_entry(missed.person, line=ServiceLineFactory(), team="")], actor=administrator, now=LATER)
    outcome = _proposed()
    keep_target(outcome=outcome, reason="Kembali bulan depan", actor=missed.manager, now=LATER)
    assert propose_lapses(now=LATER + 5 * DAY) == 0
    with pytest.raises(WrongState):
        keep_target(outcome=outcome, reason="Lagi", actor=missed.manager, now=LATER)
    lapse_target(outcome=outcome, reason="Ternyata tidak kembali", actor=missed.manager, now=LATER + 6 * DAY)


@pytest.mark.clause("4.3")
def test_who_leaves_before_the_class_lapses_and_is_expected_there_no_more(administrator):
    held = scheduled()
    person = held.enrolments[0].person
    save_people(entries=[_entry(person, employment="left")], actor=administrator, now=START - 3 * DAY)
    propose_lapses(now=START - DAY)
    outcome = _proposed()
    lapse_target(outcome=outcome, reason="Keluar", actor=held.pic, now=START - DAY)
    present = held.training_session.enrolments.filter(removed_at=None)
    assert present.count() == 2
    assert not person.bookings.filter(live=True).exists()
    assert held.fresh().summary.enrolled == 2


@pytest.mark.clause("4.3")
def test_who_missed_nothing_of_a_class_under_way_does_not_lapse_before_it_is_concluded(administrator):
    """They were there: once their scores come in they are trained, and no longer to be given up."""
    held = opened()
    attend(held, RollCell(held.enrolments[0].pk, "late", minutes_late=4))
    save_people(entries=[_entry(held.enrolments[0].person, employment="left")], actor=administrator, now=START + DAY)
    propose_lapses(now=START + DAY)
    outcome = _proposed()
    with pytest.raises(WrongState, match=held.training_session.number):
        lapse_target(outcome=outcome, reason="Keluar", actor=held.pic, now=START + DAY)
    end_session(held, now=START + DAY, reasons=dict.fromkeys(("end", "duration", "score"), "x"))
    outcome.refresh_from_db()
    assert outcome.state == "trained"


@pytest.mark.clause("4.3")
def test_the_page_on_which_a_lapse_is_confirmed_or_declined(missed, administrator):
    save_people(entries=[_entry(missed.person, employment="left")], actor=administrator, now=LATER)
    propose_lapses(now=LATER + 2 * DAY)
    outcome = _proposed()
    url = reverse("target_lapse", args=[outcome.uuid])
    client = client_of(missed.pic)
    assert url in client.get(reverse("recovery_list")).content.decode()
    assert client.get(url).status_code == 200
    assert client_of(make_user("qc")).get(url).status_code == 403
    assert client_of(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert client.delete(url).status_code == 405
    assert client.post(url, {"action": "keep", "reason": ""}).status_code == 422
    assert client.post(url, {"action": "keep", "reason": "Masih dibutuhkan"}).status_code == 302
    assert client_of(missed.manager).post(url, {"action": "lapse", "reason": "Keluar"}).status_code == 302
    outcome.refresh_from_db()
    assert outcome.state == "lapsed"
    assert url not in client.get(reverse("recovery_list")).content.decode()
