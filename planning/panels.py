"""What this stage shows in the slots of pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planning.enums import PlanState, RevisionState
from planning.models import PlanRevision, TrainingPlan
from planning.queries.competence import competences_of
from planning.tables.competence import validity
from trainingops.notifications.states import register_state
from trainingops.people.models import Person

if TYPE_CHECKING:
    from trainingops.people.models import User


def person_competence(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """What somebody has shown, on the page of the person; the page is open to who may see them."""
    today = timezone.localdate()
    return {
        person.pk: render_to_string(
            "planning/_person_competence.html",
            {
                "person": person.uuid,
                "rows": [(each, *validity(each.valid_until, today)) for each in competences_of(person)],
            },
        )
        for person in Person.objects.visible_to(user).filter(pk__in=ids)
    }


def register_states() -> None:
    """Where plans and revisions stand, beside the notices about them."""
    from planning.views.plan_list import STATE_KINDS
    from planning.views.plans import REVISION_KINDS

    register_state(
        TrainingPlan,
        _("Plan"),
        lambda plan: (STATE_KINDS[PlanState(plan.state)], plan.get_state_display()),
        TrainingPlan.objects.visible_to,
    )
    register_state(
        PlanRevision,
        _("Revision"),
        lambda revision: (REVISION_KINDS[RevisionState(revision.state)], revision.get_state_display()),
        lambda user: PlanRevision.objects.filter(plan__in=TrainingPlan.objects.visible_to(user)),
    )
