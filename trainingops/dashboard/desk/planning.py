"""What waits in preparation: plans, coordination, modules (4.1, 5.1, 2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from planning.enums import ModuleState, ReleaseState, RevisionState
from planning.models import PlanRevision
from planning.policies.catalogue import QUESTION_AUTHORS
from planning.policies.plans import can_decide_revision
from trainingops.dashboard.desk.items import AWAITED, ITEMS, Awaited, Item, first_names, provides
from trainingops.dashboard.desk.reading import Desk
from trainingops.dashboard.desk.roles import CONSULTED, TEACHERS
from trainingops.dashboard.plain import Row
from trainingops.people.enums import Role
from trainingops.ui.moments import DueWord, due_word, moment_words


@provides(ITEMS, Role.MANAGER)
def plans_to_approve(desk: Desk) -> Iterable[Item]:
    """Submitted revisions by their start; nobody decides on their own (APR-1, APR-6)."""
    for revision in desk.revisions:
        if revision.state == RevisionState.SUBMITTED and can_decide_revision(desk.user, revision):
            yield Item(
                title=_("Approve the plan: %(title)s") % {"title": revision.plan.title},
                why=_("Revision %(number)d by %(name)s, %(people)s.")
                % {"number": revision.number, "name": revision.submitted_by, "people": _people(revision)}
                + _both_starts(revision),
                url=reverse("plan_approval", args=[revision.uuid]),
                action=_("Review"),
                icon="plan",
                primary=True,
                since=revision.submitted_at,
                **_start(revision, desk.now),
            )


@provides(ITEMS, *TEACHERS)
def plans_to_finish(desk: Desk) -> Iterable[Item]:
    """The reader's own plans that were returned, or that they have not submitted yet."""
    for revision in desk.revisions:
        plan = revision.plan
        if plan.pic_id != desk.user.pk or revision.state == RevisionState.SUBMITTED:
            continue
        returned = revision.state == RevisionState.RETURNED
        title = _("Revise the plan: %(title)s") if returned else _("Finish the plan: %(title)s")
        yield Item(
            title=title % {"title": plan.title},
            why=_("Returned: %(comment)s") % {"comment": revision.decision.comment}
            if returned
            else _("Revision %(number)d is a draft.") % {"number": revision.number},
            url=reverse("plan_detail", args=[plan.uuid]),
            action=_("Revise") if returned else _("Continue"),
            icon="undo" if returned else "edit",
            primary=returned,
            since=revision.decision.decided_at if returned else revision.created_at,
            **_start(revision, desk.now),
        )


@provides(AWAITED, *TEACHERS)
def plans_awaiting_approval(desk: Desk) -> Iterable[Awaited]:
    """What the reader submitted."""
    for revision in desk.revisions:
        if revision.plan.pic_id == desk.user.pk and revision.state == RevisionState.SUBMITTED:
            yield Awaited(
                who=str(Role.MANAGER.label),
                title=_("Decision on the plan: %(title)s") % {"title": revision.plan.title},
                url=reverse("plan_detail", args=[revision.plan.uuid]),
                since=revision.submitted_at,
                **_start(revision, desk.now),
            )


@provides(AWAITED, Role.MANAGER, *TEACHERS)
def answers_of_teams(desk: Desk) -> Iterable[Awaited]:
    """Coordination that the reader asked for and that is not answered (5.1.1 d)."""
    for revision in desk.revisions:
        zone = revision.plan.site.zone
        for party in revision.asked:  # type: ignore[attr-defined]
            yield Awaited(
                who=str(Role(party).label),
                title=_("Coordination on the plan: %(title)s") % {"title": revision.plan.title},
                url=reverse("plan_detail", args=[revision.plan.uuid]),
                due_at=_end_of(revision.answers_due, zone),  # type: ignore[attr-defined]
                zone=zone,
            )


@provides(ITEMS, *CONSULTED)
def coordination_to_answer(desk: Desk) -> Iterable[Item]:
    """The teams answer by a date; silence is not agreement (5.1.1 d)."""
    for row in desk.small["consultations"]:
        zone = ZoneInfo(row["timezone"])
        yield Item(
            title=_("Answer on the plan: %(title)s") % {"title": row["title"]},
            why=_("%(name)s asks for coordination on %(number)s.") % {"name": row["asked_by"], "number": row["number"]},
            url=reverse("consultation_answer", args=[row["uuid"]]),
            action=pgettext("verb", "Answer"),
            icon="talk",
            primary=True,
            due_at=_end_of(row["due_on"], zone),
            zone=zone,
            since=row["asked_at"],
        )


# --- Release of agents and overtime ----------------------------------------------------------------------------


@provides(ITEMS, Role.SSO_TRAINING)
def trainer_requests_to_answer(desk: Desk) -> Iterable[Item]:
    """Who asks SSO Training for a trainer (5.1.1 a)."""
    for row in desk.small["requests"]:
        if row["requested_by_id"] != desk.user.pk:
            zone = ZoneInfo(row["timezone"])
            yield Item(
                title=_("Answer the request for a trainer: %(number)s") % row,
                why=_("%(requested_by)s asks for %(module)s.") % row,
                url=reverse("trainer_request_detail", args=[row["uuid"]]),
                action=pgettext("verb", "Answer"),
                icon="mail",
                due_at=_end_of(row["wanted_on"], zone),
                zone=zone,
                since=row["requested_at"],
            )


@provides(AWAITED, Role.MANAGER, *TEACHERS)
def trainer_requests_awaited(desk: Desk) -> Iterable[Awaited]:
    """What SSO Training has not answered to the reader yet."""
    for row in desk.small["requests"]:
        if row["requested_by_id"] == desk.user.pk:
            zone = ZoneInfo(row["timezone"])
            yield Awaited(
                who=str(Role.SSO_TRAINING.label),
                title=_("Trainer for %(module)s: %(number)s") % row,
                url=reverse("trainer_request_detail", args=[row["uuid"]]),
                due_at=_end_of(row["wanted_on"], zone),
                zone=zone,
                since=row["requested_at"],
            )


@provides(ITEMS, Role.TEAM_LEADER)
def releases_to_confirm(desk: Desk) -> Iterable[Item]:
    """The leader says whether their agents can leave the floor (5.1.1)."""
    for row in desk.small["releases"]:
        if row["team_id"] in desk.led_teams and row["state"] == ReleaseState.ASKED:
            yield Item(
                title=_("Confirm the release: %(title)s, %(batch)s") % row,
                why=_("Agents of %(team)s are on target.") % row,
                url=reverse("release_detail", args=[row["uuid"]]),
                action=pgettext("verb", "Answer"),
                icon="people",
                primary=True,
                due_at=row["begins_at"],
                zone=ZoneInfo(row["timezone"]),
                since=row["asked_at"],
            )


@provides(ITEMS, *TEACHERS)
def other_batches_to_find(desk: Desk) -> Iterable[Item]:
    """The PIC answers a leader who asked for another batch by moving the targets (APR-3)."""
    for row in desk.small["releases"]:
        if row["pic_id"] == desk.user.pk and row["state"] == ReleaseState.OTHER_BATCH:
            yield Item(
                title=_("Find another batch: %(title)s, %(batch)s") % row,
                why=_("%(team)s: %(reason)s") % row,
                url=reverse("plan_adjust", args=[row["plan"]]),
                action=pgettext("verb", "Move"),
                icon="undo",
                primary=True,
                due_at=row["begins_at"],
                zone=ZoneInfo(row["timezone"]),
                since=row["answered_at"],
            )


@provides(AWAITED, *TEACHERS)
def releases_awaited(desk: Desk) -> Iterable[Awaited]:
    """What the leaders owe the PIC, one line for each session."""
    mine = [
        row for row in desk.small["releases"] if row["pic_id"] == desk.user.pk and row["state"] == ReleaseState.ASKED
    ]
    for (plan, batch, begins_at), rows in _by(mine, "plan", "batch", "begins_at"):
        yield Awaited(
            who=", ".join(row["team"] for row in rows),
            title=_("Release of agents: %(title)s, %(batch)s") % {"title": rows[0]["title"], "batch": batch},
            url=reverse("plan_detail", args=[plan]),
            due_at=begins_at,
            zone=ZoneInfo(rows[0]["timezone"]),
            since=min(row["asked_at"] for row in rows),
        )


@provides(ITEMS, Role.AGENT, Role.TEAM_LEADER)
def overtime_to_answer(desk: Desk) -> Iterable[Item]:
    """Overtime takes the agent's own consent (PP 35/2021, article 28)."""
    for row in desk.small["overtime"]:
        if row["person_id"] == desk.user.person_id:
            yield Item(
                title=_("Answer on overtime: %(title)s") % row,
                why=_("Ordered by %(ordered_by)s.") % row,
                url=reverse("overtime_answer", args=[row["uuid"]]),
                action=pgettext("verb", "Answer"),
                icon="clock",
                primary=True,
                due_at=row["starts_at"],
                zone=ZoneInfo(row["timezone"]),
                since=row["entered_at"],
            )


@provides(AWAITED, *TEACHERS)
def consents_awaited(desk: Desk) -> Iterable[Awaited]:
    """The agents who have not answered to the PIC's overtime, one line for each plan."""
    mine = [row for row in desk.small["overtime"] if row["pic_id"] == desk.user.pk]
    for (plan,), rows in _by(mine, "plan"):
        yield Awaited(
            who=first_names([row["person"] for row in rows]),
            title=_("Consent to overtime: %(title)s") % rows[0],
            url=reverse("plan_detail", args=[plan]),
            due_at=rows[0]["starts_at"],
            zone=ZoneInfo(rows[0]["timezone"]),
            since=min(row["entered_at"] for row in rows),
        )


def _by(rows: Iterable[Row], *keys: str) -> Iterable[tuple[tuple[Any, ...], list[Row]]]:
    """Rows with the same values under ``keys``, in the order in which the values first come."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return found.items()


# --- Modules ---------------------------------------------------------------------------------------------------


@provides(ITEMS, Role.MANAGER)
def modules_to_decide(desk: Desk) -> Iterable[Item]:
    """Only an approved version can be planned (2.1)."""
    for row in desk.small["modules"]:
        if row["state"] == ModuleState.SUBMITTED and row["author_id"] != desk.user.pk:
            yield Item(
                title=_("Decide on the module: %(title)s") % {"title": row["title"]},
                why=_("Version %(number)s by %(name)s.") % {"number": row["number"], "name": row["author"]},
                url=reverse("module_version_decide", args=[row["uuid"]]),
                action=_("Review"),
                icon="book",
                since=row["submitted_at"],
            )


@provides(ITEMS, Role.MANAGER, *TEACHERS)
def modules_returned(desk: Desk) -> Iterable[Item]:
    """The reader's own versions that came back."""
    for row in desk.small["modules"]:
        if row["state"] == ModuleState.RETURNED and row["author_id"] == desk.user.pk:
            yield Item(
                title=_("Revise the module: %(title)s") % {"title": row["title"]},
                why=_("Returned: %(comment)s") % {"comment": row["note"]},
                url=reverse("module_detail", args=[row["module"]]),
                action=_("Revise"),
                icon="book",
                since=row["decided_at"],
            )


@provides(AWAITED, Role.MANAGER, *TEACHERS)
def modules_awaiting_decision(desk: Desk) -> Iterable[Awaited]:
    """The reader's own versions that somebody decides on."""
    for row in desk.small["modules"]:
        if row["state"] == ModuleState.SUBMITTED and row["author_id"] == desk.user.pk:
            yield Awaited(
                who=str(Role.MANAGER.label),
                title=_("Decision on the module: %(title)s") % {"title": row["title"]},
                url=reverse("module_detail", args=[row["module"]]),
                since=row["submitted_at"],
            )


# --- Required modules ------------------------------------------------------------------------------------------


def _list_of(row: Row) -> str:
    return f"{row['line']} {row['segment'] or ''}".strip()


@provides(ITEMS, Role.MANAGER)
def requirements_to_decide(desk: Desk) -> Iterable[Item]:
    """What agents must hold is in force once a manager has approved it (ISO 9001 7.2)."""
    for row in desk.small["requirements"]:
        if row["submitted_by_id"] != desk.user.pk:
            yield Item(
                title=_("Decide on the required modules of %(list)s") % {"list": _list_of(row)},
                why=_("Revision %(number)s by %(name)s.") % {"number": row["revision"], "name": row["name"]},
                url=reverse("requirement_decide", args=[row["uuid"]]),
                action=_("Review"),
                icon="ok",
                since=row["submitted_at"],
            )


@provides(AWAITED, Role.MANAGER, *TEACHERS)
def requirements_awaiting_decision(desk: Desk) -> Iterable[Awaited]:
    """The reader's own lists that somebody decides on."""
    for row in desk.small["requirements"]:
        if row["submitted_by_id"] == desk.user.pk:
            yield Awaited(
                who=str(Role.MANAGER.label),
                title=_("Decision on the required modules of %(list)s") % {"list": _list_of(row)},
                url=reverse("requirement_detail", args=[row["uuid"]]),
                since=row["submitted_at"],
            )


def _start(revision: PlanRevision, now: datetime) -> dict[str, Any]:
    """A plan must be approved before it starts: its due time is the first meeting."""
    first_at: datetime | None = revision.first_at  # type: ignore[attr-defined]
    if first_at is None:
        return {}
    zone = revision.plan.site.zone
    near = due_word(first_at, now, zone)
    if near.kind == "late":
        word = _("The start has passed")
    else:
        days = (first_at.astimezone(zone).date() - now.astimezone(zone).date()).days
        word = (
            _("Starts today")
            if days == 0
            else ngettext("Starts in %(days)d day", "Starts in %(days)d days", days) % {"days": days}
        )
    kind = "warn" if near.kind == "idle" and first_at - now < timedelta(days=7) else near.kind
    return {"due_at": first_at, "zone": zone, "due": DueWord(kind, near.icon, word)}


def _both_starts(revision: PlanRevision) -> str:
    """Of a change that moves the training to a later start: when it begins as approved, and as asked for."""
    first_at, own_at = revision.first_at, revision.own_at  # type: ignore[attr-defined]
    if not own_at or own_at == first_at:
        return ""
    zone = revision.plan.site.zone
    said = {"approved": moment_words(first_at, zone, "short"), "asked": moment_words(own_at, zone, "short")}
    return " " + _("Start as approved: %(approved)s; as asked for: %(asked)s.") % said


def _people(revision: PlanRevision) -> str:
    count: int = revision.people  # type: ignore[attr-defined]
    return ngettext("%(n)d participant", "%(n)d participants", count) % {"n": count}


def _end_of(day: date, zone: tzinfo) -> datetime:
    """The last minute of a date asked for, where the plan is."""
    return datetime.combine(day, time(23, 59), zone)


# --- Questions ---------------------------------------------------------------------------------------------


@provides(ITEMS, *QUESTION_AUTHORS)
def questions_to_look_at(desk: Desk) -> Iterable[Item]:
    """Questions that were sent back to the bank, for their author (5.1.1 e, 5.4)."""
    for row in desk.small["question_reviews"]:
        yield Item(
            title=_("Look at question %(code)s") % {"code": row["code"]},
            why=_("%(name)s: %(reason)s") % {"name": row["asked_by"], "reason": Truncator(row["reason"]).chars(160)},
            url=reverse("question_detail", args=[row["question"]]),
            action=_("Look"),
            icon="edit",
            since=row["asked_at"],
        )
