"""The lists as plain Django would show them: the same rows and filter, bare tags. What a list's time is measured by."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone

from planning.forms.needs import DefectListFilter
from planning.models import Defect
from trainingops import urls
from trainingops.people.forms import PersonFilter
from trainingops.people.models import Person
from trainingops.people.queries import present_assignments

_PAGE = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><form>{{ form }}<button>Filter</button></form>
<table>
<thead><tr>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>ROWS</tbody></table>
{% for number in page.paginator.page_range %}<a href="?page={{ number }}">{{ number }}</a>{% endfor %}"""
_PEOPLE = """{% for person in page %}<tr><td><a href="{% url 'person_detail' person.uuid %}">{{ person.name }}</a></td>
<td>{{ person.employee_no }}</td><td>{{ person.place.site }}</td><td>{{ person.place.line }}</td>
<td>{{ person.place.team }}</td><td>{{ person.get_employment_display }}</td></tr>{% endfor %}"""
_DEFECTS = """{% for defect in page %}<tr>
<td><a href="{% url 'defect_detail' defect.uuid %}">{{ defect.occurred_on }}</a></td>
<td>{{ defect.contact_reference }}</td><td>{{ defect.person.employee_no }}</td><td>{{ defect.person.name }}</td>
<td>{{ defect.team.name }}</td><td>{{ defect.parameter.code }}</td><td>{{ defect.get_error_class_display }}</td>
<td>{{ defect.get_root_cause_display }}</td><td>{{ defect.get_state_display }}</td></tr>{% endfor %}"""


@cache
def _template(rows: str) -> Any:
    return engines["django"].from_string(_PAGE.replace("ROWS", rows))


def _page(rows: QuerySet) -> Page:
    return Paginator(rows, 50).get_page(1)


def _shown(request: HttpRequest, rows: str, *, form: BaseForm, **context: object) -> HttpResponse:
    form.renderer = DjangoTemplates()  # as Django brings it
    context["form"] = form
    return HttpResponse(_template(rows).render(context, request))


def people(request: HttpRequest) -> HttpResponse:
    chosen = PersonFilter(request.GET, queryset=Person.objects.visible_to(request.user), request=request)
    page = _page(chosen.qs)
    places = present_assignments([person.pk for person in page], timezone.now())
    for person in page:
        person.place = places.get(person.pk)
    return _shown(request, _PEOPLE, title="People", form=chosen.form, page=page, names=range(6))


def defects(request: HttpRequest) -> HttpResponse:
    chosen = DefectListFilter(request.GET, queryset=Defect.objects.visible_to(request.user), user=request.user)
    page = _page(chosen.qs.select_related("person", "team", "parameter"))
    return _shown(request, _DEFECTS, title="Defects", form=chosen.form, page=page, names=range(9))


urlpatterns = [
    path("plain/people/", people, name="people_list"),
    path("plain/needs/defects/", defects, name="defect_list"),
    *urls.urlpatterns,
]
