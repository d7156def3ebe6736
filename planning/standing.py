"""What a plan stands on and may lose while it waits: module version (2.1), scheme, mark (5.1.2), appointment (5.1.1 a).

In words, for the items of :mod:`planning.completeness`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from planning.enums import ModuleState
from planning.models import ModuleVersion, PlanRevision, ScoringScheme, TrainingPlan
from planning.queries.terms import Term, first_day_outside
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words

#: The states of a version that a plan which was approved with it keeps.
_KEPT = (ModuleState.APPROVED, ModuleState.RETIRED)


def module_lost(revision: PlanRevision) -> str:
    """Why the module version cannot be taught, in words; empty where it can be planned (2.1)."""
    version = revision.module_version
    if version is None:
        return ""
    return version_lost(version, revision.plan, fitting=getattr(revision, "fitting_module", None))


def version_lost(version: ModuleVersion, plan: TrainingPlan, *, fitting: int | None = None) -> str:
    """Why a plan cannot take this version, in words; empty where it can, or where the plan keeps it (2.1).

    A plan takes an approved version of a module of its line; what was approved with it stays with its later revisions.

    Args:
        fitting: the key of a module that is known to be meant for the plan's line.
    """
    if _approved_with(plan, "module_version_id") == version.pk and version.state in _KEPT:
        return ""
    if version.state != ModuleState.APPROVED:
        return not_approved(version)
    if version.module_id != fitting and all(line.pk != plan.line_id for line in version.module.lines.all()):
        return _("%(module)s is not meant for %(line)s. Choose a module of this line.") % {
            "module": version,
            "line": plan.line,
        }
    return ""


def scheme_lost(scheme: ScoringScheme, plan: TrainingPlan) -> str:
    """Why a plan cannot take this scheme, in words; empty where it is in use, or was approved with the plan (5.1.2)."""
    if scheme.is_active or _approved_with(plan, "scheme_id") == scheme.pk:
        return ""
    return _("%(scheme)s is out of use. Choose another scoring scheme.") % {"scheme": scheme}


def out_of_reach(mark: Decimal | None, scheme: ScoringScheme | None) -> str:
    """Why nobody could pass a remedial of this scheme with this pass mark, in words; empty where it can be (5.1.2)."""
    if mark is None or scheme is None or scheme.remedial_cap is None or not scheme.remedial_attempts:
        return ""
    if mark <= scheme.remedial_cap:
        return ""
    return _(
        "The pass mark %(mark)s lies above %(cap)s, the most that a remedial of %(scheme)s gives, so nobody could pass "
        "one. Give at most %(cap)s, or choose another scheme."
    ) % {"mark": format_figure(mark), "cap": format_figure(scheme.remedial_cap), "scheme": scheme}


def not_approved(version: ModuleVersion) -> str:
    """That a version is none that a new plan can take, in words."""
    return _("%(module)s is “%(state)s”. Choose an approved version.") % {
        "module": version,
        "state": version.get_state_display(),
    }


def keeps(plan: TrainingPlan, version: ModuleVersion | None) -> bool:
    """Whether a plan was approved with a version that is out of use now: its later revisions keep it."""
    if version is None or version.state != ModuleState.RETIRED:
        return False
    return _approved_with(plan, "module_version_id") == version.pk


def _approved_with(plan: TrainingPlan, part: str) -> int | None:
    """The key of what the plan was approved with; none before its approval."""
    return getattr(plan.approved_revision, part) if plan.approved_revision else None


def pic_lost(plan: TrainingPlan, terms: Sequence[Term], *, today: date, last: date | None) -> str:
    """Why the PIC cannot answer for the plan, in words; empty with an appointment today and on the last day.

    Args:
        last: the day of the last meeting at the plan's site; none without meetings.
    """
    day = first_day_outside(terms, {today, last or today})
    if day is None:
        return ""
    return _(
        "%(name)s has no appointment in force as PIC for %(line)s at %(site)s on %(day)s. "
        "The manager appoints them for that day, or hands the plan over to another PIC."
    ) % {"name": plan.pic, "line": plan.line, "site": plan.site, "day": day_words(day)}
