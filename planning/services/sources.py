"""What findings and samples of Quality Control share: how they are named, and where the agent was."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from planning.policies.catalogue import can_record_defect
from planning.queries.offices import OfficesThen
from trainingops.domain import Refused, require
from trainingops.people.queries import assignment_on
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import Person, PersonAssignment, User

#: Findings of Quality Control, typed or from its sheets: one name, so that a list and a sheet meet in one defect.
QC_SOURCE = "QC"


def finding_reference(*, contact: str, employee_no: str, parameter: str) -> str:
    """What names a finding in the register: the contact, the agent and the parameter."""
    return f"{contact}/{employee_no.upper()}/{parameter}"


def named_and_placed(reference: str, person: Person, place: PersonAssignment) -> dict[str, Any]:
    """The fields of a finding or a sample that say which it is, about whom, and where they worked then."""
    return {
        "source": QC_SOURCE,
        "source_reference": reference,
        "person": person,
        "site_id": place.site_id,
        "line_id": place.line_id,
        "team_id": place.team_id,
    }


def place_then(*, person: Person, day: date, field: str, actor: User, now: datetime) -> PersonAssignment:
    """Where the agent worked on the day of the contact, as far as the actor may record there.

    Raises:
        NotAllowed: outside the actor's scope.
        Refused: the day lies ahead, or the agent worked nowhere then; ``field`` is the day's.
    """
    if day > timezone.localdate(now, timezone=actor.zone):
        raise Refused(
            _("%(day)s lies ahead. Write the day on which the contact was.") % {"day": day_words(day)}, field=field
        )
    place = assignment_on(person.pk, day)
    if place is None:
        raise Refused(
            _("%(name)s had no place of work on %(day)s. Correct the date or the agent's assignment.")
            % {"name": person.name, "day": day_words(day)},
            field=field,
        )
    require(can_record_defect(actor, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id))
    if OfficesThen([person]).held(place, day):
        raise Refused(
            _("%(name)s was no agent on %(day)s. Write the employee number of the agent who had the contact.")
            % {"name": person.name, "day": day_words(day)},
            field="employee_no",
        )
    return place
