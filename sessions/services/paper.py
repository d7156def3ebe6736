"""Printing an attendance list to be signed by hand (PRN-3): ordered, drawn by the PDF worker, let go after a day."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sessions.enums import MeetingState, SessionState
from sessions.models import PaperSheet, SessionMeeting
from sessions.paper.sheet import draw
from sessions.policies import can_handle_paper
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.jobs.wake import wake
from trainingops.people.models import User
from trainingops.records.numbers import new_code, next_number

log = logging.getLogger(__name__)

#: Prefix of the number of a print.
PREFIX = "DHK"
MOST_SPARE_ROWS = 40
#: How long the PDF of a print is kept, and when the sweep looks for one that nobody has drawn.
KEPT_FOR, OVERLOOKED = timedelta(hours=24), timedelta(seconds=20)


@service
def print_sheet(*, meeting: SessionMeeting, filled: bool, spare_rows: int, actor: User, now: datetime) -> PaperSheet:
    """Order a print of the attendance list of a meeting, blank or with what is recorded so far.

    Raises:
        NotAllowed: somebody who does not handle the paper of this session.
        WrongState: the meeting was cancelled.
        Refused: more empty rows than a list takes.
    """
    training_session = meeting.training_session
    require(can_handle_paper(actor, training_session))
    if meeting.state == MeetingState.CANCELLED or training_session.state == SessionState.CANCELLED:
        raise WrongState(_("This meeting was cancelled, so there is no attendance list to print."))
    if not 0 <= spare_rows <= MOST_SPARE_ROWS:
        raise Refused(
            _("%(given)d empty rows are not possible. Give 0 to %(most)d.")
            % {"given": spare_rows, "most": MOST_SPARE_ROWS},
            field="spare_rows",
        )
    year = timezone.localdate(now, training_session.site.zone).year
    sheet = PaperSheet.objects.create(
        meeting=meeting,
        number=next_number(PREFIX, year),
        code=new_code(),
        filled=filled,
        spare_rows=spare_rows,
        printed_by=actor,
        printed_at=now,
    )
    record(
        "sheet.printed",
        subject=sheet,
        actor=actor,
        now=now,
        data={"number": sheet.number, "meeting": meeting.uuid, "filled": filled, "spare_rows": spare_rows},
    )
    from sessions.tasks import draw_sheet

    wake(draw_sheet, sheet.pk)
    return sheet


def draw_print(*, sheet_id: int) -> None:
    """Draw a print that has no PDF yet; done twice it is done once. What goes wrong stands on its page."""
    rows = ("plan__pic", "site", "line", "module_version__module", "planned__room", "revision")
    sheet = (
        PaperSheet.objects.select_related("printed_by", *(f"meeting__training_session__{each}" for each in rows))
        .filter(pk=sheet_id, pdf=None)
        .first()
    )
    if sheet is None:
        return
    undrawn = PaperSheet.objects.filter(pk=sheet_id, pdf=None)
    try:
        pdf = draw(sheet)
    except Exception as error:
        log.exception("print %s failed", sheet.number)
        undrawn.update(error=f"{type(error).__name__}: {error}"[:2000])
    else:
        undrawn.update(pdf=pdf, error="")


def undrawn_prints(*, now: datetime) -> list[int]:
    """Keys of prints that no worker has drawn although it is a while that they were ordered."""
    late = Q(printed_at__lt=now - OVERLOOKED, printed_at__gt=now - KEPT_FOR)
    return list(PaperSheet.objects.filter(late, pdf=None, error="").values_list("pk", flat=True)[:50])


def let_prints_go(*, now: datetime) -> int:
    """Drop the PDFs of yesterday's prints, names and all; the rows stay, so that their codes still lead home."""
    return PaperSheet.objects.filter(printed_at__lte=now - KEPT_FOR).exclude(pdf=None).update(pdf=None)
