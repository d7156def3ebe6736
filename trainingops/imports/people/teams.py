"""Which teams and leaders an import of people makes: said, and asked, before anything is written (5.1.1 b, IMP-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.imports.registry import Batch, Checked, Question
from trainingops.people.models import Person, Team
from trainingops.people.queries import present_assignments
from trainingops.people.services import PersonEntry, new_team_name, team_meant

#: So many of a kind a sentence names.
_NAMED = 20
_QUESTION = "new_leaders"


def ask_new_leaders(batch: Batch) -> list[Question]:
    """Whether those who work in a team, lead none, and stand as somebody's leader, are to lead a new one."""
    numbers = {row.text("leader_no").upper() for row in batch.rows} - {""}
    leaders = {person.pk: person for person in Person.objects.filter(employee_no__in=numbers, led_teams=None)}
    places = present_assignments([*leaders], batch.now)
    members = {leaders[key].employee_no: leaders[key].name for key, place in places.items() if place.team_id}
    batch.kept[_QUESTION] = members
    if not members:
        return []
    text = _("These work in a team and lead none yet: %(people)s. Shall each become the leader of a new team?")
    people = _some(f"{name} ({number})" for number, name in sorted(members.items()))
    choices = (
        ("no", gettext_lazy("No: their number stands there by mistake")),
        ("yes", gettext_lazy("Yes: make them leaders")),
    )
    return [Question(_QUESTION, text % {"people": people}, choices, lambda _rows: True, each_time=True)]


def refuse_leaders_by_mistake(batch: Batch, found: Iterable[Checked]) -> None:
    """Who does not lead, by the answer, is nobody's leader."""
    if batch.answer(_QUESTION) != "no":
        return
    words = _("%(name)s leads no team. Write the team leader's number, or leave the cell blank.")
    for checked in found:
        if not checked.is_bad and (name := batch.kept[_QUESTION].get(checked.data.leader_no)):
            checked.refuse("leader_no", "leads_no_team", words % {"name": name})


def announce_new_teams(batch: Batch, found: Sequence[Checked], people: Mapping[str, Person]) -> None:
    """Name the teams that will be made, each with who will lead it."""
    teams = list(Team.objects.prefetch_related("leaders"))
    names = {number: person.name for number, person in people.items()}
    names |= {checked.data.employee_no: checked.data.name for checked in found if not checked.is_bad}
    made: dict[tuple[Any, ...], str] = {}
    judged: set[tuple[Any, ...]] = set()
    for checked in found:
        if checked.is_bad or not (checked.data.team or checked.data.leader_no):
            continue
        entry: PersonEntry = checked.data
        key = (entry.site.pk, entry.line.pk, entry.team.casefold(), entry.leader_no)
        # As they are written: a team is named by its name, and only without one by its leader.
        own = key[:3] if entry.team else key
        if key in judged or own in made:
            continue
        judged.add(key)
        if team_meant(entry, teams) is None:
            made[own] = _words(entry, names.get(entry.leader_no, ""))
    if made:
        batch.notices.append(_("New teams will be made: %(teams)s.") % {"teams": _some(made.values())})


def _words(entry: PersonEntry, leader: str) -> str:
    shown = {"team": new_team_name(entry, leader), "place": f"{entry.site}, {entry.line}", "leader": leader}
    if leader:
        return _("%(team)s (%(place)s; led by %(leader)s)") % shown
    return _("%(team)s (%(place)s; without a leader)") % shown


def _some(texts: Iterable[str]) -> str:
    """The first of many texts, and how many more there are."""
    all_of_them = list(texts)
    shown = "; ".join(all_of_them[:_NAMED])
    if len(all_of_them) <= _NAMED:
        return shown
    return _("%(shown)s and %(more)d more") % {"shown": shown, "more": len(all_of_them) - _NAMED}
