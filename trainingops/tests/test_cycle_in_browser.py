"""Issue 2: the nine steps of the procedure by role, in a real browser against real processes, in Indonesian.

At 1280 px; steps 4 and 5 again at 360 px with the make-up class. Every page that is passed is looked at with axe, and
nothing may violate the site's content security policy.
"""

from __future__ import annotations

import pytest
from django.conf import settings

from trainingops.tests.running_site import running_site
from trainingops.tests.walk.closing import Closing
from trainingops.tests.walk.holding import Holding
from trainingops.tests.walk.preparing import Preparing

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not settings.FONT_DIR.exists(), reason="fonts are made at set-up"),
]

LOAD = """
from django.db import transaction
from trainingops.local import demo
with transaction.atomic():
    demo.load(now)
"""


class Walk(Preparing, Holding, Closing):
    """The nine steps, in order."""


@pytest.fixture(scope="module")
def site():
    with running_site() as site:
        site.run(LOAD)
        yield site


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def walk(site, chromium, tmp_path_factory):
    return Walk(site, chromium, tmp_path_factory.mktemp("walk"))


def test_nine_steps_by_role_in_indonesian(walk):
    walk.step_1_people_pic_defects()
    walk.step_2_plan()
    walk.step_3_approval()
    walk.step_4_session()
    walk.step_5_report()
    walk.step_5_breach()
    walk.step_6_recovery()
    walk.step_7_review()
    walk.step_8_records()
    walk.step_9_archive()
