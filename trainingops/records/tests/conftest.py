"""Fixtures of this room."""

from trainingops.records.tests.kinds import places, roll_kind  # noqa: F401
