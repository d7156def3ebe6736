"""Sessions for the tests of this stage: rows only, so that a test says what it needs and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from planning.models import (
    ModuleVersion,
    PlannedMeeting,
    PlannedSession,
    PlanRecipient,
    PlanRevision,
    TrainerProfile,
    TrainingModule,
    TrainingPlan,
)
from sessions.models import MeetingTrainer, SessionMeeting, TrainingSession
from trainingops.people.enums import MANDATORY_PARTIES
from trainingops.people.models import User
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

WIB = ZoneInfo("Asia/Jakarta")
#: Monday 23 November 2026, 11.00 WIB: a session that ends then is due at 25 November 00.00 WIB.
END = datetime(2026, 11, 23, 11, tzinfo=WIB)
DUE = datetime(2026, 11, 25, tzinfo=WIB)
BEFORE = END - timedelta(days=3)
_numbers = count(1)


def make_plan(*, site=None, line=None, pic: User | None = None, state="under_way", recipients=()) -> TrainingPlan:
    """An approved plan with its frozen revision; ``recipients`` as (party, user) pairs."""
    number = next(_numbers)
    site, line = site or SiteFactory(), line or ServiceLineFactory()
    pic = pic or make_user("trainer", site=site, line=line)
    plan = TrainingPlan.objects.create(
        number=f"TR-T-{number:05d}",
        kind="refreshment",
        title=f"Penanganan nasabah {number}",
        site=site,
        line=line,
        pic=pic,
        state=state,
        created_at=BEFORE,
    )
    module = TrainingModule.objects.create(code=f"M-{number}", title="Menangani nasabah marah", kind="soft")
    version = ModuleVersion.objects.create(module=module, number="1.0", state="approved", author=pic)
    revision = PlanRevision.objects.create(
        plan=plan,
        number=1,
        state="approved",
        module_version=version,
        method="offline",
        pass_mark=80,
        created_by=pic,
        created_at=BEFORE,
        submitted_by=pic,
        submitted_at=BEFORE,
        content='{"application":"Simulator panggilan","method":"offline"}',
        content_hash="a" * 64,
    )
    plan.approved_revision = revision
    plan.save()
    PlanRecipient.objects.bulk_create(
        PlanRecipient(revision=revision, party=party, user=user) for party, user in recipients
    )
    return plan


def make_session(
    plan: TrainingPlan | None = None, *, ends_at: datetime = END, state="scheduled", teacher: User | None = None
) -> TrainingSession:
    """A session of one meeting of two hours that ends at ``ends_at``."""
    plan = plan or make_plan()
    revision = plan.approved_revision
    number = next(_numbers)
    starts_at = ends_at - timedelta(hours=2)
    planned = PlannedSession.objects.create(plan=plan, revision=revision, label=f"sesi {number}", host_site=plan.site)
    meeting = PlannedMeeting.objects.create(planned_session=planned, starts_at=starts_at, ends_at=ends_at)
    training_session = TrainingSession.objects.create(
        uuid=planned.uuid,
        number=f"{plan.number}-{number}",
        plan=plan,
        revision=revision,
        planned=planned,
        state=state,
        label=planned.label,
        site=plan.site,
        line=plan.line,
        module_version=revision.module_version,
        scheme="{}",
        scheme_hash="b" * 64,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    held = SessionMeeting.objects.create(
        uuid=meeting.uuid, training_session=training_session, starts_at=starts_at, ends_at=ends_at
    )
    teacher = teacher or plan.pic
    profile, _made = TrainerProfile.objects.get_or_create(user=teacher, defaults={"name": teacher.name})
    MeetingTrainer.objects.create(meeting=held, trainer=profile)
    return training_session


def many_sessions(like: Iterable[tuple[TrainingSession, datetime]]) -> list[TrainingSession]:
    """Sessions as rows written at once: each as another one of its place, but for when it ends; without meetings."""
    rows = []
    for model, ends_at in like:
        same = {field.attname: getattr(model, field.attname) for field in TrainingSession._meta.concrete_fields}
        number = f"{model.plan.number}-{next(_numbers)}"
        row = TrainingSession(
            **{name: value for name, value in same.items() if name not in ("id", "uuid", "planned_id")}
            | {"number": number, "starts_at": ends_at - timedelta(hours=2), "ends_at": ends_at}
        )
        row.site, row.plan = model.site, model.plan
        row.planned = PlannedSession(
            uuid=row.uuid, plan=model.plan, revision=model.revision, label=number, host_site=model.site
        )
        rows.append(row)
    PlannedSession.objects.bulk_create(row.planned for row in rows)
    return TrainingSession.objects.bulk_create(rows)


def mandatory_recipients(site, line) -> list[tuple[str, User]]:
    """One active user for each party that 5.3.2 names."""
    return [
        (party, make_user(party, site=site, line=line, email=f"{party}.{next(_numbers)}@contoh.id"))
        for party in MANDATORY_PARTIES
    ]
