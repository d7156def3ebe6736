"""What planning is told of a class filed afterwards: nobody was on target, but who came had the module (7.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from planning.services.history import (
    Shown,
    Trained,
    record_competences,
    record_trainings,
    withdraw_competences,
    withdraw_trainings,
)
from sessions.models import Enrolment, SessionResult, TrainingSession
from sessions.queries.ledger import trained_of


def note_filed(training_session: TrainingSession, enrolments: Iterable[int], *, actor: Any, now: datetime) -> None:
    """Tell planning who had the module in a class filed afterwards, and who passed, on the day it was held (7.2).

    What a correction or another score no longer shows is taken back.
    """
    keys = list(enrolments)
    trained, held_on = trained_of(keys), training_session.ends_at.astimezone(training_session.site.zone).date()
    version = training_session.taught_version
    rows = list(Enrolment.objects.filter(pk__in=keys).select_related("person"))
    here = [each for each in rows if each.pk in trained]
    record_trainings(
        Trained(person_id=each.person_id, module_version_id=version.pk, trained_on=held_on, source=each.uuid)
        for each in here
    )
    withdraw_trainings(each.uuid for each in rows if each.pk not in trained)
    passed = dict(
        SessionResult.objects.filter(enrolment__in=here, current=True, passed=True).values_list("enrolment", "final")
    )
    shown = [
        Shown(
            person=each.person,
            module_version=version,
            achieved_on=held_on,
            result=passed[each.pk],
            source=each.uuid,
        )
        for each in here
        if each.pk in passed
    ]
    if shown:
        record_competences(shown=shown, actor=actor, now=now)
    withdraw_competences(sources={each.uuid for each in rows if each.pk not in passed}, actor=actor, now=now)
