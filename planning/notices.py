"""The notices of the planning stage: what they say, and to whom they cannot be silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds

if TYPE_CHECKING:
    from planning.models import PlanRevision, TrainingPlan


def url_of(plan: TrainingPlan) -> str:
    """Where a plan is read."""
    return reverse("plan_detail", args=[plan.uuid])


def words_of(plan: TrainingPlan, actor: Any, revision: PlanRevision | None = None) -> dict[str, Any]:
    """The params of every notice about a plan."""
    return {
        "number": plan.number,
        "title": plan.title,
        "actor": str(actor),
        "revision": revision.number if revision else "",
    }


def register_plans() -> None:
    """Submission, decision, coordination, cancellation."""
    register_kinds(_PLAN_KINDS, group="5.1")


#: Who may act for a manager.
OFFICES = ("manager", "trainer", "qc", "operations", "operation_support", "team_leader")
#: Who is asked about plans.
TEAMS = ("qc", "operations", "operation_support")

_PLAN_KINDS = (
    NoticeKind(
        name="delegation_given",
        label=_("You act for a manager"),
        title=_("You act for %(principal)s from %(starts)s to %(ends)s"),
        body=_("Their approvals stand on your home. What you decide says “a.n.”; your own plans others decide."),
        mandatory=_("Who acts for a manager must know it (4.1)."),
        roles=OFFICES,
    ),
    NoticeKind(
        name="delegation_ended",
        label=_("You act for a manager no more"),
        title=_("You act for %(principal)s no more"),
        body=_("%(actor)s ended it. What you decided stands."),
        roles=OFFICES,
    ),
    NoticeKind(
        name="plan_submitted",
        label=_("A plan awaits your decision"),
        title=_("%(number)s awaits your decision"),
        body=_("%(actor)s submitted revision %(revision)s of “%(title)s”. Your decision is not yet recorded."),
        mandatory=_("No training begins without the manager's approval (4.1)."),
        roles=("manager",),
    ),
    NoticeKind(
        name="plan_approved",
        label=_("A plan was approved"),
        title=_("%(number)s was approved"),
        body=_("%(actor)s approved revision %(revision)s of “%(title)s”."),
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_participants",
        label=_("People of your team are on target"),
        title=_("Training for your team: %(title)s"),
        body=_("%(number)s was approved. See who of your team takes part, and when."),
        roles=("team_leader",),
    ),
    NoticeKind(
        name="release_asked",
        label=_("Release of your agents is asked"),
        title=_("Release of agents for %(title)s"),
        body=_("%(number)s needs agents of %(team)s. Confirm their release, or ask for another batch."),
        roles=("team_leader",),
    ),
    NoticeKind(
        name="release_unasked",
        label=_("A team without a leader cannot release its agents"),
        title=_("%(team)s has no leader who could release agents"),
        body=_("%(number)s needs agents of %(team)s, whose leader has no account. Have one named, or ask in person."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name="release_reminder",
        label=_("Release of your agents is still open"),
        title=_("Still open: release of agents for %(title)s"),
        body=_("%(number)s begins soon and the release of agents of %(team)s is not confirmed yet."),
        roles=("team_leader",),
    ),
    NoticeKind(
        name="release_other_batch",
        label=_("A team asks for another batch"),
        title=_("%(team)s asks for another batch of %(title)s"),
        body=_("%(actor)s asks for another batch in %(number)s. Read the reason and move the targets."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_returned",
        label=_("A plan was returned"),
        title=_("%(number)s was returned"),
        body=_("%(actor)s returned revision %(revision)s of “%(title)s” with a comment. Make a new revision."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_rejected",
        label=_("A plan was rejected"),
        title=_("%(number)s was rejected"),
        body=_("%(actor)s rejected revision %(revision)s of “%(title)s” with a comment."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_commented",
        label=_("A remark on your plan"),
        title=_("A remark on %(number)s"),
        body=_("%(actor)s wrote a remark on revision %(revision)s of “%(title)s”."),
        channel=Channel.DIGEST,
        roles=("trainer",),
    ),
    NoticeKind(
        name="consultation_asked",
        label=_("Coordination on a plan"),
        title=_("Your answer on %(number)s is asked"),
        body=_("%(actor)s asks your team about “%(title)s”. No answer does not count as agreement."),
        roles=TEAMS,
    ),
    NoticeKind(
        name="consultation_reminder",
        label=_("Coordination on a plan falls due"),
        title=_("Still open: your answer on %(number)s"),
        body=_("%(actor)s asked your team about “%(title)s” until %(due)s. No answer does not count as agreement."),
        roles=TEAMS,
    ),
    NoticeKind(
        name="consultation_answered",
        label=_("A team answered on your plan"),
        title=_("An answer on %(number)s"),
        body=_("%(actor)s answered on “%(title)s”."),
        channel=Channel.DIGEST,
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_roster_changed",
        label=_("The roster takes people out of an approved training"),
        title=_("%(number)s: %(people)s no longer stand in the roster as planned"),
        body=_(
            "By the roster of now they are off or outside their shift at a meeting of “%(title)s”. See who, and act."
        ),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_batch_busy",
        label=_("A batch that you approved became busy"),
        title=_("%(number)s: %(batch)s on %(day)s lies in a busy interval now"),
        body=_(
            "%(actor)s moved people to that batch of “%(title)s” after the approval. Read the reason and the effect."
        ),
        problem=True,
        roles=("manager",),
    ),
    NoticeKind(
        name="plan_handed_over",
        label=_("A plan was handed over"),
        title=_("%(number)s: %(pic)s is the PIC now"),
        body=_("%(actor)s handed “%(title)s” over from %(before)s to %(pic)s. Read the reason on its page."),
        mandatory=_("Somebody answers for every training (2.2)."),
        roles=("trainer",),
    ),
    NoticeKind(
        name="plan_cancelled",
        label=_("A plan was cancelled"),
        title=_("%(number)s was cancelled"),
        body=_("%(actor)s cancelled “%(title)s”."),
        mandatory=_("Nobody should come to a class that is not held."),
        urgent=True,
        problem=True,
        roles=("trainer", "manager", "team_leader"),
    ),
    NoticeKind(
        name="overtime_asked",
        label=_("Overtime for a training needs your consent"),
        title=_("Do you agree to overtime on %(when)s?"),
        body=_("“%(title)s” lies outside your shift. See why and who ordered it, and answer."),
        mandatory=_("Overtime needs the agent's consent (PP 35/2021)."),
        urgent=True,
        roles=("agent",),
    ),
    NoticeKind(
        name="overtime_withdrawn",
        label=_("Overtime for a training was withdrawn"),
        title=_("No overtime on %(when)s"),
        body=_("The meeting of “%(title)s” was moved or given up, or you are not in it any more. Nothing to answer."),
        mandatory=_("Nobody should come to overtime that is not held."),
        urgent=True,
        roles=("agent",),
    ),
    NoticeKind(
        name="overtime_answered",
        label=_("An agent answered on overtime"),
        title=_("%(number)s, overtime: %(answer)s"),
        body=_("%(actor)s answered on the overtime for “%(title)s”: %(answer)s."),
        channel=Channel.DIGEST,
        roles=("trainer",),
    ),
)
