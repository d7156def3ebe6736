"""What many drafts get at once (4.1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from planning.models import Room, TrainerProfile
from planning.queries.month import holders_for_lines
from planning.services import Recipient
from planning.services.month import Change
from trainingops.people.enums import OFFERED_PARTIES, Role
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.forms import PageForm


class ChangeForm(PageForm):
    """Trainers, room, hour, recipients; what is left blank stays as each draft has it."""

    trainers = forms.MultipleChoiceField(
        label=_("Trainers"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("They replace those of every batch."),
    )
    room = forms.ChoiceField(label=_("Room"), required=False)
    starts = forms.TimeField(
        label=_("Begins at"), required=False, help_text=_("Every meeting keeps its day and its length.")
    )
    recipients = forms.MultipleChoiceField(
        label=_("Further recipients of the report"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, site: Site, lines: Collection[ServiceLine], day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place, self._lines, self._day = site, lines, day
        fields: dict[str, Any] = self.fields
        # Read when they are drawn, or when one of them is chosen.
        fields["trainers"].choices = lambda: [(key, each.name) for key, each in self.teachers.items()]
        fields["room"].choices = lambda: [("", _("as it is")), *((key, each.name) for key, each in self.rooms.items())]
        fields["recipients"].choices = lambda: [
            (key, f"{each.user}, {Role(each.party).label}") for key, each in self.offered.items()
        ]

    @cached_property
    def teachers(self) -> dict[str, TrainerProfile]:
        """Who may be chosen to teach, by uuid."""
        return {str(each.uuid): each for each in TrainerProfile.objects.all()}

    @cached_property
    def rooms(self) -> dict[str, Room]:
        """The rooms of the site, by uuid."""
        return {str(each.uuid): each for each in Room.objects.filter(site=self._place)}

    @cached_property
    def offered(self) -> dict[str, Recipient]:
        """Who may receive the reports of all these plans, by party and uuid."""
        grants = holders_for_lines(OFFERED_PARTIES, site=self._place, lines=self._lines, day=self._day)
        return {f"{grant.role}:{grant.user.uuid}": Recipient(party=grant.role, user=grant.user) for grant in grants}

    @property
    def change(self) -> Change:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Change(
            trainers=tuple(self.teachers[key] for key in given["trainers"]),
            room=self.rooms[given["room"]] if given["room"] else None,
            starts=given["starts"],
            recipients=tuple(self.offered[key] for key in given["recipients"]),
        )
