"""What waits in evaluation: reviews, actions, coaching (4.4, 5.4, 6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import COACHING_UNDER_WAY, ActionState, Aspect, CoachingState, ReviewState
from trainingops.dashboard.desk.items import AWAITED, ITEMS, Awaited, Item, provides
from trainingops.dashboard.desk.reading import Desk
from trainingops.dashboard.desk.roles import CONSULTED, TEACHERS
from trainingops.dashboard.plain import Row
from trainingops.people.enums import Role
from trainingops.ui.moments import day_words

_STAFF = (Role.MANAGER, *TEACHERS, *CONSULTED, Role.TEAM_LEADER)


# --- Reviews -----------------------------------------------------------------------------------------------


def _is_written(row: Row) -> bool:
    """Text and every aspect answered: what the manager can sign."""
    return bool(row["text"].strip()) and row["answered"] == len(Aspect)


def _leads(desk: Desk, row: Row) -> bool:
    return desk.user.authority.covers(Role.MANAGER, site_id=row["site_id"], line_id=row["line_id"])


def _review_title(row: Row) -> dict[str, str]:
    return {"number": row["number"], "line": row["line"], "site": row["site"]}


@provides(ITEMS, Role.MANAGER)
def reviews_to_lead(desk: Desk) -> Iterable[Item]:
    """Meetings to hold, minutes to approve, reviews to close: the manager together with the PICs (5.4)."""
    for row in desk.small["reviews"]:
        step = _manager_step(row, desk.now)
        if step is None or not _leads(desk, row):
            continue
        title, url_name, action, since = step
        yield Item(
            title=title % _review_title(row),
            why=_("%(answered)d of %(total)d aspects are answered.")
            % {"answered": row["answered"], "total": len(Aspect)},
            url=reverse(url_name, args=[row["uuid"]]),
            action=action,
            icon="talk",
            primary=url_name == "review_approve",
            since=since,
        )


@provides(ITEMS, Role.MANAGER)
def reviews_to_schedule(desk: Desk) -> Iterable[Item]:
    """Reviews that are owed and that nobody has scheduled: at least one a line and quarter (5.4)."""
    for row in desk.small["reviews_owed"]:
        yield Item(
            title=_("Schedule the review of %(line)s, %(site)s") % row,
            why=_("For the trainings from %(start)s to %(end)s.")
            % {"start": day_words(row["start_on"]), "end": day_words(row["end_on"])},
            url=reverse("review_due_list"),
            action=_("Schedule"),
            icon="talk",
            due_at=row["due_at"] - timedelta(minutes=1),
            zone=ZoneInfo(row["timezone"]),
        )


def _manager_step(row: Row, now: datetime) -> tuple[str, str, str, datetime] | None:
    """What the review asks of its manager next: title, page, verb, since when."""
    if row["state"] == ReviewState.SCHEDULED and row["scheduled_at"] <= now:
        return _("Hold the review %(number)s, %(line)s %(site)s"), "review_detail", _("Hold"), row["scheduled_at"]
    if row["state"] == ReviewState.HELD and _is_written(row):
        return (
            _("Approve the minutes of %(number)s, %(line)s %(site)s"),
            "review_approve",
            _("Read and sign"),
            row["held_at"],
        )
    if row["state"] == ReviewState.APPROVED:
        return _("Close the review %(number)s, %(line)s %(site)s"), "review_detail", _("Close"), row["held_at"]
    return None


@provides(ITEMS, *_STAFF)
def minutes_to_write(desk: Desk) -> Iterable[Item]:
    """The secretary writes until every aspect is answered."""
    for row in desk.small["reviews"]:
        if row["state"] == ReviewState.HELD and row["secretary_id"] == desk.user.pk and not _is_written(row):
            yield Item(
                title=_("Write the minutes of %(number)s, %(line)s %(site)s") % _review_title(row),
                why=_("%(answered)d of %(total)d aspects are answered.")
                % {"answered": row["answered"], "total": len(Aspect)},
                url=reverse("review_detail", args=[row["uuid"]]),
                action=_("Write"),
                icon="talk",
                primary=True,
                since=row["held_at"],
            )


@provides(AWAITED, Role.MANAGER)
def minutes_expected(desk: Desk) -> Iterable[Awaited]:
    """Minutes that somebody else writes."""
    for row in desk.small["reviews"]:
        writes = row["state"] == ReviewState.HELD and not _is_written(row)
        if writes and row["secretary_id"] != desk.user.pk and _leads(desk, row):
            yield Awaited(
                who=row["secretary"],
                title=_("Minutes of %(number)s, %(line)s %(site)s") % _review_title(row),
                url=reverse("review_detail", args=[row["uuid"]]),
                since=row["held_at"],
            )


# --- Actions -----------------------------------------------------------------------------------------------


@provides(ITEMS, *_STAFF)
def actions_to_do(desk: Desk) -> Iterable[Item]:
    """The reader's own actions until they are done (5.4)."""
    for action in desk.actions:
        if action.owner_id == desk.user.pk and action.is_unfinished:
            yield Item(
                title=_("Carry out the action: %(text)s") % {"text": action.text},
                why=f"{action.number}, {action.get_kind_display()}",
                url=reverse("action_detail", args=[action.uuid]),
                action=_("Go on"),
                icon="action",
                due_at=action.due_at,
                zone=action.finding.review.site.zone,
            )


@provides(ITEMS, Role.MANAGER, Role.QC)
def actions_to_check(desk: Desk) -> Iterable[Item]:
    """Done is not effective until somebody else has looked (5.4)."""
    for action in desk.actions:
        place = action.finding.review
        if (
            action.state == ActionState.DONE
            and action.owner_id != desk.user.pk
            and desk.covers(Role.MANAGER, Role.QC, place=place)
        ):
            yield Item(
                title=_("Check the effect: %(text)s") % {"text": action.text},
                why=_("%(number)s, done by %(name)s.") % {"number": action.number, "name": action.owner},
                url=reverse("action_check", args=[action.uuid]),
                action=_("Check"),
                icon="check",
                since=action.done_at,
            )


@provides(AWAITED, Role.MANAGER)
def actions_of_others(desk: Desk) -> Iterable[Awaited]:
    """Actions that others carry out within the manager's scope."""
    for action in desk.actions:
        is_others = action.owner_id != desk.user.pk and action.is_unfinished
        if is_others and desk.covers(Role.MANAGER, place=action.finding.review):
            yield Awaited(
                who=str(action.owner),
                title=_("Action: %(text)s") % {"text": action.text},
                url=reverse("action_detail", args=[action.uuid]),
                due_at=action.due_at,
                zone=action.finding.review.site.zone,
            )


@provides(AWAITED, *_STAFF)
def checks_awaited(desk: Desk) -> Iterable[Awaited]:
    """The reader's own actions that somebody checks."""
    for action in desk.actions:
        if action.owner_id == desk.user.pk and action.state == ActionState.DONE:
            yield Awaited(
                who=f"{Role.MANAGER.label} / {Role.QC.label}",
                title=_("Check of the effect: %(text)s") % {"text": action.text},
                url=reverse("action_detail", args=[action.uuid]),
                since=action.done_at,
            )


# --- Coaching ----------------------------------------------------------------------------------------------


@provides(ITEMS, Role.MANAGER, *TEACHERS, Role.TEAM_LEADER)
def coaching_to_follow_up(desk: Desk) -> Iterable[Item]:
    """Follow-up dates that have come: what is seen is noted on the form (clause 6)."""
    for row in desk.small["coaching"]:
        due = row["next_on"] and row["next_on"] <= desk.day_start.date() and row["state"] in COACHING_UNDER_WAY
        if row["coach_id"] == desk.user.pk and due:
            zone = ZoneInfo(row["timezone"])
            yield Item(
                title=_("Follow up the coaching of %(name)s") % {"name": row["person"]},
                why=_("Agreed in %(number)s.") % {"number": row["number"]},
                url=reverse("coaching_follow_up", args=[row["next_uuid"]]),
                action=_("Follow up"),
                icon="user",
                due_at=datetime.combine(row["next_on"], time(23, 59), zone),
                zone=zone,
            )


@provides(ITEMS, Role.MANAGER, *TEACHERS, Role.TEAM_LEADER)
def coaching_to_finish(desk: Desk) -> Iterable[Item]:
    """The reader's own drafts to sign, and forms to close once every date was followed up (clause 6)."""
    steps = {
        CoachingState.DRAFTED: (_("Sign the coaching form of %(name)s"), "coaching_edit", _("Go on"), "drafted_at"),
        CoachingState.FOLLOWED_UP: (_("Close the coaching of %(name)s"), "coaching_close", _("Close"), "coached_at"),
    }
    for row in desk.small["coaching"]:
        if row["coach_id"] == desk.user.pk and (step := steps.get(row["state"])):
            title, url_name, action, since = step
            yield Item(
                title=title % {"name": row["person"]},
                why=row["number"],
                url=reverse(url_name, args=[row["uuid"]]),
                action=action,
                icon="user",
                since=row[since],
            )


@provides(AWAITED, Role.MANAGER, *TEACHERS, Role.TEAM_LEADER)
def comments_awaited(desk: Desk) -> Iterable[Awaited]:
    """Forms that the person coached has not read and signed."""
    for row in desk.small["coaching"]:
        waits = row["acknowledged_at"] is None and row["state"] in COACHING_UNDER_WAY
        if row["coach_id"] == desk.user.pk and waits:
            yield Awaited(
                who=row["person"],
                title=_("Comment on the coaching form %(number)s") % {"number": row["number"]},
                url=reverse("coaching_detail", args=[row["uuid"]]),
                since=row["coached_at"],
            )


@provides(ITEMS, Role.AGENT, Role.MANAGER, *TEACHERS, Role.TEAM_LEADER)
def coaching_to_read(desk: Desk) -> Iterable[Item]:
    """Forms about the reader until they have signed."""
    for row in desk.small["coaching"]:
        if row["person_id"] == desk.user.person_id and row["acknowledged_at"] is None:
            yield Item(
                title=_("Read your coaching form %(number)s") % {"number": row["number"]},
                why=_("By %(name)s. Read it, comment if you like, and sign.") % {"name": row["coach"]},
                url=reverse("coaching_detail", args=[row["uuid"]]),
                action=_("Read and comment"),
                icon="user",
                since=row["coached_at"],
            )
