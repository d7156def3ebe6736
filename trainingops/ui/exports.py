"""Lists as files: "Unduh Excel" of exactly what is filtered (UX.md EXP-1), and nothing that runs when it is opened."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from trainingops.ui.tables import PageTable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula (UX.md IMP-6)."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def workbook(head: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "Data", long: bool = False) -> bytes:
    """An XLSX: text as text (leading zeros stay, formulas do not run), dates as dates, times in the active zone.

    A time that carries another zone than UTC keeps it: a column beside it names that zone.

    Args:
        head: the first row, bold and frozen.
        rows: cells of text, numbers, dates, aware times or None.
        sheet: the sheet's name, at most 31 characters.
        long: tens of thousands of rows; each is let go once it is written.
    """
    import xlsxwriter  # nine megabytes that a web process carries from its first file on

    buffer = io.BytesIO()
    options = {"in_memory": not long, "constant_memory": long, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet(sheet[:31])
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.freeze_panes(1, 0)
        for column, word in enumerate(head):
            page.write_string(0, column, str(word), bold)
            page.set_column(column, column, max(12, min(40, len(str(word)) + 4)))
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(page, line, column, value, day, moment)
    return buffer.getvalue()


def _write(page: Any, line: int, column: int, value: Any, day: Any, moment: Any) -> None:
    """One cell by its type; whatever is not a figure or a date is text."""
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        local = value if value.utcoffset() else timezone.localtime(value)
        page.write_datetime(line, column, local.replace(tzinfo=None), moment)
    elif isinstance(value, date):
        page.write_datetime(line, column, value, day)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        page.write_number(line, column, float(value))
    else:
        page.write_string(line, column, neutral(str(value)))


def workbook_response(
    head: Sequence[str], rows: Iterable[Sequence[Any]], *, name: str, long: bool = False
) -> HttpResponse:
    """The workbook as a download called ``name.xlsx``; ``long`` as in :func:`workbook`."""
    response = HttpResponse(workbook(head, rows, sheet=name, long=long), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def table_response(table: PageTable, *, name: str, exclude: Sequence[str] = ()) -> HttpResponse:
    """All rows of ``table`` (not only its page) as a workbook; ``exclude`` names columns of links and buttons.

    Sort the table first: ``configure(request, table)`` or ``table.order_by``.
    """
    lines = iter(table.as_values(exclude_columns=exclude))
    head = next(lines)
    return workbook_response([str(word) for word in head], lines, name=name)


def csv_response(head: Sequence[str], rows: Iterable[Sequence[Any]], *, name: str) -> HttpResponse:
    """A CSV with ``;`` and a BOM, which Indonesian spreadsheets open without asking."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([neutral(str(word)) for word in head])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _csv_cell(value: Any) -> str:
    """One cell as text: ISO dates, figures as they are."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (date, int, float, Decimal)):
        return str(value)
    return neutral(str(value))
