"""What a step of a training costs, sent as its page sends it: as many queries for 30 people as for 3 (DESIGN.md §8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from planning.models import PlanRevision, Room, TrainingPlan
from planning.tests.factories import World, draft_plan, make_world
from reporting.content import freeze
from reporting.forms import DraftForm
from reporting.models import TrainingReport
from sessions.enums import AttemptState, CaseKind
from sessions.frozen import read_scheme
from sessions.models import RecoveryCase, TestAttempt, TrainingSession
from sessions.tests.factories import START
from trainingops.people.tests.factories import make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = pytest.mark.django_db
_keys = count(1)
#: What is saved again and again while people wait: grids, and cells and texts that save themselves.
SAVED = ("roll: save", "roll: one tap", "scores: save", "scores: one cell", "report: autosave")


class Day:
    """A training from its draft to its review, every step a POST; ``costs`` holds the queries of each."""

    def __init__(self, people: int) -> None:
        with time_machine.travel(START - timedelta(days=5), tick=False):
            self.world: World = make_world(people=people)
            Room.objects.filter(pk=self.world.room.pk).update(capacity=people)
            for person in self.world.people:
                make_user("agent", person=person, email=f"{person.employee_no}@contoh.id")
            self.plan: TrainingPlan = draft_plan(world=self.world, starts_at=START, now=START - timedelta(days=4))
        self.costs: dict[str, list[str]] = {}

    def post(self, name, user, at, view, *args, data=None, tap=False, expect=(200, 204, 302)):
        """Send a form at a moment, with its key as its page sends it; a tap carries none."""
        client = Client()
        with time_machine.travel(at, tick=False):
            sign_in(client, user)
            given = {**(data or {})} if tap else {**(data or {}), "once": f"key-{next(_keys)}"}
            headers = {"HX-Request": "true", "Accept": "application/json"} if tap else {}
            with counted() as queries:
                answer = client.post(reverse(view, args=args), given, headers=headers)
        assert answer.status_code in expect, (name, answer.status_code, answer.content.decode()[:2000])
        self.costs[name] = queries
        return answer

    def run(self) -> dict[str, list[str]]:
        self.approve()
        self.hold()
        self.recover()
        self.report()
        return self.costs

    def approve(self) -> None:
        before = START - timedelta(days=3)
        self.post("plan submit", self.world.pic, before, "plan_submit", self.plan.uuid)
        revision = PlanRevision.objects.get(plan=self.plan)
        given = {"decision": "approve", "content_hash": revision.content_hash}
        self.post("plan approve", self.world.manager, before, "plan_approval", revision.uuid, data=given)
        self.session = TrainingSession.objects.get(plan=self.plan)
        self.meeting = self.session.meetings.get()
        self.people = list(self.session.enrolments.order_by("pk"))

    def hold(self) -> None:
        """A third absent, a third below the pass mark, everybody else passed."""
        pic, at = self.world.pic, START + timedelta(minutes=20)
        third = len(self.people) // 3
        self.post("session open", pic, START, "session_open", self.session.uuid)
        key = self.people[-1].pk
        tap = {f"version-{key}": "0", f"was-{key}": "||||", f"status-{key}": "present"}
        self.post("roll: one tap", pic, at, "meeting_cell", self.meeting.uuid, key, data=tap, tap=True)
        roll: dict[str, str] = {}
        for place, each in enumerate(self.people[:-1]):
            roll |= {f"version-{each.pk}": "0", f"was-{each.pk}": "||||"}
            roll |= {f"status-{each.pk}": "absent" if place < third else "present"}
            roll |= {f"reason-{each.pk}": "sick"} if place < third else {}
        self.post("roll: save", pic, at, "meeting_roll", self.meeting.uuid, data=roll)
        self.post("session post-test", pic, at, "session_post_test", self.session.uuid)
        TestAttempt.objects.bulk_create(
            TestAttempt(
                enrolment=each,
                paper=self.session.post_paper,
                phase="post",
                number=1,
                state=AttemptState.SUBMITTED,
                started_at=at,
                due_at=at,
                submitted_at=at,
                points=1 if place < 2 * third else 5,
                maximum=5,
            )
            for place, each in enumerate(self.people)
            if place >= third
        )
        (typed,) = self.session.plan.approved_revision.scheme.parameters.filter(source="trainer")
        number = [each.uuid for each in read_scheme(self.session.scheme).parameters].index(typed.uuid) + 1
        tap = {"value": "80", "version": "0"}
        where = (self.session.uuid, self.people[third].pk, typed.uuid)
        self.post("scores: one cell", pic, at, "session_score_cell", *where, data=tap, tap=True)
        grid: dict[str, str] = {}
        for each in self.people[third + 1 :]:
            grid |= {f"score-{each.pk}-{number}": "90", f"row-{each.pk}": f"{number}:0:"}
        self.post("scores: save", pic, at, "session_scores", self.session.uuid, data=grid)
        end = START + timedelta(hours=2)
        times = {"actual_starts_at_day": "2026-11-24", "actual_starts_at_time": "09:00"}
        times |= {"actual_ends_at_day": "2026-11-24", "actual_ends_at_time": "11:00"}
        self.post("meeting conclude", pic, end, "meeting_conclude", self.meeting.uuid, data=times)
        self.post("session conclude", pic, end, "session_conclude", self.session.uuid, data={"notes": "Lancar"})

    def recover(self) -> None:
        cases = RecoveryCase.objects.filter(enrolment__training_session=self.session, kind=CaseKind.RECOVERY)
        given = {
            "case": [str(each.uuid) for each in cases],
            "form": self.plan.revisions.get().recovery_forms.get(code="make_up").pk,
            "label": "Susulan",
            "host_site": self.world.site.pk,
            "trainers": [self.world.trainer.pk],
            "starts_at_day": "2026-11-27",
            "starts_at_time": "09:00",
            "ends_at_day": "2026-11-27",
            "ends_at_time": "11:00",  # as long as what was missed
        }
        assert cases.count() == len(self.people) // 3
        after = START + timedelta(hours=3)
        self.post("recovery schedule", self.world.pic, after, "recovery_schedule", data=given)

    def report(self) -> None:
        after = START + timedelta(hours=4)
        report = TrainingReport.objects.get(obligation__training_session=self.session)
        texts = dict.fromkeys(DraftForm.base_fields, "Berjalan sesuai rencana.")
        self.post(
            "report: autosave",
            self.world.pic,
            after,
            "report_write",
            report.uuid,
            data={**texts, "version": 1},
            tap=True,
        )
        report.refresh_from_db()
        given = {"content_hash": freeze(report, number=1, now=after).hash}
        self.post("report submit", self.world.pic, after, "report_submit", report.uuid, data=given)


@pytest.fixture(scope="module")
def costs(django_db_setup, django_db_blocker) -> Iterator[tuple[dict[str, list[str]], dict[str, list[str]]]]:
    """The queries of each step for 3 people and for 30."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Day(3).run(), Day(30).run()
        transaction.set_rollback(True)


def test_a_step_costs_the_same_for_30_people_as_for_3(costs):
    few, many = ({name: len(queries) for name, queries in each.items()} for each in costs)
    assert few == many


@pytest.mark.parametrize("name", SAVED)
def test_saving_a_grid_or_a_cell_keeps_its_budget(costs, name):
    queries = costs[1][name]
    assert len(queries) <= 12, "\n".join(map(shown, queries))
