"""The kit in a real browser, under the site's own CSP: focus, drawer, toast, one submission, no violation, axe."""

import json
import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.utils import translation

from trainingops.ui import charts, navigation
from trainingops.ui.forms import FigureField, MomentField, PageForm
from trainingops.ui.navigation import Group

pytestmark = pytest.mark.browser

PAGE = """{% extends "ui/page.html" %}
{% block content %}
<form class="form-narrow" method="post" novalidate data-guard>{% form_body form %}
<div class="field"><button type="submit" class="btn btn-primary">Simpan</button></div></form>
<h2>Panggilan</h2>{% include "ui/heat.html" with heat=heat %}{% chart chart %}
<div class="panel">{% empty_state "filtered" %}</div>
{% deadline now "Asia/Makassar" %}{% note "warn" %}<p>Belum tersimpan.</p>{% endnote %}{% status "ok" "Disetujui" %}
{% endblock %}"""


class SampleForm(PageForm):
    title = forms.CharField(label="Judul", help_text="Singkat saja.")
    method = forms.ChoiceField(label="Metode", widget=forms.RadioSelect, choices=[("on", "Online"), ("off", "Offline")])
    mark = FigureField(label="Nilai lulus", max_value=100)
    starts_at = MomentField(label="Mulai")


def sample_page(rf, theme):
    """The sample page as HTML, its menu made by hand, so that no address is needed."""
    request = rf.get("/")
    request.user = SimpleNamespace(is_authenticated=True, theme=theme)
    request.authority = SimpleNamespace(role_names=frozenset(), title="Trainer")
    items = [
        navigation.Shown(navigation.NavItem("5.1", "Rencana", "plans", "plan"), "/rencana/", True, 2),
        navigation.Shown(navigation.NavItem("5.1", "Modul", "modules", "book"), "/modul/", False, 0),
    ]
    context = {
        "title": "Rencana baru",
        "form": SampleForm({"mark": "1.000,5"}),
        "heat": charts.heat_map(caption="Panggilan", columns=["09"], rows=[("Sen", [120]), ("Sel", [None])]),
        "chart": charts.pareto_chart(["C1", "C2"], [3, 1], [0.75, 1], title="Defek", text="C1.", unit="kasus"),
        "navigation": [(Group("5.1", "Persiapan", "5.1"), items)],
        "navigation_low": items,
        "places": {"home": "/", "search": "/cari/", "inbox": "/kotak/", "account": "/akun/"},
        "counts": {"inbox": 3},
    }
    with translation.override("id"):
        return engines["django"].from_string(PAGE).render(context, request).encode()


@pytest.fixture
def site(rf, db):  # the foot of a page names the controlled procedure
    """A small server: the sample page in each theme, our static files, the CSP of the settings; counts what is sent."""
    pages = {f"/{theme}": sample_page(rf, theme) for theme in ("light", "dark")}
    rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    policy = "; ".join(f"{key} {' '.join(words)}" for key, words in rules.items())
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body, kind = pages.get(self.path, b""), "text/html; charset=utf-8"
            if self.path.startswith("/static/"):
                name = self.path.removeprefix("/static/")
                body, kind = Path(finders.find(name)).read_bytes(), mimetypes.guess_type(name)[0]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            sent.append(self.path)
            self.send_response(204)  # the browser stays on the page, as while waiting for a slow answer
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", sent=sent)
    server.shutdown()


@pytest.fixture
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def test_the_kit_in_both_themes_on_desk_and_phone_has_no_violation_of_csp_or_wcag(site, chromium):
    from axe_playwright_python.sync_playwright import Axe

    for theme in ("light", "dark"):
        for width in (1280, 360, 320):
            page = chromium.new_page(viewport={"width": width, "height": 640})
            told = []
            page.on("console", lambda message, told=told: told.append(message.text))
            page.on("pageerror", lambda error, told=told: told.append(str(error)))
            page.goto(f"{site.url}/{theme}")
            page.wait_for_function("document.activeElement.matches('[data-error-summary]')")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert told == []
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
            page.close()


def test_the_summary_leads_to_the_field_and_the_field_is_not_hidden_under_the_bars(site, chromium):
    page = chromium.new_page(viewport={"width": 360, "height": 500})
    page.goto(f"{site.url}/light")
    page.click("[data-error-summary] a[href='#id_method_0']")
    assert page.evaluate("document.activeElement.id") == "id_method_0"
    box = page.locator("#id_method_0").bounding_box()
    assert box["y"] >= page.evaluate("document.querySelector('.bar').offsetHeight")
    assert box["y"] + box["height"] <= 500 - page.evaluate("document.querySelector('.nav-low').offsetHeight")


def test_the_drawer_opens_and_closes_without_javascript(site, chromium):
    page = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640}).new_page()
    page.goto(f"{site.url}/light")
    assert not page.locator("#menu").is_visible()
    page.click(".nav-low a[href='#menu']")
    assert page.locator("#menu >> text=Modul").is_visible()
    page.click("#menu >> text=Tutup")
    assert not page.locator("#menu").is_visible()


def test_a_double_click_sends_once_and_a_toast_is_told_politely(site, chromium):
    page = chromium.new_page()
    page.goto(f"{site.url}/light")
    page.dblclick("text=Simpan")
    page.wait_for_timeout(300)
    assert page.locator("form.form-narrow").get_attribute("data-sent") == "1"  # though a field is called “method”
    assert site.sent == ["/light"]
    detail = json.dumps({"text": "Kehadiran tersimpan.", "kind": "ok"})
    page.evaluate(f"document.body.dispatchEvent(new CustomEvent('toast', {{bubbles: true, detail: {detail}}}))")
    assert page.locator("#toasts[aria-live=polite] >> text=Kehadiran tersimpan.").is_visible()


def test_leaving_with_typed_text_asks_first(site, chromium):
    page = chromium.new_page()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{site.url}/light")
    page.goto(f"{site.url}/dark")
    assert asked == []
    page.type("#id_title", "KCA")
    page.goto(f"{site.url}/light")
    assert asked == ["beforeunload"]
