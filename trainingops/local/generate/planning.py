"""Plans of the pattern: needed, drafted, agreed upon, approved, by the services (4.1, 5.1)."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from planning.enums import ConsultationAnswer, ErrorClass, ReleaseState, RootCause, TargetReason, TrainingKind
from planning.models import (
    ModuleVersion,
    QualityParameter,
    ScoringScheme,
    TrainerProfile,
    TrainingPlan,
)
from planning.queries.effect import proposal
from planning.services.approval import sign_and_approve, submit_revision
from planning.services.consultations import answer_consultation, ask_consultation
from planning.services.defects import add_defect
from planning.services.drafting import MeetingTimes, save_part, save_recipients, save_session
from planning.services.plans import create_plan
from planning.services.releases import answer_release
from planning.services.targets import add_targets
from trainingops.local.demo import cycle as demo
from trainingops.local.demo.cast import Cast
from trainingops.local.generate.teams import AGENTS, Team24
from trainingops.people.enums import Role

#: The scheme of classes without a test.
OBSERVED = "Observasi: roleplay 100"


class Stage:
    """A team, the quarter in which it is trained, and chance."""

    def __init__(self, cast: Cast, team: Team24, first: date, dice: random.Random) -> None:
        self.cast, self.team, self.dice = cast, team, dice
        self.first, self.last = first, quarter_end(first)
        self.monday = first_monday(first)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A local time so many days after the first Monday of the quarter."""
        return datetime.combine(self.monday + timedelta(days=day), time(hour, minute), self.team.site.zone)


class Planning(Stage):
    """Findings of QC, and plans from the draft to the confirmed release (2.3, 4.1, 5.1)."""

    def _find_defects(self) -> None:
        """Findings of QC that the improvement answers to (2.3, 5.1.1 c)."""
        parameter = QualityParameter.objects.get(code="C1")
        for place, agent in enumerate(self.team.agents[: AGENTS // 3]):
            for again in range(2):
                at = self.at(-20 + place + again, 10)
                add_defect(
                    person=agent,
                    occurred_on=at.date(),
                    contact_reference=f"K-{at.date()}-{agent.employee_no}-{again}",
                    channel="Telepon",
                    parameter=parameter,
                    root_cause=RootCause.KNOWLEDGE,
                    root_cause_by="QC",
                    note="",
                    actor=self.cast.qc,
                    now=at + timedelta(hours=2),
                )

    def _plan(
        self, kind: str, module: str, *, day: int, batches: list[list[tuple[int, int]]], observed: bool = False
    ) -> TrainingPlan:
        """From the draft to the confirmed release; ``batches`` are the days and hours of their meetings."""
        pic, at = self.team.trainer, self.at(day, 9)
        version = ModuleVersion.objects.select_related("module").get(module__code=module, state="approved")
        plan = create_plan(
            kind=kind,
            title=version.module.title,
            site=self.team.site,
            line=self.cast.inbound,
            purpose="Pendalaman produk dan prosedur existing.",
            actor=pic,
            now=at,
        )
        revision = plan.revisions.get()
        demo.fill(revision, at, module=module)
        if observed:
            scheme = ScoringScheme.objects.get(name=OBSERVED)
            save_part(
                revision=revision,
                part="scoring",
                values={"scheme": scheme, "pass_mark": Decimal(75)},
                actor=pic,
                now=at,
            )
        for number, meetings in enumerate(batches):
            planned = save_session(
                revision=revision,
                label=f"Batch {number + 1}",
                host_site=self.team.site,
                trainers=[TrainerProfile.objects.get(user=pic)],
                room=self.team.room,
                meetings=[
                    MeetingTimes(starts_at=self.at(then, hour), ends_at=self.at(then, hour + 2))
                    for then, hour in meetings
                ],
                actor=pic,
                now=at,
            )
            add_targets(
                revision=revision,
                people=self.team.agents[number :: len(batches)],
                reason=TargetReason.SEGMENT,
                planned=planned,
                actor=pic,
                now=at,
            )
        if kind == TrainingKind.IMPROVEMENT:
            planned_effect = {**proposal(revision), "effect_class": ErrorClass.CACE}
            save_part(revision=revision, part="effect", values=planned_effect, actor=pic, now=at)
        save_recipients(revision=revision, recipients=demo._recipients(self.cast), actor=pic, now=at)
        self._ask(plan, day)
        self._approve(plan, day)
        return plan

    def _ask(self, plan: TrainingPlan, day: int) -> None:
        """The three teams agree (5.1.1 d)."""
        offices = {
            Role.QC: self.cast.qc,
            Role.OPERATIONS: self.cast.user("OPS01"),
            Role.OPERATION_SUPPORT: self.cast.user("SUP01"),
        }
        asked = ask_consultation(
            plan=plan, parties=list(offices), due_on=self.at(day + 2, 0).date(), actor=plan.pic, now=self.at(day, 11)
        )
        for question in asked:
            answer_consultation(
                consultation=question,
                answer=ConsultationAnswer.AGREED,
                actor=offices[Role(question.party)],
                now=self.at(day + 1, 10),
            )

    def _approve(self, plan: TrainingPlan, day: int) -> None:
        revision = plan.revisions.get()
        submit_revision(revision=revision, actor=plan.pic, now=self.at(day + 2, 9))
        revision.refresh_from_db()
        at = self.at(day + 3, 10)
        sign_and_approve(
            revision=revision,
            content_hash=revision.content_hash,
            authenticated_at=at,
            actor=self.cast.manager,
            now=at,
        )
        for release in plan.releases.all():
            answer_release(release=release, to=ReleaseState.CONFIRMED, actor=self.team.leader, now=self.at(day + 4, 9))
        plan.refresh_from_db()


def quarter_start(day: date) -> date:
    """The first day of the quarter of a day."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_end(first: date) -> date:
    """The last day of the quarter that begins with ``first``."""
    return quarter_start(first + timedelta(days=100)) - timedelta(days=1)


def first_monday(first: date) -> date:
    """The first Monday after the first week of a quarter, so that planning lies in it too."""
    return first + timedelta(days=7 + (-first.weekday()) % 7)
