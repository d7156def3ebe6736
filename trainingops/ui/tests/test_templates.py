"""What every template of the project keeps: it compiles, obeys the CSP, names zones, and its menu leads somewhere."""

import re

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.urls import reverse

from trainingops.ui import navigation
from trainingops.ui.icons import drawings

ROOT = settings.BASE_DIR / "templates"
NAMES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
PAGES = [name for name in NAMES if "/print/" not in name and not name.endswith("mail.html")]
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle="),
    "an inline script": re.compile(r"<script(?![^>]*(\bsrc=|application/json))"),
    "an inline handler": re.compile(r"\s(on[a-z]+|hx-on[:\w-]*)="),
    # ISO 8601 names its zone, for the script that reads it.
    "a time without its zone (use {% when %} or {% day %})": re.compile(
        r"\|\s*(date(?!:'c')|time|naturaltime|timesince|timeuntil)\b"
    ),
    "htmx attribute inheritance": re.compile(r"<body[^>]*\shx-"),
    "an address outside the house": re.compile(r"(src|href)=\"(https?:)?//"),
}
ICON = re.compile(r"""\{%\s*icon\s+["'](\w+)["']|\bicon=["'](\w+)["']""")


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_nothing_that_the_csp_or_the_conventions_forbid(name):
    source = (ROOT / name).read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []


def test_every_icon_named_in_a_template_exists():
    named = {
        (name, first or second)
        for name in NAMES
        for first, second in ICON.findall((ROOT / name).read_text(encoding="utf-8"))
    }
    assert [each for each in sorted(named) if each[1] not in drawings()] == []


def test_every_item_of_the_menu_has_a_page_an_access_rule_and_an_icon():
    for item in navigation._items.values():
        assert reverse(item.url_name)
        assert navigation._access_table()[item.url_name].allows is not None
        assert item.icon in drawings()


def test_the_tags_need_no_load():
    assert "<svg" in engines["django"].from_string('{% icon "plan" %}').render({})
