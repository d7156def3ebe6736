"""The score grid in a real browser: keys, two pages on one grid, a lost connection, paste, no script (SCR-1…6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from sessions.models import ParameterScore
from sessions.tests.factories import attend
from sessions.tests.test_score_grid import held_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.clause("5.1.2")]
#: A block as a spreadsheet puts it on the clipboard.
_PASTE = """(input, text) => {
    const data = new DataTransfer(); data.setData('text/plain', text);
    input.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def chromium(monkeypatch):
    # Playwright's loop runs in this thread, where the tests read the database between two clicks.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class Page:
    """The grid as one trainer has it open."""

    def __init__(self, chromium, server, held, **options):
        client = Client()
        client.force_login(held.pic)
        self.context = chromium.new_context(locale="id-ID", viewport={"width": 1280, "height": 800}, **options)
        cookie = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": server.url}])
        self.page, self.told = self.context.new_page(), []
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.url = server.url + reverse("session_scores", args=[held.training_session.uuid])

    def open(self):
        self.page.goto(self.url)
        return self

    def cell(self, enrolment, number=1):
        return self.page.locator(f"input[name='score-{enrolment.pk}-{number}']")

    def beside(self, enrolment, number=1):
        """What stands in the cell below its field."""
        return self.page.locator(f"td:has(input[name='score-{enrolment.pk}-{number}'])")

    def says(self, text):
        self.page.wait_for_function(
            "text => document.getElementById('save-state').textContent.includes(text)", arg=text, timeout=10_000
        )

    def type(self, text, key):
        self.page.keyboard.type(text)
        self.page.keyboard.press(key)

    @property
    def focused(self):
        return self.page.evaluate("document.activeElement.name")


@pytest.fixture
def held(live_server, committed_db):
    held = held_with([{"name": "Empati"}, {"name": "Roleplay"}])
    attend(held)
    return held


def standing(enrolment, name="Empati"):
    row = ParameterScore.objects.filter(enrolment=enrolment, parameter__name=name).first()
    return row and row.value


@pytest.mark.point("SCR-1")
@pytest.mark.point("SCR-3")
@pytest.mark.point("SCR-4")
@pytest.mark.point("SCR-6")
def test_two_pages_on_one_grid(held, live_server, chromium):
    first, second, third = held.enrolments
    mine, theirs = Page(chromium, live_server, held).open(), Page(chromium, live_server, held).open()

    # Keys: Enter down, Shift+Enter up, arrows, Tab right, Esc back; the wheel changes nothing.
    mine.cell(first).focus()
    mine.type("87,5", "Enter")
    assert mine.focused == f"score-{second.pk}-1"
    mine.type("875", "Escape")
    assert mine.cell(second).input_value() == ""
    mine.page.keyboard.press("ArrowDown")
    assert mine.focused == f"score-{third.pk}-1"
    mine.page.keyboard.press("Shift+Enter")
    assert mine.focused == f"score-{second.pk}-1"
    mine.type("101", "Tab")
    assert mine.focused == f"score-{second.pk}-2"
    mine.says("1 nilai belum tersimpan")
    assert "“101” di luar 0–100" in mine.beside(second).inner_text()
    mine.cell(first).focus()
    mine.page.mouse.wheel(0, 240)
    assert mine.cell(first).input_value() == "87,5"
    mine.cell(second).fill("60")
    mine.page.keyboard.press("Enter")
    mine.says("Semua tersimpan")
    assert "tersimpan" in mine.beside(first).inner_text() and "WIB" in mine.beside(first).inner_text()
    assert (standing(first), standing(second)) == (Decimal("87.5"), 60)

    # The other page was opened before: both values, who and when; one is chosen.
    theirs.cell(first).fill("70")
    theirs.page.keyboard.press("Enter")
    choice = theirs.beside(first).locator("[role=radiogroup]")
    choice.wait_for()
    assert all(each in choice.inner_text() for each in ("70", "87,50", held.pic.name, "WIB"))
    assert standing(first) == Decimal("87.5")
    choice.locator("[value=theirs]").click()
    assert theirs.cell(first).input_value() == "87,5"
    theirs.cell(second).fill("65")
    theirs.page.keyboard.press("Enter")
    theirs.beside(second).locator("[value=mine]").click()
    theirs.says("Semua tersimpan")
    assert (standing(first), standing(second)) == (Decimal("87.5"), 65)

    # The button goes when everything is saved, and says so.
    theirs.cell(third).fill("90")
    theirs.page.click("#scores .btn-primary")
    theirs.page.wait_for_selector(".note:has-text('Nilai tersimpan'), [role=status]:has-text('Nilai tersimpan')")
    assert ParameterScore.objects.get(enrolment=third).version == 1, "it is written once"
    assert mine.told == theirs.told == []


@pytest.mark.point("SCR-3")
@pytest.mark.point("SCR-6")
def test_what_was_typed_survives_30_seconds_without_connection_a_reload_and_goes_at_sign_out(
    held, live_server, chromium
):
    first, second, third = held.enrolments
    page = Page(chromium, live_server, held)
    page.page.clock.install()
    page.open()
    page.context.set_offline(True)
    page.cell(first).focus()
    page.type("81", "Enter")
    page.type("82", "Enter")
    page.says("2 nilai belum tersimpan")
    page.page.clock.run_for(30_000)
    assert "belum tersimpan" in page.beside(first).inner_text()
    asked = []
    page.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.page.close(run_before_unload=True)
    for _ in range(50):
        if asked:
            break
        page.page.wait_for_timeout(50)
    assert asked == ["beforeunload"]
    assert standing(first) is None
    page.context.set_offline(False)
    page.page.clock.run_for(5_000)
    page.says("Semua tersimpan")
    assert (standing(first), standing(second)) == (81, 82)

    # A server that does not answer, and a page loaded again: the draft is there, and goes.
    page.page.route("**/scores/*/*/", lambda route: route.abort())
    page.cell(third).fill("83")
    page.page.keyboard.press("Tab")
    page.says("1 nilai belum tersimpan")
    page.page.once("dialog", lambda dialog: dialog.accept())
    page.page.reload()
    assert page.cell(third).input_value() == "83"
    page.page.unroute("**/scores/*/*/")
    page.page.clock.run_for(5_000)
    page.says("Semua tersimpan")
    assert standing(third) == 83

    page.page.evaluate("localStorage.setItem('scores:somebody:some:1', '{}')")
    page.page.locator("form[data-forgets] button").first.click()
    page.page.wait_for_url("**/sign-in/**")
    assert page.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('scores:'))") == []


@pytest.mark.point("SCR-2")
def test_a_pasted_block_goes_through_its_preview_with_and_without_script(held, live_server, chromium):
    first, second, third = held.enrolments
    page = Page(chromium, live_server, held).open()
    page.cell(second).evaluate(_PASTE, "61\t71,5\n62\t172")
    page.page.wait_for_url("**/paste/")
    assert "3 nilai akan berubah" in page.page.inner_text("main") and "“172” di luar 0–100" in page.page.inner_text(
        "main"
    )
    assert not ParameterScore.objects.exists()
    page.page.click("main form .btn-primary >> nth=0")
    page.page.wait_for_url("**/scores/")
    assert (standing(second), standing(second, "Roleplay"), standing(third)) == (61, Decimal("71.5"), 62)

    plain = Page(chromium, live_server, held, java_script_enabled=False)
    plain.page.goto(plain.url + "paste/")
    plain.page.fill("textarea", f"{first.person.employee_no}\t55")
    plain.page.click("main form .btn-primary")
    plain.page.click("main form .btn-primary >> nth=0")
    assert standing(first) == 55
    plain.open().cell(first).fill("56")
    plain.page.click("#scores .btn-primary")
    assert standing(first) == 56, "the whole form saves without script"
