"""A coaching form until it is signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from evaluation import services
from evaluation.enums import CoachingState
from evaluation.forms import CoachingModelForm
from evaluation.grounds import problem_of
from evaluation.models import CoachingForm, Review
from evaluation.policies import COACHES, can_write_coaching
from evaluation.views.coaching.reading import finding_asked, form_in_sight
from planning.models import Defect
from sessions.models import RecoveryCase
from trainingops.domain import Refused, require
from trainingops.people.http import SignedInRequest, uuid_of
from trainingops.people.models import Person
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.views import conflict

#: Whether the form is only kept, not signed.
_DRAFT = "draft"


@fresh_log_in_required
def coaching_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A form for a person (``uuid``), filled from what the address names: a defect, a remedial, a finding, a review."""
    person = get_object_or_404(Person.objects.visible_to(request.user).working(), uuid=uuid)
    grounds, ticked = _grounds(request, person), _defects_asked(request, person)
    initial = {"problem": problem_of(person, ticked, grounds), "defects": [each.pk for each in ticked]}
    form = CoachingModelForm(request.POST or None, person=person, initial=initial)

    def save() -> CoachingForm:
        said: dict[str, Any] = {"person": person, "content": form.content, "grounds": grounds}
        said |= {"actor": request.user, "now": request.now}
        if request.POST.get("act") == _DRAFT:
            return services.draft_coaching(**said)
        return services.sign_and_coach(**said, role=_role(request), authenticated_at=authenticated_at(request))

    context = {"person": person, "grounds": grounds}
    return _page(request, form, save, context)


@fresh_log_in_required
def coaching_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Go on with a draft; signing it ends that."""
    draft = form_in_sight(request, uuid)
    require(can_write_coaching(request.user, draft))
    if draft.state != CoachingState.DRAFTED and request.method == "GET":
        return redirect("coaching_detail", uuid=uuid)
    form = CoachingModelForm(request.POST or None, person=draft.person, draft=draft)

    def save() -> CoachingForm:
        said: dict[str, Any] = {"form": draft, "content": form.content, "actor": request.user, "now": request.now}
        if request.POST.get("act") == _DRAFT:
            return services.edit_coaching(**said)
        return services.sign_draft(**said, role=_role(request), authenticated_at=authenticated_at(request))

    return _page(request, form, save, {"person": draft.person, "draft": draft})


def _page(
    request: SignedInRequest, form: CoachingModelForm, save: Callable[[], CoachingForm], context: dict[str, object]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            made = save()
        except Refused as refused:
            form.add_refusal(refused)
        else:
            warn_of_days_off(request, form)
            signed = made.state != CoachingState.DRAFTED
            messages.success(request, _("Signed. The agent can read it now.") if signed else _("The draft is kept."))
            return redirect("coaching_detail", uuid=made.uuid)
    return render(request, "evaluation/coaching_form.html", {"form": form, **context})


def _role(request: SignedInRequest) -> str:
    return next(role for role in COACHES if request.authority.has(role))


def _grounds(request: SignedInRequest, person: Person) -> services.Grounds:
    """The finding, review or remedial in the address; one that the reader may not see does not exist."""
    review = case = None
    if asked := uuid_of(request.GET.get("review", "")):
        review = get_object_or_404(Review.objects.visible_to(request.user), uuid=asked)
    if asked := uuid_of(request.GET.get("case", "")):
        cases = RecoveryCase.objects.visible_to(request.user).filter(enrolment__person=person)
        case = get_object_or_404(cases.select_related("enrolment__training_session__plan"), uuid=asked)
    return services.Grounds(finding=finding_asked(request), review=review, case=case)


def _defects_asked(request: SignedInRequest, person: Person) -> list[Defect]:
    """The defect in the address with the others of the person that :class:`CoachingModelForm` offers beside it."""
    if not (asked := uuid_of(request.GET.get("defect", ""))):
        return []
    one = get_object_or_404(Defect.objects.visible_to(request.user).filter(person=person), uuid=asked)
    same = Defect.objects.counting().filter(person=person, parameter=one.parameter_id, occurred_on__lte=one.occurred_on)
    keys = {one.pk, *same.order_by("-occurred_on").values_list("pk", flat=True)[:9]}
    return list(Defect.objects.filter(pk__in=keys).select_related("parameter").order_by("occurred_on"))


def coaching_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Give a draft up."""
    draft = form_in_sight(request, uuid)
    try:
        services.withdraw_coaching(form=draft, actor=request.user, now=request.now)
    except Refused as refused:
        return conflict(request, refused)
    messages.success(request, _("The draft is withdrawn."))
    return redirect("coaching_list")
