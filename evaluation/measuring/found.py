"""One measurement: who, how often before and after, what decides it, and what stands beside it (2.3, 5.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from evaluation.effect import Agent, AgentComparison, Verdict, compare_agents, compare_proportions, wilson
from evaluation.enums import EffectVerdict
from evaluation.measuring.figures import figures_beside
from evaluation.measuring.people import Groups, groups_of, left_or_moved
from evaluation.measuring.rates import Counts, Window, by_parameter, counts_of, weekly, with_parameter
from evaluation.models import EffectStudy
from planning.enums import ErrorClass
from trainingops.audit.journal import canonical

_VERDICTS = {
    Verdict.TOO_FEW: EffectVerdict.TOO_FEW,
    Verdict.NO_COMPARISON: EffectVerdict.NO_COMPARISON,
    Verdict.NOT_DIFFERENT: EffectVerdict.NOT_DIFFERENT,
    Verdict.LOWER: EffectVerdict.LOWER,
    Verdict.HIGHER: EffectVerdict.HIGHER,
}


@dataclass(frozen=True)
class Found:
    """What a measurement found.

    Attributes:
        decision: those trained against those not (yet) trained, of the one class that decides.
        result: everything that pages show, as plain data.
        rests_on: the hash of the counts; another one later says that something was annulled or came in since.
    """

    verdict: EffectVerdict
    decision: AgentComparison
    result: dict[str, Any]
    rests_on: str


@dataclass(frozen=True)
class _Counted:
    """The people of a study and their counts in both windows."""

    groups: Groups
    windows: tuple[Window, Window]
    before: Counts
    after: Counts


def rests_on(study: EffectStudy) -> str:
    """The hash of the counts that a measurement would rest on now; cheap enough for a page, no figure is computed."""
    return _hash(_count(study))


def measure(study: EffectStudy) -> Found:
    """Measure; reads only. The same rows give the same answer: the seed of the permutation is the study's key."""
    counted = _count(study)
    groups, cls = counted.groups, study.effect_class
    decision = compare_agents(
        _agents(counted.after, cls, groups.trained), _agents(counted.after, cls, groups.compared), seed=study.pk
    )
    verdict = _VERDICTS[decision.verdict]
    shown = groups.trained | groups.otherwise
    windows = counted.windows
    result = {
        "people": _people(study, counted),
        "classes": [_class(each, counted) for each in _classes(cls)],
        "decision": {
            "trained": decision.trained,
            "compared": decision.compared,
            "rate_trained": decision.rate_trained,
            "rate_compared": decision.rate_compared,
            "difference": decision.difference,
            "p_value": decision.p_value,
            "divisions": decision.divisions,
            "exact": decision.exact,
        },
        "chart": weekly(study, shown),
        "pareto": [by_parameter(study, window, shown) for window in windows],
        "parameter": _parameter(study, counted, shown),
        "figures": figures_beside(study, *windows, shown),
        "training": [day and day.isoformat() for day in (groups.first_trained, groups.last_trained)],
    }
    return Found(verdict, decision, result, _hash(counted))


def _count(study: EffectStudy) -> _Counted:
    groups = groups_of(study)
    windows = (Window(study.before_from, study.before_until), Window(study.after_from, study.after_until))
    before, after = (counts_of(study, window, groups.everybody) for window in windows)
    return _Counted(groups, windows, before, after)


def _hash(counted: _Counted) -> str:
    groups = counted.groups
    said = {
        "groups": [sorted(each) for each in (groups.trained, groups.otherwise, groups.late, groups.compared)],
        "counts": [
            [sorted(side.inspected.items()), sorted((cls, sorted(by.items())) for cls, by in side.defective.items())]
            for side in (counted.before, counted.after)
        ],
    }
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _agents(counts: Counts, error_class: str, people: Collection[int]) -> list[Agent]:
    found = counts.defective.get(error_class, {})
    return [
        Agent(min(found.get(person, 0), counts.inspected.get(person, 0)), counts.inspected.get(person, 0))
        for person in sorted(people)
    ]


def _classes(decides: str) -> list[str]:
    """The critical classes, each apart; the one that decides comes first."""
    others = [each.value for each in (ErrorClass.CACE, ErrorClass.BACE, ErrorClass.COACE) if each != decides]
    return [decides, *others]


def _class(error_class: str, counted: _Counted) -> dict[str, Any]:
    """Each group in both windows, in contacts with Wilson's interval, and what describes those trained."""
    groups = counted.groups
    rows = []
    for name, people in (("trained", groups.trained), ("targets", groups.targets), ("compared", groups.compared)):
        sides = [counts.of(error_class, people) for counts in (counted.before, counted.after)]
        rows.append({"group": name, "before": _rate(*sides[0]), "after": _rate(*sides[1])})
    (xb, nb), (xa, na) = (counts.of(error_class, groups.trained) for counts in (counted.before, counted.after))
    described = compare_proportions(min(xa, na), na, min(xb, nb), nb)
    return {
        "class": error_class,
        "rows": rows,
        "difference": described.difference,
        "interval": described.interval,
        "p_value": described.p_value,
        "too_few": described.verdict == Verdict.TOO_FEW,
    }


def _rate(defective: int, inspected: int) -> dict[str, Any]:
    interval = wilson(min(defective, inspected) / inspected, inspected) if inspected else None
    return {"defective": defective, "inspected": inspected, "interval": interval}


def _people(study: EffectStudy, counted: _Counted) -> dict[str, int]:
    """How many there are of each kind, those who left, moved or have no samples among them."""
    groups = counted.groups
    left, moved = left_or_moved(study, groups.targets)
    sampled = {person for person, size in counted.after.inspected.items() if size}
    return {
        "targets": len(groups.targets),
        "trained": len(groups.trained),
        "otherwise": len(groups.otherwise),
        "late": len(groups.late),
        "untrained": len(groups.targets) - len(groups.trained) - len(groups.otherwise) - len(groups.late),
        "waiting": len(groups.waiting),
        "matched": len(groups.matched),
        "elsewhere": len(groups.elsewhere),
        "left": left,
        "moved": moved,
        "trained_without_samples": len(groups.trained - sampled),
        "compared_without_samples": len(groups.compared - sampled),
        "rules": len(groups.rules),
    }


def _parameter(study: EffectStudy, counted: _Counted, people: Collection[int]) -> dict[str, Any] | None:
    """Contacts with an error of the parameter that concerns the training, before and after; None without one."""
    parameter = study.effect_parameter
    if parameter is None:
        return None
    sides = []
    for window, counts in zip(counted.windows, (counted.before, counted.after), strict=True):
        inspected = sum(size for person, size in counts.inspected.items() if person in people)
        sides.append((min(with_parameter(study, window, people), inspected), inspected))
    (xb, nb), (xa, na) = sides
    described = compare_proportions(xa, na, xb, nb)
    return {
        "code": parameter.code,
        "name": parameter.name,
        "before": _rate(xb, nb),
        "after": _rate(xa, na),
        "p_value": described.p_value,
        "too_few": described.verdict == Verdict.TOO_FEW,
    }
