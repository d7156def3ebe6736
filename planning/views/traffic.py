"""Traffic: the mean week, its low intervals, and when a training hurts service least (5.1.1 f, CHT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planning.enums import LoadMethod
from planning.forms.traffic import LineTargetForm, MarkedDayForm, TrafficForm
from planning.imports.traffic import TRAFFIC
from planning.models import LineTarget, MarkedDay, TrafficInterval
from planning.queries.away import COLUMNS, away_of_texts, away_rows
from planning.queries.load import Slots, slots_for, weekday_name
from planning.queries.lookups import look_up, texts
from planning.queries.traffic import (
    FORECAST,
    WEEKS,
    LineGoal,
    LineLoad,
    Reference,
    goal_of,
    newest_interval,
    reference_of,
)
from planning.services import mark_day, set_line_target, unmark_day
from planning.slots import Profile, Recommendation, Target, recommend, reference_start
from trainingops.domain import Refused
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.people.models import PersonAssignment, ServiceLine, Site
from trainingops.people.queries import in_force
from trainingops.ui.charts import HeatMap, heat_map
from trainingops.ui.exports import csv_response
from trainingops.ui.moments import day_words, zone_word

DURATION, LEAVING = 120, 5
WINDOWS = 8


@dataclass(frozen=True)
class Traffic:
    """What the page reads: the form, what it chose, and the reference of it."""

    form: TrafficForm
    data: dict[str, Any]
    site: Site | None
    line: ServiceLine | None
    until: date
    source: str
    reference: Reference
    goal: LineGoal | None

    @property
    def profile(self) -> Profile:
        return self.reference.profile

    @property
    def duration(self) -> int:
        return self.data.get("duration") or DURATION

    @property
    def leaving(self) -> int:
        given: int | None = self.data.get("leaving")
        return LEAVING if given is None else given

    @property
    def target(self) -> Target:
        return self.goal.target if self.goal else Target()


def _read(request: SignedInRequest) -> Traffic:
    """The choice in the address; blanks are the newest traffic in scope, two hours, a small class that leaves."""
    form = TrafficForm(request.GET or None, user=request.user)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows = TrafficInterval.objects.visible_to(request.user)
    place = {key: data[key] for key in ("site", "line") if data.get(key)}
    newest = newest_interval(rows.filter(**place))
    site = newest.site if newest else data.get("site")
    line = newest.line if newest else data.get("line")
    today = request.now.astimezone(site.zone if site else request.user.zone).date()
    until, kind = data.get("until") or today, data.get("reference") or WEEKS
    reference = Reference(kind, until, until, Profile({}, (), None, None, {}, ()))
    if newest is not None and site and line:
        last = newest.starts_at.astimezone(site.zone).date()
        if not data.get("until") and kind == WEEKS and last < reference_start(today):
            until = last + timedelta(days=1)  # old data: read its own last eight weeks
        reference = reference_of(site=site, line=line, until=until, kind=kind, source=newest.source)
    return Traffic(
        form=form,
        data=data,
        site=site,
        line=line,
        until=until,
        source=newest.source if newest else "",
        reference=reference,
        goal=goal_of(line) if line else None,
    )


def traffic(request: SignedInRequest) -> HttpResponse:
    """The heat map of the mean week and the recommended windows."""
    chosen = _read(request)
    found = recommend(
        chosen.profile,
        duration_minutes=chosen.duration,
        leaving=chosen.leaving,
        earliest=chosen.data.get("earliest") or time.min,
        latest=chosen.data.get("latest"),
        limit=WINDOWS,
        target=chosen.target,
    )
    context = {
        "chosen": chosen,
        "form": chosen.form,
        "profile": chosen.profile,
        "reference": chosen.reference,
        "by_forecast": chosen.reference.kind == FORECAST,
        "heat": _heat(chosen),
        **_windows(chosen, found),
        **_of_team(chosen),
        "basis": found.basis,
        "zone_word": zone_word(request.now.astimezone(chosen.site.zone)) if chosen.site else "",
        "csv_url": f"{reverse('traffic_csv')}?{request.GET.urlencode()}",
        "may_import": request.user.authority.has(*TRAFFIC.roles),
        "may_set": request.user.authority.has(Role.MANAGER),
        "skipped": [f"{day_words(day, 'dated')} ({name})" for day, name in sorted(chosen.reference.skipped.items())],
        "missing": [day_words(day) for day in chosen.reference.missing],
    }
    return render(request, "planning/traffic.html", context)


def _windows(chosen: Traffic, found: Recommendation) -> dict[str, Any]:
    """Those that hold are recommended; where none does, the least bad ones are shown as such."""
    goal = chosen.target.goal
    rows = [(weekday_name(window.weekday), window, window.is_busy(goal)) for window in found.windows]
    holding = [row for row in rows if not row[2]]
    return {"windows": holding, "least_bad": [] if holding else rows[:3], "goal": goal}


def _of_team(chosen: Traffic) -> dict[str, Any]:
    """With a team: real days, with those of it who are on shift off the floor, and batches from its roster."""
    team, site, line = chosen.data.get("team"), chosen.site, chosen.line
    if team is None or site is None or line is None or chosen.goal is None or not chosen.profile.half_hours:
        return {"team": None}
    here = PersonAssignment.objects.filter(in_force(chosen.until), team=team)
    rows = away_rows(site=site, line=line, since=chosen.until)
    known = look_up([texts("person", here, "person"), texts("away", rows, *COLUMNS)])
    people = sorted(int(key) for key, *_rest in known.get("person", ()))
    slots: Slots = slots_for(
        people,
        LineLoad(chosen.profile, chosen.goal, away_of_texts(known.get("away", ()))),
        site=site,
        first=chosen.until,
        duration_minutes=chosen.duration,
        earliest=chosen.data.get("earliest"),
        latest=chosen.data.get("latest"),
    )
    goal = chosen.target.goal
    return {
        "team": team,
        "team_size": len(people),
        "slots": slots,
        "day_windows": [each for each in slots.windows if each.on_shift and not each.window.is_busy(goal)][:WINDOWS],
    }


def _heat(chosen: Traffic) -> HeatMap:
    """Half hours by weekdays; closed and unknown ones have no figure (CHT-2). Seven columns stay readable."""
    halves, weekdays = chosen.profile.half_hours, chosen.profile.weekdays
    return heat_map(
        caption=_("Mean contacts a half hour, %(line)s, %(site)s")
        % {"line": chosen.line or "–", "site": chosen.site or "–"},
        columns=[weekday_name(weekday) for weekday in weekdays],
        rows=[
            (
                f"{minute // 60:02}.{minute % 60:02}",
                [half.offered if (half := halves.get((weekday, minute))) else None for weekday in weekdays],
            )
            for minute in chosen.profile.minutes
        ],
    )


def traffic_csv(request: SignedInRequest) -> HttpResponse:
    """The figures behind the heat map (CHT-4)."""
    chosen = _read(request)
    counted = [_("Mean contacts"), _("Number of days"), _("Mean AHT (seconds)"), _("Mean agents")]
    head = [_("Weekday"), _("Start"), *counted]
    rows = (
        (
            weekday_name(half.weekday),
            f"{half.starts_at:%H:%M}",
            round(half.offered, 4),
            half.days,
            round(half.aht_seconds, 2) if half.aht_seconds is not None else None,
            round(half.agents, 2) if half.agents is not None else None,
        )
        for half in chosen.profile.half_hours.values()
    )
    return csv_response(head, rows, name="traffic")


@require_http_methods(["GET", "POST"])
def traffic_target(request: SignedInRequest) -> HttpResponse:
    """What a line must hold, and by which figure it is judged."""
    form = LineTargetForm(request.POST or None, user=request.user, initial=_target_of(request))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            set_line_target(**{**given, "method": LoadMethod(given["method"])}, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The target of %(line)s is saved.") % {"line": given["line"]})
            return redirect(f"{reverse('traffic')}?line={given['line'].code}")
    context = {"form": form, "title": _("Target of a line"), "back": reverse("traffic")}
    return render(request, "planning/traffic_form.html", context)


def _target_of(request: SignedInRequest) -> dict[str, Any]:
    """The target that holds now, for the line of the address."""
    line = ServiceLine.objects.filter(code=request.GET.get("line", "")).first()
    row = LineTarget.objects.filter(line=line).first() if line else None
    goal = goal_of(line) if line and row is None else None
    return {
        "line": line.code if line else None,
        "method": row.method if row else goal.method if goal else LoadMethod.ERLANG_C,
        "goal_percent": row.goal_percent if row else 80,
        "answer_seconds": row.answer_seconds if row else 20,
        "concurrency": row.concurrency if row else 1,
    }


@require_http_methods(["GET", "POST"])
def traffic_days(request: SignedInRequest) -> HttpResponse:
    """Days that are no reference: marked by people, with their reason."""
    form = MarkedDayForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            mark_day(**form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The day is marked."))
            return redirect("traffic_days")
    days = MarkedDay.objects.visible_to(request.user).select_related("site", "line", "marked_by")[:200]
    context = {
        "form": form,
        "days": days,
        "may_mark": request.user.authority.has(*TRAFFIC.roles),
        "title": _("Days that are no reference"),
    }
    return render(request, "planning/traffic_days.html", context)


@require_POST
def traffic_day_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Let a marked day count again."""
    marked = get_object_or_404(MarkedDay.objects.visible_to(request.user), uuid=uuid)
    unmark_day(marked=marked, actor=request.user, now=request.now)
    messages.success(request, _("The day counts again."))
    return redirect("traffic_days")
