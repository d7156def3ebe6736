"""The signature that signing services require (DESIGN.md §2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import NotAllowed, Refused
from trainingops.people.enums import SIGNATURE_FRESHNESS
from trainingops.people.models import Signature

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def sign(
    *, user: User, role: str, meaning: str, content_hash: str, authenticated_at: datetime | None, now: datetime
) -> Signature:
    """Make the signature that approval, report, minutes, waiver and disposal require.

    Args:
        content_hash: SHA-256 of what is signed, 64 hexadecimal characters.
        authenticated_at: when this user last proved who they are; at most 15 minutes before ``now``.

    Raises:
        NotAllowed: the user does not hold ``role``.
        Refused: the log-in is not fresh.
    """
    if not user.authority.has(role):
        raise NotAllowed(_("You cannot sign as %(role)s.") % {"role": role})
    if authenticated_at is None or not timedelta() <= now - authenticated_at <= SIGNATURE_FRESHNESS:
        raise Refused(
            _(
                "Your log-in is older than 15 minutes. Confirm your password at %(address)s in another tab, then send "
                "this page again."
            )
            % {"address": reverse("account_reauthenticate")},
            code="stale_log_in",
        )
    signature = Signature.objects.create(
        user=user,
        role=role,
        meaning=meaning,
        signed_at=now,
        authenticated_at=authenticated_at,
        content_hash=content_hash,
    )
    record(
        "signature.made",
        subject=signature,
        actor=user,
        now=now,
        data={"role": role, "meaning": meaning, "content_hash": content_hash},
    )
    return signature


def require_signature(signature: Signature, *, user: User, content_hash: str, now: datetime) -> None:
    """The guard of a signing service: the actor's own fresh signature over exactly this content.

    Raises:
        Refused: another user's, an older one, or one over another hash.
    """
    if not signature.covers(user=user, content_hash=content_hash, now=now):
        raise Refused(
            _("The signature does not cover what is shown now. Read the changes and sign again."),
            code="signature_mismatch",
        )
