"""What a plan stands on: an approved module version (2.1) and a PIC with an appointment in force (5.1.1 a)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.completeness import Snapshot, check
from planning.enums import ModuleState, PlanState
from planning.models import Appointment, ModuleVersion, PlannedMeeting
from planning.services import amend_plan, return_revision
from planning.services.appointments import revoke_appointment
from planning.tests.factories import approve, make_world, submitted_plan
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import Refused
from trainingops.people.tests.factories import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.1 a"), pytest.mark.usefixtures("english")]


def retired(plan, world):
    ModuleVersion.objects.filter(pk=world.module_version.pk).update(state=ModuleState.RETIRED)
    return "retired"


def revoked(plan, world):
    appointment = Appointment.objects.get(user=world.pic)
    revoke_appointment(appointment=appointment, reason="Pindah unit.", actor=world.manager, now=timezone.now())
    return "no appointment in force"


def ended_before_the_last_meeting(plan, world):
    last = PlannedMeeting.objects.filter(planned_session__plan=plan).latest("ends_at").ends_at
    with guards_lifted("planning_appointment"):
        Appointment.objects.filter(user=world.pic).update(ends_on=last.date() - timedelta(days=1))
    return "no appointment in force"


@pytest.mark.clause("2.1")
@pytest.mark.parametrize("lose", [retired, revoked, ended_before_the_last_meeting])
def test_what_fell_away_since_the_submission_forbids_the_approval_and_stands_on_its_page(client, lose):
    """Clause 2.1 a version not approved any more; 5.1.1 a the PIC's appointment, today and on the last day."""
    world = make_world(people=1)
    plan = submitted_plan(world=world, meetings=2)
    revision = plan.revisions.get()
    words = lose(plan, world)

    with pytest.raises(Refused) as refused:
        approve(revision, world.manager, timezone.now())

    assert refused.value.code == "lost" and words in str(refused.value).lower()
    plan.refresh_from_db()
    assert plan.state == PlanState.IN_PREPARATION
    world.manager.language = "en"
    world.manager.save()
    sign_in(client, world.manager)
    page = client.get(reverse("plan_approval", args=[revision.uuid]))
    assert words in page.content.decode().lower() and len(page.context["lost"]) == 1
    return_revision(revision=revision, comment="Belum dapat.", actor=world.manager, now=timezone.now())
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    gaps = [item.key for item in check(Snapshot(draft, timezone.now())) if item.gap]
    assert gaps == (["module"] if lose is retired else ["pic"]), "the next revision says so before it is submitted"
