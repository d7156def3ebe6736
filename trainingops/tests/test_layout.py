"""Every kind of page on a phone, measured in a browser: nothing squeezed, overlapping, cut off or too small to touch.
On wider screens many buttons leave the title its room.

The pages are drawn first, by the test client on the demo's house, and then shown to the browser, so that all of them
take about a minute.
"""

from __future__ import annotations

import mimetypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from trainingops.people.tests.factories import sign_in
from trainingops.tests.house import DrawnPages, account, pages
from trainingops.tests.test_budgets import OFFICES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PHONE = {"width": 360, "height": 640}
#: Tablets and the laptops of a classroom, where buttons stand beside the title.
DESKS = (768, 1024, 1280)
#: Whether a title has less than eight of its letters' widths.
SQUEEZED = """[...document.querySelectorAll("h1")].some(
    (each) => each.checkVisibility() && each.clientWidth < 8 * parseFloat(getComputedStyle(each).fontSize))"""
#: How many addresses of one name are looked at: rows in other states look different.
OF_EACH = 2
#: What participants use on the floor, with a thumb: 44 px (QUZ-5).
FOR_THUMBS = ("my_", "survey_answer", "survey_done", "test_")
GEOMETRY = (Path(__file__).parent / "geometry.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Drawn:
    """A page as the server sent it."""

    name: str
    url: str
    login: str
    html: str


def draw(logins: list[str], drawn: DrawnPages) -> Iterator[Drawn]:
    """Some pages of each name, for the first of ``logins`` who may see them; the home page of everybody."""
    seen: Counter[str] = Counter()
    addresses: set[str] = set()
    for login in logins:
        user, client = account(login), Client()
        sign_in(client, user)
        for name, url in pages(user):
            if name != "home" and (seen[name] >= OF_EACH or url in addresses):
                continue
            content = drawn.get(user.login, url, client)
            if content is None:
                continue
            seen[name] += 1
            addresses.add(url)
            yield Drawn(name, url, login, content.decode())


@pytest.mark.point("PRN-1")
@pytest.mark.point("QUZ-5")
def test_every_kind_of_page_can_be_read_and_touched_on_a_phone(house, drawn):
    looked_at = list(draw(["agent", *OFFICES, "team_leader"], drawn))
    assert len({each.name for each in looked_at}) > 90
    from playwright.sync_api import sync_playwright

    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(viewport=PHONE, locale="id-ID").new_page()
        shown = {}

        def answer(route):
            path = route.request.url.split("://site", 1)[1]
            if path == "/shown/":
                route.fulfill(body=shown["html"], content_type="text/html; charset=utf-8")
            elif path.endswith(".css") or path.endswith(".svg"):
                name = path.removeprefix("/static/")
                route.fulfill(path=finders.find(name), content_type=mimetypes.guess_type(name)[0])
            else:
                route.abort()

        page.route("**/*", answer)
        for each in looked_at:
            shown["html"] = each.html
            page.goto("http://site/shown/", wait_until="load")
            found = page.evaluate(GEOMETRY, 44 if each.name.startswith(FOR_THUMBS) else 24)
            found += squeezed_titles(page) if "head-actions" in each.html else []
            faults += [f"{each.name} {each.url} ({each.login}): {fault}" for fault in found]
        browser.close()
    assert not faults, "\n" + "\n".join(faults)


def squeezed_titles(page: Page) -> list[str]:
    """The widths at which buttons leave a title no room; the page is as wide as a phone again."""
    found = []
    for width in DESKS:
        page.set_viewport_size({**PHONE, "width": width})
        found += [f"no room for the title at {width} px"] * page.evaluate(SQUEEZED)
    page.set_viewport_size(PHONE)
    return found
