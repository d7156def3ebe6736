"""A file of scores laid beside a session: whose each row is, how many points of how many."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from planning.enums import ParameterSource
from sessions.frozen import FrozenParameter, read_scheme
from sessions.imports.people import Named
from sessions.imports.scores.points import Points, figure, is_finished, read_moment, read_points, waits
from sessions.models import TrainingSession
from sessions.services.reach import Reach, reach_of
from sessions.services.score_checks import who_was_absent
from sessions.services.standing import Standing, standing_of
from trainingops.imports.preview import PERSON_UNKNOWN
from trainingops.imports.registry import Batch, Checked, Row
from trainingops.people.models import Person
from trainingops.ui.figures import format_figure

#: More points have no test.
MOST_POINTS = 10_000


@dataclass
class Attempt:
    """A row that holds a score: whose, when, how many points of how many."""

    row: Row
    checked: Checked
    person: Person | None = None
    points: Points | None = None
    maximum: Decimal | None = None
    at: datetime | None = None

    @property
    def share(self) -> Decimal:
        """Of all points, for finding the best attempt."""
        return self.points.value / self.maximum if self.points and self.maximum else Decimal(0)


@dataclass
class Marks:
    """A file of scores laid beside a session.

    Attributes:
        absent: enrolments that the attendance list says to be absent.
        reach: what the reader may score.
    """

    training_session: TrainingSession
    parameter: FrozenParameter | None
    attempts: list[Attempt] = field(default_factory=list)
    people: dict[int, list[Attempt]] = field(default_factory=dict)
    standing: dict[int, Standing] = field(default_factory=dict)
    absent: Set[int] = frozenset()
    reach: Reach | None = None
    has_maximum: bool = True

    @property
    def twice(self) -> int:
        """How many people have several attempts."""
        return sum(len(attempts) > 1 for attempts in self.people.values())


def choices_of(batch: Batch, training_session: TrainingSession) -> list[tuple[str, str]]:
    """The parameters of the frozen scheme, the one that the name of the file speaks of first."""
    name = batch.origin.file_name.casefold()
    wanted = ParameterSource.PRE_TEST if "pre" in name else ParameterSource.POST_TEST
    parameters = sorted(read_scheme(training_session.scheme).parameters, key=lambda each: each.source != wanted)
    said = _("%(name)s, from 0 to %(most)s")
    return [
        (str(each.uuid), said % {"name": each.name, "most": format_figure(each.parameter.maximum_score)})
        for each in parameters
    ]


def marks_of(batch: Batch) -> Marks | None:
    """The file laid beside its session; ``None`` without one. Read once a batch, in a few queries."""
    training_session = batch.origin.subject
    if training_session is None:
        return None
    if "marks" not in batch.kept:
        batch.kept["marks"] = _lay(batch, training_session)
    marks: Marks = batch.kept["marks"]
    return marks


def _lay(batch: Batch, training_session: TrainingSession) -> Marks:
    offered = choices_of(batch, training_session)
    chosen = batch.answer("fills") or (offered[0][0] if offered else "")
    parameters = {str(each.uuid): each for each in read_scheme(training_session.scheme).parameters}
    marks = Marks(training_session, parameters.get(chosen))
    named = Named(batch, batch.rows, ids=("employee_no", "email"), name="name", strict=("employee_no",))
    marks.attempts = [read_row(batch, row, named) for row in batch.rows]
    _maximum(batch, marks)
    everybody = standing_of(training_session.enrolments.filter(removed_at=None))
    marks.standing = {each.enrolment.person_id: each for each in everybody}
    marks.absent = who_was_absent([each.enrolment for each in everybody])
    marks.reach = reach_of(batch.user, training_session)
    for each in marks.attempts:
        if each.person is not None and each.points is not None and not each.checked.is_bad:
            marks.people.setdefault(each.person.pk, []).append(each)
    return marks


def read_row(batch: Batch, row: Row, named: Named | None = None) -> Attempt:
    """One row: whose it is, and its points; refuses what is neither a score nor a reason for none."""
    checked = Checked(row, key=row.text("name") or row.text("employee_no") or row.text("email"))
    attempt = Attempt(row, checked, at=read_moment(row.cells.get("submitted")))
    if named is not None:
        attempt.person = named.person(row)
        if attempt.person is None:
            column = named.column(row)
            if row.text(column):
                words = _("Nobody has this id. Choose the person above, or correct it; names are never guessed.")
                checked.refuse(column, PERSON_UNKNOWN, words)
            else:
                checked.refuse("employee_no", "person_blank", _("Fill in the employee number."))
        else:
            checked.key = f"{attempt.person.employee_no} {attempt.person.name}"
    if not is_finished(row.text("state")):
        checked.leave(_("No result: the attempt is “%(state)s”.") % {"state": row.text("state")})
    elif waits(row.cells.get("score")):
        checked.leave(_("Waits for marking; no score yet."))
    else:
        attempt.points = _points(batch, checked)
    return attempt


def _points(batch: Batch, checked: Checked) -> Points | None:
    row = checked.row
    right, wrong = (batch.whole(checked, name) for name in ("correct", "incorrect"))
    stated = batch.figure(checked, "maximum")
    for name, value in (("correct", right), ("incorrect", wrong), ("maximum", stated)):
        if value is not None and not 0 <= value <= MOST_POINTS:
            checked.refuse(name, "out_of_range", _("Write a number from 0 to %(most)s.") % {"most": MOST_POINTS})
    if right is not None and not row.text("score"):
        return Points(Decimal(right), None)
    if row.text("score") in ("", "-", "–"):
        words = _("There is no score, which is not 0. Fill it in, or leave the row out.")
        checked.refuse("score", "score_blank_is_not_zero", words)
        return None
    points = read_points(row.cells.get("score"))
    if points is None:
        checked.refuse("score", "not_points", _("Write points, for example 8 or 8,5 / 10."))
        return None
    if points.value < 0 or points.value > MOST_POINTS:
        checked.refuse("score", "out_of_range", _("Write a number from 0 to %(most)s.") % {"most": MOST_POINTS})
        return None
    return Points(points.value, points.maximum or stated)


def _maximum(batch: Batch, marks: Marks) -> None:
    """How many points there are: by the row, the heading or number format, the other rows, the answer."""
    asked = [sum(_count(each.row, name) for name in ("correct", "incorrect")) for each in marks.attempts]
    said = {each.points.maximum for each in marks.attempts if each.points and each.points.maximum}
    common = figure(batch.facts.get("maximum", "")) if batch.facts.get("maximum") else None
    if common is None and any(asked):
        common = Decimal(max(asked))
    if common is None and len(said) == 1:
        common = next(iter(said))
    needs = [each for each in marks.attempts if each.points and not each.points.maximum]
    marks.has_maximum = common is not None or not needs
    if common is None and batch.answer("maximum"):
        common = figure(batch.answer("maximum"))
    for each in marks.attempts:
        each.maximum = (each.points.maximum if each.points else None) or common
        if each.points and each.maximum and each.points.value > each.maximum:
            words = _("Above the maximum of %(most)s. Correct the points.") % {"most": format_figure(each.maximum)}
            each.checked.refuse("score" if each.row.text("score") else "correct", "above_maximum", words)


def _count(row: Row, name: str) -> int:
    """A count of answers, 0 where there is none."""
    value = figure(row.cells.get(name)) if row.text(name) else None
    return int(value) if value is not None and 0 <= value <= MOST_POINTS else 0
