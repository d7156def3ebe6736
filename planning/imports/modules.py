"""The sheet of modules: what "Download Excel" of the catalogue gives, changed and sent back (2.1, IMP-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import ModuleKind, ModuleState
from planning.models import ModuleVersion, Topic, TrainingModule
from planning.policies.catalogue import MODULE_AUTHORS, can_edit_module, can_edit_version, can_write_for
from planning.services import modules as services
from planning.services.modules import ModuleText
from planning.tables.catalogue import IN_A_CELL
from trainingops.audit.journal import service
from trainingops.imports.registry import Batch, Checked, Column, Importer, longest_of
from trainingops.imports.values import heading_key
from trainingops.people.models import ServiceLine

if TYPE_CHECKING:
    from trainingops.people.models import User

_KINDS = {
    "soft": ModuleKind.SOFT,
    "softskill": ModuleKind.SOFT,
    "hard": ModuleKind.HARD,
    "hardskill": ModuleKind.HARD,
}
#: Minutes that a module may take, as in its form.
_SHORTEST, _LONGEST = 15, 2400
COLUMNS = (
    Column(name="code", label=gettext_lazy("Code"), required=True, headings=("Code", "Kode"), example="HS-KCA-01"),
    Column(
        name="title",
        longest=longest_of(TrainingModule, "title"),
        label=gettext_lazy("Title"),
        required=True,
        headings=("Title", "Judul"),
        example="KCA, jatuh tempo dan perpanjangan",
    ),
    Column(name="kind", label=gettext_lazy("Kind"), required=True, headings=("Kind", "Jenis"), example="Hard skill"),
    Column(
        name="lines",
        label=gettext_lazy("Service lines"),
        required=True,
        headings=("Service lines", "Lini layanan", "Layanan"),
        example="Inbound; Digital",
    ),
    Column(name="topics", label=gettext_lazy("Topics"), headings=("Topics", "Topik"), example=""),
    Column(
        name="objectives",
        label=gettext_lazy("Objectives"),
        required=True,
        headings=("Objectives", "Tujuan"),
        example="Agent menjelaskan jatuh tempo dengan benar.",
    ),
    Column(
        name="duration_minutes",
        label=gettext_lazy("Suggested duration (minutes)"),
        headings=("Suggested duration (minutes)", "Durasi (menit)"),
        example=120,
    ),
    Column(name="change_note", label=gettext_lazy("Change note"), headings=("Change note", "Catatan perubahan")),
)


@dataclass(frozen=True)
class _Known:
    """What the database says, read once for all rows."""

    lines: dict[str, ServiceLine]
    topics: dict[str, Topic]
    modules: dict[str, TrainingModule]
    newest: dict[int, ModuleVersion]


@dataclass(frozen=True)
class _Wanted:
    """What a row would make of a module."""

    module: TrainingModule | None
    version: ModuleVersion | None
    code: str
    content: ModuleText
    objectives: str
    duration_minutes: int
    change_note: str
    changes_module: bool
    changes_version: bool


def check_modules(batch: Batch) -> list[Checked]:
    """What each row would do; a code stands once in a file."""
    known = _read(batch)
    found: list[Checked] = []
    seen: dict[str, int] = {}
    for row in batch.rows:
        code = _text(row.text("code"))
        checked = Checked(row, key=code)
        found.append(checked)
        if code.upper() in seen:
            checked.refuse(
                "code",
                "module_twice",
                _("Row %(row)d has this module already. Keep one of them.") % {"row": seen[code.upper()]},
            )
            continue
        seen[code.upper()] = row.number
        _check_row(batch, checked, code, known)
    return found


def _read(batch: Batch) -> _Known:
    codes = {_text(row.text("code")).upper() for row in batch.rows}
    modules = TrainingModule.objects.prefetch_related("lines", "topics", "versions")
    mine = {each.code.upper(): each for each in modules if each.code.upper() in codes}
    lines = list(ServiceLine.objects.all())
    topics = list(Topic.objects.all())
    newest: dict[int, ModuleVersion] = {}
    for module in mine.values():
        for version in module.versions.all():
            version.module = module  # with its lines loaded
            newest[module.pk] = max(version, newest.get(module.pk, version), key=lambda each: each.pk)
    return _Known(
        {heading_key(word): line for line in lines for word in (line.code, line.name)},
        {heading_key(word): topic for topic in topics for word in (topic.code, topic.name)},
        mine,
        newest,
    )


def _check_row(batch: Batch, checked: Checked, code: str, known: _Known) -> None:
    row = checked.row
    if not code or len(code) > 30:
        checked.refuse("code", "code_blank", _("Give the module a code of at most 30 signs."))
    content = _content(checked, known)
    objectives = _text(row.text("objectives"))
    if not objectives:
        checked.refuse("objectives", "objectives_blank", _("Say what participants can do afterwards."))
    minutes = _minutes(batch, checked)
    if checked.is_bad:
        return
    module = known.modules.get(code.upper())
    version = known.newest.get(module.pk) if module else None
    if module is None and not can_write_for(batch.user, content.lines):
        checked.refuse("lines", "out_of_scope", _("None of these lines is in your scope. Leave the row out."))
        return
    old = _as_cells(module, version) if module else None
    new = {
        "title": content.title,
        "kind": ModuleKind(content.kind).label,
        "lines": _names(line.name for line in content.lines),
        "topics": _names(topic.code for topic in content.topics),
        "objectives": objectives,
        "duration_minutes": minutes,
    }
    checked.compare(old, new)
    changed = {change.column for change in checked.changes}
    checked.data = _Wanted(
        module=module,
        version=version,
        code=code,
        content=content,
        objectives=objectives,
        duration_minutes=minutes,
        change_note=_text(row.text("change_note")),
        changes_module=bool(changed & {"title", "kind", "lines", "topics"}),
        changes_version=bool(changed & {"objectives", "duration_minutes"}),
    )
    if module is not None:
        _check_rights(batch, checked, checked.data)


def _content(checked: Checked, known: _Known) -> ModuleText:
    """What the row says of the module itself; refuses what is blank or unknown."""
    title = _text(checked.row.text("title"))
    if not title:
        checked.refuse("title", "title_blank", _("Give the module a title."))
    kind = _KINDS.get(heading_key(checked.row.text("kind")), "")
    if not kind:
        checked.refuse("kind", "kind_unknown", _("Write Soft skill or Hard skill."))
    lines = _several(checked, "lines", known.lines, _("“%(word)s” is no service line. Write its name or code."))
    topics = _several(checked, "topics", known.topics, _("“%(word)s” is no topic. Add it to the topics first."))
    if not lines and not checked.is_bad:
        checked.refuse("lines", "lines_blank", _("Name at least one service line."))
    return ModuleText(title=title, kind=kind, lines=lines, topics=topics)


def _check_rights(batch: Batch, checked: Checked, wanted: _Wanted) -> None:
    """Refuse what the services would refuse, so that the preview already says so."""
    module, version = wanted.module, wanted.version
    assert module is not None
    every = [*module.lines.all(), *wanted.content.lines]
    if wanted.changes_module and not can_edit_module(batch.user, module.versions.all(), lines=every):
        checked.refuse(
            "code",
            "module_not_yours",
            _("Title, kind, lines and topics of this module are changed by a manager of all its lines."),
        )
    if not wanted.changes_version:
        return
    if version is not None and version.state in services.EDITABLE:
        if not can_edit_version(batch.user, version):
            checked.refuse("code", "version_not_yours", _("Somebody else writes the open version of this module."))
    elif version is not None and version.state == ModuleState.SUBMITTED:
        checked.refuse("code", "version_submitted", _("A version is waiting for its approval. Decide on it first."))
    elif not can_write_for(batch.user, module.lines.all()):
        checked.refuse("lines", "out_of_scope", _("None of these lines is in your scope. Leave the row out."))
    elif version is not None and wanted.change_note in ("", version.change_note):
        checked.refuse("change_note", "change_note_blank", _("Objectives or duration change: write a new change note."))


def _as_cells(module: TrainingModule, version: ModuleVersion | None) -> dict[str, Any]:
    return {
        "title": module.title,
        "kind": module.get_kind_display(),
        "lines": _names(line.name for line in module.lines.all()),
        "topics": _names(topic.code for topic in module.topics.all()),
        "objectives": _text(version.objectives) if version else "",
        "duration_minutes": version.duration_minutes if version else 0,
    }


def _text(text: str) -> str:
    """A cell as it was typed: our files put an apostrophe before what a spreadsheet would take for a formula."""
    text = text.replace("\r\n", "\n").strip()
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def _names(words: Any) -> str:
    return IN_A_CELL.join(sorted(words))


def _several(checked: Checked, name: str, known: dict[str, Any], message: str) -> list[Any]:
    """The things that a cell names, parted by semicolons."""
    found = {}
    for word in checked.row.text(name).split(IN_A_CELL.strip()):
        if not word.strip():
            continue
        thing = known.get(heading_key(word))
        if thing is None:
            checked.refuse(name, f"{name}_unknown", message % {"word": word.strip()[:40]})
        else:
            found[thing.pk] = thing
    return list(found.values())


def _minutes(batch: Batch, checked: Checked) -> int:
    """The suggested duration; 120 where the file has none."""
    if checked.row.cells.get("duration_minutes") in (None, ""):
        return 120
    figure: Decimal | int | None = batch.whole(checked, "duration_minutes")
    if figure is not None and not _SHORTEST <= figure <= _LONGEST:
        checked.refuse("duration_minutes", "duration_out_of_range", _("Write 15 to 2400 minutes."))
    return int(figure or 0)


@service
def apply_modules(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the modules of the rows given through the services of the catalogue; versions stay drafts."""
    for checked in rows:
        _apply(checked.data, actor, now)


def _apply(wanted: _Wanted, actor: User, now: datetime) -> None:
    module, version, content = wanted.module, wanted.version, wanted.content
    said = {"objectives": wanted.objectives, "duration_minutes": wanted.duration_minutes}
    if module is None:
        services.add_module(
            code=wanted.code,
            title=content.title,
            kind=content.kind,
            lines=content.lines,
            topics=content.topics,
            **said,  # type: ignore[arg-type]
            actor=actor,
            now=now,
        )
        return
    if wanted.changes_module:
        services.edit_module(module=module, content=content, actor=actor, now=now)
    if not wanted.changes_version:
        return
    note = {"change_note": wanted.change_note}
    if version is not None and version.state in services.EDITABLE:
        services.edit_version(version=version, **said, **note, actor=actor, now=now)  # type: ignore[arg-type]
    else:
        number = next_number([each.number for each in module.versions.all()])
        services.add_version(module=module, number=number, **said, **note, actor=actor, now=now)  # type: ignore[arg-type]


def next_number(numbers: Sequence[str]) -> str:
    """The number of the version after these: the last part of the highest one, plus one."""
    parts = [[int(part) for part in number.split(".")] for number in numbers if number.replace(".", "").isdigit()]
    if not parts:
        return "1.0"
    *front, last = max(parts)
    return ".".join(map(str, [*front, last + 1]))


MODULES = Importer(
    name="modules",
    label=gettext_lazy("Modules"),
    about=gettext_lazy("The catalogue of modules as its own file gives it; new versions come as drafts."),
    columns=COLUMNS,
    roles=frozenset(MODULE_AUTHORS),
    check=check_modules,
    apply=apply_modules,
    result_url="module_list",
)
