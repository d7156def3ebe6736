"""Samples of files of other applications: their people, and a meeting in which some of them are enrolled."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from planning.tests.factories import make_world
from sessions.imports.attendance import ATTENDANCE
from sessions.models import SessionMeeting
from sessions.tests.factories import Held, opened
from trainingops.imports.preview import DryRun
from trainingops.imports.registry import Checked
from trainingops.imports.subjects import Origin
from trainingops.imports.testing import run_import
from trainingops.people.models import Person
from trainingops.people.tests.factories import make_agent

SAMPLES = Path(__file__).parent / "samples"
WIB = ZoneInfo("Asia/Jakarta")


def expected(name: str) -> dict[str, Any]:
    """What the sample's README states, from its ``expected.json``."""
    said: dict[str, Any] = json.loads((SAMPLES / name).read_text())
    return said


def reference_people(numbers: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """Rows of ``people_ref.csv`` by employee number."""
    with (SAMPLES / "people_ref.csv").open(encoding="utf-8") as file:
        rows = {row["employee_no"]: row for row in csv.DictReader(file)}
    return rows if numbers is None else {number: rows[number] for number in numbers}


@dataclass
class Class:
    """A session under way at a given time, some of the reference people enrolled, the rest known."""

    held: Held
    people: dict[str, Person]

    @property
    def meeting(self) -> SessionMeeting:
        return SessionMeeting.objects.select_related("training_session__plan", "training_session__site").get(
            pk=self.held.meeting.pk
        )

    @property
    def over(self) -> datetime:
        return self.held.meeting.ends_at + timedelta(minutes=30)

    def roll(self) -> dict[str, tuple[str, int, int]]:
        """What is recorded by employee number."""
        rows = self.held.meeting.attendances.exclude(status="").select_related("enrolment__person")
        cells = [(row.status, row.minutes_late, row.minutes_left_early) for row in rows]
        return dict(zip([row.enrolment.person.employee_no for row in rows], cells, strict=True))


def class_at(starts_at: datetime, *enrolled: str, minutes: int = 120, **options: Any) -> Class:
    """A session opened at its start; all reference people exist, those named are enrolled."""
    world = make_world(people=0)
    people = {
        number: make_agent(
            world.site,
            world.line,
            **{key: row[key] for key in ("employee_no", "name", "login_id", "acd_id", "email")},
        )
        for number, row in reference_people().items()
    }
    world.people = [people[number] for number in enrolled]
    return Class(opened(world=world, starts_at=starts_at, minutes=minutes, **options), people)


def look(
    klass: Class, name: str, *, apply: bool = False, file_name: str = "", now: datetime | None = None, **options: Any
) -> DryRun:
    """Import a sample for the meeting, with answers as ``options``; half an hour after it unless ``now`` is given."""
    path = SAMPLES / name
    origin = Origin(file_name or path.name, klass.meeting)
    if "zone" in options:
        options[f"zone_{klass.held.pic.pk}"] = options.pop("zone")
    return run_import(
        ATTENDANCE, path, user=klass.held.pic, now=now or klass.over, options=options, apply=apply, origin=origin
    )


def row_of(found: DryRun, number: str) -> Checked:
    """The row that speaks for somebody."""
    return next(each for each in found.checked if each.key.startswith(number))
