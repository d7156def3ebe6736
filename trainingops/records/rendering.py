"""From a frozen payload to the bytes of a PDF: the same payload and number give the same bytes, on any machine.

PDF/A-3 with tags, and with the payload attached as JSON. The page gets nothing but the payload and the record's
frame, and fetches nothing but our own fonts (DESIGN.md §5.5, §5.10 and §7).
"""

from __future__ import annotations

import gc
import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NoReturn
from xml.etree import ElementTree

import pydyf
import segno
from cssselect2 import ElementWrapper
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from trainingops.records.registry import EvidenceKind

#: Version of ``records/print/base.html`` and ``print/print.css``: raise it with every change of either.
BASE_VERSION = "5"
STYLESHEET = settings.BASE_DIR / "static" / "print" / "print.css"
#: What the elements of our pages are before they are dressed; WeasyPrint's own has much that costs and never applies.
BARE_STYLESHEET = settings.BASE_DIR / "static" / "print" / "elements.css"
FONTS = ("Inter-Regular.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")
#: One mask for every code: trying all eight takes as long as ten rows of a list, and a reader undoes whichever it is.
_QR_MASK = 2
#: Tags that have no end in HTML, and characters that no XML can hold (people's text comes from files, too).
_VOID_TAG = re.compile(r"<(br|col|hr|img|meta|wbr)\b([^>]*?)/?>")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FONT_SCHEME = "trainingops:fonts/"
_PICTURE_SCHEME = "trainingops:pictures/"
for _name in ("weasyprint.progress", "fontTools.subset"):  # a dozen lines a record otherwise
    logging.getLogger(_name).setLevel(logging.WARNING)


class RenderingFailed(Exception):
    """A record's page could not be made; the message says what to do."""


class AssetFetcher(URLFetcher):
    """Hands out our own fonts and the pictures given; any other address ends the rendering, so that no page can reach
    a file or a host."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__()
        self.pictures = pictures or {}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
        picture = self.pictures.get(url.removeprefix(_PICTURE_SCHEME)) if url.startswith(_PICTURE_SCHEME) else None
        if picture is not None:
            return URLFetcherResponse(url, picture, {"Content-Type": "image/jpeg"})
        name = url.removeprefix(_FONT_SCHEME)
        if not url.startswith(_FONT_SCHEME) or name not in FONTS:
            refuse(url)
        path = settings.FONT_DIR / name
        if not path.is_file():
            raise FatalURLFetchingError(
                f"the font {path} is missing. Run: python -m trainingops.local.fonts {settings.FONT_DIR}"
            )
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


def refuse(url: str) -> NoReturn:
    """End the rendering over an address that is not ours."""
    raise FatalURLFetchingError(f"the page asks for {url[:200]!r}; only our own fonts may be fetched")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a record's page shows around its payload. All of it is stored, so that the page can be made again."""

    number: str
    verify_code: str
    payload_sha256: str
    stored: Mapping[str, Any]
    ident: list[list[str]]

    def __getattr__(self, name: str) -> Any:
        """The frozen parts: language, organisation, unit, site, form_number, procedure, clause, printed, created."""
        try:
            return self.stored[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def verify_url(self) -> str:
        return f"{self.stored['verify_base']}{self.verify_code}"

    @property
    def verify_place(self) -> str:
        """The address before the code, as a person types it."""
        return str(self.stored["verify_base"]).split("://", 1)[-1]

    @cached_property
    def qr(self) -> SafeString:
        """The QR code of the verify page, as a drawing in the page itself."""
        code = segno.make(self.verify_url, error="m", micro=False, mask=_QR_MASK)
        title = f"QR {self.verify_place}{self.verify_code}"
        drawing = code.svg_inline(border=0, omitsize=True, dark="#10201a", title=title)
        return mark_safe(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))

    @property
    def payload_hash(self) -> str:
        """The hash in groups of four, to be compared by eye."""
        return " ".join(self.payload_sha256[at : at + 4] for at in range(0, 64, 4))

    @property
    def ident_rows(self) -> list[list[list[str]]]:
        """The pairs of label and value, two a row."""
        return [self.ident[at : at + 2] for at in range(0, len(self.ident), 2)]


def template_version(kind: EvidenceKind) -> str:
    """What stands in the record: the version of the common page and of the kind's own."""
    return f"{BASE_VERSION}.{kind.template_version}"


def render_html(*, kind: EvidenceKind, number: str, verify_code: str, payload_text: str, payload_sha256: str) -> str:
    """The page as HTML, in the record's language."""
    content = json.loads(payload_text)
    data = content["data"]
    frame = Frame(
        number=number,
        verify_code=verify_code,
        payload_sha256=payload_sha256,
        stored=content["frame"],
        ident=[list(map(str, pair)) for pair in data.get("ident", [])],
    )
    with translation.override(frame.language):
        return render_to_string(kind.template, {"payload": data, "frame": frame})


def render_pdf(*, kind: EvidenceKind, number: str, verify_code: str, payload_text: str, payload_sha256: str) -> bytes:
    """The unsigned PDF of a record.

    Args:
        payload_text: the stored text, attached as ``<number>.json`` byte for byte.
        payload_sha256: its SHA-256, printed in the seal box.

    Raises:
        RenderingFailed: the page asks for something that is not ours, or a font is missing.
    """
    page = render_html(
        kind=kind, number=number, verify_code=verify_code, payload_text=payload_text, payload_sha256=payload_sha256
    )
    created = datetime.fromisoformat(json.loads(payload_text)["frame"]["created"])
    attachment = Attachment(
        string=payload_text.encode(),
        name=f"{number}.json",
        description=f"Data of record {number}",
        created=created,
        modified=created,
        relationship="Data",
    )
    data = json.loads(payload_text)["data"]
    pictures = kind.pictures(data) if kind.pictures else {}
    try:
        fonts, stylesheet = _press()
        with _collector_at_rest():
            result: bytes = _Page(page, pictures).write_pdf(
                stylesheets=[stylesheet],
                font_config=fonts,
                pdf_variant="pdf/a-3a",
                pdf_identifier=payload_sha256[:32].encode(),
                attachments=[attachment],
                finisher=_finish,
            )
    except FatalURLFetchingError as error:  # a BaseException: it would end the worker
        raise RenderingFailed(str(error)) from None
    except ElementTree.ParseError as error:
        raise RenderingFailed(f"{kind.template} must close every tag that it opens: {error}") from None
    return result


def draw_sheet(page: str, *, stylesheet: Path) -> bytes:
    """A PDF to be printed and filled in by hand: no record, so without seal, attached data and archive form.

    Args:
        page: XHTML, as for a record.
        stylesheet: what differs from ``print.css``.
    """
    fonts, common = _press()
    with _collector_at_rest():
        result: bytes = _Page(page).write_pdf(stylesheets=[common, _beside(stylesheet)], font_config=fonts)
    return result


@cache
def _beside(stylesheet: Path) -> CSS:
    return CSS(string=stylesheet.read_text(), url_fetcher=AssetFetcher())


def _finish(_document: Any, pdf: pydyf.PDF) -> None:
    """The last touch before the PDF is written."""
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))  # WeasyPrint 70 names each attached file twice
    pdf.objects[:] = [each if each.free == "f" else _Written(each) for each in pdf.objects]
    pdf.info = _Written(pdf.info)


class _Written(pydyf.Object):
    """An object of the PDF as its bytes. pydyf asks for them twice, to write and to hash, and compresses each time.

    The tags, which are many, are packed together; the rest stands by itself, where who seals the PDF reads it at once.
    """

    def __init__(self, made: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation = made.number, made.generation
        self._data = made.data
        self._compressible = made.compressible and made.get("Type") == "/StructElem"

    @property
    def data(self) -> bytes:
        return self._data

    @property
    def compressible(self) -> bool:
        return self._compressible


class _Page(HTML):
    """A page read as XML, whose elements begin from our short sheet.

    Our templates close what they open and escape what people typed, so that the parser of the standard library will do:
    it takes a tenth of the time. Each rule fewer in the sheet is matched against every cell of a list.
    """

    def __init__(self, page: str, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(string="<html></html>", url_fetcher=AssetFetcher(pictures))
        readable = _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", _VOID_TAG.sub(r"<\1\2/>", page))
        root = ElementTree.fromstring(readable)  # noqa: S314 - our own page, with what people typed escaped
        self.wrapper_element = _Element.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: ARG002
        return [_bare()]


class _Element(ElementWrapper):
    """Searched twice a page, for style sheets and for the title and what describes it: all of that is in the head."""

    def query_all(self, *selectors: str) -> Iterator[ElementWrapper]:
        head = next(self.iter_children())
        return super(_Element, head).query_all(*selectors)


@cache
def _bare() -> CSS:
    return CSS(string=BARE_STYLESHEET.read_text(), url_fetcher=AssetFetcher())


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A page makes much garbage at once: collected when it is done, a tenth of the time is saved."""
    awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if awake:
            gc.enable()


_lock = threading.Lock()
_pressed: list[tuple[FontConfiguration, CSS]] = []


def _press() -> tuple[FontConfiguration, CSS]:
    """The fonts and the style sheet, read once a process."""
    with _lock:
        if not _pressed:
            fonts = FontConfiguration()
            text = STYLESHEET.read_text()
            _pressed.append((fonts, CSS(string=text, url_fetcher=AssetFetcher(), font_config=fonts)))
            # A page makes much garbage; without this each collection walks all of Django, which costs as much again.
            gc.collect()
            gc.freeze()
    return _pressed[0]
