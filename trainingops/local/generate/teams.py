"""The team of a pattern: hired, given accounts, its PIC appointed, by the services (5.1.1 a)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from planning.models import (
    Room,
    TrainerProfile,
    TrainingModule,
)
from planning.services.appointments import sign_and_appoint
from planning.services.places import add_room
from trainingops.local.demo.cast import Cast
from trainingops.people.enums import Role
from trainingops.people.models import Person, Site, Team, User
from trainingops.people.services import PersonEntry, grant_role, open_account, save_people

#: How many agents a team has; every class of the pattern is for one team.
AGENTS = 24
#: The modules that the trainers may teach.
TAUGHT = ("PNM-HS-21", "PNM-HS-22", "PNM-SS-21")


@dataclass(frozen=True)
class Team24:
    """A team with its leader, its trainer and PIC, and the room where they teach."""

    site: Site
    team: Team
    leader: User
    trainer: User
    agents: list[Person]
    room: Room


def found_team(
    cast: Cast, site: Site, *, first: int, name: str, names: list[str], now: datetime, until: date
) -> Team24:
    """Hire a team with its trainer and leader, open their accounts, appoint the PIC (5.1.1 a).

    Args:
        first: the employee number of the leader; the others' follow.
        names: of the leader, the trainer and the agents.
        until: today: the appointment of the PIC is renewed until then.
    """
    numbers = [employee_no(first + place) for place in range(AGENTS + 2)]
    entries = [
        PersonEntry(
            employee_no=number,
            name=whose,
            site=site,
            line=cast.inbound,
            email=f"{number.lower()}@demo.invalid",
            joined_on=timezone.localdate(now, site.zone),
            team="" if place == 1 else name,
            leader_no="" if place == 1 else numbers[0],
            segments=("Gadai",),
        )
        for place, (number, whose) in enumerate(zip(numbers, names, strict=True))
    ]
    leader, trainer, *agents = save_people(entries=entries, actor=cast.administrator, now=now)
    accounts = [
        open_account(
            person=each, actor=cast.administrator, now=now, role=Role.TRAINER if each == trainer else Role.AGENT
        )
        for each in (leader, trainer, *agents)
    ]
    team = Team.objects.get(assignments__person=leader)
    leader.led_teams.add(team)
    day = now.astimezone(site.zone).date()
    grant_role(user=accounts[0], role=Role.TEAM_LEADER, actor=cast.administrator, now=now, starts_on=day, teams=[team])
    accounts[1].role_assignments.get(role=Role.TRAINER).lines.add(cast.inbound)
    User.objects.filter(pk__in=[each.pk for each in accounts]).update(
        password=cast.administrator.password, must_set_password=False
    )
    _appoint(cast, accounts[1], site, now, until)
    TrainerProfile.objects.get(user=accounts[1]).modules.set(TrainingModule.objects.filter(code__in=TAUGHT))
    room = add_room(site=site, name=f"Ruang {name}", capacity=AGENTS, actor=cast.manager, now=now)
    return Team24(site, team, accounts[0], accounts[1], agents, room)


def _appoint(cast: Cast, trainer: User, site: Site, now: datetime, until: date) -> None:
    """The manager appoints the PIC, and again whenever two years are over, until a day (5.1.1 a)."""
    at = now
    while (day := at.astimezone(site.zone).date()) <= until:
        after = at + timedelta(days=730)
        sign_and_appoint(
            user=trainer,
            site=site,
            line=cast.inbound,
            duties="Menyusun, melaksanakan, dan melaporkan Training Refreshment dan Improvement.",
            starts_on=day,
            ends_on=after.astimezone(site.zone).date() - timedelta(days=1),
            authenticated_at=at,
            actor=cast.manager,
            now=at,
        )
        at = after


def employee_no(number: int) -> str:
    """The number of somebody who was generated: ``CC10001`` and on."""
    return f"CC{10_000 + number}"
