"""Every form of the house as a browser sees it: found on the pages, filled, sent, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from lxml import html

from trainingops.people.models import User
from trainingops.people.tests.factories import sign_in
from trainingops.tests.house import DrawnPages, pages

#: The shell's, on every page.
_SHELL = {"account_logout", "set_language"}
#: One page of a name may show another form in another state; more than this many of one name show nothing new.
_PAGES_OF_A_NAME = 8
#: What is written beside every request, not by a form.
_ASIDE = ("django_session", "audit_idempotencykey")


@dataclass
class Control:
    """One field's name and how the browser draws it."""

    name: str
    kind: str
    ids: list[str]
    label: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    required: bool = False
    longest: int | None = None
    numeric: bool = False

    @property
    def typed(self) -> bool:
        """Whether somebody types into it, so that the page must give the text back."""
        return self.kind in {"text", "textarea", "search", "email", "tel", "url"}


@dataclass
class VisitedForm:
    """A form on a page, for somebody."""

    login: str
    page: str
    action: str
    name: str
    controls: list[Control]
    multipart: bool

    @property
    def key(self) -> tuple[str, ...]:
        """Forms of one address with the same fields are one form."""
        return (self.name, *sorted({_bare(each.name) for each in self.controls}))

    @property
    def distinct(self) -> list[Control]:
        """Each control once: of the rows of a grid or of a set of rows the first and the last."""
        rows: dict[str, list[Control]] = {}
        for each in self.controls:
            rows.setdefault(_bare(each.name), []).append(each)
        return [each for alike in rows.values() for each in (alike[:1] + alike[1:][-1:])]

    @property
    def visible(self) -> list[Control]:
        return [each for each in self.controls if each.kind not in {"hidden", "submit"}]

    def __str__(self) -> str:
        return f"{self.name} ({self.login} on {self.page})"

    def filled(self) -> dict[str, list[Any]]:
        """What the browser would send of the page as it stands."""
        return {each.name: list(each.values) for each in self.controls if each.values}

    def emptied(self) -> dict[str, list[Any]]:
        """What it would send with nothing filled in or chosen."""
        sent = {each.name: list(each.values) for each in self.controls if each.kind in {"hidden", "submit"}}
        return sent | {
            each.name: [""] for each in self.visible if each.typed or each.kind in {"select", "date", "time"}
        }


def forms_of(logins: list[str], account: Any, drawn: DrawnPages) -> list[VisitedForm]:
    """Each form of the house once, with the first person who can send it."""
    found: dict[tuple[str, ...], VisitedForm] = {}
    for login in logins:
        user: User = account(login)
        client = Client()
        sign_in(client, user)
        opened: dict[str, int] = {}
        for name, url in pages(user):
            if opened.setdefault(name, 0) >= _PAGES_OF_A_NAME:
                continue
            opened[name] += 1
            if content := drawn.get(user.login, url, client):
                for each in read_forms(content, url, login):
                    found.setdefault(each.key, each)
    return list(found.values())


def read_forms(content: bytes, url: str, login: str = "") -> Iterator[VisitedForm]:
    """The POST forms of a page, without the shell's."""
    document = html.fromstring(content.decode())
    for form in document.xpath("//form[translate(@method, 'POST', 'post')='post']"):
        action = urljoin(url, form.get("action") or url)
        name = resolve(urlsplit(action).path).url_name or ""
        if name in _SHELL:
            continue
        inside = form.xpath(".//input|.//select|.//textarea")
        if form.xpath(".//button[contains(@class, 'btn-primary') and not(@name)]"):
            # A browser sends the button that is pressed, the filled one here; what another one narrows is not written.
            narrowing = set(form.xpath(".//fieldset[.//button[@name]]//*"))
            inside = [each for each in inside if each not in narrowing]
        else:
            inside += form.xpath(".//button[@name]")
        if form.get("id"):
            inside += document.xpath(f"//*[@form='{form.get('id')}'][@name]")
        multipart = form.get("enctype") == "multipart/form-data"
        yield VisitedForm(login, url, action, name, _controls(document, inside), multipart)


def _controls(document: Any, elements: list[Any]) -> list[Control]:
    found: dict[str, Control] = {}
    for element in elements:
        name, kind = element.get("name"), element.get("type") or element.tag
        if not name or name == "csrfmiddlewaretoken" or element.get("disabled") is not None:
            continue
        kind = {"input": "text", "button": "submit", "password": "password"}.get(kind, kind)
        control = found.setdefault(name, Control(name, kind, [], _label(document, element)))
        if element.get("id"):
            control.ids.append(element.get("id"))
        control.required |= element.get("required") is not None
        control.longest = int(element.get("maxlength")) if element.get("maxlength") else None
        control.numeric = element.get("inputmode") in {"numeric", "decimal"}
        _take_value(control, element)
    return list(found.values())


def _take_value(control: Control, element: Any) -> None:
    if control.kind == "select":
        options = element.xpath(".//option[not(@disabled)]")
        control.options = [each.get("value", each.text or "") for each in options]
        chosen = [each.get("value", "") for each in options if each.get("selected") is not None]
        if not chosen and options and element.get("multiple") is None:
            chosen = control.options[:1]
        control.values += chosen
    elif control.kind in {"radio", "checkbox"}:
        control.options.append(element.get("value", "on"))
        if element.get("checked") is not None:
            control.values.append(element.get("value", "on"))
    elif control.kind == "textarea":
        control.values.append((element.text or "").removeprefix("\n"))
    elif control.kind == "submit":
        control.values = control.values or [element.get("value", "")]
    elif control.kind not in {"file", "image"}:
        control.values.append(element.get("value", ""))


def _label(document: Any, element: Any) -> str:
    """The words that name a control: its group's legend, its label, or what a screen reader hears."""
    legends = element.xpath("ancestor::fieldset[1]/legend")
    own = document.xpath(f"//label[@for='{element.get('id')}']") if element.get("id") else []
    # A box with a value is one of several that are answered together: their group names them, not each its own label.
    is_one_of_several = element.get("type") == "checkbox" and element.get("value", "on") != "on"
    if is_one_of_several and not legends:
        return "".join(element.xpath("ancestor::*[@role='group'][1]/@aria-label"))
    grouped = element.get("type") == "radio" or is_one_of_several or (element.get("aria-label") and legends)
    chosen = legends if grouped and legends else own
    if chosen:
        return _words(chosen[0])
    return element.get("aria-label") or (_words(legends[0]) if legends else "")


def _words(element: Any) -> str:
    """What an element says, without the marks beside it that are dimmed or mean “required”."""
    aside = "contains(@class, 'req') or contains(@class, 'dim')"
    texts = element.xpath(f".//text()[not(ancestor::*[{aside}])]")
    return " ".join("".join(texts).split())


def _bare(name: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "0", name)


# --- Sending -----------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of one sending; everything it wrote is taken back."""

    response: HttpResponse
    written: list[str]

    @property
    def document(self) -> Any:
        return html.fromstring(self.response.content.decode() or "<p></p>")

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Target and text of each line of the summary."""
        found = []
        for item in self.document.xpath("//*[@data-error-summary]//li"):
            link = item.xpath("./a/@href")
            found.append((link[0].lstrip("#") if link else "", " ".join(item.text_content().split())))
        return found


@contextmanager
def taken_back(client: Client) -> Iterator[None]:
    """What is done inside leaves neither rows nor cookies: a form that signs out does not end the walk."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def send(client: Client, form: VisitedForm, data: dict[str, list[Any]]) -> Outcome:
    """Send a form, note what the database holds afterwards, and take it back."""
    with taken_back(client):
        before = _attempts()
        response = client.post(form.action, data)
        touched = sorted(table for table, number in _attempts().items() if before.get(table) != number)
        touched = [table for table in touched if table not in _ASIDE]
        after = {table: _content(table) for table in touched}
    return Outcome(response, [table for table in touched if after[table] != _content(table)])


def _attempts() -> dict[str, int]:
    """How often this transaction wrote to each table, what was taken back included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def _content(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM "{table}" t')
        return cursor.fetchone()


def plausible(form: VisitedForm) -> dict[str, list[Any]]:
    """The form as the page shows it, with something in each field that is still empty and needed."""
    data = form.filled()
    for control in form.visible:
        if any(data.get(control.name, ())) or not (control.required or control.kind in {"radio", "textarea"}):
            continue
        chosen = [each for each in control.options if each]
        if control.kind in {"select", "radio", "checkbox"}:
            data[control.name] = chosen[:1]
        elif control.kind == "date":
            data[control.name] = [(timezone.localdate() + timedelta(days=8)).isoformat()]
        elif control.kind == "time":
            data[control.name] = ["10:00"]
        elif control.numeric:
            data[control.name] = ["1"]
        elif control.typed:
            data[control.name] = ["Uji kirim ulang"[: control.longest]]
    return data


#: No form takes a page of the web, whatever its name says.
DISGUISED = b"<!doctype html><script>alert(1)</script>"


def rubbish(control: Control) -> Iterator[Any]:
    """What somebody could send for a field that no form takes."""
    if control.kind == "file":
        yield SimpleUploadedFile("surat.pdf", DISGUISED)
    elif control.kind in {"select", "radio"} or (control.kind == "checkbox" and control.options[:1] != ["on"]):
        yield "bukan-pilihan"
    elif control.kind == "date":
        yield "kemarin"
    elif control.kind == "time":
        yield "25:99"
    elif control.numeric:
        yield from ("banyak", "-987654321")
    elif control.typed and control.longest:
        yield "k" * (control.longest + 1)
