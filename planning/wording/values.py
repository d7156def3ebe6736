"""What each field of a frozen content says, in the reader's words (APR-5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.difference import Change, Content
from planning.effect_windows import DAYS, windows_words
from planning.enums import Method, ParameterSource, TargetReason
from planning.models.resources import RECOVERY_FORMS
from planning.queries.changes import BEHIND
from planning.wording.figures import figure, minutes, span
from planning.wording.names import Names
from planning.wording.settling import scheme_words, settling_words
from trainingops.people.enums import Role
from trainingops.ui.moments import day_words


class Values(Names):
    """Says each value of a content; a field ``x`` is said by ``_say_x``, one without by itself."""

    def _say(self, change: Change, value: Any) -> str:
        if value is None:
            return ""
        speak = getattr(self, f"_say_{change.field}", None)
        if speak is not None:
            return str(speak(value, change) if change.field in {"meeting"} else speak(value))
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def _say_needs(self, value: list[str]) -> str:
        return "; ".join(self.need(uuid) for uuid in value)

    def need(self, uuid: str) -> str:
        """A source of the need: kind, date, from whom, what was asked."""
        need = self._needs.get(uuid)
        return f"{need.get_kind_display()}, {day_words(need.dated_on)}: {need.request}" if need else "?"

    def held_before(self, content: Content) -> list[tuple[str, date]]:
        """The changes that hold before the day of the last meeting, with their day (5.1.1 b).

        Those among the sources of the need, and those of the line that the module answers as far as they are news:
        they hold since a month before the first meeting at most.
        """
        ends = [
            datetime.fromisoformat(meeting["ends_at"]).astimezone(self._zone(each["host_site"])).date()
            for each in content.get("sessions", ())
            for meeting in each["meetings"]
        ]
        if not ends:
            return []
        sources = [row for uuid in content.get("needs", ()) if (row := self._found("change").get(uuid))]
        changes = {_change(row) for row in sources}
        answered = map(_change, self._found("module_change").values())
        changes |= {each for each in answered if each[1] >= min(ends) - BEHIND}
        return sorted((each for each in changes if each[1] < max(ends)), key=lambda each: (each[1], each[0]))

    def _say_module(self, value: Mapping[str, str]) -> str:
        return f"{value['code']} v{value['version']} {value['title']}"

    def _say_method(self, value: str) -> str:
        return str(Method(value).label)

    def _say_class_types(self, value: list[str]) -> str:
        return ", ".join(self._class_types.get(code, code) for code in value)

    def _say_recovery_forms(self, value: list[str]) -> str:
        return ", ".join(str(RECOVERY_FORMS.get(code, code)) for code in value)

    def _say_scheme(self, value: Mapping[str, Any]) -> str:
        return scheme_words(value)

    def _say_parameter(self, value: Mapping[str, Any]) -> str:
        words = [value["name"], _("weight %(weight)s") % {"weight": figure(value["weight"])}]
        if value["minimum"]:
            words.append(_("minimum %(minimum)s") % {"minimum": figure(value["minimum"])})
        if value["maximum_score"] != "100":
            words.append(_("scale to %(maximum)s") % {"maximum": figure(value["maximum_score"])})
        words.append(str(ParameterSource(value["source"]).label))
        if value.get("settled_by"):
            words.append(settling_words(value["settled_by"], value["assessors"]))
        return ", ".join(words)

    def _say_pass_mark(self, value: str) -> str:
        return figure(value, 2)

    def _say_pre_paper(self, value: Mapping[str, str]) -> str:
        return value["code"]

    _say_post_paper = _say_pre_paper

    def _say_tolerance_minutes(self, value: int) -> str:
        return minutes(value)

    _say_duration = _say_tolerance_minutes

    def _say_recovery_days(self, value: int) -> str:
        return ngettext("%(n)d day", "%(n)d days", value) % {"n": value}

    def _say_effect(self, value: Mapping[str, Any]) -> str:
        days = {name: value[name] and date.fromisoformat(value[name]) for name in DAYS}
        words = windows_words(SimpleNamespace(effect_class=value["class"], **days))
        return f"{words}; {value['parameter']}" if value["parameter"] else words

    def _say_session(self, value: Mapping[str, Any]) -> str:
        zone = self._zone(value["host_site"])
        parts = [value["label"], *(span(meeting, zone) for meeting in value["meetings"])]
        parts += [self._say_trainers(value["trainers"]), value["room"] or value["link"]]
        return "; ".join(part for part in parts if part)

    def _say_trainers(self, value: list[str]) -> str:
        return ", ".join(self._trainers.get(uuid, "?") for uuid in value)

    def _say_host_site(self, value: str) -> str:
        return self._sites[value].name if value in self._sites else value

    def _say_meeting(self, value: Mapping[str, str], change: Change) -> str:
        return span(value, self._zone(self._batches[change.session]["host_site"]))

    def _say_target(self, value: Mapping[str, Any]) -> str:
        return self._people.get(value["person"], "?")

    def _say_batch(self, value: Mapping[str, Any]) -> str:
        return self._batch(value["session"])

    def _say_reason(self, value: Mapping[str, Any]) -> str:
        words = str(TargetReason(value["reason"]).label)
        count = len(value["defects"])
        return f"{words} ({ngettext('%(n)d defect', '%(n)d defects', count) % {'n': count}})" if count else words

    def _say_recipient(self, value: Mapping[str, Any]) -> str:
        name = self._users.get(value["user"], "") if value["user"] else _("by mail")
        return f"{Role(value['party']).label}: {name}"

    def _batch(self, uuid: str | None) -> str:
        return str(self._batches[uuid]["label"]) if uuid in self._batches else ""

    def _zone(self, code: str) -> ZoneInfo:
        return self._sites[code].zone


def _change(row: tuple[str, ...]) -> tuple[str, date]:
    """A change as it is named, and from when it holds."""
    number, effective_on, title, *_rest = row
    return f"{number} {title}", date.fromisoformat(effective_on)
