"""Konfirmasi pelepasan agent: the leader's list and page, with the invitation to copy (5.1.1, NTF-6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from planning.enums import ANSWERED_IN, ReleaseState
from planning.forms.adjusting import MoveForm
from planning.forms.releases import ReleaseForm
from planning.models import ReleaseConfirmation
from planning.policies.plans import can_answer_release, can_edit_plan
from planning.queries.releases import RELEASE_KINDS, about_release, agents_of, place_of, withdrawn_words, would_be_empty
from planning.services.adjusting import adjustable_revision, move_targets
from planning.services.releases import answer_release
from planning.views.common import form_page, go, posted, settled
from planning.wording import meeting_words
from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.ui.shown import mark, shown_by
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, StatusColumn, configure
from trainingops.ui.views import list_page


class ReleaseTable(PageTable):
    """Sessions to come and the teams whose agents they need."""

    caption = gettext_lazy("Release of agents")
    empty_title = gettext_lazy("No session needs agents of your teams")
    empty_text = gettext_lazy("A session appears here when its plan is approved, until it begins.")
    row_header = "title"
    title = tables.Column(
        verbose_name=gettext_lazy("Training"),
        accessor="plan__title",
        linkify=("release_detail", {"uuid": tables.A("uuid")}),
        orderable=False,
    )
    plan_number = NumberColumn(verbose_name=gettext_lazy("Number"), accessor="plan__number", orderable=False)
    batch = tables.Column(verbose_name=gettext_lazy("Batch"), accessor="planned_session", orderable=False)
    team = tables.Column(verbose_name=gettext_lazy("Team"), orderable=False)
    begins = MomentColumn(verbose_name=gettext_lazy("Starts"), zone="planned_session__host_site__zone", orderable=False)
    state = StatusColumn(
        verbose_name=gettext_lazy("State"),
        kinds={str(key): value for key, value in RELEASE_KINDS.items()},
        orderable=False,
    )


@require_GET
def release_list(request: SignedInRequest) -> HttpResponse:
    """Sessions to come, the earliest first."""
    rows = (
        ReleaseConfirmation.objects.visible_to(request.user)
        .annotate(begins=Min("planned_session__meetings__starts_at"))
        .filter(begins__gt=request.now)
        .exclude(plan__state="cancelled")
        .select_related("plan", "team", "planned_session__host_site")
        .order_by("begins", "pk")
    )
    context = {"table": configure(request, ReleaseTable(rows)), "title": _("Release of agents")}
    return list_page(request, "planning/release_list.html", context, file="pelepasan-agent")


@require_http_methods(["GET", "POST"])
def release_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who of the team is on target and when; confirm, or ask for another batch."""
    found = ReleaseConfirmation.with_withdrawn.visible_to(request.user).select_related(
        "plan__pic", "plan__site", "team", "planned_session__host_site", "planned_session__room", "answered_by"
    )
    release = get_object_or_404(found.prefetch_related("planned_session__meetings"), uuid=uuid)
    form = ReleaseForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            given = {**form.cleaned_data, "shown": shown_by(request)}
            answer_release(release=release, **given, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
            status = 409 if isinstance(refused, (WrongState, StaleVersion)) else 422
        else:
            return go(request, reverse("release_detail", args=[release.uuid]), _("Your answer is saved."))
    planned = release.planned_session
    meetings = list(planned.meetings.all())
    zone = planned.host_site.zone
    agents = list(agents_of(release))
    whens = [meeting_words(each.starts_at, each.ends_at, zone) for each in meetings]
    closed = _closed(release)
    is_open = not closed and meetings[0].starts_at > request.now
    asks_other = release.state == ReleaseState.OTHER_BATCH
    may_move = is_open and asks_other and can_edit_plan(request.user, release.plan)
    context = {
        "release": release,
        "plan": release.plan,
        "closed": closed,
        "kind": RELEASE_KINDS[ReleaseState(release.state)],
        "whens": whens,
        "place": place_of(planned),
        "shown": mark(about_release(release, agents)),
        "agents": agents,
        "invitation": _invitation(request, release, whens, agents),
        "may_answer": is_open and can_answer_release(request.user, release),
        "may_move": may_move,
        "whole_batch": _whole_batch(release, agents) if may_move else "",
        "form": form,
        "title": release.plan.title,
    }
    return render(request, "planning/release_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def release_move(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The PIC answers "another batch" for the whole team at once (5.1.1)."""
    found = ReleaseConfirmation.objects.visible_to(request.user).select_related(
        "plan__site", "plan__line", "plan__pic", "plan__approved_revision", "team", "planned_session__host_site"
    )
    release = get_object_or_404(found, uuid=uuid)
    plan, planned = release.plan, release.planned_session
    revision = adjustable_revision(plan, actor=request.user)
    people = list(agents_of(release))

    def act(form: MoveForm) -> tuple[str, str]:
        moved = move_targets(plan=plan, people=people, **form.cleaned_data, actor=request.user, now=request.now)
        words = ngettext("%(n)d person is moved.", "%(n)d people are moved.", moved.count) % {"n": moved.count}
        if moved.staying:
            stay = _("Who cannot come there stays in %(batch)s: %(names)s.")
            words += " " + stay % {"batch": planned, "names": ", ".join(moved.staying)}
        return reverse("plan_adjust", args=[plan.uuid]), words

    form = MoveForm(posted(request), revision=revision)
    batches: Any = form.fields["to"]
    batches.queryset = batches.queryset.exclude(uuid=planned.uuid)
    many = ngettext("Move %(n)d agent of %(team)s", "Move %(n)d agents of %(team)s", len(people))
    return form_page(
        request,
        form,
        act,
        title=many % {"n": len(people), "team": release.team},
        parent=(reverse("release_detail", args=[release.uuid]), plan.number),
        submit=_("Move"),
        closed=_whole_batch(release, people),
    )


def _closed(release: ReleaseConfirmation) -> str:
    """Why nothing is to be answered any more, in words; empty while it can be."""
    if release.withdrawn_at:
        return withdrawn_words(release)
    plan = release.plan
    return "" if plan.state in ANSWERED_IN else settled(plan.number, plan.get_state_display())


def _whole_batch(release: ReleaseConfirmation, people: Sequence[Person]) -> str:
    """That the team cannot be moved because nobody would be left in the batch; empty where somebody would."""
    planned = release.planned_session
    if not would_be_empty(planned, without=[person.pk for person in people]):
        return ""
    return _(
        "Nobody but %(team)s is in %(batch)s: without them the class would be empty. "
        "Give the batch another time, or give it up, in a new revision of the plan."
    ) % {"team": release.team, "batch": planned}


def _invitation(request: SignedInRequest, release: ReleaseConfirmation, whens: list[str], agents: list[Person]) -> str:
    """The text to copy for the team's group: its own people and no others (NTF-6)."""
    planned = release.planned_session
    people = ngettext("%(n)d participant of %(team)s:", "%(n)d participants of %(team)s:", len(agents))
    lines = [
        _("Invitation: %(title)s") % {"title": release.plan.title},
        *whens,
        place_of(planned),
        people % {"n": len(agents), "team": release.team.name},
        *[f"- {person.name}" for person in agents],
        request.build_absolute_uri(reverse("my_trainings")),
    ]
    return "\n".join(lines)
