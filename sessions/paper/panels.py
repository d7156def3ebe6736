"""What this stage itself puts into the slot of its page of a session: the paper (PRN-3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
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
    met = met.filter(training_session=OuterRef("pk")).values(row=JSONObject(uuid="uuid", starts_at="starts_at"))
    sessions = sessions.annotate(meeting_rows=ArraySubquery(met))
    return {
        each.pk: render_to_string(
            "sessions/paper_panel.html",
            {
                "training_session": each,
                "meetings": [
                    {**row, "starts_at": datetime.fromisoformat(row["starts_at"])} for row in each.meeting_rows
                ],
                "pages": filed[each.pk],
                "may_file": can_handle_paper(user, each),
                "zone": each.site.zone,
            },
        )
        for each in sessions
    }
