"""When it is held, how long, and what that does to service and shifts (4.1 c, d; 5.1.1 f)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.completeness.items import Item, Snapshot
from planning.enums import Method
from planning.models import PlannedSession, PlanRevision
from planning.queries.roster import TargetAtMeeting, names_in, people_in
from trainingops.people.enums import Presence
from trainingops.ui.moments import day_words


def dates(snapshot: Snapshot) -> Item:
    days = sorted({snapshot.local_day(meeting.starts_at) for meeting in snapshot.meetings})
    gap = ""
    past = [each for each in snapshot.meetings if each.starts_at <= snapshot.now and not snapshot.is_held(each)]
    empty = [planned.label for planned in snapshot.sessions if not planned.meetings.all()]
    bare = [each.label for each in snapshot.sessions if lacks_room(each, snapshot.revision)]
    if not days:
        gap = _("Add a session with its meetings.")
    elif empty:
        gap = _("Without meeting: %(batches)s. Add one there, or remove the batch.") % {"batches": ", ".join(empty)}
    elif past:
        gap = _("%(day)s has passed. Choose a later time.") % {"day": day_words(snapshot.local_day(past[0].starts_at))}
    elif bare:
        gap = _("Without room: %(batches)s. Choose a room there, or hold the training online.") % {
            "batches": ", ".join(bare)
        }
    return Item("dates", _("Dates"), "sessions", ", ".join(day_words(day, "short") for day in days), gap)


def lacks_room(planned: PlannedSession, revision: PlanRevision) -> bool:
    """Whether a batch has no room although the method of the plan needs one (5.1.1 e)."""
    return planned.room is None and revision.method in {Method.OFFLINE, Method.HYBRID}


def duration(snapshot: Snapshot) -> Item:
    lengths = [int((each.ends_at - each.starts_at).total_seconds() // 60) for each in snapshot.meetings]
    gap = "" if lengths else _("The duration follows from the meetings: add them.")
    parts = [
        _("%(count)d × %(minutes)d minutes") % {"count": lengths.count(minutes), "minutes": minutes}
        for minutes in dict.fromkeys(lengths)
    ]
    return Item("duration", _("Duration"), "sessions", ", ".join(parts), gap)


def busy(snapshot: Snapshot) -> Item:
    """A meeting ahead in a busy interval needs a written reason (5.1.1 f); unknown traffic asks for none."""
    reason = snapshot.revision.busy_reason.strip()
    bare = [] if reason else [each for each in snapshot.impacts if each.busy and not each.planned.busy_reason]
    busy = [each for each in bare if not snapshot.is_held(each.meeting)]
    gap = ""
    if busy:
        gap = _("%(batch)s, %(day)s lies in a busy interval: write the reason, or choose a low one.") % {
            "batch": busy[0].planned.label,
            "day": day_words(snapshot.local_day(busy[0].meeting.starts_at)),
        }
    return Item("busy_reason", _("Interval"), "sessions", reason, gap, clause="5.1.1")


def overtime(snapshot: Snapshot) -> Item:
    """Who trains outside their shift needs an order and agrees; who is away or has left cannot come (5.1.1 f)."""
    roster = snapshot.roster
    gap = " ".join(_hindrances(snapshot.ahead))
    if snapshot.batches_of_targets and not snapshot.meetings:
        gap = _("Add a session with its meetings: the roster of the targets is read for them.")
    ordered = people_in(roster.overtime)
    value = ngettext("%(count)d on overtime", "%(count)d on overtime", ordered) % {"count": ordered} if ordered else ""
    if not snapshot.batches_of_targets:
        value = _("Nobody is on target yet: choose targets, and their roster is read.")
    elif not roster.expected:
        value = _("Nobody is in a batch yet: place the targets, and their roster is read.") if snapshot.meetings else ""
    elif not roster.known:
        value = _("No roster: everybody is assumed on shift")
    return Item("overtime", _("Roster"), "roster", value, gap, clause="5.1.1")


def _hindrances(rows: Sequence[TargetAtMeeting]) -> list[str]:
    """Why targets cannot come to their meetings as it stands, each in words with names and what helps."""
    gone = [row for row in rows if row.standing.presence == Presence.GONE]
    away = [row for row in rows if row.standing.is_absent and row not in gone]
    bare, waiting = [row for row in rows if row.lacks_order], [row for row in rows if row.lacks_consent]
    found = [
        (
            gone,
            ngettext(
                "%(count)d target has left: %(names)s. Take them off target.",
                "%(count)d targets have left: %(names)s. Take them off target.",
                people_in(gone),
            ),
        ),
        (
            away,
            ngettext(
                "%(count)d target is on leave, sick or travelling during a meeting: %(names)s. "
                "Choose another batch, or take them off target.",
                "%(count)d targets are on leave, sick or travelling during a meeting: %(names)s. "
                "Choose another batch, or take them off target.",
                people_in(away),
            ),
        ),
        (
            bare,
            ngettext(
                "%(count)d target would train outside the shift: %(names)s. Choose another time, or order overtime.",
                "%(count)d targets would train outside the shift: %(names)s. Choose another time, or order overtime.",
                people_in(bare),
            ),
        ),
        (
            waiting,
            ngettext(
                "%(count)d target has not agreed to the overtime: %(names)s.",
                "%(count)d targets have not agreed to the overtime: %(names)s.",
                people_in(waiting),
            ),
        ),
    ]
    return [words % {"count": people_in(who), "names": names_in(who)} for who, words in found if who]
