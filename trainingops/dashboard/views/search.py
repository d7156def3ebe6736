"""The search of the bar on top."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import render

from trainingops.dashboard.searching import SHORTEST
from trainingops.dashboard.searching import search as find
from trainingops.people.http import SignedInRequest
from trainingops.ui import navigation


def search(request: SignedInRequest) -> HttpResponse:
    """What the reader may see that bears the words typed."""
    words = " ".join(request.GET.get("q", "").split())[:100]
    context = {
        "words": words,
        "found": find(request.user, words, may_open=partial(navigation.may_open, request.authority.role_names)),
        "too_short": len(words) < SHORTEST,
        "shortest": SHORTEST,
    }
    return render(request, "dashboard/search.html", context)
