"""Monitoring samples with their rates (2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import SampleKind
from planning.forms.needs import SampleFilter, with_usual_period
from planning.forms.quality import SampleForm
from planning.imports.samples import FLAGS, PREFIX, SAMPLES
from planning.models import Defect, MonitoringSample
from planning.queries.needs import sample_rates
from planning.services.samples import add_sample
from planning.services.sources import QC_SOURCE
from planning.tables.needs import CLASS_SHORT, SampleTable
from planning.views.common import form_page, posted, url
from planning.views.needs.overview import rate_rows
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import workbook_response
from trainingops.ui.tables import configure

#: Rows of the file that are read at once.
_CHUNK = 2_000
_KINDS = {SampleKind.RANDOM: "Random", SampleKind.TARGETED: "Targeted", SampleKind.COMPLAINT: "Complaint"}


def sample_list(request: SignedInRequest) -> HttpResponse:
    """Samples of a year unless the address says otherwise; random ones only speak for all contacts (2.3)."""
    query = with_usual_period(request.GET, timezone.localdate())
    chosen = SampleFilter(query, queryset=MonitoringSample.objects.visible_to(request.user), user=request.user)
    table = configure(request, SampleTable(chosen.qs.select_related("person").prefetch_related("counts")))
    if request.GET.get("export") == "xlsx":
        return _export(chosen.qs)
    context = {
        "table": table,
        "filter": chosen,
        "since": chosen.form.cleaned_data.get("since") if chosen.is_valid() else None,
        "rates": rate_rows(sample_rates(chosen.qs)),
        "may_add": request.user.authority.has(Role.QC),
        "classes": list(CLASS_SHORT.values()),
    }
    return render(request, "planning/sample_list.html", context)


def _export(samples: Any) -> HttpResponse:
    """Exactly these rows with the columns of the import (EXP-1); Y is right, as the import presets."""
    columns = list(SAMPLES.columns)
    rows = samples.select_related("person").prefetch_related("counts").iterator(chunk_size=_CHUNK)
    head = [str(column.label) for column in columns]
    lines = ([cells.get(column.name, "") for column in columns] for cells in _cells(rows))
    return workbook_response(head, lines, name="sampel-tapping")


def _cells(samples: Iterator[MonitoringSample]) -> Iterator[dict[str, Any]]:
    """The cells of each row by the name of the column; causes are those of the findings behind it."""
    chunk: list[MonitoringSample] = []
    for sample in samples:
        chunk.append(sample)
        if len(chunk) == _CHUNK:
            yield from _chunk(chunk)
            chunk = []
    yield from _chunk(chunk)


def _chunk(samples: list[MonitoringSample]) -> Iterator[dict[str, Any]]:
    causes = {
        (person, contact): (cause, by)
        for person, contact, cause, by in Defect.objects.filter(
            source=QC_SOURCE,
            person__in={each.person_id for each in samples},
            contact_reference__in={each.contact_reference for each in samples} - {""},
        )
        .exclude(root_cause="")
        .values_list("person", "contact_reference", "root_cause", "root_cause_by")
    }
    for each in samples:
        cause, by = causes.get((each.person_id, each.contact_reference), ("", ""))
        counts = {count.error_class: count.defective for count in each.counts.all()}
        yield {
            "contacted_on": each.contacted_on,
            "contact": each.contact_reference,
            "employee_no": each.person.employee_no,
            "channel": each.channel,
            "kind": _KINDS[SampleKind(each.kind)],
            "inspected": each.inspected,
            "score": each.score,
            "note": each.note,
            "root_cause": cause,
            "root_cause_by": by,
            **{PREFIX + code: answer for code, answer in each.answers.items()},
            **{name: counts.get(error_class, 0) for name, error_class in FLAGS.items()},
        }


def sample_new(request: SignedInRequest) -> HttpResponse:
    """Several inspected contacts of one agent, without a sheet."""

    def act(form: SampleForm) -> tuple[str, str]:
        assert form.person is not None
        add_sample(
            person=form.person,
            contacted_on=form.cleaned_data["contacted_on"],
            kind=form.cleaned_data["kind"],
            inspected=form.cleaned_data["inspected"],
            defective=form.defective,
            actor=request.user,
            now=request.now,
        )
        return url("sample_list"), _("Sample saved.")

    return form_page(
        request,
        SampleForm(posted(request), user=request.user, initial={"kind": SampleKind.RANDOM}),
        act,
        title=_("Add a sample"),
        parent=(url("sample_list"), _("Monitoring samples")),
        submit=_("Save sample"),
    )
