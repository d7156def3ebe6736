"""Photos of the class: evidence in which people are to be seen, so that staff alone see it (5.2, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sessions.enums import HELD, ClassFileKind, SessionState
from sessions.models import ClassFile, TrainingSession
from sessions.policies import can_run_session
from sessions.services.common import lock_session, require_reason, stands_for
from sessions.services.reported import report_is_in
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import User
from trainingops.records.documents import keep_bytes
from trainingops.records.pictures import JPEG, draw, name_of
from trainingops.records.services import let_go

#: Photos that one sending brings, and that one class has.
MOST_AT_ONCE, MOST = 10, 40


def takes_photos(training_session: TrainingSession) -> bool:
    """Whether photos are added: from its opening until its report is submitted."""
    if training_session.state == SessionState.OPEN:
        return True
    return training_session.state in HELD and not report_is_in(training_session)


@service
def add_photos(
    *, training_session: TrainingSession, photos: Sequence[Any], actor: User, now: datetime
) -> list[ClassFile]:
    """Keep photos of a class, each drawn anew: the place, device and time that the camera noted stay behind.

    A photo that stands there already is left as it is.

    Args:
        photos: uploaded files; all are kept or none.

    Returns:
        the photos that are new.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the class has not begun, was cancelled, or its report is submitted.
        Refused: a file that is no photo, or too many.
    """
    require(can_run_session(actor, training_session))
    drawn = [(name_of(each), draw(each.read(), name=each.name)) for each in photos[: MOST_AT_ONCE + 1]]
    training_session = lock_session(training_session)
    if not takes_photos(training_session):
        raise WrongState(
            _("The session is “%(state)s”; photos are added while it goes on and until its report is submitted.")
            % {"state": training_session.get_state_display()}
        )
    standing = set(training_session.class_files.photos().values_list("file", flat=True))
    if len(photos) > MOST_AT_ONCE or len(standing) + len(photos) > MOST:
        raise Refused(
            _("%(count)d photos are too many: at most %(once)d at once and %(most)d for a class. Choose fewer.")
            % {"count": len(photos), "once": MOST_AT_ONCE, "most": MOST},
            field="photos",
        )
    rows = {}
    for name, picture in drawn:
        stored = keep_bytes(picture.picture, media_type=JPEG, now=now)
        if stored.pk not in standing:
            rows[stored.pk] = ClassFile(
                training_session=training_session,
                kind=ClassFileKind.PHOTO,
                file=stored,
                thumbnail=keep_bytes(picture.thumbnail, media_type=JPEG, now=now),
                file_name=name,
                added_by=actor,
                added_at=now,
            )
    made = ClassFile.objects.bulk_create(list(rows.values()))
    if made:
        record(
            "session.photos_added",
            subject=training_session,
            actor=actor,
            now=now,
            data={
                "photos": [[each.uuid, each.file.sha256] for each in made],
                **stands_for(actor, training_session),
            },
        )
    return made


def can_be_removed(training_session: TrainingSession, added_at: datetime, *, takes: bool) -> bool:
    """Before the class is concluded; a photo that came afterwards, until the report is submitted.

    Args:
        takes: what :func:`takes_photos` says of the class.
    """
    concluded_at = training_session.concluded_at
    return concluded_at is None or (takes and added_at >= concluded_at)


@service
def remove_photo(*, photo: ClassFile, reason: str, actor: User, now: datetime) -> ClassFile:
    """Take a photo out of a class, with the reason: its bytes go unless something else keeps them.

    Who took it out when and why stays in its row.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: it was removed already, or the class is concluded and the photo is part of its record.
        Refused: no reason.
    """
    training_session = lock_session(photo.training_session)
    require(can_run_session(actor, training_session))
    photo = ClassFile.objects.select_for_update(no_key=True, of=("self",)).get(pk=photo.pk)
    photo.training_session = training_session
    if photo.removed_at is not None:
        raise WrongState(_("“%(name)s” was removed already. Reload the page.") % {"name": photo.file_name})
    if not can_be_removed(training_session, photo.added_at, takes=takes_photos(training_session)):
        raise WrongState(
            _("“%(name)s” is part of the record of a concluded class and stays.") % {"name": photo.file_name}
        )
    require_reason(reason)
    photo.removed_by, photo.removed_at, photo.removal_reason = actor, now, reason.strip()
    photo.save(update_fields=["removed_by", "removed_at", "removal_reason"])
    record(
        "session.photo_removed",
        subject=training_session,
        actor=actor,
        now=now,
        data={"photo": photo.uuid, **stands_for(actor, training_session)},
        detail={"reason": reason.strip()},
    )
    let_go(files=[photo.file, photo.thumbnail], actor=actor, now=now)
    return photo
