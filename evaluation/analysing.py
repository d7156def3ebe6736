"""What the figures of a test and its questions mean, in words (5.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.enums import AnalysedPhase, ItemVerdict
from evaluation.item_analysis import FAIR
from evaluation.models import ItemFigures, PaperAnalysis
from trainingops.ui.figures import format_figure

VERDICT_KINDS: dict[str, str] = {
    ItemVerdict.NEGATIVE: "late",
    ItemVerdict.HARD: "warn",
    ItemVerdict.WEAK: "warn",
    ItemVerdict.EASY: "info",
    ItemVerdict.NO_VARIANCE: "idle",
    ItemVerdict.FAIR: "ok",
    ItemVerdict.GOOD: "ok",
}
#: What its author should look at.
TO_LOOK_AT = (ItemVerdict.NEGATIVE, ItemVerdict.HARD, ItemVerdict.WEAK)
#: So much more alpha without a question is worth a word.
RISE = Decimal("0.01")


def reason_of(item: ItemFigures, analysis: PaperAnalysis) -> str:
    """Why a question has its verdict, and what to do; the suspicion of a wrong key comes first."""
    words = [_suspicion(item), _reason(item, analysis.phase), _gain_without(item, analysis)]
    return " ".join(each for each in words if each)


def proposal_of(item: ItemFigures, analysis: PaperAnalysis) -> str:
    """What to tell the author of a question: its figures, and what they mean."""
    figures = _("%(share)s%% right of %(n)s first attempts (%(test)s), discrimination %(figure)s.") % {
        "share": format_figure(item.difficulty * 100, 0),
        "n": analysis.respondents,
        "test": analysis.get_phase_display(),
        "figure": _signed(item.discrimination),
    }
    return f"{figures} {reason_of(item, analysis)}"


def options_words(item: ItemFigures) -> str:
    """The options of a question in one line, the right one starred: for the file."""
    return "; ".join(
        f"{each['option']}{'*' if each['is_right'] else ''} {format_figure(Decimal(str(each['share'])) * 100, 0)}%"
        f" ({_signed(each['discrimination'])})"
        for each in item.options
    )


def _suspicion(item: ItemFigures) -> str:
    if not item.suspect:
        return ""
    suspect = next(each for each in item.options if each["option"] == item.suspect)
    return _("The key may be wrong: those who do well in the rest choose %(option)s (%(figure)s).") % {
        "option": item.suspect,
        "figure": _signed(suspect["discrimination"]),
    }


def _reason(item: ItemFigures, phase: str) -> str:
    shown = {
        "share": format_figure(item.difficulty * 100, 0),
        "figure": _signed(item.discrimination),
        "bound": format_figure(Decimal(str(FAIR)), 2),
    }
    if item.verdict == ItemVerdict.EASY:
        easy = {
            AnalysedPhase.PRE: _("%(share)s%% right before the training: it does not measure what is taught."),
            AnalysedPhase.POST: _("%(share)s%% right: after a training that is what one hopes for."),
        }
        return easy[AnalysedPhase(phase)] % shown
    reasons = {
        ItemVerdict.NEGATIVE: _("Who does well in the rest gets it wrong more often. Check key and wording."),
        ItemVerdict.HARD: _("Only %(share)s%% right, by chance as it seems. Too hard, unclear, or not taught."),
        ItemVerdict.WEAK: _("Below %(bound)s: right or wrong hardly depends on mastery. Check wording and options."),
        ItemVerdict.NO_VARIANCE: _("All answers count alike: there is nothing to compare."),
        ItemVerdict.FAIR: _("Those who do well in the rest get it right more often."),
        ItemVerdict.GOOD: _("Separates clearly those who master the material."),
    }
    return reasons[ItemVerdict(item.verdict)] % shown if item.verdict else ""


def _gain_without(item: ItemFigures, analysis: PaperAnalysis) -> str:
    if item.alpha_if_deleted is None or analysis.alpha is None or item.alpha_if_deleted - analysis.alpha < RISE:
        return ""
    return _("Without it alpha would be %(alpha)s.") % {"alpha": format_figure(item.alpha_if_deleted, 2)}


def _signed(figure: Any) -> str:
    """A correlation with two places; a dash where there is none."""
    return "–" if figure is None else format_figure(Decimal(str(figure)), 2)
