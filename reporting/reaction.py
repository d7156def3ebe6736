"""What the participants said of a class, as a version freezes it and as it stands today: the same words (9.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.models import TrainingReport, in_readers_language
from reporting.queries import reaction_in, reaction_to
from sessions.queries.survey import Statement, mean_of, pooled, why_hidden
from trainingops.ui.figures import format_figure


def reaction_data(report: TrainingReport, now: datetime) -> dict[str, Any] | None:
    """The survey of a class as it may be shown ``now``: counts, and the steps of each statement once they may be read.

    Without a query for a report of :func:`reporting.queries.with_class`. None without a survey.
    """
    is_loaded = hasattr(report, "present")
    reaction = reaction_in(report, now) if is_loaded else reaction_to(report.obligation.training_session, now)
    if reaction is None:
        return None
    survey = reaction.survey
    statements = [] if reaction.why else survey.form.statements
    return {
        "answered": reaction.answered,
        "present": reaction.present,
        "least": survey.form.least_answers,
        "closes_at": survey.closes_at.isoformat() if survey.closes_at else None,
        "statements": [
            {"id": each["id"], "en": each["en"], "counts": survey.tallies[each["code"]]} for each in statements
        ],
    }


def before_later_answers(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The content as it read before each of the last answers to a survey that is still open.

    Who signs what they read is not sent back because a participant answered meanwhile.
    """
    said = content["reaction"]
    if said and not said["statements"]:
        for answered in reversed(range(said["answered"])):
            yield {**content, "reaction": {**said, "answered": answered}}


def reaction_words(said: Mapping[str, Any] | None, *, at: datetime, zone: ZoneInfo) -> list[str]:
    """The survey in lines: who answered, then each statement; why there is none yet.

    Args:
        said: of :func:`reaction_data`, frozen or not.
        at: as of when.
    """
    if said is None:
        return []
    lines = [_("%(answered)d of %(present)d who were there answered.") % said]
    statements = [Statement(in_readers_language(each["id"], each["en"]), each["counts"]) for each in said["statements"]]
    if not statements:
        closes_at = datetime.fromisoformat(said["closes_at"]) if said["closes_at"] else None
        return [*lines, why_hidden(said["answered"], said["least"], closes_at=closes_at, zone=zone, now=at)]
    mean = mean_of(pooled(each.counts for each in statements))
    if mean is not None:
        lines[0] += " " + _("Mean of all statements: %(mean)s of 5.") % {"mean": format_figure(mean, 2)}
    rows = ((each.words, each.mean, each.agree) for each in statements)
    return [*lines, *(f"{words}: {format_figure(mean, 2)}, {_agree(agree)}" for words, mean, agree in rows if mean)]


def _agree(count: int) -> str:
    return ngettext("%(n)d agrees", "%(n)d agree", count) % {"n": count}
