"""Change or submit many drafts at once: what would happen to each, then one sending (4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from planning.forms.month import ChangeForm
from planning.months import Month
from planning.queries.plans import local_day
from planning.services.month import Draft, change_drafts, drafts_of, submit_drafts, try_change, try_submission
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest, uuid_of
from trainingops.ui.errors import Line

#: How many plans that were left out a message names; the others are counted.
_NAMED = 5


@require_http_methods(["GET", "POST"])
def plan_month_change(request: SignedInRequest) -> HttpResponse:
    """Trainers, room, hour and recipients for many drafts: the form, what each draft says to it, and the sending."""
    drafts = _drafts(request)
    if not drafts:
        return _back(request, _("Nothing is ticked. Tick at least one plan."))
    asked = _asked(request)
    previews = "preview" in asked
    site = drafts[0].plan.site
    form = ChangeForm(
        asked if previews else None,
        site=site,
        lines={draft.plan.line for draft in drafts},
        day=local_day(request.now, site),
    )
    errors: list[Any] = []
    shown = previews and form.is_valid()
    if shown and not form.change:
        errors = [Line("", _("Nothing is changed. Choose a trainer, a room, an hour or a recipient."), "")]
        shown = False
    elif shown and request.method == "POST":
        try:
            done = change_drafts(
                plans=[draft.plan.uuid for draft in drafts], change=form.change, actor=request.user, now=request.now
            )
        except Refused as refused:
            errors = [refused]
        else:
            count = sum(not draft.reasons for draft in done)
            said = ngettext("%(count)d draft is changed.", "%(count)d drafts are changed.", count) % {"count": count}
            return _done(request, done, said)
    if shown:
        try_change(drafts, form.change, actor=request.user)
    context = {
        **_shared(request, drafts),
        "form": form,
        "previews": shown,
        "asked": _in_words(form) if shown else [],
        "chosen": _carried(asked, _CHOSEN),
        "carried": _carried(asked, (*_CHOSEN, *form.fields)),
        "errors": errors,
        "title": _("Change drafts together"),
    }
    return render(request, "planning/month_change.html", context, status=422 if errors or form.errors else 200)


#: What the page of the month sends: where the reader came from, and what was ticked.
_CHOSEN = ("month", "site", "plan")


def _carried(asked: QueryDict, names: Iterable[str]) -> list[tuple[str, str]]:
    """What a page sends on to the next one, as hidden fields."""
    return [(name, value) for name in names for value in asked.getlist(name)]


def _in_words(form: ChangeForm) -> list[tuple[Any, str]]:
    """What the form asks for, by field."""
    change = form.change
    said = {
        "trainers": ", ".join(each.name for each in change.trainers),
        "room": str(change.room or ""),
        "starts": f"{change.starts:%H.%M}" if change.starts else "",
        "recipients": ", ".join(str(each.user) for each in change.recipients),
    }
    return [(form.fields[name].label, value) for name, value in said.items() if value]


@require_http_methods(["GET", "POST"])
def plan_month_submit(request: SignedInRequest) -> HttpResponse:
    """Which of the drafts are complete and what the others lack; one sending submits the former."""
    drafts = _drafts(request)
    if not drafts:
        return _back(request, _("Nothing is ticked. Tick at least one plan."))
    errors: list[Any] = []
    if request.method == "POST":
        try:
            done = submit_drafts(plans=[draft.plan.uuid for draft in drafts], actor=request.user, now=request.now)
        except Refused as refused:
            errors = [refused]
        else:
            count = sum(not draft.reasons for draft in done)
            said = ngettext(
                "%(count)d plan awaits the manager's decision.", "%(count)d plans await the manager's decision.", count
            )
            return _done(request, done, said % {"count": count})
    try_submission(drafts, now=request.now)
    context = {**_shared(request, drafts), "errors": errors, "title": _("Submit drafts together")}
    return render(request, "planning/month_submit.html", context, status=422 if errors else 200)


def _asked(request: SignedInRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _drafts(request: SignedInRequest) -> list[Draft]:
    """The plans that were ticked, each with its draft; one that the reader does not see is 404."""
    keys = {uuid_of(text) for text in _asked(request).getlist("plan")}
    known: set[UUID] = {key for key in keys if key}
    drafts = drafts_of(known, actor=request.user, now=request.now) if known else []
    if len(drafts) < len(keys):
        raise Http404
    return drafts


def _shared(request: SignedInRequest, drafts: Sequence[Draft]) -> dict[str, Any]:
    return {
        "drafts": drafts,
        "able": sum(not draft.reasons for draft in drafts),
        "place": [(name, value) for name in ("month", "site") if (value := _asked(request).get(name))],
        "back": _month(request),
    }


def _month(request: SignedInRequest) -> str:
    """The month that the reader came from."""
    asked = _asked(request)
    month = Month.read(asked.get("month", ""))
    given = {"month": month.key, "site": asked.get("site", "")} if month else {}
    return f"{reverse('plan_month')}?{urlencode(given)}" if given else reverse("plan_month")


def _back(request: SignedInRequest, said: str) -> HttpResponse:
    messages.warning(request, said)
    return HttpResponseRedirect(_month(request))


def _done(request: SignedInRequest, drafts: Sequence[Draft], said: str) -> HttpResponse:
    """Back to the month, with what was done and what was not and why."""
    left = [draft for draft in drafts if draft.reasons]
    messages.success(request, said)
    for draft in left[:_NAMED]:
        messages.warning(request, f"{draft.plan.number}: {' '.join(draft.reasons)}")
    if len(left) > _NAMED:
        messages.warning(request, _("And %(count)d more.") % {"count": len(left) - _NAMED})
    return HttpResponseRedirect(_month(request))
