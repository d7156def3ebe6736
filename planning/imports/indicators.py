"""The sheet of CSAT, FCR, AHT, complaints: one figure a row, of a line or of an agent (2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.imports.common import Places
from planning.models import ServiceIndicator, ServiceMeasure
from planning.policies.catalogue import INDICATOR_WRITERS, can_record_indicator
from planning.services.indicators import check_figure, save_indicators
from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.imports.identity import EMPLOYEE_NO
from trainingops.imports.preview import PERSON_UNKNOWN
from trainingops.imports.registry import Batch, Checked, Column, Importer
from trainingops.imports.values import heading_key
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.bounds import reversed_words

if TYPE_CHECKING:
    from trainingops.people.models import Person, PersonAssignment, User

COLUMNS = (
    Column(
        name="measure",
        label=gettext_lazy("Measure"),
        required=True,
        headings=("Ukuran", "Indikator", "KPI", "Metrik"),
        example="csat",
    ),
    Column(
        name="starts_on",
        label=gettext_lazy("From"),
        required=True,
        headings=("Periode Mulai", "Tanggal Mulai", "Mulai"),
        example=date(2026, 10, 1),
        is_day=True,
    ),
    Column(
        name="ends_on",
        label=gettext_lazy("To (inclusive)"),
        required=True,
        headings=("Periode Selesai", "Tanggal Selesai", "Selesai", "Sampai"),
        example=date(2026, 10, 31),
        is_day=True,
    ),
    Column(
        name="line",
        label=gettext_lazy("Service line"),
        required=True,
        headings=("Layanan", "Line", "Lini Layanan"),
        example="Inbound",
    ),
    Column(name="site", label=gettext_lazy("Site"), headings=("Situs", "Lokasi", "Kota"), example=""),
    replace(EMPLOYEE_NO, example=""),
    Column(name="value", label=gettext_lazy("Value"), required=True, headings=("Nilai", "Angka"), example="87,5"),
    Column(
        name="responses",
        label=gettext_lazy("Responses"),
        headings=("Responden", "Jumlah Respon", "Jumlah Responden", "n"),
        example=120,
    ),
)
_Key = tuple[int, int, int | None, int | None, date, date]


@dataclass(frozen=True)
class _Known:
    """What the database says, read once for all rows."""

    measures: dict[str, ServiceMeasure]
    lines: dict[str, ServiceLine]
    sites: dict[str, Site]
    people: Any
    places: Places
    figures: dict[_Key, ServiceIndicator]


def check_indicators(batch: Batch) -> list[Checked]:
    """What each row would do; a figure counts once."""
    known = _read(batch)
    found: list[Checked] = []
    seen: dict[_Key, int] = {}
    for row in batch.rows:
        checked = Checked(row, key=f"{row.text('measure')} {row.text('line')} {row.text('employee_no')}")
        found.append(checked)
        _check_row(batch, checked, known)
        if checked.is_bad:
            continue
        key = _key(checked.data)
        if key in seen:
            checked.refuse(
                "measure",
                "figure_twice",
                _("Row %(row)d has a figure for the same period already. Keep one of the two.") % {"row": seen[key]},
            )
            continue
        seen[key] = row.number
        old = known.figures.get(key)
        checked.data.pk = old.pk if old else None
        checked.compare(_values(old) if old else None, _values(checked.data))
    return found


def _read(batch: Batch) -> _Known:
    people = batch.people(row.text("employee_no") for row in batch.rows)
    measures = {
        heading_key(word): each for each in ServiceMeasure.objects.all() for word in (each.code, each.name, str(each))
    }
    named = {measures[key].pk for row in batch.rows if (key := heading_key(row.text("measure"))) in measures}
    return _Known(
        measures=measures,
        lines=_by_words(ServiceLine.objects.all()),
        sites=_by_words(Site.objects.all()),
        people=people,
        places=Places(people.by_text.values()),
        figures={_key(each): each for each in ServiceIndicator.objects.filter(measure__in=named)},
    )


def _by_words(things: Any) -> dict[str, Any]:
    return {word.casefold(): thing for thing in things for word in (thing.name, thing.code)}


def _check_row(batch: Batch, checked: Checked, known: _Known) -> None:
    row = checked.row
    measure = known.measures.get(heading_key(row.text("measure")))
    if measure is None:
        names = ", ".join(sorted({each.code for each in known.measures.values()}))
        checked.refuse("measure", "measure_unknown", _("Known measures: %(names)s. Add it first.") % {"names": names})
    starts_on = batch.day(checked, "starts_on", required=True)
    ends_on = batch.day(checked, "ends_on", required=True)
    if starts_on and ends_on and ends_on < starts_on:
        checked.refuse("ends_on", "ends_before_start", reversed_words(starts_on, ends_on))
    line = _find(checked, "line", known.lines, required=True)
    site = _find(checked, "site", known.sites, required=False)
    value = batch.figure(checked, "value", required=True)
    responses = batch.whole(checked, "responses")
    if measure is not None and value is not None and ends_on is not None:
        try:
            check_figure(measure=measure, value=value, responses=responses, ends_on=ends_on, today=batch.today)
        except Refused as refused:
            checked.refuse(refused.field or "value", refused.code or "refused", str(refused))
    person, place = _whose(checked, known, ends_on)
    if checked.is_bad or measure is None or line is None or value is None or starts_on is None or ends_on is None:
        return
    _check_place(batch, checked, line, site, place)
    checked.data = ServiceIndicator(
        measure=measure,
        line=line,
        site_id=place.site_id if place else site.pk if site else None,
        team_id=place.team_id if place else None,
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        value=value.quantize(Decimal("0.0001")),
        responses=responses,
    )


def _find(checked: Checked, column: str, known: dict[str, Any], *, required: bool) -> Any:
    text = checked.row.text(column)
    if not text:
        if required:
            checked.refuse(column, f"{column}_blank", _("Fill in this cell."))
        return None
    thing = known.get(text.casefold())
    if thing is None:
        names = ", ".join(sorted({str(each) for each in known.values()}))
        checked.refuse(column, f"{column}_unknown", _("Not known. Known: %(names)s.") % {"names": names})
    return thing


def _whose(checked: Checked, known: _Known, day: date | None) -> tuple[Person | None, PersonAssignment | None]:
    """The agent of a row and where they were on its last day; blank: a figure of the whole line."""
    text = checked.row.text("employee_no")
    if not text:
        return None, None
    person = known.people.get(text)
    if person is None:
        checked.refuse("employee_no", PERSON_UNKNOWN, _("Nobody has this number. Choose the person, or correct it."))
        return None, None
    place = known.places.on(person, day) if day else None
    if day and place is None:
        checked.refuse(
            "employee_no", "no_place_then", _("The agent had no place of work on this day. Correct the assignment.")
        )
    return person, place


def _check_place(
    batch: Batch, checked: Checked, line: ServiceLine, site: Site | None, place: PersonAssignment | None
) -> None:
    """Within the scope of the one who imports; an agent belongs to the line that the row names."""
    if place is not None and place.line_id != line.pk:
        checked.refuse("line", "line_of_another", _("The agent worked for another line then. Correct one of the two."))
    if place is not None and site is not None and place.site_id != site.pk:
        checked.refuse(
            "site",
            "site_of_another",
            _("The agent worked at %(site)s then. Correct one of the two, or leave this cell blank.")
            % {"site": place.site},
        )
    site_id = place.site_id if place else site.pk if site else None
    team_id = place.team_id if place else None
    if not can_record_indicator(batch.user, site_id=site_id, line_id=line.pk, team_id=team_id):
        checked.refuse("line", "out_of_scope", _("This line is outside your scope. Leave the row out."))


def _key(figure: ServiceIndicator) -> _Key:
    return (
        figure.measure_id,
        figure.line_id,
        figure.site_id,
        figure.person_id,
        figure.starts_on,
        figure.ends_on,
    )


def _values(figure: ServiceIndicator) -> dict[str, Any]:
    return {"value": figure.value, "responses": figure.responses}


def row_of(figure: ServiceIndicator) -> dict[str, Any]:
    """A figure as a row of the sheet, by the name of the column (EXP-1)."""
    return {
        "measure": figure.measure.code,
        "starts_on": figure.starts_on,
        "ends_on": figure.ends_on,
        "line": figure.line.name,
        "site": figure.site.name if figure.site and not figure.person_id else "",
        "employee_no": figure.person.employee_no if figure.person else "",
        "value": figure.value,
        "responses": figure.responses,
    }


@service
def apply_indicators(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the figures of the rows given."""
    save_indicators(figures=[checked.data for checked in rows], actor=actor, now=now)


INDICATORS = Importer(
    name="indicators",
    label=gettext_lazy("Figures of the service"),
    about=gettext_lazy("CSAT, FCR, AHT, complaints and other measures: one figure of a line or of an agent a row."),
    columns=COLUMNS,
    roles=frozenset(INDICATOR_WRITERS),
    check=check_indicators,
    apply=apply_indicators,
    result_url="indicator_list",
    rows_at_once=2_000,
)
