"""One mail instead of many: the daily summary, and one for all that a sweep told somebody (NTF-2, DLN-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from trainingops.audit.journal import service
from trainingops.jobs.wake import wake
from trainingops.notifications.enums import Channel
from trainingops.notifications.models import Notice, OutboxMessage, Preference
from trainingops.notifications.registry import DIGEST, get_kind
from trainingops.people.models import User
from trainingops.people.working import working_days
from trainingops.ui.stored import stored_day

if TYPE_CHECKING:
    from trainingops.notifications.models import NoticeQuerySet

#: A sweep that died before it could say that it is done is waited for so long.
PATIENCE = timedelta(minutes=2)
#: Nobody gets two mails for many within this time: what a sweep found a little later waits.
APART = timedelta(minutes=30)
#: The advisory lock that every transaction of a sweep holds together with the others, and whoever gathers alone.
_BULK = 5_320_004


def begin_bulk() -> None:
    """Say that this transaction tells some of many; nobody gathers before it has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_BULK])


def finish_bulk(*, now: datetime) -> int:
    """A sweep has told everything: write its mails, one a person, and with it a daily summary that is late.

    While another worker is still telling, nothing is written: the last one to finish does it for all.

    Returns:
        How many mails were written.
    """
    return write_digests(now=now, patience=timedelta())


def write_digests(*, now: datetime, patience: timedelta = PATIENCE) -> int:
    """Write the mails for many that are due; how many. Running late, twice or on several hosts changes nothing.

    The daily summary is due from the start of the recipient's own working day until its end, once a day whatever was
    missed before. It is silent when empty. Notices of a sweep are due when the sweep says so (:func:`finish_bulk`), or
    after ``patience``.
    """
    if not Notice.objects.waiting().exists() or _somebody_tells():
        return 0
    readers = list(User.objects.filter(pk__in=Notice.objects.waiting().values("recipient")).order_by("pk"))
    days = _days_due(readers, now)
    gathers = _with_gathered(before=now - patience, now=now)
    written = 0
    for reader in readers:
        if reader.pk in days or reader.pk in gathers:
            due = _Due(day=days.get(reader.pk), gathers=reader.pk in gathers)
            written += _write(reader=reader, due=due, now=now)
    return written


@dataclass(frozen=True)
class _Due:
    """What somebody's next mail for many holds: the summary of a day, what sweeps told, or both."""

    day: date | None
    gathers: bool

    def of(self, notices: NoticeQuerySet) -> NoticeQuerySet:
        if self.day is None:
            return notices.filter(gathered=True)
        return notices if self.gathers else notices.filter(gathered=False)


def _somebody_tells() -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_BULK])
        return not cursor.fetchone()[0]


def _days_due(readers: Iterable[User], now: datetime) -> dict[int, date]:
    """Of each reader who works now and has not had today's summary: the day that it is of."""
    waiting = set(Notice.objects.waiting().filter(channel=Channel.DIGEST).values_list("recipient", flat=True))
    asked = [reader for reader in readers if reader.pk in waiting]
    days = {key: day for key, (day, (start, end)) in working_days(asked, now).items() if start <= now < end}
    ids = {_daily_id(reader, days[reader.pk]): reader.pk for reader in asked if reader.pk in days}
    for had in OutboxMessage.objects.filter(message_id__in=ids).values_list("message_id", flat=True):
        del days[ids[had]]
    return days


def _with_gathered(*, before: datetime, now: datetime) -> set[int]:
    """Whom a sweep told something until ``before``, but for those who had such a mail a moment ago."""
    gathered = Notice.objects.filter(gathered=True)
    told = gathered.filter(carrier__created_at__gt=now - APART, carrier__created_at__lte=now)
    waiting = gathered.waiting().filter(created_at__lte=before)
    return set(waiting.exclude(recipient__in=told.values("recipient")).values_list("recipient", flat=True))


def _daily_id(reader: User, day: date) -> str:
    """The Message-ID of somebody's summary of a day: two beats, or a second try, cannot make two of it."""
    return f"<digest.{day:%Y%m%d}.{reader.uuid}@trainingops>"


@service
def _write(*, reader: User, due: _Due, now: datetime) -> bool:
    """One mail under the lock of its reader; whoever comes second finds nothing left to tell."""
    locked = User.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=reader.pk).first()
    if locked is None or (due.day and OutboxMessage.objects.filter(message_id=_daily_id(reader, due.day)).exists()):
        return False
    notices = list(due.of(Notice.objects.waiting().filter(recipient=reader)).order_by("pk"))
    if not notices:
        return False
    apart = _apart(notices, reader)
    together = [each for each in notices if each not in apart]
    for each in apart:
        each.carrier = _single(each, reader, now)
    if len(together) == 1 and due.day is None:
        together[0].carrier = _single(together[0], reader, now)
    elif together:
        message = _summary(together, reader, due.day, now)
        for each in together:
            each.carrier = message
    Notice.objects.bulk_update(notices, ["carrier"])
    from trainingops.notifications.tasks import deliver_mail

    wake(deliver_mail)
    return True


def _apart(notices: list[Notice], reader: User) -> list[Notice]:
    """What a sweep told somebody who wants mails at once and no summaries: each has its own mail.

    What is mandatory comes together for everybody: nobody can be spared it, nor should it come by the hundred.
    """
    chosen = [each for each in notices if each.gathered and not get_kind(each.kind).mandatory]
    if chosen and Preference.objects.filter(user=reader, kind=DIGEST.name).exists():
        return chosen
    return []


def _single(notice: Notice, reader: User, now: datetime) -> OutboxMessage:
    """The mail of one notice, as if it had not been one of many."""
    return _keep(
        reader,
        now,
        subject_type=notice.subject_type,
        subject=notice.subject,
        kind=notice.kind,
        step=notice.step,
        url=notice.url,
        params=notice.params,
        message_id=f"<{notice.uuid}@trainingops>",
        urgent=get_kind(notice.kind).urgent,
    )


def _summary(notices: list[Notice], reader: User, day: date | None, now: datetime) -> OutboxMessage:
    first = notices[0].uuid
    return _keep(
        reader,
        now,
        subject_type=User._meta.label,
        subject=reader.uuid,
        kind=DIGEST.name,
        step=f"{day}" if day else f"{first}",
        url=f"{reverse('inbox')}?show=unread",
        params={"day": stored_day(day or timezone.localdate(now, reader.zone))},
        message_id=_daily_id(reader, day) if day else f"<digest.{first}@trainingops>",
        urgent=any(get_kind(each.kind).urgent for each in notices),
    )


def _keep(reader: User, now: datetime, **about: Any) -> OutboxMessage:
    return OutboxMessage.objects.create(
        recipient=reader, address=reader.email, language=reader.language, not_before=now, created_at=now, **about
    )
