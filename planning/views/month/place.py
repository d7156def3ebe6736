"""Which month at which site a page is about; both stand in its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from planning.months import Month
from planning.queries.month import sites_in_sight
from planning.queries.plans import local_day
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Site
from trainingops.ui.moments import day_words

#: How many months back and ahead the page offers.
BACK, AHEAD = 12, 12


@dataclass(frozen=True)
class Place:
    """A month at a site, of the sites that the reader may choose from."""

    month: Month
    site: Site
    sites: list[Site]
    today: date

    @property
    def words(self) -> str:
        """The month's name with the year."""
        return day_words(self.month.first, "month")

    def url(self, name: str, *, month: Month | None = None, site: Site | None = None) -> str:
        """The address of a page of this month, or of another month or site."""
        given = {"month": (month or self.month).key, "site": (site or self.site).code}
        return f"{reverse(name)}?{urlencode(given)}"

    @property
    def months(self) -> list[tuple[str, str]]:
        """The months to choose from, the one shown among them."""
        now = Month.of(self.today)
        offered = sorted({self.month, *(now.moved(step) for step in range(-BACK, AHEAD + 1))})
        return [(each.key, day_words(each.first, "month")) for each in offered]


def place_of(request: SignedInRequest) -> Place | None:
    """What the address names; else this month, where the reader has the most plans; None where there is no site yet.

    A page that is sent names them in its form, or still in its address. An unknown site is 404.
    """
    sites = list(sites_in_sight(request.user))
    code = _given(request, "site")
    site = next((each for each in sites if each.code == code), None) if code else _usual(sites)
    if site is None:
        if code:
            raise Http404
        return None
    today = local_day(request.now, site)
    return Place(Month.read(_given(request, "month")) or Month.of(today), site, sites, today)


def _usual(sites: list[Any]) -> Site | None:
    """Where most of the reader's own plans are, then where most plans are."""
    return max(sites, key=lambda each: (each.mine, each.all_plans), default=None)


def _given(request: SignedInRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name, "")
