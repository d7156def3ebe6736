"""Reads of the catalogue of modules: lists, the standard modules of a line, what uses a version (2.1, 7.1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from planning.content import hash_of
from planning.enums import ModuleKind, ModuleState
from planning.models import (
    Competence,
    ModuleVersion,
    PlanTemplate,
    TestPaper,
    Topic,
    TrainingModule,
)
from planning.queries.topics import Branch, tree
from planning.queries.uses import Use, named, plans_and_templates
from trainingops.ui.shown import Shown

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, User


def with_versions(modules: QuerySet[TrainingModule]) -> QuerySet[TrainingModule]:
    """Modules with ``approved_number``, ``open_state`` and what the newest version says, for lists and files."""
    versions = ModuleVersion.objects.filter(module=OuterRef("pk"))
    open_states = [ModuleState.DRAFT, ModuleState.SUBMITTED, ModuleState.RETURNED]
    newest = versions.order_by("-pk")
    return modules.annotate(
        approved_number=Subquery(versions.filter(state=ModuleState.APPROVED).values("number")[:1]),
        open_state=Subquery(versions.filter(state__in=open_states).values("state")[:1]),
        objectives=Subquery(newest.values("objectives")[:1]),
        duration_minutes=Subquery(newest.values("duration_minutes")[:1]),
        change_note=Subquery(newest.values("change_note")[:1]),
    ).prefetch_related("lines", "topics")


def with_templates(modules: QuerySet[TrainingModule], *, user: User) -> QuerySet[TrainingModule]:
    """Modules with ``listed_templates``: name and uuid of the plan templates on them that the reader may see."""
    templates = PlanTemplate.objects.visible_to(user).in_use().filter(module=OuterRef("pk")).order_by("name")
    return modules.annotate(listed_templates=ArraySubquery(templates.values(row=JSONObject(uuid="uuid", name="name"))))


#: What the page of the decision on a version shows, and the word for it.
SHOWN_OF_VERSION: Mapping[str, Any] = {
    "name": _("code, version or title"),
    "objectives": _("objectives"),
    "duration_minutes": _("suggested duration"),
    "change_note": _("change note"),
    "materials": _("material"),
    "author": _("author"),
    "former": _("the version that is approved now"),
}


def about_version(version: ModuleVersion, former: ModuleVersion | None) -> Shown:
    """What a manager approves: a version as it stands, and the one that goes out of use for it (2.1)."""
    return {
        "name": str(version),
        "objectives": hash_of(version.objectives),
        "duration_minutes": version.duration_minutes,
        "change_note": hash_of(version.change_note),
        "materials": [str(material.uuid) for material in version.materials.all()],
        "author": version.author_id,
        "former": former and former.number,
    }


@dataclass(frozen=True)
class StandardRow:
    """A topic at its place in the tree with its approved modules for a line."""

    branch: Branch
    versions: list[ModuleVersion]
    is_heading: bool

    @property
    def topic(self) -> Topic:
        return self.branch.topic


@dataclass(frozen=True)
class StandardGroup:
    """The topics of one kind, and how many of those that need a module have one."""

    label: str
    rows: list[StandardRow]

    @property
    def counted(self) -> int:
        return sum(not row.is_heading for row in self.rows)

    @property
    def covered(self) -> int:
        return sum(bool(row.versions) for row in self.rows)


def standard_modules(line: ServiceLine) -> list[StandardGroup]:
    """*Daftar Modul Standar* of a line: every topic with its approved modules, or none (2.1). Four queries.

    A topic that only gathers others is a heading: it needs no module of its own.
    """
    versions = (
        ModuleVersion.objects.filter(state=ModuleState.APPROVED, module__lines=line)
        .select_related("module")
        .prefetch_related("module__topics")
        .order_by("module__code")
    )
    by_topic: dict[int, list[ModuleVersion]] = {}
    for version in versions:
        for topic in version.module.topics.all():
            by_topic.setdefault(topic.pk, []).append(version)
    branches = tree()
    parents = {each.topic.parent_id for each in branches}
    rows = [
        StandardRow(each, found := by_topic.get(each.topic.pk, []), each.topic.pk in parents and not found)
        for each in branches
    ]
    return [
        StandardGroup(str(label), mine)
        for kind, label in ModuleKind.choices
        if (mine := [row for row in rows if row.topic.kind == kind])
    ]


def uses_of(version: ModuleVersion, *, user: User) -> list[Use]:
    """What uses a version, before it is taken out of use (7.1.6): plans, templates, competences, tests, trainers.

    The changes that it answers stand on the page of the module.
    """
    module = version.module
    templates = PlanTemplate.objects.in_use().filter(module=module)
    competences = Competence.objects.filter(module_version=version).count()
    papers = TestPaper.objects.filter(questions__question__topic__in=module.topics.all()).distinct()
    return [
        *plans_and_templates(version, templates, user=user),
        Use(_("People who showed this competence"), competences, []),
        named(_("Test papers on its topics"), papers),
        named(_("Trainers who may teach it"), module.trainers.all()),
    ]
