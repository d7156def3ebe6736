"""A plan gets another PIC, when the one it has cannot answer for it any more (2.2, 5.1.1 a)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.models import PlanHandOver, PlannedMeeting, TrainingPlan
from planning.notices import url_of, words_of
from planning.policies.plans import can_hand_over
from planning.queries.plans import local_day, pics_for
from planning.queries.terms import first_day_outside, terms_held
from planning.services.plans import locked_plan
from planning.signals import plan_handed_over
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.ui.moments import day_words

#: Nothing is left to answer for.
OVER = frozenset({PlanState.CLOSED, PlanState.CANCELLED})


@service
def hand_over_plan(*, plan: TrainingPlan, to: User, reason: str, actor: User, now: datetime) -> PlanHandOver:
    """Give the plan, with everything that its PIC does for it, to another appointed PIC.

    Revisions, decisions and sessions stay as they are; whoever is PIC acts in them from now on, and who proposed a
    revision before still does not decide on it.

    Raises:
        NotAllowed: not the manager of the plan's site and line, or to themselves.
        WrongState: the plan is closed or cancelled.
        Refused: no reason, the same PIC, or somebody without an appointment there today and on the last day (5.1.1 a).
    """
    plan = locked_plan(plan)
    require(can_hand_over(actor, plan), _("Only the manager hands a plan over to another PIC."))
    require(actor != to, _("Nobody hands a plan over to themselves. Ask another manager."))
    if plan.state in OVER:
        raise WrongState(
            _("%(plan)s is “%(state)s”: there is nothing left to hand over.")
            % {"plan": plan.number, "state": plan.get_state_display()}
        )
    if not reason.strip():
        raise Refused(_("The reason is blank. Write why another PIC answers for the plan."), field="reason")
    _check_successor(plan, to, now)
    made = PlanHandOver.objects.create(
        plan=plan, from_pic=plan.pic, to_pic=to, reason=reason.strip(), handed_by=actor, handed_at=now
    )
    plan.pic = to
    plan.save(update_fields=["pic"])
    notify(
        kind="plan_handed_over",
        recipients=[user for user in (made.from_pic, to) if user != actor],
        subject=made,
        url=url_of(plan),
        params={**words_of(plan, actor), "before": made.from_pic.name, "pic": to.name},
        now=now,
    )
    plan_handed_over.send(sender=TrainingPlan, plan=plan, before=made.from_pic, actor=actor, now=now)
    record(
        "plan.handed_over",
        subject=plan,
        actor=actor,
        now=now,
        data={"from": made.from_pic.uuid, "to": to.uuid},
        detail={"reason": made.reason},
    )
    return made


def _check_successor(plan: TrainingPlan, to: User, now: datetime) -> None:
    """Somebody else, who is PIC there today, and on the last meeting day of what stands or is prepared."""
    if to == plan.pic:
        raise Refused(_("%(name)s is the PIC already. Choose another.") % {"name": to}, field="to")
    today = local_day(now, plan.site)
    said = {"name": to, "line": plan.line, "site": plan.site}
    if not pics_for(plan, day=today).filter(pk=to.pk).exists():
        raise Refused(
            _("%(name)s is no PIC for %(line)s at %(site)s today. Choose somebody with an appointment in force.")
            % said,
            field="to",
        )
    meetings = PlannedMeeting.objects.filter(planned_session__plan=plan)
    standing = meetings.filter(planned_session__revision__state__in=["draft", "submitted", "approved"])
    ends_at = standing.aggregate(at=Max("ends_at"))["at"]
    last = max(today, local_day(ends_at, plan.site)) if ends_at else today
    if first_day_outside(terms_held(to, plan), {last}):
        raise Refused(
            _("%(name)s is not appointed on the day of the last meeting (%(day)s). Choose another, or appoint them.")
            % {**said, "day": day_words(last)},
            field="to",
        )
