"""How somebody is told, and where a mail stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a notice reaches its reader (NTF-1). Whatever the channel, the inbox keeps what is not switched off."""

    APP = "app", _("In the app only")
    MAIL = "mail", _("Mail at once")
    DIGEST = "digest", _("Daily summary")
    OFF = "off", _("Off")


#: Those that bring a mail, at once or with others.
BY_MAIL = (Channel.MAIL, Channel.DIGEST)


class OutboxState(models.TextChoices):
    """Where a mail stands; one to a closed account is not tried, and nobody has to mend it (NTF-5)."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CLOSED = "closed", _("Account closed")


#: Nothing becomes of these any more, and nobody has to see to them.
SETTLED = (OutboxState.SENT, OutboxState.CLOSED)
