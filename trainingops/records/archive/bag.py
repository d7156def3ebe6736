"""A BagIt 1.0 bag, written into a zip as it grows: nothing but one file is in memory at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = f"{TAG_MANIFEST}.p7s"


class Bag:
    """Adds payload files first, then tag files, then :meth:`close`."""

    def __init__(self, out: BinaryIO, folder: str) -> None:
        self._out = out
        self._zip = ZipStream()
        self._folder = folder
        self._payload: list[tuple[str, str]] = []
        self._tags: list[tuple[str, str]] = []
        self._octets = 0
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Of the zip as written so far."""
        return self._digest.hexdigest()

    def add_payload(self, name: str, data: bytes) -> None:
        """A file under ``data/``. PDFs are compressed already, so they are stored as they are."""
        self._octets += len(data)
        self._payload.append((self._write(f"data/{name}", data, ZIP_STORED), f"data/{name}"))

    def add_tag(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """A file beside the payload; the tag manifest vouches for it."""
        self._tags.append((self._write(name, data, ZIP_DEFLATED), name))

    def close(self, *, info: Iterable[tuple[str, str]], sign: Callable[[bytes], bytes]) -> None:
        """Write ``bagit.txt``, ``bag-info.txt``, the manifests, the signature and the end of the zip.

        Args:
            info: label and value of each line of ``bag-info.txt`` besides Payload-Oxum.
            sign: makes the detached signature over the tag manifest.
        """
        if not self._payload:
            self._zip.mkdir(f"{self._folder}/data")
        self.add_tag("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        lines = [*info, ("Payload-Oxum", f"{self._octets}.{len(self._payload)}")]
        self.add_tag("bag-info.txt", "".join(f"{label}: {_one_line(value)}\n" for label, value in lines).encode())
        self.add_tag(MANIFEST, _manifest(self._payload))
        tag_manifest = _manifest(self._tags)
        self._write(TAG_MANIFEST, tag_manifest, ZIP_DEFLATED)
        self._write(SIGNATURE, sign(tag_manifest), ZIP_STORED)
        self._put(self._zip.footer())

    def _write(self, name: str, data: bytes | Iterable[bytes], compression: int) -> str:
        """Write one member now; its SHA-256."""
        digest = hashlib.sha256()

        def pieces() -> Iterator[bytes]:
            for piece in [data] if isinstance(data, bytes) else data:
                digest.update(piece)
                yield piece

        self._zip.add(pieces(), f"{self._folder}/{name}", compress_type=compression)
        self._put(self._zip.all_files())
        return digest.hexdigest()

    def _put(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._out.write(piece)
            self._digest.update(piece)
            self.size += len(piece)


def _manifest(files: list[tuple[str, str]]) -> bytes:
    """As sha256sum reads it; names come from :func:`trainingops.records.archive.contents.file_name`, so that none
    needs the escapes of BagIt."""
    return "".join(f"{sha256}  {name}\n" for sha256, name in sorted(files, key=lambda each: each[1])).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
