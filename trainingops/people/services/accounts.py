"""Accounts: opened for a person or an outsider, their preferences, their password."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import Employment, Role
from trainingops.people.models import Person, RoleAssignment, User
from trainingops.people.policies import can_help_person_in, can_manage_people
from trainingops.people.queries import assignment_on

if TYPE_CHECKING:
    from uuid import UUID


@service
def open_account(*, person: Person, actor: User, now: datetime, role: str = Role.AGENT) -> User:
    """The account of ``person``, made with the role of an agent if there is none; a closed one opens again.

    Other roles are granted by :func:`~trainingops.people.services.grant_role`.

    Raises:
        Refused: the person has left, or the number or mail address belongs to another account.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    require(can_help_person_in(actor, person))
    if person.employment == Employment.LEFT:
        raise Refused(
            _("%(person)s has left. Correct the employment before opening an account.") % {"person": person},
            code="person_left",
        )
    user = User.objects.filter(person=person).first()
    if user is None:
        user = _new_account(person, now)
        RoleAssignment.objects.create(user=user, role=role, starts_on=now.astimezone(user.zone).date())
        record("account.opened", subject=user, actor=actor, now=now, data={"person": person.uuid, "role": role})
    elif not user.is_active:
        require(can_manage_people(actor))
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("account.reopened", subject=user, actor=actor, now=now, data={"person": person.uuid})
    return user


def _new_account(person: Person, now: datetime) -> User:
    _require_free(person.employee_no, person.email)
    place = assignment_on(person.pk, now.date())
    zone = {"timezone": place.site.timezone} if place else {}
    return User.objects.create_user(
        person.employee_no, name=person.name, email=person.email, person=person, must_set_password=True, **zone
    )


def _require_free(login: str, email: str) -> None:
    if User.objects.filter(login__iexact=login).exists():
        raise Refused(
            _("There is an account “%(login)s” already. Use another employee number.") % {"login": login},
            field="login",
            code="login_taken",
        )
    if email and User.objects.filter(email__iexact=email).exists():
        raise Refused(
            _("The mail address %(email)s belongs to another account. Correct it.") % {"email": email},
            field="email",
            code="email_taken",
        )


@service
def open_outside_account(*, login: str, name: str, email: str, role: str, actor: User, now: datetime) -> User:
    """An account without a person: a client, an external auditor.

    Raises:
        Refused: the log-in or mail address is taken.
    """
    require(can_manage_people(actor))
    _require_free(login, email)
    user = User.objects.create_user(login, name=name, email=email, must_set_password=True)
    RoleAssignment.objects.create(user=user, role=role, starts_on=now.astimezone(user.zone).date())
    record("account.opened", subject=user, actor=actor, now=now, data={"role": role})
    return user


@service
def close_account(*, user: User, actor: User, now: datetime) -> None:
    """Nobody signs in with it any more; its open sessions end with their next page.

    Raises:
        Refused: one's own.
    """
    require(can_manage_people(actor))
    if user.pk == actor.pk:
        raise Refused(_("You cannot close your own account. Ask another administrator."), code="own_account")
    User.objects.filter(pk=user.pk).update(is_active=False)
    record("account.closed", subject=user, actor=actor, now=now)


@service
def save_preferences(*, user: User, language: str, timezone: str, theme: str, now: datetime) -> User:
    """A person's own language, zone and appearance."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    new = {"language": language, "timezone": timezone, "theme": theme}
    changed = {name: value for name, value in new.items() if getattr(user, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(user, name, value)
        user.save(update_fields=list(changed))
        record("account.preferences_changed", subject=user, actor=user, now=now, data=changed)
    return user


@service
def change_password(*, user: User, password: str, actor: User, now: datetime, code: UUID | None = None) -> User:
    """Set a password that meets the rules; the user's other sessions end.

    Args:
        code: the one-time code that allowed it, if one did.

    Raises:
        ValidationError: the password is too weak, with the reasons.
    """
    validate_password(password, user)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.set_password(password)
    user.must_set_password = False
    user.save(update_fields=["password", "must_set_password"])
    record("account.password_changed", subject=user, actor=actor, now=now, data={"code": code} if code else None)
    return user
