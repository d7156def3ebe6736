"""What a plan must hold before it can be submitted: everything that 4.1 and 5.1.1 e name, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.content import parameters_of, recipients_of, recovery_forms_of, sessions_of
from planning.enums import Method, ModuleState
from planning.lists import lists_of
from planning.models import PlannedMeeting, PlannedSession, PlanRecipient, PlanRevision, TrainerProfile
from planning.qualifying import why_unqualified
from planning.queries.load import Impact, impacts
from planning.queries.plans import local_day, parties_held
from planning.queries.roster import PlanRoster, roster_of
from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words


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
        """The batch of each target."""
        if known := lists_of(self.revision):
            return known.batches
        return list(self.revision.targets.order_by().values_list("planned_session", flat=True))

    @cached_property
    def impacts(self) -> list[Impact]:
        """What the meetings do to service, as far as the traffic is known."""
        if not self.meetings:
            return []
        plan = self.revision.plan
        return impacts(self.revision, self.meetings, roster=self.roster, until=local_day(self.now, plan.site))

    @cached_property
    def roster(self) -> PlanRoster:
        """How the targets' roster stands to the meetings."""
        return roster_of(self.revision, self.meetings)


def check(snapshot: Snapshot) -> list[Item]:
    """Every item in the order of the task list; a plan may be submitted when none has a gap."""
    return [
        _module(snapshot),
        _trainers(snapshot),
        _qualification(snapshot),
        _dates(snapshot),
        _duration(snapshot),
        _application(snapshot),
        _method(snapshot),
        _papers(snapshot),
        _parameters(snapshot),
        _pass_mark(snapshot),
        _busy(snapshot),
        _overtime(snapshot),
        _need(snapshot),
        _targets(snapshot),
        _seats(snapshot),
        _recovery(snapshot),
        _recipients(snapshot),
    ]


def _module(snapshot: Snapshot) -> Item:
    version = snapshot.revision.module_version
    gap = ""
    if version is None:
        gap = _("Choose an approved module.")
    elif version.state != ModuleState.APPROVED:
        gap = _("%(module)s is “%(state)s”. Choose an approved version.") % {
            "module": version,
            "state": version.get_state_display(),
        }
    value = f"{version.module.code} v{version.number}" if version else ""
    return Item("module", _("Module"), "module", value, gap)


def _trainers(snapshot: Snapshot) -> Item:
    gap = ""
    bare = [planned.label for planned in snapshot.sessions if not planned.trainers.all()]
    if not snapshot.sessions:
        gap = _("Add a session with its trainer.")
    elif bare:
        gap = _("Without trainer: %(batches)s. Choose who teaches there.") % {"batches": ", ".join(bare)}
    return Item("trainers", "Trainer", "sessions", _names(snapshot.trainers), gap)


def _qualification(snapshot: Snapshot) -> Item:
    """A trainer without qualification teaches with a written reason that the manager reads (5.1.1 a)."""
    reason, why = snapshot.revision.trainer_reason.strip(), _unqualified(snapshot)
    value = reason if why else ""
    if not why and snapshot.trainers:
        value = _("all qualified")
    gap = (
        _("%(why)s Choose another trainer, or write why this one teaches.") % {"why": why} if why and not reason else ""
    )
    return Item("trainer_reason", _("Qualification of the trainers"), "trainers", value, gap, clause="5.1.1")


def _unqualified(snapshot: Snapshot) -> str:
    """What a trainer lacks for the module on the days that they teach it (5.1.1 a)."""
    days: dict[int, list[date]] = {each.pk: [] for each in snapshot.trainers}
    for planned in snapshot.sessions:
        taught = [_local_day(meeting.ends_at, snapshot) for meeting in planned.meetings.all()]
        for trainer in planned.trainers.all():
            days[trainer.pk] += taught
    return why_unqualified([(each, days[each.pk]) for each in snapshot.trainers], snapshot.revision.module_version)


def _names(trainers: list[TrainerProfile]) -> str:
    return ", ".join(each.name for each in trainers)


def _dates(snapshot: Snapshot) -> Item:
    days = sorted({_local_day(meeting.starts_at, snapshot) for meeting in snapshot.meetings})
    gap = ""
    # What was approved may have been held meanwhile.
    past = [
        meeting
        for meeting in snapshot.meetings
        if meeting.starts_at <= snapshot.now and not meeting.is_approved  # type: ignore[attr-defined]
    ]
    empty = [planned.label for planned in snapshot.sessions if not planned.meetings.all()]
    roomless = [
        planned.label
        for planned in snapshot.sessions
        if snapshot.revision.method in {Method.OFFLINE, Method.HYBRID} and planned.room_id is None
    ]
    if not days:
        gap = _("Add a session with its meetings.")
    elif empty:
        gap = _("Without meeting: %(batches)s. Add one there, or remove the batch.") % {"batches": ", ".join(empty)}
    elif past:
        gap = _("%(day)s has passed. Choose a later time.") % {
            "day": day_words(_local_day(past[0].starts_at, snapshot))
        }
    elif roomless:
        gap = _("Without room: %(batches)s. Choose a room there, or hold the training online.") % {
            "batches": ", ".join(roomless)
        }
    return Item("dates", _("Dates"), "sessions", ", ".join(day_words(day, "short") for day in days), gap)


def _duration(snapshot: Snapshot) -> Item:
    lengths = [int((each.ends_at - each.starts_at).total_seconds() // 60) for each in snapshot.meetings]
    gap = "" if lengths else _("The duration follows from the meetings: add them.")
    parts = [
        _("%(count)d × %(minutes)d minutes") % {"count": lengths.count(minutes), "minutes": minutes}
        for minutes in dict.fromkeys(lengths)
    ]
    return Item("duration", _("Duration"), "sessions", ", ".join(parts), gap)


def _application(snapshot: Snapshot) -> Item:
    application = snapshot.revision.application
    gap = "" if application else _("Choose the application.")
    return Item("application", _("Application"), "method", str(application or ""), gap)


def _method(snapshot: Snapshot) -> Item:
    method = snapshot.revision.method
    gap = "" if method else _("Choose online, offline or hybrid.")
    return Item("method", _("Method"), "method", str(Method(method).label) if method else "", gap)


def plain(value: Decimal | int) -> Decimal:
    """Without noughts at the end: weights are stored to the thousandth."""
    return Decimal(f"{Decimal(value).normalize():f}")


def _papers(snapshot: Snapshot) -> Item:
    papers = (snapshot.revision.pre_paper, snapshot.revision.post_paper)
    gap = ""
    if papers[0] is None:
        gap = _("Choose the pre-test.")
    elif papers[1] is None:
        gap = _("Choose the post-test.")
    return Item("papers", _("Pre-/Post-test"), "scoring", " / ".join(each.code for each in papers if each), gap)


def _parameters(snapshot: Snapshot) -> Item:
    scheme = snapshot.revision.scheme
    parameters = parameters_of(snapshot.revision)
    gap = value = ""
    if scheme is None:
        gap = _("Choose a scoring scheme.")
    elif not parameters:
        gap = _("%(scheme)s has no parameter. Choose another scheme.") % {"scheme": scheme}
    else:
        total = format_figure(plain(sum(each.weight for each in parameters)))
        value = ngettext(
            "%(count)d parameter, weight %(total)s", "%(count)d parameters, weights %(total)s", len(parameters)
        ) % {"count": len(parameters), "total": total}
    return Item("parameters", _("Parameters"), "scoring", value, gap)


def _pass_mark(snapshot: Snapshot) -> Item:
    mark = snapshot.revision.pass_mark
    gap = "" if mark is not None else _("Give the pass mark.")
    return Item("pass_mark", _("Pass mark"), "scoring", "" if mark is None else format_figure(mark, 2), gap)


def _busy(snapshot: Snapshot) -> Item:
    """A meeting in a busy interval needs a written reason (5.1.1 f); unknown traffic asks for none."""
    reason = snapshot.revision.busy_reason.strip()
    busy = [] if reason else [each for each in snapshot.impacts if each.busy]
    gap = ""
    if busy:
        gap = _("%(batch)s, %(day)s lies in a busy interval: write the reason, or choose a low one.") % {
            "batch": busy[0].planned.label,
            "day": day_words(_local_day(busy[0].meeting.starts_at, snapshot)),
        }
    return Item("busy_reason", _("Interval"), "sessions", reason, gap, clause="5.1.1")


def _overtime(snapshot: Snapshot) -> Item:
    """Who trains outside their shift needs an order and agrees; who is on leave cannot come (5.1.1 f)."""
    roster = snapshot.roster
    absent, bare = len(roster.absent), sum(row.lacks_order for row in roster.rows)
    waiting = sum(row.lacks_consent for row in roster.rows)
    gap = ""
    if absent:
        gap = ngettext(
            "%(count)d target is on leave, sick or travelling during a meeting: choose another batch.",
            "%(count)d targets are on leave, sick or travelling during a meeting: choose another batch.",
            absent,
        ) % {"count": absent}
    elif bare:
        gap = ngettext(
            "%(count)d target would train outside the shift: order overtime, or choose another time.",
            "%(count)d targets would train outside the shift: order overtime, or choose another time.",
            bare,
        ) % {"count": bare}
    elif waiting:
        gap = ngettext(
            "%(count)d target has not agreed to the overtime.",
            "%(count)d targets have not agreed to the overtime.",
            waiting,
        ) % {"count": waiting}
    ordered = len(roster.overtime)
    value = ngettext("%(count)d on overtime", "%(count)d on overtime", ordered) % {"count": ordered} if ordered else ""
    if not snapshot.batches_of_targets:
        value = _("Nobody is on target yet: choose targets, and their roster is read.")
    elif not roster.known:
        value = _("No roster: everybody is assumed on shift")
    return Item("overtime", _("Roster"), "roster", value, gap, clause="5.1.1")


def _need(snapshot: Snapshot) -> Item:
    purpose = snapshot.revision.purpose.strip()
    gap = "" if purpose else _("Write why this training is needed.")
    return Item("need", _("Need"), "need", purpose, gap, clause="5.1.1")


def _targets(snapshot: Snapshot) -> Item:
    batches = snapshot.batches_of_targets
    if len(snapshot.sessions) == 1:  # submission puts everybody into the only batch
        batches = [snapshot.sessions[0].pk for _each in batches]
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
    value = ngettext("%(count)d person", "%(count)d people", len(batches)) % {"count": len(batches)} if batches else ""
    return Item("targets", _("Targets"), "targets", value, gap, clause="5.1.1")


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


def _seats(snapshot: Snapshot) -> Item:
    """More people than seats need another room, or a written reason that the manager reads (5.1.1 e)."""
    batches = snapshot.batches_of_targets
    if len(snapshot.sessions) == 1:
        batches = [snapshot.sessions[0].pk] * len(batches)
    full, reason = crowded(snapshot.sessions, Counter(batches)), snapshot.revision.seats_reason.strip()
    gap = ""
    if full and not reason:
        gap = _("%(batches)s. Choose another room, place some elsewhere, or write where the others sit.") % {
            "batches": full
        }
    return Item("seats_reason", _("Seats"), "sessions", reason if full else "", gap, clause="5.1.1")


def _recovery(snapshot: Snapshot) -> Item:
    forms = [str(form) for form in recovery_forms_of(snapshot.revision)]
    gap = "" if forms else _("Choose at least one form of recovery.")
    return Item("recovery", "Recovery", "recovery", ", ".join(forms), gap, clause="5.3.1")


def _recipients(snapshot: Snapshot) -> Item:
    """Every mandatory party has an active account that holds the role here today (5.3.2)."""
    plan = snapshot.revision.plan
    if known := lists_of(snapshot.revision):
        reached = {party for party, _user in known.standing}
    else:
        standing = parties_held(site=plan.site, line=plan.line, day=_local_day(snapshot.now, snapshot))
        reached = {each.party for each in snapshot.recipients if each.user_id in standing.get(each.party, ())}
    missing = [str(Role(party).label) for party in MANDATORY_PARTIES if party not in reached]
    gap = _("No active recipient for %(parties)s.") % {"parties": ", ".join(missing)} if missing else ""
    parties = len({each.party for each in snapshot.recipients})
    value = ngettext("%(count)d party", "%(count)d parties", parties) % {"count": parties} if parties else ""
    return Item("recipients", _("Recipients of the report"), "recipients", value, gap, clause="5.3.2")


def _local_day(moment: datetime, snapshot: Snapshot) -> date:
    return moment.astimezone(snapshot.revision.plan.site.zone).date()
