"""Sites, service lines and teams."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.domain import Refused
from trainingops.people import policies
from trainingops.people.forms import LineForm, SiteForm, TeamForm
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine, Site, Team
from trainingops.people.services import create_line, create_site, create_team
from trainingops.ui.forms import PageForm


def team_list(request: SignedInRequest) -> HttpResponse:
    """All places; teams as far as they are mine."""
    today = timezone.localdate()
    now_here = Q(assignments__starts_on__lte=today) & (
        Q(assignments__ends_on=None) | Q(assignments__ends_on__gte=today)
    )
    teams = (
        Team.objects.filter(pk__in=Team.objects.visible_to(request.user))
        .select_related("site", "line")
        .prefetch_related("leaders")
        .annotate(size=Count("assignments", filter=now_here, distinct=True))
    )
    context = {
        "sites": Site.objects.all(),
        "lines": ServiceLine.objects.all(),
        "teams": teams,
        "may_manage": policies.can_manage_people(request.user),
        "helped": set(policies.teams_helped_by(request.user).values_list("pk", flat=True)),
    }
    return render(request, "people/places.html", context)


def place_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Add a site, a line or a team."""
    forms: dict[str, tuple[type[PageForm], str]] = {
        "site": (SiteForm, _("Add site")),
        "line": (LineForm, _("Add service line")),
        "team": (TeamForm, _("Add team")),
    }
    if kind not in forms:
        raise Http404
    form_class, title = forms[kind]
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _create(request, kind, form)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("“%(name)s” is added.") % {"name": form.cleaned_data["name"]})
            return redirect("team_list")
    return render(request, "people/place_new.html", {"form": form, "title": title})


def _create(request: SignedInRequest, kind: str, form: PageForm) -> None:
    typed = form.cleaned_data
    if kind == "site":
        create_site(name=typed["name"], timezone=typed["timezone"], actor=request.user, now=request.now)
    elif kind == "line":
        create_line(name=typed["name"], channel=typed["channel"], actor=request.user, now=request.now)
    else:
        create_team(
            name=typed["name"],
            site=typed["site"],
            line=typed["line"],
            leaders=[typed["leader"]] if typed["leader"] else [],
            actor=request.user,
            now=request.now,
        )
