"""A training through all its stages, each with its clause and its time (2.2)."""

from trainingops.dashboard.timeline.moments import Moment, moments
from trainingops.dashboard.timeline.stages import Stage, stages
from trainingops.dashboard.timeline.story import Story, tell

__all__ = ("Moment", "Stage", "Story", "moments", "stages", "tell")
