"""The board of reviews that are owed, and the rule by which they are (5.4)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import services
from evaluation.forms import ReviewPolicyForm
from evaluation.models import ReviewObligation, ReviewPolicy
from evaluation.periods import policies, policy_on
from evaluation.tables import ReviewObligationTable
from reporting.policies import can_edit_rules
from trainingops.domain import Refused, require
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

STATES = (
    ("open", gettext_lazy("Owed")),
    ("overdue", gettext_lazy("Overdue")),
    ("in_time", gettext_lazy("Held in time")),
    ("late", gettext_lazy("Held late")),
    ("all", gettext_lazy("All")),
)


def _state_filters(now: datetime) -> dict[str, Q]:
    waiting = Q(held_at=None)
    return {
        "open": waiting,
        "overdue": waiting & Q(due_at__lte=now),
        "in_time": Q(held_at__lt=F("due_at")),
        "late": Q(held_at__gte=F("due_at")),
        "all": Q(),
    }


def review_due_list(request: SignedInRequest) -> HttpResponse:
    """What is owed, how near it is, and by which review it was met; first what waits."""
    filters = _state_filters(request.now)
    chosen = request.GET.get("state", "open")
    chosen = chosen if chosen in filters else "open"
    visible = ReviewObligation.objects.visible_to(request.user)
    counts = visible.order_by().aggregate(**{name: Count("pk", filter=each) for name, each in filters.items()})
    rows = visible.filter(filters[chosen]).select_related("site", "line", "review", "policy")
    table = ReviewObligationTable(rows, may_schedule=request.authority.has("manager"), now=request.now)
    context = {
        "table": configure(request, table),
        "states": [(name, label, counts[name]) for name, label in STATES],
        "chosen": chosen,
        "title": _("Reviews that are owed"),
    }
    return list_page(request, "evaluation/review_due_list.html", context, file="review-jatuh-tempo")


def review_rules(request: SignedInRequest) -> HttpResponse:
    """How often a line is reviewed and until when, and when reviews and actions are told of."""
    today = timezone.localdate(request.now)
    rules = policies()
    context = {
        "rules": rules,
        "in_force": policy_on(today, rules),
        "today": today,
        "may_edit": can_edit_rules(request.user, None),
        "title": _("Rule of reviews and actions"),
    }
    return render(request, "evaluation/review_rules.html", context)


def review_policy_new(request: SignedInRequest) -> HttpResponse:
    """Another rule from a day on; the form begins with the one in force."""
    require(can_edit_rules(request.user, None))
    in_force = policy_on(timezone.localdate(request.now), policies()) or ReviewPolicy()
    fields = [name for name in ReviewPolicyForm.base_fields if name != "effective_on"]
    form = ReviewPolicyForm(request.POST or None, initial={name: getattr(in_force, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_review_policy(**form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The rule is kept."))
            return redirect("review_rules")
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/review_policy_form.html", {"form": form, "title": _("New rule")})


def review_policy_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a rule out of force that has not begun."""
    policy = get_object_or_404(ReviewPolicy, uuid=uuid)
    try:
        services.remove_review_policy(policy=policy, actor=request.user, now=request.now)
        messages.success(request, _("The rule is out of force."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("review_rules")
