"""The manager appoints PICs (5.1.1 a)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from planning import module_notices as notices
from planning.evidence.appointments import request_appointment_letter
from planning.models import Appointment, TrainerProfile
from planning.policies.catalogue import can_appoint, can_revoke
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import RoleAssignment
from trainingops.people.queries import in_force
from trainingops.people.services import require_signature, sign
from trainingops.records.numbers import next_number
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, Signature, Site, User

NUMBER_PREFIX = "PIC"
#: A letter signed today takes effect at most so long ago: nobody is appointed for what is long done.
BACKDATED = timedelta(days=31)
#: Three years at most; after that the manager decides anew.
LONGEST = timedelta(days=3 * 366)


def appointment_hash(*, user: User, site: Site, line: ServiceLine, duties: str, starts_on: date, ends_on: date) -> str:
    """SHA-256 of what an appointment says, as the manager signs it: 64 hexadecimal characters."""
    text = appointment_text(user=user, site=site, line=line, duties=duties, starts_on=starts_on, ends_on=ends_on)
    return digest(text).hex()


def appointment_text(*, user: User, site: Site, line: ServiceLine, duties: str, starts_on: date, ends_on: date) -> str:
    """What an appointment says, in one form only."""
    content = {
        "duties": duties.strip(),
        "ends_on": ends_on,
        "line": line.uuid,
        "site": site.uuid,
        "starts_on": starts_on,
        "user": user.uuid,
    }
    return canonical(content)


@service
def sign_and_appoint(
    *,
    user: User,
    site: Site,
    line: ServiceLine,
    duties: str,
    starts_on: date,
    ends_on: date,
    authenticated_at: datetime | None,
    actor: User,
    now: datetime,
) -> Appointment:
    """Sign what was typed and appoint, in one transaction: what the page calls.

    Raises as :func:`appoint_pic`, and ``Refused`` when the log-in is not fresh.
    """
    require(can_appoint(actor, site_id=site.pk, line_id=line.pk))
    signature = sign(
        user=actor,
        role=Role.MANAGER,
        meaning=SignatureMeaning.APPOINTED,
        content_hash=appointment_hash(
            user=user, site=site, line=line, duties=duties, starts_on=starts_on, ends_on=ends_on
        ),
        authenticated_at=authenticated_at,
        now=now,
    )
    return appoint_pic(
        user=user,
        site=site,
        line=line,
        duties=duties,
        starts_on=starts_on,
        ends_on=ends_on,
        signature=signature,
        actor=actor,
        now=now,
    )


@service
def appoint_pic(
    *,
    user: User,
    site: Site,
    line: ServiceLine,
    duties: str,
    starts_on: date,
    ends_on: date,
    signature: Signature,
    actor: User,
    now: datetime,
) -> Appointment:
    """Appoint ``user`` PIC of a line at a site for a period; the letter is ordered, the trainer's profile made.

    Args:
        ends_on: the last day.
        signature: the manager's, over :func:`appointment_hash` of the same content.

    Raises:
        NotAllowed: the actor is not manager there, or appoints themselves.
        Refused: the period is empty, over, begun long ago or too long, the user is no trainer there, or an
            appointment overlaps.
    """
    require(can_appoint(actor, site_id=site.pk, line_id=line.pk))
    require(user.pk != actor.pk, _("Nobody appoints themselves. Ask another manager."))
    content_hash = appointment_hash(
        user=user, site=site, line=line, duties=duties, starts_on=starts_on, ends_on=ends_on
    )
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    type(user).objects.select_for_update(no_key=True).get(pk=user.pk)  # one appointment of a person at a time
    _check(user, site, line, duties, starts_on, ends_on, now)
    appointment = Appointment.objects.create(
        number=next_number(NUMBER_PREFIX, now.astimezone(site.zone).year),
        user=user,
        site=site,
        line=line,
        duties=duties.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        appointed_by=actor,
        appointed_at=now,
        signature=signature,
    )
    TrainerProfile.objects.get_or_create(user=user, defaults={"name": user.name, "person": user.person})
    request_appointment_letter(appointment=appointment, actor=actor, now=now)
    _tell(notices.APPOINTED, appointment, now)
    record(
        "appointment.made",
        subject=appointment,
        actor=actor,
        now=now,
        data={"number": appointment.number, "user": user.uuid, "content_hash": content_hash},
    )
    return appointment


def _check(
    user: User, site: Site, line: ServiceLine, duties: str, starts_on: date, ends_on: date, now: datetime
) -> None:
    """Refuse what could not take effect."""
    _require_period(starts_on, ends_on, now.astimezone(site.zone).date())
    if not duties.strip():
        raise Refused(_("Write the duties."), field="duties")
    is_trainer = (
        RoleAssignment.objects.filter(in_force(now.astimezone(site.zone).date()), user=user, role=Role.TRAINER)
        .filter(Q(sites=None) | Q(sites=site), Q(lines=None) | Q(lines=line))
        .exists()
    )
    if not is_trainer or not user.is_active:
        raise Refused(
            _("%(name)s does not hold the role trainer for %(line)s in %(site)s. Ask the administrator for the role.")
            % {"name": user.name, "line": line, "site": site},
            field="user",
        )
    overlapping = Appointment.objects.filter(
        user=user, site=site, line=line, revoked_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).first()
    if overlapping is not None:
        raise Refused(
            _("%(name)s is appointed already by %(number)s. Choose another period or revoke that one first.")
            % {"name": user.name, "number": overlapping.number},
            field="starts_on",
        )


def _require_period(starts_on: date, ends_on: date, today: date) -> None:
    """A last day after the first, not over yet; begun a month ago at most; three years long at most (5.1.1 a)."""
    if ends_on < starts_on:
        raise Refused(
            _("%(end)s lies before the first day, %(start)s. Choose a later last day.")
            % {"end": day_words(ends_on), "start": day_words(starts_on)},
            field="ends_on",
        )
    if ends_on < today:
        raise Refused(
            _("%(end)s is over already. Choose a later last day.") % {"end": day_words(ends_on)}, field="ends_on"
        )
    if starts_on < today - BACKDATED:
        raise Refused(
            _("%(start)s lies too far back: the letter is signed today. Choose %(first)s or a later first day.")
            % {"start": day_words(starts_on), "first": day_words(today - BACKDATED)},
            field="starts_on",
        )
    if ends_on > starts_on + LONGEST:
        raise Refused(
            _("%(end)s is too far: an appointment holds three years at most. Choose %(latest)s or earlier.")
            % {"end": day_words(ends_on), "latest": day_words(starts_on + LONGEST)},
            field="ends_on",
        )


@service
def revoke_appointment(*, appointment: Appointment, reason: str, actor: User, now: datetime) -> Appointment:
    """End an appointment before its last day; the letter and its record stay.

    Raises:
        WrongState: it is revoked already.
        Refused: without a reason.
    """
    locked = (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("site", "line", "user")
        .get(pk=appointment.pk)
    )
    require(can_revoke(actor, locked))
    if locked.revoked_at is not None:
        raise WrongState(_("%(number)s is revoked already. Reload the page.") % {"number": locked.number})
    if not reason.strip():
        raise Refused(_("Write the reason."), field="reason")
    locked.revoked_at, locked.revoked_by, locked.revocation_reason = now, actor, reason.strip()
    locked.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    _tell(notices.APPOINTMENT_REVOKED, locked, now)
    record("appointment.revoked", subject=locked, actor=actor, now=now, detail={"reason": reason})
    return locked


def _tell(kind: str, appointment: Appointment, now: datetime) -> None:
    notify(
        kind=kind,
        recipients=[appointment.user],
        subject=appointment,
        url=reverse("appointment_detail", kwargs={"uuid": appointment.uuid}),
        params={
            "number": appointment.number,
            "line": appointment.line.name,
            "site": appointment.site.name,
        },
        now=now,
    )
