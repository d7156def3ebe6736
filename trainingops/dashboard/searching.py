"""Finding a training, a person or a record by what people call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from planning.models import TrainingPlan
from sessions.models import TrainingSession
from trainingops.people.models import Person, User
from trainingops.records.models import EvidenceRecord

#: Shorter words find everything.
SHORTEST = 2
#: Shown of each kind; one more is read, to say that there are more.
MOST = 20


@dataclass(frozen=True)
class Hit:
    """One line found: its name, what stands below it, its page."""

    title: str
    note: str
    url: str


@dataclass(frozen=True)
class Found:
    """What was found of one kind; ``more`` when not all of it is shown."""

    name: str
    icon: str
    hits: list[Hit]
    more: bool


def search(user: User, words: str, *, may_open: Callable[[str], bool]) -> list[Found]:
    """Trainings by number or title, sessions by number, people by name or number, records by number or title.

    Args:
        words: what was typed; shorter than two characters finds nothing.
        may_open: whether the reader's roles open the page of that URL name, so that no line leads to a refusal.

    Returns:
        The kinds of which something was found, each in the reader's sight only: one query a kind.
    """
    if len(words) < SHORTEST:
        return []
    kinds: list[tuple[str, str, str, QuerySet[Any], Callable[[Any], Hit]]] = [
        ("plan_detail", _("Trainings"), "plan", _plans(user, words), _plan_hit),
        ("session_detail", _("Sessions"), "people", _sessions(user, words), _session_hit),
        ("person_detail", _("People"), "user", _people(user, words), _person_hit),
        ("evidence_detail", _("Records"), "archive", _records(user, words), _record_hit),
    ]
    found = []
    for url_name, name, icon, rows, hit in kinds:
        if not may_open(url_name):
            continue
        shown = list(rows[: MOST + 1])
        if shown:
            found.append(Found(name, icon, [hit(row) for row in shown[:MOST]], len(shown) > MOST))
    return found


def _plans(user: User, words: str) -> QuerySet[Any]:
    plans = TrainingPlan.objects.visible_to(user).select_related("site", "line", "pic")
    return plans.filter(Q(number__icontains=words) | Q(title__icontains=words)).order_by("-created_at")


def _plan_hit(plan: TrainingPlan) -> Hit:
    note = f"{plan.number}, {plan.get_state_display()}, PIC {plan.pic}, {plan.line} {plan.site}"
    return Hit(plan.title, note, reverse("plan_detail", args=[plan.uuid]))


def _sessions(user: User, words: str) -> QuerySet[Any]:
    seen = TrainingSession.objects.visible_to_staff(user).select_related("plan", "site")
    return seen.filter(number__icontains=words).order_by("-starts_at")


def _session_hit(training_session: TrainingSession) -> Hit:
    note = f"{training_session.plan.title}, {training_session.get_state_display()}, {training_session.site}"
    title = f"{training_session.number}, {training_session.label}"
    return Hit(title, note, reverse("session_detail", args=[training_session.uuid]))


def _people(user: User, words: str) -> QuerySet[Any]:
    people = Person.objects.visible_to(user)
    return people.filter(Q(name__icontains=words) | Q(employee_no__icontains=words)).order_by(Lower("name"), "pk")


def _person_hit(person: Person) -> Hit:
    return Hit(person.name, person.employee_no, reverse("person_detail", args=[person.uuid]))


def _records(user: User, words: str) -> QuerySet[Any]:
    records = EvidenceRecord.objects.visible_to(user)
    return records.filter(Q(number__icontains=words) | Q(title__icontains=words)).order_by("-evidence_date", "-pk")


def _record_hit(record: EvidenceRecord) -> Hit:
    return Hit(record.number, record.about, reverse("evidence_detail", args=[record.uuid]))
