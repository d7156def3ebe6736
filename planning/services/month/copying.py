"""Copy the plans of a month into the next one: new drafts on the same weekdays (4.1).

Everything that clause 4.1 names is copied. Who takes part, overtime and the reasons for a busy interval or for a
trainer without qualification belong to one training and are written anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.models import Appointment, PlannedMeeting, PlannedSession, PlanRevision, TrainingPlan
from planning.months import Month, Shift, shift
from planning.queries.month import meetings_of_month
from planning.queries.plans import local_day
from planning.services.drafting import MeetingTimes, Recipient, save_part, save_recipients, save_session
from planning.services.month.clashes import Use, clashes_if
from planning.services.plans import create_plan
from planning.standing import out_of_reach, version_lost
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.people.days_off import days_off
from trainingops.people.models import Site, User
from trainingops.ui.moments import day_words, hours_words

#: So far after the month days off are read: a training of several weeks ends in the next one.
_BEYOND = timedelta(days=62)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A meeting of the month before, and when it would be."""

    planned: PlannedSession
    old: PlannedMeeting
    day: date
    new: PlannedMeeting

    @property
    def hours(self) -> str:
        """From when to when, where it is held."""
        return hours_words(self.new.starts_at, self.new.ends_at, self.planned.host_site.zone)


@dataclass(kw_only=True)
class Copy:
    """A plan of the month before as it would stand in the month.

    Attributes:
        revision: what is copied: the approved revision, else the newest.
        obstacle: why the reader cannot copy it; empty where they can.
        has_twin: whether the month has a plan of this title already.
        notes: what the reader should know of the new dates.
    """

    plan: TrainingPlan
    revision: PlanRevision
    shift: Shift
    meetings: list[Moved]
    obstacle: str = ""
    has_twin: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def sessions(self) -> list[tuple[PlannedSession, list[Moved]]]:
        """The batches in their order, each with its meetings."""
        of: dict[int, list[Moved]] = {}
        for each in self.meetings:
            of.setdefault(each.planned.pk, []).append(each)
        return [(moved[0].planned, moved) for _key, moved in sorted(of.items())]


def copies_of(*, site: Site, month: Month, reader: User, now: datetime) -> list[Copy]:
    """Every plan at a site that begins in the month before, as it would stand in ``month``: five queries or so."""
    before = month.moved(-1)
    of: dict[int, list[Any]] = {}
    for meeting in _meetings(site, month, before, reader, now):
        of.setdefault(meeting.planned_session.revision_id, []).append(meeting)
    off = days_off(site, month.first, month.until + _BEYOND)
    copies = [_copy(meetings, month, off, reader, now) for meetings in of.values() if _day(meetings[0]) in before]
    _note_clashes(copies, reader)
    return sorted(copies, key=lambda copy: (copy.shift.new, copy.plan.number))


def _meetings(site: Site, month: Month, before: Month, reader: User, now: datetime) -> Any:
    """The meetings of the plans that meet in the month before, those in other months too; in time."""
    revisions = (
        meetings_of_month(reader, before)
        .filter(planned_session__plan__site=site)
        .exclude(planned_session__plan__state=PlanState.CANCELLED)
    )
    plan = "planned_session__plan"
    appointed = Appointment.objects.in_force(local_day(now, site)).filter(
        user=reader, site=site, line=OuterRef(f"{plan}__line")
    )
    twins = meetings_of_month(reader, month).filter(
        planned_session__plan__site=site, planned_session__plan__title=OuterRef(f"{plan}__title")
    )
    return (
        PlannedMeeting.objects.filter(
            planned_session__revision__in=revisions.order_by().values("planned_session__revision")
        )
        .select_related(
            f"{plan}__site",
            f"{plan}__line",
            f"{plan}__pic",
            "planned_session__host_site",
            "planned_session__room",
            "planned_session__revision__module_version__module",
            "planned_session__revision__application",
            "planned_session__revision__scheme",
        )
        .prefetch_related("planned_session__trainers", "planned_session__revision__module_version__module__lines")
        .annotate(
            is_appointed=Exists(appointed),
            has_twin=Exists(twins.exclude(planned_session__plan__state=PlanState.CANCELLED)),
        )
        .order_by("starts_at", "pk")
    )


def _day(meeting: PlannedMeeting) -> date:
    return local_day(meeting.starts_at, meeting.planned_session.host_site)


def _copy(meetings: list[Any], month: Month, off: dict[date, str], reader: User, now: datetime) -> Copy:
    first = meetings[0]
    plan, revision = first.planned_session.plan, first.planned_session.revision
    revision.plan = plan
    moved = shift([_day(each) for each in meetings], month, off=off)
    copy = Copy(
        plan=plan,
        revision=revision,
        shift=moved,
        meetings=[_moved(each, moved.by) for each in meetings],
        has_twin=first.has_twin,
    )
    if not (first.is_appointed and reader.authority.covers("trainer", site_id=plan.site_id, line_id=plan.line_id)):
        copy.obstacle = _("You need an appointment in force as PIC for %(line)s at %(site)s.") % {
            "line": plan.line,
            "site": plan.site,
        }
    copy.notes = [*_notes_on_days(moved, off), *left_out(revision)]
    if copy.meetings[0].new.starts_at <= now:
        copy.notes.append(_("%(day)s has passed. Choose a later time.") % {"day": day_words(moved.new)})
    if copy.has_twin:
        copy.notes.append(_("The month has a plan of this title already."))
    return copy


def _moved(meeting: PlannedMeeting, by: timedelta) -> Moved:
    """The meeting by so many days later at the same hours of the place, whatever its clocks do meanwhile."""
    planned = meeting.planned_session
    zone = planned.host_site.zone
    start = (meeting.starts_at.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=zone)
    new = PlannedMeeting(
        planned_session=planned, starts_at=start, ends_at=start + (meeting.ends_at - meeting.starts_at)
    )
    return Moved(planned=planned, old=meeting, day=start.date(), new=new)


def _notes_on_days(moved: Shift, off: dict[date, str]) -> list[str]:
    notes = []
    if moved.is_last:
        notes.append(
            _("There is no fifth %(weekday)s: the last one is taken.") % {"weekday": date_format(moved.aimed, "l")}
        )
    if moved.new != moved.aimed:
        names = ", ".join(f"{day_words(day, 'short')} {off[day]}" for day in moved.avoided)
        notes.append(_("Avoids days off: %(names)s.") % {"names": names})
    if moved.hits:
        names = ", ".join(f"{day_words(day, 'short')} {off[day]}" for day in moved.hits)
        notes.append(_("Lies on a day off: %(names)s. Choose another day.") % {"names": names})
    return notes


def left_out(revision: PlanRevision) -> list[str]:
    """What of a revision cannot be planned any more and stays blank in the copy, in words."""
    version = revision.module_version
    notes = [version_lost(version, _anew(revision.plan))] if version else []
    gone = [thing for thing in (revision.application, revision.scheme) if thing and not thing.is_active]
    notes += [_("%(thing)s is no longer in use. Choose another.") % {"thing": thing} for thing in gone]
    return [note for note in (*notes, out_of_reach(revision.pass_mark, revision.scheme)) if note]


def _anew(plan: TrainingPlan) -> TrainingPlan:
    """A new plan of the same line: it keeps nothing that ``plan`` was approved with."""
    return TrainingPlan(line=plan.line)


def _note_clashes(copies: list[Copy], reader: User) -> None:
    uses = [
        Use(meeting=each.new, trainers=each.planned.trainers.all(), room=each.planned.room)
        for copy in copies
        if not copy.obstacle
        for each in copy.meetings
    ]
    clashes = clashes_if(uses, reader=reader)
    for copy in copies:
        copy.notes += clashes.get(copy.plan.pk, [])


@service
def copy_plans(*, site: Site, month: Month, plans: Collection[UUID], actor: User, now: datetime) -> list[TrainingPlan]:
    """Begin a draft in ``month`` for each of ``plans`` of the month before; the PIC is who copies (2.2, 4.1).

    The days are found again here, as :func:`copies_of` shows them.

    Raises:
        NotAllowed: no PIC for the line of one of them.
        Refused: nothing is ticked, a plan that does not begin in the month before, or what of a plan cannot be written.
    """
    if not plans:
        raise Refused(_("Nothing is ticked. Tick at least one plan."))
    copies = [copy for copy in copies_of(site=site, month=month, reader=actor, now=now) if copy.plan.uuid in plans]
    if len(copies) < len(set(plans)):
        raise Refused(_("A plan that was ticked does not begin in the month before any more. Reload the page."))
    return [_write_naming_it(copy, month, actor, now) for copy in copies]


def _write_naming_it(copy: Copy, month: Month, actor: User, now: datetime) -> TrainingPlan:
    """As :func:`_write`; a refusal says of which plan it is, because several are copied at once."""
    try:
        return _write(copy, month, actor, now)
    except Refused as refused:
        raise Refused(f"{copy.plan.number}: {refused}", code=refused.code or "refused") from refused


def _write(copy: Copy, month: Month, actor: User, now: datetime) -> TrainingPlan:
    source = copy.revision
    plan = create_plan(
        kind=copy.plan.kind,
        title=copy.plan.title,
        site=copy.plan.site,
        line=copy.plan.line,
        purpose=source.purpose,
        needs=list(source.needs.all()),
        actor=actor,
        now=now,
    )
    draft = plan.revisions.get()
    for part, values in _parts(source).items():
        save_part(revision=draft, part=part, values=values, actor=actor, now=now)
    for planned, meetings in copy.sessions:
        save_session(
            revision=draft,
            label=planned.label,
            host_site=planned.host_site,
            trainers=list(planned.trainers.all()),
            room=planned.room,
            link=planned.link,
            meetings=[MeetingTimes(starts_at=each.new.starts_at, ends_at=each.new.ends_at) for each in meetings],
            actor=actor,
            now=now,
        )
    save_recipients(revision=draft, recipients=_recipients(source, draft), actor=actor, now=now)
    record(
        "plan.copied",
        subject=plan,
        actor=actor,
        now=now,
        data={"from": copy.plan.uuid, "revision": source.uuid, "month": month.key, "days": copy.shift.by.days},
    )
    return plan


def _parts(source: PlanRevision) -> dict[str, dict[str, Any]]:
    """The fields of the parts that are copied; what is no longer in use is left out."""
    version, scheme, forms = source.module_version, source.scheme, list(source.recovery_forms.all())
    parts: dict[str, dict[str, Any]] = {
        "method": {"method": source.method, "class_types": list(source.class_types.filter(is_active=True))},
        "scoring": {"pre_paper": source.pre_paper, "post_paper": source.post_paper},
        "recovery": {"recovery_days": source.recovery_days, "tolerance_minutes": source.tolerance_minutes},
    }
    if forms:
        parts["recovery"]["recovery_forms"] = forms
    if version and not version_lost(version, _anew(source.plan)):
        parts["module"] = {"module_version": version}
    if source.application and source.application.is_active:
        parts["method"]["application"] = source.application
    if scheme and scheme.is_active:
        parts["scoring"]["scheme"] = scheme
    if not out_of_reach(source.pass_mark, scheme):
        parts["scoring"]["pass_mark"] = source.pass_mark
    return parts


def _recipients(source: PlanRevision, draft: PlanRevision) -> list[Recipient]:
    """Those of the source who still have an account or a mail address; for a party without any, those proposed."""
    kept = [
        Recipient(party=each.party, user=each.user, name=each.name, email=each.email)
        for each in source.recipients.select_related("user")
        if each.user is None or each.user.is_active
    ]
    parties = {each.party for each in kept if each.user}
    proposed = draft.recipients.select_related("user")
    return kept + [Recipient(party=each.party, user=each.user) for each in proposed if each.party not in parties]
