"""The notices about required modules and competences that end (ISO 9001 7.2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds

REQUIREMENT_SUBMITTED = "requirement_submitted"
REQUIREMENT_APPROVED = "requirement_approved"
REQUIREMENT_RETURNED = "requirement_returned"
COMPETENCES_END = "competences_end"

_KINDS = (
    NoticeKind(
        name=REQUIREMENT_SUBMITTED,
        label=_("A list of required modules awaits your approval"),
        title=_("Required modules %(list)s await your approval"),
        body=_("%(name)s submitted this list. It is in force once a manager has approved it."),
        roles=("manager",),
    ),
    NoticeKind(
        name=REQUIREMENT_APPROVED,
        label=_("Your list of required modules was approved"),
        title=_("Required modules %(list)s were approved"),
        channel=Channel.DIGEST,
        roles=("trainer", "manager"),
    ),
    NoticeKind(
        name=REQUIREMENT_RETURNED,
        label=_("Your list of required modules was returned"),
        title=_("Required modules %(list)s were returned"),
        body=_("Read the note of the manager and submit the list again."),
        problem=True,
        roles=("trainer", "manager"),
    ),
    NoticeKind(
        name=COMPETENCES_END,
        label=_("Competences end"),
        title=_("Competences of your agents that end soon or have ended: %(count)s"),
        body=_("%(modules)s. Plan a refreshment from the competence matrix."),
        channel=Channel.DIGEST,
        roles=("trainer",),
    ),
)


def register() -> None:
    """Make the kinds known."""
    register_kinds(_KINDS, group="5.1")
