"""What this stage shows on the pages of the stages below: where the H+1 report of a session or a plan stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.enums import ObligationState
from reporting.models import ReportObligation, TrainingRecap
from reporting.wording import due_standing, report_standing
from trainingops.notifications.states import register_state
from trainingops.ui.panels import register_provider


def register_panels() -> None:
    """Fill the slots of the lower stages; called when the app starts."""
    register_provider("sessions.session", session_panels)
    register_provider("planning.plan", plan_lines)
    register_state(ReportObligation, gettext_lazy("Report"), _standing, ReportObligation.objects.visible_to)


def _standing(obligation: ReportObligation) -> tuple[str, str]:
    """For the notices about an obligation."""
    due = due_standing(obligation, timezone.now())
    return due.kind, due.word


def session_panels(ids: list[int], user: Any) -> dict[int, SafeString]:
    """A panel for each session whose obligation the user sees: one query."""
    now = timezone.now()
    obligations = (
        ReportObligation.objects.visible_to(user)
        .filter(training_session__in=ids)
        .select_related("report", "training_session")
    )
    return {
        each.training_session_id: render_to_string(
            "reporting/session_panel.html",
            {"obligation": each, "due": due_standing(each, now), "report_standing": report_standing(each)},
        )
        for each in obligations
    }


def plan_lines(ids: list[UUID], user: Any) -> dict[UUID, SafeString]:
    """How many of a plan's reports are in, and the way to its latest recap: one query."""
    recaps = TrainingRecap.objects.visible_to(user).filter(plan=OuterRef("training_session__plan")).order_by("-number")
    rows = (
        ReportObligation.objects.visible_to(user)
        .filter(training_session__plan__uuid__in=ids)
        .exclude(state=ObligationState.VOID)
        .order_by()
        .annotate(recap=Subquery(recaps.values("uuid")[:1]))
        .values_list("training_session__plan__uuid", "recap")
        .annotate(owed=Count("pk"), sent=Count("pk", filter=Q(state=ObligationState.SUBMITTED)))
    )
    return {plan: _plan_line(recap, owed, sent) for plan, recap, owed, sent in rows}


def _plan_line(recap: UUID | None, owed: int, sent: int) -> SafeString:
    words = format_html("<span>{}</span>", _("H+1 reports: %(sent)d of %(owed)d in") % {"sent": sent, "owed": owed})
    if recap is None:
        return words
    return format_html('{} <a href="{}">{}</a>', words, reverse("recap_detail", args=[recap]), _("Recap"))
