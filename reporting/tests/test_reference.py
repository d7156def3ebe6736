"""What a new installation begins with, and that nobody's edits are overwritten (DESIGN.md §2)."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from reporting import services
from reporting.models import DayOff, DeadlinePolicy
from reporting.reference import ensure_reference
from reporting.tests.factories import BEFORE
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db
PUBLISHED = Path(__file__).parent / "data" / "id_holidays_2025_2027.csv"
KINDS = {"libur_nasional": "public", "cuti_bersama": "government"}


def test_days_off_are_those_published():
    with PUBLISHED.open(encoding="utf-8-sig") as file:
        published = {(row["date"], KINDS[row["kind"]], row["name_id"]) for row in csv.DictReader(file)}
    stored = {
        (day.isoformat(), kind, name) for day, kind, name in DayOff.objects.values_list("day", "category", "name")
    }
    assert stored == published


def test_the_rule_is_calendar_days_since_the_procedure_is_in_force():
    rule = DeadlinePolicy.objects.get()
    assert (rule.effective_on, rule.business_days, rule.site) == (date(2025, 9, 25), False, None)


def test_filling_again_changes_nothing_and_brings_nothing_back():
    admin = make_user("administrator")
    gone = DayOff.objects.get(day=date(2026, 8, 17))
    services.remove_day_off(day_off=gone, actor=admin, now=BEFORE)
    DeadlinePolicy.objects.update(removed_at=BEFORE)
    DayOff.objects.filter(day=date(2026, 12, 25)).update(name="Natal")
    before = list(DayOff.objects.order_by("pk").values())
    ensure_reference()
    assert list(DayOff.objects.order_by("pk").values()) == before
    assert not DeadlinePolicy.objects.filter(removed_at=None).exists()
