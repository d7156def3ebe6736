"""Coaching forms (Form Pembinaan SDM)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from evaluation import services
from evaluation.forms import CoachingModelForm, CommentForm
from evaluation.models import CoachingForm, Review
from evaluation.policies import can_comment
from evaluation.tables import CoachingTable
from trainingops.domain import Refused
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest, uuid_of
from trainingops.people.models import Person
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

_COACHES = (Role.TEAM_LEADER, Role.TRAINER, Role.MANAGER)


def coaching_list(request: SignedInRequest) -> HttpResponse:
    """Forms that I made, that are about me, or that I may audit; and whom I can coach."""
    forms = CoachingForm.objects.visible_to(request.user).select_related("person", "coach", "site")
    people = Person.objects.none()
    query = request.GET.get("q", "").strip()
    if query and request.authority.has(*_COACHES):
        people = Person.objects.visible_to(request.user).working().filter(name__icontains=query)[:20]
    context = {
        "table": configure(request, CoachingTable(forms)),
        "people": people,
        "query": query,
        "may_coach": request.authority.has(*_COACHES),
    }
    return list_page(request, "evaluation/coaching_list.html", context, file="coaching")


@fresh_log_in_required
def coaching_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Make a form for a person (``uuid``); saving it signs it. ``?review=`` names the review behind it."""
    person = get_object_or_404(Person.objects.visible_to(request.user).working(), uuid=uuid)
    asked = request.GET.get("review")
    review = get_object_or_404(Review.objects.visible_to(request.user), uuid=uuid_of(asked)) if asked else None
    form = CoachingModelForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            address = _make(request, person, review, form)
            warn_of_days_off(request, form)
            return redirect(address)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/coaching_form.html", {"form": form, "person": person, "review": review})


def _make(request: SignedInRequest, person: Person, review: Review | None, form: CoachingModelForm) -> str:
    role = next(role for role in _COACHES if request.authority.has(role))
    made = services.sign_and_coach(
        person=person,
        role=role,
        review=review,
        **form.cleaned_data,
        authenticated_at=authenticated_at(request),
        actor=request.user,
        now=request.now,
    )
    return reverse("coaching_detail", args=[made.uuid])


def coaching_detail(request: SignedInRequest, uuid: UUID, form: CommentForm | None = None) -> HttpResponse:
    """One form, readable by the agent it is about, who may comment once."""
    forms = CoachingForm.objects.visible_to(request.user).select_related("person", "coach", "site", "line")
    coaching = get_object_or_404(forms, uuid=uuid)
    context = {
        "coaching": coaching,
        "defects": coaching.defects.select_related("parameter"),
        "may_comment": can_comment(request.user, coaching) and coaching.commented_at is None,
        "form": form or CommentForm(),
    }
    return render(request, "evaluation/coaching_detail.html", context)


def coaching_comment(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The agent's own words."""
    coaching = get_object_or_404(CoachingForm.objects.visible_to(request.user), uuid=uuid)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            services.comment_on_coaching(form=coaching, **form.cleaned_data, actor=request.user, now=request.now)
            return redirect("coaching_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return coaching_detail(request, uuid, form=form)
