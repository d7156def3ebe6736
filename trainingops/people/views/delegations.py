"""Who acts for an absent manager, and from when until when (4.1)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trainingops.domain import Refused
from trainingops.people.forms import DelegationForm
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Delegation
from trainingops.people.policies import can_delegate
from trainingops.people.services import end_delegation, give_delegation
from trainingops.ui.days_off import warn_of_days_off


@require_GET
def delegation_list(request: SignedInRequest) -> HttpResponse:
    """Those that the reader gave or holds; all for administrators and auditors."""
    found = Delegation.objects.visible_to(request.user).select_related("principal", "delegate")
    today = request.now.astimezone(request.user.zone).date()
    rows = [
        {
            "delegation": each,
            "state": "info" if each.starts_on <= today <= each.ends_on else "idle",
            "word": _("In force")
            if each.starts_on <= today <= each.ends_on
            else (_("Ended") if each.ends_on < today else _("Not begun")),
            "may_end": each.ends_on >= today and can_delegate(request.user, each.principal),
        }
        for each in found.order_by("-starts_on", "pk")[:200]
    ]
    context = {"rows": rows, "may_give": can_delegate(request.user, request.user)}
    return render(request, "people/delegations.html", context)


@require_http_methods(["GET", "POST"])
def delegation_new(request: SignedInRequest) -> HttpResponse:
    """Let somebody act for a manager."""
    today = request.now.astimezone(request.user.zone).date()
    form = DelegationForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"principal": request.user.pk, "starts_on": today, "ends_on": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = give_delegation(**form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(
                request,
                _("%(name)s acts for %(principal)s in these days.")
                % {"name": given.delegate, "principal": given.principal},
            )
            warn_of_days_off(request, form)
            return redirect("delegation_list")
    return render(request, "people/delegation_new.html", {"form": form})


@require_POST
def delegation_end(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End a delegation now."""
    delegation = get_object_or_404(Delegation.objects.visible_to(request.user), uuid=uuid)
    end_delegation(delegation=delegation, actor=request.user, now=request.now)
    messages.success(request, _("The delegation has ended."))
    return redirect("delegation_list")
