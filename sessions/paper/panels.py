"""What this stage itself puts into the slot of its page of a session: the paper (PRN-3)."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from sessions.enums import MeetingState
from sessions.models import ScanPage, SessionMeeting, TrainingSession
from sessions.policies import can_handle_paper
from sessions.queries.paper import filed_pages


def paper_panels(ids: list[int], user: Any) -> dict[int, SafeString]:
    """Lists to print and scans that were filed, of each session."""
    filed: dict[int, list[ScanPage]] = {key: [] for key in ids}
    for page in filed_pages(ids):
        filed[page.training_session_id or 0].append(page)
    met = SessionMeeting.objects.exclude(state=MeetingState.CANCELLED).order_by("starts_at")
    sessions = TrainingSession.objects.filter(pk__in=ids).select_related("site", "plan")
    sessions = sessions.prefetch_related(Prefetch("meetings", met))
    return {
        each.pk: render_to_string(
            "sessions/paper_panel.html",
            {
                "training_session": each,
                "meetings": each.meetings.all(),
                "pages": filed[each.pk],
                "may_file": can_handle_paper(user, each),
                "zone": each.site.zone,
            },
        )
        for each in sessions
    }
