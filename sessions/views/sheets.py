"""What the files of the score grid and of the roll say of each person (EXP-1)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from sessions.models import Enrolment, TrainingSession


def places_of(training_session: TrainingSession) -> Mapping[int, Enrolment]:
    """The enrolments by key with site, line and team of then; one query."""
    return training_session.enrolments.select_related("site", "line", "team").in_bulk()


def identity_head() -> list[str]:
    """The headings of :func:`identity`."""
    return [_("Employee number"), _("Name"), _("Site"), _("Service line"), _("Team")]


def identity(enrolment: Enrolment, places: Mapping[int, Enrolment]) -> list[str]:
    """Who somebody is and where they worked then; ``enrolment`` has its person, ``places`` is of :func:`places_of`."""
    at = places[enrolment.pk]
    return [
        enrolment.person.employee_no,
        enrolment.person.name,
        *(str(each or "") for each in (at.site, at.line, at.team)),
    ]
