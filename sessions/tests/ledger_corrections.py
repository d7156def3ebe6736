"""Steps of the ledger's machine after the fact: corrections, amendments, and people who came untargeted."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sessions.enums import HELD
from sessions.models import AttendanceCorrection, Enrolment, ParameterScore, SessionMeeting, TrainingSession
from sessions.services import (
    Guest,
    NewScore,
    RollCell,
    add_guest,
    amend_results,
    approve_correction,
    ask_correction,
    correct_attendance,
    reject_correction,
    remove_guest,
)
from sessions.tests.ledger_machine import ANY, LedgerMachine
from trainingops.people.tests.factories import make_agent, make_user

KINDS = st.sampled_from(["present", "absent", "late", "very late", "early"])


class CorrectionSteps(LedgerMachine):
    """What was recorded turns out to be wrong, or somebody came who was not expected."""

    @rule(which=ANY, who=ANY, kind=KINDS)
    def is_corrected(self, which: int, who: int, kind: str) -> None:
        """By the PIC, at once."""
        meeting, enrolment = self._over(which, who)
        if meeting and enrolment:
            cell = self._cell(meeting, enrolment, kind)
            self.do(correct_attendance, corrects=True, meeting=meeting, cell=cell, why="Tertukar", actor=self.pic)

    @rule(which=ANY, who=ANY, kind=KINDS)
    def asks_for_a_correction(self, which: int, who: int, kind: str) -> None:
        meeting, enrolment = self._over(which, who)
        if meeting and enrolment:
            person = enrolment.person
            user = getattr(person, "user", None) or make_user("agent", person=person)
            cell = self._cell(meeting, enrolment, kind)
            self.do(ask_correction, meeting=meeting, cell=cell, why="Saya hadir", actor=user)

    @rule(which=ANY, approves=st.booleans())
    def request_is_decided(self, which: int, approves: bool) -> None:
        rows = AttendanceCorrection.objects.filter(state="pending").select_related("meeting", "enrolment")
        asked = self.one(rows, which)
        if asked and approves:
            version = self._version(asked.meeting, asked.enrolment)
            self.do(approve_correction, corrects=True, correction=asked, version=version, actor=self.pic)
        elif asked:
            self.do(reject_correction, correction=asked, note="Tidak ada di lembar", actor=self.pic)

    @rule(which=ANY, value=st.sampled_from([None, "0", "60", "100"]))
    def score_is_amended(self, which: int, value: str | None) -> None:
        rows = ParameterScore.objects.filter(
            enrolment__training_session__state__in=HELD, enrolment__removed_at=None
        ).select_related("enrolment__training_session")
        row = self.one(rows, which)
        if row:
            new = NewScore(row.pk, None if value is None else Decimal(value), row.version)
            self.do(amend_results, enrolment=row.enrolment, scores=[new], reason="Salah ketik", actor=self.pic)

    @rule(which=ANY, whom=st.one_of(st.none(), ANY))
    def guest_comes(self, which: int, whom: int | None) -> None:
        """An extra, or a substitute for one of the targets."""
        training_session = self.one(TrainingSession.objects.filter(state="open"), which)
        if training_session is None:
            return
        targets = training_session.enrolments.filter(origin="target", removed_at=None).select_related("person")
        guest = Guest(
            make_agent(self.world.site, self.world.line),
            "Datang sendiri",
            None if whom is None else self.one(targets, whom),
        )
        self.do(add_guest, training_session=training_session, guest=guest, actor=self.pic)

    @rule(which=ANY)
    def guest_is_taken_off(self, which: int) -> None:
        rows = Enrolment.objects.filter(origin__in=["substitute", "extra"], removed_at=None)
        if guest := self.one(rows.select_related("training_session"), which):
            self.do(remove_guest, enrolment=guest, actor=self.pic)

    def _over(self, which: int, who: int) -> tuple[SessionMeeting | None, Enrolment | None]:
        """A concluded meeting and somebody of it."""
        meeting = self.one(SessionMeeting.objects.filter(state="concluded").select_related("training_session"), which)
        places = Enrolment.objects.filter(
            training_session=meeting.training_session if meeting else None, removed_at=None
        )
        return meeting, self.one(places.select_related("person"), who)

    @staticmethod
    def _version(meeting: SessionMeeting, enrolment: Enrolment) -> int:
        old = meeting.attendances.filter(enrolment=enrolment).first()
        return old.version if old else 0

    def _cell(self, meeting: SessionMeeting, enrolment: Enrolment, kind: str) -> RollCell:
        key, version = enrolment.pk, self._version(meeting, enrolment)
        return {
            "present": RollCell(key, "present", version=version),
            "absent": RollCell(key, "absent", reason="sick", version=version),
            "late": RollCell(key, "late", minutes_late=15, version=version),
            "very late": RollCell(key, "late", minutes_late=16, version=version),
            "early": RollCell(key, "present", minutes_left_early=16, version=version),
        }[kind]
