"""The roster of a month: rows people, columns days, as it was imported (5.1.1 f)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format

from trainingops.people.forms import PersonFilter
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person, RosterDay, ShiftCode
from trainingops.people.policies import ROSTER_KEEPERS
from trainingops.ui.exports import workbook_response
from trainingops.ui.moments import day_words

PEOPLE_A_PAGE = 40


@dataclass(frozen=True)
class _Month:
    """The month of the address, with its neighbours."""

    first: date

    @classmethod
    def asked(cls, request: SignedInRequest) -> _Month:
        try:
            return cls(date.fromisoformat(f"{request.GET.get('month', '')}-01"))
        except ValueError:
            return cls(request.now.astimezone(request.user.zone).date().replace(day=1))

    @property
    def days(self) -> list[date]:
        length = monthrange(self.first.year, self.first.month)[1]
        return [self.first + timedelta(days=step) for step in range(length)]

    @property
    def word(self) -> str:
        """As an address names it: 2026-11."""
        return self.first.isoformat()[:7]

    @property
    def before(self) -> str:
        return (self.first - timedelta(days=1)).isoformat()[:7]

    @property
    def after(self) -> str:
        return (self.days[-1] + timedelta(days=1)).isoformat()[:7]


def roster(request: SignedInRequest) -> HttpResponse:
    """People in my scope and their shifts of one month, forty people a page."""
    month, chosen = _Month.asked(request), _chosen(request)
    page = Paginator(chosen.qs.order_by("name", "pk"), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    people = list(page.object_list)
    codes = {code.pk: code for code in ShiftCode.objects.all()}
    cells = _cells(people, month)
    context = {
        "month": month,
        "title_month": day_words(month.first, "month"),
        "filter": chosen,
        "summary": ", ".join(str(bound.field.label) for bound in chosen.form if bound.value()),
        "page_obj": page,
        "days": [(day, date_format(day, "D"), day.weekday() == 6) for day in month.days],
        "rows": [(person, [codes.get(cells.get((person.pk, day), 0)) for day in month.days]) for person in people],
        "filled": bool(cells),
        "legend": [code for code in codes.values() if code.pk in set(cells.values())],
        "may_import": request.user.authority.has(*ROSTER_KEEPERS),
        "download": f"?{request.GET.urlencode()}",
    }
    return render(request, "people/roster.html", context)


def roster_download(request: SignedInRequest) -> HttpResponse:
    """The roster of the filter in the layout of the import, to be corrected and imported again (EXP-1)."""
    month = _Month.asked(request)
    people = list(_chosen(request).qs.order_by("name", "pk"))
    codes = dict(ShiftCode.objects.values_list("pk", "code"))
    cells = _cells(people, month)
    head = ["No. Karyawan", "Nama", *(day.isoformat() for day in month.days)]
    rows = (
        [person.employee_no, person.name, *(codes.get(cells.get((person.pk, day), 0), "") for day in month.days)]
        for person in people
    )
    return workbook_response(head, rows, name=f"roster-{month.first:%Y-%m}")


def _chosen(request: SignedInRequest) -> Any:
    people: QuerySet[Person] = Person.objects.visible_to(request.user).working()
    return PersonFilter(request.GET, queryset=people, request=request)


def _cells(people: list[Person], month: _Month) -> dict[tuple[int, date], int]:
    """(person, day) → key of the code."""
    rows = RosterDay.objects.filter(person__in=people, day__range=(month.days[0], month.days[-1])).order_by()
    return {(person, day): code for person, day, code in rows.values_list("person", "day", "code")}
