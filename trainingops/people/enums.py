"""Roles, employment, and the words for them."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a user may be; several at once are usual. A PIC is a trainer with an appointment in force."""

    MANAGER = "manager", _("Operations manager")
    TRAINER = "trainer", _("Trainer/PIC")
    QC = "qc", _("Quality Control")
    OPERATIONS = "operations", _("Operation")
    OPERATION_SUPPORT = "operation_support", _("Operation Support")
    SSO_TRAINING = "sso_training", _("SSO Training")
    TEAM_LEADER = "team_leader", _("Team leader")
    CLIENT = "client", _("Client")
    AUDITOR = "auditor", _("Auditor")
    AGENT = "agent", _("Agent")
    ADMINISTRATOR = "administrator", _("Administrator")


#: The parties that 5.3.2 names: none of them may be without a recipient.
MANDATORY_PARTIES = (Role.MANAGER, Role.OPERATIONS, Role.OPERATION_SUPPORT, Role.QC)
#: Parties that may receive the report besides, and all whose accounts are offered as recipients.
FURTHER_PARTIES = (Role.SSO_TRAINING, Role.TEAM_LEADER, Role.CLIENT)
OFFERED_PARTIES = (*MANDATORY_PARTIES, *FURTHER_PARTIES)
#: What a recipient without account may stand for: every role but those that nobody reports to.
REPORTED_TO = tuple(role for role in Role if role not in {Role.AGENT, Role.ADMINISTRATOR})


#: How long after a log-in somebody may sign (DESIGN.md §2, "signature").
SIGNATURE_FRESHNESS = timedelta(minutes=15)


class Employment(models.TextChoices):
    ACTIVE = "active", _("Active")
    ON_LEAVE = "on_leave", _("On long leave")
    LEFT = "left", _("Left")


class ChannelKind(models.TextChoices):
    INBOUND = "inbound", _("Inbound voice")
    OUTBOUND = "outbound", _("Outbound")
    DIGITAL = "digital", _("Digital")


class SignatureMeaning(models.TextChoices):
    APPROVED = "approved", _("Approved")
    SUBMITTED = "submitted", _("Submitted")
    APPOINTED = "appointed", _("Appointed")
    WAIVED = "waived", _("Waived")
    CONFIRMED = "confirmed", _("Confirmed")
    DISPOSED = "disposed", _("Disposed")


class Theme(models.TextChoices):
    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class CodePurpose(models.TextChoices):
    FIRST_SIGN_IN = "first_sign_in", _("First sign-in")
    RESET = "reset", _("New password")
    SHARED_PC = "shared_pc", _("PIN for shared PCs")


class ShiftKind(models.TextChoices):
    """What a code of the roster means (5.1.1 f)."""

    WORK = "work", _("Shift")
    OFF = "off", _("Day off")
    LEAVE = "leave", pgettext_lazy("roster", "Leave")
    SICK = "sick", _("Sick")
    PERMIT = "permit", _("Excused")
    DUTY = "duty", _("Duty travel")


class Presence(models.TextChoices):
    """How somebody's roster stands to a meeting."""

    ON_SHIFT = "on_shift", _("On shift")
    BEFORE_SHIFT = "before_shift", _("Before the shift (overtime)")
    AFTER_SHIFT = "after_shift", _("After the shift (overtime)")
    AFTER_NIGHT = "after_night", _("Straight after a night shift")
    OFF = "off", _("Day off")
    LEAVE = "leave", _("On leave")
    SICK = "sick", _("Sick")
    PERMIT = "permit", _("Excused")
    DUTY = "duty", _("On duty travel")
    GONE = "gone", _("Has left")
    UNKNOWN = "unknown", _("Not on the roster")
