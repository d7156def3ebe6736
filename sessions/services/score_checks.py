"""Whether a score that somebody types can be (SCR-5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from sessions.frozen import FrozenParameter
from sessions.models import Enrolment
from sessions.queries.pages import attendance_of
from sessions.services.standing import Standing
from trainingops.domain import Refused
from trainingops.people.models import User
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import moment_words

#: Decimals of a score that a trainer gives; the scheme's own decimals round the final figure.
SCORE_DECIMALS = 2


def check_score(value: Decimal | None, parameter: FrozenParameter, *, who: str, field: str) -> None:
    """Raise ``Refused`` for a score outside its scale or with too many decimals; a blank is one too, and never 0."""
    if value is None:
        return
    about = {"who": who, "parameter": parameter.name, "value": format_figure(value)}
    maximum = parameter.parameter.maximum_score
    if not 0 <= value <= maximum:
        raise Refused(
            _("%(who)s, %(parameter)s: %(value)s is outside 0–%(maximum)s.")
            % {**about, "maximum": format_figure(maximum)},
            field=field,
        )
    if value != round(value, SCORE_DECIMALS):
        raise Refused(_("%(who)s, %(parameter)s: %(value)s has more than two decimals.") % about, field=field)


def saved_meanwhile(
    what: str, *, mine: Decimal | None, theirs: Decimal | None, by: User | None, at: datetime | None, reader: User
) -> str:
    """Both values of a conflict, who saved the other one, and when (SCR-4)."""
    said = {
        "what": what,
        "name": by or _("somebody"),
        "mine": _blank_or(mine),
        "theirs": _blank_or(theirs),
        "at": moment_words(at, reader.zone) if at else "–",
    }
    if by == reader:
        return _("%(what)s: you saved %(theirs)s in another window, %(at)s; %(mine)s is not saved.") % said
    return _("%(what)s: %(name)s saved %(theirs)s, %(at)s; your %(mine)s is not saved.") % said


def _blank_or(value: Decimal | None) -> str:
    return _("blank") if value is None else format_figure(value.normalize())


def who_was_absent(people: Sequence[Enrolment]) -> set[int]:
    """Keys of those whom the attendance list says to be absent (one query).

    Who recovered the meeting since then is trained, and may have written its test.
    """
    presences = attendance_of(people).items() if people else ()
    return {key for key, presence in presences if presence.is_away}


def require_took_part(people: Iterable[Standing]) -> None:
    """Raise ``Refused`` for a score of somebody who was absent, wherever it comes from (SCR-5)."""
    for each in people:
        if each.presence.is_away:
            raise Refused(
                _("%(who)s: the attendance list says: did not take part. Correct the attendance first.")
                % {"who": each.enrolment.person.name},
                field=f"points-{each.enrolment.pk}",
            )
