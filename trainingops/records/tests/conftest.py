"""Fixtures of this room."""

from trainingops.records.tests.kinds import roll_kind  # noqa: F401
