"""Accounts: opened for a person or an outsider, their preferences, their password."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import Employment, Role
from trainingops.people.models import Person, RoleAssignment, User
from trainingops.people.policies import can_manage_people, people_helped_by
from trainingops.people.queries import present_assignments

if TYPE_CHECKING:
    from uuid import UUID


@service
def open_account(*, person: Person, actor: User, now: datetime, role: str = Role.AGENT) -> User:
    """The account of ``person``; see :func:`open_accounts`."""
    return open_accounts(people=[person], actor=actor, now=now, role=role)[0]


@service
def open_accounts(*, people: Sequence[Person], actor: User, now: datetime, role: str = Role.AGENT) -> list[User]:
    """The accounts of people, in their order: made with the role of an agent where there is none.

    A closed one opens again, if an administrator asks; only they may open one with another role. The number of
    queries does not grow with the people.

    Raises:
        NotAllowed: one of them is outside the actor's scope.
        Refused: one has left, or the number or mail address belongs to another account.
    """
    keys = [person.pk for person in people]
    locked = list(Person.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    require(set(keys) <= people_helped_by(actor, locked))
    require(role == Role.AGENT or can_manage_people(actor))
    for person in locked:
        if person.employment == Employment.LEFT:
            raise Refused(
                _("%(person)s has left. Correct the employment before opening an account.") % {"person": person},
                code="person_left",
            )
    users = {user.person_id: user for user in User.objects.filter(person__in=keys).select_related("person")}
    for user in _new_accounts([person for person in locked if person.pk not in users], role, actor, now):
        users[user.person_id] = user
    for user in users.values():
        if not user.is_active:
            _reopen(user, actor, now)
    return [users[key] for key in keys]


def _new_accounts(people: Sequence[Person], role: str, actor: User, now: datetime) -> list[User]:
    if not people:
        return []
    taken = _taken([(person.employee_no, person.email) for person in people])
    for person in people:
        _require_free(person.employee_no, person.email, taken)
    places = present_assignments([person.pk for person in people], now)
    made = []
    for person in people:
        zone = {"timezone": places[person.pk].site.timezone} if person.pk in places else {}
        user = User(
            login=person.employee_no.upper(),
            name=person.name,
            email=person.email.lower(),
            person=person,
            must_set_password=True,
            **zone,
        )
        user.set_unusable_password()
        made.append(user)
    User.objects.bulk_create(made)
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, starts_on=now.astimezone(user.zone).date()) for user in made
    )
    for user, person in zip(made, people, strict=True):
        data = {"person": person.uuid, "role": role}
        record("account.opened", subject=user, actor=actor, now=now, data=data)
    return made


def _reopen(user: User, actor: User, now: datetime) -> None:
    require(can_manage_people(actor))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("account.reopened", subject=user, actor=actor, now=now)


def _taken(pairs: Sequence[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """Which of these log-ins and mail addresses belong to an account already, in capitals: one query."""
    logins, mails = {login.upper() for login, _mail in pairs}, {mail.upper() for _login, mail in pairs} - {""}
    rows = User.objects.annotate(login_key=Upper("login"), mail_key=Upper("email")).filter(
        Q(login_key__in=logins) | Q(mail_key__in=mails)
    )
    found = list(rows.values_list("login_key", "mail_key"))
    return {login for login, _mail in found} & logins, {mail for _login, mail in found} & mails


def _require_free(login: str, email: str, taken: tuple[set[str], set[str]]) -> None:
    if login.upper() in taken[0]:
        raise Refused(
            _("There is an account “%(login)s” already. Use another employee number.") % {"login": login},
            field="login",
            code="login_taken",
        )
    if email.upper() in taken[1]:
        raise Refused(
            _("The mail address %(email)s belongs to another account. Correct it.") % {"email": email},
            field="email",
            code="email_taken",
        )


@service
def open_outside_account(*, login: str, name: str, email: str, role: str, actor: User, now: datetime) -> User:
    """An account without a person: a client, an external auditor.

    Raises as :func:`open_without_person`.
    """
    require(can_manage_people(actor))
    return open_without_person(login=login, name=name, email=email, role=role, actor=actor, now=now)


def open_without_person(*, login: str, name: str, email: str, role: str, actor: User | None, now: datetime) -> User:
    """The account of nobody who is employed here, with its role from today on; for services.

    Raises:
        Refused: the log-in or mail address is taken, or the log-in is an id of somebody.
    """
    _require_free(login, email, _taken([(login, email)]))
    owner = Person.objects.filter(Q(employee_no__iexact=login) | Q(login_id__iexact=login)).first()
    if owner is not None:
        words = _("“%(login)s” is an id of %(name)s. Use another sign-in name.")
        raise Refused(words % {"login": login, "name": owner}, field="login", code="login_taken")
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
