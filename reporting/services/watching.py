"""Parties that lost their last recipient: manager and administrator are told, once for each loss (4.3, 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from reporting.delivery import lost_before_sending, with_delivery
from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.queries import administrators, managers_in_scope
from reporting.services.telling import address_of, subject_words, tell
from trainingops.audit.journal import record, service
from trainingops.people.enums import MANDATORY_PARTIES, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def watch_recipients(*, now: datetime) -> int:
    """Tell of every party that lost its last recipient: between scheduling and submission, and after sending.

    An account closes, somebody leaves, a role ends by its date: none of them is an event of this stage, so that a
    sweep looks. How many obligations were told of.
    """
    return sum(_note_lost(obligation=each, lost=lost, now=now) for each, lost in _changed(now))


def _changed(now: datetime) -> Iterator[tuple[ReportObligation, list[str]]]:
    """The obligations whose lost parties are others than was told."""
    pending: Any = ReportObligation.objects.filter(
        state=ObligationState.PENDING, training_session__plan__approved_revision__isnull=False
    ).annotate(**lost_before_sending(now))
    submitted = ReportObligation.objects.filter(state=ObligationState.SUBMITTED)
    sent: Any = with_delivery(submitted, now=now).filter(~Q(delivered=True) | ~Q(parties_told=[]))  # few of many years
    for each in pending.iterator():
        lost = [str(party) for party in MANDATORY_PARTIES if getattr(each, f"lost_{party}")]
        if lost != each.parties_told:
            yield each, lost
    for each in sent.iterator():
        lost = [f"{row['party']} {row['line']} {row['site']}" for row in each.unreached]
        if lost != each.parties_told:
            yield each, lost


@service
def _note_lost(*, obligation: ReportObligation, lost: Collection[str], now: datetime) -> bool:
    """Keep what is lost; tell of what is new among it."""
    locked = (
        ReportObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("owner", "training_session__plan", "training_session__site", "training_session__line")
        .filter(pk=obligation.pk, state=obligation.state)
        .first()
    )
    if locked is None:
        return False
    new = [each for each in lost if each not in locked.parties_told]
    locked.parties_told = list(lost)
    locked.save(update_fields=["parties_told"])
    if not new:
        return False
    tell(
        kind="report.party_lost",
        recipients={locked.owner, *managers_in_scope(locked.training_session, now), *administrators(now)},
        subject=locked,
        step=f"{now:%Y-%m-%dT%H:%M:%S}",
        url=address_of(locked),
        now=now,
        params=lambda: {**subject_words(locked.training_session), "parties": ", ".join(map(_words, new))},
    )
    record("report.party_lost", subject=locked, actor=None, now=now, data={"parties": new})
    return True


def _words(party: str) -> str:
    """The party by its label, with its place behind it where the report was sent."""
    role, _space, place = party.partition(" ")
    return f"{Role(role).label} ({place})" if place else str(Role(role).label)
