"""What a submitted report says changes by an amendment with its reason only, through whichever door (clause 5.3.2)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sessions.enums import HELD
from sessions.models import TrainingSession
from sessions.services.rework import require_not_closed
from sessions.signals import report_asked
from trainingops.domain import WrongState


class AmendmentNeedsReason(WrongState):
    """The report is in and nobody said why it should say something else; the field for the reason says so."""


def report_is_in(training_session: TrainingSession) -> bool:
    """Whether the report on the session was submitted, as the stage above answers."""
    return any(said for _receiver, said in report_asked.send(TrainingSession, training_session=training_session))


def amends_report(training_session: TrainingSession, attempt: int = 1) -> bool:
    """Whether a score or mark written now changes what a submitted report says.

    A remedial comes after the report by its nature; the recap tells of it.
    """
    return attempt == 1 and training_session.state in HELD and report_is_in(training_session)


def require_amendment(training_session: TrainingSession, reason: str) -> None:
    """Raise where a reported session cannot change, or where nobody says why: ``WrongState``."""
    require_not_closed(training_session)
    if not reason.strip():
        raise AmendmentNeedsReason(
            _(
                "The report on this session was submitted: what is filled in now changes it. Reload the page and "
                "write why under “Reason”."
            ),
            field="reason",
        )
