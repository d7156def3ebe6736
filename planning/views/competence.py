"""Competence records: one's own, on paper, and those of the people in reach (ISO 9001 7.2)."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.forms.competence import CompetenceFilter, TrainerCompetenceFilter
from planning.models import Competence
from planning.queries.competence import competences_of, competences_visible_to, trainer_competences
from planning.queries.competence_matrix import STATE_KINDS, required_of
from planning.tables.competence import CompetenceTable, OwnCompetenceTable, validity
from planning.tables.requirements import TrainerCompetenceTable
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.people.queries import present_assignments
from trainingops.records.outside import draw_outside
from trainingops.ui.moments import moment_words
from trainingops.ui.navigation import address
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

STYLESHEET = settings.BASE_DIR / "static" / "print" / "competence.css"


def my_competence(request: SignedInRequest) -> HttpResponse:
    """What I have shown, until when it holds; on paper too."""
    person = request.user.person
    found = competences_of(person, timezone.localdate()) if person else Competence.objects.none()
    context = {
        "table": configure(request, OwnCompetenceTable(found)),
        "person": person,
        "required": required_of(person, day=timezone.localdate()) if person else [],
        "kinds": STATE_KINDS,
    }
    return render(request, "planning/my_competence.html", context)


def competence_pdf(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The record of one person whom the reader sees, on A4: to take along, no sealed record of the procedure."""
    person = get_object_or_404(Person.objects.visible_to(request.user), uuid=uuid)
    today = timezone.localdate()
    words = {"name": request.user.name, "time": moment_words(request.now, request.user.zone)}
    context = {
        "person": person,
        "place": present_assignments([person.pk], request.now).get(person.pk),
        "required": required_of(person, day=today),
        "rows": [(each, validity(each.ends_on, today)[1]) for each in competences_of(person, today)],
        "organisation": settings.ENV.organisation,
        "unit": settings.ENV.unit,
        "printed": _("Printed by %(name)s, %(time)s") % words,
    }
    file = draw_outside(render_to_string("planning/print/competence.html", context), stylesheet=STYLESHEET)
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="kompetensi-{person.employee_no}.pdf"'
    return response


def competence_list(request: SignedInRequest) -> HttpResponse:
    """Competences of the people in reach: a team leader's team, a trainer's site and line."""
    found = competences_visible_to(request.user, timezone.localdate())
    chosen = CompetenceFilter(request.GET, queryset=found, request=request)
    words = [str(bound.field.label) for bound in chosen.form if bound.value()]
    context = {
        "table": configure(request, CompetenceTable(chosen.qs)),
        "filter": chosen,
        "trainers_url": address(request, "competence_trainers"),
        "summary": ", ".join(words) or _("All competences"),
    }
    return list_page(request, "planning/competence_list.html", context, file="kompetensi")


def competence_trainers(request: SignedInRequest) -> HttpResponse:
    """What each trainer is qualified to teach, until when, and what shows it (5.1.1 a)."""
    chosen = TrainerCompetenceFilter(request.GET, queryset=trainer_competences(), request=request)
    words = [str(bound.field.label) for bound in chosen.form if bound.value()]
    context = {
        "table": configure(request, TrainerCompetenceTable(chosen.qs)),
        "filter": chosen,
        "trainers_url": address(request, "competence_trainers"),
        "summary": ", ".join(words) or _("Every trainer"),
    }
    return list_page(request, "planning/competence_trainers.html", context, file="kualifikasi-trainer")
