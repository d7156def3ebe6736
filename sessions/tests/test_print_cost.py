"""What an attendance list of thirty costs a warm worker: drawing and sealing, of the page that people get (clause 6).

``make bench`` prints the figures of twenty runs; alone: ``make bench ARGS="-k list_of_thirty"``.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from statistics import median

import pytest

from sessions.services import RollCell
from sessions.tests.factories import absent, attend, end_session, opened
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import get_kind
from trainingops.records.rendering import render_pdf
from trainingops.records.sealing import load_seal

pytestmark = pytest.mark.django_db

PEOPLE = 30
#: Seconds of CPU on a quiet machine, drawing and sealing together; tests share theirs.
BUDGET, SHARED = 0.2, 1.5
LONG = os.environ.get("BENCH") == "1"


def _list_of_thirty() -> tuple[Callable[[], bytes], Callable[[bytes], bytes]]:
    """How to draw and how to seal the list as it was ordered when the session ended."""
    held = opened(people=PEOPLE)
    marked = [absent(held.enrolments[2]), absent(held.enrolments[11], "not_released")]
    marked += [RollCell(held.enrolments[at].pk, "late", minutes_late=minutes) for at, minutes in ((5, 9), (20, 27))]
    attend(held, *marked)
    end_session(held)
    ordered = EvidenceRequest.objects.select_related("payload").get(
        kind="attendance", subject=held.training_session.uuid
    )
    assert [len(each["rows"]) for each in json.loads(ordered.payload.text)["data"]["meetings"]] == [PEOPLE]

    def draw() -> bytes:
        return render_pdf(
            kind=get_kind("attendance"),
            number="DH-2026-00030",
            verify_code="9q3m-7tkd-0000-1111",
            payload_text=ordered.payload.text,
            payload_sha256=ordered.payload.sha256,
        )

    return draw, load_seal().sign_pdf


def test_the_list_of_thirty_is_drawn_and_sealed_within_its_budget(settings, tmp_path):
    settings.SEAL_KEY_DIR = tmp_path
    draw, seal = _list_of_thirty()
    seal(draw())  # fonts, style sheet and key are warm in a worker
    gc.collect()
    costs: list[tuple[float, float]] = []
    # A busy machine takes cache and clock from a thread too: the least of some runs counts.
    while len(costs) < 20 and (LONG or min(map(sum, costs), default=1) >= BUDGET * SHARED):
        began = time.thread_time()
        page = draw()
        drawn = time.thread_time()
        seal(page)
        costs.append((drawn - began, time.thread_time() - drawn))
    if LONG:
        for name, each in zip(("drawing", "sealing"), zip(*costs, strict=True), strict=True):
            sys.stdout.write(
                f"\n{name} of {PEOPLE} rows: {min(each):.3f} s of CPU at least, {median(each):.3f} s median"
            )
    assert min(map(sum, costs)) < BUDGET * SHARED
