"""Bytes that never change, named by their SHA-256 (DESIGN.md §5.5). The database row is written afterwards."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import Literal

from django.conf import settings

Finding = Literal["ok", "missing", "altered"]
#: No file, something else in its place, one that nobody may read, or a row whose hash was damaged.
_NOT_THERE = (OSError, ValueError)


class FileMissing(Exception):
    """The bytes of a stored file are not there, or cannot be read."""


class FileAltered(Exception):
    """The bytes of a stored file are not those that were stored."""


def path_of(sha256: str) -> Path:
    """Where the bytes with this hash live: ``ab/cd/<hash>`` under the media folder.

    Raises:
        ValueError: not 64 hexadecimal characters.
    """
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"{sha256!r} is no SHA-256 in hexadecimal")
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def put_once(data: bytes) -> str:
    """Keep ``data`` and return its SHA-256. When this returns, the bytes survive a loss of power.

    Bytes that are there already stay as they are; two writers at once leave one file.

    Raises:
        FileAltered: there is a file of that name with other bytes: somebody tampered with it.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    target = path_of(sha256)
    _make_folders(target.parent)
    half = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with half.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.chmod(0o440)
        try:
            target.hardlink_to(half)
        except FileExistsError:
            if rehash(sha256) != "ok":
                raise FileAltered(f"{target} holds other bytes than its name says. Restore it from a backup.") from None
    finally:
        half.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return sha256


def read_file(sha256: str) -> bytes:
    """The bytes with this hash, checked.

    Raises:
        FileMissing, FileAltered: what is on the disk is not what was stored.
    """
    try:
        data = path_of(sha256).read_bytes()
    except _NOT_THERE as error:
        raise FileMissing(f"the file {sha256} cannot be read: {error}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FileAltered(f"the file {sha256} was altered")
    return data


def remove(sha256: str) -> bool:
    """Take the bytes with this hash off the disk for good; whether they were there."""
    target = path_of(sha256)
    try:
        target.unlink()
    except FileNotFoundError:
        return False
    _sync_folder(target.parent)
    return True


def rehash(sha256: str) -> Finding:
    """Whether the file is there and unaltered, read piece by piece."""
    try:
        with path_of(sha256).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except _NOT_THERE:
        return "missing"
    return "ok" if found == sha256 else "altered"


def _make_folders(folder: Path) -> None:
    """Make ``folder`` and its parents; each new name is on the disk before anything is put into it."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        _sync_folder(each.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
