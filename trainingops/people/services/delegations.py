"""An absent manager lets somebody act for them, with dates (4.1)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.enums import Role
from trainingops.people.models import Delegation, RoleAssignment, User
from trainingops.people.policies import can_delegate
from trainingops.people.queries import in_force
from trainingops.people.services.periods import end_before
from trainingops.people.signals import delegation_changed
from trainingops.ui.moments import day_words


@service
def give_delegation(
    *,
    principal: User,
    delegate: User,
    starts_on: date,
    ends_on: date,
    actor: User,
    now: datetime,
    reason: str = "",
) -> Delegation:
    """Let ``delegate`` act as manager for ``principal``, the days of both dates included; the scope is the principal's.

    What they decide says "a.n."; on what either of them proposed the delegate decides nothing.

    Raises:
        NotAllowed: neither the manager themself nor an administrator.
        Refused: no manager on the first day, somebody who cannot act, dates that make no sense, or a delegation of
            the same manager in those days already.
    """
    require(can_delegate(actor, principal))
    principal = User.objects.select_for_update(no_key=True).get(pk=principal.pk)
    _require_sense(principal, delegate, starts_on, ends_on, actor, now)
    _require_free(principal, starts_on, ends_on)
    delegation = Delegation.objects.create(
        principal=principal,
        delegate=delegate,
        role=Role.MANAGER,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
    )
    record(
        "delegation.given",
        subject=delegation,
        actor=actor,
        now=now,
        data={"principal": principal.uuid, "delegate": delegate.uuid, "starts_on": starts_on, "ends_on": ends_on},
        detail={"reason": delegation.reason} if delegation.reason else None,
    )
    delegation_changed.send(Delegation, delegation=delegation, ended=False, actor=actor, now=now)
    return delegation


def _require_sense(principal: User, delegate: User, starts_on: date, ends_on: date, actor: User, now: datetime) -> None:
    """A manager on the first day, somebody else who can act, and days to come in their order."""
    if not RoleAssignment.objects.filter(in_force(starts_on), user=principal, role=Role.MANAGER).exists():
        raise Refused(
            _("%(name)s is no manager on %(day)s. Choose a day on which they are, or another manager.")
            % {"name": principal, "day": day_words(starts_on)},
            field="principal" if actor != principal else "starts_on",
        )
    if delegate == principal:
        raise Refused(_("Choose somebody else than %(name)s.") % {"name": principal}, field="delegate")
    if not delegate.is_active:
        raise Refused(
            _("The account of %(name)s is closed. Choose somebody else.") % {"name": delegate}, field="delegate"
        )
    if starts_on < now.astimezone(actor.zone).date():
        raise Refused(
            _("%(day)s has passed. Nobody acts for the past; choose today or later.") % {"day": day_words(starts_on)},
            field="starts_on",
        )
    if ends_on < starts_on:
        raise Refused(
            _("%(end)s lies before the first day, %(start)s. Choose a later last day.")
            % {"end": day_words(ends_on), "start": day_words(starts_on)},
            field="ends_on",
        )


def _require_free(principal: User, starts_on: date, ends_on: date) -> None:
    """One delegate at a time."""
    standing = Delegation.objects.filter(principal=principal, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if standing is not None:
        raise Refused(
            _("%(name)s acts from %(start)s to %(end)s already. End that first, or choose other days.")
            % {
                "name": standing.delegate,
                "start": day_words(standing.starts_on),
                "end": day_words(standing.ends_on),
            },
            field="starts_on",
        )


@service
def end_delegation(*, delegation: Delegation, actor: User, now: datetime) -> None:
    """End a delegation now: yesterday was its last day; one that has not lasted a day leaves only its journal entries.

    Raises:
        NotAllowed: neither the manager themself nor an administrator.
        WrongState: it has ended already.
    """
    delegation = Delegation.objects.select_for_update(no_key=True, of=("self",)).get(pk=delegation.pk)
    require(can_delegate(actor, delegation.principal))
    today = now.astimezone(actor.zone).date()
    if delegation.ends_on < today:
        raise WrongState(_("This delegation ended on %(day)s.") % {"day": day_words(delegation.ends_on)})
    data = {
        "principal": delegation.principal.uuid,
        "delegate": delegation.delegate.uuid,
        "starts_on": delegation.starts_on,
        "was_until": delegation.ends_on,
    }
    record("delegation.ended", subject=delegation, actor=actor, now=now, data=data)
    delegation_changed.send(Delegation, delegation=delegation, ended=True, actor=actor, now=now)
    end_before(delegation, today)
