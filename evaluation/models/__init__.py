"""Review and improvement (4.4, 5.4)."""

from evaluation.models.analyses import ItemFigures, PaperAnalysis
from evaluation.models.defects import TrainingDefect
from evaluation.models.duties import ReviewObligation, ReviewPolicy
from evaluation.models.improvement import (
    CoachingForm,
    EffectivenessCheck,
    Finding,
    ImprovementAction,
    Minutes,
    Review,
    ReviewParticipant,
)

__all__ = [
    "CoachingForm",
    "EffectivenessCheck",
    "Finding",
    "ImprovementAction",
    "ItemFigures",
    "Minutes",
    "PaperAnalysis",
    "Review",
    "ReviewObligation",
    "ReviewParticipant",
    "ReviewPolicy",
    "TrainingDefect",
]
