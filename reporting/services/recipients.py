"""Who receives a report: every party of every place of the class, each with a recipient (clause 5.3.2, RPT-4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from planning.models import PlanRecipient, TrainingPlan
from planning.queries.plans import local_day
from reporting.models import AddedRecipient, Distribution, ReportParty, ReportVersion
from reporting.offices import Offices, Place, can_be_reached, groups_of, places_of
from sessions.models import Enrolment, TrainingSession
from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.people.models import Delegation, RoleAssignment, User
from trainingops.people.queries import in_force


@dataclass(frozen=True)
class Recipient:
    """One address of one party; without ``user`` by mail, or handed over by the sender.

    ``holds_role``: whether the account holds any role; without one it opens no report.
    """

    party: str
    user: User | None
    name: str = ""
    address: str = ""
    holds_role: bool = field(default=True, compare=False)

    @property
    def reachable(self) -> bool:
        return self.user is None or (self.holds_role and can_be_reached(self.user))

    @property
    def words(self) -> str:
        return self.user.name if self.user else self.name or self.address


@dataclass(frozen=True)
class Owed:
    """A party at a place of the class, and the recipients who stand for it.

    It is lost where nobody does; at the plan's own place also where nobody of the plan's recipients does any more.
    """

    party: str
    place: Place
    stand: list[Recipient]
    is_lost: bool = False

    @property
    def words(self) -> str:
        return f"{Role(self.party).label} ({self.place})"


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
        return [each.words for each in self.owed if not each.stand]


def recipients_of(
    training_session: TrainingSession,
    now: datetime,
    *,
    enrolments: Sequence[Enrolment] | None = None,
    added: Sequence[Mapping[str, Any]] | None = None,
) -> Recipients:
    """The plan's recipients, the mandatory parties of every place of the class, the leaders of its teams, and who was
    added by hand to an earlier version and not taken out since.

    Where no recipient of the plan stands for a party at a place, everybody who holds its role there receives it; at
    another place than the plan's own those who are assigned there receive it besides.

    Args:
        enrolments: of the class with site and line, where they are read already; else this is one more query.
        added: by hand, as :func:`reporting.views.loading.visible` reads them beside a report; else one more.
    """
    people = list(groups_of([training_session])) if enrolments is None else enrolments
    if added is None:
        mine = AddedRecipient.objects.filter(report__obligation__training_session=training_session, taken_out_at=None)
        added = list(mine.order_by("pk").values("party", "user_id", "name", "address"))
    return _gathered([training_session], people, now, added)


def recipients_of_all(training_sessions: Sequence[TrainingSession], now: datetime) -> Recipients:
    """The same of several classes of one plan together: three queries."""
    return _gathered(training_sessions, list(groups_of(training_sessions)), now)


def parties_of(
    training_sessions: Collection[TrainingSession], now: datetime
) -> Iterator[tuple[TrainingSession, list[Owed]]]:
    """The parties of every place of each class, of approved plans; a handful of queries, however many there are.

    Each session with its plan, site and line.
    """
    people: dict[int, list[Enrolment]] = {}
    for enrolment in groups_of(training_sessions):
        people.setdefault(enrolment.training_session_id, []).append(enrolment)
    planned: dict[int, list[Recipient]] = {}
    revisions = {each.plan.approved_revision_id for each in training_sessions}
    for row in _with_people(PlanRecipient.objects.filter(revision__in=revisions)):
        planned.setdefault(row.revision_id, []).append(_recipient(row))
    offices: dict[date, Offices] = {}
    for each in training_sessions:
        day = local_day(now, each.site)
        if day not in offices:
            offices[day] = Offices(MANDATORY_PARTIES, day)
        of_plan = planned.get(each.plan.approved_revision_id or 0, [])
        yield each, _owed_by(each, people.get(each.pk, []), of_plan, offices[day])


def _gathered(
    training_sessions: Sequence[TrainingSession],
    people: Sequence[Enrolment],
    now: datetime,
    added: Sequence[Mapping[str, Any]] = (),
) -> Recipients:
    """Of classes of one plan; everybody found who holds a party's role at a place stands for it there.

    Somebody ``added`` without account does where nobody else can be found; with one, who holds the party's role still.
    """
    first = training_sessions[0]
    day = local_day(now, first.site)
    offices = Offices({*MANDATORY_PARTIES, Role.TEAM_LEADER, *(each["party"] for each in added)}, day)
    by_hand = list(_by_hand(added, offices))
    planned = [replace(_recipient(row), holds_role=row.holds_role) for row in _planned(first.plan, day)]
    owed = [one for each in training_sessions for one in _owed_by(each, people, planned, offices)]
    leaders = [
        _account(Role.TEAM_LEADER, user) for user in offices.leaders({each.team_id for each in people if each.team_id})
    ]
    found = list(dict.fromkeys([*planned, *(each for one in owed for each in one.stand), *leaders, *by_hand]))
    outside = [each for each in by_hand if each.user is None]
    return Recipients(found, [_with_all(one, found, outside, offices) for one in owed])


def _by_hand(added: Iterable[Mapping[str, Any]], offices: Offices) -> Iterator[Recipient]:
    holders = {(each.role, each.user.pk): each.user for each in offices.holdings}
    for each in added:
        if each["user_id"] is None:
            yield Recipient(each["party"], None, each["name"], each["address"])
        elif user := holders.get((each["party"], each["user_id"])):
            yield _account(each["party"], user)


def _owed_by(
    training_session: TrainingSession, people: Sequence[Enrolment], planned: list[Recipient], offices: Offices
) -> list[Owed]:
    """The mandatory parties of every place of one class, its own place first, with who stands for them."""
    own, *others = places_of(training_session, people)
    here = [_owed_here(party, own, planned, offices) for party in MANDATORY_PARTIES]
    return here + [_owed_there(party, place, planned, offices) for place in others for party in MANDATORY_PARTIES]


def _owed_here(party: str, place: Place, planned: list[Recipient], offices: Offices) -> Owed:
    """At the plan's own place: of its recipients those with the role there, else all who hold it there.

    Whom the plan names without account stands for it, too: when the others lose the role, the PDF is with the unit.
    """
    chosen = _chosen(party, place, planned, offices)
    outside = [each for each in planned if each.party == party and each.user is None]
    holding = chosen or [_account(party, each) for each in offices.holders(party, place)]
    return Owed(party, place, [*holding, *outside], is_lost=not chosen and not outside)


def _owed_there(party: str, place: Place, planned: list[Recipient], offices: Offices) -> Owed:
    """At another place: those who are assigned there, and besides them the plan's; else all who hold it there."""
    assigned = [_account(party, each) for each in offices.assigned(party, place)]
    stand = list(dict.fromkeys([*_chosen(party, place, planned, offices), *assigned]))
    stand = stand or [_account(party, each) for each in offices.holders(party, place)]
    return Owed(party, place, stand, is_lost=not stand)


def _chosen(party: str, place: Place, among: Iterable[Recipient], offices: Offices) -> list[Recipient]:
    """Those of a party who hold its role at a place."""
    return [each for each in among if each.party == party and each.user and offices.holds(each.user, party, place)]


def _with_all(owed: Owed, found: Iterable[Recipient], outside: Iterable[Recipient], offices: Offices) -> Owed:
    """Who receives the report for a party stands for it wherever they hold its role, for whatever place they came."""
    everybody = dict.fromkeys([*owed.stand, *_chosen(owed.party, owed.place, found, offices)])
    return replace(owed, stand=list(everybody) or [each for each in outside if each.party == owed.party])


def _account(party: str, user: User) -> Recipient:
    return Recipient(party, user, address=user.email)


def _recipient(row: PlanRecipient) -> Recipient:
    return _account(row.party, row.user) if row.user else Recipient(row.party, None, row.name, row.email)


def _planned(plan: TrainingPlan, day: date) -> QuerySet[Any]:
    """Of the approved revision; of the last one for a class that was filed without approval. With ``holds_role``."""
    last = Subquery(plan.revisions.order_by("-number").values("pk")[:1])
    held = RoleAssignment.objects.filter(in_force(day), user=OuterRef("user")).exclude(role=Role.AGENT)
    lent = Delegation.objects.filter(in_force(day), delegate=OuterRef("user"))
    rows = PlanRecipient.objects.filter(revision=plan.approved_revision_id or last)
    return _with_people(rows.annotate(holds_role=Exists(held) | Exists(lent)))


def _with_people(rows: QuerySet[PlanRecipient]) -> QuerySet[PlanRecipient]:
    return rows.select_related("user__person").order_by("party", "pk")


def distribute(version: ReportVersion, recipients: Recipients, *, sent_at: datetime) -> list[Distribution]:
    """Write who the version goes to, who of them cannot open it, and which parties they stand for."""
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
