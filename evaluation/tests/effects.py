"""Improvements whose effect is measured, for tests: agents with defects, of whom half are trained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from evaluation.models import EffectStudy
from planning.enums import ErrorClass, SampleKind
from planning.models import ModuleTraining, MonitoringSample, PlanRevision, SampleCount, TrainingPlan
from planning.queries.needs import DefectFilter
from planning.services import MeetingTimes, plan_improvement, save_part, save_session, submit_revision
from planning.tests.factories import World, approve, fill_parts, make_world
from planning.tests.needs import make_defects
from sessions.enums import OutcomeState
from sessions.models import TargetOutcome
from trainingops.people.models import Person
from trainingops.tests.kept import kept

#: The class; the defects of the weeks before it chose the participants.
CLASS_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
TRAINED_ON = date(2026, 6, 10)
PLANNED_AT = CLASS_AT - timedelta(days=8)
SELECTED = (date(2026, 5, 11), date(2026, 5, 31))
BEFORE = (date(2026, 3, 16), date(2026, 5, 10))
AFTER = (date(2026, 6, 11), date(2026, 8, 5))
#: The morning after the window after.
MEASURED_AT = datetime(2026, 8, 6, 1, 0, tzinfo=UTC)
WINDOWS = dict(zip(("before_from", "before_until", "after_from", "after_until"), (*BEFORE, *AFTER), strict=True))


@dataclass
class Effect:
    """An improvement of ``world``: ``trained`` are on target, ``others`` met the same rule and are not."""

    world: World
    plan: TrainingPlan
    trained: list[Person]
    others: list[Person]

    @property
    def study(self) -> EffectStudy:
        return EffectStudy.objects.select_related("latest", "plan").get(plan=self.plan)

    @property
    def revision(self) -> PlanRevision:
        return self.plan.revisions.latest("number")


@kept
def drafted(*, agents: int = 24, on_target: int = 12) -> Effect:
    """A draft that lacks nothing but how its effect is measured; two CACE defects chose each agent."""
    world = make_world(people=agents)
    for person in world.people:
        make_defects(world, 2, person=person, occurred_on=SELECTED[0] + timedelta(days=5))
    plan = plan_improvement(
        title="Jatuh tempo dan perpanjangan",
        site=world.site,
        line=world.line,
        filters=DefectFilter(since=SELECTED[0], until=SELECTED[1], error_class=ErrorClass.CACE),
        minimum_count=2,
        people=world.people[:on_target],
        module_version=world.module_version,
        actor=world.pic,
        now=PLANNED_AT,
    )
    revision = plan.revisions.get()
    fill_parts(revision, world, {}, now=PLANNED_AT)
    planned = save_session(
        revision=revision,
        label="Batch 1",
        host_site=world.site,
        trainers=[world.trainer],
        room=world.room,
        meetings=[MeetingTimes(starts_at=CLASS_AT, ends_at=CLASS_AT + timedelta(hours=2))],
        actor=world.pic,
        now=PLANNED_AT,
    )
    revision.targets.update(planned_session=planned)
    return Effect(world, plan, world.people[:on_target], world.people[on_target:])


def save_windows(effect: Effect, **differing: object) -> None:
    """The part of the plan that says how the effect is measured."""
    values = {"effect_class": ErrorClass.CACE, **WINDOWS, **differing}
    save_part(revision=effect.revision, part="effect", values=values, actor=effect.world.pic, now=PLANNED_AT)


@kept
def approved(*, agents: int = 24, on_target: int = 12, trained: bool = True) -> Effect:
    """Approved with its windows; everybody on target was trained on the day of the class."""
    effect = drafted(agents=agents, on_target=on_target)
    save_windows(effect)
    submit_revision(revision=effect.revision, actor=effect.world.pic, now=PLANNED_AT)
    approve(effect.revision, effect.world.manager, PLANNED_AT)
    if trained:
        train(effect, effect.trained)
    effect.plan.refresh_from_db()
    return effect


def train(effect: Effect, people: Iterable[Person], on: date = TRAINED_ON) -> None:
    """What the sessions stage notes of those who attended every meeting."""
    outcomes = TargetOutcome.objects.filter(plan=effect.plan, person__in=list(people))
    outcomes.update(state=OutcomeState.TRAINED)
    ModuleTraining.objects.bulk_create(
        ModuleTraining(
            person_id=each.person_id, module_version=effect.world.module_version, trained_on=on, source=each.uuid
        )
        for each in outcomes
    )


def sampled(effect: Effect, people: Iterable[Person], day: date, *, defective: int, inspected: int = 20) -> None:
    """A random sample of each of these people on a day."""
    samples = MonitoringSample.objects.bulk_create(
        MonitoringSample(
            source="QC",
            source_reference=str(uuid4()),
            person=person,
            site=effect.world.site,
            line=effect.world.line,
            contacted_on=day,
            kind=SampleKind.RANDOM,
            inspected=inspected,
        )
        for person in people
    )
    SampleCount.objects.bulk_create(
        SampleCount(sample=sample, error_class=ErrorClass.CACE, defective=defective) for sample in samples
    )


@kept
def observed(*, after: int = 1) -> Effect:
    """Everybody had 6 of 20 defective contacts before and still has, but for those trained: ``after`` of 20."""
    effect = approved()
    sampled(effect, [*effect.trained, *effect.others], BEFORE[0], defective=6)
    sampled(effect, effect.trained, AFTER[0], defective=after)
    sampled(effect, effect.others, AFTER[0], defective=6)
    return effect
