"""The kinds of notices of this stage."""

from django.utils.translation import gettext_lazy as _

from trainingops.notifications.registry import NoticeKind, register_kinds

_KINDS = (
    NoticeKind(
        name="review.scheduled",
        label=_("Review scheduled"),
        title=_("Review %(number)s: please take part"),
        body=_("Review of the trainings of %(line)s, %(site)s. Say in time if you cannot come."),
    ),
    NoticeKind(
        name="review.cancelled",
        label=_("Review called off"),
        title=_("Review %(number)s is called off"),
        body=_("Review of the trainings of %(line)s, %(site)s. You need not come."),
    ),
    NoticeKind(
        name="review.approved", label=_("Minutes approved"), title=_("Minutes of review %(number)s are approved")
    ),
    NoticeKind(
        name="action.assigned",
        label=_("Action assigned"),
        title=_("Action %(number)s is yours"),
        body="%(text)s",
        mandatory=_("the procedure (5.4) gives each action an owner"),
    ),
    NoticeKind(
        name="action.done", label=_("Action done"), title=_("Action %(number)s is done and waits for its check")
    ),
    NoticeKind(name="action.checked", label=_("Action effective"), title=_("Action %(number)s was found effective")),
    NoticeKind(
        name="action.withdrawn",
        label=_("Action withdrawn"),
        title=_("Action %(number)s is withdrawn; nothing is left to do"),
    ),
    NoticeKind(
        name="action.reopened",
        label=_("Action reopened"),
        title=_("Action %(number)s was not effective and is open again"),
    ),
    NoticeKind(name="coaching.made", label=_("Coaching form"), title=_("Coaching form %(number)s was made for you")),
    NoticeKind(name="coaching.commented", label=_("Comment on coaching"), title=_("The agent commented on %(number)s")),
)


def register_notices() -> None:
    """Make the kinds known at start."""
    register_kinds(_KINDS)
