"""Why somebody is on target: kept as kinds and values, put into the reader's words when it is read (5.1.1 b, c)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.enums import RootCause
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from planning.models import TrainingModule
    from planning.queries.groups import GroupRule
    from planning.queries.needs import DefectFilter

Facts = Mapping[str, Any]


def facts_of_rule(rule: GroupRule, last_trained: date | None) -> list[Facts]:
    """Of one person whom a rule found: every part of the rule, the change before the missing training."""
    facts: list[Facts] = []
    if rule.change:
        facts.append({"change": rule.change.number, "effective_on": rule.change.effective_on.isoformat()})
    if rule.module:
        facts.append({"module": rule.module.code, "last_trained": last_trained.isoformat() if last_trained else None})
    facts += [{"group": str(each)} for each in (rule.segment, rule.team, rule.site) if each]
    if rule.joined_months is not None or rule.joined_at_most is not None:
        facts.append({"tenure_from": rule.joined_months, "tenure_below": rule.joined_at_most})
    return facts or [{"line": str(rule.line)}]


def facts_of_competence(module: TrainingModule, until: date | None) -> list[Facts]:
    """Of one person who must hold a module: until when they do, or that they never showed it."""
    return [{"competence": module.code, "until": until.isoformat() if until else None}]


def facts_of_defects(filters: DefectFilter, count: int) -> list[Facts]:
    """Of one person with ``count`` defects of a kind in a period."""
    return [
        {
            "defects": count,
            **filters.narrowed_to,
            "since": filters.since.isoformat(),
            "until": filters.until.isoformat(),
        }
    ]


def reason_words(facts: Iterable[Facts]) -> str:
    """The reason in words of the active language.

    Raises:
        ValueError: a fact that no function here made.
    """
    return "; ".join(_words(each) for each in facts)


def defects_words(*, parameter: str, error_class: str, root_cause: str, team: str) -> str:
    """Which defects, in a few words; nothing where every defect counts."""
    cause = dict(RootCause.choices).get(root_cause, "")
    parts = [
        parameter,
        error_class.upper().replace("_", " "),
        _("root cause not determined yet") if root_cause == "none" else str(cause),
        team,
    ]
    return " ".join(part for part in parts if part)


def _words(fact: Facts) -> str:
    match fact:
        case {"change": number, "effective_on": day}:
            return _("%(change)s, effective from %(day)s") % {"change": number, "day": _day(day)}
        case {"module": code, "last_trained": None}:
            return _("%(module)s: never trained") % {"module": code}
        case {"module": code, "last_trained": day}:
            return _("%(module)s: last trained %(day)s") % {"module": code, "day": _day(day)}
        case {"competence": code, "until": None}:
            return _("%(module)s is required and was not shown yet") % {"module": code}
        case {"competence": code, "until": day}:
            return _("%(module)s is required and holds until %(day)s") % {"module": code, "day": _day(day)}
        case {"group": name}:
            return str(name)
        case {"tenure_from": lowest, "tenure_below": highest}:
            return _tenure(lowest or 0, highest)
        case {"line": line}:
            return _("Every agent of %(line)s") % {"line": line}
        case {"defects": count, "since": since, "until": until, **which}:
            return _defects(count, defects_words(**which), _day(since), _day(until))
    raise ValueError(f"no reason is made like this: {fact!r}")


def _defects(count: int, what: str, since: str, until: str) -> str:
    named = {"count": count, "what": what, "since": since, "until": until}
    if not what:
        return (
            ngettext("%(count)d defect, %(since)s–%(until)s", "%(count)d defects, %(since)s–%(until)s", count) % named
        )
    words = ngettext(
        "%(count)d defect %(what)s, %(since)s–%(until)s", "%(count)d defects %(what)s, %(since)s–%(until)s", count
    )
    return words % named


def _tenure(lowest: int, highest: int | None) -> str:
    if highest is None:
        return ngettext("tenure from %(n)d month", "tenure from %(n)d months", lowest) % {"n": lowest}
    if not lowest:
        return ngettext("tenure below %(n)d month", "tenure below %(n)d months", highest) % {"n": highest}
    return _("tenure %(from)d to %(to)d months") % {"from": lowest, "to": highest}


def _day(stored: str) -> str:
    return day_words(date.fromisoformat(stored))
