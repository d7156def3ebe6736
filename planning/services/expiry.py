"""Reminders before appointments and qualifications end (5.1.1 a). Late, twice or side by side: each is told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from planning import trainer_notices as notices
from planning.models import Appointment, TrainerModule, TrainerProfile, TrainerQualification
from trainingops.notifications.models import Notice
from trainingops.notifications.services import notify
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, User
from trainingops.people.queries import in_force
from trainingops.ui.stored import stored_day

#: Days before the end at which a reminder goes out; after the end, one more until this long after it.
LEADS = (30, 7)
AFTER = 30


def remind_expiries(*, now: datetime) -> int:
    """Tell who is concerned of each appointment, qualification and permit that ends soon; how many were told of.

    Of several leads passed meanwhile only the last one is told. An appointment that another one follows is left out.
    """
    told = 0
    managers = _managers(timezone.localdate(now))
    for subject, kind, ends_on, user, params in (*_appointments(now), *_trainers(now)):
        step = step_of(ends_on, timezone.localdate(now))
        if step is None:
            continue
        people = [*managers_of(subject, managers), *([user] if user else [])]
        told += _tell(kind, subject, f"{ends_on.isoformat()}:{step}", people, params, now)
    return told


def step_of(ends_on: date, today: date) -> str | None:
    """Which reminder is due: the smallest lead reached, ``over`` for a while after the end, or none."""
    left = (ends_on - today).days
    if left < 0:
        return "over" if left >= -AFTER else None
    return next((str(lead) for lead in sorted(LEADS) if left <= lead), None)


def _window(now: datetime, name: str) -> dict[str, date]:
    today = timezone.localdate(now)
    return {f"{name}__gte": today - timedelta(days=AFTER), f"{name}__lte": today + timedelta(days=max(LEADS))}


Row = tuple[models.Model, str, date, User | None, dict[str, Any]]


def _appointments(now: datetime) -> Iterator[Row]:
    following = Appointment.objects.filter(
        user=OuterRef("user"),
        site=OuterRef("site"),
        line=OuterRef("line"),
        revoked_at=None,
        ends_on__gt=OuterRef("ends_on"),
    )
    rows = (
        Appointment.objects.filter(~Exists(following), revoked_at=None, **_window(now, "ends_on"))
        .select_related("user", "site", "line")
        .order_by("ends_on", "pk")
    )
    for each in rows:
        params = {
            "number": each.number,
            "name": each.user.name,
            "line": each.line.name,
            "site": each.site.name,
            "day": stored_day(each.ends_on),
        }
        yield each, notices.APPOINTMENT_ENDS, each.ends_on, each.user, params


def _trainers(now: datetime) -> Iterator[Row]:
    """Profiles, certificates and permits; a certificate has a subject of its own, the rest stands at the trainer."""
    kind = notices.QUALIFICATION_ENDS
    for trainer in TrainerProfile.objects.filter(**_window(now, "valid_until")).select_related("user").order_by("pk"):
        assert trainer.valid_until is not None
        yield trainer, kind, trainer.valid_until, trainer.user, _said(trainer, trainer.name, trainer.valid_until)
    permits = TrainerModule.objects.filter(**_window(now, "valid_until")).select_related(
        "trainerprofile__user", "trainingmodule"
    )
    for permit in permits.order_by("pk"):
        assert permit.valid_until is not None
        trainer = permit.trainerprofile
        yield (
            trainer,
            kind,
            permit.valid_until,
            trainer.user,
            _said(trainer, permit.trainingmodule.code, permit.valid_until),
        )
    rows = TrainerQualification.objects.filter(**_window(now, "valid_until")).select_related("trainer__user")
    for row in rows.order_by("pk"):
        assert row.valid_until is not None
        yield row, kind, row.valid_until, row.trainer.user, _said(row.trainer, row.title, row.valid_until)


def _said(trainer: TrainerProfile, what: str, ends_on: date) -> dict[str, Any]:
    return {"name": trainer.name, "what": what, "day": stored_day(ends_on)}


def _managers(day: date) -> list[tuple[User, set[int], set[int]]]:
    """Every active manager with the sites and lines of each grant; empty means all."""
    grants = (
        RoleAssignment.objects.filter(in_force(day), role=Role.MANAGER, user__is_active=True)
        .select_related("user")
        .prefetch_related("sites", "lines")
    )
    return [
        (grant.user, {each.pk for each in grant.sites.all()}, {each.pk for each in grant.lines.all()})
        for grant in grants
    ]


def managers_of(subject: models.Model, managers: Iterable[tuple[User, set[int], set[int]]]) -> list[User]:
    """The managers of an appointment's place; trainers teach anywhere, so all managers hear of them."""
    if not isinstance(subject, Appointment):
        return [user for user, _sites, _lines in managers]
    return [
        user
        for user, sites, lines in managers
        if (not sites or subject.site_id in sites) and (not lines or subject.line_id in lines)
    ]


def _tell(kind: str, subject: Any, step: str, people: list[User], params: dict[str, Any], now: datetime) -> int:
    """1 if anybody had not heard of it yet; the notice's own key keeps two sweeps at once from telling twice."""
    step = f"{params['what']}:{step}"[:60] if "what" in params else step
    before = Notice.objects.filter(kind=kind, subject=subject.uuid, step=step).count()
    if before >= len({user.pk for user in people}):
        return 0
    trainer = subject.trainer if isinstance(subject, TrainerQualification) else subject
    page = "appointment_detail" if isinstance(subject, Appointment) else "trainer_detail"
    with transaction.atomic():
        notify(
            kind=kind,
            recipients=people,
            subject=subject,
            step=step,
            url=reverse(page, args=[trainer.uuid]),
            params=params,
            now=now,
        )
    return int(Notice.objects.filter(kind=kind, subject=subject.uuid, step=step).count() > before)
