"""What people fill in when something recorded turns out to be wrong, or somebody came who was not expected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions.clock import minutes_from, time_at
from sessions.enums import AttendanceStatus
from sessions.models import AbsenceReason, Attendance, Enrolment, SessionMeeting
from sessions.services import RollCell
from trainingops.records.documents import DocumentField
from trainingops.ui.forms import ClockInput, PageForm
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
            minutes_left_early=max(early, 0),
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
