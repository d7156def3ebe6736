"""Plans for tests of every room, made through the real services; what surrounds a plan is rows only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from planning.enums import (
    Method,
    ModuleKind,
    ModuleState,
    ParameterSource,
    QuestionKind,
    TargetReason,
    TrainingKind,
)
from planning.models import (
    Appointment,
    ApprovalDecision,
    ClassType,
    ModuleVersion,
    PaperQuestion,
    PlanRevision,
    Question,
    QuestionVersion,
    RecoveryForm,
    Room,
    ScoringParameter,
    ScoringScheme,
    TestPaper,
    Topic,
    TrainerProfile,
    TrainingApplication,
    TrainingModule,
    TrainingPlan,
)
from planning.services import (
    MeetingTimes,
    add_targets,
    approve_revision,
    create_plan,
    save_part,
    save_session,
    submit_revision,
)
from planning.services.appointments import appointment_hash
from planning.services.modules import add_module
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Person, ServiceLine, Signature, Site, User
from trainingops.people.services import sign
from trainingops.people.tests.factories import (
    PersonFactory,
    ServiceLineFactory,
    SiteFactory,
    TeamFactory,
    make_agent,
    make_user,
)
from trainingops.tests.kept import kept

_numbers = count(1)
#: The smallest document that is one.
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n"

__all__ = ["World", "approved_plan", "draft_plan", "make_world", "signature", "submitted_plan"]


@dataclass
class World:
    """What surrounds a plan: places, offices, somebody who teaches, a module, a scheme, tests, a room."""

    site: Site
    line: ServiceLine
    manager: User
    pic: User
    qc: User
    operations: User
    operation_support: User
    leader: User
    trainer: TrainerProfile
    module_version: ModuleVersion
    scheme: ScoringScheme
    pre_paper: TestPaper
    post_paper: TestPaper
    application: TrainingApplication
    room: Room
    people: list[Person]


@kept
def make_world(*, people: int = 3, site: Site | None = None, line: ServiceLine | None = None) -> World:
    """A site and line where a plan can be made: one account for each office, a PIC appointed since 2020, agents.

    The site's zone is WIB unless ``site`` brings another. The PIC teaches; the leader leads the agents' team.
    """
    n = next(_numbers)
    site, line = site or SiteFactory(), line or ServiceLineFactory()
    manager, qc, operations, support = (
        make_user(role, site=site, line=line)
        for role in (Role.MANAGER, Role.QC, Role.OPERATIONS, Role.OPERATION_SUPPORT)
    )
    pic = make_user(Role.TRAINER, site=site, line=line)
    team = TeamFactory(site=site, line=line)
    leader_person = PersonFactory()
    leader = make_user(Role.TEAM_LEADER, teams=[team], person=leader_person)
    team.leaders.add(leader_person)
    make_appointment(pic, manager, site=site, line=line)
    version = make_module(line, author=pic, decided_by=manager)
    trainer = TrainerProfile.objects.create(name=pic.name, user=pic)
    trainer.modules.add(version.module)
    return World(
        site=site,
        line=line,
        manager=manager,
        pic=pic,
        qc=qc,
        operations=operations,
        operation_support=support,
        leader=leader,
        trainer=trainer,
        module_version=version,
        scheme=make_scheme(),
        pre_paper=make_paper("A"),
        post_paper=make_paper("B"),
        application=TrainingApplication.objects.create(name=f"Simulator {n}"),
        room=Room.objects.create(site=site, name=f"Ruang {n}"),
        people=[make_agent(team=team) for _ in range(people)],
    )


def make_appointment(user: User, manager: User, *, site: Site, line: ServiceLine) -> Appointment:
    """An appointment from 2020 to 2039."""
    now = timezone.now()
    said: dict[str, Any] = {
        "user": user,
        "site": site,
        "line": line,
        "duties": "Menyusun dan melaksanakan training.",
        "starts_on": date(2020, 1, 1),
        "ends_on": date(2039, 12, 31),
    }
    return Appointment.objects.create(
        number=f"PEN-T-{next(_numbers):05d}",
        **said,
        appointed_by=manager,
        appointed_at=now,
        signature=signature(manager, appointment_hash(**said), now=now, meaning=SignatureMeaning.APPOINTED),
    )


def make_module(line: ServiceLine, *, author: User, decided_by: User) -> ModuleVersion:
    """An approved version 1.0 of a new hard-skill module of ``line``."""
    n = next(_numbers)
    module = TrainingModule.objects.create(code=f"KCA-HS-{n:02d}", title=f"Jatuh tempo {n}", kind=ModuleKind.HARD)
    module.lines.add(line)
    return ModuleVersion.objects.create(
        module=module,
        number="1.0",
        state=ModuleState.APPROVED,
        objectives="Menjelaskan jatuh tempo dan perpanjangan.",
        author=author,
        submitted_at=timezone.now(),
        decided_by=decided_by,
        decided_at=timezone.now(),
    )


def make_scheme(*, pass_mark: Decimal = Decimal(80)) -> ScoringScheme:
    """Post-test with weight 60 and role play with weight 40, both from 0 to 100."""
    scheme = ScoringScheme.objects.create(name=f"Skema {next(_numbers)}", pass_mark=pass_mark)
    for order, (name, weight, source) in enumerate(
        [("Post-test", 60, ParameterSource.POST_TEST), ("Roleplay", 40, ParameterSource.TRAINER)]
    ):
        ScoringParameter.objects.create(scheme=scheme, name=name, weight=weight, source=source, order=order)
    return scheme


def make_paper(form: str = "A", *, questions: int = 5) -> TestPaper:
    """A paper of single-choice questions whose right answer is ``A``, one point each."""
    n = next(_numbers)
    topic, _ = Topic.objects.get_or_create(code="gadai", defaults={"name": "Gadai", "kind": ModuleKind.HARD})
    paper = TestPaper.objects.create(code=f"TES-{n:03d}-{form}", title=f"Tes {n}", form=form)
    for order in range(1, questions + 1):
        question = Question.objects.create(code=f"S-{n:03d}-{order}", topic=topic)
        version = QuestionVersion.objects.create(
            question=question,
            number=1,
            kind=QuestionKind.SINGLE,
            text=f"Soal {order}: kapan perpanjangan dapat dilakukan?",
            options=[{"key": key, "text": f"Jawaban {key}"} for key in "ABCD"],
            correct=["A"],
        )
        PaperQuestion.objects.create(paper=paper, question_version=version, order=order)
    return paper


def signature(
    user: User,
    content_hash: str,
    *,
    now: datetime,
    role: str = Role.MANAGER,
    meaning: str = SignatureMeaning.APPROVED,
) -> Signature:
    """A signature of ``user`` who proved one minute ago who they are."""
    return sign(
        user=user,
        role=role,
        meaning=meaning,
        content_hash=content_hash,
        authenticated_at=now - timedelta(minutes=1),
        now=now,
    )


def draft_module(world: World, *, now: datetime) -> ModuleVersion:
    """A module of the world's line in its first draft, by the PIC, without material."""
    return add_module(
        code="SS-01",
        title="Empati",
        kind=ModuleKind.SOFT,
        lines=[world.line],
        topics=[],
        objectives="Menunjukkan empati.",
        duration_minutes=90,
        actor=world.pic,
        now=now,
    )


@kept
def draft_plan(
    *,
    people: int = 3,
    starts_at: datetime | None = None,
    meetings: int = 1,
    sessions: int = 1,
    minutes: int = 120,
    now: datetime | None = None,
    world: World | None = None,
    **parts: Any,
) -> TrainingPlan:
    """A complete draft by ``world.pic``: everything filled, nothing submitted.

    Args:
        people: how many agents are on target, when no ``world`` brings its own; spread over the sessions.
        starts_at: the first meeting; three days from ``now`` unless given. Further meetings follow day by day,
            further sessions three hours later on the same days.
        minutes: length of each meeting.
        now: when the draft is made; two days before ``starts_at`` where that has passed already.
        parts: fields of the revision that differ, such as ``pass_mark``.
    """
    now, starts_at = _moments(now, starts_at)
    world = world or make_world(people=people)
    plan = create_plan(
        kind=TrainingKind.REFRESHMENT,
        title="KCA, jatuh tempo dan perpanjangan",
        site=world.site,
        line=world.line,
        purpose="Penjelasan jatuh tempo belum seragam.",
        actor=world.pic,
        now=now,
    )
    revision = plan.revisions.get()
    fill_parts(revision, world, parts, now=now)
    add_targets(
        revision=revision,
        people=world.people,
        reason=TargetReason.SEGMENT,
        note="Semua Agent pada layanan ini",
        actor=world.pic,
        now=now,
    )
    targets = list(revision.targets.order_by("pk"))
    for index in range(sessions):
        planned = save_session(
            revision=revision,
            label=f"Batch {index + 1}",
            host_site=world.site,
            trainers=[world.trainer],
            room=world.room,
            meetings=[
                MeetingTimes(
                    starts_at=starts_at + timedelta(days=day, hours=3 * index),
                    ends_at=starts_at + timedelta(days=day, hours=3 * index, minutes=minutes),
                )
                for day in range(meetings)
            ],
            actor=world.pic,
            now=now,
        )
        revision.targets.filter(pk__in=[each.pk for each in targets[index::sessions]]).update(planned_session=planned)
    return plan


@kept
def submitted_plan(*, now: datetime | None = None, starts_at: datetime | None = None, **options: Any) -> TrainingPlan:
    """As :func:`draft_plan`, submitted: it awaits the manager's decision."""
    now, starts_at = _moments(now, starts_at)
    plan = draft_plan(now=now, starts_at=starts_at, **options)
    submit_revision(revision=plan.revisions.get(), actor=plan.pic, now=now)
    return plan


@kept
def approved_plan(*, now: datetime | None = None, starts_at: datetime | None = None, **options: Any) -> TrainingPlan:
    """As :func:`submitted_plan`, approved by the world's manager with a fresh signature."""
    now, starts_at = _moments(now, starts_at)
    plan = submitted_plan(now=now, starts_at=starts_at, **options)
    approve(plan.revisions.get(), manager_of(plan), now)
    plan.refresh_from_db()
    return plan


def approve(revision: PlanRevision, manager: User, now: datetime) -> ApprovalDecision:
    """The manager approves what was submitted, with a fresh signature."""
    return approve_revision(
        revision=revision,
        content_hash=revision.content_hash,
        signature=signature(manager, revision.content_hash, now=now),
        actor=manager,
        now=now,
    )


def manager_of(plan: TrainingPlan) -> User:
    """The manager among the recipients of a plan of these factories."""
    return plan.revisions.get(number=1).recipients.get(party=Role.MANAGER).user


def fill_parts(revision: PlanRevision, world: World, parts: dict[str, Any], *, now: datetime) -> None:
    class_type, _ = ClassType.objects.get_or_create(code="role_play", defaults={"name": "Role play"})
    forms = list(RecoveryForm.objects.all()) or [RecoveryForm.objects.create(code="make_up", name="Make-up class")]
    values: dict[str, dict[str, Any]] = {
        "module": {"module_version": world.module_version},
        "method": {"method": Method.OFFLINE, "application": world.application, "class_types": [class_type]},
        "scoring": {
            "scheme": world.scheme,
            "pass_mark": Decimal(80),
            "pre_paper": world.pre_paper,
            "post_paper": world.post_paper,
        },
        "recovery": {"recovery_forms": forms, "recovery_days": 7, "tolerance_minutes": 15},
    }
    for part, fields in values.items():
        own = {name: parts[name] for name in fields if name in parts}
        save_part(revision=revision, part=part, values={**fields, **own}, actor=world.pic, now=now)


def _moments(now: datetime | None, starts_at: datetime | None) -> tuple[datetime, datetime]:
    now = now or timezone.now()
    if starts_at is None:
        starts_at = (now + timedelta(days=3)).replace(hour=6, minute=0, second=0, microsecond=0)
    if starts_at <= now:
        now = starts_at - timedelta(days=2)
    return now, starts_at
