"""What follows the classes of the pattern: reports, a make-up class, the review (5.3.2, 5.4), by the services."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from evaluation import services as evaluation
from evaluation.enums import ActionKind, Aspect, DefectDecision, ImpactLevel, Presence
from evaluation.models import Review, TrainingDefect
from planning.enums import PlanState
from planning.models import TrainerProfile, TrainingPlan
from reporting.content import freeze
from reporting.models import Distribution, TrainingReport
from reporting.services import acknowledge_report, sign_and_send
from reporting.services.breaches import breach_overdue
from reporting.services.drafts import save_draft
from sessions.models import RecoveryCase, TrainingSession
from sessions.services.recovery import MakeUp, schedule_make_up
from trainingops.audit.journal import digest
from trainingops.local.generate.holding import Holding
from trainingops.people.enums import Role


class Closing(Holding):
    """Reports in time and late, the make-up class, the review of the quarter with its action and coaching."""

    def _report(self, training_session: TrainingSession, *, late: bool = False) -> None:
        """In time, or an hour after its due time; everybody reads it (5.3.2)."""
        training_report = TrainingReport.objects.select_related("obligation").get(
            obligation__training_session=training_session
        )
        due_at, pic = training_report.obligation.due_at, self.team.trainer
        at = due_at + timedelta(hours=9) if late else due_at - timedelta(hours=6)
        if late:
            breach_overdue(now=due_at + timedelta(minutes=1))
        save_draft(
            report=training_report,
            version=training_report.version,
            course="Training berjalan sesuai rencana.",
            obstacles="Tidak ada.",
            follow_up="Materi dibagikan kepada team leader.",
            actor=pic,
            now=at,
        )
        training_report.refresh_from_db()
        version = sign_and_send(
            report=training_report,
            content_hash=freeze(training_report, number=1, now=at).hash,
            authenticated_at=at,
            actor=pic,
            now=at + timedelta(minutes=5),
        )
        for each in Distribution.objects.filter(version=version).select_related("user"):
            if each.user is not None:
                acknowledge_report(version=version, actor=each.user, now=at + timedelta(hours=2))

    def _make_up(self, plan: TrainingPlan) -> None:
        """Who was absent sits a make-up class two days after the report of the class, which was late (5.3.1)."""
        training_session = plan.training_sessions.get()
        self._report(training_session, late=True)
        cases = RecoveryCase.objects.filter(enrolment__training_session=training_session, state="open")
        made = schedule_make_up(
            cases=list(cases.filter(kind="recovery").order_by("pk")),
            make_up=MakeUp(
                form=plan.revisions.get().recovery_forms.get(code="make_up"),
                label="Kelas susulan",
                host_site=self.team.site,
                trainers=[TrainerProfile.objects.get(user=self.team.trainer)],
                meetings=[(self.at(42, 15), self.at(42, 17))],
                room=self.team.room,
            ),
            actor=self.team.trainer,
            now=self.at(40, 9),
        )
        self._hold(made)
        self._report(made)

    def _review(self) -> None:
        """The review, as if no other training of the place waited for one: it is copied with its trainings alone."""
        others = TrainingPlan.objects.filter(state=PlanState.REPORTED).exclude(pic=self.team.trainer)
        waiting = list(others.values_list("pk", flat=True))
        others.update(state=PlanState.CLOSED)
        self._hold_review()
        TrainingPlan.objects.filter(pk__in=waiting).update(state=PlanState.REPORTED)

    def _hold_review(self) -> None:
        """The review of the quarter, with a finding, its action and the check; a coaching; all closed (5.4)."""
        manager, at = self.cast.manager, datetime.combine(self.last, time(10), self.team.site.zone) + timedelta(days=4)
        meeting = evaluation.schedule_review(
            site=self.team.site,
            line=self.cast.inbound,
            period_from=self.first,
            period_to=self.last,
            scheduled_at=at,
            secretary=self.cast.user("CC0001"),
            actor=manager,
            now=at - timedelta(days=2),
        )
        for defect in TrainingDefect.objects.filter(plan__reviews=meeting).order_by("pk"):
            evaluation.decide_training_defect(
                defect=defect,
                impact_level=ImpactLevel.MODERATE,
                impact="Peserta mendapat materi kemudian.",
                correction="Kelas susulan diadakan.",
                decision=DefectDecision.CORRECTED,
                actor=manager,
                now=at - timedelta(hours=3),
            )
        present = {each.user_id: (Presence.PRESENT, "") for each in meeting.participants.all()}
        evaluation.note_presence(review=meeting, presence=present, actor=meeting.secretary, now=at)
        evaluation.hold_review(review=meeting, actor=manager, now=at)
        self._find(meeting, at)
        self._sign_minutes(meeting, at + timedelta(hours=1))
        self._coach(meeting, at + timedelta(hours=2))
        evaluation.close_review(review=meeting, actor=manager, now=at + timedelta(hours=3))

    def _find(self, meeting: Review, at: datetime) -> None:
        """Absences have an action that is done and checked at once; the other aspects have nothing."""
        for aspect in Aspect:
            found = aspect == Aspect.OTHER
            finding = evaluation.add_finding(
                review=meeting,
                aspect=aspect,
                text="Peserta tidak dilepas pada jam sibuk." if found else "",
                nothing_found=not found,
                training_defects=(),
                actor=meeting.secretary,
                now=at,
            )
            if found:
                action = evaluation.add_action(
                    finding=finding,
                    kind=ActionKind.PREVENTIVE,
                    text="Konfirmasi pelepasan agent sehari sebelum kelas.",
                    owner=meeting.secretary,
                    due_at=at + timedelta(days=7),
                    actor=meeting.secretary,
                    now=at,
                )
        evaluation.start_action(action=action, actor=action.owner, now=at + timedelta(minutes=20))
        evaluation.finish_action(
            action=action, evidence_note="Jadwal rilis dibagikan.", actor=action.owner, now=at + timedelta(minutes=30)
        )
        evaluation.check_action(
            action=action,
            effective=True,
            note="Jadwal rilis dilihat pada papan tim.",
            actor=self.cast.qc,
            now=at + timedelta(minutes=40),
        )

    def _sign_minutes(self, meeting: Review, at: datetime) -> None:
        evaluation.save_minutes(
            review=meeting,
            text="Rapat meninjau pelaksanaan training triwulan ini.",
            version=1,
            actor=meeting.secretary,
            now=at,
        )
        meeting = Review.objects.select_related("minutes").get(pk=meeting.pk)
        evaluation.sign_and_approve_minutes(
            review=meeting,
            content_hash=digest(evaluation.minutes_content(meeting)).hex(),
            authenticated_at=at,
            actor=self.cast.manager,
            now=at,
        )

    def _coach(self, meeting: Review, at: datetime) -> None:
        """The leader coaches the first agent of the team, who reads and signs; the follow-up is seen in time (6)."""
        form = evaluation.sign_and_coach(
            person=self.team.agents[0],
            content=evaluation.CoachingText(
                problem="Dua defect C1 pada triwulan ini.",
                cause="Belum hafal aturan perpanjangan SBG.",
                agreement="Belajar mandiri 30 menit sehari.",
                follow_ups=[at.date()],
            ),
            grounds=evaluation.Grounds(review=meeting, plan=meeting.plans.order_by("pk")[0]),
            role=Role.TEAM_LEADER,
            authenticated_at=at,
            actor=self.team.leader,
            now=at,
        )
        evaluation.sign_and_acknowledge(
            form=form,
            comment="",
            authenticated_at=at + timedelta(minutes=5),
            actor=self.team.agents[0].user,
            now=at + timedelta(minutes=6),
        )
        evaluation.note_follow_up(
            follow_up=form.follow_ups.all()[0],
            seen="Percakapan perpanjangan benar.",
            seen_on=at.date(),
            actor=self.team.leader,
            now=at + timedelta(minutes=30),
        )
