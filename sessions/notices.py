"""The notices of the execution stage."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sessions.calendar import LEFT, attached_calendar
from sessions.models import TrainingSession
from trainingops.notifications.enums import Channel
from trainingops.notifications.registry import NoticeKind, register_kinds
from trainingops.ui.stored import stored_moment

#: Who takes part in classes.
INVITED = ("agent", "team_leader", "trainer")
#: Who can be asked to assess.
ASSESSORS = ("trainer", "manager", "qc", "operations", "operation_support", "team_leader", "sso_training")

KINDS = (
    NoticeKind(
        name="session_invitation",
        label=_("Invitation to a training"),
        title=_("You are invited: %(title)s"),
        body=_("%(number)s, %(label)s, starts %(starts)s."),
        attachment=attached_calendar,
        roles=INVITED,
    ),
    NoticeKind(
        name="session_moved",
        label=_("A training was moved"),
        title=_("Moved: %(title)s"),
        body=_("%(number)s, %(label)s, now starts %(starts)s."),
        attachment=attached_calendar,
        urgent=True,
        roles=INVITED,
    ),
    NoticeKind(
        name="meetings_changed",
        label=_("Meetings of a training have other times"),
        title=_("Other times: %(title)s"),
        body=_(
            "%(number)s, %(label)s: meetings changed: %(count)s. The next one starts %(next)s; your page and the "
            "calendar file have all of them."
        ),
        attachment=attached_calendar,
    ),
    NoticeKind(
        name=LEFT,
        label=_("You are no longer on the list of a training"),
        title=_("Without you: %(title)s"),
        body=_("%(number)s, %(label)s, of %(starts)s does not expect you any more. Another invitation of yours holds."),
        attachment=attached_calendar,
        urgent=True,
        roles=INVITED,
    ),
    NoticeKind(
        name="session_cancelled",
        label=_("A training was cancelled"),
        title=_("Cancelled: %(title)s"),
        body=_("%(number)s, %(label)s, of %(starts)s does not take place."),
        attachment=attached_calendar,
        urgent=True,
        problem=True,
        roles=INVITED,
    ),
    NoticeKind(
        name="filed_withdrawn",
        label=_("A class filed afterwards was withdrawn"),
        title=_("Withdrawn: %(title)s"),
        body=_("%(number)s of %(starts)s, filed without prior approval, was withdrawn: nothing follows from it."),
    ),
    NoticeKind(
        name="recovery_opened",
        label=_("A recovery case is yours to arrange"),
        title=_("%(count)s recovery cases from %(number)s"),
        body=_("“%(title)s”: arrange recovery before %(due)s."),
        mandatory=_("Every target gets the training (5.3.1)."),
        roles=("trainer",),
    ),
    NoticeKind(
        name="recovery_needed",
        label=_("You will make up for a training"),
        title=_("Recovery for %(title)s"),
        body=_("You missed %(number)s in part or in full. Your trainer arranges the recovery."),
        roles=("agent",),
    ),
    NoticeKind(
        name="recovery_taken_back",
        label=_("Your recovery was taken back"),
        title=_("Not on %(starts)s: %(title)s"),
        body=_("You make up for it in another class than %(number)s, %(label)s; your trainer arranges it."),
        urgent=True,
        roles=("agent",),
    ),
    NoticeKind(
        name="recovery_suspended",
        label=_("A recovery case waits for somebody on leave"),
        title=_("Recovery for %(title)s: %(name)s away for long"),
        body=_("Away %(since)s – %(until)s. The case is due %(due)s."),
        channel=Channel.DIGEST,
        roles=("trainer", "team_leader"),
    ),
    NoticeKind(
        name="recovery_in_absence",
        label=_("A recovery class falls in somebody's absence"),
        title=_("%(name)s is away on %(starts)s: %(title)s"),
        body=_(
            "The recovery class %(number)s falls in the absence %(since)s – %(until)s. "
            "Take the case out of it and arrange another one."
        ),
        roles=("trainer",),
    ),
    NoticeKind(
        name="recovery_inherited",
        label=_("Recovery cases of your team"),
        title=_("%(count)s recovery cases came to you"),
        body=_("%(names)s. Let them go to their recovery."),
        mandatory=_("Every target gets the training (5.3.1)."),
        roles=("team_leader", "manager"),
    ),
    NoticeKind(
        name="recovery_handed_over",
        label=_("Recovery cases went to another team leader"),
        title=_("%(count)s recovery cases went to %(leader)s"),
        body=_("%(names)s. You have nothing to do for them any more."),
        channel=Channel.DIGEST,
        roles=("team_leader", "manager"),
    ),
    NoticeKind(
        name="lapse_proposed",
        label=_("Somebody on target left or moved"),
        title=_("Confirm or keep: %(name)s, %(title)s"),
        body=_(
            "By the list of people they left, or work on a line to which the module does not apply. The target stays "
            "open until the PIC or the manager decides."
        ),
        mandatory=_("No target lapses unconfirmed (4.3)."),
        roles=("trainer", "manager"),
    ),
    NoticeKind(
        name="test_opened",
        label=_("A test waits for you"),
        title=_("A test waits for you: %(title)s"),
        body=_("Open it from your trainings page."),
        roles=("agent",),
    ),
    NoticeKind(
        name="test_taken_back",
        label=_("A test was taken back"),
        title=_("No test waits for you any more: %(title)s"),
        body=_("The test opened to you for %(number)s is closed again; your trainer arranges something else."),
        roles=("agent",),
    ),
    NoticeKind(
        name="assessment_asked",
        label=_("You are asked to assess"),
        title=_("Assess “%(parameter)s” in %(number)s"),
        body=_("“%(title)s”, %(label)s: your cells of the score grid wait for you."),
        roles=ASSESSORS,
    ),
    NoticeKind(
        name="survey_opened",
        label=_("A survey about a training that you attended"),
        title=_("How was it: %(title)s"),
        body=_("Five statements and one question, without your name, until %(closes)s. Nobody has to answer."),
        channel=Channel.DIGEST,
        roles=("agent",),
    ),
    NoticeKind(
        name="trainer_substituted",
        label=_("Another trainer teaches a session"),
        title=_("%(substitute)s teaches %(number)s"),
        body=_("“%(title)s”, %(label)s, starts %(starts)s: %(substitute)s stands in as trainer."),
        urgent=True,
        roles=("trainer", "sso_training"),
    ),
    NoticeKind(
        name="deviation_reported",
        label=_("A session differed from its plan"),
        title=_("%(number)s differed from the plan"),
        body=_("%(count)s deviations wait for your acknowledgement."),
        mandatory=_("The manager acknowledges every deviation (4.2)."),
        problem=True,
        roles=("manager",),
    ),
    NoticeKind(
        name="correction_asked",
        label=_("Somebody asks for a correction of attendance"),
        title=_("Correction of attendance asked: %(name)s, %(number)s"),
        body=_("“%(title)s”: compare what stands with what is asked, then decide."),
        mandatory=_("The PIC answers for the attendance (5.3.1)."),
        roles=("trainer",),
    ),
    NoticeKind(
        name="correction_approved",
        label=_("An attendance was corrected"),
        title=_("Attendance corrected: %(title)s"),
        body=_("%(number)s, %(label)s of %(starts)s: what stands now is on the page behind this notice."),
        channel=Channel.DIGEST,
        roles=("agent", "trainer"),
    ),
    NoticeKind(
        name="correction_rejected",
        label=_("A correction of attendance was rejected"),
        title=_("Correction rejected: %(title)s"),
        body=_("%(number)s, %(label)s of %(starts)s: the reason is on the page behind this notice."),
        channel=Channel.DIGEST,
        roles=("agent", "trainer"),
    ),
)


def register() -> None:
    """Make the kinds known; called when the app starts."""
    register_kinds(KINDS, group="5.2")


def about(training_session: TrainingSession, **more: object) -> dict[str, object]:
    """The params of a notice about a session; times read in the recipient's language, with their zone."""
    return {
        "number": training_session.number,
        "title": training_session.plan.title,
        "label": training_session.label,
        "starts": stored_moment(training_session.starts_at, training_session.site.zone),
        **more,
    }
