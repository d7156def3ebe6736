"""People, places and accounts for tests of every room: rows only, without journal or codes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from typing import Any

import factory
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from trainingops.people.enums import ChannelKind
from trainingops.people.models import Person, PersonAssignment, RoleAssignment, ServiceLine, Site, Team, User

#: Long before every test's today.
BEGINNING = date(2020, 1, 1)
#: What :func:`make_user` and :class:`UserFactory` set, so that a test can sign in through the page.
PASSWORD = "kata-sandi-uji"


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    code = factory.Sequence(lambda n: f"site-{n}")
    name = factory.Sequence(lambda n: f"Site {n}")


class ServiceLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceLine

    code = factory.Sequence(lambda n: f"line-{n}")
    name = factory.Sequence(lambda n: f"Line {n}")
    channel = ChannelKind.INBOUND


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    code = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team {n}")
    site = factory.SubFactory(SiteFactory)
    line = factory.SubFactory(ServiceLineFactory)


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    employee_no = factory.Sequence(lambda n: f"T{n:05d}")
    name = factory.Sequence(lambda n: f"Orang {n:05d}")
    joined_on = BEGINNING


class UserFactory(factory.django.DjangoModelFactory):
    """An account without role. The password is hashed only when the test asks for one: hashing is slow on purpose."""

    class Meta:
        model = User

    login = factory.Sequence(lambda n: f"U{n:05d}")
    name = factory.Sequence(lambda n: f"Pengguna {n:05d}")
    password = "!"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        password = fields.pop("password", "!")
        user = model_class(*args, **fields)
        if password == "!":
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save()
        return user


def make_user(
    *roles: str,
    site: Site | None = None,
    line: ServiceLine | None = None,
    teams: Iterable[Team] = (),
    **user_fields: Any,
) -> User:
    """An account that holds ``roles`` since 2020, within the site, line and teams given (none: everywhere)."""
    user: User = UserFactory(**user_fields)
    for role in roles:
        grant_role(user, role, site=site, line=line, teams=teams)
    return user


def grant_role(
    user: User,
    role: str,
    *,
    site: Site | None = None,
    line: ServiceLine | None = None,
    teams: Iterable[Team] = (),
) -> RoleAssignment:
    """One more role for ``user``; what :func:`make_user` uses."""
    assignment = RoleAssignment.objects.create(user=user, role=role, starts_on=BEGINNING)
    if site:
        assignment.sites.add(site)
    if line:
        assignment.lines.add(line)
    if chosen := list(teams):
        assignment.teams.add(*chosen)
    user.__dict__.pop("authority", None)
    return assignment


def make_agent(
    site: Site | None = None,
    line: ServiceLine | None = None,
    team: Team | None = None,
    *,
    with_user: bool = False,
    **person_fields: Any,
) -> Person:
    """A person at site and line (those of ``team``, or new ones) since 2020; ``with_user`` adds the account."""
    site = site or (team.site if team else SiteFactory())
    line = line or (team.line if team else ServiceLineFactory())
    person: Person = PersonFactory(**person_fields)
    PersonAssignment.objects.create(person=person, site=site, line=line, team=team, starts_on=BEGINNING)
    if with_user:
        make_user("agent", login=person.employee_no, name=person.name, person=person)
    return person


def sign_in(client: Client, user: User, *, minutes_ago: float = 0) -> None:
    """Sign ``client`` in as if the password had been typed ``minutes_ago``; ``force_login`` alone is never fresh."""
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - minutes_ago * 60}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def client_of(user: User) -> Client:
    """A browser in which ``user`` has just signed in."""
    client = Client()
    sign_in(client, user)
    return client
