"""What the PIC copies into a group: a reminder before a meeting, and who is not here yet (NTF-6).

Nothing is sent from here, and the link asks to sign in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from sessions.enums import MeetingState
from trainingops.ui.moments import moment_words

if TYPE_CHECKING:
    from sessions.models import SessionMeeting


def group_text(meeting: SessionMeeting, blank: Sequence[str]) -> str:
    """The text for the group of a meeting that is planned or under way; empty where there is nothing to say.

    Args:
        meeting: with its session's plan, site and room.
        blank: the names of those whose attendance is not recorded.
    """
    training_session = meeting.training_session
    said = {"title": training_session.plan.title}
    if meeting.state == MeetingState.PLANNED:
        head, names = _("Reminder: %(title)s") % said, []
    elif meeting.state == MeetingState.OPEN and blank:
        head, names = _("Not here yet: %(title)s") % said, [f"- {name}" for name in blank]
    else:
        return ""
    room = training_session.planned.room
    place = ", ".join(
        filter(None, [training_session.site.name, room.name if room else "", training_session.planned.link])
    )
    starts = moment_words(meeting.starts_at, training_session.site.zone, "weekday")
    return "\n".join([head, starts, place, *names, urljoin(settings.BASE_URL, reverse("my_trainings"))])
