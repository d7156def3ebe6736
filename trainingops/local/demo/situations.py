"""What always waits in the demo (UX.md EMP-3): a breach, a report due today, a plan to approve with a difference,
a session under way, a receipt that is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from planning.enums import ConsultationAnswer, ReleaseState, RevisionState, TargetReason, TrainingKind
from planning.models import Room, TestPaper, TrainerProfile, TrainingPlan
from planning.services import amend_plan, save_part, sign_and_approve, submit_revision
from planning.services.consultations import answer_consultation, ask_consultation, enter_answer
from planning.services.drafting import MeetingTimes, Recipient, save_recipients, save_session
from planning.services.plans import create_plan
from planning.services.releases import answer_release
from planning.services.targets import add_targets
from reporting.services.breaches import breach_overdue
from sessions.enums import AttendanceSource, AttendanceStatus, TestPhase
from sessions.models import TrainingSession
from sessions.services import RollCell, record_roll
from sessions.services.attempts import save_answer, start_attempt, submit_attempt
from sessions.services.check_in import check_in
from sessions.services.concluding import conclude_session
from sessions.services.running import conclude_meeting, open_session
from trainingops.local.demo.afterwards import ask_for_a_correction, come_unexpected
from trainingops.local.demo.assessing import choose_scheme, score_together
from trainingops.local.demo.cast import PIN
from trainingops.local.demo.cycle import Cycle, fill
from trainingops.local.demo.day import file_a_class, keep_the_day
from trainingops.local.demo.online import record_from_zoom
from trainingops.local.demo.recovery import load_recovery, roll_with_absences
from trainingops.local.demo.roster import load_exceptions, load_roster, settle_overtime
from trainingops.local.demo.testing import take_pre_tests
from trainingops.people.enums import Role
from trainingops.people.models import Person, Site, User
from trainingops.people.services import give_delegation, set_own_pin


def load_situations(cycle: Cycle) -> list[str]:
    """Make them by the same services; one line each."""
    makassar = Site.objects.get(name="Makassar")
    breached = submitted(
        cycle, "Tabungan Emas, buyback dan transfer gram", "PNM-HS-09", cycle.cast.user("CC0005"), makassar
    )
    approve(cycle, breached)
    hold(breached.training_sessions.get(), online=True)
    due_today = submitted(
        cycle, "Penanganan nasabah marah", "PNM-SS-02", cycle.cast.user("CC0001"), cycle.cast.jakarta, 1
    )
    approve(cycle, due_today)
    hold(due_today.training_sessions.get(), roll=roll_with_absences(due_today.training_sessions.get()))
    file_a_class(cycle)
    ask_for_a_correction(due_today.training_sessions.get())
    running = drafted(
        cycle, "KCA, jatuh tempo SBG bagi petugas baru", "PNM-HS-04", cycle.cast.user("CC0001"), cycle.cast.jakarta, 0
    )
    _with_short_answers(cycle, running)
    choose_scheme(cycle, running)
    _submit(cycle, running)
    approve(cycle, running)
    open_and_begin(running.training_sessions.get())
    write_answers(running.training_sessions.get())
    score_together(cycle, running.training_sessions.get())
    keep_the_day(running.training_sessions.get(), cycle)
    come_unexpected(running.training_sessions.get())
    waiting = submitted(
        cycle, "KCA, perpanjangan SBG menjelang akhir tahun", "PNM-HS-04", cycle.cast.pic, cycle.cast.jakarta, -7
    )
    _sign(cycle, waiting)
    confirm_a_release(cycle, waiting)
    amend(cycle, waiting)
    coordinate(cycle, waiting)
    delegate(cycle)
    breaches = breach_overdue(now=cycle.now)
    days = load_roster(cycle.cast, cycle.now)
    settle_overtime(waiting.revisions.get(state=RevisionState.SUBMITTED), cycle.now)
    draft = drafted(
        cycle, "KCA, perpanjangan SBG lewat telepon", "PNM-HS-04", cycle.cast.user("CC0001"), cycle.cast.jakarta, -4
    )
    _ask_teams(cycle, draft)
    orders = load_exceptions(cycle.cast, draft.revisions.get(), cycle.now)
    recovery = load_recovery(cycle, due_today.training_sessions.get())
    return [
        f"{breaches} breach, one report due today, a session under way,",
        f"{waiting.number} waits for approval with a difference to see,",
        "a class filed without prior approval, an answer to mark by hand, a second opinion that waits,",
        "a release that its leader confirmed and one that waits,",
        f"{recovery},",
        f"a roster of {days} days around today; {draft.number} is a draft with {orders} on overtime and two questions "
        "to the teams",
    ]


def submitted(cycle: Cycle, title: str, module: str, pic: User, site: Site, days: int = 3) -> TrainingPlan:
    """A submitted refreshment of the PIC's line whose session lies ``days`` ago (negative: ahead)."""
    plan = drafted(cycle, title, module, pic, site, days)
    _submit(cycle, plan)
    return plan


def _submit(cycle: Cycle, plan: TrainingPlan) -> None:
    submit_revision(revision=plan.revisions.get(), actor=plan.pic, now=cycle.now - timedelta(days=20, hours=-1))


def _with_short_answers(cycle: Cycle, plan: TrainingPlan) -> None:
    """The pre-test asks for sentences that the trainer marks."""
    paper = TestPaper.objects.get(code="TES-KCA-ISIAN")
    at = cycle.now - timedelta(days=20)
    save_part(revision=plan.revisions.get(), part="scoring", values={"pre_paper": paper}, actor=plan.pic, now=at)


def drafted(cycle: Cycle, title: str, module: str, pic: User, site: Site, days: int) -> TrainingPlan:
    """The same, not yet submitted."""
    assert pic.person is not None
    line = pic.person.assignments.select_related("line").get().line
    at = cycle.now - timedelta(days=20)
    plan = create_plan(
        kind=TrainingKind.REFRESHMENT,
        title=title,
        site=site,
        line=line,
        purpose="Pendalaman produk dan prosedur existing.",
        actor=pic,
        now=at,
    )
    revision = plan.revisions.get()
    fill(revision, at, module=module)
    starts_at = cycle.now - timedelta(hours=1) if days == 0 else _local(cycle, site, days)
    planned = save_session(
        revision=revision,
        label="Batch 1",
        host_site=site,
        trainers=[TrainerProfile.objects.get(user=pic)],
        room=Room.objects.filter(site=site).order_by("-name").first(),
        meetings=[MeetingTimes(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))],
        actor=pic,
        now=at,
    )
    agents = Person.objects.filter(
        assignments__line=line, assignments__ends_on=None, user__role_assignments__role=Role.AGENT, led_teams=None
    ).exclude(user__role_assignments__role__in=[Role.TRAINER, Role.QC])
    chosen = agents.order_by("-employee_no").distinct()[abs(days) * 3 : abs(days) * 3 + 5]
    add_targets(
        revision=revision,
        people=list(chosen),
        reason=TargetReason.SEGMENT,
        note=f"Segmen layanan {line.name}",
        planned=planned,
        actor=pic,
        now=at,
    )
    recipients = {Role.MANAGER: "MGR01", Role.OPERATIONS: "OPS01", Role.OPERATION_SUPPORT: "SUP01", Role.QC: "CC0007"}
    save_recipients(
        revision=revision,
        recipients=[Recipient(party=role, user=cycle.cast.user(login)) for role, login in recipients.items()],
        actor=pic,
        now=at,
    )
    return plan


def _local(cycle: Cycle, site: Site, days: int) -> datetime:
    local = cycle.now.astimezone(site.zone) - timedelta(days=days)
    return local.replace(hour=16, minute=0, second=0, microsecond=0)


def approve(cycle: Cycle, plan: TrainingPlan) -> None:
    """The manager approves, and the leaders confirm that their agents are released."""
    _sign(cycle, plan)
    for release in plan.releases.select_related("team"):
        leader = User.objects.filter(person__led_teams=release.team).order_by("login")[0]
        at = cycle.now - timedelta(days=18)
        answer_release(release=release, to=ReleaseState.CONFIRMED, actor=leader, now=at)


def _sign(cycle: Cycle, plan: TrainingPlan) -> None:
    revision = plan.revisions.order_by("-number")[0]
    at = cycle.now - timedelta(days=19)
    sign_and_approve(
        revision=revision,
        content_hash=revision.content_hash,
        authenticated_at=at,
        actor=cycle.cast.manager,
        now=at,
    )
    plan.refresh_from_db()


def open_and_begin(training_session: TrainingSession) -> None:
    """Under way: of the first three one scanned, one typed the code four minutes late, one the trainer recorded."""
    pic, at = training_session.plan.pic, training_session.starts_at
    open_session(training_session=training_session, actor=pic, now=at)
    meeting = training_session.meetings.get()
    scanned, typed, told = training_session.enrolments.select_related("person__user").order_by("pk")[:3]
    for enrolment, minutes, source in ((scanned, 0, AttendanceSource.QR), (typed, 4, AttendanceSource.TYPED)):
        then = at + timedelta(minutes=minutes)
        check_in(meeting=meeting, at=then, source=source, actor=enrolment.person.user, now=then)
    for each in training_session.enrolments.select_related("person__user"):
        set_own_pin(user=each.person.user, pin=PIN, now=at)
    cell = RollCell(enrolment=told.pk, status=AttendanceStatus.PRESENT)
    record_roll(meeting=meeting, cells=[cell], actor=pic, now=at + timedelta(minutes=10))


def write_answers(training_session: TrainingSession) -> None:
    """One participant has taken the pre-test; what they wrote awaits a mark (5.1.2)."""
    at = training_session.starts_at + timedelta(minutes=12)
    enrolment = training_session.enrolments.select_related("person__user").order_by("pk")[0]
    user = enrolment.person.user
    attempt = start_attempt(enrolment=enrolment, phase=TestPhase.PRE, actor=user, now=at)
    for row in attempt.paper.paper_questions.select_related("question_version").order_by("order"):
        question = row.question_version
        # Right, but not as the model answer is spelled: the trainer decides.
        choice = ["Surat Bukti Gadai (SBG)"] if question.correct == ["Surat Bukti Gadai"] else question.correct
        save_answer(attempt=attempt, question_version=question, choice=choice, actor=user, now=at)
    submit_attempt(attempt=attempt, actor=user, now=at + timedelta(minutes=9))


def confirm_a_release(cycle: Cycle, plan: TrainingPlan) -> None:
    """The leader at Jakarta has confirmed; the one of Denpasar has not yet (5.1.1)."""
    release = plan.releases.get(team__name="Inbound Jakarta")
    at = cycle.now - timedelta(days=3)
    answer_release(release=release, to=ReleaseState.CONFIRMED, actor=cycle.cast.user("CC0011"), now=at)


def hold(training_session: TrainingSession, *, online: bool = False, roll: Sequence[RollCell] = ()) -> None:
    """Concluded, the pre-test taken here, the post-test on paper; the report is still a draft.

    Args:
        online: the roll comes from the report of an online meeting.
        roll: of all but the first, who comes a few minutes late; everybody was there when it is empty.
    """
    pic, ends_at = training_session.plan.pic, training_session.ends_at
    open_session(training_session=training_session, actor=pic, now=training_session.starts_at)
    meeting = training_session.meetings.get()
    if online:
        record_from_zoom(meeting, pic)
    else:
        first, *rest = training_session.enrolments.order_by("pk")
        cells = list(roll) or [RollCell(enrolment=each.pk, status=AttendanceStatus.PRESENT) for each in rest]
        cells.append(RollCell(enrolment=first.pk, status=AttendanceStatus.LATE, minutes_late=6))
        record_roll(meeting=meeting, cells=cells, actor=pic, now=training_session.starts_at + timedelta(minutes=10))
    take_pre_tests(training_session)
    conclude_meeting(meeting=meeting, actor=pic, now=ends_at)
    training_session.refresh_from_db()
    conclude_session(
        training_session=training_session,
        actor=pic,
        now=ends_at + timedelta(minutes=5),
        reasons={"test": "Jaringan ruang pelatihan putus; post-test dikerjakan di kertas."},
    )


def amend(cycle: Cycle, plan: TrainingPlan) -> None:
    """A second revision waits: one meeting a day later and one participant more."""
    pic, at = plan.pic, cycle.now - timedelta(hours=20)
    revision = amend_plan(plan=plan, actor=pic, now=at)
    planned = revision.sessions.get()
    meeting = planned.meetings.get()
    save_session(
        revision=revision,
        planned=planned,
        label=planned.label,
        host_site=planned.host_site,
        trainers=list(planned.trainers.all()),
        room=planned.room,
        meetings=[
            MeetingTimes(
                starts_at=meeting.starts_at + timedelta(days=1),
                ends_at=meeting.ends_at + timedelta(days=1),
                uuid=meeting.uuid,
            )
        ],
        actor=pic,
        now=at,
    )
    on_target = revision.targets.values("person")
    more = Person.objects.filter(assignments__line=plan.line, user__role_assignments__role=Role.AGENT)
    add_targets(
        revision=revision,
        people=list(more.exclude(pk__in=on_target).order_by("employee_no").distinct()[:1]),
        reason=TargetReason.CHOSEN,
        note="Permintaan team leader",
        planned=planned,
        actor=pic,
        now=at,
    )
    submit_revision(revision=revision, actor=pic, now=at + timedelta(minutes=30))


def coordinate(cycle: Cycle, plan: TrainingPlan) -> None:
    """QC agrees, Operation answers by mail, which the PIC enters, Operation Support does not answer (5.1.1 d)."""
    at = cycle.now - timedelta(days=5)
    asked = ask_consultation(
        plan=plan,
        parties=[Role.QC, Role.OPERATIONS, Role.OPERATION_SUPPORT],
        due_on=(at + timedelta(days=2)).date(),
        actor=plan.pic,
        now=at,
    )
    questions = {each.party: each for each in asked}
    answer_consultation(
        consultation=questions[Role.QC],
        answer=ConsultationAnswer.AGREED,
        actor=cycle.cast.qc,
        now=at + timedelta(hours=3),
    )
    mail = ContentFile(b"%PDF-1.4\n% Balasan Operation\n", name="balasan-operation.pdf")
    enter_answer(
        consultation=questions[Role.OPERATIONS],
        answer=ConsultationAnswer.REMARKS,
        remark="Paling banyak tiga orang dari satu shift.",
        answered_for=cycle.cast.user("OPS01").name,
        answered_on=(at + timedelta(days=1)).date(),
        file=mail,
        actor=plan.pic,
        now=at + timedelta(days=1, hours=2),
    )


def _ask_teams(cycle: Cycle, plan: TrainingPlan) -> None:
    """Two teams may answer for two more days."""
    at = cycle.now - timedelta(hours=2)
    due_on = (at + timedelta(days=2)).date()
    ask_consultation(plan=plan, parties=[Role.QC, Role.OPERATIONS], due_on=due_on, actor=plan.pic, now=at)


def delegate(cycle: Cycle) -> None:
    """The manager names who decides while they are away later this week (4.1)."""
    starts_on = timezone.localdate(cycle.now) + timedelta(days=3)
    give_delegation(
        principal=cycle.cast.manager,
        delegate=cycle.cast.user("OPS01"),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        reason="Cuti tahunan",
        actor=cycle.cast.manager,
        now=cycle.now,
    )
