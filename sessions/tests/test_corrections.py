"""Attendance corrected after the meeting: asked until a date, decided by another, all follows (ATT-5, 4.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from planning.models import Competence, ModuleTraining, TrainerProfile
from sessions.enums import CORRECTION_TRANSITIONS, CorrectionState
from sessions.models import Attendance, AttendanceCorrection, MeetingTrainer, RecoveryCase, TargetOutcome
from sessions.queries.ledger import identity
from sessions.services import (
    RollCell,
    approve_correction,
    ask_correction,
    correct_attendance,
    open_session,
    reject_correction,
    withdraw_correction,
)
from sessions.services.checking import wrong_summaries
from sessions.services.correcting import correction_ends
from sessions.tests.factories import absent, attend, concluded, end_session, make_up_for
from trainingops.audit.models import Entry, EntryDetail
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.1")]

HOUR = timedelta(hours=1)


def user_of(enrolment):
    return getattr(enrolment.person, "user", None) or make_user("agent", person=enrolment.person)


def one_absent(**options):
    """Somebody recorded as absent, with their case."""
    held = concluded(lambda people: absent(people[0]), right=(None, 5, 5), **options)
    return held, held.enrolments[0], held.training_session.ends_at + HOUR


def asked(held, enrolment, now, **cell):
    return ask_correction(
        meeting=held.meeting,
        cell=RollCell(enrolment.pk, **{"status": "present", **cell}),
        why="Saya hadir, tanda tangan saya ada di lembar hadir.",
        actor=user_of(enrolment),
        now=now,
    )


def version_of(held, enrolment):
    return Attendance.objects.get(meeting=held.meeting, enrolment=enrolment).version


@pytest.mark.point("ATT-5")
def test_an_approved_correction_gets_a_new_row_version_keeps_the_old_value_and_voids_the_case():
    held, enrolment, now = one_absent()
    case = RecoveryCase.objects.get(enrolment=enrolment)
    correction = asked(held, enrolment, now)
    assert Notice.objects.filter(kind="correction_asked", recipient=held.pic).exists()
    approve_correction(correction=correction, version=1, actor=held.pic, now=now + HOUR)
    row = Attendance.objects.get(meeting=held.meeting, enrolment=enrolment)
    correction.refresh_from_db()
    case.refresh_from_db()
    assert (row.status, row.version, row.source, row.recorded_by) == ("present", 2, "correct", held.pic)
    assert (correction.state, correction.before[:1], correction.before[3]) == ("approved", ["absent"], "sick")
    assert case.state == "voided"
    outcome = TargetOutcome.objects.get(enrolment=enrolment)
    assert (outcome.state, outcome.on_schedule) == ("trained", True)
    assert ModuleTraining.objects.filter(source=outcome.uuid).exists()
    assert (held.fresh().summary.present, held.training_session.summary.cases_open) == (3, 0)
    assert list(wrong_summaries()) == []
    assert Notice.objects.filter(kind="correction_approved", recipient=user_of(enrolment)).exists()
    entry = Entry.objects.get(verb="correction.approved")
    assert "Saya hadir" not in entry.text
    assert '"before":["absent"' in EntryDetail.objects.get(entry=entry).text


@pytest.mark.clause("4.3")
def test_a_correction_to_absent_opens_a_case_and_takes_training_and_competence_back():
    held = concluded(right=(5, 5, 5))
    enrolment, now = held.enrolments[0], held.training_session.ends_at + HOUR
    outcome = TargetOutcome.objects.get(enrolment=enrolment)
    assert (outcome.state, outcome.result) == ("trained", "passed")
    assert Competence.objects.filter(source=enrolment.uuid).exists()
    cell = RollCell(enrolment.pk, "absent", version=1, reason="sick")
    correct_attendance(meeting=held.meeting, cell=cell, why="Orang lain menandatangani.", actor=held.pic, now=now)
    outcome.refresh_from_db()
    assert (outcome.state, outcome.result, outcome.on_schedule) == ("outstanding", "not_scored", None)
    assert RecoveryCase.objects.get(enrolment=enrolment).state == "open"
    assert not Competence.objects.filter(source=enrolment.uuid).exists()
    assert not ModuleTraining.objects.filter(source=outcome.uuid).exists()
    counted = identity(TargetOutcome.objects.filter(plan=held.plan))
    assert counted.holds and counted.trained == 2
    assert list(wrong_summaries()) == []


def test_records_of_a_concluded_session_get_a_new_version_with_the_reason_and_the_former_stays():
    held, enrolment, now = one_absent()
    of_it = EvidenceRequest.objects.filter(subject=held.training_session.uuid)
    before = of_it.filter(kind="attendance").count()
    correction = asked(held, enrolment, now)
    approve_correction(correction=correction, version=1, actor=held.pic, now=now)
    newest = of_it.filter(kind="attendance").order_by("-pk")[0]
    assert of_it.filter(kind="attendance").count() == before + 1
    assert '"version":"versi 2"' in newest.payload.text and "tanda tangan saya" in newest.payload.text


@pytest.mark.point("ATT-5")
def test_corrections_are_asked_until_the_third_working_day_after_the_meeting():
    """A Tuesday: Wednesday, Thursday and Friday; at the midnight after it is over."""
    held, enrolment, _now = one_absent()
    meeting = held.meeting
    ends_at = correction_ends([meeting])[meeting.pk]
    local = ends_at.astimezone(held.training_session.site.zone)
    assert (local.isoweekday(), local.hour, local.minute) == (6, 0, 0)
    with pytest.raises(WrongState, match=r"23\.59"):
        asked(held, enrolment, ends_at)
    assert asked(held, enrolment, ends_at - timedelta(seconds=1)).state == "pending"


def test_one_correction_waits_at_most_and_the_database_holds_it():
    held, enrolment, now = one_absent()
    correction = asked(held, enrolment, now)
    with pytest.raises(Refused, match=r"menunggu|waits"):
        asked(held, enrolment, now)
    correction.pk = None
    correction.uuid = "00000000-0000-0000-0000-000000000001"
    with pytest.raises(IntegrityError, match="one_pending_correction"), transaction.atomic():
        correction.save(force_insert=True)
    first = AttendanceCorrection.objects.get()
    withdraw_correction(correction=first, actor=user_of(enrolment), now=now)
    assert asked(held, enrolment, now).state == "pending"


def test_nobody_asks_for_another_and_nobody_decides_over_themselves():
    held, enrolment, now = one_absent()
    with pytest.raises(NotAllowed):
        ask_correction(
            meeting=held.meeting,
            cell=RollCell(enrolment.pk, "present"),
            why="x",
            actor=user_of(held.enrolments[1]),
            now=now,
        )
    correction = asked(held, enrolment, now)
    for other in (user_of(enrolment), make_user("trainer"), held.manager):
        with pytest.raises(NotAllowed):
            approve_correction(correction=correction, version=1, actor=other, now=now)
    own = held.plan.pic
    own.person = enrolment.person
    with pytest.raises(NotAllowed):
        correct_attendance(
            meeting=held.meeting, cell=RollCell(enrolment.pk, "present", version=1), why="x", actor=own, now=now
        )


def test_an_executing_trainer_proposes_and_the_pic_decides():
    held, enrolment, now = one_absent()
    trainer = make_user("trainer", site=held.world.site, line=held.world.line)
    profile = TrainerProfile.objects.create(name=trainer.name, user=trainer)
    MeetingTrainer.objects.create(meeting=held.meeting, trainer=profile)
    cell = RollCell(enrolment.pk, "late", version=1, minutes_late=10)
    proposed = correct_attendance(meeting=held.meeting, cell=cell, why="Salah baris.", actor=trainer, now=now)
    assert proposed.state == "pending" and version_of(held, enrolment) == 1
    with pytest.raises(NotAllowed):
        approve_correction(correction=proposed, version=1, actor=trainer, now=now)
    approve_correction(correction=proposed, version=1, actor=held.pic, now=now)
    assert version_of(held, enrolment) == 2
    assert Notice.objects.filter(kind="correction_approved", recipient=trainer).exists()


def test_a_rejection_needs_its_reason_and_leaves_the_roll():
    held, enrolment, now = one_absent()
    correction = asked(held, enrolment, now)
    with pytest.raises(Refused) as refused:
        reject_correction(correction=correction, note=" ", actor=held.pic, now=now)
    assert refused.value.field == "note"
    reject_correction(correction=correction, note="Tidak ada di lembar hadir.", actor=held.pic, now=now)
    assert version_of(held, enrolment) == 1
    assert Notice.objects.filter(kind="correction_rejected", recipient=user_of(enrolment)).exists()


def test_an_attendance_that_changed_meanwhile_is_not_decided_on_blindly():
    held, enrolment, now = one_absent()
    correction = asked(held, enrolment, now)
    with pytest.raises(StaleVersion):
        approve_correction(correction=correction, version=7, actor=held.pic, now=now)
    assert AttendanceCorrection.objects.get().state == "pending"


@pytest.mark.parametrize("state", [each for each in CorrectionState if each not in CORRECTION_TRANSITIONS])
def test_what_is_settled_is_not_settled_again(state):
    held, enrolment, now = one_absent()
    correction = asked(held, enrolment, now)
    decided = {"decided_by": held.pic, "decided_at": now, "decision_note": "x"}
    AttendanceCorrection.objects.filter(pk=correction.pk).update(state=state, **decided)
    with pytest.raises(WrongState):
        approve_correction(correction=correction, version=1, actor=held.pic, now=now)
    with pytest.raises(WrongState):
        reject_correction(correction=correction, note="x", actor=held.pic, now=now)
    with pytest.raises(WrongState):
        withdraw_correction(correction=correction, actor=user_of(enrolment), now=now)


def test_what_stands_already_what_cannot_be_and_no_reason_are_refused_by_field():
    held, enrolment, now = one_absent()
    for cell, field in (
        ({"status": "absent", "reason": "sick"}, "status"),
        ({"status": "late", "minutes_late": 5000}, f"arrived-{enrolment.pk}"),
        ({"status": "absent"}, f"reason-{enrolment.pk}"),
    ):
        with pytest.raises(Refused) as refused:
            asked(held, enrolment, now, **cell)
        assert refused.value.field == field
    with pytest.raises(Refused) as refused:
        correct_attendance(
            meeting=held.meeting, cell=RollCell(enrolment.pk, "present", version=1), why="", actor=held.pic, now=now
        )
    assert refused.value.field == "why"


def test_a_correction_may_change_the_cause_of_a_case():
    held, enrolment, now = one_absent()
    cell = RollCell(enrolment.pk, "late", version=1, minutes_late=40)
    correct_attendance(meeting=held.meeting, cell=cell, why="Datang terlambat.", actor=held.pic, now=now)
    case = RecoveryCase.objects.get(enrolment=enrolment)
    assert (case.state, case.cause, case.minutes) == ("open", "late", 40)


def test_a_blank_that_became_a_case_is_corrected_too():
    held = concluded(lambda people: RollCell(people[0].pk, ""), right=(None, 5, 5))
    enrolment = held.enrolments[0]
    assert RecoveryCase.objects.get(enrolment=enrolment).cause == "not_recorded"
    now = held.training_session.ends_at + HOUR
    correction = asked(held, enrolment, now)
    row = Attendance.objects.filter(meeting=held.meeting, enrolment=enrolment).first()
    approve_correction(correction=correction, version=row.version if row else 0, actor=held.pic, now=now)
    assert RecoveryCase.objects.get(enrolment=enrolment).state == "voided"
    assert TargetOutcome.objects.get(enrolment=enrolment).state == "trained"


def test_who_waits_for_a_make_up_class_is_free_again_when_the_absence_was_none():
    held, enrolment, now = one_absent()
    made = make_up_for(held)
    assert made.training_session.enrolments.filter(removed_at=None).count() == 1
    correct_attendance(
        meeting=held.meeting, cell=RollCell(enrolment.pk, "present", version=1), why="Hadir.", actor=held.pic, now=now
    )
    assert RecoveryCase.objects.get(enrolment=enrolment).state == "voided"
    assert not made.training_session.enrolments.filter(removed_at=None).exists()


def test_a_recovery_stands_and_falls_with_the_attendance_at_the_class_that_recovered_it():
    held, enrolment, _now = one_absent()
    made = make_up_for(held)
    open_session(training_session=made.training_session, actor=held.pic, now=made.training_session.starts_at)
    made.fresh()
    attend(made, absent(made.enrolments[0]))
    end_session(made)
    case = RecoveryCase.objects.get(enrolment=enrolment)
    assert case.state == "open"
    now = made.training_session.ends_at + HOUR
    guest = made.enrolments[0]
    cell = RollCell(guest.pk, "present", version=1)
    correct_attendance(meeting=made.meeting, cell=cell, why="Tertukar nama.", actor=held.pic, now=now)
    case.refresh_from_db()
    assert (case.state, case.scheduled_in) == ("resolved", made.training_session)
    assert TargetOutcome.objects.get(enrolment=enrolment).state == "trained"
    cell = RollCell(guest.pk, "absent", version=2, reason="sick")
    correct_attendance(meeting=made.meeting, cell=cell, why="Tetap tidak hadir.", actor=held.pic, now=now + HOUR)
    states = list(RecoveryCase.objects.filter(enrolment=enrolment).order_by("pk").values_list("state", flat=True))
    assert states == ["voided", "open"]
    assert TargetOutcome.objects.get(enrolment=enrolment).state == "outstanding"
    assert list(wrong_summaries()) == []


def test_the_document_that_shows_it_is_kept_with_the_request():
    held, enrolment, now = one_absent()
    correction = ask_correction(
        meeting=held.meeting,
        cell=RollCell(enrolment.pk, "present"),
        why="Lihat foto.",
        file=SimpleUploadedFile("foto.png", b"\x89PNG\r\n\x1a\nbytes"),
        actor=user_of(enrolment),
        now=now,
    )
    assert correction.file.media_type == "image/png" and correction.file_name == "foto.png"
