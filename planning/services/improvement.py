"""From defects to a draft: an improvement plan with its participants and their reasons in one step (5.1.1 c)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from planning.enums import TrainingKind
from planning.reasons import defects_words
from planning.services.drafting import save_part
from planning.services.plans import create_plan
from planning.services.targets import choose_targets_from_defects
from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from planning.models import ModuleVersion, PlanTemplate, TrainingPlan
    from planning.queries.needs import DefectFilter
    from trainingops.people.models import Person, ServiceLine, Site, User


@service
def plan_improvement(
    *,
    title: str,
    site: Site,
    line: ServiceLine,
    filters: DefectFilter,
    minimum_count: int,
    people: Collection[Person],
    module_version: ModuleVersion | None,
    actor: User,
    now: datetime,
    template: PlanTemplate | None = None,
) -> TrainingPlan:
    """Begin an improvement for those of ``people`` who match the defects, each with the link to them.

    Args:
        module_version: what they are to learn; without one, the module of the template.
        template: as for :func:`~planning.services.plans.create_plan`.

    Raises:
        NotAllowed: no PIC there.
        Refused: nobody is ticked, nobody of them matches on this line, or the module is not for the line.
    """
    if not people:
        raise Refused(_("Nobody is chosen. Tick at least one person."))
    plan = create_plan(
        kind=TrainingKind.IMPROVEMENT,
        title=title,
        site=site,
        line=line,
        purpose=_purpose(filters),
        template=template,
        actor=actor,
        now=now,
    )
    revision = plan.revisions.get()
    if module_version is not None:
        save_part(revision=revision, part="module", values={"module_version": module_version}, actor=actor, now=now)
    choose_targets_from_defects(
        revision=revision, filters=filters, minimum_count=minimum_count, only=people, actor=actor, now=now
    )
    return plan


def _purpose(filters: DefectFilter) -> str:
    """A first sentence of the purpose, in the language of the records: the PIC goes on from there."""
    with translation.override("id"):
        what = defects_words(**filters.narrowed_to)
        words = (
            _("Service defects %(what)s, %(since)s–%(until)s.") if what else _("Service defects, %(since)s–%(until)s.")
        )
        return words % {"what": what, "since": day_words(filters.since), "until": day_words(filters.until)}
