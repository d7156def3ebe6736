"""What the pages of this stage share: a page with one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.errors import Line, foreign_ticks
from trainingops.ui.forms import PageForm
from trainingops.ui.views import conflict

Act = Callable[[Any], tuple[str, str]]


def form_page(
    request: SignedInRequest,
    form: PageForm,
    act: Act,
    *,
    title: str,
    parent: tuple[str, str],
    submit: str,
    template: str = "planning/form.html",
    formset: forms.BaseFormSet[Any] | None = None,
    danger: bool = False,
    extra: Mapping[str, Any] | None = None,
    closed: str = "",
) -> HttpResponse:
    """A page with one form: show it, or act on what was sent and go on.

    Args:
        form: bound on POST.
        act: one service call on the valid form; returns the address to go to and what to say there.
        parent: address and word of the page above.
        submit: the verb on the button.
        extra: more for the template.
        closed: why sending could only be refused (:func:`settled`); the form is not shown then, the page above is.
    """
    if closed and request.method == "GET":
        messages.info(request, closed)
        return HttpResponseRedirect(parent[0])
    status = 200
    if request.method == "POST":
        valid = form.is_valid()
        if formset is not None:
            valid = formset.is_valid() and valid
        if valid:
            try:
                address, said = act(form)
            except Refused as refused:
                form.add_refusal(refused)
                if isinstance(refused, (WrongState, StaleVersion)):
                    status = 409
            else:
                warn_of_days_off(request, form, *([formset] if formset is not None else []))
                return go(request, address, said)
    context = {
        "form": form,
        "formset": formset,
        "title": title,
        "parent_url": parent[0],
        "parent_word": parent[1],
        "submit": submit,
        "danger": danger,
        **(extra or {}),
    }
    return render(request, template, context, status=status)


def settled(what: object, state: object) -> str:
    """Says of something that a form comes too late for what became of it."""
    return _("%(what)s is “%(state)s”: this can no longer be done.") % {"what": what, "state": state}


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, even when it is empty."""
    return request.POST if request.method == "POST" else None


def go(request: HttpRequest, address: str, said: str) -> HttpResponse:
    """Redirect after a change, and say there what happened."""
    messages.success(request, said)
    return HttpResponseRedirect(address)


def act_or_conflict(request: HttpRequest, act: Callable[[], tuple[str, str]]) -> HttpResponse:
    """For a button without fields: do it, or show why not with a way back."""
    try:
        address, said = act()
    except Refused as refused:
        return conflict(request, refused)
    return go(request, address, said)


def wrong_ticks(request: HttpRequest, found: Iterable[Person], label: str, first: Sequence[int]) -> list[Line]:
    """What is wrong with the people ticked: none, or one who is not ``found`` here; ``first`` has the first box."""
    sent = request.POST.getlist("person")
    target = f"person-{first[0]}" if first else ""
    if not sent:
        return [Line(label, _("Nobody is chosen. Tick at least one person."), target)]
    return foreign_ticks(sent, {str(each.pk) for each in found}, label=label, target=target)


def picked_start(request: HttpRequest, zone: tzinfo) -> datetime | None:
    """When the low window begins that was picked on the page before; None where the address names none."""
    try:
        return datetime.fromisoformat(request.GET.get("start", "")).replace(tzinfo=zone)
    except ValueError:
        return None


def url(name: str, thing: Any = None) -> str:
    """The address of a page, of ``thing`` by its uuid."""
    return reverse(name, kwargs={"uuid": thing.uuid} if thing is not None else None)
