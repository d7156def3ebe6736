"""The codes of the roster, with the times of each site (5.1.1 f)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from trainingops.domain import Refused, require
from trainingops.people import services
from trainingops.people.forms import ShiftCodeForm, ShiftHoursForm
from trainingops.people.http import SignedInRequest
from trainingops.people.models import RosterDay, ShiftCode
from trainingops.people.policies import ROSTER_KEEPERS, can_keep_codes


def shift_code_list(request: SignedInRequest) -> HttpResponse:
    """What each code means, when it begins and ends, where its times differ, and whether a roster uses it."""
    used = RosterDay.objects.filter(code=OuterRef("pk"))
    codes = ShiftCode.objects.annotate(is_used=Exists(used)).prefetch_related("hours__site")
    context = {
        "codes": codes,
        "may_keep": can_keep_codes(request.user),
        "may_set_hours": request.user.authority.has(*ROSTER_KEEPERS),
        "title": _("Shift codes"),
    }
    return render(request, "people/shift_codes.html", context)


def shift_code_new(request: SignedInRequest) -> HttpResponse:
    """Add a code."""
    require(can_keep_codes(request.user))
    form = ShiftCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_shift_code(entry=form.entry(), actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("%(code)s is added.") % {"code": made.code})
            return redirect("shift_code_list")
    return render(request, "people/shift_code_form.html", {"form": form, "title": _("New shift code")})


def shift_code_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Correct a code."""
    require(can_keep_codes(request.user))
    shift_code = get_object_or_404(ShiftCode, uuid=uuid)
    form = ShiftCodeForm(request.POST if request.method == "POST" else None, shift_code=shift_code)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_shift_code(shift_code=shift_code, entry=form.entry(), actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Saved. Rosters that are written stay as they are."))
            return redirect("shift_code_list")
    title = _("Shift code %(code)s") % {"code": shift_code.code}
    return render(request, "people/shift_code_form.html", {"form": form, "shift_code": shift_code, "title": title})


def shift_code_hours(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The times of a code at one site."""
    shift_code = get_object_or_404(ShiftCode.objects.filter(is_working=True), uuid=uuid)
    form = ShiftHoursForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_shift_hours(shift_code=shift_code, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Saved. Rosters that are written stay as they are."))
            return redirect("shift_code_list")
    title = _("Hours of %(code)s at a site") % {"code": shift_code.code}
    return render(request, "people/shift_code_form.html", {"form": form, "title": title})


def shift_code_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take away a code that no roster uses."""
    shift_code = get_object_or_404(ShiftCode, uuid=uuid)
    try:
        services.remove_shift_code(shift_code=shift_code, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(code)s is removed.") % {"code": shift_code.code})
    return redirect("shift_code_list")
