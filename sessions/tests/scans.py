"""Printed lists as scanners and phones give them back: our own PDF, drawn, turned, bent, darkened."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import numpy
import pypdfium2
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFilter, ImageOps

from sessions.models import PaperSheet, Scan, ScanPage, SessionMeeting
from sessions.paper.job import read_scans
from sessions.services import print_sheet, upload_scans
from sessions.services.paper import draw_print
from sessions.services.scans import Uploaded
from sessions.tests.factories import START, Held
from trainingops.people.models import User

PAPER = (244, 242, 236)


def printed(held: Held, *, meeting: SessionMeeting | None = None, filled: bool = False) -> PaperSheet:
    """A list as it leaves the printer."""
    meeting = meeting or held.meeting
    sheet = print_sheet(meeting=meeting, filled=filled, spare_rows=3, actor=held.pic, now=START)
    draw_print(sheet_id=sheet.pk)
    sheet.refresh_from_db()
    assert not sheet.error, sheet.error
    return sheet


def scanned(sheet: PaperSheet, *, dpi: int = 150, page: int = 0) -> Image.Image:
    """A page as a flatbed scanner sees it."""
    document = pypdfium2.PdfDocument(bytes(sheet.pdf or b""))
    return document[page].render(scale=dpi / 72).to_pil().convert("RGB")


def turned(degrees: float) -> Callable[[Image.Image], Image.Image]:
    """Laid into the scanner another way round."""
    return lambda page: page.rotate(degrees, expand=True, fillcolor=PAPER, resample=Image.Resampling.BICUBIC)


def photographed(page: Image.Image) -> Image.Image:
    """By a phone held aslant over a table: perspective, a shadow across, out of focus, compressed."""
    width, height = page.size
    table = Image.new("RGB", (int(width * 1.2), int(height * 1.2)), (92, 74, 58))
    table.paste(page, (int(width * 0.1), int(height * 0.1)))
    width, height = table.size
    corners = (width * 0.04, height * 0.02, 0, height * 0.97, width * 0.99, height, width * 0.93, height * 0.05)
    table = table.transform(table.size, Image.Transform.QUAD, corners, resample=Image.Resampling.BICUBIC)
    light = numpy.linspace(0.35, 1.05, width)[None, :, None] * numpy.linspace(1.0, 0.6, height)[:, None, None]
    dark = Image.fromarray(numpy.clip(numpy.asarray(table) * light, 0, 255).astype(numpy.uint8))
    out = io.BytesIO()
    dark.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=45)
    return Image.open(out).convert("RGB")


def faint(page: Image.Image) -> Image.Image:
    """A copy of a copy: little contrast, specks."""
    noise = numpy.random.default_rng(7).normal(0, 14, (*page.size[::-1], 1))
    grey = numpy.asarray(ImageOps.autocontrast(page)) * 0.45 + 120
    return Image.fromarray(numpy.clip(grey + noise, 0, 255).astype(numpy.uint8))


def file_of(*pages: Image.Image, kind: str = "PDF", name: str = "") -> SimpleUploadedFile:
    """Pages as the file that is uploaded: a PDF of several, or one picture."""
    out = io.BytesIO()
    first, *rest = pages
    more = {"save_all": True, "append_images": rest, "resolution": 150} if kind == "PDF" else {"quality": 80}
    first.save(out, kind, **more)
    return SimpleUploadedFile(name or f"pindaian.{kind.lower()}", out.getvalue())


def uploaded(*files: SimpleUploadedFile, actor: User, now: datetime = START, **said: object) -> Uploaded:
    """Upload and read as the worker would."""
    found = upload_scans(files=list(files), actor=actor, now=now, **said)  # type: ignore[arg-type]
    if found.job:
        with time_machine.travel(now, tick=False):
            list(read_scans(found.job, now))
    return found


def pages_of(found: Uploaded) -> list[ScanPage]:
    """The pages of an upload."""
    return list(ScanPage.objects.filter(scan__in=Scan.objects.filter(job=found.job)).order_by("scan", "number"))
