"""Traffic: the mean week, its low intervals, and when a training hurts service least (5.1.1 f, CHT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.forms.needs import TrafficForm
from planning.imports.traffic import TRAFFIC
from planning.models import TrafficInterval
from planning.queries.traffic import newest_interval, traffic_profile
from planning.slots import BY_SERVICE_LEVEL, Profile, recommend, reference_start
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.charts import HeatMap, heat_map
from trainingops.ui.exports import csv_response
from trainingops.ui.moments import day_words, zone_word

DURATION, LEAVING = 120, 0


@dataclass(frozen=True)
class Traffic:
    """What the page reads: the form, what it chose, and the profile of it."""

    form: TrafficForm
    site: Site | None
    line: ServiceLine | None
    until: date
    duration: int
    leaving: int
    earliest: time
    latest: time | None
    source: str
    profile: Profile


def weekday_name(weekday: int) -> str:
    """Monday is 0."""
    return day_words(date(2024, 1, 1 + weekday), "weekday").split(",")[0]


def _read(request: SignedInRequest) -> Traffic:
    """The choice in the address; blanks are the newest traffic in scope, two hours, nobody leaving."""
    form = TrafficForm(request.GET or None, user=request.user)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows = TrafficInterval.objects.visible_to(request.user)
    place = {key: data[key] for key in ("site", "line") if data.get(key)}
    newest = newest_interval(rows.filter(**place))
    site = newest.site if newest else data.get("site")
    line = newest.line if newest else data.get("line")
    today = timezone.localdate()
    until = data.get("until") or today
    profile = Profile({}, (), None, None, {}, ())
    if newest is not None and site and line:
        last = newest.starts_at.astimezone(site.zone).date()
        if not data.get("until") and last < reference_start(today):
            until = last + timedelta(days=1)  # old data: read its own last eight weeks
        profile = traffic_profile(site=site, line=line, until=until, source=newest.source)
    return Traffic(
        form=form,
        site=site,
        line=line,
        until=until,
        duration=data.get("duration") or DURATION,
        leaving=data.get("leaving") or LEAVING,
        earliest=data.get("earliest") or time.min,
        latest=data.get("latest"),
        source=newest.source if newest else "",
        profile=profile,
    )


def traffic(request: SignedInRequest) -> HttpResponse:
    """The heat map of the mean week and the recommended windows."""
    chosen = _read(request)
    found = recommend(
        chosen.profile,
        duration_minutes=chosen.duration,
        leaving=chosen.leaving,
        earliest=chosen.earliest,
        latest=chosen.latest,
        limit=8,
    )
    context = {
        "chosen": chosen,
        "form": chosen.form,
        "profile": chosen.profile,
        "heat": _heat(chosen),
        "windows": [(weekday_name(window.weekday), window) for window in found.windows],
        "by_service_level": found.basis == BY_SERVICE_LEVEL,
        "zone_word": zone_word(request.now.astimezone(chosen.site.zone)) if chosen.site else "",
        "csv_url": f"{reverse('traffic_csv')}?{request.GET.urlencode()}",
        "may_import": request.user.authority.has(*TRAFFIC.roles),
        "missing": [day_words(day) for day in chosen.profile.missing],
    }
    return render(request, "planning/traffic.html", context)


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
    head = [_("Weekday"), _("Start"), _("Mean contacts"), _("Days"), _("Mean AHT (seconds)"), _("Mean agents")]
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
