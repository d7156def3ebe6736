"""What is taught, by whom, how and where (4.1 a, b, f, g; 5.1.1 a)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from planning.completeness.items import Item, Snapshot
from planning.enums import Method
from planning.models import TrainerProfile
from planning.qualifying import why_unqualified
from planning.queries.terms import terms_of
from planning.standing import module_lost, pic_lost
from trainingops.ui.moments import day_words


def module(snapshot: Snapshot) -> Item:
    version = snapshot.revision.module_version
    gap = module_lost(snapshot.revision) if version else _("Choose an approved module.")
    value = f"{version.module.code} v{version.number}" if version else ""
    return Item("module", _("Module"), "module", value, gap)


def pic(snapshot: Snapshot) -> Item:
    """The PIC is appointed today and on the day of the last meeting (5.1.1 a)."""
    terms, today = terms_of(snapshot.revision), snapshot.local_day(snapshot.now)
    last = max((snapshot.local_day(meeting.ends_at) for meeting in snapshot.meetings), default=None)
    gap = pic_lost(snapshot.revision.plan, terms, today=today, last=last)
    ends = max((until for _since, until in terms), default=today)
    value = "" if gap else _("appointed until %(day)s") % {"day": day_words(ends)}
    return Item("pic", _("Appointment of the PIC"), "sessions", value, gap, clause="5.1.1")


def trainers(snapshot: Snapshot) -> Item:
    gap = ""
    bare = [planned.label for planned in snapshot.sessions if not planned.trainers.all()]
    if not snapshot.sessions:
        gap = _("Add a session with its trainer.")
    elif bare:
        gap = _("Without trainer: %(batches)s. Choose who teaches there.") % {"batches": ", ".join(bare)}
    return Item("trainers", "Trainer", "sessions", _names(snapshot.trainers), gap)


def qualification(snapshot: Snapshot) -> Item:
    """A trainer without qualification teaches with a written reason that the manager reads (5.1.1 a)."""
    reason, why = snapshot.revision.trainer_reason.strip(), unqualified(snapshot)
    value = reason if why else ""
    if not why and snapshot.trainers:
        value = _("all qualified")
    gap = (
        _("%(why)s Choose another trainer, or write why this one teaches.") % {"why": why} if why and not reason else ""
    )
    return Item("trainer_reason", _("Qualification of the trainers"), "trainers", value, gap, clause="5.1.1")


def unqualified(snapshot: Snapshot) -> str:
    """What a trainer lacks for the module on the days that they teach it; not on those of approved meetings held."""
    days: dict[int, list[date]] = {each.pk: [] for each in snapshot.trainers}
    for planned in snapshot.sessions:
        taught = [
            snapshot.local_day(meeting.ends_at) for meeting in planned.meetings.all() if not snapshot.is_held(meeting)
        ]
        for trainer in planned.trainers.all():
            days[trainer.pk] += taught
    return why_unqualified([(each, days[each.pk]) for each in snapshot.trainers], snapshot.revision.module_version)


def _names(trainers: list[TrainerProfile]) -> str:
    return ", ".join(each.name for each in trainers)


def application(snapshot: Snapshot) -> Item:
    application = snapshot.revision.application
    gap = "" if application else _("Choose the application.")
    return Item("application", _("Application"), "method", str(application or ""), gap)


def method(snapshot: Snapshot) -> Item:
    method = snapshot.revision.method
    gap = "" if method else _("Choose online, offline or hybrid.")
    return Item("method", _("Method"), "method", str(Method(method).label) if method else "", gap)
