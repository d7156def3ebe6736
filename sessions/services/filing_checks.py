"""What a class filed afterwards cannot have been: held twice, or with people who were elsewhere then (clause 5.2)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from planning.queries.roster import some_names
from planning.services.filing import HeldClass
from sessions.models import SessionMeeting
from sessions.services.elsewhere import HeldElsewhere, first_of, meetings_between, named, require_nobody_elsewhere
from trainingops.domain import Refused
from trainingops.people.models import Person, User


def check_not_held_elsewhere(held: HeldClass, people: Collection[Person], *, beside: str, actor: User) -> None:
    """Refuse the same class a second time, its trainer among those who came, and people recorded elsewhere then.

    Args:
        beside: why it is another class than the one that stands at that site and hour with the same trainer.

    Raises:
        HeldElsewhere, Refused: the message names who, and the other class where ``actor`` may know it.
    """
    here = {each.pk for each in people}
    taught_by = {each.person_id: each.name for each in held.trainers if each.person_id}
    if both := [name for person, name in taught_by.items() if person in here]:
        raise Refused(
            _("%(names)s taught the class and is named among those who came. Leave one of the two out.")
            % {"names": some_names(both)},
            field="people",
        )
    meetings = meetings_between(held.starts_at, held.ends_at)
    if not beside.strip():
        _check_held_once(held, meetings, actor)
    require_nobody_elsewhere(
        here,
        meetings,
        actor=actor,
        remedy=_("Correct the times, leave them out here, or correct the attendance there first."),
        field="people",
        trainers=taught_by,
    )


def _check_held_once(held: HeldClass, meetings: QuerySet[SessionMeeting], actor: User) -> None:
    same = meetings.filter(training_session__site=held.site, meeting_trainers__trainer__in=held.trainers)
    other = first_of(same, actor)
    if other is not None:
        raise HeldElsewhere(
            _(
                "%(other)s stands there at that time with the same trainer. If it is this class, record it there; if "
                "it is another one, write why below."
            )
            % {"other": named(other)},
            sessions=[other.training_session_id],
            field="beside",
        )
