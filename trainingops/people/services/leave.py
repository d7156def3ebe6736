"""Long leave: from a day until a day, or until somebody is back. What is due of them waits (5.3.1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.models import LongLeave, Person, User
from trainingops.people.policies import can_record_leave
from trainingops.people.shifts import LONG_ABSENCE
from trainingops.people.signals import absences_changed
from trainingops.ui.bounds import reversed_words
from trainingops.ui.moments import day_words

#: A leave further ahead, or longer, is a slip of the year.
FARTHEST = timedelta(days=2 * 366)


@service
def record_long_leave(
    *, person: Person, starts_on: date, ends_on: date | None, actor: User, now: datetime
) -> LongLeave:
    """Somebody is away from a day until a day (inclusive), or until they are back; one that overlaps is corrected.

    Raises:
        NotAllowed: neither who keeps the roster nor trainer nor team leader of where the person works.
        Refused: it is shorter than a long absence and corrects none, it ends before it starts, or lies more than two
            years away.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    require(can_record_leave(actor, person))
    if ends_on is not None and ends_on < starts_on:
        raise Refused(reversed_words(starts_on, ends_on), field="ends_on", code="period")
    today = now.astimezone(actor.zone).date()
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None and abs(day - today) > FARTHEST:
            raise Refused(
                _("%(day)s lies more than two years away. Check the year.") % {"day": day_words(day)}, field=name
            )
    standing = _standing(person, starts_on, ends_on)
    if standing is None and ends_on is not None and (ends_on - starts_on).days + 1 < LONG_ABSENCE:
        raise Refused(
            _("%(first)s to %(last)s is less than %(n)d days: not a long leave. It stands in the roster.")
            % {"first": day_words(starts_on), "last": day_words(ends_on), "n": LONG_ABSENCE},
            field="ends_on",
        )
    leave = standing or LongLeave(person=person)
    leave.starts_on, leave.ends_on = starts_on, ends_on
    leave.recorded_by, leave.recorded_at = actor, now
    leave.save()
    _tell(person, leave, actor, now)
    return leave


def follow_employment(person: Person, *, away: bool, actor: User, now: datetime) -> None:
    """The list of people says that somebody is on long leave, or back: the leave begins today, or ended yesterday.

    Inside the service that saved the person.
    """
    today = now.astimezone(actor.zone).date()
    standing = _standing(person, today, None)
    if away == (standing is not None and standing.starts_on <= today):
        return
    if away:
        leave = standing or LongLeave(person=person)
        leave.starts_on, leave.recorded_by, leave.recorded_at = today, actor, now
        leave.save()
        _tell(person, leave, actor, now)
    elif standing is not None and standing.starts_on < today:
        standing.ends_on = today - timedelta(days=1)
        standing.save(update_fields=["ends_on"])
        _tell(person, standing, actor, now)


def _standing(person: Person, starts_on: date, ends_on: date | None) -> LongLeave | None:
    """The leave of the person that shares a day with this period."""
    overlapping = LongLeave.objects.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), person=person)
    if ends_on is not None:
        overlapping = overlapping.filter(starts_on__lte=ends_on)
    return overlapping.order_by("starts_on").first()


def _tell(person: Person, leave: LongLeave, actor: User, now: datetime) -> None:
    data = {"starts_on": leave.starts_on, "ends_on": leave.ends_on}
    record("person.leave_recorded", subject=person, actor=actor, now=now, data=data)
    absences_changed.send(sender=Person, people=[person.pk], actor=actor, now=now)
