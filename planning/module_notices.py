"""The notices about modules, scoring schemes and appointments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds

MODULE_SUBMITTED = "module_submitted"
MODULE_APPROVED = "module_approved"
MODULE_RETURNED = "module_returned"
MODULE_RETIRED = "module_retired"
MODULE_NARROWED = "module_narrowed"
SCHEME_RETIRED = "scheme_retired"
APPOINTED = "appointed"
APPOINTMENT_REVOKED = "appointment_revoked"

_KINDS = (
    NoticeKind(
        name=MODULE_SUBMITTED,
        label=_("A module awaits your approval"),
        title=_("%(module)s awaits your approval"),
        body=_("%(author)s submitted this version. It can be planned once a manager has approved it."),
        roles=("manager",),
    ),
    NoticeKind(
        name=MODULE_APPROVED,
        label=_("Your module was approved"),
        title=_("%(module)s was approved"),
        body=_("It can be chosen in plans from now on."),
        channel=Channel.DIGEST,
        roles=("trainer", "sso_training"),
    ),
    NoticeKind(
        name=MODULE_RETURNED,
        label=_("Your module was returned"),
        title=_("%(module)s was returned"),
        body=_("Read the note of the manager, change the version and submit it again."),
        problem=True,
        roles=("trainer", "sso_training"),
    ),
    NoticeKind(
        name=MODULE_RETIRED,
        label=_("A module of your plan is out of use"),
        title=_("%(module)s is out of use"),
        body=_("%(numbers)s need another version before they can be approved. Choose an approved one in the draft."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name=MODULE_NARROWED,
        label=_("A module is not meant for the line of your plan any more"),
        title=_("%(module)s is not meant for the line of your plan any more"),
        body=_("%(numbers)s need another module before they can be approved. Choose one of the line in the draft."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name=SCHEME_RETIRED,
        label=_("A scoring scheme of your plan is out of use"),
        title=_("%(scheme)s is out of use"),
        body=_("%(numbers)s need another scoring scheme before they can be approved. Choose one in the draft."),
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name=APPOINTED,
        label=_("You were appointed PIC"),
        title=_("You were appointed PIC: %(number)s"),
        body=_("Read your duties and the period for %(line)s in %(site)s."),
        mandatory=_("An appointment gives you duties (5.1.1 a)."),
        roles=("trainer",),
    ),
    NoticeKind(
        name=APPOINTMENT_REVOKED,
        label=_("Your appointment was revoked"),
        title=_("The appointment %(number)s was revoked"),
        body=_("From now on you cannot make plans for %(line)s in %(site)s."),
        mandatory=_("It ends duties that you were appointed to (5.1.1 a)."),
        roles=("trainer",),
    ),
)


def register() -> None:
    """Make the kinds known."""
    register_kinds(_KINDS, group="5.1")
