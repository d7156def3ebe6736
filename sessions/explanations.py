"""How results come about, ready to be read: assessors by name (5.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from sessions.models import SessionResult
from trainingops.people.models import User


def name_assessors(results: Iterable[SessionResult]) -> None:
    """Put names into the explanations of results that are about to be shown: stored ones know assessors by uuid only.

    One query, and none where every parameter has one assessor. Never for results that are saved again.
    """
    several = []
    for result in results:
        if any("assessed" in parameter for parameter in result.explanation.get("parameters", [])):
            result.explanation = deepcopy(result.explanation)
            several += [each["assessed"] for each in result.explanation["parameters"] if "assessed" in each]
    if not several:
        return
    wanted = {given["by"] for each in several for given in each["given"]} | {each["second"] for each in several}
    names = {str(each.uuid): each.name for each in User.objects.filter(uuid__in=wanted - {""})}
    for each in several:
        each["second"] = names.get(each["second"], "")
        for given in each["given"]:
            given["by"] = names.get(given["by"], "–")
