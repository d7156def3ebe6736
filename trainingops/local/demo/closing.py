"""The last stage of the demo's training: review, actions, coaching (5.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from evaluation import services as evaluation
from evaluation.enums import ActionKind, Aspect, DefectDecision, ImpactLevel, Presence
from evaluation.models import ImprovementAction, Review
from planning.models import TrainingPlan
from sessions.models import Enrolment
from trainingops.audit.journal import digest
from trainingops.local.demo.cycle import Cycle
from trainingops.people.enums import Role


def review(cycle: Cycle, plan: TrainingPlan) -> None:
    """Step 7: minutes, a finding with a preventive and a curative action, a check, a coaching form (5.4)."""
    cast, at = cycle.cast, cycle.days_ago(1, 14)
    meeting = evaluation.schedule_review(
        site=cast.jakarta,
        line=cast.inbound,
        period_from=cycle.days_ago(30, 0).date(),
        period_to=cycle.days_ago(1, 0).date(),
        scheduled_at=at,
        secretary=cast.user("CC0001"),
        actor=cast.manager,
        now=cycle.days_ago(1, 10),
    )
    secretary = meeting.secretary
    evaluation.note_presence(
        review=meeting,
        presence={each.user_id: (Presence.PRESENT, "") for each in meeting.participants.all()},
        actor=secretary,
        now=at,
    )
    evaluation.hold_review(review=meeting, actor=cast.manager, now=at)
    actions = _findings(cycle, meeting, plan, at)
    _approve(cycle, meeting, at + timedelta(hours=1))
    coach(cycle, meeting, plan, at + timedelta(hours=2))
    observed, first = actions[:2]
    done_at = cycle.days_ago(1, 17)
    evaluation.start_action(action=first, actor=first.owner, now=done_at)
    evaluation.finish_action(
        action=first, evidence_note="Jadwal rilis agent dibagikan ke team leader.", actor=first.owner, now=done_at
    )
    evaluation.check_action(
        action=first,
        effective=None,
        note="Rilis agent dikonfirmasi untuk batch berikutnya; kelasnya belum ada.",
        actor=cast.qc,
        now=done_at + timedelta(hours=1),
    )
    evaluation.finish_action(
        action=observed, evidence_note="Kartu simulasi kini ada di setiap meja.", actor=observed.owner, now=done_at
    )
    evaluation.check_action(
        action=observed,
        effective=True,
        note="Kartu dilihat di kelima meja ruang training.",
        actor=cast.qc,
        now=done_at + timedelta(hours=1),
    )


def watch(cycle: Cycle, plan: TrainingPlan) -> None:
    """What the clock would have done by now: reviews that are owed; and a decision on a training defect (4.4)."""
    evaluation.register_what_is_late(now=cycle.now)
    evaluation.watch_reviews(now=cycle.now)
    for defect in plan.training_defects.order_by("pk")[:1]:
        evaluation.decide_training_defect(
            defect=defect,
            impact_level=ImpactLevel.MODERATE,
            impact="Satu peserta belum mendapat materinya.",
            correction="Kelas susulan dijadwalkan.",
            decision=DefectDecision.CORRECTED,
            actor=cycle.cast.manager,
            now=cycle.days_ago(1, 16),
        )


#: What the review found, by aspect, and what is done about it.
_FOUND = {
    Aspect.OTHER: (
        "Satu peserta tidak dilepas karena traffic tinggi.",
        (
            (ActionKind.PREVENTIVE, "Konfirmasi pelepasan agent sehari sebelum kelas."),
            (ActionKind.CURATIVE, "Kelas susulan paling lambat tiga hari sesudah ketidakhadiran."),
        ),
    ),
    Aspect.APPLICATION: (
        "Kartu langkah simulasi hanya ada di satu meja.",
        ((ActionKind.PREVENTIVE, "Kartu langkah simulasi di setiap meja."),),
    ),
}


def _findings(cycle: Cycle, meeting: Review, plan: TrainingPlan, at: datetime) -> list[ImprovementAction]:
    actions = []
    for aspect in Aspect:
        text, decided = _FOUND.get(aspect, ("", ()))
        finding = evaluation.add_finding(
            review=meeting,
            aspect=aspect,
            text=text,
            nothing_found=not text,
            training_defects=plan.training_defects.all() if aspect == Aspect.OTHER else (),
            actor=meeting.secretary,
            now=at,
        )
        for kind, what in decided:
            actions.append(
                evaluation.add_action(
                    finding=finding,
                    kind=kind,
                    text=what,
                    owner=cycle.cast.pic,
                    due_at=cycle.now + timedelta(days=7),
                    actor=meeting.secretary,
                    now=at,
                )
            )
    return actions


def _approve(cycle: Cycle, meeting: Review, at: datetime) -> None:
    evaluation.save_minutes(
        review=meeting,
        text="Rapat meninjau pelaksanaan training KCA. Ketidakhadiran dibahas dengan Operation.",
        version=1,
        actor=meeting.secretary,
        now=at,
    )
    meeting = Review.objects.select_related("minutes").get(pk=meeting.pk)
    evaluation.sign_and_approve_minutes(
        review=meeting,
        content_hash=digest(evaluation.minutes_content(meeting)).hex(),
        authenticated_at=at,
        actor=cycle.cast.manager,
        now=at,
    )


def coach(cycle: Cycle, meeting: Review, plan: TrainingPlan, at: datetime) -> None:
    """The team leader coaches the participant below the pass mark, who has read it; and begins another form (6)."""
    leader = cycle.cast.user("CC0011")
    below = Enrolment.objects.filter(training_session__plan=plan, results__current=True, results__passed=False)
    person = below.select_related("person")[0].person
    today = timezone.localdate(cycle.now)
    form = evaluation.sign_and_coach(
        person=person,
        content=evaluation.CoachingText(
            problem="Dua defect C1 pada bulan lalu dan nilai post-test di bawah angka kelulusan.",
            cause="Belum hafal aturan perpanjangan SBG.",
            agreement="Belajar mandiri 30 menit sehari dan remedial pekan depan.",
            follow_ups=[today, today + timedelta(days=7), today + timedelta(days=21)],
        ),
        grounds=evaluation.Grounds(review=meeting, plan=plan),
        role=Role.TEAM_LEADER,
        authenticated_at=at,
        actor=leader,
        now=at,
    )
    evaluation.sign_and_acknowledge(
        form=form,
        comment="Saya setuju. Mohon contoh percakapan perpanjangan untuk dipelajari.",
        authenticated_at=at + timedelta(minutes=30),
        actor=person.user,
        now=at + timedelta(minutes=31),
    )
    first = form.follow_ups.all()[0]
    evaluation.note_follow_up(
        follow_up=first,
        seen="Empat dari lima percakapan perpanjangan benar.",
        seen_on=timezone.localdate(at),
        actor=leader,
        now=at + timedelta(hours=1),
    )
