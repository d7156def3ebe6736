"""A frozen plan and its differences in the reader's words: people by name, times in their site's zone (APR-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planning.content import loaded, recipients_of
from planning.difference import Change, Content, Kind, difference, length
from planning.enums import Method, ParameterSource, TargetReason
from planning.lists import lists_of
from planning.models import (
    NeedSource,
    PlannedSession,
    PlanRevision,
    PlanTarget,
    ProductChange,
    RevisionComment,
    TrainerProfile,
)
from planning.models.resources import CLASS_TYPES, RECOVERY_FORMS
from planning.queries.lookups import look_up, texts
from trainingops.people.enums import Role
from trainingops.people.models import Person, Site, User
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, moment_words

LABELS: dict[str, Any] = {
    "title": gettext_lazy("Title"),
    "purpose": gettext_lazy("Why this training"),
    "needs": gettext_lazy("Sources of the need"),
    "module": gettext_lazy("Module"),
    "method": gettext_lazy("Method"),
    "application": gettext_lazy("Application"),
    "class_types": gettext_lazy("Class types"),
    "scheme": gettext_lazy("Scoring scheme"),
    "parameter": gettext_lazy("Parameter"),
    "pass_mark": gettext_lazy("Pass mark"),
    "pre_paper": "Pre-test",
    "post_paper": "Post-test",
    "tolerance_minutes": gettext_lazy("Tolerated lateness"),
    "recovery_days": gettext_lazy("Days for recovery"),
    "recovery_forms": gettext_lazy("Forms of recovery"),
    "busy_reason": gettext_lazy("Reason for a busy interval"),
    "session": gettext_lazy("Batch"),
    "label": gettext_lazy("Name of the batch"),
    "host_site": gettext_lazy("Site"),
    "trainers": "Trainer",
    "room": gettext_lazy("Room"),
    "link": gettext_lazy("Link"),
    "meeting": gettext_lazy("Date and time"),
    "duration": gettext_lazy("Duration"),
    "target": gettext_lazy("Targets"),
    "batch": gettext_lazy("Batch of the targets"),
    "reason": gettext_lazy("Reason of the targets"),
    "recipient": gettext_lazy("Recipients of the report"),
}
WORDS: dict[Kind, tuple[Any, str, str]] = {
    "added": (gettext_lazy("added"), "plus", "ok"),
    "removed": (gettext_lazy("removed"), "minus", "late"),
    "changed": (gettext_lazy("changed"), "edit", "info"),
}
#: Differences that are shown as one row with a line for each person or party.
_GATHERED = ("target", "batch", "reason", "recipient")


@dataclass
class Line:
    """One person or party within a row."""

    kind: Kind
    before: str
    after: str
    note: str = ""

    @property
    def word(self) -> str:
        return str(WORDS[self.kind][0])

    @property
    def icon(self) -> str:
        return WORDS[self.kind][1]

    @property
    def colour(self) -> str:
        return WORDS[self.kind][2]


@dataclass
class Row(Line):
    """One row of the table of differences."""

    key: str = ""
    label: str = ""
    sub: str = ""
    material: bool = False
    lines: list[Line] = field(default_factory=list)
    comments: list[RevisionComment] = field(default_factory=list)

    @property
    def word(self) -> str:
        """``changed, material``: the word says what the colour says."""
        word = str(WORDS[self.kind][0])
        return _("%(word)s, material") % {"word": word} if self.material else word

    @property
    def colour(self) -> str:
        return super().colour if self.material else "idle"


class Wording:
    """Finds the words for frozen contents; each kind of name is looked up once, and only when it is needed.

    Args:
        revisions: those whose contents are shown; their targets bring names and reasons.
    """

    def __init__(self, *revisions: PlanRevision, contents: Iterable[Content]) -> None:
        self.revisions = revisions
        self.contents = [content for content in contents if content]

    # --- names -------------------------------------------------------------------------------------------
    @cached_property
    def _targets(self) -> dict[tuple[int, str], PlanTarget]:
        known = [target for revision in self.revisions for target in loaded(revision, "targets") or ()]
        rest = [revision for revision in self.revisions if loaded(revision, "targets") is None]
        if rest:
            known += PlanTarget.objects.filter(revision__in=rest).select_related("person")
        return {(target.revision_id, str(target.person.uuid)): target for target in known}

    @cached_property
    def _people(self) -> dict[str, str]:
        names = {person: target.person.name for (_revision, person), target in self._targets.items()}
        wanted = {each["person"] for content in self.contents for each in content.get("targets", ())} - set(names)
        if wanted:
            names |= {
                str(uuid): name for uuid, name in Person.objects.filter(uuid__in=wanted).values_list("uuid", "name")
            }
        return names

    @cached_property
    def _reasons(self) -> dict[str, str]:
        """The reason of each person, as the newest of the revisions says."""
        ordered = sorted(self._targets.items(), key=lambda item: item[0][0])
        return {person: target.reason_note or target.get_reason_display() for (_key, person), target in ordered}

    @cached_property
    def _trainers(self) -> dict[str, str]:
        known = {str(each.uuid): each.name for planned in self._planned for each in planned.trainers.all()}
        return known | {key: row[0] for key, row in self._found("trainer").items()}

    @cached_property
    def _users(self) -> dict[str, str]:
        return self._known_users | {key: row[0] for key, row in self._found("user").items()}

    @cached_property
    def _sites(self) -> dict[str, Site]:
        known = self._known_sites
        return known | {
            key: Site(code=key, name=name, timezone=zone) for key, (name, zone, *_rest) in self._found("site").items()
        }

    @cached_property
    def _needs(self) -> dict[str, NeedSource]:
        return self._known_needs | {
            key: NeedSource(kind=kind, dated_on=date.fromisoformat(day), request=asked)
            for key, (kind, day, asked, *_rest) in self._found("need").items()
        }

    @cached_property
    def _planned(self) -> list[PlannedSession]:
        return [each for revision in self.revisions for each in loaded(revision, "sessions") or ()]

    @cached_property
    def _known_users(self) -> dict[str, str]:
        known = [each.user for revision in self.revisions if lists_of(revision) for each in recipients_of(revision)]
        return {str(user.uuid): user.name for user in known if user}

    @cached_property
    def _known_needs(self) -> dict[str, NeedSource]:
        return {
            str(need.uuid): need for revision in self.revisions if (known := lists_of(revision)) for need in known.needs
        }

    @cached_property
    def _known_sites(self) -> dict[str, Site]:
        return {each.code: each for each in (*(planned.host_site for planned in self._planned), *self._homes)}

    @cached_property
    def _homes(self) -> list[Site]:
        """The sites of the plans, as far as they were read with them."""
        plans = [revision.plan for revision in self.revisions if "plan" in revision._state.fields_cache]
        return [plan.site for plan in plans if "site" in plan._state.fields_cache]

    def _found(self, what: str) -> dict[str, tuple[str, ...]]:
        """The rows of one kind that were not known: all kinds are looked up together, by one query."""
        return self._rows_found.get(what, {})

    @cached_property
    def _rows_found(self) -> dict[str, dict[str, tuple[str, ...]]]:
        sessions = [each for content in self.contents for each in content.get("sessions", ())]
        trainers = {uuid for each in sessions for uuid in each["trainers"]}
        trainers -= {str(each.uuid) for planned in self._planned for each in planned.trainers.all()}
        users = {row["user"] for content in self.contents for row in content.get("recipients", ())} - {None}
        users -= set(self._known_users)
        sources = {uuid for content in self.contents for uuid in content.get("needs", ())}
        needs = sources - set(self._known_needs)
        sites = {each["host_site"] for each in sessions} - set(self._known_sites)
        wanted = []
        if trainers:
            wanted.append(texts("trainer", TrainerProfile.objects.filter(uuid__in=trainers), "uuid", "name"))
        if users:
            wanted.append(texts("user", User.objects.filter(uuid__in=users), "uuid", "name"))
        if needs:
            rows = NeedSource.objects.filter(uuid__in=needs)
            wanted.append(texts("need", rows, "uuid", "kind", "dated_on", "request"))
        if sources:
            changes = ProductChange.objects.filter(need__uuid__in=sources)
            wanted.append(texts("change", changes, "need__uuid", "number", "effective_on", "title"))
        if sites:
            wanted.append(texts("site", Site.objects.filter(code__in=sites), "code", "name", "timezone"))
        return {kind: {row[0]: row[1:] for row in rows} for kind, rows in look_up(wanted).items()}

    @cached_property
    def _batches(self) -> dict[str, Mapping[str, Any]]:
        """The sessions by uuid, as the newest content says."""
        return {each["uuid"]: each for content in self.contents for each in content.get("sessions", ())}

    # --- rows --------------------------------------------------------------------------------------------
    def rows(self, old: Content, new: Content, comments: Iterable[RevisionComment] = ()) -> list[Row]:
        """The differences from ``old`` to ``new`` as rows of the page, each with the remarks on it."""
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
        by_key = {row.key: row for row in rows}
        for comment in comments:
            if comment.field in by_key:
                by_key[comment.field].comments.append(comment)
        return rows

    def _row(self, change: Change) -> Row:
        return Row(
            kind=change.kind,
            before=self._say(change, change.before),
            after=self._say(change, change.after),
            key=f"{change.field}:{change.session[:8]}" if change.session else change.field,
            label=str(LABELS[change.field]),
            sub=self._batch(change.session) if change.session and change.field != "session" else "",
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

    # --- values ------------------------------------------------------------------------------------------
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
        """The changes among the sources that hold before the day of the last meeting, with their day (5.1.1 b)."""
        ends = [
            datetime.fromisoformat(meeting["ends_at"]).astimezone(self._zone(each["host_site"])).date()
            for each in content.get("sessions", ())
            for meeting in each["meetings"]
        ]
        named = (self._found("change").get(uuid) for uuid in content.get("needs", ()))
        changes = [(f"{row[0]} {row[2]}", date.fromisoformat(row[1])) for row in named if row]
        return sorted((each for each in changes if ends and each[1] < max(ends)), key=lambda each: each[1])

    def _say_module(self, value: Mapping[str, str]) -> str:
        return f"{value['code']} v{value['version']} {value['title']}"

    def _say_method(self, value: str) -> str:
        return str(Method(value).label)

    def _say_class_types(self, value: list[str]) -> str:
        return ", ".join(str(CLASS_TYPES.get(code, code)) for code in value)

    def _say_recovery_forms(self, value: list[str]) -> str:
        return ", ".join(str(RECOVERY_FORMS.get(code, code)) for code in value)

    def _say_scheme(self, value: Mapping[str, Any]) -> str:
        words = [
            str(value["name"]),
            ngettext("%(n)d decimal", "%(n)d decimals", value["decimals"]) % {"n": value["decimals"]},
        ]
        if value.get("remedial_cap"):
            words.append(_("remedial at most %(cap)s") % {"cap": figure(value["remedial_cap"])})
        attempts = value.get("remedial_attempts", 1)
        words.append(ngettext("%(n)d remedial attempt", "%(n)d remedial attempts", attempts) % {"n": attempts})
        return ", ".join(words)

    def _say_parameter(self, value: Mapping[str, Any]) -> str:
        words = [value["name"], _("weight %(weight)s") % {"weight": figure(value["weight"])}]
        if value["minimum"]:
            words.append(_("minimum %(minimum)s") % {"minimum": figure(value["minimum"])})
        if value["maximum_score"] != "100":
            words.append(_("scale to %(maximum)s") % {"maximum": figure(value["maximum_score"])})
        words.append(str(ParameterSource(value["source"]).label))
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

    def _say_session(self, value: Mapping[str, Any]) -> str:
        zone = self._zone(value["host_site"])
        parts = [value["label"], *(_span(meeting, zone) for meeting in value["meetings"])]
        parts += [self._say_trainers(value["trainers"]), value["room"] or value["link"]]
        return "; ".join(part for part in parts if part)

    def _say_trainers(self, value: list[str]) -> str:
        return ", ".join(self._trainers.get(uuid, "?") for uuid in value)

    def _say_host_site(self, value: str) -> str:
        return self._sites[value].name if value in self._sites else value

    def _say_meeting(self, value: Mapping[str, str], change: Change) -> str:
        return _span(value, self._zone(self._batches[change.session]["host_site"]))

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

    # --- summaries of one content ------------------------------------------------------------------------
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


def _weights(parameters: list[Mapping[str, Any]]) -> str:
    if not parameters:
        return ""
    total = sum((Decimal(each["weight"]) for each in parameters), Decimal(0))
    words = ngettext(
        "%(count)d parameter, weight %(total)s", "%(count)d parameters, weights %(total)s", len(parameters)
    )
    return words % {"count": len(parameters), "total": format_figure(total)}


def figure(value: str, places: int | None = None) -> str:
    """A frozen figure in the reader's language."""
    return format_figure(Decimal(value), places)


def minutes(value: int) -> str:
    """A length in words."""
    return ngettext("%(n)d minute", "%(n)d minutes", value) % {"n": value}


def first_meeting(content: Content) -> datetime | None:
    """When the training begins; None while it has no meeting."""
    starts = [meeting["starts_at"] for each in content.get("sessions", ()) for meeting in each["meetings"]]
    return datetime.fromisoformat(min(starts)) if starts else None


def meeting_words(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """A meeting in words: ``Thursday, 3 December 2026, 14.00–16.00 WIB``; the date of the end where it is another."""
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    end_style = "time" if starts.date() == ends.date() else "weekday"
    begin = f"{day_words(starts.date(), 'weekday')}, {time_format(starts, 'TIME_FORMAT')}"
    return f"{begin}–{moment_words(ends, zone, end_style)}"


def _span(meeting: Mapping[str, str], zone: ZoneInfo) -> str:
    starts, ends = (datetime.fromisoformat(meeting[side]) for side in ("starts_at", "ends_at"))
    return meeting_words(starts, ends, zone)
