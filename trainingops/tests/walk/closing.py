"""Steps 7 to 9: the review with its actions and coaching, the records, the archive."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, timedelta

from trainingops.local.tests.conftest import until
from trainingops.records.archive.inspection import check_archive
from trainingops.tests.sealed_pdf import read_sealed
from trainingops.tests.visitor import Visitor
from trainingops.tests.walk.journey import TITLE, WIB, Journey

#: What only the records made on the walk hold, by kind; the class and its make-up class have a set each.
WORDS_OF_RECORDS: list[tuple[str, tuple[str, ...]]] = [
    ("appointment", ("Rika Winarsih",)),
    ("training_plan", (TITLE, "Rika Winarsih")),
    ("attendance", (TITLE, "Batch 1", "Sekar Ayu Lestari")),
    ("attendance", (TITLE, "Kelas susulan")),
    ("test_results", (TITLE, "Batch 1", "Sekar Ayu Lestari")),
    ("test_results", (TITLE, "Kelas susulan")),
    ("report", (TITLE, "Batch 1", "Peserta berlatih verifikasi.")),
    ("report", (TITLE, "Kelas susulan", "Peserta berlatih verifikasi.")),
    ("minutes", ("Rapat membahas training verifikasi.",)),
    ("coaching", ("Latihan verifikasi.", "Paramita")),
]


class Closing(Journey):
    """Clause 5.4, and what the auditor finds."""

    def step_7_review(self) -> None:
        today = datetime.now(WIB)
        manager = self.visitor("MGR01").go("/reviews/new/")
        manager.sent(
            site="Jakarta",
            line="Inbound",
            period_from=(today - timedelta(days=30)).date().isoformat(),
            period_to=(today + timedelta(days=1)).date().isoformat(),
            scheduled_at_day=today.date().isoformat(),
            scheduled_at_time="23:30",
            secretary="Maras Sihombing",
        )
        self.review = manager.page.url.removeprefix(self.site.url)
        for select in manager.page.locator("main select[name^='presence_']").all():
            select.select_option("present")
        manager.press("button[name=hold]")
        secretary = self.visitor("CC0001").go(self.review + "minutes/").sent(text="Rapat membahas training verifikasi.")
        for aspect in ("soft_modules", "hard_modules", "trainers", "duration", "application", "method"):
            secretary.go(f"{self.review}findings/new/?aspect={aspect}").fill(nothing_found=True).send()
        secretary.go(self.review + "findings/new/?aspect=other").sent(text="Satu peserta sakit pada hari kelas.")
        for kind in ("preventive", "curative"):
            secretary.go(self.review).follow("main a[href*='/actions/new/']")
            secretary.fill(kind=[kind], text=f"Tindakan {kind}", owner="Rika Winarsih")
            secretary.sent(due_at_day=(today + timedelta(days=7)).date().isoformat(), due_at_time="17:00")
            assert not secretary.has_errors(), secretary.text()
        secretary.leave()
        manager.go(self.review + "approve/").press("form.decide button")
        manager.leave()
        self._act_and_check()
        leader = self.visitor("CC0011").go("/coaching/?q=Paramita").follow("main a[href*='/coaching/people/']")
        leader.sent(
            problem="Dua defect K1.",
            cause="Terburu-buru.",
            agreement="Latihan verifikasi.",
            follow_up_on=(today + timedelta(days=7)).date().isoformat(),
        )
        assert not leader.has_errors(), leader.text()
        leader.leave()

    def _act_and_check(self) -> None:
        owner = (
            self.visitor("CC0002").go("/actions/").follow("main td a[href^='/actions/'], main th a[href^='/actions/']")
        )
        action = owner.page.url.removeprefix(self.site.url)
        owner.send("/start/").go(action + "finish/").sent(evidence_note="Foto papan jadwal.").leave()
        checker = self.visitor("CC0007").go(action + "check/").fill(effective=["yes"])
        checker.sent(note="Tidak ada ketidakhadiran lagi.").leave()

    def step_8_records(self) -> None:
        """Every record of this training, made by hand in the browser, is there, sealed, and holds its words."""
        auditor = Visitor(self.browser, self.site.url, language="en").sign_in("AUD01")
        read: dict[str, str] = {}
        for kind, words in WORDS_OF_RECORDS:
            until(lambda kind=kind, words=words: self._has_record(auditor, kind, words, read), 120)
        auditor.leave()

    def _has_record(self, auditor: Visitor, kind: str, words: tuple[str, ...], read: dict[str, str]) -> bool:
        """Open what was not read yet of a kind; whether one of them holds all the words."""
        auditor.go(f"/records/?kind={kind}")
        links = auditor.page.locator("main tbody a[href^='/records/']")
        found = {str(link.get_attribute("href")) for link in links.all()}
        for address in sorted(each for each in found if re.fullmatch(r"/records/[0-9a-f-]{36}/", each)):
            if address not in read:
                file = auditor.go(address).download("main a[href$='/pdf/']", self.folder / "record.pdf")
                read[address] = kind + " " + read_sealed(file)
        texts = [text for text in read.values() if text.startswith(kind + " ")]
        return any(all(word in text for word in words) for text in texts)

    def step_9_archive(self) -> None:
        auditor = Visitor(self.browser, self.site.url, language="en").sign_in("AUD01").go("/records/")
        auditor.send("/records/archives/")
        until(lambda: self._download_ready(auditor), 120)
        archive = auditor.download("a[href$='/download/']", self.folder / "archive.zip")
        assert check_archive(archive) == []
        with zipfile.ZipFile(archive) as bag:
            names = [name.split("/", 1)[1] for name in bag.namelist()]
            assert {"VERIFY.txt", "index.html"} <= {name.rsplit("/", 1)[-1] for name in names}
        auditor.leave()

    def _download_ready(self, auditor: Visitor) -> bool:
        auditor.page.reload()
        return auditor.page.locator("a[href$='/download/']").count() > 0
