"""The one table of preferences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from trainingops.notifications.enums import Channel
from trainingops.notifications.filters import Text, kinds_by_group
from trainingops.notifications.registry import NoticeKind
from trainingops.ui.forms import PageForm


class ChannelsForm(PageForm, forms.Form):
    """A choice of channel for each kind that may be switched off, and whether summaries come by mail.

    A kind that is not sent stays as it is: a page that was open while a new kind came says nothing about it.
    """

    summaries = forms.BooleanField(
        label=_("Send summaries by mail"),
        help_text=_(
            "One mail at the start of your working day: of your shift, where you stand in the roster. Problems come "
            "first, and where there is nothing to tell there is no mail."
        ),
        required=False,
    )

    def __init__(
        self, *args: Any, kinds: Sequence[NoticeKind], channels: Mapping[str, str], summaries: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds, self.channels = kinds, channels
        self.fields["summaries"].initial = summaries
        for kind in kinds:
            if not kind.mandatory:
                self.fields[kind.name] = forms.ChoiceField(
                    label=str(kind.label),
                    choices=Channel.choices,
                    initial=channels[kind.name],
                    required=False,
                    widget=forms.RadioSelect,
                )

    @property
    def chosen_channels(self) -> dict[str, str]:
        """Kind → channel, of what was sent."""
        return {name: value for name, value in self.cleaned_data.items() if name != "summaries" and value}

    @property
    def groups(self) -> list[tuple[Text, str, list[tuple[NoticeKind, Any, BoundField | None]]]]:
        """Chapter, clause, and for each kind its channel and its field; a mandatory one has none."""
        return [
            (
                label,
                clause,
                [
                    (kind, Channel(self.channels[kind.name]).label, None if kind.mandatory else self[kind.name])
                    for kind in kinds
                ],
            )
            for label, clause, kinds in kinds_by_group(self.kinds)
        ]
