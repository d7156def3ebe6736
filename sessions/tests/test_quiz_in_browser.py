"""A test on a phone as phones are: killed, without connection, without JavaScript (QUZ-1 to QUZ-6). Few and long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from sessions.models import TestAnswer, TestAttempt
from sessions.services import give_extra_time
from sessions.tests.factories import Held, opened
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.browser
PASSWORD = "pelatihan-ponsel-25"
GONE = 30_000  # milliseconds without a connection


@pytest.fixture
def playwright(monkeypatch) -> Iterator[Playwright]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop in this thread
    with sync_playwright() as running:
        yield running


@pytest.fixture
def held(committed_db) -> Held:
    """A session under way whose first participant can sign in."""
    held = opened(people=1)
    user = make_user("agent", person=held.enrolments[0].person)
    user.set_password(PASSWORD)
    user.save()
    return held


def browser_of(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])


def phone(browser: Browser, held: Held, site: str, *, width: int = 360, scripts: bool = True) -> Page:
    """Signed in on a phone."""
    context = browser.new_context(viewport={"width": width, "height": 640}, locale="id-ID", java_script_enabled=scripts)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{site}/sign-in/?next=/trainings/")
    page.fill("input[name=login]", held.enrolments[0].person.user.login)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_url("**/trainings/")
    return page


def begin(page: Page) -> None:
    page.click("main a[href$='/pre/']")
    page.click("main form .btn-primary")
    page.wait_for_url("**/tests/*/1/")


def tap(page: Page, place: int = 0) -> None:
    page.locator("label.option").nth(place).click()


def resume(page: Page, *, at: int) -> None:
    """Go on with the test: it opens at the first question without an answer. Then back to the first one."""
    page.click("main a.btn-primary[href^='/trainings/']")
    page.wait_for_url(f"**/tests/*/{at}/")
    page.goto(page.url.replace(f"/{at}/", "/1/"))


def onward(page: Page) -> None:
    page.click(".quiz-foot .btn-primary")


def saved() -> int:
    """How many questions the server has an answer to."""
    return TestAnswer.objects.exclude(choice=[]).count()


def until(page: Page, wanted: int, seconds: int = 15) -> None:
    for _moment in range(seconds * 4):
        if saved() == wanted:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"the server has {saved()} answers, not {wanted}")


def becomes(page: Page, expression: str) -> None:
    """Wait until it is true on the page; Playwright's own way to wait is refused by our CSP."""
    for _moment in range(60):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"never true: {expression}")


@pytest.mark.point("QUZ-1")
def test_a_killed_browser_goes_on_at_another_device_with_at_most_one_answer_lost(playwright, held, live_server):
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    first = browser_of(playwright)
    page = phone(first, held, live_server.url)
    begin(page)
    for question in (1, 2, 3):
        tap(page, question % 2)
        if question < 3:
            onward(page)
            page.wait_for_url(f"**/tests/*/{question + 1}/")
    for each in psutil.Process().children(recursive=True):
        if each.pid not in before and "chrom" in each.name():
            each.kill()
    assert saved() >= 2
    page = phone(browser_of(playwright), held, live_server.url)
    resume(page, at=saved() + 1)
    assert page.locator("label.option input:checked").count() == 1, "what was answered is chosen again"
    for question in range(1, 6):
        tap(page)
        onward(page)
        page.wait_for_url("**/summary/" if question == 5 else f"**/tests/*/{question + 1}/")
    page.reload()
    assert TestAttempt.objects.get().state == "in_progress", "a reload never submits"
    page.click("form[data-hand-in] button")
    page.wait_for_url("**/done/")
    assert TestAttempt.objects.get().points == 5


@pytest.mark.point("QUZ-2")
@pytest.mark.point("QUZ-3")
def test_answers_wait_without_a_connection_and_nothing_is_called_handed_in(playwright, held, live_server):
    page = phone(browser_of(playwright), held, live_server.url)
    begin(page)
    becomes(page, "Object.keys(sessionStorage).some(key => key.endsWith(':paper'))")  # the questions are on the device
    page.context.set_offline(True)
    onward(page)  # with nothing to send: still the test, and no error page of the browser
    becomes(page, "document.querySelector('[data-here]').textContent === '2'")
    page.click("details:has(.quiz-map) summary")
    page.click(".quiz-map button[value='1']")
    becomes(page, "document.querySelector('[data-here]').textContent === '1'")
    tap(page)
    page.wait_for_selector("[data-offline]:visible")
    assert page.locator("[data-state=unsent]").is_visible()
    onward(page)
    becomes(page, "document.querySelector('[data-here]').textContent === '2'")
    tap(page, 1)
    page.wait_for_timeout(GONE)
    assert "2 jawaban menunggu" in page.locator("[data-offline]").inner_text()
    assert saved() == 0
    page.context.set_offline(False)
    until(page, 2)
    page.wait_for_selector("[data-offline]", state="hidden")
    assert page.locator("[data-state=saved]").is_visible()
    assert page.locator("[data-answered]").inner_text() == "2", "the list of questions says so, too"
    attempt = TestAttempt.objects.get()
    page.goto(f"{live_server.url}{reverse('test_summary', args=[attempt.uuid])}")
    page.context.set_offline(True)
    page.click("form[data-hand-in] button")
    page.wait_for_selector("[data-offline]:visible")
    assert "/summary/" in page.url and "Terkirim" not in page.locator("main").inner_text()
    page.context.set_offline(False)
    page.wait_for_timeout(500)
    page.click("form[data-hand-in] button")
    page.wait_for_url("**/done/")
    attempt.refresh_from_db()
    assert attempt.state == "submitted"
    # Nothing of the test stays on the device.
    becomes(page, "[localStorage, sessionStorage].every(box => !Object.keys(box).some(key => key.length > 30))")


@pytest.mark.point("QUZ-3")
@pytest.mark.point("QUZ-4")
def test_the_timer_follows_the_server_is_hidden_on_wish_and_speaks_at_ten_five_and_one(playwright, held, live_server):
    page = phone(browser_of(playwright), held, live_server.url)
    page.add_init_script("const now = Date.now; Date.now = () => now() + 11 * 60000;")  # the phone's clock is wrong
    begin(page)
    url = page.url
    spoken = page.locator("[data-announce]")

    def left(minutes: float) -> str:
        TestAttempt.objects.update(due_at=timezone.now() + timedelta(minutes=minutes))
        page.goto(url)
        page.wait_for_timeout(1500)
        return page.locator("[data-left]").inner_text()

    assert left(8) == "sisa 8 menit" and spoken.inner_text() == ""
    assert left(9.9) == "sisa 10 menit" and "10" in spoken.inner_text()
    assert left(0.9) == "sisa 1 menit" and spoken.inner_text() == "sisa 1 menit"
    page.click(".quiz-bar summary")
    page.goto(url)
    page.wait_for_timeout(300)
    assert not page.locator("[data-left]").is_visible(), "hidden stays hidden"
    give_extra_time(enrolment=held.enrolments[0], minutes=20, reason="Layar retak", actor=held.pic, now=timezone.now())
    page.goto(url)
    assert "tambahan 20 menit" in page.locator("main").inner_text()


@pytest.mark.point("QUZ-5")
@pytest.mark.point("QUZ-6")
def test_at_320_px_without_javascript_every_button_saves_the_choice(playwright, held, live_server):
    browser = browser_of(playwright)
    page = phone(browser, held, live_server.url, width=320, scripts=False)
    begin(page)
    tap(page)
    page.click(".quiz-foot button[value=leave]")
    page.wait_for_url("**/trainings/")
    assert saved() == 1, "leaving keeps what is chosen"
    resume(page, at=2)
    assert page.locator("label.option input:checked").count() == 1
    onward(page)
    tap(page)
    page.click("main details summary")
    page.click(".quiz-map button[value='4']")
    page.wait_for_url("**/4/")
    assert saved() == 2, "the map keeps what is chosen"
    tap(page)
    page.click(".quiz-foot button[value='3']")
    page.wait_for_url("**/3/")
    assert saved() == 3, "back keeps what is chosen"
    tap(page)
    page.click("main details summary")
    page.click("main button[value=summary]")
    page.wait_for_url("**/summary/")
    assert "4 dari 5" in page.locator("main").inner_text()
    page.click("form[data-hand-in] button")
    page.wait_for_url("**/done/")
    assert TestAttempt.objects.get().points == 4
    wide = phone(browser, held, live_server.url, width=320)
    assert wide.evaluate("document.documentElement.scrollWidth") <= 320
