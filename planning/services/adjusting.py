"""What the PIC changes in an approved plan alone, journalled and without a new revision (UX.md APR-3).

Room, link, the batch of a target, extra time for a test, one more recipient. The approved content and its hash stay as
they were signed; the rows say what holds now and since when, and the next revision takes them over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from planning.completeness import crowded, lacks_room
from planning.enums import PlanState, RevisionState
from planning.models import PlannedMeeting, PlannedSession, PlanRecipient, PlanRevision, PlanTarget, Room, TrainingPlan
from planning.policies.plans import can_edit_plan
from planning.queries.plans import holders, local_day
from planning.queries.releases import would_be_empty
from planning.queries.roster import PlanRoster, names_in, roster_of, some_names
from planning.services.bookings import book_revision
from planning.services.busy import settle_busy
from planning.services.drafting import Recipient
from planning.services.orders import withdraw_pointless_orders
from planning.services.overtime import order_overtime
from planning.services.plans import locked_plan
from planning.services.releases import renew_releases
from planning.signals import targets_moved
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.enums import Role
from trainingops.people.models import Person, User

#: The most extra minutes that a person gets for a test.
MOST_EXTRA = 120


@service
def change_place(
    *, planned: PlannedSession, room: Room | None, link: str, actor: User, now: datetime
) -> PlannedSession:
    """Give a batch of an approved plan another room or link; the room is booked in the same transaction.

    Raises:
        NotAllowed: not the PIC.
        WrongState: not approved, or a revision is open: then it is changed there.
        Refused: the batch has begun, the room is at another site or has too few seats, or the method needs one.
        DoubleBooking: the room is taken.
    """
    revision = _approved(planned.plan, actor=actor)
    planned = _batch(revision, planned, now)
    if room and room.site_id != planned.host_site_id:
        raise Refused(
            _("%(room)s is not at %(site)s. Choose a room of that site.") % {"room": room, "site": planned.host_site},
            field="room",
        )
    before = {"room": planned.room.uuid if planned.room else None, "link": planned.link}
    moved, unseated = planned.room != room, _unseated(planned)
    planned.room, planned.link, planned.place_changed_at = room, link.strip(), now
    if lacks_room(planned, revision):
        raise Refused(
            _("%(batch)s is held %(method)s and needs a room. Choose one; another method is a new revision.")
            % {"batch": planned, "method": revision.get_method_display().lower()},
            field="room",
        )
    _require_seats(planned, unseated, field="room")
    planned.save(update_fields=["room", "link", "place_changed_at"])
    if moved:
        book_revision(revision, superseded=revision, reader=actor)
    after = {"room": room.uuid if room else None, "link": planned.link}
    _note("plan.place_changed", revision, actor, now, session=planned.uuid, before=before, after=after)
    return planned


@service
def adjust_target(
    *,
    target: PlanTarget,
    to: PlannedSession,
    extra_minutes: int,
    actor: User,
    now: datetime,
    reason: str = "",
    ordered_by: str = "",
    busy_reason: str = "",
) -> PlanTarget:
    """Move a target of an approved plan to another of its batches, or give them extra time for tests (QUZ-4).

    Args:
        reason, ordered_by: of the overtime, where the other batch lies outside their shift; the agent is asked then.
        busy_reason: where the other batch then lies in a busy interval; blank keeps what the plan says.

    Raises:
        NotAllowed: not the PIC.
        WrongState: as :func:`change_place`.
        Refused: one of the two batches has begun or is of another plan, the minutes make no sense, nobody would be
            left in the batch, the person is away, or it becomes busy or overtime (5.1.1 f) without the reason.
        DoubleBooking: the person is booked elsewhere at that time.
    """
    revision = _approved(target.revision.plan, actor=actor)
    target = PlanTarget.objects.select_related("person", "planned_session").get(pk=target.pk)
    if target.revision_id != revision.pk:
        raise Refused(_("This target belongs to another revision. Reload the page."))
    if not 0 <= extra_minutes <= MOST_EXTRA:
        raise Refused(
            _("%(given)d minutes are not possible. Give 0 to %(most)d.") % {"given": extra_minutes, "most": MOST_EXTRA},
            field="extra_minutes",
        )
    if extra_minutes != target.extra_minutes:
        _note(
            "plan.extra_time_given",
            revision,
            actor,
            now,
            person=target.person.uuid,
            before=target.extra_minutes,
            after=extra_minutes,
        )
        target.extra_minutes, target.extra_time_at = extra_minutes, now
        target.save(update_fields=["extra_minutes", "extra_time_at"])
    if target.planned_session is None or target.planned_session.uuid != to.uuid:
        goal, roster = _move([target], revision, to, actor=actor, now=now)
        _settle_overtime([target], revision, roster, reason=reason, ordered_by=ordered_by, actor=actor, now=now)
        settle_busy(revision=revision, batch=goal, roster=roster, reason=busy_reason, actor=actor, now=now)
    return target


@dataclass(frozen=True)
class Moved:
    """How many moved, and who stays where they were: each name with how the roster stands to the other batch."""

    count: int
    staying: list[str]


@service
def move_targets(
    *,
    plan: TrainingPlan,
    people: Collection[Person],
    to: PlannedSession,
    actor: User,
    now: datetime,
    reason: str = "",
    ordered_by: str = "",
    busy_reason: str = "",
) -> Moved:
    """Move those targets of an approved plan to another of its batches who can come there; the others stay.

    Raises as :func:`adjust_target`, but for somebody away only where all are; ``Refused`` too where nobody of them is
    in another batch.
    """
    revision = _approved(plan, actor=actor)
    chosen = revision.targets.filter(person__in=people).exclude(planned_session__uuid=to.uuid)
    targets = list(chosen.select_related("person", "planned_session").order_by("pk"))
    if not targets:
        raise Refused(_("Nobody of them is in another batch than %(batch)s.") % {"batch": to}, field="to")
    goal = _batch(revision, to, now)
    roster = roster_of(revision, _meetings(goal), joining={each.person_id for each in targets})
    away = {row.person: row for row in roster.absent if row.person in {each.person_id for each in targets}}
    coming = [each for each in targets if each.person_id not in away] or targets
    goal, roster = _move(coming, revision, to, actor=actor, now=now)
    _settle_overtime(coming, revision, roster, reason=reason, ordered_by=ordered_by, actor=actor, now=now)
    settle_busy(revision=revision, batch=goal, roster=roster, reason=busy_reason, actor=actor, now=now)
    staying = [f"{row.name} ({row.standing.presence.label})" for row in away.values()]
    return Moved(len(coming), staying)


def _move(
    targets: Sequence[PlanTarget], revision: PlanRevision, to: PlannedSession, *, actor: User, now: datetime
) -> tuple[PlannedSession, PlanRoster]:
    """Move them with bookings, enrolments and releases; returns the batch and its roster with them in it."""
    left = {each.planned_session.uuid: each.planned_session for each in targets if each.planned_session}
    before = {uuid: _batch(revision, planned, now) for uuid, planned in left.items()}
    moved = [each.person_id for each in targets]
    for batch in before.values():
        if would_be_empty(batch, without=moved):
            raise Refused(
                _(
                    "%(name)s would leave nobody in %(batch)s: the class would be empty. "
                    "Move somebody there first, or give the batch up in a new revision."
                )
                % {"name": some_names([each.person.name for each in targets]), "batch": batch},
                field="to",
            )
    goal = _batch(revision, to, now)
    unseated = _unseated(goal)
    rows = [(each.person.uuid, each.planned_session.uuid if each.planned_session else None) for each in targets]
    for target in targets:
        target.planned_session, target.moved_at = goal, now
    PlanTarget.objects.bulk_update(targets, ["planned_session", "moved_at"])
    _require_seats(goal, unseated, field="to")
    withdraw_pointless_orders(plan=revision.plan, actor=actor, now=now)
    book_revision(revision, superseded=revision, reader=actor)
    targets_moved.send(sender=PlanRevision, revision=revision, actor=actor, now=now)
    renew_releases(revision=revision, actor=actor, now=now)
    for person, origin in rows:
        _note("plan.target_moved", revision, actor, now, person=person, before=origin, after=to.uuid)
    return goal, roster_of(revision, _meetings(goal))


def _unseated(planned: PlannedSession) -> int:
    """How many of a batch have no seat in its room; the manager approved so many with their written reason."""
    return max(0, planned.targets.count() - planned.room.capacity) if planned.room else 0


def _require_seats(planned: PlannedSession, approved: int, *, field: str) -> None:
    """No more people without a seat than ``approved``: for those the plan asks for a reason (5.1.1 e)."""
    if _unseated(planned) > approved:
        raise Refused(
            _("%(batches)s. Choose another one, or write in a new revision where the others sit.")
            % {"batches": crowded([planned], {planned.pk: planned.targets.count()})},
            field=field,
        )


def _meetings(planned: PlannedSession) -> list[PlannedMeeting]:
    return list(PlannedMeeting.objects.filter(planned_session=planned).select_related("planned_session__host_site"))


def _settle_overtime(
    targets: Sequence[PlanTarget],
    revision: PlanRevision,
    roster: PlanRoster,
    *,
    reason: str,
    ordered_by: str,
    actor: User,
    now: datetime,
) -> None:
    """By the roster as it is now: who is away does not come, and overtime is ordered with the move (5.1.1 f)."""
    batch = targets[0].planned_session
    assert batch is not None
    moved = {each.person_id for each in targets}
    rows = [row for row in roster.rows if row.person in moved]
    if away := [row for row in rows if row.standing.is_absent]:
        raise Refused(
            _(
                "%(name)s cannot come to %(batch)s: %(presence)s. "
                "Choose another batch, or take them off target in a new revision."
            )
            % {"name": names_in(away), "batch": batch, "presence": str(away[0].standing.presence.label).lower()},
            field="to",
        )
    late = [row for row in rows if not row.is_settled]
    if not late:
        return
    if not reason.strip():
        raise Refused(
            _(
                "%(batch)s lies outside the shift of %(name)s: %(minutes)d minutes of overtime. "
                "Write the reason and who orders it, or choose another batch."
            )
            % {
                "name": names_in(late),
                "batch": batch,
                "minutes": sum(row.standing.overtime_minutes for row in late),
            },
            field="reason",
        )
    order_overtime(
        revision=revision,
        pairs=[(row.person, row.meeting.uuid) for row in late],
        reason=reason,
        ordered_by=ordered_by,
        actor=actor,
        now=now,
    )


@service
def add_recipient(*, plan: TrainingPlan, recipient: Recipient, actor: User, now: datetime) -> PlanRecipient:
    """One more recipient of the reports of an approved plan (5.3.2); nobody is taken away without a revision.

    Raises:
        NotAllowed: not the PIC.
        WrongState: as :func:`change_place`.
        Refused: an unknown party, an account that does not hold it here, somebody who cannot be reached, or who
            receives them already.
    """
    revision = _approved(plan, actor=actor)
    _check_recipient(recipient, revision.plan, now)
    same = revision.recipients.filter(party=recipient.party)
    same = same.filter(user=recipient.user) if recipient.user else same.filter(email__iexact=recipient.email)
    if same.exists():
        who = recipient.user or recipient.email
        raise Refused(
            _("%(who)s receives the report for this party already.") % {"who": who},
            field="user" if recipient.user else "email",
        )
    added = PlanRecipient.objects.create(
        revision=revision,
        party=recipient.party,
        user=recipient.user,
        name=recipient.name,
        email=recipient.email,
        added_at=now,
    )
    user = recipient.user.uuid if recipient.user else None
    record(
        "plan.recipient_added",
        subject=revision,
        actor=actor,
        now=now,
        data={"plan": revision.plan.uuid, "party": recipient.party, "user": user},
        detail=None if recipient.user else {"name": recipient.name, "email": recipient.email},
    )
    return added


def _check_recipient(recipient: Recipient, plan: TrainingPlan, now: datetime) -> None:
    """Somebody of the party by the rule of the draft: an account that holds it here today, else a mail address."""
    if recipient.party not in Role.values:
        raise Refused(_("“%(party)s” is no party. Choose one of the list.") % {"party": recipient.party}, field="party")
    if recipient.user is None:
        if not recipient.email:
            raise Refused(_("Choose an account, or give a mail address."), field="email")
        return
    said = {"who": recipient.user, "party": Role(recipient.party).label, "line": plan.line, "site": plan.site}
    if recipient.name or recipient.email:
        raise Refused(
            _("%(who)s is chosen and a name or mail address is given too. Leave one of them out.") % said, field="user"
        )
    here = holders(recipient.party, site=plan.site, line=plan.line, day=local_day(now, plan.site)).order_by("name")
    if recipient.user not in here:
        names = some_names([each.name for each in here]) or "–"
        raise Refused(
            _("%(who)s is not %(party)s for %(line)s at %(site)s. Choose one who is: %(names)s.")
            % {**said, "names": names},
            field="user",
        )


def adjustable_revision(plan: TrainingPlan, *, actor: User) -> PlanRevision:
    """The approved revision of a plan, for its PIC.

    Raises:
        NotAllowed: not the PIC.
        WrongState: the plan is not approved, or its training is over.
    """
    require(can_edit_plan(actor, plan), _("Only the PIC of this plan can change it."))
    revision = plan.approved_revision
    if revision is None or plan.state not in {PlanState.APPROVED, PlanState.UNDER_WAY}:
        raise WrongState(
            _("%(plan)s is “%(state)s”. Only an approved plan is changed here.")
            % {"plan": plan.number, "state": plan.get_state_display()}
        )
    revision.plan = plan
    return revision


def _approved(plan: TrainingPlan, *, actor: User) -> PlanRevision:
    """The approved revision, its plan locked: the guard of every change without a revision."""
    plan = locked_plan(plan)
    revision = adjustable_revision(plan, actor=actor)
    newer = plan.revisions.filter(state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED]).first()
    if newer is not None:
        raise WrongState(
            _("Revision %(number)d is “%(state)s”. Make this change in it, or withdraw it first.")
            % {"number": newer.number, "state": newer.get_state_display()}
        )
    return revision


def _batch(revision: PlanRevision, planned: PlannedSession, now: datetime) -> PlannedSession:
    """The batch as the approved revision has it, not begun yet."""
    found = (
        revision.sessions.select_related("host_site", "room")
        .annotate(begins=Min("meetings__starts_at"))
        .filter(uuid=planned.uuid)
        .first()
    )
    if found is None:
        raise Refused(_("%(batch)s belongs to another plan. Choose a batch of this one.") % {"batch": planned})
    if found.begins <= now:
        raise Refused(_("%(batch)s has begun. A change from now on is a deviation.") % {"batch": found}, code="begun")
    return found


def _note(verb: str, revision: PlanRevision, actor: User, now: datetime, **data: Any) -> None:
    record(verb, subject=revision, actor=actor, now=now, data={"plan": revision.plan.uuid, **data})
