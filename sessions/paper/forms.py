"""What people fill in about paper: prints, uploads, where a page belongs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions.models import ScanPage, SessionMeeting
from sessions.paper.reading import ACCEPTED
from sessions.services.paper import MOST_SPARE_ROWS
from sessions.services.scans import MOST_FILES
from trainingops.ui.forms import LoadedChoiceField, PageForm, WholeField
from trainingops.ui.moments import moment_words


class SheetForm(PageForm):
    """What a print shows."""

    filled = forms.TypedChoiceField(
        label=gettext_lazy("What stands in it"),
        choices=[
            ("", gettext_lazy("Blank: names, teams and room for signatures")),
            ("1", gettext_lazy("With the attendance recorded so far")),
        ],
        coerce=bool,
        empty_value="",
        required=False,
    )
    spare_rows = WholeField(
        label=gettext_lazy("Empty rows"),
        initial=5,
        min_value=0,
        max_value=MOST_SPARE_ROWS,
        help_text=gettext_lazy("For people who come without being on the list."),
    )


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """Several scans at once; what each of them is the service finds out."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """All files, each checked as one."""
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(ScansField, self).clean(each, initial) for each in given or [None]]


class UploadForm(PageForm):
    """Scans and photos to be filed."""

    scans = ScansField(
        label=gettext_lazy("Scans or photos"),
        widget=_FilesInput(attrs={"accept": ACCEPTED}),
        max_length=160,
        error_messages={
            "required": gettext_lazy("Choose at least one scan or photo."),
            "empty": gettext_lazy("The file is empty. Choose the file that holds the scan."),
        },
    )
    dated = forms.DateField(
        label=gettext_lazy("Date of the paper"),
        required=False,
        help_text=gettext_lazy("When it was signed. Blank: the day of the meeting that the page belongs to."),
    )
    paper_place = forms.CharField(
        label=gettext_lazy("Place of the paper original"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Room, rack and box in which it is kept."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A lazy text with a figure in it would be in the language that is active as this module loads.
        self.fields["scans"].help_text = _(
            "PDF, JPEG, PNG or HEIC, at most 10 MB each and %(most)d files at once. Have the QR code in the picture."
        ) % {"most": MOST_FILES}


class FilingForm(PageForm):
    """Where a page belongs that no code says."""

    meeting = LoadedChoiceField(
        label=gettext_lazy("Meeting"),
        empty_label=gettext_lazy("Choose the class"),
        required=False,
    )
    number = forms.CharField(
        label=gettext_lazy("Or the number of the session"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("For a class that the list does not hold; it holds those of the last 90 days."),
    )
    evidence_date = forms.DateField(
        label=gettext_lazy("Date of the paper"),
        required=False,
        help_text=gettext_lazy("When it was signed. Blank: the day of the meeting."),
    )
    rest = forms.BooleanField(label=gettext_lazy("The other pages of this file too"), required=False)

    def __init__(self, *args: Any, page: ScanPage, meetings: Iterable[SessionMeeting], others: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["meeting"].load(meetings, key="uuid", label=_meeting_words)  # type: ignore[attr-defined]
        self.initial.setdefault("evidence_date", page.scan.dated)
        if others:
            self.fields["rest"].help_text = _("%(n)d more pages of it wait.") % {"n": others}
        else:
            del self.fields["rest"]


def _meeting_words(meeting: SessionMeeting) -> str:
    training_session = meeting.training_session
    at = moment_words(meeting.starts_at, training_session.site.zone, "short")
    return f"{at} · {training_session.number} {training_session.label} · {training_session.plan.title}"


class DiscardForm(PageForm):
    """Why a page belongs to no session."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 2}))
