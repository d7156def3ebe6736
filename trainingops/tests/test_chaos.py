"""DESIGN.md §5, rule 3: every process may be killed at any moment; nothing is lost, nothing is doubled.

A short version runs with all tests; ``make chaos`` kills for three minutes.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from trainingops.local.tests.conftest import child_of, until
from trainingops.tests.running_site import RunningSite, running_site

SECONDS = float(os.environ.get("CHAOS_SECONDS", "8"))
VICTIMS = ["granian", "-Q clock", "-Q default,jobs", "-Q pdf", " beat ", "bin/postgres", "valkey-server"]

pytestmark = pytest.mark.skipif(not settings.FONT_DIR.exists(), reason="fonts are made at set-up")


def _kill(folder: Path, chance: random.Random) -> list[str]:
    """Kill each process in turn, in an order and at moments of chance, for :data:`SECONDS`; who was killed."""
    killed, end = [], time.monotonic() + SECONDS
    rounds = itertools.chain.from_iterable(chance.sample(VICTIMS, len(VICTIMS)) for _ in itertools.count())
    for words in rounds:
        time.sleep(chance.uniform(0.1, 1.1))
        if time.monotonic() > end:
            return killed
        if victim := child_of(folder, words):
            os.kill(victim, signal.SIGKILL)
            killed.append(words)
    return killed


def _beside(site: RunningSite, script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"trainingops.tests.{script}", *arguments],
        env={**site.environ, "DJANGO_SETTINGS_MODULE": "trainingops.settings"},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_whatever_is_killed_nothing_is_lost_and_nothing_doubled():
    seed = random.randrange(10_000)
    with running_site() as site:
        folder = Path(site.environ["TRAININGOPS_LOCAL_DIR"])
        work = _beside(site, "chaos_work", str(SECONDS))
        assert work.stdout.readline() == "begun\n", work.stderr.read()
        killed = _kill(folder, random.Random(seed))
        told, errors = work.communicate(timeout=120)
        assert work.returncode == 0, errors
        ordered = json.loads(told)
        assert len(killed) > len(VICTIMS) // 2, killed
        assert ordered["archives"] >= 1
        until(lambda: all(child_of(folder, words) for words in VICTIMS))
        until(lambda: _answers(site.url))
        check = _beside(site, "chaos_check", told, "90")
        found, errors = check.communicate(timeout=180)
        assert check.returncode == 0, errors
        assert found.strip() == "", f"seed {seed}, killed {killed}"
