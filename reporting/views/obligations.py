"""The deadline board and the page of one obligation (DLN-1 to DLN-6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Max, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from planning.policies.plans import can_edit_plan, can_hand_over
from planning.services.handing_over import OVER
from reporting import policies, services
from reporting.delivery import delivery_of, with_delivery
from reporting.enums import ChangeCause, ObligationState
from reporting.filters import STATES, ObligationFilter, state_counts, state_filters
from reporting.models import ReportObligation, ReportObligationQuerySet
from reporting.offices import can_be_reached
from reporting.queries import rule_of, told_about
from reporting.services.recipients import Owed
from reporting.services.watching import lost_before_sending
from reporting.wording import (
    counting_steps,
    due_standing,
    filed_late_words,
    party_words,
    reason_of,
    report_standing,
    telling_times,
    unreached_words,
)
from sessions.enums import HELD
from sessions.models import TrainingSession
from trainingops.domain import Refused
from trainingops.notifications.registry import get_kind
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.ui.exports import workbook_response

PER_PAGE = 50


def _rows() -> ReportObligationQuerySet:
    """With ``ended_at``: when the last meeting of a session that was held really ended."""
    held = TrainingSession.objects.filter(pk=OuterRef("training_session"), state__in=HELD)
    rows = ReportObligation.objects.select_related(
        "owner__person", "report", "training_session__plan", "training_session__site", "training_session__line"
    )
    return rows.annotate(ended_at=Subquery(held.annotate(at=Max("meetings__actual_ends_at")).values("at")))


def _chosen_state(request: SignedInRequest) -> str:
    known = [name for name, *_rest in STATES]
    chosen = request.GET.get("state", known[0])
    return chosen if chosen in known else known[0]


def obligation_list(request: SignedInRequest) -> HttpResponse:
    """The board: what is owed, how near it is, and how that was counted."""
    user, now = request.user, request.now
    filtered = ObligationFilter(request.GET, queryset=_rows().visible_to(user))
    chosen = _chosen_state(request)
    counts = state_counts(filtered.qs, now)
    shown = with_delivery(filtered.qs.filter(state_filters(now)[chosen]), now=now)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/obligation_list.html",
        {
            "title": _("H+1 deadlines"),
            "filter": filtered,
            "states": [(name, word, kind, icon, counts[name]) for name, word, kind, icon in STATES],
            "chosen": chosen,
            "has_any": bool(counts["all"]),
            "page_obj": page,
            "rows": [_row(each, user, now) for each in page],
        },
        status=200 if filtered.is_valid() else 422,
    )


def _row(obligation: ReportObligation, user: User, now: datetime) -> dict[str, Any]:
    due = due_standing(obligation, now)
    is_pending = obligation.state == ObligationState.PENDING
    urgent = is_pending and due.kind in ("late", "warn")
    return {
        "obligation": obligation,
        "session": obligation.training_session,
        "due": due,
        "report": report_standing(obligation),
        "unreached": unreached_words(obligation),
        "lost": ", ".join(map(party_words, obligation.parties_told)) if is_pending else "",
        "steps": counting_steps(
            obligation.explanation,
            timezone.get_current_timezone(),
            ended_at=obligation.ended_at,  # type: ignore[attr-defined]
        ),
        "can_remind": urgent and policies.can_remind(user, obligation) and _other(obligation.owner, user),
    }


def _other(owner: User, user: User) -> bool:
    """Whether the owner is somebody else who can be told."""
    return owner.pk != user.pk and can_be_reached(owner)


def obligation_export(request: SignedInRequest) -> HttpResponse:
    """Exactly what the board shows, as a workbook (EXP-1); a filter that cannot be read is answered by the board."""
    user, now = request.user, request.now
    filtered = ObligationFilter(request.GET, queryset=_rows().visible_to(user))
    if not filtered.is_valid():
        return obligation_list(request)
    rows = with_delivery(filtered.qs.filter(state_filters(now)[_chosen_state(request)]), now=now)
    head = [
        _("Due"),
        _("Standing"),
        _("Training"),
        _("Batch"),
        _("Number"),
        _("Site"),
        _("Time zone"),
        _("Service line"),
        _("PIC"),
        _("Last end"),
        _("Report"),
        pgettext("report", "Submitted"),
        _("Breach"),
        _("Not delivered to"),
    ]
    return workbook_response(
        head,
        (
            [
                each.last_minute.astimezone(each.zone),
                due_standing(each, now).word,
                each.training_session.plan.title,
                each.training_session.label,
                each.training_session.number,
                each.training_session.site.name,
                each.zone_word,
                each.training_session.line.name,
                each.owner.name,
                each.last_end.astimezone(each.zone),
                report_standing(each).word,
                each.submitted_at and each.submitted_at.astimezone(each.zone),
                each.breached_at and each.breached_at.astimezone(each.zone),
                unreached_words(each),
            ]
            for each in rows
        ),
        name=_("deadlines"),
    )


def obligation_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One obligation: due time, how it was counted, what moved it, what became of it."""
    user, now = request.user, request.now
    obligation = get_object_or_404(_rows().visible_to(user).select_related("submitted_by", "policy"), uuid=uuid)
    reader = timezone.get_current_timezone()
    is_pending = obligation.state == ObligationState.PENDING
    can_remind = is_pending and policies.can_remind(user, obligation) and _other(obligation.owner, user)
    plan = obligation.training_session.plan
    return render(
        request,
        "reporting/obligation_detail.html",
        {
            "title": obligation.training_session.plan.title,
            "obligation": obligation,
            "session": obligation.training_session,
            "due": due_standing(obligation, now),
            "report_standing": report_standing(obligation),
            "steps": [
                *counting_steps(obligation.explanation, reader, ended_at=obligation.ended_at),  # type: ignore[attr-defined]
                *filed_late_words(obligation),
            ],
            "changes": [
                (each, reason_of(each), counting_steps(each.explanation, reader))
                for each in obligation.changes.select_related("actor").exclude(
                    cause__in=(ChangeCause.POLICY, ChangeCause.DAY_OFF), old_due_at=F("new_due_at")
                )
            ],
            "unreached": unreached_words(delivery_of(obligation, now=now)),
            "lost": _lost(obligation, now) if is_pending else [],
            "may_adjust": can_edit_plan(user, plan),
            "told": [(each, get_kind(each.kind).label) for each in told_about(obligation)],
            "telling": telling_times(obligation, rule_of(obligation)) if is_pending else [],
            "is_overdue": is_pending and now >= obligation.due_at,
            "can_remind": can_remind,
            "owner_closed": is_pending and not can_be_reached(obligation.owner),
            "may_hand_over": plan.state not in OVER and can_hand_over(user, plan),
        },
    )


def _lost(obligation: ReportObligation, now: datetime) -> list[Owed]:
    """The parties that nobody of the plan stands for any more, each with who would receive the report instead."""
    one = ReportObligation.objects.filter(pk=obligation.pk)
    return [party for _each, parties in lost_before_sending(one, now=now) for party in parties]


def obligation_remind(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Remind the PIC with one click."""
    obligation = get_object_or_404(_rows().visible_to(request.user), uuid=uuid)
    try:
        services.remind_owner(obligation=obligation, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(name)s was reminded.") % {"name": obligation.owner.name})
    return redirect("obligation_detail", uuid=uuid)
