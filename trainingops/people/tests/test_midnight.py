"""Between midnight in Indonesia and midnight in UTC it is two days at once: the site's own counts (DESIGN.md §1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from trainingops.people.models import PersonAssignment
from trainingops.people.queries import present_assignments
from trainingops.people.services import PersonEntry, save_people
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = pytest.mark.django_db

#: 00:30 of the 24th in Jakarta, 02:30 in Jayapura, still the 23rd in UTC.
HALF_PAST_MIDNIGHT = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
#: 23:30 of the 24th in Jakarta, already the 25th in Jayapura.
LATE = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize("now", [HALF_PAST_MIDNIGHT, LATE])
@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Jayapura"])
def test_somebody_added_after_midnight_works_there_at_once_and_is_saved_again(now, zone):
    site = SiteFactory(timezone=zone)
    actor = make_user("administrator")
    entry = PersonEntry(employee_no="CX1", name="Sari", site=site, line=ServiceLineFactory())
    (person,) = save_people(entries=[entry], actor=actor, now=now)
    assert present_assignments([person.pk], now)[person.pk].starts_on == now.astimezone(site.zone).date()
    save_people(entries=[entry], actor=actor, now=now)
    assert PersonAssignment.objects.get(person=person).ends_on is None


def test_no_day_is_taken_from_a_moment_in_utc():
    offenders = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for room in ("trainingops", "planning", "sessions", "reporting", "evaluation")
        for path in Path(settings.BASE_DIR, room).rglob("*.py")
        if "tests" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\bnow(\(\))?\.date\(\)", line)
    ]
    assert offenders == []
