"""A folder for embedded services of a test's own, and questions about the processes in it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trainingops.local.places import Places


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path that the database's account may enter; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory(prefix="to-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / ".local"
        Places(Path(name) / ".local").remove()


def of(folder: Path) -> dict[int, str]:
    """The live processes that belong to ``folder``, by argument, environment or working folder; number → arguments."""
    found = {}
    data = str(Places(folder).postgres_data)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_text().replace("\0", " ")
            state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            inside = str((process / "cwd").readlink()).startswith((str(folder), data))
            told = f"TRAININGOPS_LOCAL_DIR={folder}\0" in (process / "environ").read_text()
        except (OSError, UnicodeDecodeError):
            continue
        if state != "Z" and (inside or told or str(folder) in arguments):
            found[int(process.name)] = arguments
    return found


def until(condition: Callable[[], object], seconds: float = 90) -> None:
    """Wait for ``condition``; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


def child_of(folder: Path, words: str) -> int:
    """The first process of ``folder`` whose arguments hold ``words``, or 0."""
    return next((pid for pid, arguments in sorted(of(folder).items()) if words in arguments), 0)
