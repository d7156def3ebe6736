"""The kinds of notices of this stage."""

from django.utils.translation import gettext_lazy as _

from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds

#: Who can be asked to a review, or own an action.
OFFICES = ("manager", "trainer", "qc", "operations", "operation_support", "team_leader")

_KINDS = (
    NoticeKind(
        name="review.scheduled",
        label=_("Review scheduled"),
        title=_("Review %(number)s: please take part"),
        body=_("Review of the trainings of %(line)s, %(site)s. Say in time if you cannot come."),
        roles=OFFICES,
    ),
    NoticeKind(
        name="review.cancelled",
        label=_("Review called off"),
        title=_("Review %(number)s is called off"),
        body=_("Review of the trainings of %(line)s, %(site)s. You need not come."),
        urgent=True,
        roles=OFFICES,
    ),
    NoticeKind(
        name="review.reminder",
        label=_("Review falls due"),
        title=_("A review of %(line)s, %(site)s falls due"),
        body=_("For the trainings from %(start)s to %(end)s; hold it by %(due)s."),
        roles=("manager",),
    ),
    NoticeKind(
        name="review.overdue",
        label=_("Review overdue"),
        title=_("The review of %(line)s, %(site)s was not held in time"),
        body=_("For the trainings from %(start)s to %(end)s; it was due on %(due)s."),
        mandatory=_("the procedure (5.4) asks for a review of each line and quarter"),
        problem=True,
        roles=("manager",),
    ),
    NoticeKind(
        name="review.escalated",
        label=_("Review still missing"),
        title=_("The review of %(line)s, %(site)s is still missing"),
        body=_("For the trainings from %(start)s to %(end)s; it was due on %(due)s."),
        problem=True,
        roles=("manager", "qc", "operations"),
    ),
    NoticeKind(
        name="review.approved",
        label=_("Minutes approved"),
        title=_("Minutes of review %(number)s are approved"),
        channel=Channel.DIGEST,
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.assigned",
        label=_("Action assigned"),
        title=_("Action %(number)s is yours"),
        body="%(text)s",
        mandatory=_("the procedure (5.4) gives each action an owner"),
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.reminder",
        label=_("Action falls due"),
        title=_("Action %(number)s is due on %(due)s"),
        body="%(text)s",
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.overdue",
        label=_("Action overdue"),
        title=_("Action %(number)s was due on %(due)s and is not done"),
        body=_("%(text)s Owner: %(owner)s."),
        problem=True,
        mandatory=_("the procedure (5.4) has actions followed until they are done"),
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.done",
        label=_("Action done"),
        title=_("Action %(number)s is done and waits for its check"),
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.checked",
        label=_("Action effective"),
        title=_("Action %(number)s was found effective"),
        channel=Channel.DIGEST,
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.withdrawn",
        label=_("Action withdrawn"),
        title=_("Action %(number)s is withdrawn; nothing is left to do"),
        channel=Channel.DIGEST,
        roles=OFFICES,
    ),
    NoticeKind(
        name="action.reopened",
        label=_("Action reopened"),
        title=_("Action %(number)s was not effective and is open again"),
        problem=True,
        roles=OFFICES,
    ),
    NoticeKind(
        name="effect.measured",
        label=_("Effect measured"),
        title=_("The effect of %(plan)s is measured"),
        body=_("%(title)s: %(verdict)s."),
        channel=Channel.DIGEST,
        roles=("manager", "trainer"),
    ),
    NoticeKind(
        name="coaching.made",
        label=_("Coaching form"),
        title=_("Coaching form %(number)s was made for you"),
        roles=("agent",),
    ),
    NoticeKind(
        name="coaching.followed_up",
        label=_("Follow-up of coaching"),
        title=_("What was seen at a follow-up stands in %(number)s"),
        channel=Channel.DIGEST,
        roles=("agent",),
    ),
    NoticeKind(
        name="coaching.closed",
        label=_("Coaching closed"),
        title=_("Coaching form %(number)s is closed"),
        channel=Channel.DIGEST,
        roles=("agent",),
    ),
    NoticeKind(
        name="coaching.reminder",
        label=_("Follow-up of coaching falls due"),
        title=_("Follow up the coaching of %(name)s on %(day)s"),
        body=_("Note in %(number)s what you see."),
        channel=Channel.DIGEST,
        roles=("trainer", "manager", "team_leader"),
    ),
    NoticeKind(
        name="coaching.overdue",
        label=_("Follow-up of coaching overdue"),
        title=_("The follow-up of %(name)s on %(day)s is not noted"),
        body=_("Note in %(number)s what you saw, or agree on another date."),
        channel=Channel.DIGEST,
        problem=True,
        roles=("trainer", "manager", "team_leader"),
    ),
    NoticeKind(
        name="coaching.commented",
        label=_("Coaching signed by the agent"),
        title=_("The agent signed %(number)s"),
        channel=Channel.DIGEST,
        roles=("trainer", "manager", "team_leader"),
    ),
    NoticeKind(
        name="objective.submitted",
        label=_("Objective submitted"),
        title=_("An objective of %(year)s waits for your decision"),
        body=_("Revision %(number)s. Read it and approve or return it."),
        roles=("manager",),
    ),
    NoticeKind(
        name="objective.approved",
        label=_("Objective approved"),
        title=_("An objective of %(year)s is approved"),
        channel=Channel.DIGEST,
        roles=OFFICES,
    ),
    NoticeKind(
        name="objective.returned",
        label=_("Objective returned"),
        title=_("An objective of %(year)s came back"),
        body=_("Read the note and write revision %(number)s anew."),
        roles=OFFICES,
    ),
)


def register_notices() -> None:
    """Make the kinds known at start."""
    register_kinds(_KINDS, group="5.4")
