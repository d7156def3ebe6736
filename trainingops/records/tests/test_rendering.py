"""The page: from the payload alone, the same bytes again, nothing fetched (DESIGN.md §5.5, §5.10)."""

import hashlib
import io
import os
import subprocess
import sys

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from trainingops.audit.journal import canonical
from trainingops.records.rendering import RenderingFailed, render_html, render_pdf
from trainingops.records.tests.kinds import ROLL, payload

FRAME = {
    "language": "id",
    "organisation": "Layanan Contact Center",
    "unit": "Unit Training",
    "site": "Jakarta",
    "form_number": "FR-CC-TRN-03",
    "form_revision": "01",
    "procedure": {"title": "Instruksi Kerja", "revision": "01", "effective": "25 September 2025"},
    "clause": {"number": "5.3.1", "title": "Target dilatih"},
    "printed": "Dicetak Rika Winarsih, 24 November 2026 11.20 WIB",
    "created": "2026-11-24T04:20:00+00:00",
    "verify_base": "https://training.contoh.id/v/",
}


def _arguments(rows=3, **data):
    text = canonical({"data": payload(rows, **data), "frame": FRAME, "salt": "00"})
    return {
        "kind": ROLL,
        "number": "DH-2026-00413",
        "verify_code": "9q3m-7tkd-0000-1111",
        "payload_text": text,
        "payload_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def test_the_same_payload_gives_the_same_bytes_in_another_process(roll_kind):
    here = hashlib.sha256(render_pdf(**_arguments())).hexdigest()
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "import hashlib, pathlib, trainingops.records.tests.test_rendering as t\n"
        "settings.TEMPLATES[0]['DIRS'].append(pathlib.Path(t.__file__).parent / 'templates')\n"
        "print(hashlib.sha256(t.render_pdf(**t._arguments())).hexdigest())"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "trainingops.settings", "TZ": "Asia/Jayapura"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == here, done.stderr


def test_the_data_are_attached_byte_for_byte_and_declared_as_data(roll_kind):
    arguments = _arguments()
    reader = PdfFileReader(io.BytesIO(render_pdf(**arguments)))
    (attached,) = [reference.get_object() for reference in reader.root["/AF"]]
    assert attached["/AFRelationship"] == "/Data"
    assert attached["/UF"] == "DH-2026-00413.json"
    assert attached["/EF"]["/F"].data == arguments["payload_text"].encode()


def test_the_page_declares_pdf_a_3_and_is_tagged(roll_kind):
    reader = PdfFileReader(io.BytesIO(render_pdf(**_arguments())))
    described = reader.root["/Metadata"].data
    assert b'pdfaid:part="3"' in described
    assert b'pdfaid:conformance="A"' in described
    assert reader.root["/MarkInfo"]["/Marked"]
    assert reader.root["/Lang"] == "id"


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://127.0.0.1:1/x.png", "data:image/png;base64,AAAA", "trainingops:fonts/../x"],
)
def test_the_page_fetches_nothing_but_our_fonts(roll_kind, address):
    with pytest.raises(RenderingFailed, match="only our own fonts"):
        render_pdf(**_arguments(picture=address))


def test_what_people_typed_is_text_and_never_markup(roll_kind):
    page = render_html(**_arguments(subtitle="<img src=x onerror=1>", notes=["<b>x</b>"]))
    assert "<img" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_missing_font_is_said_with_the_remedy(roll_kind, settings, tmp_path, monkeypatch):
    settings.FONT_DIR = tmp_path
    monkeypatch.setattr("trainingops.records.rendering._pressed", [])
    with pytest.raises(RenderingFailed, match=r"trainingops\.local\.fonts"):
        render_pdf(**_arguments())


def test_the_page_is_described_and_its_tables_are_tagged_as_one_each(roll_kind):
    reader = PdfFileReader(io.BytesIO(render_pdf(**_arguments())))
    assert reader.trailer["/Info"]["/Title"] == "Daftar Hadir DH-2026-00413"
    assert reader.trailer["/Info"]["/Author"] == "Layanan Contact Center, Unit Training"
    found = list(_tags(reader.root["/StructTreeRoot"]["/K"], parent=""))
    assert {parent for tag, parent in found if tag == "/Table"} == {"/Document"}
    assert {parent for tag, parent in found if tag == "/TR"} == {"/THead", "/TBody"}
    assert [tag for tag, _parent in found].count("/TR") == 4 + 3 + 1 + 3  # frame, ident, head of the list, its rows


def _tags(node, parent):
    for each in node if isinstance(node, list) else [node]:
        element = each.get_object()
        if isinstance(element, dict) and "/S" in element:
            yield element["/S"], parent
            yield from _tags(element.get("/K", []), element["/S"])


def test_what_no_page_can_hold_is_replaced_and_does_not_stop_the_record(roll_kind):
    assert render_pdf(**_arguments(subtitle="Dari berkas\x0b lama\x00 & <baru>"))


def test_a_template_that_leaves_a_tag_open_is_named(roll_kind, monkeypatch):
    monkeypatch.setattr("trainingops.records.rendering.render_html", lambda **_: "<html><p></html>")
    with pytest.raises(RenderingFailed, match=r"records_test/roll\.html must close every tag"):
        render_pdf(**_arguments())
