"""The planning stage: needs, modules and tests, traffic, people who teach, plans (clause 5.1)."""

from planning.models.changes import ProductChange
from planning.models.floor import LineTarget, MarkedDay, OvertimeOrder
from planning.models.hand_overs import PlanHandOver
from planning.models.history import ModuleTraining
from planning.models.indicators import ServiceIndicator, ServiceMeasure
from planning.models.modules import ModuleMaterial, ModuleVersion, Topic, TrainingModule
from planning.models.needs import Defect, MonitoringSample, NeedSource, QualityParameter, SampleCount, TrafficInterval
from planning.models.plans import (
    ApprovalDecision,
    Booking,
    Competence,
    Consultation,
    PlannedMeeting,
    PlannedSession,
    PlanRecipient,
    PlanRevision,
    PlanTarget,
    RevisionComment,
    TrainingPlan,
)
from planning.models.questions import (
    PaperQuestion,
    Question,
    QuestionReview,
    QuestionStatistics,
    QuestionVersion,
    ScoringParameter,
    ScoringScheme,
    TestPaper,
)
from planning.models.releases import ReleaseConfirmation
from planning.models.requirements import CompetenceRequirement, RequiredModule
from planning.models.resources import (
    Appointment,
    ClassType,
    LicenceSeat,
    RecoveryForm,
    Room,
    TrainerModule,
    TrainerProfile,
    TrainingApplication,
)
from planning.models.templates import PlanTemplate
from planning.models.trainers import TrainerQualification, TrainerRequest

__all__ = [
    "Appointment",
    "ApprovalDecision",
    "Booking",
    "ClassType",
    "Competence",
    "CompetenceRequirement",
    "Consultation",
    "Defect",
    "LicenceSeat",
    "LineTarget",
    "MarkedDay",
    "ModuleMaterial",
    "ModuleTraining",
    "ModuleVersion",
    "MonitoringSample",
    "NeedSource",
    "OvertimeOrder",
    "PaperQuestion",
    "PlanHandOver",
    "PlanRecipient",
    "PlanRevision",
    "PlanTarget",
    "PlanTemplate",
    "PlannedMeeting",
    "PlannedSession",
    "ProductChange",
    "QualityParameter",
    "Question",
    "QuestionReview",
    "QuestionStatistics",
    "QuestionVersion",
    "RecoveryForm",
    "ReleaseConfirmation",
    "RequiredModule",
    "RevisionComment",
    "Room",
    "SampleCount",
    "ScoringParameter",
    "ScoringScheme",
    "ServiceIndicator",
    "ServiceMeasure",
    "TestPaper",
    "Topic",
    "TrafficInterval",
    "TrainerModule",
    "TrainerProfile",
    "TrainerQualification",
    "TrainerRequest",
    "TrainingApplication",
    "TrainingModule",
    "TrainingPlan",
]
