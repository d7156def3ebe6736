"""Whatever a delegate does as manager, in every stage, the journal names both (4.1; DESIGN.md §5.6)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation.services import schedule_review
from planning.services import ask_consultation, cancel_plan, comment_on_revision, resolve_comment
from planning.services.appointments import revoke_appointment, sign_and_appoint
from planning.services.modules import retire_version
from planning.tests.factories import make_world, submitted_plan
from reporting.services.rules import add_day_off
from sessions.models import RecoveryCase
from sessions.services import acknowledge_deviation, report_deviation
from sessions.services.waivers import sign_and_waive_case
from sessions.tests.factories import absent, concluded, opened
from trainingops.audit.models import Entry
from trainingops.people.services import give_delegation
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.1")]


def stand_in(manager, user=None):
    """Somebody without a role of their own who acts for the manager from today."""
    user = user or make_user()
    today = timezone.localdate()
    give_delegation(principal=manager, delegate=user, starts_on=today, ends_on=today, actor=manager, now=timezone.now())
    user.__dict__.pop("authority", None)
    return user


def said(verb):
    """The newest entry of a verb: its data."""
    return json.loads(Entry.objects.filter(verb=verb).latest("pk").text)["data"]


def cancel(world, now, actor):
    cancel_plan(plan=submitted_plan(world=world), reason="Ditunda", actor=actor, now=now)


def ask(world, now, actor):
    due_on = (now + timedelta(days=2)).date()
    ask_consultation(plan=submitted_plan(world=world), parties=["qc"], due_on=due_on, actor=actor, now=now)


def comment(world, now, actor):
    revision = submitted_plan(world=world).revisions.get()
    comment_on_revision(revision=revision, text="Mengapa?", actor=actor, now=now)


def resolve(world, now, actor):
    revision = submitted_plan(world=world).revisions.get()
    remark = comment_on_revision(revision=revision, text="Mengapa?", actor=world.qc, now=now)
    resolve_comment(comment=remark, actor=actor, now=now)


def retire(world, now, actor):
    retire_version(version=world.module_version, actor=actor, now=now)


def appoint(world, now, actor):
    sign_and_appoint(
        user=make_user("trainer", site=world.site, line=world.line),
        site=world.site,
        line=world.line,
        duties="PIC",
        starts_on=now.date(),
        ends_on=(now + timedelta(days=90)).date(),
        authenticated_at=now,
        actor=actor,
        now=now,
    )


def revoke(world, now, actor):
    revoke_appointment(appointment=world.pic.appointments.get(), reason="Pindah tugas", actor=actor, now=now)


def day_off(world, now, actor):
    add_day_off(
        day=(now + timedelta(days=9)).date(), name="Libur", category="government", site=world.site, actor=actor, now=now
    )


def review(world, now, actor):
    schedule_review(
        site=world.site,
        line=world.line,
        period_from=(now - timedelta(days=30)).date(),
        period_to=now.date(),
        scheduled_at=now + timedelta(hours=1),
        secretary=world.qc,
        actor=actor,
        now=now,
    )


ACTS = {
    "plan.cancelled": cancel,
    "consultation.asked": ask,
    "revision.commented": comment,
    "revision.comment_resolved": resolve,
    "module_version.retired": retire,
    "appointment.made": appoint,
    "appointment.revoked": revoke,
    "day_off.added": day_off,
    "review.scheduled": review,
}


@pytest.mark.parametrize("verb", ACTS)
def test_the_journal_names_the_delegate_and_the_manager(verb):
    world, now = make_world(), timezone.now()
    actor = stand_in(world.manager)

    ACTS[verb](world, now, actor)

    assert Entry.objects.filter(verb=verb, actor=actor.uuid).exists()
    assert said(verb)["on_behalf_of"] == str(world.manager.uuid)


def test_what_the_manager_does_names_nobody_else():
    world, now = make_world(), timezone.now()
    stand_in(world.manager)
    cancel(world, now, world.manager)
    assert "on_behalf_of" not in said("plan.cancelled")


def test_what_the_delegate_does_in_a_role_of_their_own_names_nobody_else():
    world, now = make_world(), timezone.now()
    actor = stand_in(world.manager, world.operations)
    comment(world, now, actor)
    assert "on_behalf_of" not in said("revision.commented")


def test_a_deviation_and_a_waiver_name_both_too():
    held = opened()
    now = timezone.now()
    deviation = report_deviation(
        training_session=held.training_session,
        kind="method",
        planned="Offline",
        actual="Online",
        reason="Ruang banjir",
        actor=held.pic,
        now=now,
    )
    assert "on_behalf_of" not in said("deviation.reported")
    acknowledge_deviation(deviation=deviation, actor=stand_in(held.manager), now=now)
    assert said("deviation.acknowledged")["on_behalf_of"] == str(held.manager.uuid)

    missed = concluded(lambda everybody: absent(everybody[0]))
    sign_and_waive_case(
        case=RecoveryCase.objects.latest("pk"),
        reason="Cuti melahirkan",
        authenticated_at=now,
        actor=stand_in(missed.manager),
        now=now,
    )
    assert said("target.waived")["on_behalf_of"] == str(missed.manager.uuid)
