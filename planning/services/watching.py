"""What the roster did to trainings that are approved: their PIC is told (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse

from planning.enums import PlanState
from planning.models import PlannedMeeting, PlanRevision
from planning.notices import words_of
from planning.queries.roster import TargetAtMeeting, people_in, rosters_of
from trainingops.audit.journal import canonical, digest, service
from trainingops.notifications.services import notify

#: A roster is kept a month ahead; what lies further away may still change often.
AHEAD = timedelta(days=31)


def tell_of_roster_changes(*, now: datetime) -> int:
    """Tell each PIC of whom the roster of now takes out of an approved meeting ahead; once for each such state.

    Approval required that nobody was outside their shift without an order, so this came after it.

    Returns:
        how many plans somebody stands outside of.
    """
    meetings = PlannedMeeting.objects.filter(starts_at__gt=now, starts_at__lte=now + AHEAD)
    revisions = (
        PlanRevision.objects.filter(
            approved_for__state__in=[PlanState.APPROVED, PlanState.UNDER_WAY],
            sessions__meetings__in=meetings,
        )
        .select_related("plan__site", "plan__pic")
        .prefetch_related("sessions__meetings")
        .distinct()
        .order_by("pk")
    )
    found = list(revisions)
    rosters = rosters_of(found)
    told = 0
    for revision in found:
        outside = [
            row
            for row in rosters[revision.pk].rows
            if row.meeting.starts_at > now and (row.standing.is_absent or row.awaits_order)
        ]
        if outside:
            _tell(revision, outside, now=now)
            told += 1
    return told


@service
def _tell(revision: PlanRevision, outside: Sequence[TargetAtMeeting], *, now: datetime) -> None:
    plan = revision.plan
    state = sorted([row.person, str(row.meeting.uuid), str(row.standing.presence)] for row in outside)
    notify(
        kind="plan_roster_changed",
        recipients=[plan.pic],
        subject=revision,
        step=digest(canonical(state)).hex()[:12],
        url=reverse("plan_roster", args=[plan.uuid]),
        params={**words_of(plan, "", revision), "people": people_in(outside)},
        now=now,
    )
