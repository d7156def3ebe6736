"""The rule of H+1 and the days off: edited by people, because decrees change (DESIGN.md §2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _

from reporting.enums import ChangeCause
from reporting.models import DayOff, DeadlinePolicy, ReportObligation, default_reminders
from reporting.policies import can_edit_rules
from reporting.services.obligations import recount_obligations
from reporting.services.reminders import LONGEST_LEAD
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import Site
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Reminders of one report.
MOST_REMINDERS = 4
#: Hours after the due time.
LATEST_STEP = 240


@service
def add_day_off(*, day: date, name: str, category: str, site: Site | None, actor: User, now: datetime) -> DayOff:
    """Make ``day`` a day off, of the house or of one site; due times that have not come are counted again.

    Raises:
        Refused: the day is off already in this category and place.
    """
    require(can_edit_rules(actor, site))
    _require_free(day, category, site)
    day_off = DayOff.objects.create(day=day, name=name.strip(), category=category, site=site)
    moved = recount_obligations(cause=ChangeCause.DAY_OFF, actor=actor, now=now, reason=str(day_off))
    record(
        "day_off.added",
        subject=day_off,
        actor=actor,
        now=now,
        data={"day": day, "name": day_off.name, "category": category, "moved": moved},
    )
    return day_off


@service
def change_day_off(
    *, day_off: DayOff, day: date, name: str, category: str, site: Site | None, actor: User, now: datetime
) -> DayOff:
    """Correct a day off, where a decree moved or renamed it; due times that have not come are counted again.

    What was published under a name in two languages and is renamed keeps the name that was written.

    Raises:
        NotAllowed: the place that it has, or the place that it gets, is not the actor's.
        WrongState: removed meanwhile.
        Refused: another day off of this category stands there already.
    """
    day_off = DayOff.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=day_off.pk)
    require(can_edit_rules(actor, day_off.site) and can_edit_rules(actor, site))
    if day_off.removed_at is not None:
        raise WrongState(_("%(day)s was removed already. Reload the page.") % {"day": day_words(day_off.day)})
    _require_free(day, category, site, besides=day_off)
    before = {"day": day_off.day, "name": day_off.name, "category": day_off.category}
    if name.strip() != day_off.shown_name:
        day_off.name, day_off.name_en = name.strip(), ""
    moved_day = (day_off.day, day_off.category, day_off.site) != (day, category, site)
    day_off.day, day_off.category, day_off.site = day, category, site
    day_off.save()
    counted = (
        recount_obligations(cause=ChangeCause.DAY_OFF, actor=actor, now=now, reason=str(day_off)) if moved_day else 0
    )
    after = {"day": day, "name": day_off.name, "category": category}
    data = {"before": before, "after": after, "moved": counted}
    record("day_off.changed", subject=day_off, actor=actor, now=now, data=data)
    return day_off


def _require_free(day: date, category: str, site: Site | None, *, besides: DayOff | None = None) -> None:
    """Refuse a second day off of one category at one place."""
    same = DayOff.objects.filter(day=day, category=category, site=site, removed_at=None)
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        raise Refused(
            _("%(day)s is listed in this category already. Correct that one in the list instead.")
            % {"day": day_words(day)},
            field="day",
            code="listed_already",
        )


@service
def remove_day_off(*, day_off: DayOff, actor: User, now: datetime) -> None:
    """Make the day count again. The row stays, so that filling from the published list does not bring it back."""
    day_off = DayOff.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=day_off.pk)
    require(can_edit_rules(actor, day_off.site))
    if day_off.removed_at is not None:
        raise WrongState(_("%(day)s was removed already. Reload the page.") % {"day": day_words(day_off.day)})
    day_off.removed_at = now
    day_off.save(update_fields=["removed_at"])
    moved = recount_obligations(cause=ChangeCause.DAY_OFF, actor=actor, now=now, reason=str(day_off))
    record("day_off.removed", subject=day_off, actor=actor, now=now, data={"day": day_off.day, "moved": moved})


@service
def add_policy(
    *,
    site: Site | None,
    effective_on: date,
    business_days: bool,
    collective_leave_is_off: bool,
    actor: User,
    now: datetime,
    reminder_hours: Sequence[int] = tuple(default_reminders()),
    manager_hours: int | None = 12,
    parties_hours: int | None = 36,
) -> DeadlinePolicy:
    """Count H+1 by another rule from a day on, and tell of it; due times that have not come are counted again.

    A rule that has not begun gives way to one for the same day and place: it was wrong, and nobody lived by it.

    Args:
        reminder_hours: whole hours before the due time at which the PIC is reminded.
        manager_hours: after the due time, until the manager is told again; none: not at all.
        parties_hours: likewise, until the parties that wait for the report are told, too.

    Raises:
        Refused: the day is over, so that history would be counted by a rule that nobody knew; or a rule has begun
            then, or this very rule is to begin then already; or a time of reminder or escalation is out of order.
    """
    require(can_edit_rules(actor, site))
    today = now.astimezone(site.zone if site else actor.zone).date()
    if effective_on < today:
        raise Refused(
            _("%(day)s is over; the rule of then counted what was due. Choose today or later.")
            % {"day": day_words(effective_on)},
            field="effective_on",
            code="begins_in_the_past",
        )
    require_clock(reminder_hours, manager_hours, parties_hours)
    rule: dict[str, Any] = {
        "business_days": business_days,
        "collective_leave_is_off": business_days and collective_leave_is_off,
        "reminder_hours": sorted(set(reminder_hours), reverse=True),
        "manager_hours": manager_hours,
        "parties_hours": parties_hours,
    }
    replaced = _make_way(site, effective_on, rule, _latest_day(site, today, now), now)
    policy = DeadlinePolicy.objects.create(site=site, effective_on=effective_on, **rule)
    moved = recount_obligations(cause=ChangeCause.POLICY, actor=actor, now=now)
    record(
        "deadline_policy.added",
        subject=policy,
        actor=actor,
        now=now,
        data={
            "effective_on": effective_on,
            **rule,
            "replaces": replaced.uuid if replaced else None,
            "moved": moved,
        },
    )
    return policy


def _make_way(
    site: Site | None, day: date, rule: Mapping[str, Any], latest: date, now: datetime
) -> DeadlinePolicy | None:
    """The rule of this place that was to begin on ``day`` and is taken out of force; none where there was none.

    Args:
        rule: what the new rule says, by field.
        latest: as :func:`_latest_day` says it.
    """
    there = DeadlinePolicy.objects.select_for_update(no_key=True, of=("self",))
    old = there.filter(site=site, effective_on=day, removed_at=None).first()
    if old is None:
        return None
    if day <= latest:
        raise Refused(
            _("A rule began on %(day)s already and stays. Choose %(free)s or later.")
            % {"day": day_words(day), "free": day_words(day + timedelta(days=1))},
            field="effective_on",
            code="listed_already",
        )
    if all(getattr(old, name) == value for name, value in rule.items()):
        raise Refused(
            _("This very rule begins on %(day)s already. Choose another day, or count the days otherwise.")
            % {"day": day_words(day)},
            field="effective_on",
            code="listed_already",
        )
    old.removed_at = now
    old.save(update_fields=["removed_at"])
    return old


def require_clock(reminder_hours: Sequence[int], manager_hours: int | None, parties_hours: int | None) -> None:
    """Times of reminder and escalation that can be kept, in the order of the line."""
    longest = int(LONGEST_LEAD.total_seconds() // 3600)
    wrong = next((each for each in reminder_hours if not 1 <= each <= longest), None)
    if wrong is not None:
        raise Refused(
            _("%(hours)d hours before the due time: write 1 to %(longest)d.") % {"hours": wrong, "longest": longest},
            field="reminder_hours",
        )
    if len(set(reminder_hours)) > MOST_REMINDERS:
        raise Refused(
            _("%(n)d reminders are too many. Write at most %(most)d times.")
            % {"n": len(set(reminder_hours)), "most": MOST_REMINDERS},
            field="reminder_hours",
        )
    for field, hours in (("manager_hours", manager_hours), ("parties_hours", parties_hours)):
        if hours is not None and not 1 <= hours <= LATEST_STEP:
            raise Refused(
                _("%(hours)d hours after the due time: write 1 to %(latest)d, or leave it blank.")
                % {"hours": hours, "latest": LATEST_STEP},
                field=field,
            )
    if manager_hours is not None and parties_hours is not None and parties_hours <= manager_hours:
        raise Refused(
            _("%(hours)d hours: the parties follow the manager. Write more than %(manager)d, or leave it blank.")
            % {"hours": parties_hours, "manager": manager_hours},
            field="parties_hours",
        )


def _latest_day(site: Site | None, today: date, now: datetime) -> date:
    """The day where it comes first: here, at the rule's site, or at the easternmost one of the house.

    A rule that begins on it, or before, has begun.
    """
    return max([today, *(now.astimezone(each.zone).date() for each in ([site] if site else Site.objects.all()))])


@service
def remove_policy(*, policy: DeadlinePolicy, actor: User, now: datetime) -> None:
    """Take a rule out of force that has not begun, or that nothing was counted by; another one holds instead.

    Raises:
        NotAllowed: the place is not the actor's.
        WrongState: removed already.
        Refused: it has begun and due times were counted by it, or no other rule of the house is in force.
    """
    # The rules of the house in one order, so that two who remove the last two cannot both succeed.
    house = list(DeadlinePolicy.objects.select_for_update(no_key=True).filter(site=None).order_by("pk"))
    policy = (
        DeadlinePolicy.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=policy.pk)
    )
    require(can_edit_rules(actor, policy.site))
    if policy.removed_at is not None:
        raise WrongState(_("This rule was removed already. Reload the page."))
    _require_dispensable(policy, house, now.astimezone(actor.zone).date(), now)
    policy.removed_at = now
    policy.save(update_fields=["removed_at"])
    moved = recount_obligations(cause=ChangeCause.POLICY, actor=actor, now=now)
    record(
        "deadline_policy.removed",
        subject=policy,
        actor=actor,
        now=now,
        data={"effective_on": policy.effective_on, "moved": moved},
    )


def _require_dispensable(policy: DeadlinePolicy, house: Sequence[DeadlinePolicy], today: date, now: datetime) -> None:
    """History stays explained by the rule that made it, and H+1 is never without a rule (4.3, 5.3.2).

    A rule that has not begun has made no history: what it counted ahead is counted again.
    """
    latest = _latest_day(policy.site, today, now)
    if policy.effective_on > latest:
        return
    said = {"day": day_words(policy.effective_on)}
    if counted := ReportObligation.objects.filter(policy=policy).count():
        raise Refused(
            _(
                "The rule in force from %(day)s counted %(n)d due times and stays. "
                "Add the rule that holds instead, from %(free)s or later."
            )
            % (said | {"n": counted, "free": day_words(_first_free(policy.site, today, latest))}),
            code="counted_by_it",
        )
    others = (each for each in house if each.pk != policy.pk and each.removed_at is None)
    if policy.site is None and not any(each.effective_on <= today for each in others):
        raise Refused(
            _("The rule in force from %(day)s is the last one. Add the rule that holds instead first.") % said,
            code="last_rule",
        )


def _first_free(site: Site | None, today: date, latest: date) -> date:
    """The first day from which another rule of this place can be added: today, or the day after one that has begun."""
    begun = DeadlinePolicy.objects.filter(site=site, removed_at=None, effective_on__range=(today, latest))
    last = begun.aggregate(last=Max("effective_on"))["last"]
    return last + timedelta(days=1) if last else today
