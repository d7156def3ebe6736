"""What this stage shows in the slots of pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planning.enums import PlanState, RevisionState
from planning.models import PlanRevision, TrainingPlan
from planning.queries.competence import with_competences
from planning.queries.competence_matrix import STATE_KINDS, required_of
from planning.tables.competence import validity
from trainingops.notifications.states import register_state
from trainingops.people.models import Person

if TYPE_CHECKING:
    from trainingops.people.models import User


def person_competence(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """What somebody has shown, on the page of the person; the page is open to who may see them."""
    today = timezone.localdate()
    people = with_competences(Person.objects.visible_to(user).filter(pk__in=ids), today)
    return {
        person.pk: render_to_string(
            "planning/_person_competence.html",
            {
                "person": person.uuid,
                "required": required_of(person, day=today),
                "kinds": STATE_KINDS,
                "rows": [(each, validity(each.ends_on, today)[1]) for each in shown],
            },
        )
        for person, shown in people
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
