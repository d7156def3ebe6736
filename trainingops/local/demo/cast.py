"""Who plays in the demo: sites, lines, people of ``data/people_id.csv``, accounts, roles, log-ins."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils import timezone

from sessions.enums import SessionState
from sessions.models import Enrolment
from trainingops.people.enums import ChannelKind, Role
from trainingops.people.models import Person, RoleAssignment, ServiceLine, Site, Team, User
from trainingops.people.services import PersonEntry, create_line, create_site, grant_role, open_account, save_people
from trainingops.people.services.accounts import open_outside_account

DATA = Path(__file__).parent / "data"
PIN = "271828"  # of the participants of the class under way, for a shared PC
PASSWORD = "pelatihan-demo-25"  # noqa: S105 (printed for everybody; demo data only loads in demo mode)

SITES = {
    "Jakarta": "Asia/Jakarta",
    "Yogyakarta": "Asia/Jakarta",
    "Makassar": "Asia/Makassar",
    "Denpasar": "Asia/Makassar",
    "Jayapura": "Asia/Jayapura",
}
LINES = {"Inbound": ChannelKind.INBOUND, "Outbound": ChannelKind.OUTBOUND, "Digital": ChannelKind.DIGITAL}
STAFF_ROLES = {"Trainer/PIC": Role.TRAINER, "QC": Role.QC}
#: Offices without a place in the list of people: log-in, name, role.
OFFICES = [
    ("MGR01", "Ratna Prameswari", Role.MANAGER),
    ("OPS01", "Bagus Hendrawan", Role.OPERATIONS),
    ("SUP01", "Lestari Wulandari", Role.OPERATION_SUPPORT),
    ("SSO01", "Teguh Santosa", Role.SSO_TRAINING),
    ("AUD01", "Marta Siregar", Role.AUDITOR),
    ("CLI01", "Indra Kusuma", Role.CLIENT),
]
#: Who also leads a team elsewhere that is too small for a leader of its own.
LEADS_TOO = {"CC0012": "Inbound Denpasar", "CC0015": "Digital Makassar"}
ADMINISTRATOR = ("ADM01", "Surya Wibisono")


@dataclass(frozen=True, kw_only=True)
class Login:
    """One row of the table that the demo prints; ``link`` is the page to try first."""

    role: str
    name: str
    login: str
    password: str
    language: str
    time_zone: str
    link: str


class Cast:
    """The accounts of the demo by log-in, each loaded once."""

    def user(self, login: str) -> User:
        """The account with this log-in."""
        return self._users[login]

    @cached_property
    def _users(self) -> dict[str, User]:
        return {user.login: user for user in User.objects.select_related("person")}

    @property
    def administrator(self) -> User:
        return self.user(ADMINISTRATOR[0])

    @property
    def manager(self) -> User:
        return self.user("MGR01")

    @property
    def pic(self) -> User:
        """Rika Winarsih, who carries the cycle."""
        return self.user("CC0002")

    @property
    def qc(self) -> User:
        return self.user("CC0007")

    @cached_property
    def jakarta(self) -> Site:
        return Site.objects.get(name="Jakarta")

    @cached_property
    def inbound(self) -> ServiceLine:
        return ServiceLine.objects.get(name="Inbound")


def load_people(now: datetime) -> int:
    """Make the administrator by hand, then everything else as the administrator would; the number of people."""
    administrator = _administrator(now)
    sites = {name: create_site(name=name, timezone=zone, actor=administrator, now=now) for name, zone in SITES.items()}
    lines = {name: create_line(name=name, channel=kind, actor=administrator, now=now) for name, kind in LINES.items()}
    with (DATA / "people_id.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    leaders = {
        (row["site"], row["service"]): row["employee_no"] for row in reversed(rows) if row["role"] == "Team Leader"
    }
    people = save_people(
        entries=_entries(rows, sites, lines, leaders, timezone.localdate(now)), actor=administrator, now=now
    )
    _open_accounts(dict(zip((row["employee_no"] for row in rows), people, strict=True)), rows, administrator, now)
    for login, name, role in OFFICES:
        user = open_outside_account(
            login=login, name=name, email=f"{login.lower()}@demo.invalid", role=role, actor=administrator, now=now
        )
        if role == Role.AUDITOR:
            User.objects.filter(pk=user.pk).update(language="en")
    # One hash for all: hashing 86 times costs half a minute and protects nothing here.
    User.objects.update(password=make_password(PASSWORD), must_set_password=False)
    return len(people)


def _administrator(now: datetime) -> User:
    login, name = ADMINISTRATOR
    user = User.objects.create_user(login, name=name, email="adm01@demo.invalid")
    RoleAssignment.objects.create(user=user, role=Role.ADMINISTRATOR, starts_on=timezone.localdate(now))
    return user


def _entries(
    rows: list[dict[str, str]],
    sites: dict[str, Site],
    lines: dict[str, ServiceLine],
    leaders: dict[tuple[str, str], str],
    today: date,
) -> list[PersonEntry]:
    return [
        PersonEntry(
            employee_no=row["employee_no"],
            name=row["name"],
            site=sites[row["site"]],
            line=lines[row["service"]],
            acd_id=f"{5000 + number:05d}" if row["role"] == "Agent" else "",
            email=f"{row['employee_no'].lower()}@demo.invalid",
            joined_on=today - timedelta(days=30 * (number % 30)),
            team=_team_of(row),
            leader_no=leaders.get((row["site"], row["service"]), "") if _team_of(row) else "",
            segments=("Gadai",) if number % 3 else ("Gadai", "Tabungan Emas"),
        )
        for number, row in enumerate(rows, start=1)
    ]


def _team_of(row: dict[str, str]) -> str:
    if row["role"] not in ("Agent", "Team Leader"):
        return ""
    return f"{row['service']} {row['site']}"


def _open_accounts(people: dict[str, Person], rows: list[dict[str, str]], administrator: User, now: datetime) -> None:
    for row in rows:
        person = people[row["employee_no"]]
        role = STAFF_ROLES.get(row["role"], Role.AGENT)
        user = open_account(person=person, actor=administrator, now=now, role=role)
        if row["role"] != "Team Leader":
            continue
        own = Q(assignments__person=person) | Q(name=LEADS_TOO.get(row["employee_no"]))
        teams = list(Team.objects.filter(own).distinct())
        if teams:
            person.led_teams.add(*teams)
            grant_role(
                user=user,
                role=Role.TEAM_LEADER,
                actor=administrator,
                now=now,
                starts_on=timezone.localdate(now),
                teams=teams,
            )
    _scope_trainers()


def _scope_trainers() -> None:
    """Trainers work for their own line, at every site."""
    for assignment in RoleAssignment.objects.filter(role=Role.TRAINER).select_related("user__person"):
        place = assignment.user.person.assignments.first() if assignment.user.person else None
        if place is not None:
            assignment.lines.add(place.line)


def _agents() -> list[str]:
    """The log-in of one agent: whom the session under way expects, else the next, else the last one, else anybody."""
    places = {SessionState.OPEN: 0, SessionState.SCHEDULED: 1, SessionState.CONCLUDED: 2}
    order = Case(*(When(training_session__state=state, then=place) for state, place in places.items()), default=3)
    expected = Enrolment.objects.filter(person__user__is_active=True, removed_at=None)
    logins = expected.order_by(order, "pk").values_list("person__user__login", flat=True)[:1]
    agents = User.objects.filter(role_assignments__role=Role.AGENT, is_active=True).order_by("login")
    return list(logins) or list(agents.values_list("login", flat=True)[:1])


#: The log-ins worth printing: log-in, what the role is called, URL name of the page to try first.
_FIRST = [
    ("MGR01", "Manager", "plan_approvals"),
    ("CC0002", "Trainer/PIC", "home"),
    ("CC0001", "Trainer/PIC", "session_list"),
    ("CC0005", "Trainer/PIC", "obligation_list"),
    ("CC0007", "QC", "need_overview"),
    ("OPS01", "Operation", "inbox"),
    ("SUP01", "Operation Support", "home"),
    ("CC0011", "Team Leader", "recovery_list"),
    ("CC0012", "Team Leader", "release_list"),
    ("CC0013", "Team Leader", "people_codes"),
    ("AUD01", "Auditor", "evidence_list"),
    ("ADM01", "Administrator", "people_list"),
]


def logins() -> list[Login]:
    """The people one can sign in as."""
    first = [*_FIRST, *((login, "Agent", "my_trainings") for login in _agents())]
    users = {user.login: user for user in User.objects.filter(login__in=[row[0] for row in first])}
    zones = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
    return [
        Login(
            role=role,
            name=users[login].name,
            login=login,
            password=PASSWORD,
            language=users[login].language,
            time_zone=zones[users[login].timezone],
            link=reverse(page),
        )
        for login, role, page in first
        if login in users
    ]
