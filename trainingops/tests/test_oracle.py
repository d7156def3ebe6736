"""Due times and breaches against an oracle that shares no code with the product (5.3.2).

Ten thousand sessions are counted; some hundred of them live through the services, ``ORACLE_LIVES`` many (`make chaos`
lets all ten thousand). Sessions are rows written at once, and a submission is its two statements on the obligation
without content and signature; everything else goes through the services that pages and the clock call.
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reporting import services
from reporting.calendar import HouseCalendar
from reporting.enums import DayOffCategory, ObligationState
from reporting.models import DayOff, DeadlinePolicy, ReportObligation
from reporting.tests.factories import make_plan, make_session, many_sessions
from sessions.models import TrainingSession
from trainingops.people.models import Site, User
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.tests.oracle_deadlines import HOURS_AHEAD, Life, Off, Rule, World

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
COUNTED = 10_000
LIVES = int(os.environ.get("ORACLE_LIVES", "150"))
BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 75  # Nyepi, Lebaran and its collective leave lie in them
CASES = Path(__file__).parents[2] / "reporting" / "tests" / "data" / "deadline_cases.csv"


@dataclass
class House:
    """Six places in three zones under four rules, in the product and in the oracle."""

    sites: list[Site]
    world: World
    manager: User


@pytest.fixture
def house() -> House:
    sites = [SiteFactory(timezone=zone) for zone in HOURS_AHEAD for _twice in range(2)]
    rules = [
        Rule(date(2025, 9, 25)),
        Rule(date(2026, 3, 21), business=True),
        Rule(date(2026, 1, 1), business=True, leave_is_off=True, place=str(sites[1].pk)),
        Rule(date(2026, 4, 10), place=str(sites[3].pk)),
    ]
    for rule in rules[1:]:
        DeadlinePolicy.objects.create(
            effective_on=rule.begins,
            business_days=rule.business,
            collective_leave_is_off=rule.leave_is_off,
            site_id=int(rule.place) if rule.place else None,
        )
    DayOff.objects.create(day=date(2026, 4, 7), name="HUT kota", category=DayOffCategory.LOCAL, site=sites[2])
    off = [
        Off(each.day, each.category == DayOffCategory.COLLECTIVE_LEAVE, str(each.site_id or ""))
        for each in DayOff.objects.all()
    ]
    return House(sites, World(rules, off), make_user("manager"))


def an_end(chance: random.Random, site: Site) -> datetime:
    """The end of a last meeting: in the day, across midnight, or at exactly 00.00 there."""
    midnight = BEGINS + timedelta(days=chance.randrange(DAYS)) - timedelta(hours=HOURS_AHEAD[site.timezone])
    minutes = chance.choices([chance.randrange(1440), chance.randrange(1, 120), 0], [7, 2, 1])[0]
    return midnight + timedelta(minutes=minutes)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Said with a failure, so that it can be seen again."""
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10_000))
    request.node.add_report_section("call", "seed", str(seed))
    return random.Random(seed)


@pytest.mark.parametrize("case", list(csv.DictReader(CASES.open(encoding="utf-8-sig"))), ids=lambda case: case["case"])
def test_the_oracle_knows_every_published_case(case: dict[str, str]) -> None:
    holidays = csv.DictReader((CASES.parent / "id_holidays_2025_2027.csv").open(encoding="utf-8-sig"))
    off = [Off(date.fromisoformat(row["date"]), row["kind"] != "libur_nasional") for row in holidays]
    rule = Rule(date(2025, 1, 1), case["rule"] == "business", case["cuti_bersama_is_off"] == "True")
    due = World([rule], off).due(datetime.fromisoformat(case["session_last_end"]), case["site_timezone"], "")
    assert due == datetime.fromisoformat(case["due_utc"]) + timedelta(seconds=1)


def test_ten_thousand_due_times_are_those_of_the_oracle(house: House, chance: random.Random) -> None:
    calendar = HouseCalendar()
    for _each in range(COUNTED):
        site = chance.choice(house.sites)
        end = an_end(chance, site)
        assert calendar.count(site=site, last_end=end).due_at == house.world.due(end, site.timezone, str(site.pk)), end


# --- Whole lives -------------------------------------------------------------------------------------------

Event = tuple[datetime, int, str, Any]


def lives(house: House, chance: random.Random) -> Iterator[tuple[TrainingSession, Life]]:
    """Sessions, each with its life in the oracle."""
    models = {site.pk: make_session(make_plan(site=site)) for site in house.sites}
    chosen = [chance.choice(house.sites) for _each in range(LIVES)]
    for row in many_sessions((models[site.pk], an_end(chance, site)) for site in chosen):
        yield row, Life(row.site.timezone, str(row.site_id), row.ends_at)


def events_of(number: int, life: Life, world: World, chance: random.Random) -> Iterator[Event]:
    """What happens to one session, some of it at the very instant of its first due time, or a second before."""
    due = world.due(life.end, life.zone, life.place)
    scheduled = life.end - timedelta(minutes=chance.randrange(60, 20 * 1440))
    yield scheduled, number, "begin", None

    def some_time() -> datetime:
        return scheduled + (due + timedelta(days=1) - scheduled) * chance.random()

    if chance.random() < 0.2:
        yield some_time(), number, "moved", life.end + timedelta(minutes=chance.randrange(-5 * 1440, 5 * 1440))
    if chance.random() < 0.2:
        ended = life.end + timedelta(minutes=chance.randrange(1, 600))
        yield ended + timedelta(minutes=chance.randrange(0, 36 * 60)), number, "ended", ended
    if chance.random() < 0.08:
        yield some_time(), number, "cancelled", None
    if chance.random() < 0.75:
        near = due + timedelta(seconds=chance.choice([-1, 0, 1, chance.randrange(-86400, 86400)]))
        yield max(near, scheduled), number, "submitted", None


def submit(obligation: ReportObligation, actor: User, at: datetime) -> None:
    """The clock's part of a submission."""
    services.mark_breach(obligation=obligation, now=at)
    obligation.refresh_from_db()
    ReportObligation.objects.filter(pk=obligation.pk, state=ObligationState.PENDING).update(
        state=ObligationState.SUBMITTED, submitted_at=at, submitted_by=actor
    )


def act(row: TrainingSession, what: str, given: Any, actor: User, at: datetime) -> None:
    """Let it happen in the product."""
    if what == "begin":
        services.schedule_obligation(training_session=row, actor=actor, now=at)
    elif what == "moved":
        row.starts_at, row.ends_at = given - timedelta(hours=2), given
        services.reschedule_obligation(training_session=row, actor=actor, now=at)
    elif what == "ended":
        services.extend_obligation(training_session=row, last_end=given, reason="Antrean", actor=actor, now=at)
    elif what == "cancelled":
        services.cancel_obligation(training_session=row, reason="Listrik padam", actor=actor, now=at)
    else:
        obligation = ReportObligation.objects.select_related("owner", "training_session").get(training_session=row)
        if obligation.state == ObligationState.PENDING:
            submit(obligation, actor, at)


def decide(what: str, house: House, alive: list[Life], at: datetime) -> None:
    """The house changes a day off or a rule: in the product, in the oracle, and for every life so far."""
    day = at.date() + timedelta(days=2)
    if what == "day off":
        house.world.off.append(Off(day))
        services.add_day_off(
            day=day, name="Keputusan", category=DayOffCategory.LOCAL, site=None, actor=house.manager, now=at
        )
    elif what == "day on":
        public = [each for each in house.world.off if not each.place and not each.is_leave and each.day > day]
        gone = min(public, key=lambda each: each.day)
        house.world.off.remove(gone)
        row = DayOff.objects.exclude(category=DayOffCategory.COLLECTIVE_LEAVE).get(
            day=gone.day, site=None, removed_at=None
        )
        services.remove_day_off(day_off=row, actor=house.manager, now=at)
    else:
        business = at.day % 2 == 0
        house.world.rules.append(Rule(day, business=business, leave_is_off=business))
        rule = {"business_days": business, "collective_leave_is_off": business}
        services.add_policy(site=None, effective_on=day, **rule, actor=house.manager, now=at)
    for life in alive:
        life.happen("recounted", at, house.world)


def test_lives_of_sessions_end_as_the_oracle_says(house: House, chance: random.Random) -> None:
    """Scheduled, moved, ended later, cancelled, submitted, recounted, swept at any moment: breach by breach."""
    told = list(lives(house, chance))
    events = [each for number, (_row, life) in enumerate(told) for each in events_of(number, life, house.world, chance)]
    last = max(at for at, *_rest in events) + timedelta(days=9)
    for day, what in ((8, "day off"), (16, "day on"), (24, "day off"), (31, "rule"), (52, "rule")):
        events.append((BEGINS + timedelta(days=day + chance.random()), -1, what, None))
    events += [(BEGINS + (last - BEGINS) * chance.random(), -1, "sweep", None) for _each in range(60)]
    begun: set[int] = set()
    for at, number, what, given in sorted(events, key=lambda each: each[:3]):
        if what == "sweep":
            services.breach_overdue(now=at)
            services.escalate_overdue(now=at)
        elif number < 0:
            decide(what, house, [told[each][1] for each in begun], at)
        elif what == "begin" or number in begun:
            row, life = told[number]
            act(row, what, given, house.manager, at)
            begun.add(number)
            life.begin(house.world) if what == "begin" else life.happen(what, at, house.world, given)
    services.breach_overdue(now=last)
    found = {
        each.training_session_id: each for each in ReportObligation.objects.prefetch_related("changes").order_by("pk")
    }
    wrong = [
        (row.number, each.due_at, life.due, each.breached_at, life.breach(last), each.state)
        for row, life in told
        if (each := found[row.pk])
        and (
            (each.due_at, each.breached_at, each.state == ObligationState.VOID)
            != (life.due, life.breach(last), life.is_void)
            or [old.old_due_at for old in each.changes.all() if old.old_due_at not in (None, old.new_due_at)]
            != life.moves
        )
    ]
    assert wrong == []
    assert any(life.breach(last) for _row, life in told) and any(life.is_void for _row, life in told)
