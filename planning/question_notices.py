"""The notices about questions sent back to the bank."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from planning.policies.catalogue import QUESTION_AUTHORS
from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds

REVIEW_ASKED = "question_review_asked"
REVIEW_SETTLED = "question_review_settled"

_ROLES = tuple(role.value for role in QUESTION_AUTHORS)

_KINDS = (
    NoticeKind(
        name=REVIEW_ASKED,
        label=_("A question of yours should be looked at"),
        title=_("Please look at question %(code)s"),
        body=_("%(actor)s sent it back to the bank. Change it, retire it, or say why it stays as it is."),
        problem=True,
        roles=_ROLES,
    ),
    NoticeKind(
        name=REVIEW_SETTLED,
        label=_("A question that you sent back was looked at"),
        title=_("%(code)s was looked at"),
        body=_("%(actor)s answered what you asked. The bank shows how."),
        channel=Channel.DIGEST,
        roles=_ROLES,
    ),
)


def register() -> None:
    """Make the kinds known."""
    register_kinds(_KINDS, group="5.1")
