"""What happens to a coaching form after its coach has signed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import services
from evaluation.enums import COACHING_UNDER_WAY, CoachingState
from evaluation.forms import AcknowledgeForm, ClosingForm, FollowUpDateForm, FollowUpForm
from evaluation.models import CoachingFollowUp, CoachingForm
from evaluation.policies import can_comment, can_follow_up
from evaluation.views.coaching.reading import form_in_sight
from trainingops.domain import Refused, require
from trainingops.people.http import SignedInRequest
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.forms import PageForm


@fresh_log_in_required
def coaching_acknowledge(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The agent's own words and signature."""
    coaching = form_in_sight(request, uuid)
    require(can_comment(request.user, coaching))
    form = AcknowledgeForm(request.POST or None)

    def act() -> None:
        services.sign_and_acknowledge(
            form=coaching,
            **form.cleaned_data,
            authenticated_at=authenticated_at(request),
            actor=request.user,
            now=request.now,
        )

    words = {"title": _("Read and sign"), "submit": _("I have read it: sign"), "said": _("Signed.")}
    is_open = coaching.state in COACHING_UNDER_WAY and coaching.acknowledged_at is None
    return _step(request, coaching, form, act, words, is_open=is_open)


def coaching_follow_up(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What was seen on a follow-up date (``uuid``)."""
    visible = CoachingForm.objects.visible_to(request.user)
    found = CoachingFollowUp.objects.filter(form__in=visible).select_related("form__person", "form__site")
    follow_up = get_object_or_404(found, uuid=uuid)
    coaching = follow_up.form
    require(can_follow_up(request.user, coaching))
    form = FollowUpForm(request.POST or None, initial={"seen_on": timezone.localdate(request.now, coaching.site.zone)})

    def act() -> None:
        services.note_follow_up(follow_up=follow_up, **form.cleaned_data, actor=request.user, now=request.now)

    words = {"title": _("What was seen"), "submit": _("Save what was seen"), "said": _("Noted. The agent is told.")}
    is_open = coaching.state in COACHING_UNDER_WAY and follow_up.seen_at is None
    return _step(request, coaching, form, act, words, is_open=is_open, extra={"follow_up": follow_up})


def coaching_follow_up_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Another date."""
    coaching = form_in_sight(request, uuid)
    require(can_follow_up(request.user, coaching))
    form = FollowUpDateForm(request.POST or None)

    def act() -> None:
        services.add_follow_up(form=coaching, **form.cleaned_data, actor=request.user, now=request.now)

    words = {"title": _("Another follow-up date"), "submit": _("Add the date"), "said": _("The date is added.")}
    return _step(request, coaching, form, act, words, is_open=coaching.state in COACHING_UNDER_WAY)


def coaching_close(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What came of it."""
    coaching = form_in_sight(request, uuid)
    require(can_follow_up(request.user, coaching))
    form = ClosingForm(request.POST or None, coaching=coaching)

    def act() -> None:
        services.close_coaching(form=coaching, **form.cleaned_data, actor=request.user, now=request.now)

    words = {"title": _("Close the coaching"), "submit": _("Close the form"), "said": _("Closed. The agent is told.")}
    return _step(request, coaching, form, act, words, is_open=coaching.state == CoachingState.FOLLOWED_UP)


def _step(
    request: SignedInRequest,
    coaching: CoachingForm,
    form: PageForm,
    act: Callable[[], None],
    words: Mapping[str, str],
    *,
    is_open: bool,
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A page with one step; one that comes too late shows the form of the coaching as it stands."""
    if request.method == "GET" and not is_open:
        return redirect("coaching_detail", uuid=coaching.uuid)
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except Refused as refused:
            form.add_refusal(refused)
        else:
            warn_of_days_off(request, form)
            messages.success(request, words["said"])
            return redirect("coaching_detail", uuid=coaching.uuid)
    context = {"form": form, "coaching": coaching, **words, **(extra or {})}
    return render(request, "evaluation/coaching_step.html", context)
