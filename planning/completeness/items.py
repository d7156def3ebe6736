"""What the check reads and says: one item a thing, the tally of them, the revision loaded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from planning.content import recipients_of, sessions_of
from planning.lists import lists_of
from planning.models import PlannedMeeting, PlannedSession, PlanRecipient, PlanRevision, TrainerProfile
from planning.queries.load import Impact, impacts
from planning.queries.plans import local_day
from planning.queries.roster import PlanRoster, TargetAtMeeting, roster_of
from planning.queries.traffic import LineLoad, load_ahead


@dataclass(frozen=True)
class Item:
    """One thing that a plan must say.

    Attributes:
        part: the form page where it is written (the ``part`` of ``plan_part``).
        value: what it says now, in words; empty where nothing is said.
        gap: what is missing and how to mend it; empty where all is well.
        clause: ``4.1`` for the nine that the clause names.
    """

    key: str
    label: str
    part: str
    value: str
    gap: str
    clause: str = "4.1"

    @property
    def complete(self) -> bool:
        return not self.gap


@dataclass(frozen=True)
class Tally:
    """How much of a plan is there: every page that counts reads these figures."""

    items: list[Item]

    @property
    def missing(self) -> list[Item]:
        return [item for item in self.items if not item.complete]

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def complete(self) -> int:
        return self.total - len(self.missing)

    @property
    def named(self) -> int:
        """How many of the items clause 4.1 names."""
        return sum(item.clause == "4.1" for item in self.items)

    @property
    def named_complete(self) -> int:
        return sum(item.clause == "4.1" and item.complete for item in self.items)


@dataclass
class Snapshot:
    """A revision with what the check reads, loaded once."""

    revision: PlanRevision
    now: datetime
    sessions: list[PlannedSession] = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = sessions_of(self.revision)

    @property
    def meetings(self) -> list[PlannedMeeting]:
        """Every meeting of the plan, in time."""
        return sorted(
            (meeting for planned in self.sessions for meeting in planned.meetings.all()),
            key=lambda each: each.starts_at,
        )

    @cached_property
    def trainers(self) -> list[TrainerProfile]:
        return list({each.pk: each for planned in self.sessions for each in planned.trainers.all()}.values())

    @cached_property
    def recipients(self) -> list[PlanRecipient]:
        return recipients_of(self.revision)

    @cached_property
    def batches_of_targets(self) -> list[int | None]:
        """The batch of each target; submission puts everybody into the only batch."""
        known = lists_of(self.revision)
        placed = known.batches if known else self.revision.targets.order_by().values_list("planned_session", flat=True)
        return [self.sessions[0].pk for _each in placed] if len(self.sessions) == 1 else list(placed)

    @cached_property
    def impacts(self) -> list[Impact]:
        """What the meetings do to service, as far as the traffic is known."""
        if not self.meetings:
            return []
        until = self.local_day(self.now)
        return impacts(self.revision, self.meetings, known=self.load, roster=self.roster, until=until)

    @cached_property
    def load(self) -> LineLoad:
        """The mean week of the plan's line, what it must hold, and who is off the floor already."""
        plan = self.revision.plan
        return load_ahead(site=plan.site, line=plan.line, today=self.local_day(self.now))

    @cached_property
    def roster(self) -> PlanRoster:
        """How the targets' roster stands to the meetings."""
        return roster_of(self.revision, self.meetings)

    def is_held(self, meeting: PlannedMeeting) -> bool:
        """Whether a meeting has begun as it was approved."""
        return meeting.starts_at <= self.now and meeting.is_approved  # type: ignore[attr-defined]

    @property
    def ahead(self) -> list[TargetAtMeeting]:
        """The targets at the meetings that have not begun: who was away from one that was held was away."""
        return [row for row in self.roster.rows if row.meeting.starts_at > self.now]

    def local_day(self, moment: datetime) -> date:
        """The day of ``moment`` at the plan's site."""
        return local_day(moment, self.revision.plan.site)
