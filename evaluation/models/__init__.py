"""Review and improvement (4.4, 5.4)."""

from evaluation.models.analyses import ItemFigures, PaperAnalysis
from evaluation.models.coaching import CoachingFollowUp, CoachingForm
from evaluation.models.comparisons import ComparisonMonth
from evaluation.models.defects import TrainingDefect
from evaluation.models.duties import ReviewObligation, ReviewPolicy
from evaluation.models.effects import EffectMeasurement, EffectStudy
from evaluation.models.improvement import (
    EffectivenessCheck,
    Finding,
    ImprovementAction,
    Minutes,
    Review,
    ReviewParticipant,
)
from evaluation.models.objectives import Objective, ObjectiveRevision
from evaluation.models.summaries import CountedMonth, DefectMonth, IndicatorMonth, JournalReader, TrainingHours

__all__ = [
    "CoachingFollowUp",
    "CoachingForm",
    "ComparisonMonth",
    "CountedMonth",
    "DefectMonth",
    "EffectMeasurement",
    "EffectStudy",
    "EffectivenessCheck",
    "Finding",
    "ImprovementAction",
    "IndicatorMonth",
    "ItemFigures",
    "JournalReader",
    "Minutes",
    "Objective",
    "ObjectiveRevision",
    "PaperAnalysis",
    "Review",
    "ReviewObligation",
    "ReviewParticipant",
    "ReviewPolicy",
    "TrainingDefect",
    "TrainingHours",
]
