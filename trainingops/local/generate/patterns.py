"""One pattern a time zone, run by the services and compiled: its blocks of rows and what differs in a copy."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from evaluation.models import CoachingForm
from evaluation.services.analyses import analyse_due
from evaluation.services.coaching.answering import answer_text
from evaluation.services.effects import measure_study, studies_due
from planning.models import Appointment
from planning.services.appointments import appointment_text
from trainingops.local.demo import evidence
from trainingops.local.demo.cast import Cast
from trainingops.local.generate.blocks import REVIEW, TEAM, UNIT, Block, Compiler, Hashed, sha, texts_of
from trainingops.local.generate.capture import Row, marks, rows_since, unescaped, world_uuids
from trainingops.local.generate.copies import Shape
from trainingops.local.generate.pattern import Quarter
from trainingops.local.generate.planning import quarter_end
from trainingops.local.generate.teams import Team24, employee_no, found_team
from trainingops.people.models import Site

#: Rows of these tables belong to the review of a place, which its teams share.
_OF_REVIEW = {
    "evaluation_review",
    "evaluation_minutes",
    "evaluation_finding",
    "evaluation_finding_training_defects",
    "evaluation_improvementaction",
    "evaluation_improvementaction_training_defects",
    "evaluation_effectivenesscheck",
    "evaluation_reviewparticipant",
}
#: Days further away from the quarter than this belong to the house, not to the quarter.
_AROUND = timedelta(days=150)
_NUMBERS = ("number",)
_CODES = ("verify_code",)


@dataclass
class Pattern:
    """What copies are made of.

    Attributes:
        team, unit, review: the blocks of a team, of its quarter, and of the review of its place.
        pic: the block of the PIC's place in the review, for the teams that do not carry it.
        entries: scope, rank and token of the digest of every entry of the journal.
    """

    site: Site
    first: date
    names: list[str]
    number: int
    found: Team24
    shape: Shape
    blocks: dict[str, list[Block]]
    pic: Block
    entries: dict[str, list[tuple[int, int]]]
    team_keys: dict[str, list[str]]
    plan_numbers: list[str]
    pic_prefix: str
    team_uuids: dict[str, str]


def run_pattern(
    cast: Cast, site: Site, *, number: int, names: list[str], first: date, founded: datetime, seed: int, now: datetime
) -> Pattern:
    """Found the pattern's team at ``site``, take it through the quarter that begins with ``first``, and compile it."""
    before = marks()
    world = world_uuids(before)
    at = founded + timedelta(days=2)
    team = found_team(
        cast,
        site,
        first=number,
        name=f"Pola {site.name}",
        names=names,
        now=at,
        until=timezone.localdate(now, site.zone) + timedelta(days=30),
    )
    evidence.produce_all(at + timedelta(hours=1))
    between = marks()
    Quarter(cast, team, first, random.Random(f"{seed}:{site.code}")).run()  # noqa: S311 (no secret)
    over = datetime.combine(quarter_end(first), at.time(), at.tzinfo) + timedelta(days=5)
    analyse_due(now=over)
    for study in studies_due(now=over):
        measure_study(study_id=study, now=over)
    evidence.produce_all(over)
    rows = rows_since(before)
    of_team = [row for row in rows if _key(row) <= between[_sequence(row)]]
    later = [row for row in rows if _key(row) > between[_sequence(row)]]
    return _compile(cast, team, of_team, later, world, names=names, number=number, first=first)


def _sequence(row: Row) -> str:
    """The table whose keys a row's key is one of."""
    return row.table.name if row.table.has_own_keys else row.table.keys[row.table.key]


def _key(row: Row) -> int:
    return row.pk


def _compile(
    cast: Cast,
    team: Team24,
    of_team: Sequence[Row],
    later: Sequence[Row],
    world: set[str],
    *,
    names: list[str],
    number: int,
    first: date,
) -> Pattern:
    of_review = _of_review(later)
    scoped = {
        TEAM: list(of_team),
        UNIT: [row for row in later if id(row) not in of_review],
        REVIEW: [row for row in later if id(row) in of_review],
    }
    pics = [
        row for row in scoped[REVIEW] if row.get("user_id") == str(team.trainer.pk) and "participant" in row.table.name
    ]
    site, line = team.site, cast.inbound
    compiler = Compiler(
        keys=_keys(scoped),
        uuids={**_uuids(scoped, world), str(site.uuid): "site_uuid", str(line.uuid): "line_uuid"},
        words=_words(team, names, number),
        numbers=_marked(scoped, _NUMBERS),
        codes=_marked(scoped, _CODES),
        places={("people_site", str(site.pk)): "site", ("people_serviceline", str(line.pk)): "line"},
        window=None,
        texts=texts_of([*of_team, *later], _signed()),
    )
    blocks: dict[str, list[Block]] = {}
    entries: dict[str, list[tuple[int, int]]] = {}
    for scope, rows in scoped.items():
        around = (first - _AROUND, quarter_end(first) + _AROUND)
        compiler.window = None if scope == TEAM else around
        blocks[scope] = _blocks(compiler, scope, rows)
        entries[scope] = _entries(compiler, rows)
    pic = compiler.block(pics[0].table, "pic", pics)
    plans = sorted(row["number"] for row in later if row.table.name == "planning_trainingplan")
    return Pattern(
        site=site,
        first=first,
        names=names,
        number=number,
        found=team,
        shape=Shape(compiler.tokens, compiler.hashed, first),
        blocks=blocks,
        pic=pic,
        entries=entries,
        team_keys=_team_keys(of_team),
        plan_numbers=plans,
        pic_prefix=str(team.trainer.uuid)[:13],
        team_uuids={said[:13]: said for said, scope in compiler.uuids.items() if scope == TEAM},
    )


def _signed() -> Iterable[str]:
    """Texts that were signed and are kept as rows only."""
    for appointment in Appointment.objects.select_related("user", "site", "line"):
        yield appointment_text(
            user=appointment.user,
            site=appointment.site,
            line=appointment.line,
            duties=appointment.duties,
            starts_on=appointment.starts_on,
            ends_on=appointment.ends_on,
        )
    for form in CoachingForm.objects.exclude(agent_signature=None).select_related("signature"):
        yield answer_text(form, form.comment)


def _of_review(rows: Sequence[Row]) -> set[int]:
    """The rows of the review and of what is about it: its signature, records and entries in the journal."""
    chosen = {id(row): row for row in rows if row.table.name in _OF_REVIEW}
    signatures = {row["signature_id"] for row in chosen.values() if row.table.name == "evaluation_minutes"}
    chosen |= {id(row): row for row in rows if row.table.name == "people_signature" and row["id"] in signatures}
    for _again in range(3):
        uuids = {row.get("uuid") for row in chosen.values()} - {""}
        chosen |= {id(row): row for row in rows if row.get("subject") in uuids}
        payloads = {row["payload_id"] for row in chosen.values() if row.table.name == "records_evidencerequest"}
        held = {row["id"] for row in chosen.values() if row.table.name == "audit_entry"}
        for row in rows:
            is_payload = row.table.name == "records_evidencepayload" and row["id"] in payloads
            is_detail = row.table.name == "audit_entrydetail" and row["entry_id"] in held
            if is_payload or is_detail:
                chosen[id(row)] = row
    return set(chosen)


def _keys(scoped: dict[str, list[Row]]) -> dict[tuple[str, str], tuple[str, int]]:
    """Scope and rank of every row by table and key."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for scope, rows in scoped.items():
        ranks: dict[str, int] = defaultdict(int)
        for row in rows:
            if row.table.has_own_keys:
                found[row.table.name, row[row.table.key]] = (scope, ranks[row.table.name])
                ranks[row.table.name] += 1
    return found


def _uuids(scoped: dict[str, list[Row]], world: set[str]) -> dict[str, str]:
    """Whose every public id is that was not there before."""
    found: dict[str, str] = {}
    for scope, rows in scoped.items():
        for row in rows:
            for column in ("uuid", "action"):
                if (said := row.get(column)) and said not in world:
                    found.setdefault(said, scope)
    return found


def _marked(scoped: dict[str, list[Row]], columns: Sequence[str]) -> dict[str, str]:
    return {
        row.get(column): scope
        for scope, rows in scoped.items()
        for row in rows
        for column in columns
        if row.get(column) and not row.get(column).isdigit()
    }


def _words(team: Team24, names: list[str], number: int) -> list[str]:
    numbers = [employee_no(number + place) for place in range(len(names))]
    site, line = team.site, "Inbound"
    return [
        *names,
        *numbers,
        *(each.lower() for each in numbers),
        f"Pola {site.name}",
        site.name,
        site.code,
        line,
        line.lower(),
    ]


def _blocks(compiler: Compiler, scope: str, rows: Sequence[Row]) -> list[Block]:
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_table[row.table.name].append(_with_merged(compiler, row))
    return [compiler.block(each[0].table, scope, each) for each in by_table.values()]


def _with_merged(compiler: Compiler, row: Row) -> Row:
    """The minutes and their entry are filled with every team's PICs and trainings: see :func:`copies._merged`."""
    how = {"evaluation_minutes": ("content", "content"), "audit_entry": ("text", "entry")}.get(row.table.name)
    if how is None or (row.table.name == "audit_entry" and row["verb"] != "minutes.approved"):
        return row
    column, merged = how
    text = unescaped(row[column])
    compiler.hashed[sha(text)] = Hashed(compiler.pieces(compiler.parts(text)), merged)
    return row


def _entries(compiler: Compiler, rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Rank and token of the digest of each entry."""
    found = []
    for row in rows:
        if row.table.name == "audit_entry":
            text = unescaped(row["text"])
            name = sha(text)
            if name not in compiler.hashed:
                compiler.hashed[name] = Hashed(compiler.pieces(compiler.parts(text)))
            found.append((compiler.keys["audit_entry", row["id"]][1], compiler.index(("hash", name))))
    return found


def _team_keys(rows: Sequence[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.table.has_own_keys:
            found[row.table.name].append(row[row.table.key])
    return found
