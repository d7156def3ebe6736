"""What the demo teaches and measures with: topics, modules, questions, papers, a scheme, rooms, applications."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.text import slugify

from planning.enums import ErrorClass, ModuleKind, MultipleRule, ParameterSource, QuestionKind
from planning.models import ModuleVersion, QualityParameter, QuestionVersion, ScoringScheme, TestPaper, Topic
from planning.services.modules import add_material, add_module, approve_version, set_answers, submit_version
from planning.services.papers import add_paper
from planning.services.places import add_application, add_room
from planning.services.questions import QuestionText, add_question, retire_question
from planning.services.schemes import ParameterText, add_scheme
from trainingops.local.demo.cast import DATA, Cast
from trainingops.people.models import ServiceLine, Site

_CLASSES = {
    "non_critical": ErrorClass.NON_CRITICAL,
    "customer_critical (CACE)": ErrorClass.CACE,
    "business_critical (BACE)": ErrorClass.BACE,
    "compliance_critical (CoACE)": ErrorClass.COACE,
}
#: What modules of a kind improve: codes of Quality Control's parameters.
_IMPROVES = {ModuleKind.HARD: ("C1", "C2"), ModuleKind.SOFT: ("SS1", "SS2")}
_HARD_SKILL = "Hard skill: post-test 60, roleplay 40"
#: Question, right answer, two wrong ones.
_QUESTIONS = [
    ("Berapa lama jangka waktu maksimal pinjaman KCA?", "120 hari", ("90 hari", "180 hari")),
    ("Kapan nasabah dapat memperpanjang KCA?", "Kapan saja sebelum lelang", ("Hanya saat jatuh tempo", "Tidak dapat")),
    ("Dokumen apa yang memuat tanggal jatuh tempo?", "Surat Bukti Gadai (SBG)", ("KTP", "Buku tabungan")),
    ("Apa yang dilakukan sebelum membuka data nasabah?", "Verifikasi data", ("Menutup tiket", "Transfer panggilan")),
    ("Apakah agent boleh meminta PIN atau OTP?", "Tidak pernah", ("Boleh bila mendesak", "Boleh via chat")),
    ("Berapa minimal pinjaman KCA?", "Rp50.000", ("Rp500.000", "Rp1.000.000")),
    ("Apa arti cicil sebagian?", "Membayar sebagian pokok", ("Membayar denda saja", "Menambah pinjaman")),
    ("Bila nasabah keberatan atas biaya, agent …", "Menjelaskan tarif sesuai ketentuan", ("Menolak", "Diam")),
    ("Agunan KCA dapat berupa …", "Emas perhiasan", ("Ijazah", "Surat nikah")),
    ("Pelunasan KCA dapat dilakukan …", "Kapan saja", ("Hanya hari kerja", "Hanya di kantor pusat")),
]
#: The other kinds of questions; the last one is retired.
_OTHER_KINDS = [
    QuestionText(
        QuestionKind.MULTIPLE,
        "Data apa saja yang diverifikasi sebelum menyebut saldo pinjaman?",
        {"A": "Nama lengkap", "B": "Nomor SBG", "C": "PIN", "D": "Tanggal lahir"},
        ("A", "B", "D"),
        "PIN tidak pernah diminta.",
    ),
    QuestionText(
        QuestionKind.TRUE_FALSE,
        "Nasabah dapat melunasi KCA di cabang mana pun.",
        {"A": "Benar", "B": "Salah"},
        ("A",),
        "Pelunasan dapat dilakukan di semua cabang.",
    ),
    QuestionText(
        QuestionKind.SHORT,
        "Apa kepanjangan SBG?",
        {},
        ("Surat Bukti Gadai",),
        "Dokumen yang memuat tanggal jatuh tempo.",
    ),
    QuestionText(
        QuestionKind.SHORT,
        "Tulis satu kalimat empati untuk nasabah yang terlambat memperpanjang.",
        {},
        ("Saya memahami kekhawatiran Bapak/Ibu, mari kita periksa tanggal jatuh temponya.",),
        "Ada pengakuan perasaan dan langkah berikutnya.",
    ),
    QuestionText(
        QuestionKind.TRUE_FALSE,
        "Jangka waktu KCA paling lama 90 hari.",
        {"A": "Benar", "B": "Salah"},
        ("B",),
        "Ketentuan lama; diganti soal KCA-01.",
    ),
]


def load_school(cast: Cast, now: datetime) -> None:
    """Everything a plan chooses from."""
    catalogue = json.loads((DATA / "catalog_id.json").read_text(encoding="utf-8"))
    QualityParameter.objects.bulk_create(
        QualityParameter(
            code=row["code"], name=row["name"], error_class=_CLASSES[row["class"]], weight=Decimal(row["weight"])
        )
        for row in catalogue["qc_parameters"]
    )
    topics = _topics(catalogue)
    _modules(cast, topics, now)
    _papers(cast, topics["KCA (Kredit Cepat Aman)"], now)
    _scheme(cast, now)
    makassar = Site.objects.get(name="Makassar")
    for site, name in ((cast.jakarta, "Ruang Melati"), (cast.jakarta, "Ruang Kenanga"), (makassar, "Ruang Losari")):
        add_room(site=site, name=name, capacity=20, actor=cast.manager, now=now)
    for name, licence, seats in (("Simulator SBG", False, 0), ("Zoom", True, 2)):
        add_application(name=name, needs_licence=licence, seats=seats, actor=cast.manager, now=now)


def _topics(catalogue: dict[str, list[dict[str, str]]]) -> dict[str, Topic]:
    products, procedures = (
        Topic.objects.create(code=slugify(name), name=name, kind=ModuleKind.HARD) for name in ("Produk", "Prosedur")
    )
    names: list[tuple[str, ModuleKind, Topic | None]]
    names = [(row["name"], ModuleKind.HARD, products) for row in catalogue["products"]]
    names += [(str(name), ModuleKind.HARD, procedures) for name in catalogue["procedures"]]
    names += [(str(name), ModuleKind.SOFT, None) for name in catalogue["soft_skills"]]
    return {
        name: Topic.objects.create(code=slugify(name)[:30], name=name, kind=kind, parent=parent)
        for name, kind, parent in names
    }


def _modules(cast: Cast, topics: dict[str, Topic], now: datetime) -> None:
    inbound, outbound, digital = (ServiceLine.objects.get(name=name) for name in ("Inbound", "Outbound", "Digital"))
    wanted = [
        ("PNM-HS-04", "KCA, jatuh tempo dan perpanjangan SBG", ModuleKind.HARD, [inbound], "KCA (Kredit Cepat Aman)"),
        ("PNM-HS-09", "Tabungan Emas, buyback dan transfer", ModuleKind.HARD, [inbound, digital], "Tabungan Emas"),
        ("PNM-SS-02", "Penanganan nasabah marah", ModuleKind.SOFT, [inbound, outbound], "pengendalian emosi"),
    ]
    author = cast.user("SSO01")  # modules for several lines: a trainer writes for their own
    for code, title, kind, lines, topic in wanted:
        # The PIC writes for their own line; what several lines share, SSO Training writes.
        author = cast.pic if lines == [inbound] else cast.user("SSO01")
        version = add_module(
            code=code,
            title=title,
            kind=kind,
            lines=lines,
            topics=[topics[topic]],
            objectives=f"Agent menjelaskan {title} dengan benar dan lengkap.",
            duration_minutes=120,
            actor=author,
            now=now,
        )
        add_material(
            version=version,
            title=f"Materi {title}",
            url="",
            text=f"# {title}\n\nPokok bahasan dan contoh percakapan.",
            actor=author,
            now=now,
        )
        add_material(
            version=version,
            title="Lembar ringkas",
            url="",
            text="",
            file=SimpleUploadedFile(f"{code}.pdf", one_page(f"{code} {title}")),
            actor=author,
            now=now,
        )
        set_answers(
            module=version.module,
            needs=[],
            changes=[],
            parameters=QualityParameter.objects.filter(code__in=_IMPROVES[kind]),
            actor=author,
            now=now,
        )
        submit_version(version=version, actor=author, now=now)
        approve_version(version=version, note="", actor=cast.manager, now=now)


def one_page(text: str) -> bytes:
    """A PDF of one page that says ``text``."""
    drawn = f"BT /F1 18 Tf 60 770 Td ({text}) Tj ET".encode("ascii", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


def _papers(cast: Cast, topic: Topic, now: datetime) -> None:
    versions: list[QuestionVersion] = [
        add_question(
            code=f"KCA-{number:02d}",
            topic=topic,
            content=QuestionText(
                kind=QuestionKind.SINGLE,
                text=text,
                options={"A": wrong[0], "B": right, "C": wrong[1]},
                correct=("B",),
                explanation=f"Jawaban yang benar: {right}.",
            ),
            actor=cast.pic,
            now=now,
        )
        for number, (text, right, wrong) in enumerate(_QUESTIONS, start=1)
    ]
    form_a = None
    for form, questions in (("A", versions[0::2]), ("B", versions[1::2])):
        form_a = add_paper(
            code=f"TES-KCA-{form}",
            title="KCA, jatuh tempo dan perpanjangan",
            form=form,
            duration_minutes=15,
            questions=[(version, Decimal(1)) for version in questions],
            pair_of=form_a,
            actor=cast.pic,
            now=now,
        )
    _other_kinds(cast, topic, now)


def _other_kinds(cast: Cast, topic: Topic, now: datetime) -> None:
    """Questions of the other kinds, a paper of them, and one that is retired."""
    versions = [
        add_question(code=f"KCA-{number}", topic=topic, content=content, actor=cast.pic, now=now)
        for number, content in enumerate(_OTHER_KINDS, start=len(_QUESTIONS) + 1)
    ]
    add_paper(
        code="TES-KCA-ISIAN",
        title="KCA, isian singkat dan pilihan ganda kompleks",
        form="A",
        duration_minutes=20,
        questions=[(version, Decimal(2)) for version in versions[:-1]],
        multiple_rule=MultipleRule.PARTIAL,
        actor=cast.pic,
        now=now,
    )
    retire_question(question=versions[-1].question, actor=cast.pic, now=now)


def _scheme(cast: Cast, now: datetime) -> None:
    add_scheme(
        name=_HARD_SKILL,
        decimals=2,
        pass_mark=Decimal(80),
        remedial_cap=Decimal(80),
        parameters=[
            ParameterText("Post-test", Decimal(60), Decimal(100), None, ParameterSource.POST_TEST),
            ParameterText("Roleplay", Decimal(40), Decimal(100), Decimal(70), ParameterSource.TRAINER),
        ],
        actor=cast.pic,
        now=now,
    )


def module(code: str) -> ModuleVersion:
    """The approved version of a demo module."""
    return ModuleVersion.objects.select_related("module").get(module__code=code, state="approved")


def papers() -> tuple[TestPaper, TestPaper]:
    """Forms A and B of the test on KCA."""
    return TestPaper.objects.get(code="TES-KCA-A"), TestPaper.objects.get(code="TES-KCA-B")


def scheme() -> ScoringScheme:
    """The scheme of hard-skill trainings."""
    return ScoringScheme.objects.get(name=_HARD_SKILL)
