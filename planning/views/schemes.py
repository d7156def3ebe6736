"""Scoring schemes, with an example of how a result comes about (5.1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from planning import scoring
from planning.enums import ParameterSource
from planning.forms.schemes import ExampleForm, ParameterFormSet, SchemeCopyForm, SchemeForm, lines_of
from planning.models import ScoringParameter, ScoringScheme
from planning.policies.catalogue import can_retire_scheme, can_write_schemes
from planning.queries.uses import plans_losing, uses_of_scheme
from planning.services import schemes as services
from planning.tables.catalogue import SchemeTable
from planning.views.common import act_or_conflict, form_page, posted, url
from planning.wording.settling import scored_by
from trainingops.domain import require
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page, render_part


def scheme_list(request: SignedInRequest) -> HttpResponse:
    """Scoring schemes, those in use first."""
    schemes = ScoringScheme.objects.prefetch_related("parameters").order_by("-is_active", "name")
    context = {
        "table": configure(request, SchemeTable(schemes)),
        "may_write": can_write_schemes(request.user),
    }
    return list_page(request, "planning/scheme_list.html", context, file="skema-penilaian")


def scheme_new(request: SignedInRequest) -> HttpResponse:
    """A scoring scheme with its parameters."""
    formset = ParameterFormSet(posted(request))

    def act(form: SchemeForm) -> tuple[str, str]:
        scheme = services.add_scheme(
            **form.cleaned_data, parameters=formset.parameters(), actor=request.user, now=request.now
        )
        return url("scheme_detail", scheme), _("Scoring scheme saved.")

    return form_page(
        request,
        SchemeForm(posted(request)),
        act,
        title=_("New scoring scheme"),
        parent=(url("scheme_list"), _("Scoring schemes")),
        submit=_("Save scoring scheme"),
        template="planning/scheme_form.html",
        formset=formset,
    )


def scheme_copy(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change a scheme: a copy under its own name, because plans and results rest on the old one."""
    scheme = get_object_or_404(ScoringScheme, uuid=uuid)
    formset = ParameterFormSet(posted(request), initial=lines_of(scheme))
    losing = plans_losing(scheme)
    may_retire = scheme.is_active and can_retire_scheme(request.user, losing)

    def act(form: SchemeCopyForm) -> tuple[str, str]:
        figures = {**form.cleaned_data}
        replaces = scheme if figures.pop("retire", False) else None
        copy = services.add_scheme(
            **figures, parameters=formset.parameters(), replaces=replaces, actor=request.user, now=request.now
        )
        return url("scheme_detail", copy), _("Scoring scheme saved.")

    return form_page(
        request,
        SchemeCopyForm(posted(request), scheme=scheme, losing=losing.count() if may_retire else None),
        act,
        title=_("Copy of %(name)s") % {"name": scheme.name},
        parent=(url("scheme_detail", scheme), scheme.name),
        submit=_("Save scoring scheme"),
        template="planning/scheme_form.html",
        formset=formset,
        extra={"uses": uses_of_scheme(scheme, user=request.user)},
    )


def scheme_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A scheme: what counts, with which share; sample scores in the address give an example in steps."""
    scheme = get_object_or_404(ScoringScheme, uuid=uuid)
    parameters = list(scheme.parameters.all())
    total = sum(each.weight for each in parameters)
    typed = request.GET if any(name.startswith("score_") for name in request.GET) else None
    form, pure = ExampleForm(typed, parameters=parameters), _pure(scheme, parameters)
    context = {
        "scheme": scheme,
        "rows": [(each, each.weight / total, scored_by(each)) for each in parameters],
        "tests": _share_of_tests(parameters),
        "form": form,
        "said": scoring.explain(pure, form.scores(pure), attempt=form.number(), assessed=form.assessed()),
        "uses": uses_of_scheme(scheme, user=request.user),
        "may_write": can_write_schemes(request.user),
        "may_retire": scheme.is_active and can_retire_scheme(request.user, plans_losing(scheme)),
    }
    return render_part(request, "planning/scheme_detail.html", "planning/scheme_example.html", context)


def _pure(scheme: ScoringScheme, parameters: Sequence[ScoringParameter]) -> scoring.Scheme:
    """The scheme as the calculation takes it, with the pass mark that it suggests."""
    return scoring.Scheme(
        tuple(
            scoring.Parameter(each.name, each.weight, each.minimum, each.maximum_score, each.settled_by, each.assessors)
            for each in parameters
        ),
        pass_mark=scheme.pass_mark,
        decimals=scheme.decimals,
        remedial_cap=scheme.remedial_cap,
    )


def _share_of_tests(parameters: Sequence[ScoringParameter]) -> list[tuple[str, Decimal]]:
    """Pre-test and post-test with the part of the result that they decide."""
    total = sum((each.weight for each in parameters), Decimal(0))
    tests = (ParameterSource.PRE_TEST, ParameterSource.POST_TEST)
    return [
        (str(test.label), sum((each.weight for each in parameters if each.source == test), Decimal(0)) / total)
        for test in tests
    ]


def scheme_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show what uses a scheme, then take it out of use (7.1.6)."""
    scheme = get_object_or_404(ScoringScheme, uuid=uuid)
    if request.method == "POST":

        def act() -> tuple[str, str]:
            services.retire_scheme(scheme=scheme, actor=request.user, now=request.now)
            return url("scheme_detail", scheme), _("Out of use. New plans cannot choose this scheme.")

        return act_or_conflict(request, act)
    if not scheme.is_active:
        return redirect("scheme_detail", uuid=scheme.uuid)
    require(can_retire_scheme(request.user, plans_losing(scheme)), str(services.NEEDS_A_MANAGER))
    context = {"scheme": scheme, "uses": uses_of_scheme(scheme, user=request.user)}
    return render(request, "planning/scheme_retire.html", context)


def scheme_restore(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put one back into use."""
    scheme = get_object_or_404(ScoringScheme, uuid=uuid)

    def act() -> tuple[str, str]:
        services.restore_scheme(scheme=scheme, actor=request.user, now=request.now)
        return url("scheme_detail", scheme), _("%(name)s is in use again.") % {"name": scheme}

    return act_or_conflict(request, act)
