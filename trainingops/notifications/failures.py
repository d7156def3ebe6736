"""What a mail server's refusal means, and what to do about it."""

from __future__ import annotations

import re
import smtplib

from django.utils.translation import gettext as _

#: A reply of SMTP with its code and, where there is one, its enhanced code (RFC 3463), as smtplib's errors print it.
_REPLY = re.compile(r"\((?P<code>[245]\d\d), b?['\"](?:(?P<enhanced>[245]\.\d{1,3}\.\d{1,3}))?")
#: RFC 3463: bad mailbox, bad system, bad syntax, moved, null MX; mailbox disabled.
_NO_SUCH_ADDRESS = {"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}


def is_final(error: Exception) -> bool:
    """Whether trying again cannot help: the server refused the recipient or the mail for good (a reply 5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reply in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def remedy(error: str) -> str:
    """What to do about an error as the outbox keeps it; empty for none."""
    if not error:
        return ""
    reply = _REPLY.search(error)
    if reply is None:
        return _(
            "The mail server could not be reached, or broke off: check that it runs and that EMAIL_URL names it, then "
            "send again."
        )
    code, detail = int(reply["code"]), (reply["enhanced"] or "")[2:]
    if code in (530, 535):
        return _("The mail server refuses our log-in: correct user and password in EMAIL_URL, restart, send again.")
    if detail == "2.2" or code in (452, 552):
        return _("The recipient's mailbox is full: tell them by another way, and send again once they have room.")
    if detail in _NO_SUCH_ADDRESS or (not detail and code in (550, 553)):
        return _("The address does not exist or takes no mail: correct it in the account, then send again.")
    if code >= 500:
        return _("The mail server refuses the mail for good: ask who runs it why, then send again.")
    return _(
        "The mail server refused for the time being: wait, then send again; ask who runs it if that does not help."
    )
