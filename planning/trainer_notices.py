"""The notices about trainers: requests to SSO Training, appointments and qualifications that end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds

TRAINER_REQUESTED = "trainer_requested"
TRAINER_REQUEST_ANSWERED = "trainer_request_answered"
APPOINTMENT_ENDS = "appointment_ends"
QUALIFICATION_ENDS = "qualification_ends"

_KINDS = (
    NoticeKind(
        name=TRAINER_REQUESTED,
        label=_("A trainer is asked for"),
        title=_("%(number)s asks for a trainer on %(day)s"),
        body=_("For %(line)s in %(site)s. Read what is asked and answer."),
        roles=("sso_training",),
    ),
    NoticeKind(
        name=TRAINER_REQUEST_ANSWERED,
        label=_("SSO Training answered"),
        title=_("%(number)s is answered"),
        body=_("The request was for %(day)s, %(line)s in %(site)s."),
        roles=("trainer", "manager"),
    ),
    NoticeKind(
        name=APPOINTMENT_ENDS,
        label=_("An appointment ends"),
        title=_("The appointment of %(name)s as PIC ends on %(day)s"),
        body=_("%(number)s, %(line)s in %(site)s. Without a new one no plan can be begun there."),
        channel=Channel.DIGEST,
        roles=("manager", "trainer"),
    ),
    NoticeKind(
        name=QUALIFICATION_ENDS,
        label=_("A qualification ends"),
        title=_("A qualification of %(name)s ends on %(day)s"),
        body=_("It concerns: %(what)s. After that day plans need a written reason for this trainer."),
        channel=Channel.DIGEST,
        roles=("manager", "trainer"),
    ),
)


def register() -> None:
    """Make the kinds known."""
    register_kinds(_KINDS, group="5.1")
