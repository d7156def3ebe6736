"""The improvement actions of a training keep its evidence until they have ended (clause 6, DESIGN.md §2)."""

from __future__ import annotations

from django.db.models import Case, DateField, DateTimeField, F, Func, Max, OuterRef, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from evaluation.enums import ActionState
from evaluation.models import ImprovementAction
from trainingops.records.registry import Support, register_support


def register() -> None:
    """Make it known when the app starts."""
    register_support(
        Support(
            name="actions",
            until=last_action,
            words=_("Counted from %(day)s, the end of the last improvement action."),
        )
    )


def last_action() -> Combinable:
    """The day, at the site of the review, on which the last action of a review or of a training ends.

    An action that is done ended then; any other ends when it is due. A withdrawn one was none.
    """
    done = When(state__in=[ActionState.DONE, ActionState.EFFECTIVE], then=Coalesce("done_at", "due_at"))
    zone = F("finding__review__site__timezone")
    ended = Func(zone, Case(done, default=F("due_at")), function="timezone", output_field=DateTimeField())
    decided = ImprovementAction.objects.exclude(state=ActionState.WITHDRAWN).order_by()
    last = decided.annotate(day=Cast(ended, DateField()))
    of_review = last.filter(finding__review__uuid=OuterRef("subject")).values("finding__review")
    of_training = last.filter(finding__review__plans__uuid=OuterRef("training")).values("finding__review__plans")
    return Greatest(*(Subquery(each.annotate(until=Max("day")).values("until")) for each in (of_review, of_training)))
