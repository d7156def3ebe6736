"""The six stages of clause 2.2, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluation.enums import ActionState, ReviewState
from planning.enums import PlanState
from reporting.enums import ObligationState
from sessions.enums import HELD, SessionState
from trainingops.dashboard.timeline.story import Story


@dataclass(frozen=True)
class Stage:
    """One of the six stages of clause 2.2: done, going on, or not begun; ``note`` says how far."""

    name: str
    clause: str
    done: bool
    now: bool
    note: str


def stages(story: Story) -> list[Stage]:
    """The stages that clause 2.2 names, in order; the first that is not done is the present one."""
    parts = [
        _preparation(story),
        _execution(story),
        _monitoring(story),
        _reporting(story),
        _evaluation(story),
        _improvement(story),
    ]
    present = next((index for index, (_n, _c, done, _w) in enumerate(parts) if not done), None)
    return [
        Stage(name, clause, done, index == present and story.plan.state != PlanState.CANCELLED, note)
        for index, (name, clause, done, note) in enumerate(parts)
    ]


_Part = tuple[str, str, bool, str]


def _preparation(story: Story) -> _Part:
    approved = next((each for each in story.revisions if each.pk == story.plan.approved_revision_id), None)
    if approved is None:
        return _("Preparation"), "5.1", False, story.plan.get_state_display()
    return _("Preparation"), "5.1", True, _("revision %(number)d approved") % {"number": approved.number}


def _execution(story: Story) -> _Part:
    due = [each for each in story.sessions if each.state != SessionState.CANCELLED]
    held = [each for each in due if each.state in HELD]
    note = _("%(done)d of %(total)d sessions") % {"done": len(held), "total": len(due)}
    return _("Execution"), "5.2", bool(due) and len(held) == len(due), note


def _monitoring(story: Story) -> _Part:
    counts = story.outcomes
    note = _("%(done)d of %(total)d trained") % {"done": counts["trained"], "total": counts["targeted"]}
    return _("Monitoring"), "5.3.1", bool(counts["targeted"]) and not counts["outstanding"], note


def _reporting(story: Story) -> _Part:
    owed = [each.obligation for each in story.sessions if hasattr(each, "obligation")]
    owed = [each for each in owed if each.state != ObligationState.VOID]
    sent = [each for each in owed if each.state == ObligationState.SUBMITTED]
    note = _("%(done)d of %(total)d reports") % {"done": len(sent), "total": len(owed)}
    return _("Reporting"), "5.3.2", bool(owed) and len(sent) == len(owed), note


def _evaluation(story: Story) -> _Part:
    reviews = story.rows["reviews"]
    if not reviews:
        return _("Evaluation"), "5.4", False, _("no review yet")
    last = reviews[-1]
    done = last["state"] in (ReviewState.APPROVED, ReviewState.CLOSED)
    return _("Evaluation"), "5.4", done, str(ReviewState(last["state"]).label)


def _improvement(story: Story) -> _Part:
    actions = story.rows["actions"]
    effective = [each for each in actions if each["state"] == ActionState.EFFECTIVE]
    closed = story.plan.state == PlanState.CLOSED
    note = _("%(done)d of %(total)d actions effective") % {"done": len(effective), "total": len(actions)}
    return _("Improvement"), "4.4", closed and len(effective) == len(actions), note
