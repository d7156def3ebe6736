"""An organisation of any size, made in minutes: ``manage.py generate`` calls :func:`generate`.

The real services take a team of 24 through a quarter of trainings, once a time zone; every row that they wrote is then
copied for the other teams and quarters, with its own keys, ids, days, names, numbers and hashes, so that what stands in
the database is what the services would have written. Indexes and constraints are built over all of it afterwards. What
is not about trainings (findings, samples, roster, traffic, indicators) is made by the database itself.

The PDFs of copied records are those of the pattern: several records share a file. Notices of copies are not made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from evaluation.models import JournalReader
from evaluation.services.analyses import analyse_due, note_analyses_due
from evaluation.services.duties import owe_reviews
from evaluation.summaries.keeping import months_due, note_changes, recount
from sessions.models import TrainingSession
from trainingops.audit.models import EntrySeal
from trainingops.audit.sealing import GENESIS, chain_head, link_after, seal_entries
from trainingops.local import demo
from trainingops.local.demo.cast import Cast
from trainingops.local.generate.blocks import REVIEW, TEAM, UNIT, Block
from trainingops.local.generate.bulk import Writer, bare_tables, reset_sequences
from trainingops.local.generate.capture import marks, tables
from trainingops.local.generate.copies import Counters, Place, ReviewCopy, TeamCopy, UnitCopy, numbers_of, suffix_of
from trainingops.local.generate.floor import fill_floor
from trainingops.local.generate.organisation import Names, Size, schedule
from trainingops.local.generate.patterns import Pattern, run_pattern
from trainingops.local.generate.teams import AGENTS, employee_no
from trainingops.local.generate.world import found_house
from trainingops.people.models import Person, ServiceLine, Site, User
from trainingops.records.models import RecordNumber

__all__ = ["Size", "generate"]

#: The house was founded so long before its first quarter.
_BEFORE = timedelta(days=60)
_SEAL_COLUMNS = ("entry_id", "sequence", "digest", "link", "sealed_at")

Say = Callable[[str], None]


@transaction.atomic
def generate(size: Size, *, seed: int, now: datetime, say: Say) -> None:
    """Make the organisation in an empty database; all of it or nothing.

    Args:
        say: where progress goes, a line at a time.

    Raises:
        ValueError: so many classes do not fit to so few teams.
    """
    quarters = size.quarters(timezone.localdate(now))
    say("the house and its present, by the services …")
    founded = datetime.combine(quarters[0], time(2), UTC) - _BEFORE
    cast = found_house(now, founded)
    demo.run_cycle(now)
    sites = list(Site.objects.filter(name__in=("Jakarta", "Makassar", "Jayapura")).order_by("pk"))[: size.teams]
    add_history(cast, size, sites, quarters, founded=founded, seed=seed, now=now, say=say)


def add_history(
    cast: Cast,
    size: Size,
    sites: list[Site],
    quarters: list[date],
    *,
    founded: datetime,
    seed: int,
    now: datetime,
    say: Say,
) -> None:
    """Teams with their trainings in these quarters, beside what the house has already.

    Args:
        sites: where the patterns are run: one of each time zone.
        founded: when the teams begin; the house and its modules stand by then.
    """
    taken = {*Person.objects.values_list("name", flat=True), *User.objects.values_list("name", flat=True)}
    names = Names(seed, taken)
    patterns = []
    for number, site in enumerate(sites):
        say(f"a pattern of {AGENTS} agents and a quarter of trainings at {site.name} …")
        patterns.append(
            run_pattern(
                cast,
                site,
                number=1 + number * (AGENTS + 2),
                names=names.team(),
                first=quarters[-1],
                founded=founded,
                seed=seed,
                now=now,
            )
        )
    seal_entries(now=now, everything=True)
    organisation = Organisation(size, patterns, quarters, names, seed=seed, now=now, say=say)
    with bare_tables([*tables(), "audit_entryseal"], say):
        organisation.write()
        fill_floor(
            first=quarters[0], until=timezone.localdate(now), agents=size.agents, years=size.years, seed=seed, say=say
        )
    _compute(now, say)


def _compute(now: datetime, say: Say) -> None:
    """What workers would have computed by now."""
    say("analysing tests …")
    for training_session in TrainingSession.objects.order_by("module_version_id", "-pk").distinct("module_version_id"):
        note_analyses_due(training_session)
    analyse_due(now=now)
    owe_reviews(now=now)
    say("counting months …")
    sealed, _link = chain_head()
    JournalReader.objects.update_or_create(name="indicators", defaults={"sequence": sealed})
    note_changes(now=now)
    for month in months_due(now=now):
        recount(month=month, now=now)
    say("statistics for the planner …")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Organisation:
    """All teams and their quarters, copied from the patterns."""

    def __init__(
        self,
        size: Size,
        patterns: list[Pattern],
        quarters: list[date],
        names: Names,
        *,
        seed: int,
        now: datetime,
        say: Say,
    ) -> None:
        self.size, self.patterns, self.quarters, self.names = size, patterns, quarters, names
        self.seed, self.now, self.say = seed, now, say
        self.writer = Writer()
        self.counters = Counters(
            keys={name: last + 1 for name, last in marks().items()},
            numbers={(row.prefix, row.year): row.last for row in RecordNumber.objects.all()},
        )
        last = EntrySeal.objects.order_by("-sequence").first()
        self._chain = (last.sequence, bytes(last.link)) if last else (0, GENESIS)
        sites: dict[str, list[Site]] = defaultdict(list)
        for site in Site.objects.order_by("pk"):
            sites[site.timezone].append(site)
        self._places = {
            pattern.site.timezone: [
                (site, line) for site in sites[pattern.site.timezone] for line in ServiceLine.objects.order_by("pk")
            ]
            for pattern in patterns
        }
        self.teams: list[TeamCopy] = []

    def write(self) -> None:
        """Teams first, then quarter after quarter, place by place."""
        self.say(f"{self.size.teams} teams …")
        for index in range(self.size.teams):
            self.teams.append(self._add_team(index))
        done = 0
        for first, numbers in schedule(self.size, self.quarters):
            for members in self._by_place(numbers):
                self._add_quarter(first, members)
            done += len(numbers)
            self.say(
                f"trainings until {first:%m-%Y}: {done} of {self.size.units} quarters of teams, "
                f"{self.writer.rows:,} rows"
            )
        self.writer.finish()
        self._keep_counters()

    def _by_place(self, numbers: list[int]) -> Iterator[list[TeamCopy]]:
        """The teams of a quarter, those of one line of a site together."""
        by_place: dict[tuple[str, str], list[TeamCopy]] = {}
        for number in numbers:
            team = self.teams[number]
            by_place.setdefault((team.place.site, team.place.line), []).append(team)
        yield from by_place.values()

    def pattern_of(self, team: TeamCopy) -> Pattern:
        """The pattern whose time zone the team lives in."""
        return self.patterns[team.index % len(self.patterns)]

    # --- Teams --------------------------------------------------------------------------------------------

    def _add_team(self, index: int) -> TeamCopy:
        pattern = self.patterns[index % len(self.patterns)]
        if index < len(self.patterns):
            return self._own_team(index, pattern)
        places = self._places[pattern.site.timezone]
        site, line = places[index // len(self.patterns) % len(places)]
        names = self.names.team()
        starts = {name: self.counters.draw_keys(name, len(keys)) for name, keys in pattern.team_keys.items()}
        team = TeamCopy(
            index=index,
            place=Place(str(site.pk), str(line.pk), str(site.uuid), str(line.uuid)),
            words=_words(pattern, names, 1 + index * (AGENTS + 2), site, line, f"Tim {site.name} {index:03d}"),
            starts={name: partial(_nth, first) for name, first in starts.items()},
            suffix=suffix_of(self.seed, "team", index),
        )
        team.numbers = numbers_of(pattern.shape, TEAM, self.counters, 0)
        self._emit(pattern.blocks[TEAM], pattern.shape.values(team))
        self._seal(pattern, TEAM, starts["audit_entry"], pattern.shape.values(team))
        return team

    def _own_team(self, index: int, pattern: Pattern) -> TeamCopy:
        """The team that the services founded."""
        site, line = pattern.site, ServiceLine.objects.get(name="Inbound")
        return TeamCopy(
            index=index,
            place=Place(str(site.pk), str(line.pk), str(site.uuid), str(line.uuid)),
            words=_words(pattern, pattern.names, pattern.number, site, line, f"Pola {site.name}"),
            starts={name: keys.__getitem__ for name, keys in pattern.team_keys.items()},
            suffix="",
            uuids=pattern.team_uuids,
            numbers={token[2]: token[2] for _index, token in pattern.shape.by_kind["number", TEAM]},
        )

    # --- Quarters -----------------------------------------------------------------------------------------

    def _add_quarter(self, first: date, members: list[TeamCopy]) -> None:
        """The trainings of some teams of one place in one quarter, and their review."""
        pattern = self.pattern_of(members[0])
        if first == pattern.first:
            # The pattern's own team has had this quarter, and the review of its place is the pattern's.
            members = [each for each in members if each.index >= len(self.patterns)]
            if not members or (members[0].place.site == str(pattern.site.pk) and self._is_inbound(members[0])):
                return
        years = first.year - pattern.first.year
        units = [UnitCopy(team, first, suffix_of(self.seed, "unit", team.index, first)) for team in members]
        for unit in units:
            unit.numbers = numbers_of(pattern.shape, UNIT, self.counters, years)
        review = ReviewCopy(suffix_of(self.seed, "review", members[0].index, first))
        review.numbers = numbers_of(pattern.shape, REVIEW, self.counters, years)
        for unit in units[1:]:
            review.pics.append(pattern.pic_prefix + self._team_suffix(unit.team, pattern))
            review.plans += [unit.numbers[each] for each in pattern.plan_numbers]
        for place, unit in enumerate(units):
            self._add_unit(pattern, unit, review, leads=place == 0)

    def _is_inbound(self, team: TeamCopy) -> bool:
        return team.place.line == self.teams[0].place.line

    def _team_suffix(self, team: TeamCopy, pattern: Pattern) -> str:
        return team.suffix or str(pattern.found.trainer.uuid)[13:]

    def _add_unit(self, pattern: Pattern, unit: UnitCopy, review: ReviewCopy, *, leads: bool) -> None:
        for block in pattern.blocks[UNIT]:
            if block.table.has_own_keys:
                unit.starts[block.table.name] = self.counters.draw_keys(block.table.name, block.count)
        if leads:
            for block in pattern.blocks[REVIEW]:
                if block.table.has_own_keys:
                    review.starts[block.table.name] = self.counters.draw_keys(block.table.name, block.count)
        values = pattern.shape.values(unit.team, unit, review)
        self._emit(pattern.blocks[UNIT], values)
        self._seal(pattern, UNIT, unit.starts["audit_entry"], values)
        if leads:
            self._emit(pattern.blocks[REVIEW], values)
            self._seal(pattern, REVIEW, review.starts["audit_entry"], values)
        else:
            own = pattern.pic.pieces.tokens[0]  # its key
            values[own] = str(self.counters.draw_keys(pattern.pic.table.name, 1))
            self._emit([pattern.pic], values)

    def _emit(self, blocks: list[Block], values: list[str]) -> None:
        for block in blocks:
            self.writer.add(block.table.name, block.table.columns, block.pieces.filled(values), block.count)

    def _seal(self, pattern: Pattern, scope: str, first: int, values: list[str]) -> None:
        """Continue the chain over the entries just written (DESIGN.md §5.6)."""
        sequence, link = self._chain
        lines = []
        for rank, token in pattern.entries[scope]:
            digest = bytes.fromhex(values[token])
            sequence, link = sequence + 1, link_after(link, digest)
            lines.append(
                f"{first + rank}\t{sequence}\t\\\\x{digest.hex()}\t\\\\x{link.hex()}\t{self.now.isoformat()}\n"
            )
        self._chain = (sequence, link)
        self.writer.add("audit_entryseal", _SEAL_COLUMNS, "".join(lines), len(lines))

    def _keep_counters(self) -> None:
        """Keys and numbers go on after those that were written."""
        reset_sequences([each.name for each in tables().values() if each.has_own_keys])
        reset_sequences(["audit_entryseal"])
        RecordNumber.objects.bulk_create(
            [
                RecordNumber(prefix=prefix, year=year, last=last)
                for (prefix, year), last in self.counters.numbers.items()
            ],
            update_conflicts=True,
            unique_fields=["prefix", "year"],
            update_fields=["last"],
        )


def _nth(first: int, rank: int) -> str:
    """A key of keys in a row, as text."""
    return str(first + rank)


def _words(pattern: Pattern, names: list[str], number: int, site: Site, line: ServiceLine, team: str) -> dict[str, str]:
    """What stands in a copy for each name and number of the pattern's team."""
    old = [employee_no(pattern.number + place) for place in range(AGENTS + 2)]
    new = [employee_no(number + place) for place in range(AGENTS + 2)]
    return {
        **dict(zip(pattern.names, names, strict=True)),
        **dict(zip(old, new, strict=True)),
        **{was.lower(): now.lower() for was, now in zip(old, new, strict=True)},
        f"Pola {pattern.site.name}": team,
        pattern.site.name: site.name,
        pattern.site.code: site.code,
        "Inbound": line.name,
        "inbound": line.code,
    }
