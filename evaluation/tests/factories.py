"""Reviews and actions for tests, made through the real services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evaluation import services
from evaluation.enums import ActionKind, Aspect, Presence
from evaluation.models import Finding, ImprovementAction, Review
from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.tests.factories import World, approved_plan, make_world, signature
from trainingops.audit.journal import digest
from trainingops.people.models import User
from trainingops.tests.kept import kept

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@dataclass
class Scene:
    """A reported training of a world, and its review."""

    world: World
    plan: TrainingPlan
    review: Review

    @property
    def manager(self) -> User:
        return self.world.manager

    @property
    def secretary(self) -> User:
        return self.world.qc


def reported_plan(world: World) -> TrainingPlan:
    """A plan whose session ended last week; its state is set as the reporting stage would."""
    plan = approved_plan(world=world, starts_at=NOW - timedelta(days=7))
    TrainingPlan.objects.filter(pk=plan.pk).update(state=PlanState.REPORTED)
    plan.refresh_from_db()
    return plan


@kept
def scheduled_review(world: World | None = None) -> Scene:
    world = world or make_world()
    plan = reported_plan(world)
    review = services.schedule_review(
        site=world.site,
        line=world.line,
        period_from=(NOW - timedelta(days=30)).date(),
        period_to=NOW.date(),
        scheduled_at=NOW + timedelta(hours=1),
        secretary=world.qc,
        actor=world.manager,
        now=NOW,
    )
    return Scene(world=world, plan=plan, review=review)


def note_all_present(scene: Scene) -> None:
    services.note_presence(
        review=scene.review,
        presence={p.user_id: (Presence.PRESENT, "") for p in scene.review.participants.all()},
        actor=scene.secretary,
        now=NOW,
    )


@kept
def held_review(world: World | None = None) -> Scene:
    scene = scheduled_review(world)
    note_all_present(scene)
    scene.review = services.hold_review(review=scene.review, actor=scene.manager, now=NOW)
    return scene


def add_action(scene: Scene, finding: Finding, kind: str = ActionKind.PREVENTIVE) -> ImprovementAction:
    return services.add_action(
        finding=finding,
        kind=kind,
        text="Ingatkan peserta sehari sebelumnya",
        owner=scene.world.pic,
        due_at=NOW + timedelta(days=7),
        actor=scene.secretary,
        now=NOW,
    )


@kept
def answered_review(world: World | None = None) -> Scene:
    """Every aspect answered: one finding with a preventive and a curative action, nothing found elsewhere."""
    scene = held_review(world)
    for aspect in Aspect:
        with_finding = aspect == Aspect.METHOD
        finding = services.add_finding(
            review=scene.review,
            aspect=aspect,
            text="Peserta terlambat" if with_finding else "",
            nothing_found=not with_finding,
            actor=scene.secretary,
            now=NOW,
        )
        if with_finding:
            for kind in ActionKind:
                add_action(scene, finding, kind)
    services.save_minutes(
        review=scene.review, text="Rapat dibuka pukul 10.00.", version=1, actor=scene.secretary, now=NOW
    )
    scene.review.refresh_from_db()
    return scene


def approve(scene: Scene, actor: User | None = None) -> Review:
    actor = actor or scene.manager
    review = Review.objects.get(pk=scene.review.pk)
    content_hash = digest(services.minutes_content(review)).hex()
    return services.approve_minutes(
        review=review,
        content_hash=content_hash,
        signature=signature(actor, content_hash, now=NOW),
        actor=actor,
        now=NOW,
    )
