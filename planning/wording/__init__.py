"""A frozen plan and its differences in the reader's words: people by name, times in their site's zone (APR-5)."""

from planning.wording.contents import Wording, unplaced
from planning.wording.figures import first_meeting, meeting_words
from planning.wording.labels import LABELS

__all__ = ("LABELS", "Wording", "first_meeting", "meeting_words", "unplaced")
