"""Monitoring samples with their rates (2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import SampleKind, SampleState
from planning.forms.catalogue import ReasonForm
from planning.forms.needs import SampleFilter, with_usual_period
from planning.forms.quality import SampleCorrectionForm, SampleForm
from planning.imports.evaluated_twice import STATE_WORDS
from planning.imports.samples import FLAGS, PREFIX, SAMPLES
from planning.models import Defect, MonitoringSample
from planning.policies.catalogue import can_keep_sample
from planning.queries.needs import sample_rates
from planning.services.sample_corrections import annul_sample, correct_sample
from planning.services.samples import add_sample
from planning.services.sources import QC_SOURCE
from planning.tables.needs import CLASS_SHORT, SAMPLE_KINDS, SampleTable
from planning.views.common import form_page, posted, url
from planning.views.needs.overview import rate_rows
from trainingops.domain import WrongState, require
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import workbook_response
from trainingops.ui.moments import day_words
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
        "rates": rate_rows(sample_rates(chosen.qs.counting())),
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
            "state": STATE_WORDS[SampleState(each.state)],
            **{PREFIX + code: answer for code, answer in each.answers.items()},
            **{name: counts.get(error_class, 0) for name, error_class in FLAGS.items()},
        }


def sample_new(request: SignedInRequest) -> HttpResponse:
    """Several inspected contacts of one agent, without a sheet."""

    def act(form: SampleForm) -> tuple[str, str]:
        assert form.person is not None
        sample = add_sample(
            person=form.person,
            contacted_on=form.cleaned_data["contacted_on"],
            kind=form.cleaned_data["kind"],
            inspected=form.cleaned_data["inspected"],
            defective=form.defective,
            actor=request.user,
            now=request.now,
        )
        return url("sample_detail", sample), _("Sample saved.")

    return form_page(
        request,
        SampleForm(posted(request), user=request.user, initial={"kind": SampleKind.RANDOM}),
        act,
        title=_("Add a sample"),
        parent=(url("sample_list"), _("Monitoring samples")),
        submit=_("Save sample"),
    )


def _sample(request: SignedInRequest, uuid: UUID) -> MonitoringSample:
    rows = MonitoringSample.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("person", "site", "line", "team", "decided_by").prefetch_related("counts"), uuid=uuid
    )


def sample_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A sample with what was found, whether it counts, and what may be done with it."""
    sample = _sample(request, uuid)
    may_keep = can_keep_sample(request.user, sample) and sample.state == SampleState.COUNTING
    context = {
        "sample": sample,
        "status": SAMPLE_KINDS[sample.state],
        "defective": [
            (CLASS_SHORT[each.error_class], each.defective) for each in sample.counts.all() if each.defective
        ],
        "findings": Defect.objects.visible_to(request.user)
        .filter(source=QC_SOURCE, person=sample.person_id, contact_reference=sample.contact_reference)
        .select_related("parameter")
        if sample.contact_reference
        else [],
        "may_correct": may_keep and not sample.contact_reference,
        "may_annul": may_keep,
    }
    return render(request, "planning/sample_detail.html", context)


def sample_correct(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Correct day, kind and numbers of a sample of several contacts, with the reason."""
    sample = _counting(request, uuid)
    if sample.contact_reference:
        raise PermissionDenied(
            _("This is one evaluated contact. Correct its row in the monitoring sheet and import it again.")
        )
    initial = {name: getattr(sample, name) for name in ("contacted_on", "kind", "inspected")}
    initial |= {f"defective_{each.error_class}": each.defective for each in sample.counts.all()}

    def act(form: SampleCorrectionForm) -> tuple[str, str]:
        given = {name: form.cleaned_data[name] for name in ("contacted_on", "kind", "inspected", "reason")}
        correct_sample(sample=sample, **given, defective=form.defective, actor=request.user, now=request.now)
        return url("sample_detail", sample), _("Sample corrected.")

    return form_page(
        request,
        SampleCorrectionForm(posted(request), initial=initial),
        act,
        title=_("Correct the sample"),
        parent=(url("sample_detail", sample), _title(sample)),
        submit=_("Save the correction"),
    )


def sample_annul(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a sample back, with the reason."""
    sample = _counting(request, uuid)

    def act(form: ReasonForm) -> tuple[str, str]:
        annul_sample(sample=sample, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        return url("sample_detail", sample), _("Annulled. It leaves the rates.")

    return form_page(
        request,
        ReasonForm(posted(request)),
        act,
        title=_("Annul the sample"),
        parent=(url("sample_detail", sample), _title(sample)),
        submit=_("Annul the sample"),
        danger=True,
    )


def _counting(request: SignedInRequest, uuid: UUID) -> MonitoringSample:
    """The sample of a form: only its Quality Control gets that far, and only while it counts."""
    sample = _sample(request, uuid)
    require(can_keep_sample(request.user, sample))
    if sample.state != SampleState.COUNTING:
        raise WrongState(_("This sample does not count any more. Its page says who decided so, and why."))
    return sample


def _title(sample: MonitoringSample) -> str:
    return f"{sample.person.name}, {day_words(sample.contacted_on)}"
