"""States and kinds of the execution stage, and the one table of allowed transitions (DESIGN.md §4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionKind(models.TextChoices):
    REGULAR = "regular", _("Class of the plan")
    MAKE_UP = "make_up", _("Make-up class")
    ONE_TO_ONE = "one_to_one", _("One to one")
    FILED = "filed", _("Filed afterwards, without prior approval")


class SessionState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", _("Under way")
    CONCLUDED = "concluded", _("Concluded")
    CANCELLED = "cancelled", _("Cancelled")
    FILED = "filed", _("Filed, without prior approval")


#: Of a session that was held and whose record stands; a filed one is made so.
HELD = (SessionState.CONCLUDED, SessionState.FILED)

SESSION_TRANSITIONS: dict[str, tuple[str, ...]] = {
    SessionState.SCHEDULED: (SessionState.OPEN, SessionState.CANCELLED),
    SessionState.OPEN: (SessionState.CONCLUDED,),
}
#: Of a class filed afterwards: it begins as held, and is withdrawn while its report is not in (5.2).
FILED_TRANSITIONS: dict[str, tuple[str, ...]] = {SessionState.FILED: (SessionState.CANCELLED,)}


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Under way")
    CONCLUDED = "concluded", _("Concluded")
    CANCELLED = "cancelled", _("Cancelled")


MEETING_TRANSITIONS: dict[str, tuple[str, ...]] = {
    MeetingState.PLANNED: (MeetingState.OPEN, MeetingState.CANCELLED),
    MeetingState.OPEN: (MeetingState.CONCLUDED,),
}


class EnrolmentOrigin(models.TextChoices):
    TARGET = "target", _("On target")
    RECOVERY = "recovery", _("Recovery")
    SUBSTITUTE = "substitute", _("Substitute")
    EXTRA = "extra", _("Extra")


#: Who came without being targeted: counted apart, and no obligation of anybody's is settled by it (4.3).
BEYOND_TARGET = (EnrolmentOrigin.SUBSTITUTE, EnrolmentOrigin.EXTRA)


class AttendanceStatus(models.TextChoices):
    """Blank is "not recorded": nobody is ever marked present by a clock (ATT-7)."""

    PRESENT = "present", _("Present")
    LATE = "late", _("Late")
    ABSENT = "absent", _("Absent")


class AttendanceSource(models.TextChoices):
    TRAINER = "trainer", _("Trainer")
    QR = "qr", "QR"
    TYPED = "typed", _("Typed code")
    PIN = "pin", _("PIN on a shared PC")
    IMPORTED = "import", _("Import")
    CORRECTION = "correct", _("Correction")


#: Recorded by the participant themselves, at the moment of the scan or the PIN.
CHECKED_IN = (AttendanceSource.QR, AttendanceSource.TYPED, AttendanceSource.PIN)


class CorrectionState(models.TextChoices):
    """Of an asked change of attendance after its meeting was concluded (ATT-5)."""

    PENDING = "pending", _("Waits for a decision")
    APPROVED = "approved", pgettext_lazy("correction", "Approved")
    REJECTED = "rejected", pgettext_lazy("correction", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("correction", "Withdrawn")


CORRECTION_TRANSITIONS: dict[str, tuple[str, ...]] = {
    CorrectionState.PENDING: (CorrectionState.APPROVED, CorrectionState.REJECTED, CorrectionState.WITHDRAWN),
}


class TestPhase(models.TextChoices):
    PRE = "pre", "Pre-test"
    POST = "post", "Post-test"
    REMEDIAL = "remedial", "Remedial"


class AttemptState(models.TextChoices):
    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Handed in")


class ResultStatus(models.TextChoices):
    SCORED = "scored", _("Scored")
    INCOMPLETE = "incomplete", _("Incomplete")


class OutcomeState(models.TextChoices):
    """Always ``targeted = trained + outstanding + waived + lapsed`` (clause 4.3)."""

    OUTSTANDING = "outstanding", _("Outstanding")
    TRAINED = "trained", _("Trained")
    WAIVED = "waived", _("Waived")
    LAPSED = "lapsed", _("Lapsed")


class OutcomeResult(models.TextChoices):
    """Of those trained: ``trained = passed + in remedial + not passed + not scored``."""

    NOT_SCORED = "not_scored", _("Not scored")
    PASSED = "passed", _("Passed")
    IN_REMEDIAL = "in_remedial", _("In remedial")
    NOT_PASSED = "not_passed", _("Not passed")


class Verdict(models.TextChoices):
    """How somebody came out of a session (``sessions.verdicts``); absent is a word of its own (DESIGN.md §2)."""

    PASSED = "passed", _("Passed")
    NOT_TRAINED = "not_trained", _("Passed the test, training not complete")
    NOT_PASSED = "not_passed", _("Not passed")
    INCOMPLETE = "incomplete", _("Incomplete")
    NOT_SCORED = "not_scored", _("Not scored")
    ABSENT = "absent", _("Did not take part")

    @property
    def look(self) -> str:
        """The kind of its status mark."""
        return {"passed": "ok", "not_passed": "late"}.get(self.value, "idle")


class CaseKind(models.TextChoices):
    RECOVERY = "recovery", "Recovery"
    REMEDIAL = "remedial", "Remedial"


class CaseCause(models.TextChoices):
    ABSENT = "absent", _("Absent")
    LATE = "late", _("Late over the tolerance")
    LEFT_EARLY = "left_early", _("Left early")
    NOT_RECORDED = "not_recorded", _("Attendance not recorded")
    BELOW_PASS_MARK = "below_pass_mark", _("Below the pass mark")


class CaseState(models.TextChoices):
    OPEN = "open", _("Open")
    SCHEDULED = "scheduled", _("Scheduled")
    RESOLVED = "resolved", _("Resolved")
    WAIVED = "waived", _("Waived")
    LAPSED = "lapsed", _("Lapsed")
    VOIDED = "voided", _("Void by correction")


#: Beside the states of a case: a remedial that is over and was not passed; it is not among the resolved ones.
FAILED = "failed"

#: Of a case that still waits to be settled.
OPEN_CASES = (CaseState.OPEN, CaseState.SCHEDULED)

CASE_TRANSITIONS: dict[str, tuple[str, ...]] = {
    CaseState.OPEN: (
        CaseState.SCHEDULED,
        CaseState.RESOLVED,
        CaseState.WAIVED,
        CaseState.LAPSED,
        CaseState.VOIDED,
    ),
    CaseState.SCHEDULED: (
        CaseState.RESOLVED,
        CaseState.OPEN,
        CaseState.WAIVED,
        CaseState.LAPSED,
        CaseState.VOIDED,
    ),
    CaseState.RESOLVED: (CaseState.VOIDED,),
}


class Suspension(models.TextChoices):
    """Why the due date of a case waits (:mod:`sessions.suspension`)."""

    LEAVE = "leave", pgettext_lazy("roster", "Leave")
    SICK = "sick", _("Sick")
    LONG_LEAVE = "long_leave", _("Long leave")


class LapseCause(models.TextChoices):
    """Why a target lapses (4.3): found and proposed by the system, confirmed by people."""

    LEFT = "left", _("Left")
    OTHER_LINE = "other_line", _("Moved to a line to which the module does not apply")


class DeviationKind(models.TextChoices):
    DATE = "date", _("Date")
    TIME = "time", _("Time")
    DURATION = "duration", _("Duration")
    TRAINER = "trainer", _("Trainer")
    MODULE = "module", _("Module")
    METHOD = "method", _("Method")
    APPLICATION = "application", _("Application")
    PARTICIPANT = "participant", _("Participant")
    TEST = "test", _("Test")
    APPROVAL = "approval", _("Approval")


class Agreement(models.IntegerChoices):
    """The steps of a statement of the reaction survey, from 1 to 5; their places in a tally."""

    DISAGREE_FULLY = 1, _("Fully disagree")
    DISAGREE = 2, _("Disagree")
    NEITHER = 3, _("Neither")
    AGREE = 4, _("Agree")
    AGREE_FULLY = 5, _("Fully agree")


#: The aspects that 4.2 compares, and the approval itself; a test or a person more is no other execution of the plan.
OF_THE_PLAN = (
    DeviationKind.DATE,
    DeviationKind.TIME,
    DeviationKind.DURATION,
    DeviationKind.TRAINER,
    DeviationKind.MODULE,
    DeviationKind.METHOD,
    DeviationKind.APPLICATION,
    DeviationKind.APPROVAL,
)


class ClassFileKind(models.TextChoices):
    PHOTO = "photo", _("Photo of the class")
    PAPER = "paper", _("Scan of the paper")


class PageState(models.TextChoices):
    """Of a page of a scan (PRN-3)."""

    UNFILED = "unfiled", _("Not filed yet")
    FILED = "filed", _("Archived")
    DISCARDED = "discarded", _("Discarded")


PAGE_TRANSITIONS: dict[str, tuple[str, ...]] = {PageState.UNFILED: (PageState.FILED, PageState.DISCARDED)}


class PageProblem(models.TextChoices):
    """Why a page was not filed by itself."""

    NO_CODE = "no_code", _("No QR code that can be read")
    FOREIGN = "foreign", _("The QR code is not of an attendance list of ours")
    OTHER_CLASS = "other_class", _("The QR code is of a class that the uploader does not see")
    SEVERAL = "several", _("QR codes of several lists on one page")


class ScanProblem(models.TextChoices):
    """Why a file could not be opened as pages."""

    DAMAGED = "damaged", _("The file is damaged, or no picture and no PDF")
    ENCRYPTED = "encrypted", _("The PDF asks for a password")
    TOO_LARGE = "too_large", _("More than 60 pages, or a picture too large")
    TOO_SLOW = "too_slow", _("Reading it took too long")
