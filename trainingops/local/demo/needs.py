"""What the demo's house was told and measured: product changes, who asked for what, CSAT (2.3, 5.1.1 b, d)."""

from __future__ import annotations

import io
import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from planning.enums import ChangeKind, NeedKind
from planning.models import Defect, ServiceIndicator, ServiceMeasure, TrainingModule
from planning.queries.groups import months_before
from planning.services.defects import annul_defect, dispute_defect
from planning.services.indicators import save_indicators
from planning.services.needs import ChangeText, add_need_source, register_change
from trainingops.local.demo.cast import Cast
from trainingops.people.models import PersonAssignment, ServiceLine

#: Days from today on which each change holds, its number, title, what changes, kind, lines and modules.
_CHANGES = [
    (
        3,
        "SE-41",
        "Tabungan Emas, biaya transfer gram baru",
        "Biaya transfer gram antar rekening berubah; simulasi di aplikasi mengikuti.",
        ChangeKind.PRODUCT,
        ("Inbound", "Digital"),
        ("PNM-HS-09",),
    ),
    (
        -5,
        "SE-38",
        "KCA, perpanjangan SBG dari aplikasi",
        "Perpanjangan dapat dilakukan dari aplikasi sampai satu hari sebelum lelang.",
        ChangeKind.PRODUCT,
        ("Inbound",),
        ("PNM-HS-04",),
    ),
    (
        21,
        "ND-112",
        "Verifikasi nasabah dengan dua data",
        "Dua data pembanding diminta sebelum data rekening dibuka.",
        ChangeKind.PROCEDURE,
        ("Inbound", "Outbound", "Digital"),
        (),
    ),
]
_ASKED = [
    (26, NeedKind.CLIENT, "Divisi Produk Emas", "Penjelasan buyback dan transfer gram diseragamkan.", "ND-87/2026"),
    (19, NeedKind.QC, "Quality Control", "Tanggal jatuh tempo SBG sering dijelaskan keliru.", "Notula QC"),
    (15, NeedKind.OPERATIONS, "Operation Inbound", "Agent baru belum lancar memakai simulator SBG.", ""),
    (12, NeedKind.MANAGER, "Manajer Operasional", "Keluhan nada bicara naik dua bulan berturut-turut.", ""),
    (9, NeedKind.SSO_TRAINING, "SSO Training", "Kelas penanganan nasabah marah untuk semua layanan.", "SSO-15/2026"),
]
#: Measure → where it begins and what it changes a month, by line.
_MEASURED = {"csat": (84.0, 0.6), "fcr": (71.5, 0.4), "aht": (268.0, -3.0), "complaints": (42.0, -1.5)}
#: Counted, so whole.
_COUNTED = ("complaints",)
_MONTHS = 8


def load_needs(cast: Cast, now: datetime) -> str:
    """Make them by the services; one line on what there is."""
    today = now.astimezone(cast.jakarta.zone).date()
    _changes(cast, today, now)
    for days, kind, asked_by, request, document in _ASKED:
        add_need_source(
            kind=kind,
            dated_on=today - timedelta(days=days),
            asked_by=asked_by,
            request=request,
            document=document,
            file=_letter(document, request) if document else None,
            line=cast.inbound if kind != NeedKind.SSO_TRAINING else None,
            actor=cast.manager,
            now=now,
        )
    _judge(cast, now)
    figures = _figures(cast, today, now)
    return f"{len(_CHANGES)} product and procedure changes, {len(_ASKED)} sources of needs, {figures} service figures"


def _changes(cast: Cast, today: date, now: datetime) -> None:
    lines = {line.name: line for line in ServiceLine.objects.all()}
    modules = {module.code: module for module in TrainingModule.objects.all()}
    for days, number, title, summary, kind, line_names, codes in _CHANGES:
        effective = today + timedelta(days=days)
        register_change(
            content=ChangeText(
                kind=kind,
                number=f"{number}/{effective.year}",
                title=title,
                summary=summary,
                issuer="Divisi Produk" if kind == ChangeKind.PRODUCT else "Divisi Operasional",
                issued_on=min(effective, today) - timedelta(days=14),
                effective_on=effective,
                lines=[lines[name] for name in line_names],
                modules=[modules[code] for code in codes],
                earlier_versions=True,
            ),
            file=_letter(f"{number}/{effective.year}", title),
            actor=cast.manager,
            now=now,
        )


def _judge(cast: Cast, now: datetime) -> None:
    """One finding is disputed, one annulled, so that both states can be seen."""
    others = Defect.objects.exclude(parameter__code="C1").order_by("pk")[:2]
    for defect, decide, reason in zip(
        others,
        (dispute_defect, annul_defect),
        ("Rekaman menunjukkan verifikasi sudah dilakukan.", "Salah agent: kontak dialihkan."),
        strict=False,
    ):
        decide(defect=defect, reason=reason, actor=cast.qc, now=now)


def _figures(cast: Cast, today: date, now: datetime) -> int:
    """Eight months of each line, and last month's CSAT of the agents of Inbound Jakarta."""
    dice = random.Random(20260101)  # noqa: S311 (a demo, no secret)
    measures = {measure.code: measure for measure in ServiceMeasure.objects.all()}
    months = [months_before(today.replace(day=1), back) for back in range(_MONTHS, 0, -1)]
    found = [
        ServiceIndicator(
            measure=measures[code],
            line=line,
            starts_on=first,
            ends_on=_last(first),
            value=Decimal(
                f"{begin + step * number + dice.uniform(-1, 1) * abs(step):.{0 if code in _COUNTED else 2}f}"
            ),
            responses=None if code in _COUNTED else dice.randrange(300, 900),
        )
        for line in ServiceLine.objects.filter(name__in=("Inbound", "Digital"))
        for code, (begin, step) in _MEASURED.items()
        for number, first in enumerate(months)
    ]
    places = PersonAssignment.objects.filter(site=cast.jakarta, line=cast.inbound, person__led_teams=None)
    found += [
        ServiceIndicator(
            measure=measures["csat"],
            line=cast.inbound,
            site_id=place.site_id,
            team_id=place.team_id,
            person_id=place.person_id,
            starts_on=months[-1],
            ends_on=_last(months[-1]),
            value=Decimal(f"{dice.uniform(74, 96):.2f}"),
            responses=dice.randrange(8, 40),
        )
        for place in places.order_by("person__employee_no")[:12]
    ]
    save_indicators(figures=found, actor=cast.manager, now=now)
    return len(found)


def _value(code: str, figure: float) -> Decimal:
    return Decimal(f"{figure:.{0 if code in _COUNTED else 2}f}")


def _last(first: date) -> date:
    """The last day of the month that begins with ``first``."""
    return months_before(first, -1) - timedelta(days=1)


def _letter(number: str, text: str) -> io.BytesIO:
    """A letter of one page, so that the document can be opened."""
    words = f"{number}: {text}".encode("ascii", "replace").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 12 Tf 60 760 Td (" + words + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
    ]
    body, places = b"%PDF-1.4\n", []
    for place, each in enumerate(objects, 1):
        places.append(len(body))
        body += str(place).encode() + b" 0 obj\n" + each + b"\nendobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    body += table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n" + str(len(body)).encode() + b"\n%%EOF\n"
    letter = io.BytesIO(body)
    letter.name = f"{number.replace('/', '-')}.pdf"
    return letter
