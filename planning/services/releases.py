"""Konfirmasi pelepasan agent: asked with the approval, answered by the team leader, reminded (5.1.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext as _

from planning.content import hash_of
from planning.enums import ANSWERED_IN, RELEASE_TRANSITIONS, PlanState, ReleaseState
from planning.models import PlanRevision, PlanTarget, ReleaseConfirmation
from planning.notices import url_of, words_of
from planning.policies.plans import can_answer_release
from planning.queries.releases import SHOWN, about_release, agents_of, other_agents, withdrawn_words
from planning.services.plans import locked_plan
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_state, require_transition
from trainingops.notifications.models import Notice
from trainingops.notifications.services import notify
from trainingops.people.models import PersonAssignment, Team, User
from trainingops.people.queries import in_force
from trainingops.people.working import is_working
from trainingops.ui.shown import Shown, require_shown

#: Leaders who have not answered are reminded from three days before the session.
REMINDED_BEFORE = timedelta(days=3)


@service
def renew_releases(*, revision: PlanRevision, actor: User, now: datetime) -> int:
    """Ask for what the approved revision needs now: who is asked for the same times and people keeps their answer.

    Called with the approval and when a target changes its batch; returns how many leaders' teams were asked. The PIC
    is told of a team without a leader who could answer.
    """
    wanted = _wanted(revision)
    standing = {
        (row.planned_session.uuid, row.team_id): row
        for row in ReleaseConfirmation.with_withdrawn.filter(plan=revision.plan).select_related("planned_session")
    }
    asked, waiting = [], set()
    for key, (planned, team, content_hash) in wanted.items():
        row = standing.pop(key, None) or ReleaseConfirmation(plan=revision.plan, team=team)
        row.planned_session = planned
        if row.content_hash != content_hash or row.withdrawn_at:
            if row.pk and row.state == ReleaseState.ASKED and not row.withdrawn_at:
                waiting.add(row.uuid)
            row.content_hash, row.asked_at, row.withdrawn_at = content_hash, now, None
            row.state, row.reason, row.answered_by, row.answered_at = ReleaseState.ASKED, "", None, None
            asked.append(row)
        row.save()
    unneeded = [row.pk for row in standing.values()]
    ReleaseConfirmation.objects.filter(pk__in=unneeded).update(withdrawn_at=now)
    _tell_asked(asked, waiting, pic=revision.plan.pic, now=now)
    if asked:
        data = {"plan": revision.plan.uuid, "teams": sorted(str(row.team.uuid) for row in asked)}
        record("release.asked", subject=revision, actor=actor, now=now, data=data)
    return len(asked)


def _tell_asked(asked: Sequence[ReleaseConfirmation], waiting: Collection[UUID], *, pic: User, now: datetime) -> None:
    """Tell the leaders, or the PIC of a team without any.

    Args:
        waiting: those that waited for an answer before: who has a notice of it unread is not told again, because its
            page shows what is asked now.
    """
    unread = set(
        Notice.objects.unread().filter(kind="release_asked", subject__in=waiting).values_list("subject", "recipient")
    )
    for row in asked:
        leaders, step = _leaders(row), f"{row.content_hash[:12]} {now:%Y-%m-%dT%H:%M:%S}"
        untold = [user for user in leaders if (row.uuid, user.pk) not in unread]
        _tell("release_asked", row, untold, pic, now=now, step=step)
        if not leaders:
            _tell("release_unasked", row, [pic], pic, now=now, step=step)


def _wanted(revision: PlanRevision) -> dict[tuple[Any, int], tuple[Any, Team, str]]:
    """For each session and team of its targets: the session, the team, and the hash of times and people."""
    people: dict[tuple[Any, int], list[str]] = {}
    rows: dict[tuple[Any, int], tuple[Any, Team]] = {}
    for planned in revision.sessions.select_related("host_site").prefetch_related("meetings"):
        meetings = list(planned.meetings.all())
        day = min(each.starts_at for each in meetings).astimezone(planned.host_site.zone).date()
        targets = PlanTarget.objects.filter(planned_session=planned).values("person")
        places = PersonAssignment.objects.filter(in_force(day), person__in=targets, team__isnull=False)
        times = "|".join(f"{each.starts_at.isoformat()}/{each.ends_at.isoformat()}" for each in meetings)
        for place in places.select_related("person", "team"):
            assert place.team is not None
            key = (planned.uuid, place.team.pk)
            rows[key] = (planned, place.team)
            people.setdefault(key, [times]).append(str(place.person.uuid))
    return {
        key: (planned, team, hash_of("|".join([people[key][0], *sorted(people[key][1:])])))
        for key, (planned, team) in rows.items()
    }


@service
def answer_release(
    *,
    release: ReleaseConfirmation,
    to: str,
    actor: User,
    now: datetime,
    reason: str = "",
    shown: Shown | None = None,
) -> ReleaseConfirmation:
    """The leader confirms the release of their agents, or asks for another batch with the reason.

    The PIC answers the latter by moving the targets (:func:`planning.services.adjusting.adjust_target`).

    Args:
        shown: what the page had before the leader (:func:`trainingops.ui.shown.shown_by`).

    Raises:
        NotAllowed: no leader of that team.
        WrongState: the answer is given already, the plan is cancelled or over, or no agent of the team is needed.
        StaleVersion: the agents, times or place are not those shown any more.
        Refused: the session has begun, or another batch without a reason.
    """
    plan = locked_plan(release.plan)
    release = (
        ReleaseConfirmation.with_withdrawn.select_for_update(no_key=True, of=("self",))
        .select_related("plan__pic", "team", "planned_session__host_site", "planned_session__room")
        .prefetch_related("planned_session__meetings")
        .get(pk=release.pk)
    )
    require(can_answer_release(actor, release), _("Only the leader of this team answers for its agents."))
    require_state(plan, *ANSWERED_IN)
    if release.withdrawn_at:
        raise WrongState(withdrawn_words(release))
    require_transition(release, to, RELEASE_TRANSITIONS)
    if min(each.starts_at for each in release.planned_session.meetings.all()) <= now:
        raise Refused(_("%(batch)s has begun. Attendance says who came.") % {"batch": release.planned_session})
    _require_shown(release, shown)
    if to == ReleaseState.OTHER_BATCH and not reason.strip():
        raise Refused(_("The reason is blank. Write why this time does not fit."), field="reason")
    release.state, release.reason = to, reason.strip() if to == ReleaseState.OTHER_BATCH else ""
    release.answered_by, release.answered_at = actor, now
    release.save()
    if to == ReleaseState.OTHER_BATCH:
        notify(
            kind="release_other_batch",
            recipients=[plan.pic],
            subject=release,
            step=f"{now:%Y-%m-%dT%H:%M}",
            url=url_of(plan),
            params={**words_of(plan, actor), "team": release.team.name},
            now=now,
        )
    record(
        f"release.{to}",
        subject=release,
        actor=actor,
        now=now,
        data={"plan": plan.uuid, "team": release.team.uuid, "session": release.planned_session.uuid},
        detail={"reason": release.reason} if release.reason else None,
    )
    return release


def _require_shown(release: ReleaseConfirmation, shown: Shown | None) -> None:
    """The leader answers for the agents, times and place that the page showed (5.1.1)."""
    if shown is None:
        return
    about = about_release(release, agents_of(release))
    who = "agents" in shown and other_agents(shown["agents"], about["agents"])
    require_shown(shown, about, {**SHOWN, "agents": who} if who else SHOWN)


def remind_leaders(*, now: datetime) -> int:
    """Remind leaders who have not answered, once, in their working hours (DLN-3); how many teams that was."""
    soon = list(
        ReleaseConfirmation.objects.filter(
            state=ReleaseState.ASKED, plan__state__in=[PlanState.APPROVED, PlanState.UNDER_WAY]
        )
        .annotate(begins=Min("planned_session__meetings__starts_at"))
        .filter(begins__gt=now, begins__lte=now + REMINDED_BEFORE)
        .select_related("plan__pic", "team")
    )
    told = set(
        Notice.objects.filter(kind="release_reminder", subject__in=[each.uuid for each in soon]).values_list(
            "subject", "step", "recipient"
        )
    )
    return sum(_remind(each, told, now=now) for each in soon)


@service
def _remind(release: ReleaseConfirmation, told: set[tuple[Any, str, int]], *, now: datetime) -> bool:
    step = release.content_hash[:12]
    wanted = [user for user in _leaders(release) if (release.uuid, step, user.pk) not in told and is_working(user, now)]
    if not wanted:
        return False
    _tell("release_reminder", release, wanted, release.plan.pic, now=now, step=step)
    record("release.reminded", subject=release, actor=None, now=now, data={"people": len(wanted)})
    return True


def _leaders(release: ReleaseConfirmation) -> list[User]:
    return list(User.objects.filter(is_active=True, person__led_teams=release.team))


def _tell(kind: str, release: ReleaseConfirmation, people: list[User], who: User, *, now: datetime, step: str) -> None:
    notify(
        kind=kind,
        recipients=people,
        subject=release,
        step=step,
        url=reverse("release_detail", args=[release.uuid]),
        params={**words_of(release.plan, who), "team": release.team.name},
        now=now,
    )
