"""Plans and their revisions, what an approval freezes, and what it books (4.1, 5.1.1, 5.1.2)."""

from planning.models.plans.decisions import ApprovalDecision, Consultation, RevisionComment
from planning.models.plans.outcomes import Booking, Competence
from planning.models.plans.plan import PlanRevision, TrainingPlan, TrainingPlanQuerySet
from planning.models.plans.rows import PlannedMeeting, PlannedSession, PlanRecipient, PlanTarget

__all__ = [
    "ApprovalDecision",
    "Booking",
    "Competence",
    "Consultation",
    "PlanRecipient",
    "PlanRevision",
    "PlanTarget",
    "PlannedMeeting",
    "PlannedSession",
    "RevisionComment",
    "TrainingPlan",
    "TrainingPlanQuerySet",
]
