"""What was seen on the follow-up dates, another date, and the end of a coaching (clause 6)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.enums import COACHING_TRANSITIONS, COACHING_UNDER_WAY, CoachingResult, CoachingState
from evaluation.models import CoachingFollowUp, CoachingForm
from evaluation.policies import can_follow_up
from evaluation.services.coaching.common import check_days, locked_form, order_record, tell, today_of
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_state, require_transition
from trainingops.people.models import User
from trainingops.ui.moments import day_words


@service
def note_follow_up(
    *, follow_up: CoachingFollowUp, seen: str, seen_on: date, actor: User, now: datetime
) -> CoachingFollowUp:
    """Note what was seen on a follow-up date; once all are noted the form is followed up. The agent is told.

    Raises:
        NotAllowed: neither the coach nor a manager of the place.
        WrongState: noted already, or the form is not under way.
        Refused: blank, a day ahead or before the coaching.
    """
    form = locked_form(follow_up.form)
    require(can_follow_up(actor, form))
    require_state(form, *COACHING_UNDER_WAY)
    locked = CoachingFollowUp.objects.select_for_update(no_key=True).get(pk=follow_up.pk)
    if locked.seen_at:
        raise WrongState(_("%(day)s is noted already. Reload the page.") % {"day": day_words(locked.due_on)})
    if not seen.strip():
        raise Refused(_("Write what was seen: what the agent does differently, with data."), field="seen")
    _check_day(form, seen_on, now)
    locked.seen, locked.seen_on, locked.seen_by, locked.seen_at = seen.strip(), seen_on, actor, now
    locked.save()
    if not form.follow_ups.filter(seen_at=None).exists():
        require_transition(form, CoachingState.FOLLOWED_UP, COACHING_TRANSITIONS)
        form.state = CoachingState.FOLLOWED_UP
        form.save(update_fields=["state"])
    order_record(form, now)
    agent = User.objects.filter(person=form.person, is_active=True)
    tell("coaching.followed_up", agent, form, now, step=locked.due_on.isoformat())
    record(
        "coaching.followed_up",
        subject=form,
        actor=actor,
        now=now,
        data={"due_on": locked.due_on, "seen_on": seen_on},
        detail={"seen": locked.seen},
    )
    return locked


def _check_day(form: CoachingForm, seen_on: date, now: datetime) -> None:
    assert form.coached_at is not None
    first = timezone.localdate(form.coached_at, form.site.zone)
    if seen_on > today_of(form, now):
        raise Refused(_("%(day)s lies ahead. Write the day on which you looked.") % _said(seen_on), field="seen_on")
    if seen_on < first:
        words = _("%(day)s lies before the coaching, %(first)s. Write the day on which you looked.")
        raise Refused(words % {**_said(seen_on), "first": day_words(first)}, field="seen_on")


def _said(day: date) -> dict[str, str]:
    return {"day": day_words(day)}


@service
def add_follow_up(*, form: CoachingForm, due_on: date, actor: User, now: datetime) -> CoachingFollowUp:
    """Agree on another date; what was followed up waits again.

    Raises:
        NotAllowed: neither the coach nor a manager of the place.
        WrongState: the form is not under way.
        Refused: a day that stands there already, has passed, or lies more than 180 days ahead.
    """
    locked = locked_form(form)
    require(can_follow_up(actor, locked))
    require_state(locked, *COACHING_UNDER_WAY)
    standing = list(locked.follow_ups.values_list("due_on", flat=True))
    if due_on in standing:
        raise Refused(_("%(day)s is a follow-up date already. Choose another day.") % _said(due_on), field="due_on")
    check_days([due_on], today_of(locked, now), field="due_on")
    follow_up = CoachingFollowUp.objects.create(form=locked, due_on=due_on, is_agreed=False)
    if locked.state == CoachingState.FOLLOWED_UP:
        back = CoachingState.ACKNOWLEDGED if locked.acknowledged_at else CoachingState.SIGNED
        require_transition(locked, back, COACHING_TRANSITIONS)
        locked.state = back
        locked.save(update_fields=["state"])
    order_record(locked, now)
    record("coaching.date_added", subject=locked, actor=actor, now=now, data={"due_on": due_on})
    return follow_up


@service
def close_coaching(
    *,
    form: CoachingForm,
    result: str,
    conclusion: str,
    actor: User,
    now: datetime,
    unacknowledged_reason: str = "",
) -> CoachingForm:
    """End a coaching that was followed up, with what came of it; the agent is told.

    Args:
        unacknowledged_reason: why the agent has not signed; needed then.

    Raises:
        NotAllowed: neither the coach nor a manager of the place.
        WrongState: a follow-up date is still open, or it is closed.
        Refused: no result or conclusion, or no reason where the agent has not signed.
    """
    locked = locked_form(form)
    require(can_follow_up(actor, locked))
    require_transition(locked, CoachingState.CLOSED, COACHING_TRANSITIONS)
    if result not in CoachingResult.values:
        raise Refused(_("Choose one of the results."), field="result")
    if not conclusion.strip():
        raise Refused(_("The conclusion is blank. Write what came of the agreement."), field="conclusion")
    if not locked.acknowledged_at and not unacknowledged_reason.strip():
        words = _("%(name)s has not signed. Ask them to, or write why the form is closed without it.")
        raise Refused(words % {"name": locked.person.name}, field="unacknowledged_reason")
    locked.state, locked.result, locked.conclusion = CoachingState.CLOSED, result, conclusion.strip()
    locked.unacknowledged_reason = "" if locked.acknowledged_at else unacknowledged_reason.strip()
    locked.closed_at, locked.closed_by = now, actor
    locked.save()
    order_record(locked, now)
    tell("coaching.closed", User.objects.filter(person=locked.person, is_active=True), locked, now)
    record(
        "coaching.closed",
        subject=locked,
        actor=actor,
        now=now,
        data={"result": result},
        detail={"conclusion": conclusion, "unacknowledged_reason": locked.unacknowledged_reason},
    )
    return locked
