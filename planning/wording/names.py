"""The names that frozen contents mean: people, sites, needs; each kind is looked up once (APR-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from planning.content import loaded, recipients_of
from planning.difference import Content
from planning.lists import lists_of
from planning.models import (
    ClassType,
    NeedSource,
    PlannedSession,
    PlanRevision,
    PlanTarget,
    ProductChange,
    TrainerProfile,
)
from planning.models.resources import class_type_word
from planning.queries.changes import changes_answered
from planning.queries.defects_since import reason_now, with_annulled
from planning.queries.lookups import look_up, texts
from trainingops.people.models import Person, Site, User


class Names:
    """Finds the words for frozen contents; each kind of name is looked up once, and only when it is needed.

    Args:
        revisions: those whose contents are shown; their targets bring names and reasons.
    """

    def __init__(self, *revisions: PlanRevision, contents: Iterable[Content]) -> None:
        self.revisions = revisions
        self.contents = [content for content in contents if content]

    @cached_property
    def _targets(self) -> dict[tuple[int, str], PlanTarget]:
        known = [target for revision in self.revisions for target in loaded(revision, "targets") or ()]
        rest = [revision for revision in self.revisions if loaded(revision, "targets") is None]
        if rest:
            known += with_annulled(PlanTarget.objects.filter(revision__in=rest)).select_related("person")
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
        """The reason of each person, as the newest revision says, and how many of its defects fell since."""
        ordered = sorted(self._targets.items(), key=lambda item: item[0][0])
        return {
            person: reason_now(target.reason_words or target.get_reason_display(), target.annulled_now)  # type: ignore[attr-defined]
            for (_key, person), target in ordered
        }

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
    def _class_types(self) -> dict[str, str]:
        rows = {code: row[0] for code, row in self._found("class_type").items()}
        return self._known_class_types | {code: class_type_word(code, name) for code, name in rows.items()}

    @cached_property
    def _known_class_types(self) -> dict[str, str]:
        known = (lists_of(revision) for revision in self.revisions)
        return {each.code: str(each) for lists in known if lists for each in lists.class_types}

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
        class_types = {code for content in self.contents for code in content.get("class_types", ())}
        class_types -= set(self._known_class_types)
        wanted = []
        if class_types:
            wanted.append(texts("class_type", ClassType.objects.filter(code__in=class_types), "code", "name"))
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
        for content in self.contents:
            if content.get("module"):
                answered = changes_answered(module=content["module"]["code"], line=content["plan"]["line"])
                wanted.append(texts("module_change", answered, "uuid", "number", "effective_on", "title"))
        if sites:
            wanted.append(texts("site", Site.objects.filter(code__in=sites), "code", "name", "timezone"))
        return {kind: {row[0]: row[1:] for row in rows} for kind, rows in look_up(wanted).items()}

    @cached_property
    def _batches(self) -> dict[str, Mapping[str, Any]]:
        """The sessions by uuid, as the newest content says."""
        return {each["uuid"]: each for content in self.contents for each in content.get("sessions", ())}
