"""The search of the bar on top."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string

from trainingops.dashboard.searching import SHORTEST
from trainingops.dashboard.searching import search as find
from trainingops.people.http import SignedInRequest


def search(request: SignedInRequest) -> HttpResponse:
    """What the reader may see that bears the words typed."""
    words = " ".join(request.GET.get("q", "").split())[:100]
    table = import_string(settings.ACCESS_TABLE)

    def may_open(url_name: str) -> bool:
        return bool(table[url_name].allows(request.authority.role_names, "GET"))

    context = {
        "words": words,
        "found": find(request.user, words, may_open=may_open),
        "too_short": len(words) < SHORTEST,
        "shortest": SHORTEST,
    }
    return render(request, "dashboard/search.html", context)
