"""The releases of agents as the pages of a plan and of a session show them (5.1.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import ReleaseState
from planning.models import PlannedSession, ReleaseConfirmation, TrainingPlan
from planning.policies.plans import can_see_release
from planning.queries.roster import some_names
from trainingops.people.enums import Employment
from trainingops.people.models import Person, PersonAssignment, User
from trainingops.people.queries import in_force
from trainingops.ui.shown import Shown

_FIELDS = {
    "uuid": "uuid",
    "state": "state",
    "reason": "reason",
    "batch": "planned_session__label",
    "name": "team__name",
    "team": "team_id",
    "site": "team__site_id",
    "line": "team__line_id",
}
#: The kind of each state's mark.
RELEASE_KINDS = {ReleaseState.ASKED: "idle", ReleaseState.CONFIRMED: "ok", ReleaseState.OTHER_BATCH: "warn"}


@dataclass(frozen=True)
class ReleaseLine:
    """What one team's leader said about one session; ``url`` is blank for who may not open it."""

    batch: str
    team: str
    kind: str
    word: str
    reason: str
    url: str


#: What the page of a release shows, and the word for it; ``agents`` by name is :func:`other_agents`.
SHOWN: Mapping[str, Any] = {
    "answer": gettext_lazy("the answer of the team"),
    "times": gettext_lazy("times"),
    "place": gettext_lazy("room or link"),
    "agents": gettext_lazy("agents"),
}


def agents_of(release: ReleaseConfirmation) -> QuerySet[Person]:
    """The targets of the session whose team it is on the day of its first meeting, by name."""
    planned = release.planned_session
    first = min(each.starts_at for each in planned.meetings.all())
    day = first.astimezone(planned.host_site.zone).date()
    here = PersonAssignment.objects.filter(in_force(day), team=release.team).values("person")
    return Person.objects.filter(plan_targets__planned_session=planned, pk__in=here).order_by("name")


def withdrawn_words(release: ReleaseConfirmation) -> str:
    """That nobody of the team is needed any more, in words."""
    return _("No agent of %(team)s is needed for %(batch)s any more: there is nothing to confirm.") % {
        "team": release.team,
        "batch": release.planned_session,
    }


def would_be_empty(planned: PlannedSession, *, without: Collection[int]) -> bool:
    """Whether nobody who still works here would be left on target in a batch without these people (their keys)."""
    staying = planned.targets.exclude(person__in=without).exclude(person__employment=Employment.LEFT)
    return not staying.exists()


def place_of(planned: PlannedSession) -> str:
    """Where a batch is held, in words."""
    room = planned.room.name if planned.room else ""
    return ", ".join(part for part in (planned.host_site.name, room, planned.link) if part)


def about_release(release: ReleaseConfirmation, agents: Iterable[Person]) -> Shown:
    """What a leader releases: who, when, where, and what the team has answered already."""
    planned = release.planned_session
    return {
        "answer": [release.state, release.answered_at.isoformat() if release.answered_at else ""],
        "times": [[each.starts_at.isoformat(), each.ends_at.isoformat()] for each in planned.meetings.all()],
        "place": place_of(planned),
        "agents": sorted(person.pk for person in agents),
    }


def other_agents(then: Sequence[int], now: Sequence[int]) -> str:
    """Who of a team came to a release since and who left it, by name."""
    names = dict(Person.objects.filter(pk__in={*then} ^ {*now}).order_by("name").values_list("pk", "name"))
    come, gone = ([name for key, name in names.items() if key in keys] for keys in (now, then))
    words = [_("agents, new: %(names)s") % {"names": some_names(come)}] if come else []
    words += [_("agents, no longer: %(names)s") % {"names": some_names(gone)}] if gone else []
    return ", ".join(words)


def releases_of_session() -> ArraySubquery:
    """For an annotation on what has the uuid of a planned session: the rows that :func:`release_lines` takes."""
    rows = ReleaseConfirmation.objects.filter(planned_session__uuid=OuterRef("uuid")).order_by("team__name")
    return ArraySubquery(rows.values(row=JSONObject(**_FIELDS)))


def releases_of_plan() -> ArraySubquery:
    """The same rows of all sessions of a plan, for an annotation on its revisions."""
    rows = ReleaseConfirmation.objects.filter(plan=OuterRef("plan")).order_by("planned_session", "team__name")
    return ArraySubquery(rows.values(row=JSONObject(**_FIELDS)))


def release_lines(rows: Iterable[Mapping[str, Any]], *, plan: TrainingPlan, reader: User) -> list[ReleaseLine]:
    """The rows in the reader's words, with a link where they may open it."""
    return [
        ReleaseLine(
            batch=row["batch"],
            team=row["name"],
            kind=RELEASE_KINDS[ReleaseState(row["state"])],
            word=str(ReleaseState(row["state"]).label),
            reason=row["reason"],
            url=reverse("release_detail", args=[row["uuid"]])
            if can_see_release(reader, plan, team=row["team"], site=row["site"], line=row["line"])
            else "",
        )
        for row in rows
    ]
