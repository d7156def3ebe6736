"""Scores from Google Forms, Moodle, Kahoot or a sheet, brought to the scale of one parameter (5.1.2, IMP-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sessions.enums import HELD, SessionState
from sessions.frozen import TESTED_BY, FrozenParameter, fills_itself
from sessions.imports.scores import forms, kahoot, moodle
from sessions.imports.scores.marks import Attempt, Marks, choices_of, marks_of, read_row
from sessions.imports.scores.points import scaled
from sessions.models import TrainingSession
from sessions.policies import can_run_session
from sessions.services import ScoreCell, record_scores
from sessions.services.reported import report_is_in
from sessions.services.results import ScoreSource
from sessions.services.standing import Standing
from trainingops.imports.identity import EMPLOYEE_NO
from trainingops.imports.registry import Batch, Change, Checked, Column, Importer, Question, RowStatus, Source
from trainingops.imports.subjects import Subject
from trainingops.people.enums import Role
from trainingops.ui.figures import format_figure, input_figure

if TYPE_CHECKING:
    from trainingops.imports.models import ImportRun
    from trainingops.people.models import User

#: Maxima that a picker offers where the file says none, beside the parameter's own scale.
MAXIMA = (10, 20, 25, 30, 40, 50, 100)


@dataclass(frozen=True)
class Given:
    """A score that a file gives, with the import that it comes from."""

    training_session: TrainingSession
    cell: ScoreCell
    run: ImportRun | None


def read_scores(source: Source) -> Source:
    """The table of scores, whichever application wrote it; other files stay as they are."""
    return forms.recognise(source) or moodle.recognise(source) or kahoot.recognise(source) or source


def ask_scores(batch: Batch) -> list[Question]:
    """Which parameter the file fills; the maximum where it says none; which of several attempts counts."""
    marks = marks_of(batch)
    if marks is None:
        return []
    text = _("Which score of the session do these points give?")
    asked = [_question("fills", text, choices_of(batch, marks.training_session))]
    if not marks.has_maximum:
        most = max((each.points.value for each in marks.attempts if each.points), default=Decimal(0))
        scale = marks.parameter.parameter.maximum_score if marks.parameter else Decimal(100)
        offered = [each for each in dict.fromkeys([scale, *map(Decimal, MAXIMA)]) if each >= most]
        choices = [(f"{each.normalize():f}", format_figure(each)) for each in offered]
        asked.append(_question("maximum", _("The file does not say how many points there are. How many?"), choices))
    if marks.twice:
        text = ngettext(
            "%(n)d person has several attempts. Which one counts?",
            "%(n)d people have several attempts. Which one counts?",
            marks.twice,
        )
        choices = [("last", _("The last one")), ("first", _("The first one")), ("best", _("The best one"))]
        asked.append(_question("attempts", text % {"n": marks.twice}, choices))
    return asked


def _question(name: str, text: str, choices: Sequence[tuple[str, str]]) -> Question:
    return Question(name=name, text=text, choices=choices, asked=lambda _rows: True, each_time=True)


def check_scores(batch: Batch) -> list[Checked]:
    """What each row would write; blank is not 0, and nobody is guessed by name."""
    marks = marks_of(batch)
    if marks is None:
        found = [read_row(batch, row) for row in batch.rows]
        for each in found:
            each.checked.leave()
        return [each.checked for each in found]
    for attempts in marks.people.values():
        _choose(batch, marks, attempts)
    if why := _closed(marks.training_session):
        batch.notices.append(why)
        for each in marks.attempts:
            each.checked.leave(_("Not written."))
    if batch.facts.get("maximum") and batch.system == forms.FORMS:
        most = format_figure(Decimal(batch.facts["maximum"]))
        batch.notices.append(_("The maximum, %(most)s, is read from the number format of the scores.") % {"most": most})
    if batch.system == kahoot.KAHOOT:
        batch.notices.append(_("The score is the right answers of all questions; points for speed are not read."))
    return [each.checked for each in marks.attempts]


def _closed(training_session: TrainingSession) -> str:
    """Why no score may come in any more."""
    if training_session.state not in (SessionState.OPEN, *HELD):
        return _("Scores are recorded once the session is under way; it is “%(state)s”.") % {
            "state": training_session.get_state_display()
        }
    if report_is_in(training_session):
        return _(
            "The report on this session was submitted: no file changes it. Type what is missing in the grid of scores, "
            "with the reason; it is an amendment."
        )
    return ""


def _choose(batch: Batch, marks: Marks, attempts: list[Attempt]) -> None:
    """Of one person's attempts, the one that counts is compared with what stands; the others say which that is."""
    in_order = sorted(attempts, key=lambda each: each.at) if all(each.at for each in attempts) else attempts  # type: ignore[arg-type, return-value]
    rule = batch.answer("attempts") or "last"
    counts = in_order[0 if rule == "first" else -1]
    if rule == "best":
        counts = max(
            in_order, key=lambda each: each.points.value / each.maximum if each.points and each.maximum else Decimal(0)
        )
    for each in attempts:
        if each is not counts:
            each.checked.leave(f"{_shown(each)}; " + _("row %(row)d counts.") % {"row": counts.row.number})
    _compare(batch, marks, counts)


def _shown(each: Attempt) -> str:
    """Points of how many: ``8,5 / 10``."""
    value = input_figure(each.points.value) if each.points else "–"
    return f"{value} / {input_figure(each.maximum)}" if each.maximum else value


def _compare(batch: Batch, marks: Marks, each: Attempt) -> None:
    """New, changed or the same as what stands in the grid."""
    checked, parameter = each.checked, marks.parameter
    assert each.person is not None and each.points is not None
    standing = marks.standing.get(each.person.pk)
    checked.said = _shown(each)
    if standing is None:
        checked.leave(f"{checked.said}; " + _("not enrolled in this session."))
        return
    if parameter is None or each.maximum is None:
        checked.leave(checked.said)
        return
    tested = TESTED_BY.get(parameter.source)  # type: ignore[call-overload]
    if fills_itself(marks.training_session, parameter) and tested in standing.tests:
        checked.leave(f"{checked.said}; " + _("they handed in this test here, and that counts."))
        return
    if why := _not_given(marks, standing, parameter):
        checked.leave(f"{checked.said}; {why}.")
        return
    value = scaled(each.points.value, each.maximum, parameter.parameter.maximum_score)
    stored = standing.cell(parameter, 1, batch.user.pk)
    old = stored.value if stored else None
    checked.data = Given(
        marks.training_session,
        ScoreCell(standing.enrolment.pk, parameter.uuid, value, stored.version if stored else 0),
        batch.origin.run,
    )
    shown = "" if old is None else input_figure(old)
    if old == value:
        checked.status = RowStatus.SAME
        return
    checked.changes = [Change(parameter.name, shown, input_figure(value))]
    if old is not None and marks.training_session.state in HELD:
        checked.leave(checked.said)
        checked.warn("", "recorded_already", _("The session is concluded and its record stands."))
        return
    checked.status = RowStatus.NEW if old is None else RowStatus.CHANGED
    if old is not None and stored is not None:
        checked.warn("", "recorded_already", _("Replaces what %(who)s recorded.") % {"who": stored.by})


def _not_given(marks: Marks, standing: Standing, parameter: FrozenParameter) -> str:
    """Why this person gets no score from a file; the services that write it refuse the same."""
    if standing.enrolment.pk in marks.absent:
        return _("the attendance list says: did not take part; correct the attendance first")
    return marks.reach.why_not(standing, parameter, 1) if marks.reach else ""


def apply_scores(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the scores of the rows given into the grid."""
    if not rows:
        return
    first: Given = rows[0].data
    record_scores(
        training_session=first.training_session,
        cells=[row.data.cell for row in rows],
        actor=actor,
        now=now,
        source=ScoreSource(first.run),
    )


def _session(user: User, uuid: UUID) -> TrainingSession | None:
    rows = TrainingSession.objects.visible_to_staff(user).select_related("plan__pic", "site", "line")
    return rows.filter(uuid=uuid).first()


def _enrolled(training_session: TrainingSession) -> list[tuple[str, str]]:
    rows = training_session.enrolments.filter(removed_at=None)
    return list(rows.values_list("person__employee_no", "person__name"))


SESSION = Subject(
    find=_session,
    may=can_run_session,
    words=lambda training_session: f"{training_session.number}, {training_session.label}",
    url=lambda training_session: reverse("session_scores", args=[training_session.uuid]),
    people=_enrolled,
    chosen_at="session_list",
    hint=gettext_lazy("It begins on the page of a session's scores."),
)

SCORES = Importer(
    name="scores",
    label=gettext_lazy("Scores of another application"),
    about=gettext_lazy("Points of a test or an assessment held in Google Forms, Moodle, Kahoot or a sheet."),
    columns=(
        EMPLOYEE_NO,
        Column(
            name="email",
            label=gettext_lazy("Mail address"),
            headings=("Username", "Nama pengguna", "Email Address", "Alamat email", "Email"),
            example="siti@contoh.id",
        ),
        Column(
            name="name",
            label=gettext_lazy("Name shown"),
            headings=("Player", "Nickname", "Nama Lengkap", "Nama", "Full name", "Name", "First name", "Nama depan"),
            example="Siti Rahma",
        ),
        Column(
            name="score",
            label=gettext_lazy("Points"),
            headings=("Total score", "Score", "Skor", "Skor total", "Grade", "Nilai"),
            example=Decimal("8.5"),
        ),
        Column(
            name="maximum",
            label=gettext_lazy("Maximum"),
            headings=("Skor maksimum", "Nilai maksimum", "Maximum score", "Max"),
            example=10,
        ),
        Column(name="correct", label=gettext_lazy("Right answers"), headings=("Correct Answers", "Jawaban benar")),
        Column(name="incorrect", label=gettext_lazy("Wrong answers"), headings=("Incorrect Answers", "Jawaban salah")),
        Column(name="state", label=gettext_lazy("State"), headings=("Status", "State")),
        Column(
            name="submitted",
            label=gettext_lazy("Handed in at"),
            headings=("Timestamp", "Cap waktu", "Stempel waktu", "Completed", "Selesai", "Submitted"),
            example="2026-11-24 10:31:00",
        ),
    ),
    roles=frozenset({Role.TRAINER, Role.SSO_TRAINING}),
    check=check_scores,
    apply=apply_scores,
    asks=ask_scores,
    reshape=read_scores,
    subject=SESSION,
    keeps_file=True,
    max_rows=5_000,
)
