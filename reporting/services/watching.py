"""Parties that lost their last recipient: manager and administrator are told, once for each loss (4.3, 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from reporting.delivery import with_delivery
from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.offices import Place
from reporting.queries import administrators, managers_in_scope
from reporting.services.recipients import Owed, parties_of
from reporting.services.telling import address_of, subject_words, tell
from reporting.wording import party_words
from trainingops.audit.journal import record, service

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from reporting.models import ReportObligationQuerySet


def watch_recipients(*, now: datetime) -> int:
    """Tell of every party that lost its last recipient: between scheduling and submission, and after sending.

    An account closes, somebody leaves, a role ends by its date: none of them is an event of this stage, so that a
    sweep looks. How many obligations were told of.
    """
    return sum(_note_lost(obligation=each, lost=lost, now=now) for each, lost in _changed(now))


def _changed(now: datetime) -> Iterator[tuple[ReportObligation, list[str]]]:
    """The obligations whose lost parties are others than was told."""
    submitted = ReportObligation.objects.filter(state=ObligationState.SUBMITTED)
    sent: Any = with_delivery(submitted, now=now).filter(~Q(delivered=True) | ~Q(parties_told=[]))  # few of many years
    pending = ReportObligation.objects.filter(state=ObligationState.PENDING)
    for each, parties in lost_before_sending(pending, now=now):
        lost = [_key(party, each) for party in parties]
        if lost != each.parties_told:
            yield each, lost
    for each in sent.iterator():
        lost = [f"{row['party']} {row['line']} {row['site']}" for row in each.unreached]
        if lost != each.parties_told:
            yield each, lost


def lost_before_sending(
    obligations: ReportObligationQuerySet, *, now: datetime
) -> Iterator[tuple[ReportObligation, list[Owed]]]:
    """For each of these whose plan is approved the parties that are lost: a handful of queries, however many."""
    places = ("training_session__plan", "training_session__site", "training_session__line")
    approved = obligations.filter(training_session__plan__approved_revision__isnull=False)
    by_session = {each.training_session: each for each in approved.select_related(*places)}
    for training_session, parties in parties_of(list(by_session), now):
        yield by_session[training_session], [each for each in parties if each.is_lost]


def _key(lost: Owed, obligation: ReportObligation) -> str:
    """A party as it is kept: with its place, unless that is the class's own."""
    training_session = obligation.training_session
    is_own = lost.place == Place(training_session.site, training_session.line)
    return str(lost.party) if is_own else f"{lost.party} {lost.place}"


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
        params=lambda: {**subject_words(locked.training_session), "parties": ", ".join(map(party_words, new))},
    )
    record("report.party_lost", subject=locked, actor=None, now=now, data={"parties": new})
    return True
