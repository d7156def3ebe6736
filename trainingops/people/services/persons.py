"""People and where they work, saved many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import slugify

from trainingops.audit.journal import record, service
from trainingops.domain import require
from trainingops.people.enums import Employment
from trainingops.people.models import Person, PersonAssignment, Segment, ServiceLine, Site, Team, User
from trainingops.people.policies import can_manage_people
from trainingops.people.queries import present_assignments
from trainingops.people.services.leave import follow_employment
from trainingops.people.services.periods import end_before
from trainingops.people.services.places import free_code
from trainingops.people.signals import places_changed

_OWN_FIELDS = ("name", "login_id", "acd_id", "email", "employment", "joined_on", "left_on")


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """A person as a list of people says it. ``team`` is a name; without one, the leader's team at site and line."""

    employee_no: str
    name: str
    site: Site
    line: ServiceLine
    login_id: str = ""
    acd_id: str = ""
    email: str = ""
    employment: str = Employment.ACTIVE
    joined_on: date | None = None
    left_on: date | None = None
    team: str = ""
    leader_no: str = ""
    segments: tuple[str, ...] = ()


@service
def save_people(*, entries: Sequence[PersonEntry], actor: User, now: datetime) -> list[Person]:
    """Add people and change those known by their employee number; what is the same stays untouched.

    A change of site, line, team or segments ends the present assignment yesterday and begins another today, so that
    what happened until then keeps its place. Who has left can no longer sign in.

    Returns:
        the people, in the order of the entries.
    """
    require(can_manage_people(actor))
    numbers = [entry.employee_no for entry in entries]
    known = {
        person.employee_no: person
        for person in Person.objects.select_for_update(no_key=True).filter(employee_no__in=numbers).order_by("pk")
    }
    added = [Person(employee_no=e.employee_no, **_own(e)) for e in entries if e.employee_no not in known]
    Person.objects.bulk_create(added)
    for person in added:
        record("person.added", subject=person, actor=actor, now=now, detail={"employee_no": person.employee_no})
        if person.employment == Employment.ON_LEAVE:
            follow_employment(person, away=True, actor=actor, now=now)
    people = {**known, **{person.employee_no: person for person in added}}
    for entry in entries:
        if entry.employee_no in known:
            _change(known[entry.employee_no], entry, actor, now)
    if moved := _save_places(entries, people, actor, now):
        places_changed.send(sender=Person, people=moved, actor=actor, now=now)
    return [people[number] for number in numbers]


def _own(entry: PersonEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _OWN_FIELDS}


def _change(person: Person, entry: PersonEntry, actor: User, now: datetime) -> None:
    """The person's own fields; a leaver's account closes."""
    changed = {name: value for name, value in _own(entry).items() if getattr(person, name) != value}
    if not changed:
        return
    before = {name: getattr(person, name) for name in changed}
    for name, value in changed.items():
        setattr(person, name, value)
    person.save(update_fields=list(changed))
    detail = {"before": before, "after": changed}
    record("person.changed", subject=person, actor=actor, now=now, data={"fields": sorted(changed)}, detail=detail)
    if Employment.ON_LEAVE in (before.get("employment"), changed.get("employment")):
        follow_employment(person, away=person.employment == Employment.ON_LEAVE, actor=actor, now=now)
    if changed.get("employment") == Employment.LEFT:
        for user in User.objects.filter(person=person, is_active=True):
            user.is_active = False
            user.save(update_fields=["is_active"])
            record("account.closed", subject=user, actor=actor, now=now, data={"person": person.uuid})


def _save_places(entries: Sequence[PersonEntry], people: dict[str, Person], actor: User, now: datetime) -> list[int]:
    """Assignments for all entries: read once, written in bulk; who of them works elsewhere now, or left."""
    present = present_assignments([person.pk for person in people.values()], now)
    teams = _Teams(entries, actor, now)
    segments = _segments(entries)
    fresh: list[tuple[PersonAssignment, tuple[str, ...]]] = []
    ended: list[int] = []
    for entry in entries:
        person = people[entry.employee_no]
        today = now.astimezone(entry.site.zone).date()
        old = present.get(person.pk)
        new = PersonAssignment(person=person, site=entry.site, line=entry.line, team=teams.find(entry))
        last_day = _last_day(entry, old, today)
        # Somebody who comes back begins anew; the time away stays a gap.
        returns = old is not None and old.ends_on is not None and old.ends_on < today and last_day is None
        if old is not None and not returns and _same_place(old, new, entry):
            if _set_end(old, last_day):
                ended.append(person.pk)
            continue
        if old is None:
            new.starts_on = min(entry.joined_on or today, last_day or today, today)
        else:
            new.starts_on = today if returns else max(today, old.starts_on)
            if not returns:
                end_before(old, new.starts_on)
        new.ends_on = max(last_day, new.starts_on) if last_day else None
        fresh.append((new, entry.segments))
        data = {"site": entry.site.uuid, "line": entry.line.uuid, "team": new.team.uuid if new.team else None}
        record("person.placed", subject=person, actor=actor, now=now, data={**data, "starts_on": new.starts_on})
    PersonAssignment.objects.bulk_create(assignment for assignment, _skills in fresh)
    link = PersonAssignment.segments.through
    link.objects.bulk_create(
        link(personassignment_id=assignment.pk, segment_id=segment)
        for assignment, skills in fresh
        for segment in dict.fromkeys(segments[skill.casefold()].pk for skill in skills)
    )
    return [*(assignment.person_id for assignment, _skills in fresh), *ended]


def _same_place(old: PersonAssignment, new: PersonAssignment, entry: PersonEntry) -> bool:
    skills = {segment.name.casefold() for segment in old.segments.all()}
    return (old.site_id, old.line_id, old.team_id, skills) == (
        new.site_id,
        new.line_id,
        new.team.pk if new.team else None,
        {skill.casefold() for skill in entry.segments},
    )


def _last_day(entry: PersonEntry, old: PersonAssignment | None, today: date) -> date | None:
    """The day somebody leaves; for a leaver without date the day it was first known."""
    if entry.left_on is not None or entry.employment != Employment.LEFT:
        return entry.left_on
    return (old.ends_on if old else None) or today


def _set_end(old: PersonAssignment, last_day: date | None) -> bool:
    """Let it end on that day; whether that is new."""
    ends_on = max(last_day, old.starts_on) if last_day else None
    if old.ends_on == ends_on:
        return False
    old.ends_on = ends_on
    old.save(update_fields=["ends_on"])
    return True


def _segments(entries: Sequence[PersonEntry]) -> dict[str, Segment]:
    """Segments by name; those that are new are made."""
    names = {skill.casefold(): skill for entry in entries for skill in entry.segments}
    known = {segment.name.casefold(): segment for segment in Segment.objects.all()}
    for key, name in names.items():
        if key not in known:
            known[key], _made = Segment.objects.get_or_create(code=slugify(name)[:40], defaults={"name": name})
    return known


def team_meant(entry: PersonEntry, teams: Iterable[Team]) -> Team | None:
    """The team at the entry's site and line that has its team's name or code, else one that its leader leads."""
    here = [team for team in teams if (team.site_id, team.line_id) == (entry.site.pk, entry.line.pk)]
    if entry.team:
        name = entry.team.casefold()
        return next((team for team in here if name in (team.name.casefold(), team.code)), None)
    return next(
        (team for team in here if any(each.employee_no == entry.leader_no for each in team.leaders.all())), None
    )


def new_team_name(entry: PersonEntry, leader: str) -> str:
    """What the team is called that an entry makes: as it says, else after the leader's name and the site."""
    return (entry.team or f"Tim {leader} · {entry.site}")[:80]


class _Teams:
    """Finds the team that an entry means, and makes it where there is none yet."""

    def __init__(self, entries: Sequence[PersonEntry], actor: User, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.teams = list(Team.objects.order_by("pk").prefetch_related("leaders"))
        numbers = {entry.leader_no for entry in entries if entry.leader_no}
        self.leaders = {person.employee_no: person for person in Person.objects.filter(employee_no__in=numbers)}
        self.found: dict[tuple[Any, ...], Team] = {}

    def find(self, entry: PersonEntry) -> Team | None:
        if not entry.team and not entry.leader_no:
            return None
        key = (entry.site.pk, entry.line.pk, entry.team.casefold(), entry.leader_no)
        if key not in self.found:
            self.found[key] = team_meant(entry, self.teams) or self._make(entry)
        return self.found[key]

    def _make(self, entry: PersonEntry) -> Team:
        leader = self.leaders.get(entry.leader_no)
        code = free_code(Team, f"{entry.leader_no or entry.team} {entry.site.code} {entry.line.code}")
        team = Team.objects.create(code=code, name=new_team_name(entry, str(leader)), site=entry.site, line=entry.line)
        if leader:
            team.leaders.add(leader)
        data = {"code": code, "site": entry.site.uuid, "line": entry.line.uuid}
        record("team.created", subject=team, actor=self.actor, now=self.now, data=data)
        self.teams.append(Team.objects.prefetch_related("leaders").get(pk=team.pk))
        return team
