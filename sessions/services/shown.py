"""What planning is told: who was trained in which module, and who has shown it, on the day they reached it (4.3, 7.2).

Not the day on which a session is concluded: a class of Friday that is concluded on Monday was had on Friday.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from planning.services.history import (
    Shown,
    Trained,
    record_competences,
    record_trainings,
    withdraw_competences,
    withdraw_trainings,
)
from sessions.enums import BEYOND_TARGET, HELD
from sessions.models import Enrolment, SessionResult, TargetOutcome, TrainingSession
from sessions.queries.ledger import trained_of
from sessions.queries.reached import Place, Reached, latest, reached_in


def tell_shown(
    trained: Sequence[TargetOutcome],
    passed: Sequence[tuple[TargetOutcome, SessionResult]],
    places: Mapping[int, Collection[Place]],
    *,
    actor: Any,
    now: datetime,
) -> None:
    """Tell planning which targets were trained and which have passed (5.1.1 b, 7.2). Four queries or so.

    Args:
        trained: outcomes that were not trained before.
        places: by outcome, where the target had the training.
    """
    if not trained and not passed:
        return
    own = {each.enrolment.training_session_id for each in trained}  # type: ignore[union-attr]
    own |= {result.enrolment.training_session_id for _outcome, result in passed}
    sessions = TrainingSession.objects.select_related("site", "module_version", "held_version").in_bulk(own)
    reached = reached_in({place for each in places.values() for place in each})
    record_trainings(
        Trained(
            person_id=each.person_id,
            module_version_id=held.taught_version_id,
            trained_on=_day(places[each.pk], reached, held, now),
            source=each.uuid,
        )
        for each in trained
        if (held := sessions[each.enrolment.training_session_id])  # type: ignore[union-attr]
    )
    shown = [
        Shown(
            person=outcome.person,
            module_version=held.taught_version,
            achieved_on=_day(places[outcome.pk], reached, held, now, attempt=result.attempt),
            result=result.final,
            source=result.enrolment.uuid,
        )
        for outcome, result in passed
        if (held := sessions[result.enrolment.training_session_id])
    ]
    if shown:
        record_competences(shown=shown, actor=actor, now=now)


def withdraw_shown(outcomes: Iterable[TargetOutcome], *, actor: Any, now: datetime) -> None:
    """Who no longer passes has not shown the module: neither in their session nor in a class that recovered it."""
    for outcome in outcomes:
        held = Q(training_session=outcome.enrolment.training_session_id)  # type: ignore[union-attr]
        held |= Q(training_session__recovers__enrolment=outcome.enrolment_id)
        places = Enrolment.objects.filter(held, person=outcome.person_id)
        withdraw_competences(sources=set(places.values_list("uuid", flat=True)), actor=actor, now=now)


def tell_beyond_target(
    training_session: TrainingSession, people: Iterable[int] | None = None, *, actor: Any, now: datetime
) -> None:
    """Who came without being targeted has shown the module where they passed; no target's outcome moves (4.3, 7.2).

    Args:
        people: keys of persons; everybody of the session without.
    """
    if training_session.state not in HELD:
        return
    guests = training_session.enrolments.filter(origin__in=BEYOND_TARGET, removed_at=None)
    if people is not None:
        guests = guests.filter(person__in=list(people))
    rows = {each.pk: each for each in guests.select_related("person")}
    if not rows:
        return
    trained = trained_of(rows)
    passed = {
        each.enrolment_id: each
        for each in SessionResult.objects.filter(enrolment__in=trained, current=True, passed=True)
    }
    places = {key: (each.person_id, training_session.pk) for key, each in rows.items()}
    reached, version = reached_in(list(places.values())), training_session.taught_version
    record_trainings(
        Trained(
            person_id=rows[key].person_id,
            module_version_id=version.pk,
            trained_on=_day([places[key]], reached, training_session, now),
            source=rows[key].uuid,
        )
        for key in rows
        if key in trained
    )
    withdraw_trainings(each.uuid for each in rows.values() if each.pk not in trained)
    shown = [
        Shown(
            person=rows[key].person,
            module_version=version,
            achieved_on=_day([places[key]], reached, training_session, now, attempt=result.attempt),
            result=result.final,
            source=rows[key].uuid,
        )
        for key, result in passed.items()
    ]
    record_competences(shown=shown, actor=actor, now=now)
    sources = {each.uuid for each in rows.values() if each.pk not in passed}
    withdraw_competences(sources=sources, actor=actor, now=now)


def _day(
    places: Iterable[Place],
    reached: Mapping[Place, Reached],
    training_session: TrainingSession,
    now: datetime,
    *,
    attempt: int = 1,
) -> date:
    """The day at the site on which the last of what counts was done; a remedial attempt counts where it decided."""
    found = [reached[each] for each in places if each in reached]
    moments = [each.had for each in found] + ([each.again for each in found] if attempt > 1 else [])
    return (latest(moments) or now).astimezone(training_session.site.zone).date()
