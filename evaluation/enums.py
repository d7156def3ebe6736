"""States and kinds of the evaluation stage (DESIGN.md §4, clause 5.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrainingDefectKind(models.TextChoices):
    """What can go wrong in a training itself (4.4); never one register with service defects."""

    LATE_APPROVAL = "late_approval", _("Approved late")
    NO_APPROVAL = "no_approval", _("Held without approval")
    DEVIATION = "deviation", _("Deviation from the plan")
    ABSENCE = "absence", _("Absence")
    LATENESS = "lateness", _("Lateness")
    RECOVERY_OVERDUE = "recovery_overdue", _("Recovery overdue")
    REPORT_BREACH = "report_breach", _("Report after H+1")
    FACILITY = "facility", _("Application or room failed")
    QUESTION = "question", _("Faulty test question")
    RATING = "rating", _("Module or trainer rated poorly")


class AnalysedPhase(models.TextChoices):
    """The tests whose first attempts are analysed; a remedial is a second go."""

    PRE = "pre", _("Pre-test")
    POST = "post", _("Post-test")


class ItemVerdict(models.TextChoices):
    """:class:`evaluation.item_analysis.Verdict` in words."""

    NEGATIVE = "negative", _("Against the test")
    HARD = "hard", _("Too hard")
    WEAK = "weak", _("Discriminates little")
    EASY = "easy", _("Very easy")
    NO_VARIANCE = "no_variance", _("No difference")
    FAIR = "fair", _("Acceptable")
    GOOD = "good", _("Good")


class StudyState(models.TextChoices):
    """A study of the effect of a training."""

    WAITING = "waiting", _("Waits for the end of its window")
    MEASURED = "measured", _("Measured")
    DROPPED = "dropped", _("Given up")


STUDY_TRANSITIONS: dict[str, tuple[str, ...]] = {
    StudyState.WAITING: (StudyState.MEASURED, StudyState.DROPPED),
    StudyState.MEASURED: (StudyState.WAITING,),
    StudyState.DROPPED: (StudyState.WAITING,),
}


class EffectVerdict(models.TextChoices):
    """:class:`evaluation.effect.Verdict` in words."""

    TOO_FEW = "too_few", _("Not enough data yet")
    NO_COMPARISON = "no_comparison", _("Not to be told from regression to the mean")
    NOT_DIFFERENT = "not_different", _("No difference shown")
    LOWER = "lower", _("Fewer defects than those not trained")
    HIGHER = "higher", _("More defects than those not trained")


#: What only people can see; the system registers the other kinds itself.
SEEN_BY_PEOPLE = (TrainingDefectKind.FACILITY, TrainingDefectKind.QUESTION, TrainingDefectKind.RATING)


class ImpactLevel(models.TextChoices):
    """How bad it was for those who were to learn."""

    MINOR = "minor", _("Minor: the training was not touched")
    MODERATE = "moderate", _("Moderate: part of the training was lost")
    SERIOUS = "serious", _("Serious: the training missed its aim")


class DefectDecision(models.TextChoices):
    """What an office decided about a training defect (ISO 9001 8.7)."""

    CORRECTED = "corrected", _("Corrected")
    ACCEPTED = "accepted", _("Accepted as it is (concession)")
    REVIEW = "review", _("To be dealt with in the review")


class ReviewState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    HELD = "held", _("Held")
    APPROVED = "approved", _("Minutes approved")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Called off")


REVIEW_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ReviewState.SCHEDULED: (ReviewState.HELD, ReviewState.CANCELLED),
    ReviewState.HELD: (ReviewState.APPROVED,),
    ReviewState.APPROVED: (ReviewState.CLOSED,),
}


class Aspect(models.TextChoices):
    """The aspects that 5.4 names."""

    SOFT_MODULES = "soft_modules", _("Soft-skill modules")
    HARD_MODULES = "hard_modules", _("Hard-skill modules")
    TRAINERS = "trainers", _("Executing trainers")
    DURATION = "duration", _("Duration (days/hours)")
    APPLICATION = "application", _("Training application")
    METHOD = "method", _("Method: online, offline or hybrid")
    OTHER = "other", _("Other relevant aspects")


class ActionKind(models.TextChoices):
    PREVENTIVE = "preventive", _("Preventive/mitigating")
    CURATIVE = "curative", _("Curative/solving")


class ActionState(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    EFFECTIVE = "effective", _("Effective")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: What its owner still has to do.
UNFINISHED = (ActionState.OPEN, ActionState.IN_PROGRESS)

ACTION_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ActionState.OPEN: (ActionState.IN_PROGRESS, ActionState.DONE, ActionState.WITHDRAWN),
    ActionState.IN_PROGRESS: (ActionState.DONE, ActionState.WITHDRAWN),
    ActionState.DONE: (ActionState.EFFECTIVE, ActionState.OPEN),
}


class CoachingState(models.TextChoices):
    """Of a Form Pembinaan SDM (clause 6)."""

    DRAFTED = "drafted", _("Draft")
    SIGNED = "signed", _("Signed by the coach")
    ACKNOWLEDGED = "acknowledged", _("Signed by both")
    FOLLOWED_UP = "followed_up", _("Followed up")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Another date brings what was followed up back to where it stood: signed by both, or by the coach alone.
COACHING_TRANSITIONS: dict[str, tuple[str, ...]] = {
    CoachingState.DRAFTED: (CoachingState.SIGNED, CoachingState.WITHDRAWN),
    CoachingState.SIGNED: (CoachingState.ACKNOWLEDGED, CoachingState.FOLLOWED_UP),
    CoachingState.ACKNOWLEDGED: (CoachingState.FOLLOWED_UP,),
    CoachingState.FOLLOWED_UP: (CoachingState.CLOSED, CoachingState.SIGNED, CoachingState.ACKNOWLEDGED),
}

#: Between the signature of the coach and the end.
COACHING_UNDER_WAY = (CoachingState.SIGNED, CoachingState.ACKNOWLEDGED, CoachingState.FOLLOWED_UP)


class CoachingResult(models.TextChoices):
    """How a coaching ended."""

    REACHED = "reached", _("Reached: what was agreed was seen")
    PARTLY = "partly", _("Partly reached")
    NOT_REACHED = "not_reached", _("Not reached: more has to follow")


class Presence(models.TextChoices):
    INVITED = "invited", _("Invited")
    PRESENT = "present", _("Present")
    EXCUSED = "excused", _("Excused")


#: Of a due date, reminder, escalation or waiting time in the rule of reviews and actions.
MOST_DAYS = 90


class IndicatorKey(models.TextChoices):
    """The indicators of the procedure (4.1 to 4.4), for which objectives are set (ISO 9001 6.2)."""

    APPROVAL = "approval", _("Plans approved before their start")
    EXECUTION = "execution", _("Sessions held as approved")
    TRAINED = "trained", _("Trained of those on target")
    REPORTS = "reports", _("H+1 reports in time, to every party")
    DEFECTS = "defects", _("Training defects for every hundred classes")
    ACTIONS = "actions", _("Actions closed on time")
    EFFECTIVE = "effective", _("Actions verified effective")


class ObjectiveState(models.TextChoices):
    """Of a revision of an objective."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    SUPERSEDED = "superseded", _("Superseded")


OBJECTIVE_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ObjectiveState.DRAFT: (ObjectiveState.SUBMITTED,),
    ObjectiveState.SUBMITTED: (ObjectiveState.APPROVED, ObjectiveState.RETURNED),
    ObjectiveState.APPROVED: (ObjectiveState.SUPERSEDED,),
}


class ComparedAspect(models.TextChoices):
    """By what classes are compared: the aspects of the procedure (5.4)."""

    MODULE = "module", _("Module")
    TRAINER = "trainer", _("Trainer")
    DURATION = "duration", _("Duration")
    APPLICATION = "application", _("Application")
    METHOD = "method", _("Method")


class ComparedMeasure(models.TextChoices):
    """What of the classes is compared."""

    PASSED = "passed", _("Passed, remedial included")
    ATTENDED = "attended", _("Attended")
    GAIN = "gain", _("Gain from pre-test to post-test")
    RATING = "rating", _("Rating by participants")
