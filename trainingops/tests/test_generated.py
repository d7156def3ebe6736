"""Generated trainings are what the services would have written: every check of the project agrees (issue 6)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from evaluation.models import Review, ReviewObligation
from evaluation.summaries.keeping import wrong_sums
from planning.models import TrainingPlan
from reporting.services import reconcile_obligations
from sessions.models import Attendance, TargetOutcome, TrainingSession
from sessions.services.checking import wrong_summaries
from trainingops.audit.verification import verify_journal
from trainingops.local.demo.cast import Cast
from trainingops.local.generate import Size, add_history
from trainingops.local.generate.world import add_school
from trainingops.people.models import Site, Team
from trainingops.people.signed import verify_signatures

pytestmark = pytest.mark.django_db

#: Four teams of two lines; every team has one quarter of trainings, the pattern's own team one more.
SIZE = Size(agents=96, sessions=20, years=1)


def structure() -> set[tuple[str, str]]:
    """Every index and constraint of the database, by table and name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " UNION SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"
        )
        return set(cursor.fetchall())


@pytest.fixture(scope="module")
def before(house) -> set[tuple[str, str]]:
    return structure()


@pytest.fixture(scope="module")
def generated(before) -> None:
    """A history of two quarters beside the demo's house."""
    now, cast = timezone.now(), Cast()
    quarters = SIZE.quarters(now.date())[-2:]
    founded = datetime.combine(quarters[0], time(2), UTC) - timedelta(days=20)
    add_school(cast, founded)
    jakarta = [Site.objects.get(name="Jakarta")]
    add_history(cast, SIZE, jakarta, quarters, founded=founded, seed=5, now=now, say=lambda _line: None)


def test_a_generated_history_agrees_with_every_check_of_the_project(generated, before):
    now = timezone.now()
    assert structure() == before  # every index and constraint is back, and was checked over all rows
    assert verify_journal(now=now).intact
    assert verify_signatures().problems == []
    assert list(wrong_summaries()) == []
    assert list(wrong_sums(now=now)) == []
    assert reconcile_obligations(now=now) == {"obligations": 0, "drafts": 0}
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_it_has_everything_in_proportion_and_nothing_open_in_the_past(generated):
    teams = Team.objects.filter(assignments__person__employee_no__startswith="CC1").distinct()
    assert teams.count() == SIZE.teams
    held = TrainingSession.objects.filter(module_version__module__code__in=("PNM-HS-21", "PNM-HS-22", "PNM-SS-21"))
    assert held.count() == 5 * 5 and set(held.values_list("state", flat=True)) == {"concluded"}
    assert Attendance.objects.filter(enrolment__training_session__in=held).count() == 5 * 267
    plans = TrainingPlan.objects.filter(training_sessions__in=held).distinct()
    assert set(plans.values_list("state", flat=True)) == {"closed"}
    assert set(TargetOutcome.objects.filter(plan__in=plans).values_list("state", flat=True)) == {"trained"}
    # One review for a line of a site and quarter, with every team's trainings and PIC in it.
    reviews = Review.objects.filter(plans__in=plans).distinct()
    assert {each.participants.count() - 2 for each in reviews} == {each.plans.count() // 3 for each in reviews}
    assert not ReviewObligation.objects.filter(period_to__lt=timezone.localdate(), review=None, line__in=lines(reviews))


def lines(reviews) -> list[int]:
    return list(reviews.values_list("line", flat=True))
