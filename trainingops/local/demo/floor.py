"""What happened on the demo's floor before today: service defects, monitoring samples, traffic."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

from planning.enums import ErrorClass, RootCause, SampleKind
from planning.models import MonitoringSample, QualityParameter, SampleCount, TrafficInterval
from planning.services.defects import add_defect
from planning.services.samples import sample_reference
from planning.services.sources import QC_SOURCE
from trainingops.local.demo.cast import Cast
from trainingops.people.enums import Role
from trainingops.people.models import Person, PersonAssignment

#: Calls offered in each half hour from 07.00, as an ordinary working day has them.
_DAY = [62, 84, 108, 131, 148, 155, 152, 149, 141, 128, 112, 104, 109, 121, 133, 139, 136, 128, 117, 101, 88, 74]
_OPENS = 7
#: Samples that QC aimed at somebody, and those that followed a complaint: by agent and week. The rest is random.
_KINDS = {
    **{(agent, 4): SampleKind.TARGETED for agent in range(6)},
    **{(agent, 6): SampleKind.COMPLAINT for agent in range(3)},
}


def load_floor(cast: Cast, now: datetime) -> dict[str, int]:
    """Defects of the agents of Inbound Jakarta, samples of everybody there, eight weeks of traffic.

    The numbers come from a fixed seed, so that two demos of the same day are alike.
    """
    dice = random.Random(20250925)  # noqa: S311 (a demo, no secret)
    agents = list(
        Person.objects.filter(
            assignments__site=cast.jakarta,
            assignments__line=cast.inbound,
            user__role_assignments__role=Role.AGENT,
            led_teams=None,
        )
        .order_by("employee_no")
        .distinct()
    )
    return {
        "defects": _defects(cast, agents, now, dice),
        "samples": _samples(agents, now, dice),
        "intervals": _traffic(cast, now, dice),
    }


def _defects(cast: Cast, agents: list[Person], now: datetime, dice: random.Random) -> int:
    parameters = {row.code: row for row in QualityParameter.objects.all()}
    made = 0
    for index, agent in enumerate(agents[:14]):
        for number in range(3 if index < 6 else 1):
            code = "C1" if index < 6 else dice.choice(["C2", "B1", "K1", "SS3"])
            add_defect(
                person=agent,
                occurred_on=(now - timedelta(days=30 + dice.randrange(20))).date(),
                contact_reference=f"{20261000000000000 + 1000 * index + number}",
                channel="Telepon",
                parameter=parameters[code],
                root_cause=RootCause.KNOWLEDGE if code == "C1" else RootCause.SKILL,
                root_cause_by="QC",
                note="Tanggal jatuh tempo SBG dijelaskan keliru." if code == "C1" else "",
                actor=cast.qc,
                now=now,
            )
            made += 1
    return made


def _samples(agents: list[Person], now: datetime, dice: random.Random) -> int:
    places = {row.person_id: row for row in PersonAssignment.objects.filter(person__in=agents)}
    named = [
        (
            agent,
            (now - timedelta(days=7 * week + dice.randrange(5))).date(),
            _KINDS.get((index, week), SampleKind.RANDOM),
        )
        for index, agent in enumerate(agents)
        for week in range(1, 9)
    ]
    samples = [
        MonitoringSample(
            source=QC_SOURCE,
            source_reference=sample_reference(contact="", employee_no=agent.employee_no, day=day, kind=kind),
            person=agent,
            site_id=places[agent.pk].site_id,
            line_id=places[agent.pk].line_id,
            team_id=places[agent.pk].team_id,
            contacted_on=day,
            kind=kind,
            inspected=5,
        )
        for agent, day, kind in named
    ]
    MonitoringSample.objects.bulk_create(samples)
    SampleCount.objects.bulk_create(
        SampleCount(sample=sample, error_class=error_class, defective=defective)
        for sample in samples
        for error_class in ErrorClass
        if (defective := dice.choices([0, 1, 2], [8, 2, 1])[0])
    )
    return len(samples)


def _staff(minutes: int, *, weekend: bool) -> int:
    """Agents by shift, not by load: so the quiet half hours after lunch and before closing can lose some."""
    if weekend:
        return 16
    return 18 if minutes < 8 * 60 else 26


def _traffic(cast: Cast, now: datetime, dice: random.Random) -> int:
    zone = cast.jakarta.zone
    today = now.astimezone(zone).date()
    intervals = []
    for back in range(1, 57):
        day = today - timedelta(days=back)
        quieter = 0.55 if day.weekday() >= 5 else 1.0
        for index, calls in enumerate(_DAY):
            minutes = 60 * _OPENS + 30 * index
            offered = round(calls * quieter * dice.uniform(0.92, 1.08))
            intervals.append(
                TrafficInterval(
                    site=cast.jakarta,
                    line=cast.inbound,
                    source="ACD",
                    starts_at=datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone),
                    minutes=30,
                    offered=offered,
                    answered=round(offered * 0.95),
                    abandoned=offered - round(offered * 0.95),
                    aht_seconds=240,
                    agents=_staff(minutes, weekend=day.weekday() >= 5),
                )
            )
    TrafficInterval.objects.bulk_create(intervals)
    return len(intervals)
