"""States of obligations and reports (DESIGN.md §4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ObligationState(models.TextChoices):
    PENDING = "pending", _("Pending")
    SUBMITTED = "submitted", pgettext_lazy("report", "Submitted")
    VOID = "void", _("Void")


OBLIGATION_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ObligationState.PENDING: (ObligationState.SUBMITTED, ObligationState.VOID),
}


class ReportState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", pgettext_lazy("report", "Submitted")
    AMENDED = "amended", _("Amended")


REPORT_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ReportState.DRAFT: (ReportState.SUBMITTED,),
    ReportState.SUBMITTED: (ReportState.AMENDED,),
    ReportState.AMENDED: (ReportState.AMENDED,),
}


class ChangeCause(models.TextChoices):
    """What may move a due time, only while it has not passed (DESIGN.md §2)."""

    SCHEDULED = "scheduled", _("Scheduled")
    RESCHEDULED = "rescheduled", _("Rescheduled by an approved revision")
    LATER_END = "later_end", _("Ended later than planned")
    DAY_OFF = "day_off", _("Day off changed")
    POLICY = "policy", _("Policy changed")
    CANCELLED = "cancelled", _("Session cancelled")


class DayOffCategory(models.TextChoices):
    PUBLIC = "public", _("Public holiday")
    COLLECTIVE_LEAVE = "government", _("Collective leave")
    LOCAL = "local", _("Local day off")


class DeliveryChannel(models.TextChoices):
    """How somebody without account was handed a report."""

    HAND = "hand", _("In person")
    MEETING = "meeting", _("In a meeting")
    MAIL = "mail", _("Own mail")
    MESSENGER = "messenger", _("Messaging app")
    COURIER = "courier", _("Courier")


class EscalationStep(models.TextChoices):
    """Up the line of the procedure while a report is missing, after PIC, trainers and manager at the breach.

    Above the Responsible stands the Accountable (4.1); waiting for the report are the parties of 5.3.2. The procedure
    names nobody beyond them.
    """

    MANAGER = "manager", _("The manager again")
    PARTIES = "parties", _("The parties that wait for the report")
