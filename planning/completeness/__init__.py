"""What a plan must hold before it can be submitted: everything that 4.1 and 5.1.1 e name, item by item."""

from __future__ import annotations

from planning.completeness import people, scoring, teaching, times
from planning.completeness.items import Item, Snapshot, Tally
from planning.completeness.people import crowded
from planning.completeness.scoring import plain

__all__ = ["Item", "Snapshot", "Tally", "check", "crowded", "plain"]


def check(snapshot: Snapshot) -> list[Item]:
    """Every item in the order of the task list; a plan may be submitted when none has a gap."""
    return [
        teaching.module(snapshot),
        teaching.pic(snapshot),
        teaching.trainers(snapshot),
        teaching.qualification(snapshot),
        times.dates(snapshot),
        times.duration(snapshot),
        teaching.application(snapshot),
        teaching.method(snapshot),
        scoring.papers(snapshot),
        scoring.parameters(snapshot),
        scoring.pass_mark(snapshot),
        times.busy(snapshot),
        times.overtime(snapshot),
        people.need(snapshot),
        people.targets(snapshot),
        people.seats(snapshot),
        people.recovery(snapshot),
        people.recipients(snapshot),
    ]
