"""How results come about, ready to be read: assessors by name (5.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from planning.wording.settling import settling_words
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
    names = _names(wanted - {""})
    for each in several:
        each["second"] = names.get(each["second"], "")
        for given in each["given"]:
            given["by"] = names.get(given["by"], "–")


def assessors_of(explanations: Iterable[dict[str, Any] | None]) -> list[list[str]]:
    """Who assessed a parameter that several assess, for a record: its name, how they are settled, their names."""
    found: dict[str, tuple[str, set[str]]] = {}
    for parameter in (each for said in explanations if said for each in said["parameters"] if "assessed" in each):
        rule = settling_words(parameter["assessed"]["settled_by"], parameter["assessed"]["wanted"])
        _rule, who = found.setdefault(parameter["name"], (rule, set()))
        who.update(given["by"] for given in parameter["assessed"]["given"])
    names = _names({uuid for _rule, who in found.values() for uuid in who})
    return [
        [name, rule, ", ".join(sorted(names.get(each, "–") for each in who))] for name, (rule, who) in found.items()
    ]


def _names(uuids: set[str]) -> dict[str, str]:
    """Accounts by uuid; no query for none."""
    return {str(each.uuid): each.name for each in User.objects.filter(uuid__in=uuids)} if uuids else {}
