"""The rule of H+1 and the days off."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reporting import policies, services
from reporting.calendar import HouseCalendar
from reporting.forms import DayOffForm, PolicyForm
from reporting.models import DayOff, DeadlinePolicy
from reporting.queries import rule_replaced_by
from trainingops.domain import Refused, require
from trainingops.people.http import SignedInRequest
from trainingops.ui.moments import day_words


def deadline_rules(request: SignedInRequest) -> HttpResponse:
    """The rules and the days off of one year."""
    this_year = request.now.astimezone(request.user.zone).year
    years = sorted({day.year for day in DayOff.objects.filter(removed_at=None).dates("day", "year")} | {this_year})
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else this_year
    days = DayOff.objects.filter(removed_at=None, day__year=year).select_related("site")
    rules = DeadlinePolicy.objects.filter(removed_at=None).select_related("site")
    return render(
        request,
        "reporting/deadline_rules.html",
        {
            "title": _("Deadline rules"),
            "years": years,
            "year": year,
            "days": [(each, policies.can_edit_rules(request.user, each.site)) for each in days],
            "rules": [(each, policies.can_edit_rules(request.user, each.site)) for each in rules],
        },
    )


def day_off_new(request: SignedInRequest) -> HttpResponse:
    """Add a day off."""
    form = DayOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_day_off(**form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The day off is listed. Due times that have not come were counted again."))
            return redirect("deadline_rules")
    context = {"title": _("New day off"), "form": form}
    return render(request, "reporting/rule_form.html", context)


def day_off_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Correct a day off: a decree moved it, or it is called otherwise."""
    day_off = get_object_or_404(DayOff.objects.select_related("site"), uuid=uuid, removed_at=None)
    require(policies.can_edit_rules(request.user, day_off.site))
    shown = {
        "day": day_off.day,
        "name": day_off.shown_name,
        "category": day_off.category,
        "site": day_off.site.code if day_off.site else None,
    }
    form = DayOffForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_day_off(day_off=day_off, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The day off is corrected. Due times that have not come were counted again."))
            return redirect(f"{reverse('deadline_rules')}?year={form.cleaned_data['day'].year}")
    context = {"title": _("Correct the day off"), "form": form}
    return render(request, "reporting/rule_form.html", context, status=422 if form.errors else 200)


def policy_new(request: SignedInRequest) -> HttpResponse:
    """Count H+1 by another rule from a day on; the form begins with the times of the rule in force."""
    in_force = HouseCalendar().policy_on(None, timezone.localdate(request.now, request.user.zone)) or DeadlinePolicy()
    form = PolicyForm(
        request.POST or None,
        initial={
            "reminder_hours": ", ".join(str(each) for each in in_force.reminder_hours),
            "manager_hours": in_force.manager_hours,
            "parties_hours": in_force.parties_hours,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            rule = services.add_policy(**form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            day = {"day": day_words(rule.effective_on)}
            words = _("The rule holds from %(day)s on. Due times that have not come were counted again.") % day
            messages.success(request, words)
            if replaced := rule_replaced_by(rule, at=request.now):
                messages.warning(request, _replaced_words(replaced))
            return redirect("deadline_rules")
    context = {"title": _("New rule"), "form": form}
    return render(request, "reporting/rule_form.html", context)


def _replaced_words(rule: DeadlinePolicy) -> str:
    """Which rule gave way to another one for its day, so that it can be entered again."""
    days = _("business days") if rule.business_days else _("calendar days")
    if rule.collective_leave_is_off:
        days = f"{days}, {_('collective leave is off')}"
    hours = ", ".join(str(each) for each in rule.reminder_hours)
    return _(
        "It takes the place of the rule that was to begin on %(day)s: %(days)s; reminders %(reminders)s hours before; "
        "manager %(manager)s and parties %(parties)s hours after the due time. Add that one again if it was right."
    ) % {
        "day": day_words(rule.effective_on),
        "days": days,
        "reminders": hours or "–",
        "manager": rule.manager_hours or "–",
        "parties": rule.parties_hours or "–",
    }


def day_off_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Make a day count again."""
    day_off = get_object_or_404(DayOff, uuid=uuid)
    try:
        services.remove_day_off(day_off=day_off, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The day counts again. Due times that have not come were counted again."))
    return redirect("deadline_rules")


def policy_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a rule out of force."""
    policy = get_object_or_404(DeadlinePolicy, uuid=uuid)
    try:
        services.remove_policy(policy=policy, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The rule is out of force. Due times that have not come were counted again."))
    return redirect("deadline_rules")
