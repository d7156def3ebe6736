"""What each row of volumes would do, and writing it: our template, lists with a start, sheets kept by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import ACTUAL_SOURCE, FORECAST_SOURCE
from planning.imports.traffic.columns import COLUMNS, PLACE, QUEUE
from planning.imports.traffic.figures import read_aht, read_seconds, read_share
from planning.imports.traffic.reading import ASTERISK, AVAYA, GENESYS, UCCX, reshape_traffic
from planning.models import TrafficInterval
from planning.policies.catalogue import can_import_traffic
from planning.services.traffic import save_traffic
from trainingops.audit.journal import service
from trainingops.imports.registry import Batch, Cell, Checked, Importer, RowStatus
from trainingops.imports.values import Unreadable, as_text, heading_key
from trainingops.people.enums import ChannelKind, Role
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.figures import format_figure

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from trainingops.people.models import User

LONGEST_MINUTES = 60
#: No contact is handled, and none waits, for longer than a day.
LONGEST_SECONDS = 86_400
#: More than any house has in one queue.
MOST_AGENTS = 99_999
#: More than any house is asked in one interval; Erlang C is reckoned agent by agent.
MOST_CONTACTS = 99_999
USUAL_MINUTES = 30
_CENT = Decimal("0.01")
#: Milliseconds of a mean are noise: such handling times are kept to a tenth of a second.
_TENTH = Decimal("0.1")
_CLOSED = {"tutup", "closed", "libur"}
_INTERVAL = re.compile(r"(\d{1,2})[.:](\d{2})(?:\s*[-–]\s*(\d{1,2})[.:](\d{2}))?")
_COMPARED = ("minutes", "offered", "answered", "abandoned", "aht", "asa", "agents", "service_level", "complete")
_FIELDS = {
    "aht": "aht_seconds",
    "asa": "asa_seconds",
    "service_level": "service_level_percent",
    "complete": "is_complete",
}
_VOICE = {"voice", "call", "telepon", "panggilan", "callback", "suara"}
_NOT_COMPLETE = {"false", "no", "tidak", "0", "salah"}


@dataclass(frozen=True)
class _Place:
    site: Site
    line: ServiceLine

    def takes(self, media: str) -> bool:
        """Whether contacts of this medium are the line's: voice for inbound and outbound, all else for digital."""
        voice = media.casefold() in _VOICE
        return voice != (self.line.channel == ChannelKind.DIGITAL)


def check_traffic(batch: Batch, *, origin: str = ACTUAL_SOURCE) -> list[Checked]:
    """What each row would do; closed intervals are left out, partial ones kept and named."""
    place = _place(batch)
    found: list[Checked] = []
    day: date | None = None
    for row in batch.rows:
        when = f"{row.text('starts_at')}{row.text('day')} {row.text('interval')}".strip()
        checked = Checked(row, key=f"{row.text('queue')} {when}".strip())
        found.append(checked)
        if row.text("day"):
            day = batch.day(checked, "day")
        if not _is_left_aside(batch, checked, place):
            _check_row(batch, checked, place, day, origin)
    _refuse_twice(found)
    _warn_of_partial(found)
    _compare(found, origin)
    _notices(batch, found)
    return found


def check_forecast(batch: Batch) -> list[Checked]:
    """The same of a forecast: it stands beside the measured volumes and never replaces them."""
    return check_traffic(batch, origin=FORECAST_SOURCE)


def _is_left_aside(batch: Batch, checked: Checked, place: _Place | None) -> bool:
    """Rows that are no interval of this line: summaries, other media, other queues, closed hours."""
    row = checked.row
    joined = ";" in row.text("queue_id")
    timeless = batch.facts.get("source") == UCCX and not row.text("starts_at")
    if joined or timeless:
        checked.warn("queue", "summary_row", _("A summary of other rows; left out."))
    elif place and row.text("media") and not place.takes(row.text("media")):
        checked.warn(
            "media", "other_media", _("Another medium than this line's; import it for the line that answers it.")
        )
    elif batch.answer(QUEUE.name) and row.text("queue") != batch.answer(QUEUE.name):
        checked.warn("queue", "other_queue", _("Another queue than the one chosen; left out."))
    elif heading_key(row.text("offered")) in _CLOSED:
        checked.warn("offered", "interval_closed", _("Closed; left out."))
    else:
        return False
    return True


def _notices(batch: Batch, found: Sequence[Checked]) -> None:
    """What to know about the file as a whole."""
    source, cells = batch.facts.get("source"), [row.cells for row in batch.rows]
    if any(isinstance(each.get("aht"), time) and _is_minutes_and_seconds(each["aht"]) for each in cells):
        batch.notices.append(_("Handling times that are clock cells are read as minutes and seconds."))
    if source == GENESYS:
        batch.notices.append(_("Durations are milliseconds, percentages shares; the time zone is read as the site's."))
    if source == ASTERISK:
        batch.notices.append(
            _("This log knows talking time only, no after-call work: the AHT is too low by that much.")
        )
    if source == AVAYA:
        batch.notices.append(
            _("Offered is ACD calls and abandoned calls together; AHT is talking and after-call work.")
        )
    if any(each.data is not None for each in found) and not any(each.get("aht") or each.get("talk") for each in cells):
        batch.notices.append(
            _("The file has no handling time. Import it from another report; until then low intervals go by volume.")
        )


def _is_minutes_and_seconds(cell: Cell) -> bool:
    return isinstance(cell, time) and cell.hour > 0 and not cell.second


def _place(batch: Batch) -> _Place | None:
    """The line and site that were answered, once allowed."""
    site_code, _slash, line_code = batch.answer(PLACE.name).partition("/")
    site, line = Site.objects.filter(code=site_code).first(), ServiceLine.objects.filter(code=line_code).first()
    return _Place(site, line) if site and line else None


def _check_row(batch: Batch, checked: Checked, place: _Place | None, day: date | None, origin: str) -> None:
    answered, abandoned = (batch.whole(checked, name) for name in ("answered", "abandoned"))
    offered = _offered(batch, checked, answered, abandoned)
    agents = batch.figure(checked, "agents")
    for name, value in (("offered", offered), ("answered", answered), ("abandoned", abandoned), ("agents", agents)):
        if value is not None and value < 0:
            checked.refuse(name, "negative", _("Write a number that is not below 0."))
    if offered is not None and offered > MOST_CONTACTS:
        words = _("Write at most %(most)s contacts in one interval.") % {"most": format_figure(MOST_CONTACTS)}
        checked.refuse("offered", "too_many_contacts", words)
    if agents is not None and agents > MOST_AGENTS:
        checked.refuse("agents", "too_many_agents", _("Write at most %(most)d agents.") % {"most": MOST_AGENTS})
    if offered is not None and answered is not None and answered > offered:
        checked.refuse(
            "answered",
            "answered_more_than_offered",
            _("More answered than offered (%(offered)d). Correct one of them.") % {"offered": offered},
        )
    scale = 1_000 if batch.facts.get("source") == GENESYS else 1
    aht, asa = _handling(checked, scale), _read(checked, "asa", lambda cell: read_seconds(cell, scale))
    level = _read(checked, "service_level", read_share)
    for name, seconds in (("aht", aht), ("asa", asa)):
        if seconds is not None and not 0 <= seconds <= LONGEST_SECONDS:
            checked.refuse(name, "seconds_out_of_range", _("Write a time from 0 to 24 hours."))
    zone = place.site.zone if place else batch.user.zone
    starts_at, minutes = _when(batch, checked, day, zone)
    if place is not None and not can_import_traffic(batch.user, site_id=place.site.pk, line_id=place.line.pk):
        checked.refuse("", "out_of_scope", _("This line and site are outside your scope. Choose another one."))
    if checked.is_bad or starts_at is None or offered is None:
        return
    if offered == 0 and agents == 0:
        checked.warn("agents", "interval_closed", _("No contact and nobody there: closed; left out."))
        return
    checked.status = RowStatus.NEW
    checked.data = TrafficInterval(
        site=place.site if place else None,
        line=place.line if place else None,
        source=origin,
        queue=checked.row.text("queue"),
        starts_at=starts_at,
        minutes=minutes,
        is_complete=heading_key(checked.row.text("complete")) not in _NOT_COMPLETE,
        offered=offered,
        answered=answered,
        abandoned=abandoned,
        aht_seconds=aht if offered else None,
        asa_seconds=asa,
        agents=agents,
        service_level_percent=level,
    )


def _offered(batch: Batch, checked: Checked, answered: int | None, abandoned: int | None) -> int | None:
    """The contacts offered; where the source has no such column, the answered and the abandoned ones together."""
    source, cells = batch.facts.get("source"), checked.row.cells
    if "offered" not in cells and answered is not None and abandoned is not None:
        return answered + abandoned
    if source == GENESYS and not checked.row.text("offered"):
        return 0
    return batch.whole(checked, "offered", required=True)


def _handling(checked: Checked, scale: int) -> Decimal | None:
    """AHT; where it is not given, talking time and after-call work together."""
    if "aht" in checked.row.cells or "talk" not in checked.row.cells:
        reader: Callable[[Cell], Decimal] = (
            read_aht if scale == 1 else lambda cell: read_seconds(cell, scale).quantize(_TENTH)
        )
        return _read(checked, "aht", reader)
    talk, after = (_read(checked, name, lambda cell: read_seconds(cell, scale)) for name in ("talk", "after_call"))
    return None if talk is None else (talk + (after or 0)).quantize(_CENT)


def _when(batch: Batch, checked: Checked, day: date | None, zone: ZoneInfo) -> tuple[datetime | None, int]:
    """Start and minutes of an interval: from its start, or from date and "07.30 - 08.00"."""
    minutes = batch.whole(checked, "minutes") or USUAL_MINUTES
    starts_at: datetime | None
    if checked.row.text("starts_at"):
        starts_at = batch.moment(checked, "starts_at", zone)
        ends_at = batch.moment(checked, "ends_at", zone) if starts_at else None
        if starts_at and ends_at:
            minutes = int((ends_at - starts_at).total_seconds() // 60)
    else:
        match = _INTERVAL.fullmatch(checked.row.text("interval"))
        if match is None or int(match[1]) > 23 or int(match[2]) > 59:
            checked.refuse("interval", "not_an_interval", _("Write an interval, for example 07.30 - 08.00."))
            return None, minutes
        if day is None:
            checked.refuse("day", "day_blank", _("Fill in the date of this interval."))
            return None, minutes
        starts_at = datetime.combine(day, time(int(match[1]), int(match[2])), tzinfo=zone)
        if match[3]:
            span = int(match[3]) * 60 + int(match[4]) - int(match[1]) * 60 - int(match[2])
            minutes = span % (24 * 60)
    if not 0 < minutes <= LONGEST_MINUTES:
        checked.refuse("minutes", "minutes_out_of_range", _("An interval has 1 to 60 minutes."))
    return starts_at, minutes


def _read(checked: Checked, name: str, reader: Callable[[Cell], Decimal]) -> Decimal | None:
    cell = checked.row.cells.get(name)
    if as_text(cell) == "":
        return None
    try:
        return reader(cell)
    except Unreadable as error:
        checked.refuse(name, error.code, str(error))
        return None


def _refuse_twice(found: Sequence[Checked]) -> None:
    """No minute of a queue is counted twice."""
    last: Checked | None = None
    valid = [checked for checked in found if checked.data is not None and not checked.is_bad]
    for checked in sorted(valid, key=lambda each: (each.data.queue, each.data.starts_at)):
        same = last is not None and last.data.queue == checked.data.queue
        if last is not None and same and checked.data.starts_at < last.data.starts_at + _length(last):
            checked.refuse(
                "starts_at" if checked.row.text("starts_at") else "interval",
                "interval_twice",
                _("Row %(row)d covers this time already. Keep one of them.") % {"row": last.row.number},
            )
            continue
        last = checked


def _length(checked: Checked) -> timedelta:
    return timedelta(minutes=checked.data.minutes)


def _warn_of_partial(found: Sequence[Checked]) -> None:
    """Intervals shorter than those of the file are kept; they never look like a quiet half hour."""
    lengths = Counter(checked.data.minutes for checked in found if checked.data is not None)
    if not lengths:
        return
    usual = lengths.most_common(1)[0][0]
    for checked in found:
        if checked.data is not None and not checked.data.is_complete:
            checked.warn(
                "complete",
                "partial_interval",
                _("The interval was not over when the report was made; it is not compared with whole ones."),
            )
            continue
        if checked.data is not None and checked.data.minutes < usual:
            checked.warn(
                "interval" if checked.row.text("interval") else "minutes",
                "partial_interval",
                _("Only %(minutes)d minutes; it is not compared with whole half hours.")
                % {"minutes": checked.data.minutes},
            )


def _compare(found: Sequence[Checked], origin: str) -> None:
    """New, changed or the same as what is stored: one query."""
    valid = [checked for checked in found if checked.data is not None and not checked.is_bad]
    if not valid or valid[0].data.site_id is None:
        return
    moments = [checked.data.starts_at for checked in valid]
    stored = {
        (row.queue, row.starts_at): row
        for row in TrafficInterval.objects.filter(
            site=valid[0].data.site_id,
            line=valid[0].data.line_id,
            source=origin,
            starts_at__range=(min(moments), max(moments)),
        )
    }
    for checked in valid:
        old = stored.get((checked.data.queue, checked.data.starts_at))
        checked.compare(_values(old) if old else None, _values(checked.data))


def _values(row: TrafficInterval) -> dict[str, object]:
    return {name: getattr(row, _FIELDS.get(name, name)) for name in _COMPARED}


@service
def apply_traffic(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the volumes of the rows given."""
    save_traffic(intervals=[checked.data for checked in rows], actor=actor, now=now)


TRAFFIC = Importer(
    name="traffic",
    label=gettext_lazy("Volumes of intervals"),
    about=gettext_lazy("Contacts offered in each interval of a line at a site, with AHT and agents where known."),
    columns=COLUMNS,
    roles=frozenset({Role.OPERATIONS, Role.OPERATION_SUPPORT, Role.MANAGER, Role.TRAINER, Role.ADMINISTRATOR}),
    check=check_traffic,
    apply=apply_traffic,
    questions=(PLACE, QUEUE),
    result_url="traffic",
    max_rows=100_000,
    rows_at_once=5_000,
    reshape=reshape_traffic,
)
FORECAST = replace(
    TRAFFIC,
    name="forecast",
    label=gettext_lazy("Forecast of intervals"),
    about=gettext_lazy("Contacts expected in each interval of the days to come, with AHT and agents where planned."),
    check=check_forecast,
)
