"""Reminders before the due time, as the rule says, only in the recipient's working hours (UX.md DLN-3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.offices import can_be_reached
from reporting.policies import can_remind
from reporting.queries import managers_in_scope, reminder_notices, rule_of
from reporting.services.telling import address_of, subject_words, tell
from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require
from trainingops.people.working import is_working
from trainingops.ui.stored import stored_moment

if TYPE_CHECKING:
    from trainingops.people.models import User

#: No rule reminds earlier than this before the due time.
LONGEST_LEAD = timedelta(hours=72)


def remind_owners(*, now: datetime) -> int:
    """Remind the owners of reports that fall due soon, at the times of the rule; how many reports were reminded of.

    Each lead reminds once. An owner who is not at work is reminded when their next working time begins, if that is
    before the due time; of several leads passed meanwhile only the last one is told. Where the owner's account is
    closed the manager is reminded, who names another PIC.
    """
    soon = (
        ReportObligation.objects.filter(
            state=ObligationState.PENDING,
            due_at__gt=now,
            due_at__lte=now + LONGEST_LEAD,
        )
        .select_related("owner__person", "policy")
        .order_by("due_at", "pk")
    )
    wanted = {each: step for each in soon if (step := _step(each, now))}
    told = reminder_notices(wanted)
    return sum(
        _remind(obligation=each, step=step, now=now)
        for each, step in wanted.items()
        if (each.uuid, step) not in told and (_is_at_work(each, now) or not can_be_reached(each.owner))
    )


def _is_at_work(obligation: ReportObligation, now: datetime) -> bool:
    """By calendar days, what is due on a Saturday is reminded of on Saturday: else the first word were the breach."""
    return is_working(obligation.owner, now, every_day=not rule_of(obligation).business_days)


@service
def _remind(*, obligation: ReportObligation, step: str, now: datetime) -> bool:
    locked = (
        ReportObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=obligation.pk, state=ObligationState.PENDING, due_at__gt=now)
        .select_related("owner__person", "training_session__plan", "training_session__site")
        .first()
    )
    # Asked again under the lock: another worker may have told in between.
    if locked is None or (locked.uuid, step) in reminder_notices([locked]):
        return False
    owner = locked.owner
    people = [owner] if can_be_reached(owner) else managers_in_scope(locked.training_session, now)
    if not people:
        return False
    _tell(people, locked, step, now, bulk=True)
    record("obligation.reminded", subject=locked, actor=None, now=now, data={"step": step})
    return True


@service
def remind_owner(*, obligation: ReportObligation, actor: User, now: datetime) -> None:
    """A person reminds the owner with one click, at most once in a minute.

    Raises:
        NotAllowed: neither PIC nor manager in scope.
        WrongState: the report is in, or not owed any more; or the owner's account is closed.
    """
    locked = (
        ReportObligation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("owner__person", "training_session__plan")
        .get(pk=obligation.pk)
    )
    require(can_remind(actor, locked))
    if locked.state != ObligationState.PENDING:
        raise WrongState(
            _("There is nothing to remind of: the report is %(state)s.") % {"state": locked.get_state_display()}
        )
    if not can_be_reached(locked.owner):
        raise WrongState(
            _("The account of %(name)s is closed, so nobody was reminded. Hand the plan over to another PIC.")
            % {"name": locked.owner.name}
        )
    _tell([locked.owner], locked, f"by_hand {now:%Y-%m-%dT%H:%M}", now)
    record("obligation.reminded", subject=locked, actor=actor, now=now, data={"step": "by_hand"})


def _step(obligation: ReportObligation, now: datetime) -> str:
    """The name of the last lead that has been reached, or none.

    It holds the due time, so that a moved one reminds again.
    """
    due_at = obligation.due_at
    reached = [each for each in rule_of(obligation).reminder_leads if due_at - now <= each]
    if not reached:
        return ""
    return f"{int(min(reached).total_seconds() // 3600)}h {due_at:%Y-%m-%dT%H:%MZ}"


def _tell(people: list[User], obligation: ReportObligation, step: str, now: datetime, *, bulk: bool = False) -> None:
    tell(
        kind="report.reminder",
        recipients=people,
        subject=obligation,
        step=step,
        url=address_of(obligation),
        now=now,
        bulk=bulk,
        urgent=bulk,  # by hand it waits for working hours
        params=lambda: {
            **subject_words(obligation.training_session),
            "due": stored_moment(obligation.last_minute, obligation.zone),
        },
    )
