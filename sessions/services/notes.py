"""Notes on a session, saved on their own while it goes on; never over somebody else's (4.2)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sessions.enums import SessionState
from sessions.models import TrainingSession
from sessions.policies import can_run_session
from sessions.services.common import lock_session, stands_for
from trainingops.audit.journal import record, service
from trainingops.domain import StaleVersion, WrongState, require
from trainingops.people.models import User
from trainingops.ui.moments import moment_words


@service
def save_notes(
    *, training_session: TrainingSession, notes: str, version: int, actor: User, now: datetime
) -> TrainingSession:
    """Save the notes of a session that is not concluded yet; the same text again changes nothing.

    Args:
        version: the row version of the notes that the writer has read.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: it is over; what is left to say belongs into the report.
        StaleVersion: somebody saved in between; nothing was written.
    """
    training_session = lock_session(training_session)
    require(can_run_session(actor, training_session))
    if training_session.state not in (SessionState.SCHEDULED, SessionState.OPEN):
        raise WrongState(
            _("The session is “%(state)s”; its notes stand. Write what is left to say into the report.")
            % {"state": training_session.get_state_display()}
        )
    if take_notes(training_session, notes, version, actor=actor, now=now):
        training_session.save(update_fields=NOTES)
        record(
            "session.notes_saved",
            subject=training_session,
            actor=actor,
            now=now,
            data={"version": training_session.notes_version, **stands_for(actor, training_session)},
            detail={"notes": training_session.notes},
        )
    return training_session


#: The fields that :func:`take_notes` writes.
NOTES = ("notes", "notes_version", "notes_by", "notes_at")


def take_notes(training_session: TrainingSession, notes: str, version: int, *, actor: User, now: datetime) -> bool:
    """Put the notes into a locked session, unsaved; whether they differ.

    Raises:
        StaleVersion: other notes were saved since ``version``.
    """
    notes = notes.replace("\r\n", "\n").strip()
    if notes == training_session.notes:
        return False
    if version != training_session.notes_version:
        at = training_session.notes_at
        words = _(
            "%(name)s saved other notes %(at)s. Yours are not saved: they still stand in the field. "
            "Compare both, then save again."
        )
        if training_session.notes_by == actor:
            words = _(
                "You saved other notes in another window %(at)s. These are not saved: they still stand in the field. "
                "Compare both, then save again."
            )
        raise StaleVersion(
            words
            % {
                "name": training_session.notes_by or "",
                "at": moment_words(at, training_session.site.zone) if at else "",
            },
            field="notes",
            code="stale",
        )
    training_session.notes = notes
    training_session.notes_version += 1
    training_session.notes_by, training_session.notes_at = actor, now
    return True
