"""The steps of the ledger's machine that come from people: leave, another team or line, who left; what is taken back.

Each goes through the services of the room of people, so that the signals between the rooms are walked too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from sessions.enums import OPEN_CASES
from sessions.models import RecoveryCase, TargetOutcome
from sessions.services import inherit_cases, keep_target, lapse_target, propose_lapses, suspend_cases, take_back_case
from sessions.services.suspending import clocks_of
from sessions.tests.ledger_machine import ANY, LedgerMachine
from trainingops.people.models import Person
from trainingops.people.queries import present_assignments
from trainingops.people.services import PersonEntry, record_long_leave, save_people

DAY = timedelta(days=1)


class PeopleSteps(LedgerMachine):
    """Somebody goes on leave, comes back, works elsewhere, leaves, returns."""

    administrator: Any

    @rule(which=ANY, days=st.sampled_from([2, 5, 30, None]))
    def is_away_for_long(self, which: int, days: int | None) -> None:
        if person := self._somebody(which):
            first = self.now.date()
            last = None if days is None else first + days * DAY
            self.do(record_long_leave, person=person, starts_on=first, ends_on=last, actor=self.administrator)

    @rule(which=ANY, where=st.sampled_from(["home", "another line", "another team", "left"]))
    def works_elsewhere(self, which: int, where: str) -> None:
        if person := self._somebody(which):
            entry = PersonEntry(
                employee_no=person.employee_no,
                name=person.name,
                site=self.world.site,
                line=self.elsewhere if where == "another line" else self.world.line,
                team="Tim lain" if where == "another team" else "",
                leader_no=self.elsewhere_leader if where == "another team" else "",
                employment="left" if where == "left" else "active",
            )
            self.do(save_people, entries=[entry], actor=self.administrator)

    @rule(which=ANY, keeps=st.booleans())
    def lapse_is_decided(self, which: int, keeps: bool) -> None:
        proposed = TargetOutcome.objects.filter(lapse_proposed_at__isnull=False, plan__in=self.plans)
        if outcome := self.one(proposed.select_related("person", "plan"), which):
            decide = keep_target if keeps else lapse_target
            self.do(decide, outcome=outcome, reason="Pindah layanan", actor=self.manager)

    @rule(which=ANY)
    def is_taken_back(self, which: int) -> None:
        if case := self.one(self.cases(state="scheduled"), which):
            self.do(take_back_case, case=case, reason="Salah batch", actor=self.pic)

    @rule(days=st.sampled_from([0, 1, 20]))
    def calendar_goes_on(self, days: int) -> None:
        """What the sweep does, also twice and late."""
        self.later(self.now + days * DAY)
        for sweep in (suspend_cases, inherit_cases, propose_lapses, suspend_cases):
            self.do(sweep)

    @invariant()
    def due_dates_follow_the_leave(self) -> None:
        cases = list(
            RecoveryCase.objects.filter(state__in=OPEN_CASES).select_related("enrolment__training_session__site")
        )
        clocks = clocks_of(cases, self.now)
        for case in cases:
            absence = clocks[case.pk].absence
            if absence is not None and absence.last is None:
                continue  # moves on day by day, with the sweep
            assert case.due_at >= case.first_due_at
            if absence is None:
                assert case.due_at == case.first_due_at or case.suspended_from is not None

    @invariant()
    def nobody_lapses_silently(self) -> None:
        for outcome in TargetOutcome.objects.filter(state="lapsed"):
            assert outcome.decided_by_id is not None
            assert outcome.reason

    @property
    def elsewhere_leader(self) -> str:
        return str(self.world.people[0].employee_no)

    def _somebody(self, which: int) -> Person | None:
        """One of those on target who works somewhere."""
        people = Person.objects.filter(outcomes__plan__in=self.plans).distinct()
        person: Person | None = self.one(people, which)
        return person if person and present_assignments([person.pk], self.now) else None
