"""What I want to be told, and how (NTF-1)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trainingops.domain import Refused
from trainingops.notifications.forms import ChannelsForm
from trainingops.notifications.queries import channels_chosen, kinds_for
from trainingops.notifications.services import choose_channels
from trainingops.people.http import SignedInRequest


def notice_preferences(request: SignedInRequest) -> HttpResponse:
    """One table: every kind that can reach the reader, and how it does."""
    kinds = kinds_for(request.authority.role_names)
    channels, summaries = channels_chosen(request.user, kinds)
    form = ChannelsForm(request.POST or None, kinds=kinds, channels=channels, summaries=summaries)
    if request.method == "POST" and form.is_valid():
        try:
            choose_channels(
                user=request.user,
                channels=form.chosen_channels,
                summaries=form.cleaned_data["summaries"],
                now=request.now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Your choice is saved. It holds for what you are told from now on."))
            return redirect("notice_preferences")
    return render(request, "notifications/preferences.html", {"form": form})
