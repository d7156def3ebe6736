"""Who receives a report: no mandatory party without a recipient (clause 5.3.2, RPT-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from planning.models import PlanRecipient, TrainingPlan
from reporting.models import Distribution, ReportVersion
from reporting.queries import office_holders
from sessions.models import TrainingSession
from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.people.models import User


@dataclass(frozen=True)
class Recipient:
    """One address of one party; without ``user`` only by mail."""

    party: str
    user: User | None
    name: str = ""
    address: str = ""

    @property
    def reachable(self) -> bool:
        return self.user is None or self.user.is_active

    @property
    def words(self) -> str:
        return self.user.name if self.user else self.name or self.address


@dataclass(frozen=True)
class Recipients:
    """Everybody a report goes to, and the parties that nobody could be found for."""

    all: list[Recipient]
    parties_without: list[str]

    @property
    def unreachable(self) -> list[Recipient]:
        return [each for each in self.all if not each.reachable]


def recipients_of(training_session: TrainingSession, now: datetime) -> Recipients:
    """The recipients of the plan; for a mandatory party that none of them reaches, who holds the office in scope."""
    planned = [
        Recipient(row.party, row.user, row.name, row.user.email if row.user else row.email)
        for row in _planned(training_session.plan)
    ]
    reached = {each.party for each in planned if each.reachable}
    without = []
    for party in MANDATORY_PARTIES:
        if party in reached:
            continue
        holders = office_holders([party], training_session, now)
        planned += [Recipient(party, user, address=user.email) for user in holders]
        if not holders:
            without.append(str(Role(party).label))
    return Recipients(planned, without)


def _planned(plan: TrainingPlan) -> list[PlanRecipient]:
    """Of the approved revision; of the last one for a class that was filed without approval."""
    revision = plan.approved_revision or plan.revisions.order_by("-number").first()
    if revision is None:
        return []
    return list(revision.recipients.select_related("user").order_by("party", "pk"))


def distribute(version: ReportVersion, recipients: Recipients, *, sent_at: datetime) -> None:
    """Write who the version went to; who had closed their account is marked."""
    Distribution.objects.bulk_create(
        (
            Distribution(
                version=version,
                party=each.party,
                user=each.user,
                name=each.name,
                address=each.address,
                unreachable=not each.reachable,
                sent_at=sent_at,
            )
            for each in recipients.all
        ),
        ignore_conflicts=True,
    )
