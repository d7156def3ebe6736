"""The pattern: one team and one quarter of its trainings, taken through every stage by the real services.

What the services write for it is what an organisation of any size consists of.
"""

from __future__ import annotations

from planning.enums import TrainingKind
from trainingops.local.generate.closing import Closing
from trainingops.local.generate.planning import Planning


class Quarter(Planning, Closing):
    """A class with tests, a class in two batches, one that is reported late and has a make-up class."""

    def run(self) -> None:
        """Everything, in the order in which it happens."""
        self._find_defects()
        improvement = self._plan(TrainingKind.IMPROVEMENT, "PNM-HS-21", day=0, batches=[[(9, 13), (11, 13)]])
        tested = improvement.training_sessions.get()
        self._hold_with_tests(tested)
        self._report(tested)
        refreshment = self._plan(
            TrainingKind.REFRESHMENT,
            "PNM-HS-22",
            day=14,
            batches=[[(day, hour) for day in range(21, 26)] for hour in (9, 13)],
            observed=True,
        )
        for training_session in refreshment.training_sessions.order_by("pk"):
            self._hold(training_session)
            self._report(training_session)
        soft = self._plan(
            TrainingKind.REFRESHMENT, "PNM-SS-21", day=28, batches=[[(day, 15) for day in range(35, 39)]], observed=True
        )
        self._hold(soft.training_sessions.get(), absent=3)
        self._make_up(soft)
        self._review()
