"""The day of a session: notes, photos, a substitute, a moved batch, what was really used (clauses 4.2, 5.2, APR-3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from planning.enums import Method
from planning.models import Booking, Competence, TrainerProfile
from planning.services.approval import approve_revision, return_revision
from planning.tests.factories import make_module, signature
from sessions.models import Deviation, MeetingTrainer, SessionMeeting, TrainingSession
from sessions.queries.day import compared, lacking, move_awaiting, phases_in_order, with_day
from sessions.queries.pages import meetings_of
from sessions.services import (
    Used,
    conclude_meeting,
    conclude_session,
    propose_move,
    save_notes,
    substitute_trainer,
)
from sessions.services.concluding import _tell_later_end
from sessions.services.deviations import differences
from sessions.tests.factories import attend, concluded, opened, scheduled
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.models import RosterDay, ShiftCode, Site
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time: what the middleware puts on the request."""

    def set_time(moment):
        monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)

    return set_time


def _client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _seen(held):
    """The session as its page reads it."""
    return with_day(TrainingSession.objects.all(), held.pic).get(pk=held.training_session.pk)


def _awaited(held):
    """The start of each meeting that awaits approval."""
    return [each.starts_at for each in move_awaiting(_seen(held), meetings_of(held.fresh()))]


# --- Notes -------------------------------------------------------------------------------------------------


def test_notes_are_saved_on_their_own_and_never_over_anothers(client):
    held = opened()
    session, now = held.training_session, held.meeting.starts_at
    save_notes(training_session=session, notes="Proyektor mati.", version=0, actor=held.pic, now=now)
    assert held.fresh().notes_version == 1
    save_notes(training_session=session, notes="Proyektor mati.", version=0, actor=held.pic, now=now)
    assert held.fresh().notes_version == 1  # the same text again changes nothing
    TrainingSession.objects.update(notes_by=held.manager)
    with pytest.raises(StaleVersion) as stale:
        save_notes(training_session=session, notes="Lain.", version=0, actor=held.pic, now=now)
    assert held.manager.name in str(stale.value)
    assert held.fresh().notes == "Proyektor mati."
    with pytest.raises(NotAllowed):
        save_notes(training_session=session, notes="x", version=1, actor=held.manager, now=now)


def test_a_page_of_notes_shows_both_texts_where_somebody_saved_meanwhile(at):
    held = opened()
    at(held.meeting.starts_at)
    url = reverse("session_notes", args=[held.training_session.uuid])
    client = _client(held.pic)
    assert client.post(url, {"notes": "Pertama", "version": "0"}).status_code == 302
    answer = client.post(url, {"notes": "Kedua", "version": "0"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Pertama" in page and "Kedua" in page and 'value="1"' in page
    assert "Anda menyimpan catatan lain di jendela lain" in page and "sementara itu menyimpan" not in page
    assert client.post(url, {"notes": "Kedua", "version": "1"}).status_code == 302
    assert held.fresh().notes == "Kedua"


def test_notes_stand_once_the_session_is_concluded():
    held = concluded()
    with pytest.raises(WrongState):
        save_notes(
            training_session=held.training_session, notes="x", version=0, actor=held.pic, now=held.meeting.ends_at
        )


def test_a_form_that_could_only_be_refused_leads_back(at):
    held = concluded()
    at(held.meeting.ends_at)
    client, page = _client(held.pic), reverse("session_detail", args=[held.training_session.uuid])
    for name in ("session_notes", "session_substitute"):
        answer = client.get(reverse(name, args=[held.training_session.uuid]))
        assert (answer.status_code, answer["Location"]) == (302, page)


# --- Another trainer ---------------------------------------------------------------------------------------


def _trainer(held, *, able=True):
    made = TrainerProfile.objects.create(name=f"Pengganti {TrainerProfile.objects.count()}")
    if able:
        made.modules.add(held.training_session.module_version.module)
    return made


@pytest.mark.point("APR-3")
def test_a_substitute_is_one_action_a_booking_and_a_deviation():
    held = opened()
    other, now = _trainer(held), held.meeting.starts_at
    deviation = substitute_trainer(
        training_session=held.training_session, substitute=other, reason="Sakit.", actor=held.pic, now=now
    )
    assert (deviation.kind, deviation.planned, deviation.actual) == ("trainer", held.world.trainer.name, other.name)
    assert MeetingTrainer.objects.filter(meeting=held.meeting, trainer=other, is_substitute=True).exists()
    assert Booking.objects.filter(trainer=other, live=True).exists()
    assert not Booking.objects.filter(trainer=held.world.trainer, live=True).exists()
    with pytest.raises(Refused) as refused:
        substitute_trainer(
            training_session=held.training_session, substitute=other, reason="Lagi.", actor=held.pic, now=now
        )
    assert refused.value.field == "substitute"


@pytest.mark.clause("4.2")
@pytest.mark.parametrize("taught", ["yes", "no"])
def test_who_taught_until_the_substitute_came_stays_with_the_meeting(at, taught):
    """In what was really held, list, record and report; the page asks, and takes no answer for granted."""
    held = opened()
    other, client = _trainer(held), _client(held.pic)
    at(held.meeting.starts_at + timedelta(minutes=75))
    url, typed = reverse("session_substitute", args=[held.training_session.uuid]), {"substitute": other.pk}
    typed["reason"] = "Dipanggil pulang."
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"taught_first": taught}).status_code == 302
    names = set(MeetingTrainer.objects.filter(meeting=held.meeting).values_list("trainer__name", flat=True))
    assert names == {other.name} | ({held.world.trainer.name} if taught == "yes" else set())
    assert not Booking.objects.filter(trainer=held.world.trainer, live=True).exists()


@pytest.mark.clause("5.1.1")
def test_who_is_not_qualified_teaches_with_a_written_reason_only():
    held = opened()
    other, now = _trainer(held, able=False), held.meeting.starts_at
    given = {"training_session": held.training_session, "substitute": other, "actor": held.pic, "now": now}
    with pytest.raises(Refused, match=other.name) as refused:
        substitute_trainer(reason="Sakit.", **given)
    assert refused.value.field == "trainer_reason"
    deviation = substitute_trainer(reason="Sakit.", trainer_reason="Penulis modul.", **given)
    assert deviation.reason == "Sakit.; Penulis modul."


def test_a_substitute_who_teaches_elsewhere_is_refused():
    held = opened()
    beside = scheduled(starts_at=held.meeting.starts_at + timedelta(minutes=30))
    other = TrainerProfile.objects.get(pk=beside.world.trainer.pk)
    other.modules.add(held.training_session.module_version.module)
    with pytest.raises(Refused, match=other.name):
        substitute_trainer(
            training_session=held.training_session,
            substitute=other,
            reason="Sakit.",
            actor=held.pic,
            now=held.meeting.starts_at,
        )
    assert not Deviation.objects.exists()


# --- A moved batch -----------------------------------------------------------------------------------------


def _moved(held, hours=24):
    meeting = held.meeting
    start, end = meeting.starts_at + timedelta(hours=hours), meeting.ends_at + timedelta(hours=hours)
    return {meeting.uuid: (start, end)}


@pytest.mark.clause("5.2")
def test_moving_a_batch_submits_a_revision_and_moves_the_session_once_approved():
    held = scheduled()
    make_user("agent", person=held.enrolments[0].person)
    now, times = held.meeting.starts_at - timedelta(hours=2), _moved(held)
    revision = propose_move(
        training_session=held.training_session, times=times, reason="Listrik padam.", actor=held.pic, now=now
    )
    assert (revision.state, revision.number) == ("submitted", 2)
    assert [each.text for each in revision.comments.all()] == ["Listrik padam."]
    before = held.meeting.starts_at
    assert _awaited(held) == [times[held.meeting.uuid][0]]
    assert not Notice.objects.filter(kind="session_moved").exists()
    approve_revision(
        revision=revision,
        content_hash=revision.content_hash,
        signature=signature(held.manager, revision.content_hash, now=now),
        actor=held.manager,
        now=now,
    )
    meeting = SessionMeeting.objects.get(pk=held.meeting.pk)
    assert (meeting.starts_at, meeting.ends_at) == times[meeting.uuid]
    assert held.fresh().starts_at == before + timedelta(hours=24)
    assert _awaited(held) == []
    assert Notice.objects.filter(kind="session_moved").exists()
    assert not Deviation.objects.exists()


@pytest.mark.clause("5.3.1")
def test_the_page_names_who_is_on_leave_by_the_roster_when_the_class_is_held():
    held = scheduled()
    away, _short, _here = (each.person for each in held.enrolments)
    code = ShiftCode.objects.create(code="CT", kind="leave", is_working=False)
    day = held.meeting.starts_at.date()
    for person, count in ((away, 4), (_short, 2)):
        for step in range(count):
            RosterDay.objects.create(person=person, day=day + timedelta(days=step - 1), code=code)
    page = _client(held.pic).get(reverse("session_detail", args=[held.training_session.uuid]))
    assert page.context["away"] == [away.name], "two days are no long absence"
    assert "mendapat kasus recovery" in page.content.decode()


def test_a_move_that_is_returned_leaves_the_session_where_it_is():
    held = scheduled()
    now = held.meeting.starts_at - timedelta(hours=2)
    revision = propose_move(
        training_session=held.training_session, times=_moved(held), reason="x", actor=held.pic, now=now
    )
    return_revision(revision=revision, comment="Tetap hari ini.", actor=held.manager, now=now)
    assert _awaited(held) == []
    assert held.training_session.starts_at == held.meeting.starts_at


@pytest.mark.parametrize("hours", [0, -3])
def test_a_move_to_the_same_time_or_into_the_past_is_refused(hours):
    held = scheduled()
    now = held.meeting.starts_at - timedelta(hours=2)
    with pytest.raises(Refused) as refused:
        propose_move(
            training_session=held.training_session, times=_moved(held, hours), reason="x", actor=held.pic, now=now
        )
    assert refused.value.field == f"starts_at_{held.meeting.uuid}"
    assert held.plan.revisions.count() == 1


def test_only_the_pic_moves_a_batch_and_only_what_has_not_begun():
    held = opened()
    now = held.meeting.starts_at
    with pytest.raises(WrongState):
        propose_move(training_session=held.training_session, times=_moved(held), reason="x", actor=held.pic, now=now)
    other = scheduled()
    with pytest.raises(NotAllowed):
        propose_move(
            training_session=other.training_session,
            times=_moved(other),
            reason="x",
            actor=other.manager,
            now=other.meeting.starts_at - timedelta(hours=2),
        )


@pytest.mark.clause("5.2")
def test_the_pages_of_a_move_say_what_waits(at):
    held = scheduled()
    at(held.meeting.starts_at - timedelta(hours=2))
    url = reverse("session_propose_move", args=[held.training_session.uuid])
    key, client = held.meeting.uuid, _client(held.pic)
    assert client.get(url).status_code == 200
    start = held.meeting.starts_at.astimezone(held.world.site.zone) + timedelta(days=1)
    said = {
        f"starts_at_{key}_day": start.strftime("%Y-%m-%d"),
        f"starts_at_{key}_time": start.strftime("%H:%M"),
        f"ends_at_{key}_day": start.strftime("%Y-%m-%d"),
        f"ends_at_{key}_time": (start + timedelta(hours=2)).strftime("%H:%M"),
        "reason": "Listrik padam.",
    }
    assert client.post(url, said).status_code == 302
    page = client.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    assert "Menunggu persetujuan pindah jadwal" in page
    assert client.post(url, said).status_code in (409, 422)  # one revision at a time


# --- Planned and actual ------------------------------------------------------------------------------------


def _end(held, used, reasons, **more):
    attend(held)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    return conclude_session(
        training_session=held.training_session,
        used=used,
        reasons={"test": "Jaringan putus.", **reasons},
        actor=held.pic,
        now=held.meeting.ends_at,
        **more,
    )


@pytest.mark.clause("4.2")
def test_another_method_and_module_need_their_reasons_and_are_deviations():
    held = opened()
    revision = held.training_session.revision
    other = next(each for each in Method.values if each != revision.method)
    version = make_module(held.world.line, author=held.pic, decided_by=held.manager)
    used = Used(method=other, application=revision.application, module_version=version)
    with pytest.raises(Refused) as refused:
        _end(held, used, {})
    assert refused.value.field in ("reason_method", "reason_module")
    session = conclude_session(
        training_session=held.training_session,
        used=used,
        reasons={"test": "x", "method": "Ruang dipakai.", "module": "Versi baru belum siap."},
        actor=held.pic,
        now=held.meeting.ends_at,
    )
    kinds = set(session.deviations.values_list("kind", flat=True))
    assert kinds == {"test", "method", "module"}
    assert session.taught_version == version
    assert not Competence.objects.exclude(module_version=version).exists()
    rows = {row.label: row for row in compared(_seen(held), meetings_of(session), session.deviations.all())}
    assert rows["Metode"].planned != rows["Metode"].actual
    assert rows["Modul"].actual == str(version)


@pytest.mark.clause("4.2")
def test_what_was_used_as_planned_is_no_deviation():
    held = opened()
    revision = held.training_session.revision
    used = Used(
        method=revision.method,
        application=revision.application,
        module_version=held.training_session.module_version,
    )
    session = _end(held, used, {}, notes="Lancar.", notes_version=0)
    assert set(session.deviations.values_list("kind", flat=True)) == {"test"}
    assert (session.held_version, session.notes) == (None, "Lancar.")


@pytest.mark.clause("5.2")
def test_what_is_missing_before_the_conclusion_leads_to_where_it_is_done():
    held = opened()
    meetings = meetings_of(held.training_session)
    found = {each.url for each in lacking(_seen(held), meetings, phases_in_order(_seen(held)))}
    assert found == {reverse("meeting_roll", args=[held.meeting.uuid])}
    attend(held)
    held.fresh()
    found = {each.url for each in lacking(_seen(held), meetings, phases_in_order(_seen(held)))}
    assert f"{reverse('session_detail', args=[held.training_session.uuid])}#tests" in found
    assert reverse("session_scores", args=[held.training_session.uuid]) in found


@pytest.mark.clause("4.2")
@pytest.mark.parametrize(("starts", "ends", "kinds"), [("21:30", "00:20", ["duration"]), ("00:10", "02:10", ["date"])])
def test_the_date_of_a_class_is_that_of_its_start(monkeypatch, starts, ends, kinds):
    monkeypatch.setattr("sessions.services.deviations.untaken_tests", lambda _session: [])
    zone = ZoneInfo("Asia/Jakarta")

    def at(clock, day=23):
        hour, minute = map(int, clock.split(":"))
        return datetime(2026, 11, day if hour > 12 else day + 1, hour, minute, tzinfo=zone)

    meeting = SessionMeeting(
        state="concluded",
        starts_at=at("21:30"),
        ends_at=at("23:30"),
        actual_starts_at=at(starts),
        actual_ends_at=at(ends),
    )
    training_session = TrainingSession(site=Site(timezone="Asia/Jakarta"))
    assert [each.kind for each in differences(training_session, [meeting])] == kinds


def test_one_reason_for_two_differences_is_told_once(monkeypatch):
    heard: list[str] = []
    told = SimpleNamespace(send=lambda reason, **_rest: heard.append(reason))
    monkeypatch.setattr("sessions.services.concluding.session_ended_later", told)
    planned = datetime(2026, 11, 23, 4, tzinfo=ZoneInfo("UTC"))
    later = [Deviation(kind=kind, reason="Diskusi.") for kind in ("time", "duration")]
    meeting = SessionMeeting(actual_ends_at=planned + timedelta(hours=1))
    _tell_later_end(TrainingSession(ends_at=planned), [meeting], later, None, planned + timedelta(hours=2))
    assert heard == ["Diskusi."]
