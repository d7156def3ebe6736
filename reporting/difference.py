"""What one version of a report says that another does not: figures, people, words (5.3.2, APR-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.wording.rows import Row, RowKind
from reporting.content import Frozen
from reporting.models import TrainingReport
from reporting.reading import Reading, read
from reporting.sight import Sight
from reporting.wording import SECTIONS
from sessions.models import TrainingSession
from trainingops.ui.figures import format_figure


def difference(old: Frozen, new: Frozen, training_session: TrainingSession, sight: Sight) -> list[Row]:
    """Every difference from ``old`` to ``new`` in the order of the page, as far as ``sight`` reads it.

    People whom the reader does not see by name are counted.
    """
    before, after = (read(each, training_session, sight=sight) for each in (old, new))
    return [
        *_pairs(_figures(before), _figures(after)),
        *_pairs(_people(before), _people(after)),
        *_others(old, new, sight),
        *_pairs(_deviations(before), _deviations(after)),
        *_pairs(_words(before), _words(after)),
    ]


def _pairs(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Row]:
    """A row for each label whose words differ; in the order of ``before``, what is new behind it."""
    for label in dict.fromkeys([*before, *after]):
        one, two = before.get(label, ""), after.get(label, "")
        if one != two:
            kind: RowKind = "changed" if one and two else "removed" if one else "added"
            yield Row(kind, one, two, label=label)


def _figures(reading: Reading) -> dict[str, str]:
    figures = reading.figures
    counted = {
        _("Participants"): str(figures.participants),
        _("Passed"): figures.pass_words,
        _("Have been trained"): str(figures.trained),
        _("Absent"): figures.absent_words,
        _("Waiting for recovery"): str(figures.recovery),
        "Remedial": str(figures.remedial),
        _("Mean"): figures.mean_words,
        _("Beyond target"): figures.beyond_words,
    }
    means = {_("Mean of %(parameter)s") % {"parameter": each["name"]}: each["mean"] for each in reading.parameters}
    shown = {label: format_figure(mean, figures.decimals) for label, mean in means.items() if mean is not None}
    return {**counted, **shown}


def _people(reading: Reading) -> dict[str, str]:
    """Each participant by name: how they came out, and what they missed."""
    missed: dict[str, list[str]] = {}
    for each in reading.missed:
        said = f"{each.meeting}: {each.situation}" if each.meeting else each.situation
        missed.setdefault(each.employee_no, []).append(f"{said} ({each.recovery})")
    found = {}
    for person in reading.results:
        name, number = person["who"]
        final = "" if person["final"] is None else format_figure(person["final"], reading.figures.decimals)
        words = [part for part in (final, str(person["verdict"].label), *missed.get(number, ())) if part]
        found[f"{name} ({number})"] = ", ".join(words)
    return found


def _others(old: Frozen, new: Frozen, sight: Sight) -> Iterator[Row]:
    """How many changed among those who are not shown."""
    before, after = (
        {each["enrolment"]: _of(each, content.data) for each in content.data["people"] if not sight.shows(each)}
        for content in (old, new)
    )
    changed = sum(before.get(key) != after.get(key) for key in {*before, *after})
    if changed:
        words = ngettext("%(n)d participant", "%(n)d participants", changed) % {"n": changed}
        yield Row("changed", "", words, label=_("Others, without name"))


def _of(person: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Any, ...]:
    mine = [each for each in data["recovery"] if each["person"] == person["person"]]
    cases = [{key: value for key, value in each.items() if key != "meeting"} for each in mine]
    return person, cases


def _deviations(reading: Reading) -> dict[str, str]:
    label = _("Deviation")
    return {f"{label} {number}": line for number, line in enumerate(reading.deviations, 1)}


def _words(reading: Reading) -> dict[str, str]:
    """The trainer's own words under each heading."""
    headings = {name: str(TrainingReport._meta.get_field(name).verbose_name).capitalize() for name in SECTIONS}  # type: ignore[union-attr]
    return {headings[name]: reading.data["narrative"][name] for name in SECTIONS}
