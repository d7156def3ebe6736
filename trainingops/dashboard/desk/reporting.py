"""What waits in reporting: the H+1 reports and their receipts (4.3, 5.3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.models import Distribution, ReportObligation
from reporting.wording import due_standing
from trainingops.dashboard.desk.items import AWAITED, EVENTS, ITEMS, Awaited, Event, Item, first_names, provides
from trainingops.dashboard.desk.reading import Desk
from trainingops.dashboard.desk.roles import CONSULTED, TEACHERS
from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.ui.moments import DueWord


def _due(obligation: ReportObligation, desk: Desk) -> dict[str, Any]:
    """The due time as the board words it: the midnight that ends a day reads 23.59 (DLN-1)."""
    standing = due_standing(obligation, desk.now)
    icon = "late" if standing.kind == "late" else "clock"
    return {
        "due_at": obligation.last_minute,
        "zone": obligation.zone,
        "due": DueWord(standing.kind, icon, standing.word),
    }


def _name(obligation: ReportObligation) -> str:
    return f"{obligation.training_session.plan.title}, {obligation.training_session.label}"


@provides(ITEMS, *TEACHERS)
def reports_to_write(desk: Desk) -> Iterable[Item]:
    """Reports that the reader owes on sessions that have ended (5.3.2)."""
    for each in desk.obligations:
        if not desk.owes(each) or each.last_end > desk.now:
            continue
        report = getattr(each, "report", None)
        yield Item(
            title=_("H+1 report: %(name)s") % {"name": _name(each)},
            why=_("The draft is filled already; add what happened and submit it.")
            if report
            else _("The draft comes with the conclusion of the session."),
            url=reverse("report_write", args=[report.uuid])
            if report
            else reverse("session_detail", args=[each.training_session.uuid]),
            action=_("Write") if report else _("Conclude"),
            icon="doc",
            primary=True,
            **_due(each, desk),
        )


@provides(ITEMS, *TEACHERS)
def reports_to_amend(desk: Desk) -> Iterable[Item]:
    """Reports whose session was amended after they were sent: the next version waits for its signature (5.3.2)."""
    for row in desk.small["amendments"]:
        yield Item(
            title=_("Amend the report: %(title)s, %(batch)s") % row,
            why=_("The session says something else than report %(number)s since.") % row,
            url=reverse("report_submit", args=[row["uuid"]]),
            action=_("Read and sign"),
            icon="doc",
            primary=True,
            since=row["changed_at"],
        )


@provides(ITEMS, Role.MANAGER)
def reports_missing(desk: Desk) -> Iterable[Item]:
    """Late reports of others: a breach is a fact, a reminder one click away (5.3.2)."""
    for each in desk.obligations:
        if desk.now < each.due_at or desk.owes(each) or not desk.covers(Role.MANAGER, place=each.training_session):
            continue
        yield Item(
            title=_("H+1 report not received: %(name)s") % {"name": _name(each)},
            why=_("%(number)s, %(site)s, PIC %(name)s.")
            % {"number": each.training_session.number, "site": each.training_session.site, "name": each.owner},
            url=reverse("obligation_detail", args=[each.uuid]),
            post_url=reverse("obligation_remind", args=[each.uuid]),
            action=_("Remind the PIC"),
            icon="late",
            **_due(each, desk),
        )


@provides(AWAITED, Role.MANAGER)
def reports_expected(desk: Desk) -> Iterable[Awaited]:
    """Reports of others on sessions that have ended and that are still in time."""
    for each in desk.obligations:
        in_time = each.last_end <= desk.now < each.due_at
        if in_time and not desk.owes(each) and desk.covers(Role.MANAGER, place=each.training_session):
            yield Awaited(
                who=str(each.owner),
                title=_("H+1 report: %(name)s") % {"name": _name(each)},
                url=reverse("obligation_detail", args=[each.uuid]),
                **_due(each, desk),
            )


@provides(ITEMS, *MANDATORY_PARTIES, *TEACHERS, Role.TEAM_LEADER, Role.CLIENT)
def reports_to_read(desk: Desk) -> Iterable[Item]:
    """The latest version of each report that reached the reader and has no receipt of theirs (RPT-1, RPT-4)."""
    mine = [each for each in desk.receipts if each.user_id == desk.user.pk]
    for each in _once_a_version(mine):
        version = each.version
        yield Item(
            title=_("Read the report: %(name)s") % {"name": _name(version.report.obligation)},
            why=_("Version %(number)d by %(name)s.") % {"number": version.number, "name": version.submitted_by},
            url=reverse("report_detail", args=[version.report.uuid]),
            action=_("Read and confirm"),
            icon="doc",
            since=each.sent_at,
        )


@provides(AWAITED, *TEACHERS)
def receipts_awaited(desk: Desk) -> Iterable[Awaited]:
    """Who has not confirmed the reader's own reports."""
    others = [
        each for each in desk.receipts if each.user_id != desk.user.pk and each.version.submitted_by_id == desk.user.pk
    ]
    for _key, group in groupby(sorted(others, key=_version), key=_version):
        rows = list(group)
        yield Awaited(
            who=first_names([each.user for each in rows]),
            title=_("Receipt of the report: %(name)s") % {"name": _name(rows[0].version.report.obligation)},
            url=reverse("report_detail", args=[rows[0].version.report.uuid]),
            since=rows[0].sent_at,
        )


def _version(receipt: Distribution) -> int:
    return receipt.version_id


def _once_a_version(receipts: list[Distribution]) -> list[Distribution]:
    """Somebody who stands for two parties reads a report once."""
    return list({each.version_id: each for each in reversed(receipts)}.values())[::-1]


@provides(EVENTS, Role.MANAGER, *TEACHERS, *CONSULTED, Role.TEAM_LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
def reports_due_today(desk: Desk) -> Iterable[Event]:
    """One line for the reports that fall due at the end of today: the board's list "Due today"."""
    due = [each for each in desk.obligations if each.due_at > desk.now and _ends_today(each, desk)]
    if due:
        yield Event(
            due_at=due[0].last_minute,
            zone=due[0].zone,
            title=ngettext("%(n)d H+1 report is due", "%(n)d H+1 reports are due", len(due)) % {"n": len(due)},
            url=reverse("obligation_list") + "?state=today",
            status=("warn", _("Not submitted yet")),
        )


def _ends_today(obligation: ReportObligation, desk: Desk) -> bool:
    """By the calendar of the session's site, as on the board."""
    local = desk.now.astimezone(obligation.zone)
    return obligation.due_at - timedelta(days=1) <= local.replace(hour=0, minute=0, second=0, microsecond=0)
