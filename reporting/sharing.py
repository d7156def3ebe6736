"""Texts to paste into a messenger: counts only, and a link that asks for a log-in (RPT-6, NTF-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reporting.figures import Figures, figures_of
from reporting.times import times_words
from trainingops.ui.moments import moment_words

WHATSAPP_LIMIT = 1000


def whatsapp_text(data: Mapping[str, Any], *, submitted_at: datetime, address: str) -> str:
    """The summary to copy: the report's own numbers, counts only, no names, at most 1,000 characters (RPT-6)."""
    figures = figures_of(data)
    zone = ZoneInfo(data["session"]["timezone"])
    place = f"{data['session']['line']} {data['session']['site']}"
    lines = [
        f"{times_words(data)}, {place}",
        *(_not_held(figures) if figures.not_held else _achieved(figures)),
        _("Actions: %(actions)d") % {"actions": figures.actions},
        _("Report %(number)s, version %(version)d, sent %(at)s")
        % {"number": data["report"], "version": data["version"], "at": moment_words(submitted_at, zone)},
        _("Read it here (log-in needed): %(address)s") % {"address": address},
    ]
    rest = "\n".join(lines)
    head = _("*H+1 report* %(title)s, %(batch)s") % {"title": data["plan"]["title"], "batch": data["session"]["label"]}
    return f"{head[: WHATSAPP_LIMIT - len(rest) - 1]}\n{rest}"


def _achieved(figures: Figures) -> list[str]:
    return [
        _("Passed: %(words)s") % {"words": figures.pass_words},
        _("Absent: %(absent)s; recovery waiting: %(recovery)d")
        % {"absent": figures.absent_words, "recovery": figures.recovery},
        _("Remedial: %(remedial)d") % {"remedial": figures.remedial},
        _("Mean: %(mean)s") % {"mean": figures.mean_words},
    ]


def _not_held(figures: Figures) -> list[str]:
    """The reason is free text and stays on the page: it may name somebody."""
    planned = _("Participants planned: %(n)d") % {"n": figures.participants}
    return [_("The class was not held: it was cancelled."), planned]


def reminder_text(data: Mapping[str, Any], names: Sequence[str], *, address: str) -> str:
    """Who has not confirmed the report yet, to paste into their group (NTF-6); empty for nobody."""
    if not names:
        return ""
    lines = [
        _("*Please read the H+1 report* %(title)s, %(batch)s")
        % {"title": data["plan"]["title"], "batch": data["session"]["label"]},
        _("Not confirmed yet: %(names)s") % {"names": ", ".join(names)},
        _("Read it here (log-in needed): %(address)s") % {"address": address},
    ]
    return "\n".join(lines)
