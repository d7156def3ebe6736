"""The differences of frozen contents as rows of a page, and a content in a few words (APR-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.difference import Change, Content, difference, length
from planning.queries.remarks import Remark
from planning.wording.figures import figure, minutes, span
from planning.wording.labels import LABELS
from planning.wording.rows import Line, Row
from planning.wording.values import Values
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words

#: Differences that are shown as one row with a line for each person or party.
_GATHERED = ("target", "batch", "reason", "recipient")

#: Where a remark on something about the targets stands when only the targets are shown.
_PEOPLE = {"batch": "target", "reason": "target"}


class Wording(Values):
    """The differences of frozen contents as rows, and what clause 4.1 names in a few words."""

    def rows(self, old: Content, new: Content, comments: Iterable[Remark] = ()) -> list[Row]:
        """The differences from ``old`` to ``new`` as rows of the page, each with the remarks on it.

        A field that somebody remarked on has its row also when it did not change; :func:`unplaced` has the rest.
        """
        rows: list[Row] = []
        gathered: dict[str, Row] = {}
        for change in difference(old, new):
            if change.field not in _GATHERED:
                rows.append(self._row(change))
                continue
            if change.field not in gathered:
                gathered[change.field] = Row(
                    kind="changed", before="", after="", key=change.field, label=str(LABELS[change.field])
                )
                rows.append(gathered[change.field])
            row = gathered[change.field]
            row.material = row.material or change.material
            row.lines.append(self._line(change))
        if "target" in gathered:
            gathered["target"].sub = self._count_of_targets(old, new)
        remarks = list(comments)
        left = _place(remarks, rows)
        if left and old:
            kept = [row for row in self.fields(new) if any(each.field == row.key for each in left)]
            _place(left, kept)
            rows += kept
        return rows

    def fields(self, content: Content) -> list[Row]:
        """What a content says field by field, as rows without change: what a remark can be about."""
        whole = self.rows({}, content)
        for row in whole:
            row.kind, row.material, row.lines = "kept", False, []
            row.before = row.after = row.after or row.sub
        return whole

    def _row(self, change: Change) -> Row:
        thing = change.after or change.before
        named = {"parameter": "name", "session": "label"}.get(change.field)
        batch = self._batch(change.session) if change.session and not named else ""
        return Row(
            kind=change.kind,
            before=self._say(change, change.before),
            after=self._say(change, change.after),
            key=_key(change),
            label=str(LABELS[change.field]),
            sub=batch,
            about=thing[named] if named else batch,
            material=change.material,
        )

    def _line(self, change: Change) -> Line:
        before, after = self._say(change, change.before), self._say(change, change.after)
        note = ""
        if change.field == "target":
            note = self._reasons.get((change.after or change.before)["person"], "")
        elif change.field in {"batch", "reason"}:
            note = self._people.get(change.after["person"], "?")
        return Line(kind=change.kind, before=before, after=after, note=note)

    def _count_of_targets(self, old: Content, new: Content) -> str:
        now, before = len(new.get("targets", ())), len(old.get("targets", ()))
        return _("%(now)d, before %(before)d") % {"now": now, "before": before} if old else str(now)

    def nine(self, content: Content) -> list[tuple[str, str]]:
        """What clause 4.1 names, in a few words each; a blank one is missing."""
        sessions = content.get("sessions", ())
        meetings = [(meeting, self._zone(each["host_site"])) for each in sessions for meeting in each["meetings"]]
        days = sorted({datetime.fromisoformat(each["starts_at"]).astimezone(zone).date() for each, zone in meetings})
        lengths = [length(each) for each, _zone in meetings]
        trainers = dict.fromkeys(uuid for each in sessions for uuid in each["trainers"])
        scheme = content.get("scheme") or {}
        parameters = scheme.get("parameters", [])
        papers = [content[key]["code"] for key in ("pre_paper", "post_paper") if content.get(key)]
        return [
            (_("Module"), "{code} v{version}".format(**content["module"]) if content.get("module") else ""),
            ("Trainer", self._say_trainers(list(trainers))),
            (_("Dates"), ", ".join(day_words(day, "short") for day in days)),
            (_("Duration"), ", ".join(f"{lengths.count(n)} × {minutes(n)}" for n in dict.fromkeys(lengths))),
            (_("Application"), content.get("application") or ""),
            (_("Method"), self._say_method(content["method"]) if content.get("method") else ""),
            (_("Pre-/Post-test"), " / ".join(papers)),
            (_("Parameters"), _weights(parameters)),
            (_("Pass mark"), figure(scheme["pass_mark"], 2) if scheme.get("pass_mark") else ""),
        ]

    def batches(self, content: Content) -> list[tuple[str, list[str], list[str]]]:
        """Each batch: its label, its meetings in words, and who is in it by name; who is in none comes last.

        The only batch has everybody.
        """
        planned = content.get("sessions", ())
        only = planned[0]["uuid"] if len(planned) == 1 else None
        people: dict[str | None, list[str]] = {}
        for target in content.get("targets", ()):
            people.setdefault(only or target["session"], []).append(self._say_target(target))
        rows = []
        for each in planned:
            zone = self._zone(each["host_site"])
            whens = [span(meeting, zone) for meeting in each["meetings"]]
            rows.append((each["label"], whens, sorted(people.pop(each["uuid"], []))))
        return [*rows, *((_("Without batch"), [], sorted(names)) for names in people.values())]


def _key(change: Change) -> str:
    """What a remark is attached to; the same in every revision: the field, its batch, and the row that has a uuid."""
    parts = [change.field, change.session[:8]]
    if change.field in {"parameter", "meeting"}:
        parts.append((change.after or change.before)["uuid"][:8])
    return ":".join(part for part in parts if part)


def unplaced(comments: Iterable[Remark], rows: Iterable[Row]) -> list[Remark]:
    """The remarks that stand beside no row: on the whole plan, or on a field that is gone; each with its ``label``."""
    placed = {each.uuid for row in rows for each in row.comments}
    left = [each for each in comments if each.uuid not in placed]
    for each in left:
        each.label = str(LABELS.get(each.field.partition(":")[0], ""))
    return left


def _place(comments: Iterable[Remark], rows: Iterable[Row]) -> list[Remark]:
    """Put each remark beside its row, where there is one; a part of a batch belongs to the batch. Returns the rest."""
    by_key = {row.key: row for row in rows}
    left = []
    for comment in comments:
        field, *batch = comment.field.split(":")
        row = by_key.get(comment.field) or by_key.get(f"session:{batch[0]}" if batch else _PEOPLE.get(field, ""))
        if row is None:
            left.append(comment)
        else:
            row.comments.append(comment)
    return left


def _weights(parameters: list[Mapping[str, Any]]) -> str:
    if not parameters:
        return ""
    total = sum((Decimal(each["weight"]) for each in parameters), Decimal(0))
    words = ngettext(
        "%(count)d parameter, weight %(total)s", "%(count)d parameters, weights %(total)s", len(parameters)
    )
    return words % {"count": len(parameters), "total": format_figure(total)}
