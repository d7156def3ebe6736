"""States and kinds of the planning stage, and the one table of allowed transitions (DESIGN.md §4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ModuleKind(models.TextChoices):
    SOFT = "soft", _("Soft skill")
    HARD = "hard", _("Hard skill")


class ModuleState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    RETIRED = "retired", _("Retired")


MODULE_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ModuleState.DRAFT: (ModuleState.SUBMITTED,),
    ModuleState.SUBMITTED: (ModuleState.APPROVED, ModuleState.RETURNED),
    ModuleState.RETURNED: (ModuleState.DRAFT,),
    ModuleState.APPROVED: (ModuleState.RETIRED,),
}


class RequirementState(models.TextChoices):
    """Of a list of required modules: one decision, and the next revision follows (ISO 9001 7.2)."""

    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")


REQUIREMENT_TRANSITIONS: dict[str, tuple[str, ...]] = {
    RequirementState.SUBMITTED: (
        RequirementState.APPROVED,
        RequirementState.RETURNED,
        RequirementState.WITHDRAWN,
    ),
}


class CompetenceState(models.TextChoices):
    """How somebody stands to a module that they must hold; the worst first (ISO 9001 7.2)."""

    MISSING = "missing", _("Not shown yet")
    EXPIRED = "expired", _("Expired")
    EXPIRING = "expiring", _("Expires soon")
    GRACE = "grace", _("Not required yet")
    CURRENT = "current", _("Holds")


#: What a refreshment would mend.
LACKING = (CompetenceState.MISSING, CompetenceState.EXPIRED, CompetenceState.EXPIRING)


class ErrorClass(models.TextChoices):
    """Classes of service defects (clause 2.3); never added into one figure."""

    CACE = "cace", _("Customer-affecting critical error (CACE)")
    BACE = "bace", _("Business-affecting critical error (BACE)")
    COACE = "coace", _("Compliance-affecting critical error (CoACE)")
    NON_CRITICAL = "non_critical", _("Non-critical")


class RootCause(models.TextChoices):
    ATTITUDE = "attitude", _("Attitude")
    SKILL = "skill", _("Skill")
    KNOWLEDGE = "knowledge", _("Knowledge")


class DefectState(models.TextChoices):
    VALID = "valid", _("Valid")
    DISPUTED = "disputed", _("Disputed")
    ANNULLED = "annulled", _("Annulled")


DEFECT_TRANSITIONS: dict[str, tuple[str, ...]] = {
    DefectState.VALID: (DefectState.DISPUTED, DefectState.ANNULLED),
    DefectState.DISPUTED: (DefectState.VALID, DefectState.ANNULLED),
}


class SampleState(models.TextChoices):
    """Whether an evaluation counts; those that do not are kept and seen."""

    COUNTING = "counting", _("Counts")
    REPLACED = "replaced", _("Replaced")
    ANNULLED = "annulled", _("Annulled")


#: The services do not bring an annulled sample back; a replaced one counts again when it is chosen in an import.
SAMPLE_TRANSITIONS: dict[str, tuple[str, ...]] = {
    SampleState.COUNTING: (SampleState.REPLACED, SampleState.ANNULLED),
    SampleState.REPLACED: (SampleState.COUNTING,),
}


class SampleKind(models.TextChoices):
    RANDOM = "random", _("Random")
    TARGETED = "targeted", _("Targeted")
    COMPLAINT = "complaint", _("Complaint")


class NeedKind(models.TextChoices):
    """Where a need comes from (clause 5.1.1 d)."""

    SERVICE_DEFECTS = "service_defects", _("Service defects")
    CLIENT = "client", _("Direction of the client")
    QC = "qc", _("Quality Control")
    OPERATIONS = "operations", _("Operation")
    OPERATION_SUPPORT = "operation_support", _("Operation Support")
    MANAGER = "manager", _("Concern of the manager")
    SSO_TRAINING = "sso_training", _("SSO Training")
    PRODUCT_CHANGE = "product_change", _("Product or procedure change")


class ChangeKind(models.TextChoices):
    PRODUCT = "product", _("Product")
    PROCEDURE = "procedure", _("Procedure")


class Better(models.TextChoices):
    """Which way a measure of the service is better."""

    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")


class TrainingKind(models.TextChoices):
    REFRESHMENT = "refreshment", _("Refreshment")
    IMPROVEMENT = "improvement", _("Improvement")


class Method(models.TextChoices):
    ONLINE = "online", _("Online")
    OFFLINE = "offline", _("Offline")
    HYBRID = "hybrid", _("Hybrid")


class QuestionKind(models.TextChoices):
    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TRUE_FALSE = "true_false", _("True or false")
    SHORT = "short", _("Short answer")


class MultipleRule(models.TextChoices):
    """What a multiple choice earns; written on the paper and shown to participants (5.1.2)."""

    WHOLE = "whole", _("All right options and no other, or no points")
    PARTIAL = "partial", _("Each right option counts, each wrong one takes as much away; never below 0")


class ParameterSource(models.TextChoices):
    """Who or what gives a parameter its score."""

    POST_TEST = "post_test", _("Post-test")
    PRE_TEST = "pre_test", _("Pre-test")
    TRAINER = "trainer", _("Scored by the trainer")
    QC = "qc", _("Scored by Quality Control")
    LEADER = "leader", _("Scored by the team leader")


class ReviewOutcome(models.TextChoices):
    """How a question sent back to the bank was settled."""

    EDITED = "edited", _("Changed: a new version")
    RETIRED = "retired", _("Retired")
    KEPT = "kept", _("Stays as it is")


class SettledBy(models.TextChoices):
    """How the scores of one or several assessors become the one that counts (5.1.2); as ``planning.scoring`` reads."""

    ONE = "one", _("One assessor")
    AVERAGE = "average", _("Average of several assessors")
    SECOND = "second", _("A second opinion counts where it was asked for")


class RevisionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")


REVISION_TRANSITIONS: dict[str, tuple[str, ...]] = {
    RevisionState.DRAFT: (RevisionState.SUBMITTED, RevisionState.WITHDRAWN),
    RevisionState.SUBMITTED: (
        RevisionState.APPROVED,
        RevisionState.RETURNED,
        RevisionState.REJECTED,
        RevisionState.WITHDRAWN,
    ),
    RevisionState.APPROVED: (RevisionState.SUPERSEDED,),
}


class PlanState(models.TextChoices):
    IN_PREPARATION = "in_preparation", _("In preparation")
    APPROVED = "approved", _("Approved")
    UNDER_WAY = "under_way", _("Under way")
    REPORTED = "reported", _("Reported")
    UNDER_REVIEW = "under_review", _("Under review")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


#: As long as a plan is in one of these, offices and leaders are asked about it and answer.
ANSWERED_IN = (PlanState.IN_PREPARATION, PlanState.APPROVED, PlanState.UNDER_WAY)

PLAN_TRANSITIONS: dict[str, tuple[str, ...]] = {
    PlanState.IN_PREPARATION: (PlanState.APPROVED, PlanState.CANCELLED),
    PlanState.APPROVED: (PlanState.UNDER_WAY, PlanState.CANCELLED),
    PlanState.UNDER_WAY: (PlanState.REPORTED,),
    PlanState.REPORTED: (PlanState.UNDER_REVIEW, PlanState.UNDER_WAY),
    PlanState.UNDER_REVIEW: (PlanState.CLOSED, PlanState.UNDER_WAY),
}

#: Of a plan filed afterwards: it begins under way, and goes with its class where that is withdrawn (5.2).
FILED_TRANSITIONS: dict[str, tuple[str, ...]] = {
    **PLAN_TRANSITIONS,
    PlanState.UNDER_WAY: (*PLAN_TRANSITIONS[PlanState.UNDER_WAY], PlanState.CANCELLED),
}


class Decision(models.TextChoices):
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    REJECTED = "rejected", _("Rejected")


class ConsultationAnswer(models.TextChoices):
    AGREED = "agreed", _("Agreed")
    REMARKS = "remarks", _("Remarks")
    NO_REMARKS = "no_remarks", _("No remarks")


class ReleaseState(models.TextChoices):
    """Whether a team leader releases their agents for a session."""

    ASKED = "asked", _("Not confirmed yet")
    CONFIRMED = "confirmed", _("Release confirmed")
    OTHER_BATCH = "other_batch", _("Another batch asked")


#: A leader may think again until the session begins.
RELEASE_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ReleaseState.ASKED: (ReleaseState.CONFIRMED, ReleaseState.OTHER_BATCH),
    ReleaseState.CONFIRMED: (ReleaseState.OTHER_BATCH,),
    ReleaseState.OTHER_BATCH: (ReleaseState.CONFIRMED,),
}


class Qualification(models.TextChoices):
    INTERNAL = "internal", _("Internal")
    SSO_TRAINING = "sso_training", _("SSO Training")
    CLIENT = "client", _("Client")
    EXTERNAL = "external", _("External")


class RequestAnswer(models.TextChoices):
    """What SSO Training answers to a request for a trainer."""

    ACCEPTED = "accepted", _("Will come")
    DECLINED = "declined", _("Cannot come")


class TargetReason(models.TextChoices):
    """Why a person is on target; the reason is frozen with the plan."""

    DEFECTS = "defects", _("Service defects")
    SEGMENT = "segment", _("Segment, skill or line")
    NOT_TRAINED_SINCE = "not_trained_since", _("Not trained in this module since")
    PRODUCT_CHANGE = "product_change", _("Product or procedure change")
    COMPETENCE = "competence", _("Required competence missing or about to expire")
    CHOSEN = "chosen", _("Chosen by the PIC")


class BookingRole(models.TextChoices):
    TRAINER = "trainer", _("Trainer")
    PARTICIPANT = "participant", _("Participant")
    ROOM = "room", _("Room")
    SEAT = "seat", _("Application licence")


class LoadMethod(models.TextChoices):
    """How the load of a line is judged while people are off the floor (5.1.1 f)."""

    ERLANG_C = "erlang_c", _("Erlang C (inbound voice)")
    CHAT = "chat", _("Chat, several at the same time")
    VOLUME = "volume", _("Volume (mail, social media)")
    CONTACT_RATE = "contact_rate", _("Contact rate (outbound)")


class Consent(models.TextChoices):
    """The agent's consent to overtime."""

    ASKED = "asked", _("Asked")
    GIVEN = "given", _("Agreed")
    REFUSED = "refused", _("Declined")


#: An agent may think again as long as the order stands.
CONSENT_TRANSITIONS: dict[str, tuple[str, ...]] = {
    Consent.ASKED: (Consent.GIVEN, Consent.REFUSED),
    Consent.GIVEN: (Consent.REFUSED,),
    Consent.REFUSED: (Consent.GIVEN,),
}


#: Volumes that people import; each interval of a queue of a line at a site has one row of them.
ACTUAL_SOURCE = "ACD"
#: What workforce management expects of days to come; never added to what was measured.
FORECAST_SOURCE = "Forecast"
