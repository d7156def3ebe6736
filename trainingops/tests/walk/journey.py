"""What the steps share: the site, the browser, and what the steps before have made."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from trainingops.tests.running_site import RunningSite
from trainingops.tests.visitor import Visitor

WIB = ZoneInfo("Asia/Jakarta")
PEOPLE = ["CC9001", "CC0016", "CC0018"]
TITLE = "Verifikasi nasabah sebelum membuka data"


class Journey:
    """One training on its way through the house."""

    def __init__(self, site: RunningSite, browser, folder: Path) -> None:
        self.site, self.browser, self.folder = site, browser, folder
        self.starts_at = datetime.now(WIB).replace(second=0, microsecond=0) + timedelta(minutes=90)
        self.plan = self.session = self.report = self.review = ""
        self.label = "Verifikasi nasabah"
        self.people = PEOPLE
        self.signed_in_before = False

    def visitor(self, login: str, *, width: int = 1280, password: str = "") -> Visitor:
        visitor = Visitor(self.browser, self.site.url, width=width)
        return visitor.sign_in(login, password) if password else visitor.sign_in(login)
