"""Rooms, applications and trainers from outside (clauses 5.1.1 a, e)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import Qualification
from planning.models import LicenceSeat, Room, TrainerProfile, TrainingApplication, TrainingModule
from planning.policies.catalogue import can_keep_places
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import Site, Unit, User


@service
def add_room(*, site: Site, name: str, capacity: int, actor: User, now: datetime) -> Room:
    """A room of a site with its seats.

    Raises:
        Refused: the site has a room of this name, or it has no seat.
    """
    require(can_keep_places(actor))
    room = Room(site=site, name=name, capacity=capacity)
    _check_room(room)
    room.save()
    record("room.added", subject=room, actor=actor, now=now, data={"site": site.uuid})
    return room


@service
def edit_room(*, room: Room, name: str, capacity: int, actor: User, now: datetime) -> Room:
    """Correct the name or the seats of a room; plans that were approved with it keep their people (5.1.1 e).

    Raises as :func:`add_room`.
    """
    require(can_keep_places(actor))
    locked = Room.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=room.pk)
    before = {"name": locked.name, "capacity": locked.capacity}
    locked.name, locked.capacity = name, capacity
    _check_room(locked)
    locked.save(update_fields=["name", "capacity"])
    after = {"name": name, "capacity": capacity}
    record("room.edited", subject=locked, actor=actor, now=now, data={"before": before, "after": after})
    return locked


def _check_room(room: Room) -> None:
    """A name of its own at its site, and a seat."""
    if Room.objects.filter(site=room.site, name__iexact=room.name).exclude(pk=room.pk).exists():
        raise Refused(
            _("%(site)s has a room %(name)s already. Choose another name.") % {"site": room.site, "name": room.name},
            field="name",
        )
    if room.capacity < 1:
        raise Refused(_("A room has at least 1 seat."), field="capacity")


@service
def add_application(*, name: str, needs_licence: bool, seats: int, actor: User, now: datetime) -> TrainingApplication:
    """An application; one that needs licences gets numbered seats (5.1.1 e).

    Raises:
        Refused: the name is taken, or it needs licences and has none.
    """
    require(can_keep_places(actor))
    application = TrainingApplication(name=name, needs_licence=needs_licence)
    _check_application(application, seats)
    application.save()
    if needs_licence:
        _number_seats(application, seats)
    record("training_application.added", subject=application, actor=actor, now=now)
    return application


@service
def edit_application(
    *, application: TrainingApplication, name: str, seats: int, is_active: bool, actor: User, now: datetime
) -> TrainingApplication:
    """Correct the name or the licences of an application, take it out of use, or back into use (5.1.1 e).

    Out of use no plan chooses it any more; what was planned with it stays.

    Args:
        seats: how many licences there are; without meaning where it needs none.

    Raises:
        Refused: as :func:`add_application`, or a licence to take away is booked, or was.
    """
    require(can_keep_places(actor))
    locked = TrainingApplication.objects.select_for_update(no_key=True).get(pk=application.pk)
    before = {"name": locked.name, "seats": locked.seats.count(), "is_active": locked.is_active}
    locked.name, locked.is_active = name, is_active
    _check_application(locked, seats)
    locked.save(update_fields=["name", "is_active"])
    if locked.needs_licence:
        _number_seats(locked, seats)
    after = {"name": name, "seats": locked.seats.count(), "is_active": is_active}
    record("training_application.edited", subject=locked, actor=actor, now=now, data={"before": before, "after": after})
    return locked


def _check_application(application: TrainingApplication, seats: int) -> None:
    """A name of its own, and a licence where it needs any."""
    name = application.name
    if TrainingApplication.objects.filter(name__iexact=name).exclude(pk=application.pk).exists():
        raise Refused(_("%(name)s is listed already. Choose another name.") % {"name": name}, field="name")
    if application.needs_licence and seats < 1:
        raise Refused(
            _("%(seats)d licences: nobody could work with it. Write 1 or more.") % {"seats": seats}, field="seats"
        )


def _number_seats(application: TrainingApplication, count: int) -> None:
    """The licences are numbered from 1 to ``count``; one that a training took stays, because it says who had it."""
    beyond = application.seats.filter(number__gt=count)
    if last := beyond.filter(bookings__isnull=False).order_by("-number").values_list("number", flat=True).first():
        raise Refused(
            _(
                "%(count)d licences are too few: trainings took licence %(last)d. "
                "Give %(last)d or more, or take the application out of use and add it anew."
            )
            % {"count": count, "last": last},
            field="seats",
        )
    beyond.delete()
    known = application.seats.count()
    LicenceSeat.objects.bulk_create(
        LicenceSeat(application=application, number=number) for number in range(known + 1, count + 1)
    )


@service
def add_trainer(
    *,
    name: str,
    kind: str,
    unit: Unit | None,
    modules: Iterable[TrainingModule],
    valid_until: date | None,
    actor: User,
    now: datetime,
) -> TrainerProfile:
    """Somebody of SSO Training, of the client or from outside who teaches, without account (5.1.1 a).

    Raises:
        Refused: our own trainers come by appointment; SSO Training names its unit.
    """
    require(can_keep_places(actor))
    if kind == Qualification.INTERNAL:
        raise Refused(_("Our own trainers are added by their appointment. Appoint them instead."), field="kind")
    if kind == Qualification.SSO_TRAINING and unit is None:
        raise Refused(_("Choose the unit of SSO Training."), field="unit")
    trainer = TrainerProfile.objects.create(name=name, kind=kind, unit=unit, valid_until=valid_until)
    trainer.modules.set(modules)
    record("trainer.added", subject=trainer, actor=actor, now=now, data={"kind": kind}, detail={"name": name})
    return trainer


@service
def set_modules_of_trainer(
    *,
    trainer: TrainerProfile,
    modules: Iterable[TrainingModule],
    valid_until: date | None,
    actor: User,
    now: datetime,
) -> TrainerProfile:
    """Which modules somebody may teach, and until when (5.1.1 a, ISO 7.2)."""
    require(can_keep_places(actor))
    locked = TrainerProfile.objects.select_for_update(no_key=True).get(pk=trainer.pk)
    chosen = list(modules)
    locked.valid_until = valid_until
    locked.save(update_fields=["valid_until"])
    locked.modules.set(chosen)
    record(
        "trainer.qualified",
        subject=locked,
        actor=actor,
        now=now,
        data={"modules": [str(module.uuid) for module in chosen], "valid_until": valid_until},
    )
    return locked


@service
def link_account(*, trainer: TrainerProfile, user: User | None, actor: User, now: datetime) -> TrainerProfile:
    """Say which account a trainer of SSO Training, of the client or from outside signs in with; none: the PIC acts.

    Raises:
        NotAllowed: neither manager nor administrator.
        Refused: our own trainer, a closed account, or one that is another trainer's.
    """
    require(can_keep_places(actor))
    locked = TrainerProfile.objects.select_for_update(no_key=True).get(pk=trainer.pk)
    if locked.kind == Qualification.INTERNAL:
        raise Refused(_("The account of our own trainers comes with their appointment."), field="user")
    if user is not None:
        if not user.is_active:
            raise Refused(_("The account of %(name)s is closed.") % {"name": user}, field="user")
        other = TrainerProfile.objects.filter(user=user).exclude(pk=locked.pk).first()
        if other is not None:
            raise Refused(
                _("The account of %(name)s belongs to the trainer %(trainer)s already. Choose another.")
                % {"name": user, "trainer": other},
                field="user",
            )
    locked.user = user
    locked.save(update_fields=["user"])
    record("trainer.account_linked", subject=locked, actor=actor, now=now, data={"user": user.uuid if user else None})
    return locked
