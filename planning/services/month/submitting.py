"""Submit many drafts by one sending: those that are complete; the manager decides on each alone (4.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from planning.completeness import Snapshot, check
from planning.queries.load import impacts
from planning.queries.plans import local_day
from planning.queries.roster import rosters_of
from planning.queries.traffic import LineLoad, load_ahead
from planning.services.approval import Incomplete, submit_revision
from planning.services.month.changing import Draft, drafts_of, locked
from trainingops.audit.journal import service
from trainingops.domain import NotAllowed, Refused
from trainingops.people.models import User


def try_submission(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Note at each draft what it lacks: by item and how to mend it. One query, and one a service line."""
    able = [(draft, draft.revision) for draft in drafts if draft.revision and not draft.reasons]
    rosters = rosters_of([revision for _draft, revision in able])
    loads: dict[int, LineLoad] = {}
    for draft, revision in able:
        plan = draft.plan
        if plan.line_id not in loads:
            loads[plan.line_id] = load_ahead(site=plan.site, line=plan.line, today=local_day(now, plan.site))
        snapshot: Any = Snapshot(revision, now)
        snapshot.roster = rosters[revision.pk]
        snapshot.impacts = impacts(
            revision,
            snapshot.meetings,
            known=loads[plan.line_id],
            roster=snapshot.roster,
            until=local_day(now, plan.site),
        )
        draft.reasons += [f"{item.label}: {item.gap}" for item in check(snapshot) if not item.complete]


@service
def submit_drafts(*, plans: Collection[UUID], actor: User, now: datetime) -> list[Draft]:
    """Submit every draft that is complete, each as :func:`~planning.services.approval.submit_revision` alone would.

    Returns:
        All of them; those that were not submitted say what is missing.

    Raises:
        Refused: nothing is chosen, too many plans, or none is complete.
    """
    drafts = drafts_of(locked(plans), actor=actor, now=now)
    for draft in drafts:
        if draft.revision and not draft.reasons:
            draft.reasons += _submit(draft, actor=actor, now=now)
    if all(draft.reasons for draft in drafts):
        raise Refused(_("None of the plans can be submitted. What is missing stands beside them."))
    return drafts


def _submit(draft: Draft, *, actor: User, now: datetime) -> list[str]:
    """Submit one; what it lacks, in words, leaves nothing of it written."""
    assert draft.revision is not None
    try:
        submit_revision(revision=draft.revision, actor=actor, now=now)
    except Incomplete as incomplete:
        return [f"{item.label}: {item.gap}" for item in incomplete.items]
    except (Refused, NotAllowed) as refused:
        return [str(refused)]
    return []
