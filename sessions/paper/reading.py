"""Has the pages of a scan read by a process of its own, so that no worker holds what an untrusted file unpacks to."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from sessions.enums import ScanProblem

#: Seconds for all pages of a file.
PATIENCE = 420
JPEG, PNG, PDF, HEIC = "image/jpeg", "image/png", "application/pdf", "image/heic"
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic,.heif"
_BEGINNINGS = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


@dataclass(frozen=True)
class ReadPage:
    """One page: the texts of its QR codes, and what is kept of it."""

    number: int
    codes: list[str]
    jpeg: bytes


class Unreadable(Exception):
    """The file cannot be read as pages; ``problem`` says why."""

    def __init__(self, problem: ScanProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def media_type_of(content: bytes) -> str:
    """What a scan is, by its first bytes; ``""`` for what is not accepted."""
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    return HEIC if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS else ""


def count_pages(content: bytes) -> int:
    """How many pages a file has.

    Raises:
        Unreadable: damaged, encrypted, too large or too slow.
    """
    with closing(_lines(content, first=0)) as lines:
        return int(next(lines)["pages"])


def read_pages(content: bytes, *, first: int = 1) -> Iterator[ReadPage]:
    """The pages from ``first`` on, one after the other.

    Raises:
        Unreadable: as for :func:`count_pages`; the pages before stay.
    """
    with closing(_lines(content, first=first)) as lines:
        next(lines)
        for number, line in enumerate(lines, start=first):
            yield ReadPage(number, line["codes"], base64.b64decode(line["jpeg"]))


def _lines(content: bytes, *, first: int) -> Generator[dict[str, Any], None, None]:
    command = [sys.executable, "-m", "sessions.paper.child", str(first)]
    child = subprocess.Popen(  # noqa: S603 (our own module; the bytes go to its stdin)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=settings.BASE_DIR
    )
    assert child.stdin and child.stdout
    watch = threading.Timer(PATIENCE, child.kill)
    watch.start()
    slow = False
    try:
        with suppress(BrokenPipeError):
            child.stdin.write(content)
            child.stdin.close()
        for text in child.stdout:
            line = json.loads(text)
            if "refused" in line:
                raise Unreadable(ScanProblem(line["refused"]))
            yield line
        slow = not watch.is_alive()
        if child.wait():
            # Killed by its limits, of time or of memory.
            raise Unreadable(ScanProblem.TOO_SLOW if slow or child.returncode == -24 else ScanProblem.TOO_LARGE)
    finally:
        watch.cancel()
        child.kill()
        child.stdout.close()
        child.wait()
