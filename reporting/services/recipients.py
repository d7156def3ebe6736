"""Who receives a report: every party of every place of the class, each with a recipient (clause 5.3.2, RPT-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Subquery

from planning.models import PlanRecipient, TrainingPlan
from planning.queries.plans import local_day
from reporting.models import Distribution, ReportParty, ReportVersion
from reporting.offices import Offices, Place, can_be_reached, groups_of, places_of
from sessions.models import Enrolment, TrainingSession
from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.people.models import User


@dataclass(frozen=True)
class Recipient:
    """One address of one party; without ``user`` by mail, or handed over by the sender."""

    party: str
    user: User | None
    name: str = ""
    address: str = ""

    @property
    def reachable(self) -> bool:
        return self.user is None or can_be_reached(self.user)

    @property
    def words(self) -> str:
        return self.user.name if self.user else self.name or self.address


@dataclass(frozen=True)
class Owed:
    """A party at a place of the class, and the recipients who stand for it."""

    party: str
    place: Place
    stand: list[Recipient]


@dataclass(frozen=True)
class Recipients:
    """Everybody a report goes to, and the parties that it must reach."""

    all: list[Recipient]
    owed: list[Owed]

    @property
    def unreachable(self) -> list[Recipient]:
        return [each for each in self.all if not each.reachable]

    @property
    def parties_without(self) -> list[str]:
        """The mandatory parties that nobody could be found for, each with its place."""
        return [f"{Role(each.party).label} ({each.place})" for each in self.owed if not each.stand]


def recipients_of(
    training_session: TrainingSession, now: datetime, *, enrolments: Sequence[Enrolment] | None = None
) -> Recipients:
    """The plan's recipients, the mandatory parties of every place of the class, the leaders of its teams.

    Where no recipient of the plan stands for a party at a place, everybody who holds its role there receives it.

    Args:
        enrolments: of the class with site and line, where they are read already; else this is the third query.
    """
    people = list(groups_of(training_session)) if enrolments is None else enrolments
    offices = Offices((*MANDATORY_PARTIES, Role.TEAM_LEADER), local_day(now, training_session.site))
    planned = [
        _account(row.party, row.user) if row.user else Recipient(row.party, None, row.name, row.email)
        for row in _planned(training_session.plan)
    ]
    own, *others = places_of(training_session, people)
    owed = [_owed(party, own, planned, offices, by_mail=True) for party in MANDATORY_PARTIES]
    owed += [_owed(party, place, planned, offices) for place in others for party in MANDATORY_PARTIES]
    leaders = [
        _account(Role.TEAM_LEADER, user) for user in offices.leaders({each.team_id for each in people if each.team_id})
    ]
    found = [*planned, *(each for one in owed for each in one.stand), *leaders]
    return Recipients(list(dict.fromkeys(found)), owed)


def _owed(party: str, place: Place, planned: list[Recipient], offices: Offices, *, by_mail: bool = False) -> Owed:
    """Who stands for a party: of the plan's recipients those with its role there, else all who hold it there.

    Args:
        by_mail: whether somebody of the plan without account does where nobody else can be found.
    """
    chosen = [each for each in planned if each.party == party]
    stand = [each for each in chosen if each.user and offices.holds(each.user, party, place)]
    stand = stand or [_account(party, user) for user in offices.holders(party, place)]
    if not stand and by_mail:
        stand = [each for each in chosen if each.user is None]
    return Owed(party, place, stand)


def _account(party: str, user: User) -> Recipient:
    return Recipient(party, user, address=user.email)


def _planned(plan: TrainingPlan) -> QuerySet[PlanRecipient]:
    """Of the approved revision; of the last one for a class that was filed without approval."""
    last = Subquery(plan.revisions.order_by("-number").values("pk")[:1])
    rows = PlanRecipient.objects.filter(revision=plan.approved_revision_id or last)
    return rows.select_related("user__person").order_by("party", "pk")


def distribute(version: ReportVersion, recipients: Recipients, *, sent_at: datetime) -> list[Distribution]:
    """Write who the version goes to, who of them had closed their account, and which parties they stand for."""
    rows = {each: _row(version, each, sent_at) for each in recipients.all}
    Distribution.objects.bulk_create(rows.values())
    parties = [
        ReportParty(version=version, party=each.party, site=each.place.site, line=each.place.line)
        for each in recipients.owed
    ]
    ReportParty.objects.bulk_create(parties)
    link = ReportParty.recipients.through
    link.objects.bulk_create(
        link(reportparty=party, distribution=rows[each])
        for party, owed in zip(parties, recipients.owed, strict=True)
        for each in owed.stand
    )
    return list(rows.values())


def _row(version: ReportVersion, recipient: Recipient, sent_at: datetime) -> Distribution:
    return Distribution(
        version=version,
        party=recipient.party,
        user=recipient.user,
        name=recipient.name,
        address=recipient.address,
        unreachable=not recipient.reachable,
        sent_at=sent_at,
    )
