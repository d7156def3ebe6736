"""What people fill in when something recorded turns out to be wrong, or somebody came who was not expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sessions.clock import minutes_from, time_at
from sessions.enums import AttendanceStatus
from sessions.frozen import FrozenParameter, FrozenScheme
from sessions.models import AbsenceReason, Attendance, Enrolment, ParameterScore, SessionMeeting
from sessions.services import Mark, NewScore, RollCell
from sessions.services.score_checks import SCORE_DECIMALS
from trainingops.domain import Refused
from trainingops.records.documents import DocumentField
from trainingops.ui.figures import format_figure, parse_figure
from trainingops.ui.forms import ClockInput, FigureField, PageForm
from trainingops.ui.moments import zone_word


class AttendanceForm(PageForm):
    """What should stand in the roll of a concluded meeting, and why."""

    status = forms.ChoiceField(label=_("What should stand"), choices=AttendanceStatus.choices, widget=forms.RadioSelect)
    arrived = forms.TimeField(label=_("Arrived at"), required=False, widget=ClockInput)
    left = forms.TimeField(label=_("Left early at"), required=False, widget=ClockInput)
    reason = forms.ModelChoiceField(
        label=_("Reason of the absence"), queryset=AbsenceReason.objects.filter(is_active=True), required=False
    )
    note = forms.CharField(label=_("Decided by, or what happened"), max_length=200, required=False)
    why = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def __init__(
        self, *args: Any, meeting: SessionMeeting, standing: Attendance | None, with_file: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", _initial(meeting, standing))
        super().__init__(*args, **kwargs)
        self.meeting, self.zone = meeting, meeting.training_session.site.zone
        word = zone_word(meeting.starts_at.astimezone(self.zone))
        self.fields["arrived"].help_text = _("For “Late”. Time at the class, %(zone)s.") % {"zone": word}
        self.fields["left"].help_text = _("Only for who left before the end. Time at the class, %(zone)s.") % {
            "zone": word
        }
        self.fields["reason"].help_text = _("For “Absent”.")
        if with_file:
            self.fields["file"] = DocumentField(label=_("A document that shows it"))

    def clean(self) -> dict[str, Any]:
        """A time of arrival belongs to "late", a reason to "absent"."""
        cleaned = super().clean() or {}
        status = cleaned.get("status")
        if status == AttendanceStatus.LATE and not cleaned.get("arrived") and "arrived" not in self.errors:
            self.add_error("arrived", _("Give the time of arrival."))
        if status == AttendanceStatus.PRESENT and cleaned.get("arrived"):
            self.add_error("arrived", _("Who came after the start is late: choose “Late”, or empty this field."))
        if status == AttendanceStatus.ABSENT and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Choose the reason of the absence."))
        return cleaned

    def add_refusal(self, refused: Refused) -> None:
        """The roll names the control of a person; here it is the field of that name."""
        refused.field = refused.field.partition("-")[0]
        super().add_refusal(refused)

    def cell(self, enrolment: Enrolment, version: int = 0) -> RollCell:
        """What was filled in, as a cell of the roll."""
        said = self.cleaned_data
        late = minutes_from(self.meeting.starts_at, said["arrived"], self.zone) if said["arrived"] else 0
        early = -minutes_from(self.meeting.ends_at, said["left"], self.zone) if said["left"] else 0
        absent = said["status"] == AttendanceStatus.ABSENT
        return RollCell(
            enrolment.pk,
            said["status"],
            version=version,
            minutes_late=late,
            minutes_left_early=0 if absent else early,
            reason=said["reason"].code if absent else "",
            reason_note=said["note"] if absent else "",
        )


def _initial(meeting: SessionMeeting, standing: Attendance | None) -> dict[str, Any]:
    """What stands now."""
    if standing is None or not standing.status:
        return {}
    zone = meeting.training_session.site.zone
    late, early = standing.minutes_late, standing.minutes_left_early
    return {
        "status": standing.status,
        "arrived": time_at(meeting.starts_at, late, zone) if late else None,
        "left": time_at(meeting.ends_at, -early, zone) if early else None,
        "reason": standing.reason,
        "note": standing.reason_note,
    }


class DecisionForm(PageForm):
    """Approve what was asked, or say why not."""

    note = forms.CharField(
        label=_("Answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Needed to reject; the participant reads it."),
    )


class GuestForm(PageForm):
    """Why somebody came who was not targeted, and whose place they took."""

    instead_of = forms.ModelChoiceField(
        label=_("Substitute for"),
        queryset=Enrolment.objects.none(),
        required=False,
        empty_label=_("Nobody: an extra participant"),
        help_text=_("The target's own obligation stays open."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("The manager reads and acknowledges it."),
    )

    def __init__(self, *args: Any, targets: QuerySet[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instead_of"].queryset = targets  # type: ignore[attr-defined]
        self.fields["instead_of"].label_from_instance = lambda row: f"{row.person.name} ({row.person.employee_no})"  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Marked:
    """A short answer that was marked: what it says, and its points of how many."""

    answer: int
    code: str
    text: str
    points: Decimal | None
    maximum: Decimal


class AmendForm(PageForm):
    """Scores and marks of one person after the conclusion: a field each, and the reason."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, scores: list[ParameterScore], scheme: FrozenScheme, marks: list[Marked], **kw: Any):
        super().__init__(*args, **kw)
        self.scores, self.marks = scores, marks
        known = {each.uuid: each for each in scheme.parameters}
        reason = self.fields.pop("reason")
        for row in scores:
            parameter = known[row.parameter.uuid]
            self._add(
                f"score_{row.pk}",
                _score_label(row, parameter),
                row.value,
                most=parameter.parameter.maximum_score,
                help_text=_scale(parameter),
                required=False,
            )
        for each in marks:
            label = _("Points for %(code)s: “%(answer)s”") % {"code": each.code, "answer": each.text}
            of = _("of %(n)s") % {"n": format_figure(each.maximum)}
            self._add(f"points-{each.answer}", label, each.points, most=each.maximum, help_text=of)
        self.fields["reason"] = reason

    def _add(self, name: str, label: str, value: Decimal | None, *, most: Decimal, **words: Any) -> None:
        """A figure from 0 to ``most``."""
        self.fields[name] = FigureField(
            label=label, initial=value, min_value=0, max_value=most, decimal_places=SCORE_DECIMALS, **words
        )

    def new_scores(self, versions: Mapping[str, str]) -> list[NewScore]:
        """The scores as they should stand, over the versions that the page was opened with."""
        return [
            NewScore(row.pk, self.cleaned_data[f"score_{row.pk}"], _whole(versions.get(f"version_{row.pk}", "")))
            for row in self.scores
        ]

    def new_marks(self, opened: Mapping[str, str]) -> list[Mark]:
        """The points as they should stand, over those that the page was opened with."""
        return [
            Mark(each.answer, self.cleaned_data[f"points-{each.answer}"], _points(opened.get(f"was-{each.answer}", "")))
            for each in self.marks
        ]

    def opened_with(self, posted: Mapping[str, str]) -> dict[str, str]:
        """What the page keeps of scores and points as it was opened, also while it is shown again with a refusal."""
        stands = {f"version_{row.pk}": str(row.version) for row in self.scores}
        stands |= {f"was-{each.answer}": str(each.points) for each in self.marks}
        return {name: posted.get(name, value) for name, value in stands.items()}


def _score_label(row: ParameterScore, parameter: FrozenParameter) -> str:
    """The parameter, with who gave the score where several do, and the remedial attempt."""
    words = parameter.name
    if parameter.parameter.has_several:
        words = f"{words}, {row.assessor.name}"
    return words if row.attempt == 1 else _("%(name)s, remedial") % {"name": words}


def _scale(parameter: FrozenParameter) -> str:
    return _("0–%(n)s; blank takes the score away, and is not 0.") % {
        "n": format_figure(parameter.parameter.maximum_score)
    }


def _points(text: str) -> Decimal | None:
    """None for what is no number: it equals no mark, so the page counts as stale."""
    try:
        return parse_figure(text)
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
