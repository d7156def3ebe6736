"""The diaries of trainers, rooms and participants around the windows of a draft (5.1.1 a, f): one query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from planning.content import sessions_of
from planning.enums import Method
from planning.models import Appointment, Booking, PlanRevision, Room, TrainerProfile, TrainingPlan
from planning.qualifying import qualified_on
from planning.queries.away import COLUMNS, Away, away_of_texts, away_rows
from planning.queries.lookups import look_up, texts
from planning.slots.diary import Diary, Resource, Span


def diary_of(revision: PlanRevision, people: Collection[int], days: Sequence[date]) -> Diary:
    """What bookings and the draft's own batches have taken on these days; as :func:`diary_and_away` reads it."""
    return diary_and_away(revision, people, days, today=days[0])[0]


def diary_and_away(
    revision: PlanRevision, people: Collection[int], days: Sequence[date], *, today: date
) -> tuple[Diary, Away]:
    """What bookings and the draft's own batches have taken on these days, and who is off the floor from ``today`` on.

    The trainer who is the PIC is asked first, then those of the plan's own site; one of another site says so.
    A training that is only online needs no room; a site without rooms and a module that nobody may teach yet limit
    nothing.
    """
    plan, zone = revision.plan, revision.plan.site.zone
    first = datetime.combine(days[0], time.min, tzinfo=zone)
    last = datetime.combine(days[-1] + timedelta(days=1), time.min, tzinfo=zone)
    trainers = _qualified(revision, days[-1])
    rooms = Room.objects.none() if revision.method == Method.ONLINE else Room.objects.filter(site=plan.site_id)
    taken = Booking.objects.filter(
        Q(trainer__in=trainers.values("pk")) | Q(room__in=rooms.values("pk")) | Q(person__in=people),
        live=True,
        during__overlap=(first, last),
    ).exclude(planned_meeting__planned_session__revision=plan.approved_revision_id or -1)
    starts, ends = "planned_meeting__starts_at", "planned_meeting__ends_at"
    found = look_up(
        [
            texts("trainer", _with_site(trainers, plan, days[0]), "pk", "name", "account", "elsewhere"),
            texts("room", rooms, "pk", "name", "capacity"),
            texts("taken", taken, "trainer_id", "room_id", "person_id", starts, ends),
            texts("away", away_rows(site=plan.site, line=plan.line, since=today), *COLUMNS),
        ]
    )
    spans: dict[tuple[str, int], list[Span]] = {}
    for trainer, room, person, start, end in found.get("taken", ()):
        span = datetime.fromisoformat(start), datetime.fromisoformat(end)
        for side, key in (("trainer", trainer), ("room", room), ("person", person)):
            if key:
                spans.setdefault((side, int(key)), []).append(span)
    _add_own(revision, spans)
    able = [
        (
            (account != str(plan.pic_id), bool(elsewhere), name),
            Resource(int(key), name, spans.get(("trainer", int(key)), ()), elsewhere=elsewhere),
        )
        for key, name, account, elsewhere, *_rest in found.get("trainer", ())
    ]
    places = [
        Resource(int(key), name, spans.get(("room", int(key)), ()), int(seats))
        for key, name, seats, *_rest in found.get("room", ())
    ]
    diary = Diary(
        zone,
        trainers=[each for _order, each in sorted(able, key=lambda row: row[0])] or None,
        rooms=places or None,
        people={person: spans[side, person] for side, person in spans if side == "person"},
    )
    return diary, away_of_texts(found.get("away", ()))


def _with_site(trainers: QuerySet[TrainerProfile], plan: TrainingPlan, day: date) -> QuerySet[TrainerProfile]:
    """With ``account``, and ``elsewhere``: the site of an appointment that is none at the plan's."""
    held = Appointment.objects.in_force(day).filter(user=OuterRef("user")).order_by()
    other = held.exclude(site=plan.site_id).values("site__name")[:1]
    own = When(Exists(held.filter(site=plan.site_id)), then=Value(""))
    return trainers.annotate(account=F("user_id"), elsewhere=Case(own, default=Subquery(other)))


def _qualified(revision: PlanRevision, day: date) -> QuerySet[TrainerProfile]:
    """Who may teach the module of the revision until ``day``."""
    if revision.module_version is None:
        return TrainerProfile.objects.none()
    return qualified_on(TrainerProfile.objects.all(), revision.module_version, day)


def _add_own(revision: PlanRevision, spans: dict[tuple[str, int], list[Span]]) -> None:
    """What the batches of the draft itself take; they are not booked yet."""
    for planned in sessions_of(revision):
        keys = [("trainer", trainer.pk) for trainer in planned.trainers.all()]
        if planned.room_id:
            keys.append(("room", planned.room_id))
        for meeting in planned.meetings.all():
            for key in keys:
                spans.setdefault(key, []).append((meeting.starts_at, meeting.ends_at))
