"""PINs for shared PCs: chosen by their owner or issued, used again and again, closed after wrong ones (ATT-8)."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.people.enums import CodePurpose
from trainingops.people.models import SignInCode, User
from trainingops.people.services.codes import CODE_ATTEMPTS, PIN_DIGITS, PIN_LIFETIME, find_account, hash_of

#: Each digit is the one before plus one, or minus one.
_RUNS = ("01234567890", "09876543210")


@service
def set_own_pin(*, user: User, pin: str, now: datetime) -> SignInCode:
    """One's own PIN for shared PCs; the one before stops working.

    Raises:
        Refused: not six digits, or one that others would try first.
    """
    if why := weakness(pin, user):
        raise Refused(why, field="pin", code="weak_pin")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    SignInCode.objects.filter(user=user, purpose=CodePurpose.SHARED_PC, used_at=None).update(used_at=now)
    code = SignInCode.objects.create(
        user=user,
        purpose=CodePurpose.SHARED_PC,
        code_hash=hash_of(user, pin),
        issued_by=user,
        issued_at=now,
        expires_at=now + PIN_LIFETIME,
    )
    record("pin.set", subject=code, actor=user, now=now, data={"user": user.uuid})
    return code


def weakness(pin: str, user: User) -> str:
    """Why a PIN cannot be chosen, and what to choose instead; empty for a good one."""
    if why := not_a_pin(pin):
        return why
    if len(set(pin)) == 1 or any(pin in run for run in _RUNS) or pin in user.login:
        return _("This PIN is easy to guess. Choose digits that are no row and not in your employee number.")
    return ""


def not_a_pin(typed: str) -> str:
    """Why ``typed`` cannot be a PIN at all; empty for six digits."""
    if len(typed) == PIN_DIGITS and typed.isascii() and typed.isdigit():
        return ""
    return _("A PIN has exactly %(n)d digits. Type %(n)d digits.") % {"n": PIN_DIGITS}


def user_of_pin(*, login: str, pin: str, now: datetime) -> User:
    """Whose employee number and PIN these are.

    Five wrong ones in a row close a PIN until there is a new one; a right one begins to count anew.

    Raises:
        Refused: says the same whatever is wrong, so that nobody learns who has a PIN.
    """
    user = find_account(login)
    if user is None or not _check(user=user, pin=pin, now=now):
        raise Refused(
            _(
                "Employee number or PIN is not right, or the PIN is closed: five wrong ones in a row close it. "
                "Ask the trainer or your team leader for a new PIN."
            ),
            field="pin",
            code="pin_refused",
        )
    return user


@service
def _check(*, user: User, pin: str, now: datetime) -> bool:
    """Whether the PIN is right; a wrong one is counted (returned, so that the count is kept)."""
    row = (
        SignInCode.objects.select_for_update(no_key=True)
        .filter(user=user, purpose=CodePurpose.SHARED_PC, used_at=None, expires_at__gt=now)
        .first()
    )
    if row is None or row.attempts >= CODE_ATTEMPTS:
        return False
    is_right = constant_time_compare(row.code_hash, hash_of(user, "".join(pin.split()).replace("-", "")))
    attempts = 0 if is_right else row.attempts + 1
    if attempts != row.attempts:
        row.attempts = attempts
        row.save(update_fields=["attempts"])
    return is_right
