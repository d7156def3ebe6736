"""Of which lines the client reads names and scores: each line, who decided so, and the decision (5.3.2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from reporting import policies, services
from reporting.forms import ClientNamesForm
from reporting.models import ClientNames
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine


def client_names(request: SignedInRequest) -> HttpResponse:
    """Every line with the decision that holds."""
    decisions: dict[int, list[ClientNames]] = {}
    for each in ClientNames.objects.select_related("decided_by"):
        decisions.setdefault(each.line_id, []).append(each)
    rows = [
        (line, decisions.get(line.pk, []), policies.can_decide_client_names(request.user, line))
        for line in ServiceLine.objects.order_by("name").prefetch_related("teams")
    ]
    return render(request, "reporting/client_names.html", {"title": _("Names for the client"), "rows": rows})


def client_names_set(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Allow or end it for one line, with what it rests on."""
    line = get_object_or_404(ServiceLine, uuid=uuid)
    if not policies.can_decide_client_names(request.user, line):
        raise Http404
    standing = ClientNames.objects.filter(line=line).first()
    shown = not (standing and standing.shown)
    form = ClientNamesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_client_names(
                line=line, shown=shown, reason=form.cleaned_data["reason"], actor=request.user, now=request.now
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("client_names")
    return render(request, "reporting/client_names_form.html", {"title": str(line), "form": form, "shown": shown})
