"""An archive while it grows: its zip so far, and notes on what stands in it, so that another worker can carry on.

A step ends with both files flushed to the disk; their lengths then stand in the job's cursor. Who carries on copies
both up to there and goes on in the copy: a worker that is believed dead and is not writes into files that nobody reads.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from trainingops.jobs.models import Job
from trainingops.records.archive.bag import Bag, Member


@dataclass(frozen=True)
class Note:
    """One record that was looked at: its key, its place in the archive and what was found."""

    record: int
    path: str
    finding: str


class Draft:
    """The two files of one worker. Made by :meth:`Drafts.open`.

    ``records`` are the keys of what belongs into the archive, in order, as they were when the job began.
    """

    def __init__(self, zip_file: BinaryIO, notes_file: BinaryIO, folder: str) -> None:
        self._zip, self._notes = zip_file, notes_file
        head, *lines = [json.loads(line) for line in notes_file]
        self.records: list[int] = head["records"]
        self.notes = [Note(line["record"], line["path"], line["finding"]) for line in lines]
        members = [Member(**line["member"]) for line in lines if line["member"]]
        self.bag = Bag(zip_file, folder, members)

    def left(self) -> list[int]:
        """Keys of the records that no step has looked at."""
        return self.records[len(self.notes) :]

    def note(self, record: int, *, finding: str, member: Member | None = None) -> None:
        """Write down what became of a record; it counts from the next :meth:`flush`."""
        note = Note(record, member.name if member else "", finding)
        self._notes.write(_line({**asdict(note), "member": asdict(member) if member else None}))
        self.notes.append(note)

    def flush(self) -> dict[str, Any]:
        """Bring both files to the disk; the cursor from which another worker can carry on."""
        lengths = []
        for file in (self._zip, self._notes):
            file.flush()
            os.fsync(file.fileno())
            lengths.append(file.tell())
        return {"draft": Path(self._zip.name).name, "zip": lengths[0], "notes": lengths[1]}


class Drafts:
    """Where the drafts of one archive lie: beside ``target``, the finished archive."""

    def __init__(self, target: Path, job: Job) -> None:
        self._target = target
        self._cursor = job.cursor
        self.zip = target.with_suffix(f".{job.token}.part")  # a name that no other worker has

    @contextmanager
    def open(self, folder: str, records: Callable[[], list[int]]) -> Iterator[Draft]:
        """The draft to go on with: the one of the job's cursor, else an empty one of ``records()``."""
        self._target.parent.mkdir(parents=True, exist_ok=True)
        if not self._take_over():
            self.zip.write_bytes(b"")
            _notes_of(self.zip).write_bytes(_line({"records": records()}))
        with self.zip.open("r+b") as zip_file, _notes_of(self.zip).open("r+b") as notes_file:
            draft = Draft(zip_file, notes_file, folder)
            try:
                yield draft
            finally:
                draft.bag.let_go()

    def _take_over(self) -> bool:
        if not self._cursor:
            return False
        before = self.zip.with_name(self._cursor["draft"])
        try:
            for source, target, length in (
                (before, self.zip, self._cursor["zip"]),
                (_notes_of(before), _notes_of(self.zip), self._cursor["notes"]),
            ):
                with source.open("rb") as old, target.open("wb") as new:
                    shutil.copyfileobj(old, new, 1 << 20)
                    new.truncate(length)
        except FileNotFoundError:  # on another disk, or removed by hand
            return False
        return True

    def finish(self) -> tuple[int, str]:
        """Give the whole zip its name too; its size and SHA-256. The draft stays until :meth:`remove`."""
        with self.zip.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        link = self.zip.with_suffix(".whole")
        link.unlink(missing_ok=True)
        link.hardlink_to(self.zip)
        link.replace(self._target)
        return self._target.stat().st_size, sha256

    def remove(self) -> None:
        """Remove every draft of this archive."""
        for file in self._target.parent.glob(f"{self._target.stem}.*"):
            if file.suffix in {".part", ".notes"}:
                file.unlink(missing_ok=True)


def _notes_of(part: Path) -> Path:
    return part.with_suffix(".notes")


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"
