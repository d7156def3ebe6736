"""The page for the projector: QR code, code, and how many have come (ATT-1, ATT-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from sessions.codes import WINDOW, code_at
from sessions.models import SessionMeeting
from sessions.policies import can_run_session
from sessions.queries.check_in import code_key, come_so_far
from sessions.services.check_in import why_closed
from sessions.views.sessions import visible_meeting
from trainingops.people.http import SignedInRequest
from trainingops.ui.views import render_part

#: Seconds between two looks at the server: the screen is never more than this behind it.
EVERY = 5


@never_cache
def meeting_kiosk(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The code as the server's clock has it, renewed by the server: the laptop's clock does not matter."""
    meeting = visible_meeting(request, uuid)
    training_session = meeting.training_session
    if not can_run_session(request.user, training_session):
        raise PermissionDenied(_("The check-in screen is shown by the PIC or the executing trainer."))
    here, enrolled = come_so_far(meeting)
    context = {
        "meeting": meeting,
        "training_session": training_session,
        "zone": training_session.site.zone,
        "here": here,
        "enrolled": enrolled,
        "every": EVERY,
        "seconds": int(WINDOW.total_seconds()),
        "why": why_closed(meeting, request.now),
        **_code(request, meeting),
    }
    if (look := request.GET.get("look")) in ("light", "dark"):
        context["theme"] = look
    return render_part(request, "sessions/kiosk.html", "sessions/kiosk_now.html", context)


def _code(request: SignedInRequest, meeting: SessionMeeting) -> dict[str, Any]:
    """The code in two halves, the short address, and the QR code that holds both."""
    code = code_at(code_key(), meeting.uuid, request.now)
    scanned = request.build_absolute_uri(reverse("check_in_scan", args=[code]))
    short = request.build_absolute_uri(reverse("check_in"))
    import segno

    drawn = segno.make(scanned, error="m", micro=False).svg_inline(
        border=0, omitsize=True, dark="#10201a", title=_("QR code to check in")
    )
    return {
        "code": code,
        "halves": (code[:3], code[3:]),
        "short": short.split("://", 1)[1],
        "qr": mark_safe(drawn),
    }
