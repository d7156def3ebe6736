"""Somebody at a browser: signs in, fills forms by their fields' names, and looks at every page with axe and the CSP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response

from trainingops.local.demo.cast import PASSWORD

_AXE = Axe()
_LOCALES = {"id": "id-ID", "en": "en-GB"}


class Visitor:
    """One person in one browser window. Every page that it passes must be clean for axe and the CSP.

    Any answer of 400 or above fails the visit, and so does an error summary; :meth:`refused` says where one is meant.
    """

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, language: str = "id") -> None:
        self.url, self.language = url, language
        self._looked_at: set[str] = set()
        self.told: list[str] = []
        self._failed: list[str] = []
        self._refusal_meant = False
        context = browser.new_context(
            viewport={"width": width, "height": 640 if width < 600 else 900},
            locale={"id": "id-ID", "en": "en-GB"}[language],
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        self.page: Page = context.new_page()
        self.width = width
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("response", self._note)

    def _hear(self, message: object) -> None:
        answered = "the server responded with a status of" in message.text  # noted with its address below
        if not answered and (message.type == "error" or "Content Security Policy" in message.text):
            self.told.append(message.text)

    def _note(self, response: Response) -> None:
        if response.status >= 400:
            self._failed.append(f"{response.status} {response.request.method} {response.url}")

    @contextmanager
    def refused(self) -> Iterator[None]:
        """What is done inside must be refused in words (409 or 422): no answer, or another failure, is wrong."""
        self._refusal_meant = True
        yield
        self.page.wait_for_load_state()
        failed, self._failed, self._refusal_meant = self._failed, [], False
        assert failed, f"nothing was refused at {self.page.url}"
        assert all(each.startswith(("409 ", "422 ")) for each in failed), failed

    def sign_in(self, login: str, password: str = PASSWORD) -> Visitor:
        """Through the page, as everybody does."""
        self.go("/sign-in/")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.press("main form button.btn-primary")
        assert "/sign-in/" not in self.page.url, self.text()
        return self

    def go(self, path: str) -> Visitor:
        """Open an address, and look at the page."""
        answer = self.page.goto(path if path.startswith("http") else self.url + path)
        assert answer.ok, f"{answer.status} at {path}: {self.text()[:400]}"
        self.look()
        return self

    def follow(self, selector: str) -> Visitor:
        """Follow the first link that ``selector`` finds."""
        return self.go(self.page.locator(selector).first.get_attribute("href"))

    def look(self) -> None:
        """The page says nothing to the console, fits its width, speaks the language, and axe finds nothing."""
        assert self.told == [], (self.page.url, self.told)
        self._look_for_refusals()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        assert self.page.get_attribute("html", "lang") == self.language, self.page.url
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "*", self.page.url.split("?")[0]) + self.page.title()[:12]
        if kind in self._looked_at:
            return
        self._looked_at.add(kind)
        found = _AXE.run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"

    def _look_for_refusals(self) -> None:
        if not self._refusal_meant:
            assert self._failed == [], (self.page.url, self._failed)
            assert not self.has_errors(), (self.page.url, self.page.locator("[data-error-summary]").inner_text())

    def fill(self, **values: object) -> Visitor:
        """Fill the fields named; a list chooses checkboxes, True ticks one, a ``label=`` text chooses an option."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']")
            kind = field.first.evaluate("e => e.tagName + ':' + (e.type || '')")
            if kind.startswith("SELECT"):
                self._choose(field, str(value))
            elif kind in ("INPUT:radio", "INPUT:checkbox"):
                for each in value if isinstance(value, list) else [value]:
                    target = field.first if each is True else self.page.locator(f"main [name='{name}'][value='{each}']")
                    target.check(force=True)
            elif kind == "INPUT:file":
                field.set_input_files(str(value))
            else:
                field.first.fill(str(value))
        return self

    def _choose(self, field: object, wanted: str) -> None:
        options = field.first.evaluate("e => [...e.options].map(o => [o.value, o.text.trim()])")
        value = next((v for v, text in options if wanted in (v, text)), None)
        value = value or next((v for v, text in options if wanted in text), None)
        assert value is not None, f"no option {wanted!r} in {options}"
        field.first.select_option(value)

    def type(self, field: Locator, text: str) -> None:
        """With mouse and keyboard, as people do: what stood there is replaced, and the field keeps the focus."""
        field.click()
        field.press("Control+a")
        self.page.keyboard.type(text, delay=40)

    def click(self, selector: str) -> Visitor:
        """Press the mouse on a button that leads to another page, and let go a moment later."""
        box = self.page.locator(selector).first
        box.scroll_into_view_if_needed()
        at = box.bounding_box()
        assert at is not None, selector
        with self.page.expect_navigation():
            self.page.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2, delay=80)
        self.look()
        return self

    def press(self, selector: str) -> Visitor:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.look()
        return self

    def send(self, button: str = "") -> Visitor:
        """Send the form that holds the page's filled button, or the one whose address ends with ``button``."""
        return self.press(f"form[action$='{button}'] button:visible" if button else "main form .btn-primary:visible")

    def sent(self, **values: object) -> Visitor:
        """Fill and send."""
        return self.fill(**values).send()

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def has_errors(self) -> bool:
        """Whether the error summary stands on the page."""
        return self.page.locator("[data-error-summary]").count() > 0

    def download(self, selector: str, to: Path) -> Path:
        """Keep the file behind a link or button."""
        with self.page.expect_download() as waiting:
            self.page.locator(selector).first.click()
        waiting.value.save_as(to)
        return to

    def leave(self) -> None:
        self.page.wait_for_load_state("networkidle")
        self._look_for_refusals()
        self.page.context.close()
