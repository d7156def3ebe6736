"""Paper of the demo: a list that was signed and came back as a scan, and a photo that waits for somebody (PRN-3)."""

from __future__ import annotations

import io
import random
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from sessions.enums import SessionState
from sessions.models import TrainingSession
from sessions.paper.child import pages_of
from sessions.services import print_sheet, upload_scans
from sessions.services.paper import draw_print
from trainingops.jobs.running import run_job

_INK = (28, 52, 138)


def load_paper(now: datetime) -> str:
    """Print the list of a class that was held, and bring back its scan and a photo without a code."""
    held = TrainingSession.objects.filter(state=SessionState.CONCLUDED).select_related("plan__pic").earliest("pk")
    pic, meeting = held.plan.pic, held.meetings.earliest("starts_at")
    before = meeting.starts_at - timedelta(hours=2)
    sheet = print_sheet(meeting=meeting, filled=False, spare_rows=3, actor=pic, now=before)
    draw_print(sheet_id=sheet.pk)
    sheet.refresh_from_db()
    people = held.enrolments.count()
    files = [
        SimpleUploadedFile("daftar-hadir.pdf", _signed(bytes(sheet.pdf or b""), people)),
        SimpleUploadedFile("foto-tanpa-kode.jpg", _file([Image.new("RGB", (900, 1200), (214, 210, 200))], "JPEG")),
    ]
    found = upload_scans(files=files, actor=pic, now=now, paper_place="Ruang arsip training, rak 2")
    if found.job:
        run_job(job_id=found.job.pk, clock=timezone.now)
    return f"The signed list {sheet.number} came back as a scan; a photo waits to be filed"


def _signed(pdf: bytes, people: int) -> bytes:
    """The print with a scribble beside each name, laid into the scanner a little askew."""
    pages = [page.resize((1240, 1754)) for page in pages_of(pdf, 1)]
    draw, pen = ImageDraw.Draw(pages[0]), random.Random(25)  # noqa: S311 (ink, no secret)
    for row in range(people):
        left, line = 820, 652 + row * 54
        points = [(left + step * 9, line + pen.randint(-12, 12)) for step in range(13)]
        draw.line(points, fill=_INK, width=3, joint="curve")
    return _file([page.rotate(0.7, fillcolor="white", resample=Image.Resampling.BICUBIC) for page in pages], "PDF")


def _file(pages: list[Image.Image], kind: str) -> bytes:
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:], "resolution": 150} if kind == "PDF" else {"quality": 70}
    pages[0].save(out, kind, **more)
    return out.getvalue()
