"""Why, for whom, with which seats, and who learns of it (5.1.1 e, 5.3.1, 5.3.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.completeness.items import Item, Snapshot
from planning.content import recovery_forms_of
from planning.lists import lists_of
from planning.models import PlannedSession
from planning.queries.defects_since import groundless
from planning.queries.plans import parties_held
from trainingops.people.enums import MANDATORY_PARTIES, Role


def need(snapshot: Snapshot) -> Item:
    purpose = snapshot.revision.purpose.strip()
    gap = "" if purpose else _("Write why this training is needed.")
    return Item("need", _("Need"), "need", purpose, gap, clause="5.1.1")


def targets(snapshot: Snapshot) -> Item:
    batches = snapshot.batches_of_targets
    gap = ""
    if not batches:
        gap = _("Choose who is on target.")
    elif None in batches:
        lost = batches.count(None)
        gap = ngettext(
            "%(count)d person has no batch. Place them in one.",
            "%(count)d people have no batch. Place them in one.",
            lost,
        ) % {"count": lost}
    elif empty := [each.label for each in snapshot.sessions if each.pk not in batches]:
        gap = _("Nobody is in %(batches)s. Place people there, or remove the batch.") % {"batches": ", ".join(empty)}
    elif lost := _groundless(snapshot):
        gap = ngettext(
            "%(count)d person is on target for annulled defects only. Take them off, or name another reason.",
            "%(count)d people are on target for annulled defects only. Take them off, or name another reason.",
            lost,
        ) % {"count": lost}
    value = ngettext("%(count)d person", "%(count)d people", len(batches)) % {"count": len(batches)} if batches else ""
    return Item("targets", _("Targets"), "targets", value, gap, clause="5.1.1")


def _groundless(snapshot: Snapshot) -> int:
    known = lists_of(snapshot.revision)
    return known.groundless if known else groundless(snapshot.revision.targets.order_by()).count()


def crowded(sessions: Sequence[PlannedSession], people: Mapping[int | None, int]) -> str:
    """The batches with more people than their room has seats, in words; empty where all fit.

    Args:
        people: how many are in each batch, by its key.
    """
    return ", ".join(
        _("%(batch)s: %(people)d people, %(room)s has %(seats)d seats")
        % {"batch": each.label, "people": people[each.pk], "room": each.room, "seats": each.room.capacity}
        for each in sessions
        if each.room and people.get(each.pk, 0) > each.room.capacity
    )


def seats(snapshot: Snapshot) -> Item:
    """More people than seats need another room, or a written reason that the manager reads (5.1.1 e)."""
    full = crowded(snapshot.sessions, Counter(snapshot.batches_of_targets))
    reason = snapshot.revision.seats_reason.strip()
    gap = ""
    if full and not reason:
        gap = _("%(batches)s. Choose another room, place some elsewhere, or write where the others sit.") % {
            "batches": full
        }
    return Item("seats_reason", _("Seats"), "sessions", reason if full else "", gap, clause="5.1.1")


def recovery(snapshot: Snapshot) -> Item:
    forms = [str(form) for form in recovery_forms_of(snapshot.revision)]
    gap = "" if forms else _("Choose at least one form of recovery.")
    return Item("recovery", "Recovery", "recovery", ", ".join(forms), gap, clause="5.3.1")


def recipients(snapshot: Snapshot) -> Item:
    """Every mandatory party has an active account that holds the role here today (5.3.2)."""
    plan = snapshot.revision.plan
    if known := lists_of(snapshot.revision):
        reached = {party for party, _user in known.standing}
    else:
        standing = parties_held(site=plan.site, line=plan.line, day=snapshot.local_day(snapshot.now))
        reached = {each.party for each in snapshot.recipients if each.user_id in standing.get(each.party, ())}
    missing = [str(Role(party).label) for party in MANDATORY_PARTIES if party not in reached]
    words = _("No active recipient for %(parties)s. Choose somebody who holds that office here today.")
    gap = words % {"parties": ", ".join(missing)} if missing else ""
    parties = len({each.party for each in snapshot.recipients})
    value = ngettext("%(count)d party", "%(count)d parties", parties) % {"count": parties} if parties else ""
    return Item("recipients", _("Recipients of the report"), "recipients", value, gap, clause="5.3.2")
