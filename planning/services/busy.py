"""A batch of an approved plan that becomes busy: the reason is kept, and who approved the plan is told (5.1.1 f)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.content import hash_of
from planning.models import ApprovalDecision, PlannedSession, PlanRevision
from planning.notices import url_of, words_of
from planning.queries.load import Impact, impacts
from planning.queries.plans import holders, local_day
from planning.queries.roster import PlanRoster
from trainingops.audit.journal import record
from trainingops.domain import Refused
from trainingops.notifications.services import notify
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.ui.moments import day_words
from trainingops.ui.stored import stored_day


def settle_busy(
    *, revision: PlanRevision, batch: PlannedSession, roster: PlanRoster, reason: str, actor: User, now: datetime
) -> None:
    """After people came to a batch that has not begun: in a busy interval it needs a reason, as in a draft.

    One that the plan or the batch says already holds; a new one stays with the batch, because the revision is signed,
    and the next revision says it.

    Args:
        roster: of the batch's meetings, with those who came.
        reason: blank keeps what the plan says.

    Raises:
        Refused: a meeting is busy and no reason is written.
    """
    plan = revision.plan
    until = local_day(now, plan.site)
    meetings = list({row.meeting.pk: row.meeting for row in roster.rows}.values())
    busy = [each for each in impacts(revision, meetings, roster=roster, until=until) if each.busy]
    if not busy:
        return
    given = reason.strip() or batch.busy_reason or revision.busy_reason.strip()
    if not given:
        raise Refused(_refusal(busy[0], batch, local_day(busy[0].meeting.starts_at, plan.site)), field="busy_reason")
    if given not in {batch.busy_reason, revision.busy_reason.strip()}:
        batch.busy_reason = given
        batch.save(update_fields=["busy_reason"])
    record(
        "plan.batch_busy",
        subject=revision,
        actor=actor,
        now=now,
        data={"plan": plan.uuid, "session": batch.uuid, "people": busy[0].leaving},
        detail={"reason": given},
    )
    _tell_approver(revision, batch, busy[0], given, actor=actor, now=now)


def _refusal(impact: Impact, batch: PlannedSession, day: date) -> str:
    people = ngettext("%(count)d person off the floor", "%(count)d people off the floor", impact.leaving)
    effect = people % {"count": impact.leaving}
    if impact.level_words:
        effect += ", " + _("service level %(level)s") % {"level": impact.level_words}
    return _("%(batch)s, %(day)s lies in a busy interval: %(effect)s. Write the reason, or choose another batch.") % {
        "batch": batch,
        "day": day_words(day),
        "effect": effect,
    }


def _tell_approver(
    revision: PlanRevision, batch: PlannedSession, impact: Impact, reason: str, *, actor: User, now: datetime
) -> None:
    """Who decided, and the managers of now; once for each batch and reason."""
    plan = revision.plan
    decided = ApprovalDecision.objects.select_related("decided_by").get(revision=revision)
    managers = holders(Role.MANAGER, site=plan.site, line=plan.line, day=local_day(now, plan.site))
    notify(
        kind="plan_batch_busy",
        recipients=[user for user in {decided.decided_by, *managers} if user != actor],
        subject=revision,
        step=f"{batch.uuid.hex[:12]} {hash_of(reason)[:12]}",
        url=url_of(plan),
        params={
            **words_of(plan, actor, revision),
            "batch": batch.label,
            "day": stored_day(local_day(impact.meeting.starts_at, plan.site)),
        },
        now=now,
    )
