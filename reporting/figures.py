"""The numbers of a report, counted from its frozen content: everywhere the same (RPT-5, RPT-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions.enums import CaseKind, CaseState, SessionState, Verdict
from sessions.queries.ledger import Ledger, ledger_of, on_target
from sessions.verdicts import verdict_of
from trainingops.ui.figures import format_figure

#: What people write where there is nothing to do.
NO_ACTION = {"none", "tidak ada", "nihil"}

#: The words for who has no result, as the table says them.
_UNSCORED = (Verdict.NOT_SCORED, Verdict.INCOMPLETE, Verdict.ABSENT)


@dataclass(frozen=True)
class Figures:
    """The numbers of a report: on its page, in the mail, on WhatsApp and on paper the same (RPT-5, RPT-6)."""

    participants: int
    passed: int
    with_result: int
    not_scored: int
    trained: int
    absent: int
    not_recorded: int
    recovery: int
    remedial: int
    actions: int
    mean_final: Decimal | None
    gain: Decimal | None
    decimals: int
    verdicts: Mapping[Verdict, int]
    beyond_target: int = 0
    not_held: bool = False

    @property
    def share(self) -> Decimal | None:
        """Passed of those who have a result (4.3); none while nobody has one."""
        return Decimal(self.passed) / self.with_result if self.with_result else None

    @property
    def absent_words(self) -> str:
        """How many were absent, and of how many nobody knows it: blank is no presence (5.3.1)."""
        if not self.not_recorded:
            return str(self.absent)
        return _("%(absent)d, not recorded: %(blank)d") % {"absent": self.absent, "blank": self.not_recorded}

    @property
    def pass_words(self) -> str:
        """How many passed, or that nobody is scored: an empty score sheet is no failed class."""
        if self.share is None:
            return _("no result yet (%(unscored)s)") % {"unscored": self.unscored_words}
        words = _("%(passed)d of %(participants)d") % {"passed": self.passed, "participants": self.participants}
        return f"{words} {self.share_words}"

    @property
    def share_words(self) -> str:
        """The share in brackets, with those whom it counts where somebody has no result yet."""
        if self.share is None:
            return ""
        shown = {"share": format_figure(self.share * 100, 1), "scored": self.with_result}
        if self.with_result == self.participants:
            return f"({shown['share']}%)"
        return _("(%(share)s%% of %(scored)d with a result)") % shown

    @property
    def unscored_words(self) -> str:
        """Who has no result, in the words and counts of the report's own table; everybody where nobody has one."""
        shown = (
            _UNSCORED if self.share is not None else (*_UNSCORED, *(each for each in Verdict if each not in _UNSCORED))
        )
        counts = [(Verdict(each).label, self.verdicts.get(each, 0)) for each in shown]
        return ", ".join(f"{label[:1].lower()}{label[1:]}: {count}" for label, count in counts if count)

    @property
    def beyond_words(self) -> str:
        """How many came without being targeted; empty for none."""
        count = self.beyond_target
        words = ngettext("%(n)d beyond target, counted apart", "%(n)d beyond target, counted apart", count)
        return words % {"n": count} if count else ""

    @property
    def mean_words(self) -> str:
        if self.mean_final is None:
            return _("none yet")
        if self.gain is None:
            return format_figure(self.mean_final, self.decimals)
        words = _("%(mean)s (pre-test to post-test %(gain)s)")
        return words % {
            "mean": format_figure(self.mean_final, self.decimals),
            "gain": with_sign(self.gain, self.decimals),
        }


def with_sign(figure: Decimal, places: int) -> str:
    """A difference with its sign."""
    return ("+" if figure >= 0 else "") + format_figure(figure, places)


def decimal(text: str | None) -> Decimal | None:
    """A figure of the content."""
    return None if text is None else Decimal(text)


def figures_of(data: Mapping[str, Any]) -> Figures:
    """The numbers of a content."""
    ledger = session_ledger(data)
    pre, post = decimal(data["gain"]["mean_pre"]), decimal(data["gain"]["mean_post"])
    not_held = is_not_held(data)
    return Figures(
        participants=data["counts"]["enrolled"],
        passed=ledger.passed,
        with_result=ledger.passed + ledger.in_remedial + ledger.not_passed,
        not_scored=ledger.not_scored,
        trained=0 if not_held else ledger.trained,
        absent=data["counts"]["absent"],
        not_recorded=0 if not_held else data["counts"]["not_recorded"],
        recovery=0 if not_held else ledger.waiting,
        remedial=ledger.in_remedial,
        actions=len(actions_of(data)),
        mean_final=decimal(data["counts"]["mean_final"]),
        gain=None if pre is None or post is None else post - pre,
        decimals=data["scheme"]["decimals"],
        verdicts=Counter(verdict_of(each) for each in on_target(people_of(data))),
        beyond_target=data["counts"].get("beyond_target", 0),
        not_held=not_held,
    )


def is_not_held(data: Mapping[str, Any]) -> bool:
    """Whether a content is of a class that was cancelled, after its report was due: there is nothing to count."""
    return data["session"]["state"] == SessionState.CANCELLED


def session_ledger(data: Mapping[str, Any], enrolments: Iterable[str] | None = None) -> Ledger:
    """What became of the people of a content, or of some: the one count behind every figure (4.3)."""
    wanted = None if enrolments is None else set(enrolments)
    people = [each for each in people_of(data) if wanted is None or each["enrolment"] in wanted]
    return ledger_of(people, data["recovery"])


def people_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The people of a content; in the first form of it only the cases told who was trained."""
    untrained = {
        each["person"]
        for each in data["recovery"]
        if each["kind"] == CaseKind.RECOVERY and each["state"] not in (CaseState.RESOLVED, CaseState.VOIDED)
    }
    return [{"trained": each["person"] not in untrained, **each} for each in data["people"]]


def actions_of(data: Mapping[str, Any]) -> list[str]:
    """The follow-up, one action a line; a line that says "none" is no action."""
    lines = (line.strip(" \t-•") for line in data["narrative"]["follow_up"].splitlines())
    return [line for line in lines if line and line.rstrip(".").casefold() not in NO_ACTION]
