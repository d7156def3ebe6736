"""Sites, service lines and teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.text import slugify
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.models import Person, ServiceLine, Site, Team, User
from trainingops.people.policies import can_manage_people


@service
def create_site(*, name: str, timezone: str, actor: User, now: datetime) -> Site:
    """A new site with its zone.

    Raises:
        Refused: the name is taken.
    """
    require(can_manage_people(actor))
    if Site.objects.filter(name__iexact=name).exists():
        raise _taken(name)
    site = Site.objects.create(code=free_code(Site, name), name=name, timezone=timezone)
    record("site.created", subject=site, actor=actor, now=now, data={"code": site.code, "timezone": timezone})
    return site


@service
def create_line(*, name: str, channel: str, actor: User, now: datetime) -> ServiceLine:
    """A new service line.

    Raises:
        Refused: the name is taken.
    """
    require(can_manage_people(actor))
    if ServiceLine.objects.filter(name__iexact=name).exists():
        raise _taken(name)
    line = ServiceLine.objects.create(code=free_code(ServiceLine, name), name=name, channel=channel)
    record("line.created", subject=line, actor=actor, now=now, data={"code": line.code, "channel": channel})
    return line


@service
def create_team(
    *, name: str, site: Site, line: ServiceLine, actor: User, now: datetime, leaders: Iterable[Person] = ()
) -> Team:
    """A new team of one site and line.

    Raises:
        Refused: the site and line have a team of this name already.
    """
    require(can_manage_people(actor))
    if Team.objects.filter(name__iexact=name, site=site, line=line).exists():
        raise _taken(name)
    team = Team.objects.create(code=free_code(Team, name), name=name, site=site, line=line)
    chosen = list(leaders)
    team.leaders.set(chosen)
    data = {"code": team.code, "site": site.uuid, "line": line.uuid, "leaders": [person.uuid for person in chosen]}
    record("team.created", subject=team, actor=actor, now=now, data=data)
    return team


def free_code(model: type[Site] | type[ServiceLine] | type[Team], name: str) -> str:
    """A short code made of ``name`` that no other row has."""
    length = 20 if model is not Team else 40
    base = slugify(name)[: length - 4] or "x"
    taken = set(model.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{n}" for n in range(2, 1000))) if code not in taken)


def _taken(name: str) -> Refused:
    return Refused(
        _("“%(name)s” exists already. Choose another name.") % {"name": name}, field="name", code="name_taken"
    )
