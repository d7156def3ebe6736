"""The plan of a class that was held without approval and is filed afterwards (5.2; docs/adr/0020)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from planning.enums import Method, ModuleState, PlanState, RevisionState
from planning.models import (
    ModuleVersion,
    PlannedMeeting,
    PlannedSession,
    PlanRevision,
    ScoringScheme,
    TrainerProfile,
    TrainingApplication,
    TrainingPlan,
)
from planning.queries.plans import local_day
from planning.services.drafting import LONGEST_MEETING
from planning.services.plans import advance_plan, require_appointed
from planning.services.schemes import check_pass_mark
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState
from trainingops.people.models import ServiceLine, Site, User
from trainingops.records.numbers import next_number
from trainingops.ui.moments import moment_words

#: What was held longer ago is a slip of the year: its paper would be due for disposal soon.
LONGEST_AGO = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class HeldClass:
    """What was held, as 4.1 would have had it set beforehand."""

    kind: str
    title: str
    site: Site
    line: ServiceLine
    starts_at: datetime
    ends_at: datetime
    module_version: ModuleVersion
    method: str
    application: TrainingApplication
    scheme: ScoringScheme
    pass_mark: Decimal
    trainers: Collection[TrainerProfile]


@service
def file_plan(*, held: HeldClass, label: str, actor: User, now: datetime) -> tuple[PlanRevision, PlannedSession]:
    """Make a plan for a class that was held without one: under way at once, and never approved (5.2).

    What was held stands in a revision that was never submitted; the class itself belongs to no revision. Nothing is
    booked: it is over.

    Args:
        label: what the class is called.

    Returns:
        the revision that says what was held, and the class.

    Raises:
        NotAllowed: no trainer there, or without an appointment in force today.
        Refused: a blank title, nobody taught, a module that was never approved, or times that cannot have been.
    """
    today = local_day(now, held.site)
    require_appointed(actor, site=held.site, line=held.line, day=today)
    _check(held)
    _check_times(held, now)
    plan = TrainingPlan.objects.create(
        number=next_number("TR", today.year),
        kind=held.kind,
        title=held.title.strip(),
        site=held.site,
        line=held.line,
        pic=actor,
        state=PlanState.UNDER_WAY,
        is_filed=True,
        created_at=now,
    )
    revision = PlanRevision.objects.create(
        plan=plan,
        number=1,
        state=RevisionState.WITHDRAWN,
        module_version=held.module_version,
        method=held.method,
        application=held.application,
        scheme=held.scheme,
        pass_mark=held.pass_mark,
        created_by=actor,
        created_at=now,
    )
    planned = PlannedSession.objects.create(plan=plan, label=label, host_site=held.site)
    planned.trainers.set(held.trainers)
    PlannedMeeting.objects.create(planned_session=planned, starts_at=held.starts_at, ends_at=held.ends_at)
    record(
        "plan.filed",
        subject=plan,
        actor=actor,
        now=now,
        data={"number": plan.number, "kind": plan.kind, "site": held.site.uuid, "line": held.line.uuid},
    )
    return revision, planned


@service
def withdraw_filed_plan(*, plan: TrainingPlan, actor: User, now: datetime) -> TrainingPlan:
    """The class of a filed plan is withdrawn: the plan is cancelled with it, and was never due (indicator 4.1).

    Called by the sessions stage inside its service, which has asked who may and why.

    Raises:
        WrongState: no filed plan, or it is under way no longer.
    """
    if not plan.is_filed:
        raise WrongState(_("%(number)s is no plan of a class filed afterwards.") % {"number": plan.number})
    return advance_plan(plan=plan, to=PlanState.CANCELLED, actor=actor, now=now)


def _check(held: HeldClass) -> None:
    if not held.title.strip():
        raise Refused(_("The title is blank. Write what the training is about."), field="title")
    if held.method not in Method.values:
        raise Refused(_("Choose online, offline or hybrid."), field="method")
    if held.module_version.state not in (ModuleState.APPROVED, ModuleState.RETIRED):
        raise Refused(
            _("%(module)s is “%(state)s”. Choose an approved version.")
            % {"module": held.module_version, "state": held.module_version.get_state_display()},
            field="module_version",
        )
    if not held.trainers:
        raise Refused(_("Nobody is named as trainer. Choose who taught."), field="trainers")
    check_pass_mark(held.pass_mark, held.scheme)


def _check_times(held: HeldClass, now: datetime) -> None:
    zone = held.site.zone
    said = {
        "start": moment_words(held.starts_at, zone),
        "end": moment_words(held.ends_at, zone),
        "now": moment_words(now, zone),
        "earliest": moment_words(now - LONGEST_AGO, zone),
    }
    if held.ends_at <= held.starts_at:
        raise Refused(
            _("The class ended at %(end)s, not after its start at %(start)s. Give a later end.") % said, field="ends_at"
        )
    if held.ends_at > now:
        raise Refused(
            _("%(end)s lies in the future; it is %(now)s. Only a class that is over is filed: plan this one.") % said,
            field="ends_at",
        )
    if held.ends_at - held.starts_at > LONGEST_MEETING:
        raise Refused(
            _("From %(start)s to %(end)s is longer than 12 hours. Correct the times; file several days one by one.")
            % said,
            field="ends_at",
        )
    if held.starts_at < now - LONGEST_AGO:
        raise Refused(
            _("%(start)s is more than a year ago. Give a start from %(earliest)s on.") % said, field="starts_at"
        )
