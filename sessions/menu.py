"""The menu of the execution stage (chapters 5.2 and 5.3.1), its count, and what higher stages show on its pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sessions.panels import participant_panels, register_states
from sessions.policies import can_upload_scans
from sessions.queries.corrections import corrections_to_decide
from sessions.queries.pages import open_cases
from sessions.queries.paper import waiting_pages
from sessions.queries.testing import answers_to_mark
from trainingops.people.enums import Role
from trainingops.ui.navigation import NavItem, register_counts
from trainingops.ui.navigation import register as register_items
from trainingops.ui.panels import register_provider, register_slot


def register() -> None:
    """Make menu and slots known; called when the app starts."""
    register_items(
        NavItem(
            "start",
            _("My trainings"),
            "my_trainings",
            "book",
            order=30,
            low=True,
            low_for=frozenset({Role.AGENT}),
            area=("my_trainings", "test_", "survey_answer", "survey_done", "my_competence"),
        ),
        NavItem(
            "5.2",
            _("Sessions & attendance"),
            "session_list",
            "people",
            order=10,
            low=True,
            short=_("Sessions"),
            area=("session_", "meeting_"),
        ),
        NavItem(
            "5.2",
            "Recovery",
            "recovery_list",
            "recover",
            order=20,
            count_key="recovery",
            area=("recovery_", "case_"),
        ),
        NavItem(
            "5.2", _("Mark short answers"), "marking_queue", "edit", order=15, count_key="marking", area=("marking_",)
        ),
        NavItem("5.2", _("Archive scans"), "scan_list", "upload", order=40, count_key="scans", area=("scan_",)),
        NavItem(
            "5.2",
            _("Corrections"),
            "correction_list",
            "undo",
            order=25,
            count_key="corrections",
            area=("correction_", "attendance_correct"),
        ),
        NavItem("5.2", _("Deviations"), "deviation_list", "flag", order=30, area=("deviation_",)),
        NavItem("5.2", _("Reaction surveys"), "survey_list", "chart", order=40, area=("survey_list", "survey_result")),
    )
    register_counts(_counts)
    register_slot("sessions.case", "ids of remedials that are over; what the stages above say about each, a panel")
    register_slot("sessions.session", "training session ids; what the stages above say about a session, a panel each")
    register_provider("sessions.session", participant_panels)
    register_states()


def _counts(request: HttpRequest) -> dict[str, QuerySet[Any]]:
    if not request.user.is_authenticated:
        return {}
    counts: dict[str, QuerySet[Any]] = {}
    if request.user.authority.has("trainer", "sso_training"):
        counts["recovery"] = open_cases(request.user)
        counts["marking"] = answers_to_mark(request.user)
        counts["corrections"] = corrections_to_decide(request.user)
    if can_upload_scans(request.user):
        counts["scans"] = waiting_pages(request.user)
    return counts
