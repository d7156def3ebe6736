"""The page on which a finding or an action is taken back (5.4)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from evaluation.forms import WithdrawForm
from evaluation.models import Review
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest


def withdraw_page(
    request: SignedInRequest, review: Review, withdraw: Callable[[str], object], *, title: str, what: str, said: str
) -> HttpResponse:
    """Ask for the reason, and take it back with that.

    Args:
        withdraw: one service call with the reason.
        what: the finding or action, in words.
        said: what to say once it is done.
    """
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(form.cleaned_data["reason"])
            messages.success(request, said)
            return redirect("review_detail", uuid=review.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {"form": form, "review": review, "title": title, "what": what}
    return render(request, "evaluation/withdraw_form.html", context)
