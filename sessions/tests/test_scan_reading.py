"""Recognising a printed list however it comes back (PRN-3), and refusing what is no scan."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from sessions.enums import ScanProblem
from sessions.paper.child import codes_on, pages_of
from sessions.paper.codes import Found, address_of, found_in
from sessions.paper.reading import Unreadable, count_pages, media_type_of, read_pages
from sessions.tests.factories import opened
from sessions.tests.scans import faint, file_of, photographed, printed, scanned, turned
from trainingops.records.numbers import new_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet():
    return printed(opened(people=30))


@pytest.mark.point("PRN-3")
def test_a_list_is_recognised_on_each_page_turned_skewed_photographed_and_faint(sheet):
    address = [address_of(sheet.code)]
    ways = {
        "flat": lambda page: page,
        "upside down": turned(180),
        "sideways": turned(90),
        "skewed": turned(6.5),
        "photo with shadow": photographed,
        "photo, sideways": lambda page: turned(-90)(photographed(page)),
        "faint": faint,
    }
    for number in (0, 1):
        page = scanned(sheet, page=number)
        missed = [name for name, way in ways.items() if codes_on(way(page)) != address]
        assert not missed, f"page {number + 1}: {missed}"
    assert codes_on(scanned(sheet, dpi=100)) == address


@pytest.mark.point("PRN-3")
@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("HEIF", "image/heic")])
def test_a_picture_of_each_kind_is_one_page(sheet, kind, media_type):
    from pillow_heif import register_heif_opener

    register_heif_opener()
    content = file_of(scanned(sheet), kind=kind).read()
    assert media_type_of(content) == media_type
    (page,) = read_pages(content)
    assert (page.number, page.codes) == (1, [address_of(sheet.code)])
    with Image.open(io.BytesIO(page.jpeg)) as kept:
        assert kept.format == "JPEG" and max(kept.size) <= 1754 and not kept.getexif()


def test_a_pdf_is_read_page_by_page_and_from_where_another_worker_stopped(sheet):
    content = file_of(scanned(sheet), Image.new("RGB", (800, 1100), "white"), scanned(sheet, page=1)).read()
    assert count_pages(content) == 3
    assert [(page.number, bool(page.codes)) for page in read_pages(content)] == [(1, True), (2, False), (3, True)]
    assert [page.number for page in read_pages(content, first=3)] == [3]


def test_what_is_no_scan_is_refused_with_its_reason():
    def problem(content):
        with pytest.raises(Unreadable) as refused:
            list(read_pages(content))
        return refused.value.problem

    assert problem(b"%PDF-1.7\nnothing") == ScanProblem.DAMAGED
    assert problem(b"\xff\xd8\xff\xe0 cut off") == ScanProblem.DAMAGED
    assert problem(file_of(*[Image.new("RGB", (40, 40))] * 61).read()) == ScanProblem.TOO_LARGE
    # A small file that unpacks to 900 million pixels.
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert problem(bomb.getvalue()) == ScanProblem.TOO_LARGE
    assert media_type_of(b"GIF89a") == media_type_of(b"PK\x03\x04") == ""


def test_only_the_address_of_a_list_or_a_record_is_a_code_of_ours():
    code = new_code()
    assert found_in(address_of(code)) == Found("sheet", code)
    assert found_in(f"https://lain.example/training/v/{code}") == Found("record", code)
    for text in ("", "https://pegadaian.co.id/", f"javascript:/k/{code}", f"http://x/k/{code}?a=1", "http://x/k/abc/"):
        assert found_in(text) is None


def test_the_web_process_loads_none_of_the_libraries_that_read_scans():
    code = (
        "import django; django.setup(); import sys, trainingops.urls, sessions.tasks\n"
        "print(sorted({'zxingcpp', 'pypdfium2', 'pillow_heif', 'weasyprint'} & set(sys.modules)))"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "trainingops.settings",
        "TRAININGOPS_MODE": "test",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_a_page_is_looked_at_in_bounds():
    out = io.BytesIO()
    Image.new("RGB", (5000, 7000), "white").save(out, "JPEG")
    (page,) = pages_of(out.getvalue(), 1)
    assert max(page.size) <= 3600
