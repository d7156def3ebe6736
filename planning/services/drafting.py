"""Write the parts of a draft revision, one at a time; nothing here touches what was submitted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from planning.effect_windows import DAYS, faults
from planning.enums import Method, RevisionState
from planning.models import (
    ModuleVersion,
    PlannedMeeting,
    PlannedSession,
    PlanRecipient,
    PlanRevision,
    Room,
    ScoringScheme,
    TrainerProfile,
)
from planning.policies.plans import can_edit_plan
from planning.queries.effect import around
from planning.services.missing import keep_missed_start
from planning.services.orders import withdraw_pointless_orders
from planning.services.plans import locked_plan
from planning.services.schemes import check_pass_mark
from planning.standing import scheme_lost, version_lost
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.enums import Role
from trainingops.people.models import Site, User
from trainingops.ui.moments import moment_words

#: A meeting is one stretch of work; several days are several meetings.
LONGEST_MEETING = timedelta(hours=12)
#: The parts of a draft that are plain fields; sessions, targets and recipients have services of their own.
PARTS: dict[str, tuple[str, ...]] = {
    "need": ("purpose", "needs"),
    "module": ("module_version",),
    "method": ("method", "application", "class_types"),
    "slot": ("busy_reason",),
    "seats": ("seats_reason",),
    "trainers": ("trainer_reason",),
    "scoring": ("scheme", "pass_mark", "pre_paper", "post_paper"),
    "effect": ("effect_class", "effect_parameter", *DAYS),
    "recovery": ("recovery_forms", "recovery_days", "tolerance_minutes"),
}
_MANY = frozenset({"needs", "class_types", "recovery_forms"})


@dataclass(frozen=True, kw_only=True)
class MeetingTimes:
    """When a meeting is; with the ``uuid`` of the meeting that it moves, or none for a new one."""

    starts_at: datetime
    ends_at: datetime
    uuid: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets the report for a party: an account, or a name and a mail address."""

    party: str
    user: User | None = None
    name: str = ""
    email: str = ""


@service
def save_part(
    *, revision: PlanRevision, part: str, values: Mapping[str, Any], actor: User, now: datetime
) -> PlanRevision:
    """Save the fields of one part (:data:`PARTS`) of a draft; fields that ``values`` lacks stay.

    The part ``need`` also takes the plan's ``title``, until a revision of it is approved.

    Raises:
        NotAllowed: not the PIC.
        WrongState: the revision is no draft any more.
        Refused: a value that cannot be planned, with its field.
    """
    revision = open_draft(revision, actor=actor)
    fields = [name for name in PARTS[part] if name in values]
    _check(revision, values)
    changed = ["title"] if _rename(revision, values) else []
    for name in fields:
        if name in _MANY:
            before = set(getattr(revision, name).values_list("pk", flat=True))
            getattr(revision, name).set(values[name])
            after = set(getattr(revision, name).values_list("pk", flat=True))
        else:
            before, after = getattr(revision, name), values[name]
            setattr(revision, name, after)
        if before != after:
            changed.append(name)
    plain = [name for name in fields if name not in _MANY]
    if plain:
        revision.save(update_fields=plain)
    record(
        "revision.part_saved", subject=revision, actor=actor, now=now, data={"part": part, "changed": sorted(changed)}
    )
    return revision


def _rename(revision: PlanRevision, values: Mapping[str, Any]) -> bool:
    """Give the plan another title; an approved plan keeps the one that it was approved under."""
    plan, title = revision.plan, str(values.get("title", revision.plan.title)).strip()
    if title == plan.title:
        return False
    if not title:
        raise Refused(_("The title is blank. Write what the training is about."), field="title")
    if plan.approved_revision_id:
        raise Refused(_("%(plan)s was approved under its title, which stays.") % {"plan": plan.number}, field="title")
    plan.title = title
    plan.save(update_fields=["title"])
    return True


def _check(revision: PlanRevision, values: Mapping[str, Any]) -> None:
    version: ModuleVersion | None = values.get("module_version")
    if version is not None and (lost := version_lost(version, revision.plan)):
        raise Refused(lost, field="module_version")
    scheme: ScoringScheme | None = values.get("scheme")
    if scheme is not None and (lost := scheme_lost(scheme, revision.plan)):
        raise Refused(lost, field="scheme")
    if values.keys() & {"scheme", "pass_mark"}:
        check_pass_mark(values.get("pass_mark", revision.pass_mark), values.get("scheme", revision.scheme))
    if values.get("method") and values["method"] not in Method.values:
        raise Refused(_("Choose online, offline or hybrid."), field="method")
    if values.keys() & set(DAYS):
        windows = {name: values.get(name, getattr(revision, name)) for name in DAYS}
        for field, words in faults(windows, around(revision)):
            raise Refused(words, field=field)
    if "recovery_forms" in values and not values["recovery_forms"]:
        raise Refused(_("Choose at least one form of recovery."), field="recovery_forms")
    if values.get("recovery_days") == 0:
        raise Refused(_("Give at least 1 day for recovery."), field="recovery_days")


@service
def save_session(
    *,
    revision: PlanRevision,
    label: str,
    host_site: Site,
    trainers: Collection[TrainerProfile],
    meetings: Sequence[MeetingTimes],
    actor: User,
    now: datetime,
    room: Room | None = None,
    link: str = "",
    planned: PlannedSession | None = None,
) -> PlannedSession:
    """Add a session (batch) to a draft, or change ``planned``; uuids of sessions and meetings stay.

    Raises:
        NotAllowed, WrongState: as :func:`save_part`.
        Refused: a blank or repeated label, a room elsewhere, meetings that are missing, overlap, end too early or
            lie in a past year.
    """
    revision = open_draft(revision, actor=actor)
    _check_session(revision, planned, label=label, host_site=host_site, room=room, meetings=meetings)
    _check_meetings(meetings, host_site)
    _check_years(planned, meetings, host_site=host_site, now=now)
    if planned is None:
        planned = PlannedSession(plan=revision.plan, revision=revision)
    elif planned.revision_id != revision.pk:
        raise Refused(_("%(batch)s belongs to another revision. Reload the page.") % {"batch": planned})
    planned.label, planned.host_site, planned.room, planned.link = label.strip(), host_site, room, link
    planned.save()
    planned.trainers.set(trainers)
    planned.plan = revision.plan
    _save_meetings(planned, meetings, actor=actor, now=now)
    withdraw_pointless_orders(plan=revision.plan, actor=actor, now=now)
    record(
        "revision.session_saved",
        subject=revision,
        actor=actor,
        now=now,
        data={"session": planned.uuid, "meetings": len(meetings), "trainers": [each.uuid for each in trainers]},
    )
    return planned


def _check_session(
    revision: PlanRevision,
    planned: PlannedSession | None,
    *,
    label: str,
    host_site: Site,
    room: Room | None,
    meetings: Sequence[MeetingTimes],
) -> None:
    if not label.strip():
        raise Refused(_("The name of the batch is blank. Write one, for example “Batch 1”."), field="label")
    same = revision.sessions.filter(label__iexact=label.strip())
    if planned is not None:
        same = same.exclude(pk=planned.pk)
    if same.exists():
        raise Refused(
            _("“%(label)s” exists already in this plan. Choose another name.") % {"label": label}, field="label"
        )
    if room and room.site_id != host_site.pk:
        raise Refused(
            _("%(room)s is not at %(site)s. Choose a room of that site.") % {"room": room, "site": host_site},
            field="room",
        )
    if not meetings:
        raise Refused(
            _("%(batch)s has no meeting. Give the start and the end of at least one.") % {"batch": label.strip()},
            field="meetings",
            code="no_meeting",
        )


def _check_meetings(meetings: Sequence[MeetingTimes], host_site: Site) -> None:
    """Each has a length that can be, and they come one after the other."""
    for number, each in enumerate(meetings, 1):
        said = {"number": number, "start": moment_words(each.starts_at, host_site.zone)}
        said["end"] = moment_words(each.ends_at, host_site.zone)
        if each.ends_at == each.starts_at:
            raise Refused(
                _("Meeting %(number)d starts and ends at %(start)s. Give a later end.") % said, field="meetings"
            )
        if each.ends_at < each.starts_at:
            raise Refused(
                _("Meeting %(number)d ends at %(end)s, before it starts at %(start)s. Give a later end.") % said,
                field="meetings",
            )
        if each.ends_at - each.starts_at > LONGEST_MEETING:
            raise Refused(
                _("Meeting %(number)d from %(start)s to %(end)s is longer than 12 hours. Divide it into several.")
                % said,
                field="meetings",
            )
    if pair := first_overlap(meetings):
        earlier, later = (moment_words(each.starts_at, host_site.zone) for each in pair)
        raise Refused(
            _("The meeting of %(later)s begins before the one of %(earlier)s has ended. Correct their times.")
            % {"later": later, "earlier": earlier},
            field="meetings",
        )


def first_overlap(meetings: Iterable[MeetingTimes]) -> tuple[MeetingTimes, MeetingTimes] | None:
    """The first two meetings in time of which the later begins before the earlier has ended."""
    ordered = sorted(meetings, key=lambda each: each.starts_at)
    return next(((one, two) for one, two in pairwise(ordered) if two.starts_at < one.ends_at), None)


def _check_years(
    planned: PlannedSession | None, meetings: Sequence[MeetingTimes], *, host_site: Site, now: datetime
) -> None:
    """A slip of the year; a meeting that was held and is not moved stays where it is."""
    this_year = now.astimezone(host_site.zone).year
    early = [
        (number, each)
        for number, each in enumerate(meetings, 1)
        if each.starts_at.astimezone(host_site.zone).year < this_year
    ]
    standing = set(planned.meetings.values_list("uuid", "starts_at")) if early and planned else set()
    for number, each in early:
        if (each.uuid, each.starts_at) not in standing:
            raise Refused(
                _("Meeting %(number)d on %(start)s lies in a past year. Choose a day in %(year)d or later.")
                % {"number": number, "start": moment_words(each.starts_at, host_site.zone), "year": this_year},
                field="meetings",
            )


def _save_meetings(planned: PlannedSession, meetings: Sequence[MeetingTimes], *, actor: User, now: datetime) -> None:
    standing = {meeting.uuid: meeting for meeting in planned.meetings.all()}
    kept = {each.uuid: each.starts_at for each in meetings if each.uuid}
    given_up = [meeting for uuid, meeting in standing.items() if kept.get(uuid) != meeting.starts_at]
    keep_missed_start(planned.plan, given_up, actor=actor, now=now)
    planned.meetings.exclude(uuid__in=kept).delete()
    for each in meetings:
        meeting = standing.get(each.uuid) if each.uuid else None
        meeting = meeting or PlannedMeeting(planned_session=planned)
        if meeting.starts_at != each.starts_at:
            meeting.set_at = now
        meeting.starts_at, meeting.ends_at = each.starts_at, each.ends_at
        meeting.save()


@service
def remove_session(*, revision: PlanRevision, planned: PlannedSession, actor: User, now: datetime) -> None:
    """Take a session out of a draft; its targets stay, without a batch, and a start that was missed stays counted.

    Raises:
        NotAllowed, WrongState: as :func:`save_part`.
    """
    revision = open_draft(revision, actor=actor)
    if planned.revision_id != revision.pk:
        raise Refused(_("%(batch)s belongs to another revision. Reload the page.") % {"batch": planned})
    keep_missed_start(revision.plan, planned.meetings.all(), actor=actor, now=now)
    moved = revision.targets.filter(planned_session=planned).update(planned_session=None)
    name = planned.uuid
    planned.delete()
    withdraw_pointless_orders(plan=revision.plan, actor=actor, now=now)
    record(
        "revision.session_removed",
        subject=revision,
        actor=actor,
        now=now,
        data={"session": name, "targets_without_batch": moved},
    )


@service
def save_recipients(*, revision: PlanRevision, recipients: Collection[Recipient], actor: User, now: datetime) -> None:
    """Replace who receives the report (5.3.2).

    Raises:
        NotAllowed, WrongState: as :func:`save_part`.
        Refused: an unknown party, or somebody who cannot be reached.
    """
    revision = open_draft(revision, actor=actor)
    seen: set[tuple[str, Any]] = set()
    rows = []
    for each in recipients:
        if each.party not in Role.values:
            raise Refused(_("“%(party)s” is no party. Choose one of the list.") % {"party": each.party}, field="party")
        if each.user is None and not each.email:
            raise Refused(
                _("%(name)s has neither an account nor a mail address. Give one of them.") % {"name": each.name or "?"},
                field="email",
            )
        key = (each.party, each.user.pk if each.user else each.email.lower())
        if key not in seen:
            seen.add(key)
            rows.append(
                PlanRecipient(revision=revision, party=each.party, user=each.user, name=each.name, email=each.email)
            )
    revision.recipients.all().delete()
    PlanRecipient.objects.bulk_create(rows)
    record(
        "revision.recipients_saved",
        subject=revision,
        actor=actor,
        now=now,
        data={"count": len(rows), "users": sorted(str(row.user.uuid) for row in rows if row.user)},
        detail={"others": [[row.party, row.name, row.email] for row in rows if not row.user]},
    )


def open_draft(revision: PlanRevision, *, actor: User) -> PlanRevision:
    """The draft, its plan and itself locked; the guard of every service that writes a part.

    Raises:
        NotAllowed: not the PIC.
        WrongState: submitted, decided or withdrawn.
    """
    plan = locked_plan(revision.plan)
    require(can_edit_plan(actor, plan), _("Only the PIC of this plan can change it."))
    revision = PlanRevision.objects.select_for_update(no_key=True, of=("self",)).get(pk=revision.pk)
    revision.plan = plan
    if revision.state != RevisionState.DRAFT:
        raise WrongState(
            _("Revision %(number)d is “%(state)s” and cannot be changed. Withdraw it, or make a new revision.")
            % {"number": revision.number, "state": revision.get_state_display()}
        )
    return revision


def copy_rows(model: type[Model], rows: Sequence[Any], **changes: Any) -> list[Any]:
    """New rows with the values of ``rows`` but for their keys and ``changes``."""
    copies = []
    for row in rows:
        values = {
            field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if not field.primary_key
        }
        copies.append(model(**{**values, **changes}))
    return copies
