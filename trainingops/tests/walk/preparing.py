"""Steps 1 to 3: people, appointment and defects; the plan; coordination and approval."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from trainingops.local.tests.conftest import until
from trainingops.tests.visitor import Visitor
from trainingops.tests.walk.journey import PEOPLE, TITLE, WIB, Journey


class Preparing(Journey):
    """Clause 5.1."""

    def step_1_people_pic_defects(self) -> None:
        self.import_file(
            "ADM01",
            "people",
            self.file(
                "agents.csv",
                [
                    "No. Karyawan;Nama Karyawan;Line;Site;No. Karyawan TL;Tanggal Bergabung",
                    "CC9001;Sekar Ayu Lestari;Inbound;Jakarta;CC0011;2026-01-05",
                ],
            ),
        )
        self._appoint()
        self._defects()

    def file(self, name: str, rows: list[str]) -> Path:
        path = self.folder / name
        path.write_text("\r\n".join(rows) + "\r\n", encoding="cp1252")
        return path

    def import_file(self, login: str, kind: str, path: Path) -> None:
        """Upload, confirm the columns where asked, apply."""
        visitor = self.visitor(login).go(f"/imports/new/{kind}/").sent(file=path)
        if visitor.page.url.endswith("/columns/"):
            visitor.send()
        if visitor.page.locator("main form[action$='/answers/']").count():
            visitor.send("/answers/")
        visitor.send("/apply/")
        until(lambda: self._applied(visitor), 60)
        visitor.leave()

    def _applied(self, visitor: Visitor) -> bool:
        visitor.page.reload()
        return visitor.page.locator("main form[action$='/apply/']").count() == 0 and "progress" not in visitor.text()

    def _appoint(self) -> None:
        manager = self.visitor("MGR01").go("/appointments/new/")
        today = datetime.now(WIB).date()
        with manager.refused():
            manager.sent()
        assert manager.has_errors()
        manager.sent(
            user="CC0002",
            site="Jakarta",
            line="Inbound",
            duties="Menyusun, melaksanakan, dan melaporkan training.",
            starts_on=today.isoformat(),
            ends_on=(today + timedelta(days=365)).isoformat(),
        )
        assert "Rika Winarsih" in manager.text()
        manager.go("/places/")
        row = manager.page.locator("tr", has_text="Rika Winarsih")
        trainer = row.locator("a").first.get_attribute("href")
        manager.go(trainer).go(trainer + "modules/").sent(module="PNM-HS-04")
        assert "PNM-HS-04" in manager.text()
        manager.leave()

    def _defects(self) -> None:
        today = datetime.now(WIB).date()
        rows = [
            f"{(today - timedelta(days=20 + n)).isoformat()};1760001{index}{n};{number};Telepon;K1;CoACE;Data tidak "
            "diverifikasi;knowledge;QC"
            for index, number in enumerate(PEOPLE)
            for n in range(2)
        ]
        head = "Tanggal Kontak;ID Kontak;No. Karyawan;Kanal;Kode Parameter;Kelas Error;Uraian Temuan;Akar Masalah;"
        self.import_file("CC0007", "defects", self.file("defects.csv", [head + "Ditetapkan Oleh", *rows]))
        qc = self.visitor("CC0007").go("/needs/defects/").go("/needs/").go("/needs/samples/")
        qc.leave()

    def step_2_plan(self) -> None:
        pic = self.visitor("CC0002").go("/plans/new/?kind=improvement")
        pic.fill(kind=["improvement"], title=TITLE)
        pic.sent(purpose="Defect K1: data nasabah dibuka tanpa verifikasi.")
        self.plan = re.search(r"/plans/([0-9a-f-]{36})/", pic.page.url).group(1)
        base = f"/plans/{self.plan}/"
        pic.go(base + "submit/")
        assert pic.page.locator("main form.decide").count() == 0, "an incomplete plan offers no submission"
        pic.go(base + "parts/module/").sent(module_version="PNM-HS-04")
        pic.go(base + "parts/method/").sent(method="offline", application="Simulator SBG", class_types=True)
        pic.go(base + "parts/scoring/")
        with pic.refused():
            pic.sent(scheme="Hard skill", pass_mark="120")
        assert pic.has_errors()
        pic.sent(scheme="Hard skill", pass_mark="80", pre_paper="TES-KCA-A", post_paper="TES-KCA-B")
        pic.go(base + "parts/recovery/").fill(recovery_forms=True)
        for box in pic.page.locator("main [name=recovery_forms]").all():
            box.check()
        pic.sent(recovery_days="7", tolerance_minutes="15")
        self._add_batch(pic, base)
        since = (datetime.now(WIB) - timedelta(days=40)).date().isoformat()
        pic.go(base + f"targets/defects/?since={since}&until={datetime.now(WIB).date().isoformat()}&minimum_count=2")
        pic.fill(parameter="K1", since=since, minimum_count="2")
        pic.press("main form[method=get] button, main form:not([method=post]) button")
        pic.press("main form[method=post] .btn-primary")
        assert "Sekar Ayu Lestari" in pic.go(base + "targets/").text()
        pic.go(base + "recipients/")
        for party in ("manager", "operations", "operation_support", "qc"):
            pic.page.locator(f"main [name=recipient][value^='{party}:']").first.check()
        pic.send()
        self._coordinate(pic, base)
        self._say_why_busy(pic, base)
        pic.go(base + "parts/effect/").send()  # as the form proposes
        pic.go(base + "submit/").press("main form .btn-primary")
        pic.leave()

    def _add_batch(self, pic: Visitor, base: str) -> None:
        starts, ends = self.starts_at, self.starts_at + timedelta(minutes=90)
        pic.go(base + "sessions/").go(base + "sessions/new/")
        pic.fill(label="Batch 1", host_site="Jakarta", room="Ruang Melati")
        pic.page.get_by_label("Rika Winarsih").check()
        pic.sent(
            **{
                "meetings-0-starts_at_day": starts.date().isoformat(),
                "meetings-0-starts_at_time": starts.strftime("%H:%M"),
                "meetings-0-ends_at_day": ends.date().isoformat(),
                "meetings-0-ends_at_time": ends.strftime("%H:%M"),
            }
        )
        assert not pic.has_errors(), pic.text()

    def _coordinate(self, pic: Visitor, base: str) -> None:
        tomorrow = (datetime.now(WIB) + timedelta(days=1)).date().isoformat()
        pic.go(base + "coordination/").fill(due_on=tomorrow).send()

    def _say_why_busy(self, pic: Visitor, base: str) -> None:
        """Around noon the interval is busy and the plan must say why; early or late it need not (5.1.1)."""
        pic.go(base + "sessions/")
        if pic.page.locator("main [name=busy_reason]").count():
            pic.fill(busy_reason="Verifikasi harus diperbaiki hari ini; Operation menyetujui.")
            pic.press("main form:has([name=busy_reason]) button")

    def step_3_approval(self) -> None:
        for login in ("CC0007", "OPS01", "SUP01"):
            asked = self.visitor(login)
            asked.follow("main a[href*='/plans/coordination/']")
            asked.press("main form button[name=answer], main form .btn-primary")
            asked.leave()
        self._approve()

    def _approve(self) -> None:
        manager = self.visitor("MGR01").go("/plans/approvals/")
        manager.follow("main a[href*='/plans/approvals/']")
        assert "Sekar Ayu Lestari" in manager.text()
        manager.page.locator("#id_comment").fill("")
        with manager.refused():
            manager.press("button[name=decision][value=return]")
        assert "Ada masalah" in manager.page.inner_text("body"), "returning needs a comment"
        manager.press("button[name=decision][value=approve]:visible")
        assert "Approved" not in manager.text()
        manager.go("/deadlines/")
        assert "Verifikasi nasabah" in manager.text(), "the obligation exists from the approval"
        manager.leave()
