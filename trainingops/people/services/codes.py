"""One-time codes: handed out by somebody who knows the person, used once with a new password."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import CodePurpose
from trainingops.people.models import Person, SignInCode, User
from trainingops.people.policies import users_helped_by
from trainingops.people.services.accounts import change_password, open_accounts

#: Without 0 O 1 I L 5 S 2 Z 8 B: what is misread from a slip of paper.
ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
CODE_LENGTH = 8
CODE_LIFETIME = timedelta(hours=72)
CODE_ATTEMPTS = 5
_REDEEMABLE = (CodePurpose.FIRST_SIGN_IN, CodePurpose.RESET)
#: A PIN is used again and again, on shared PCs only; digits, because it is typed often.
PIN_DIGITS = 6
PIN_LIFETIME = timedelta(days=180)


@service
def issue_sign_in_code(*, user: User, purpose: str, actor: User, now: datetime) -> tuple[SignInCode, str]:
    """A new code for ``user``; an open one of the same purpose stops working.

    Returns:
        the row and the code in plain: it is shown once and stored nowhere.

    Raises:
        NotAllowed: outside the actor's scope, or the account can do more than an agent's.
        Refused: the account is closed.
    """
    slip = _issue([(user, purpose)], actor, now)[0]
    return slip.code, slip.plain


@dataclass(frozen=True)
class Slip:
    """What somebody gets in hand: shown once."""

    user: User
    code: SignInCode
    plain: str

    @property
    def grouped(self) -> str:
        """In two halves, which are easier to copy."""
        half = len(self.plain) // 2
        return f"{self.plain[:half]}-{self.plain[half:]}"


@service
def issue_slip(*, user: User, actor: User, now: datetime) -> Slip:
    """A code for the first sign-in, or for a new password where there is one already."""
    return _issue([(user, _purpose(user))], actor, now)[0]


@service
def issue_codes(*, people: Sequence[Person], actor: User, now: datetime) -> list[Slip]:
    """Codes for a team or a class; who has no account yet gets one. All or none.

    Raises:
        NotAllowed: one of them is outside the actor's scope, or can do more than an agent.
        Refused: one of them has left.
    """
    users = open_accounts(people=people, actor=actor, now=now)
    return _issue([(user, _purpose(user)) for user in users], actor, now)


@service
def issue_pins(*, people: Sequence[Person], actor: User, now: datetime) -> list[Slip]:
    """PINs for shared PCs; as :func:`issue_codes`. The PIN that somebody had stops working (ATT-8)."""
    users = open_accounts(people=people, actor=actor, now=now)
    return _issue([(user, CodePurpose.SHARED_PC) for user in users], actor, now)


def _purpose(user: User) -> str:
    return CodePurpose.RESET if user.has_usable_password() else CodePurpose.FIRST_SIGN_IN


def _issue(wanted: Sequence[tuple[User, str]], actor: User, now: datetime) -> list[Slip]:
    """Codes for accounts and purposes; the number of queries does not grow with them."""
    users = [user for user, _purpose in wanted]
    require({user.pk for user in users} <= users_helped_by(actor, users))
    keys = [user.pk for user in users]
    locked = {user.pk: user for user in User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}
    for user in locked.values():
        if not user.is_active:
            raise Refused(_("The account of %(user)s is closed. Open it again first.") % {"user": user}, code="closed")
    purposes = {purpose for _user, purpose in wanted}
    SignInCode.objects.filter(user__in=keys, purpose__in=purposes, used_at=None).update(used_at=now)
    slips = []
    for user, purpose in wanted:
        plain = _plain(purpose)
        code = SignInCode(
            user=user,
            purpose=purpose,
            code_hash=hash_of(user, plain),
            issued_by=actor,
            issued_at=now,
            expires_at=now + (PIN_LIFETIME if purpose == CodePurpose.SHARED_PC else CODE_LIFETIME),
        )
        slips.append(Slip(user, code, plain))
    SignInCode.objects.bulk_create(slip.code for slip in slips)
    for slip in slips:
        data = {"user": slip.user.uuid, "purpose": slip.code.purpose}
        record("code.issued", subject=slip.code, actor=actor, now=now, data=data)
    return slips


def _plain(purpose: str) -> str:
    if purpose == CodePurpose.SHARED_PC:
        return "".join(secrets.choice("0123456789") for _place in range(PIN_DIGITS))
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def redeem_sign_in_code(*, login: str, code: str, password: str, now: datetime) -> User:
    """Use a code and set the new password. Of two at the same time, one wins.

    Args:
        login: employee number or mail address as typed.
        code: as typed; blanks, dashes and case do not matter.

    Raises:
        Refused: no open code matches; says the same whatever is wrong, so that nobody learns who has an account.
        ValidationError: the password is too weak; the code stays usable.
    """
    found = find_account(login)
    row = _open_code(found, now)
    user = _redeem(user=found, code_id=row.pk, plain=code, password=password, now=now) if found and row else None
    if user is None:
        raise Refused(
            _("Employee number or code is not right, or the code has expired or was used. Ask for a new code."),
            field="code",
            code="code_refused",
        )
    return user


def find_account(login: str) -> User | None:
    """The open account of an employee number or mail address as somebody typed it."""
    typed = login.strip()
    if not typed:
        return None
    by = {"email__iexact": typed} if "@" in typed else {"login__iexact": typed}
    return User.objects.filter(is_active=True, **by).first()


def _open_code(user: User | None, now: datetime) -> SignInCode | None:
    if user is None:
        return None
    return (
        SignInCode.objects.filter(
            user=user, used_at=None, expires_at__gt=now, attempts__lt=CODE_ATTEMPTS, purpose__in=_REDEEMABLE
        )
        .order_by("-issued_at")
        .first()
    )


@service
def _redeem(*, user: User, code_id: int, plain: str, password: str, now: datetime) -> User | None:
    """The user when the code was right and is now used; ``None`` when it was not (returned, so that it counts)."""
    row = SignInCode.objects.select_for_update(no_key=True).get(pk=code_id)
    if row.used_at is not None or row.attempts >= CODE_ATTEMPTS:
        return None
    typed = "".join(plain.upper().split()).replace("-", "")
    if not constant_time_compare(row.code_hash, hash_of(user, typed)):
        row.attempts += 1
        row.save(update_fields=["attempts"])
        return None
    user = change_password(user=user, password=password, actor=user, now=now, code=row.uuid)
    row.used_at = now
    row.save(update_fields=["used_at"])
    return user


def hash_of(user: User, plain: str) -> str:
    """Keyed, so that the rows alone do not reveal a code that is short enough to be typed."""
    return salted_hmac("trainingops.people.sign_in_code", f"{user.uuid}:{plain}", algorithm="sha256").hexdigest()
