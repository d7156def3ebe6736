"""Modules and their versions: written, submitted, decided, retired (clause 2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from planning import module_notices as notices
from planning.enums import MODULE_TRANSITIONS, ModuleState
from planning.models import (
    ModuleMaterial,
    ModuleVersion,
    NeedSource,
    ProductChange,
    QualityParameter,
    Topic,
    TrainingModule,
)
from planning.policies.catalogue import (
    can_decide_version,
    can_edit_module,
    can_edit_version,
    can_write_for,
    can_write_modules,
)
from planning.queries.catalogue import managers_of_lines
from planning.queries.modules import SHOWN_OF_VERSION, about_version
from planning.queries.uses import plans_losing
from planning.services.losing import tell_losing
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_transition
from trainingops.notifications.services import notify
from trainingops.ui.shown import Shown, require_shown

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, User

EDITABLE = (ModuleState.DRAFT, ModuleState.RETURNED)

#: Beside them no other version of the module begins.
OPEN = (*EDITABLE, ModuleState.SUBMITTED)

#: What :func:`editable` may change on a version.
REOPENED = ["state", "author", "decided_by", "decided_at"]


@service
def add_module(
    *,
    code: str,
    title: str,
    kind: str,
    lines: Iterable[ServiceLine],
    topics: Iterable[Topic],
    objectives: str,
    duration_minutes: int,
    actor: User,
    now: datetime,
) -> ModuleVersion:
    """A new module with its first version as a draft.

    Raises:
        NotAllowed: the actor writes no modules.
        Refused: the code is taken, or no line is named.
    """
    require(can_write_modules(actor))
    chosen = list(lines)
    if not chosen:
        raise Refused(_("Choose at least one service line."), field="lines")
    if not can_write_for(actor, chosen):
        raise Refused(_("None of these lines is in your scope. Choose one of your own lines."), field="lines")
    if TrainingModule.objects.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    module = TrainingModule.objects.create(code=code, title=title, kind=kind)
    module.lines.set(chosen)
    module.topics.set(topics)
    version = ModuleVersion.objects.create(
        module=module, number="1.0", objectives=objectives, duration_minutes=duration_minutes, author=actor
    )
    record("module.added", subject=module, actor=actor, now=now, data={"code": code, "version": version.uuid})
    return version


@dataclass(frozen=True, kw_only=True)
class ModuleText:
    """What is said of a module itself, whichever version is taught."""

    title: str
    kind: str
    lines: Collection[ServiceLine]
    topics: Collection[Topic]


@service
def edit_module(*, module: TrainingModule, content: ModuleText, actor: User, now: datetime) -> TrainingModule:
    """Change title, kind, lines and topics; once a version is approved, a manager of all its lines does (2.1).

    Where a line goes, the PICs of its drafts, and of its plans that wait for approval, are told.

    Raises:
        NotAllowed: the module, or one of its new lines, lies outside what the actor may change.
        Refused: no line is named.
    """
    locked = TrainingModule.objects.select_for_update(no_key=True).get(pk=module.pk)
    lines = list(content.lines)
    require(
        can_edit_module(actor, locked.versions.all(), lines=[*locked.lines.all(), *lines]),
        _("Once a version is approved, a manager of every line of the module changes it."),
    )
    if not lines:
        raise Refused(_("Choose at least one service line."), field="lines")
    gone = set(locked.lines.all()) - set(lines)
    locked.title, locked.kind = content.title, content.kind
    locked.save(update_fields=["title", "kind"])
    locked.lines.set(lines)
    for version in locked.versions.filter(state=ModuleState.APPROVED) if gone else ():
        losing = plans_losing(version).filter(line__in=gone)
        tell_losing(notices.MODULE_NARROWED, version, losing, page=_page(version), now=now)
    locked.topics.set(content.topics)
    record(
        "module.edited",
        subject=locked,
        actor=actor,
        now=now,
        data={"lines": [line.uuid for line in lines], "topics": [topic.uuid for topic in content.topics]},
    )
    return locked


@service
def set_answers(
    *,
    module: TrainingModule,
    needs: Iterable[NeedSource],
    changes: Iterable[ProductChange],
    parameters: Iterable[QualityParameter],
    actor: User,
    now: datetime,
) -> TrainingModule:
    """Which needs a module answers (5.1.1 d): sources, product changes, quality parameters.

    What the actor cannot see stays as it is.

    Raises:
        NotAllowed: the actor writes for none of its lines.
    """
    locked = TrainingModule.objects.select_for_update(no_key=True).get(pk=module.pk)
    require(can_write_for(actor, locked.lines.all()))
    answers: dict[str, list[Any]] = {"needs": list(needs), "product_changes": list(changes)}
    for name, rows in (
        ("needs", NeedSource.objects.visible_to(actor)),
        ("product_changes", ProductChange.objects.visible_to(actor)),
    ):
        related: Any = getattr(locked, name)
        related.set([*answers[name], *related.exclude(pk__in=rows.values("pk"))])
    answers["parameters"] = list(parameters)
    locked.parameters.set(answers["parameters"])
    record(
        "module.answers",
        subject=locked,
        actor=actor,
        now=now,
        data={name: [row.uuid for row in rows] for name, rows in answers.items()},
    )
    return locked


@service
def add_version(
    *,
    module: TrainingModule,
    number: str,
    objectives: str,
    duration_minutes: int,
    change_note: str,
    actor: User,
    now: datetime,
) -> ModuleVersion:
    """The next version of a module as a draft, with the materials of the approved one to start from.

    Raises:
        Refused: another version is still open, the number is taken, or it does not say what changes.
    """
    require(can_write_modules(actor))
    locked = TrainingModule.objects.select_for_update(no_key=True).get(pk=module.pk)
    require(can_write_for(actor, locked.lines.all()))
    versions = list(locked.versions.all())
    if any(version.state in OPEN for version in versions):
        raise Refused(_("A version of this module is still open. Finish it before you begin another one."))
    if any(version.number == number for version in versions):
        raise Refused(_("Version %(number)s exists. Choose another number.") % {"number": number}, field="number")
    if versions and not change_note.strip():
        raise Refused(_("Say what changes against the version before."), field="change_note")
    version = ModuleVersion.objects.create(
        module=locked,
        number=number,
        objectives=objectives,
        duration_minutes=duration_minutes,
        change_note=change_note,
        author=actor,
    )
    approved = next((each for each in versions if each.state == ModuleState.APPROVED), None)
    if approved:
        ModuleMaterial.objects.bulk_create(
            ModuleMaterial(
                version=version,
                title=each.title,
                url=each.url,
                text=each.text,
                file_id=each.file_id,
                file_name=each.file_name,
            )
            for each in approved.materials.all()
        )
    record("module_version.added", subject=version, actor=actor, now=now, data={"module": locked.uuid})
    return version


@service
def edit_version(
    *, version: ModuleVersion, objectives: str, duration_minutes: int, change_note: str, actor: User, now: datetime
) -> ModuleVersion:
    """Change a draft; a returned one becomes a draft again. An approved version never changes."""
    locked = editable(version, actor)
    locked.objectives, locked.duration_minutes, locked.change_note = objectives, duration_minutes, change_note
    locked.save(update_fields=["objectives", "duration_minutes", "change_note", *REOPENED])
    record("module_version.edited", subject=locked, actor=actor, now=now)
    return locked


@service
def submit_version(*, version: ModuleVersion, actor: User, now: datetime) -> ModuleVersion:
    """Ask the manager to approve a version (2.1).

    Raises:
        Refused: there is nothing to teach from yet.
    """
    locked = _locked(version)
    require(can_edit_version(actor, locked))
    require_transition(locked, ModuleState.SUBMITTED, MODULE_TRANSITIONS)
    if not locked.materials.exists():
        raise Refused(_("This version has no material yet. Add a link, a text or a file first."))
    locked.state, locked.submitted_at = ModuleState.SUBMITTED, now
    locked.save(update_fields=["state", "submitted_at"])
    notify(
        kind=notices.MODULE_SUBMITTED,
        recipients=managers_of_lines(locked.module.lines.all(), now=now, besides=locked.author),
        subject=locked,
        step=now.isoformat(),
        url=_page(locked),
        params={"module": str(locked), "author": str(actor)},
        now=now,
    )
    record("module_version.submitted", subject=locked, actor=actor, now=now)
    return locked


@service
def approve_version(
    *, version: ModuleVersion, note: str, actor: User, now: datetime, shown: Shown | None = None
) -> ModuleVersion:
    """Approve a version; from now on it can be planned, and the approved one before it cannot (2.1).

    The PICs of plans that now need this version instead are told.

    Args:
        shown: what the manager had read (:func:`trainingops.ui.shown.shown_by`).

    Raises:
        StaleVersion: it does not say what was shown any more.
    """
    locked, before = _decide(version, ModuleState.APPROVED, actor, shown)
    if before is not None:
        _retire(before, actor, now, followed_by=locked)
    return _save_decision(locked, ModuleState.APPROVED, note, actor, now)


@service
def return_version(
    *, version: ModuleVersion, note: str, actor: User, now: datetime, shown: Shown | None = None
) -> ModuleVersion:
    """Give a version back to its author, with what to change.

    Raises as :func:`approve_version`, and ``Refused`` without a note.
    """
    locked, _approved = _decide(version, ModuleState.RETURNED, actor, shown)
    if not note.strip():
        raise Refused(_("Say what the author should change."), field="note")
    return _save_decision(locked, ModuleState.RETURNED, note, actor, now)


@service
def retire_version(*, version: ModuleVersion, actor: User, now: datetime) -> ModuleVersion:
    """Take an approved version out of use: new plans cannot choose it any more, approved ones keep it (2.1).

    The PICs of drafts, and of plans that wait for approval, are told that these need another version.
    """
    locked = _locked(version)
    require(can_decide_version(actor, locked))
    _retire(locked, actor, now)
    return locked


def _retire(locked: ModuleVersion, actor: User, now: datetime, *, followed_by: ModuleVersion | None = None) -> None:
    require_transition(locked, ModuleState.RETIRED, MODULE_TRANSITIONS)
    locked.state = ModuleState.RETIRED
    locked.save(update_fields=["state"])
    tell_losing(notices.MODULE_RETIRED, locked, plans_losing(locked), page=_page(locked), now=now)
    data = {"followed_by": followed_by.uuid} if followed_by else {}
    record("module_version.retired", subject=locked, actor=actor, now=now, data=data)


def _locked(version: ModuleVersion) -> ModuleVersion:
    return (
        ModuleVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("module").get(pk=version.pk)
    )


def editable(version: ModuleVersion, actor: User) -> ModuleVersion:
    """The locked version as a draft, if the actor may change it; the caller saves what ``REOPENED`` names.

    Who changes somebody else's draft becomes its author, so that nobody approves their own words.
    """
    locked = _locked(version)
    require(can_edit_version(actor, locked))
    locked.author = actor
    if locked.decided_by_id == actor.pk:  # the manager who returned it writes now: another one decides
        locked.decided_by = locked.decided_at = None
    if locked.state == ModuleState.DRAFT:
        return locked
    if locked.state not in EDITABLE:
        raise WrongState(
            _("%(version)s is “%(state)s” and cannot be changed. Begin a new version.")
            % {"version": locked, "state": locked.get_state_display()},
            code="wrong_state",
        )
    require_transition(locked, ModuleState.DRAFT, MODULE_TRANSITIONS)
    locked.state = ModuleState.DRAFT
    return locked


def _decide(
    version: ModuleVersion, to: ModuleState, actor: User, shown: Shown | None
) -> tuple[ModuleVersion, ModuleVersion | None]:
    """The version as it was shown, and the approved one of its module, both locked."""
    locked = _locked(version)
    require(
        can_decide_version(actor, locked),
        _("A manager of every line of the module decides, and never the author."),
    )
    require_transition(locked, to, MODULE_TRANSITIONS)
    approved = locked.module.versions.select_for_update(no_key=True).filter(state=ModuleState.APPROVED).first()
    require_shown(shown, about_version(locked, approved), SHOWN_OF_VERSION)
    return locked, approved


def _save_decision(locked: ModuleVersion, to: ModuleState, note: str, actor: User, now: datetime) -> ModuleVersion:
    locked.state, locked.decided_by, locked.decided_at, locked.decision_note = to, actor, now, note
    locked.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    notify(
        kind=notices.MODULE_APPROVED if to == ModuleState.APPROVED else notices.MODULE_RETURNED,
        recipients=[locked.author],
        subject=locked,
        step=now.isoformat(),
        url=_page(locked),
        params={"module": str(locked)},
        now=now,
    )
    record(f"module_version.{to.value}", subject=locked, actor=actor, now=now, detail={"note": note})
    return locked


def _page(version: ModuleVersion) -> str:
    return reverse("module_detail", kwargs={"uuid": version.module.uuid})
