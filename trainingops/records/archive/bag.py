"""A BagIt 1.0 bag, written into a zip as it grows; one that was cut off goes on behind its last whole member."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = f"{TAG_MANIFEST}.p7s"
#: Each member carries the first moment that a zip can name, so that the bytes depend on the content alone.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16  # an ordinary file, as Unix notes it


@dataclass(frozen=True)
class Member:
    """A payload file in the zip, with what is needed to go on behind it."""

    name: str
    sha256: str
    offset: int
    size: int
    crc: int
    end: int


class Bag:
    """Adds payload files first, then tag files, then :meth:`close`.

    Args:
        out: the zip, open for reading and writing; what stands behind the last of ``members`` is cut off.
        folder: the bag's folder in the zip.
        members: payload that an earlier bag wrote into ``out``, in its order.
    """

    def __init__(self, out: BinaryIO, folder: str, members: Sequence[Member] = ()) -> None:
        self._out = out
        self._folder = folder
        self._members = list(members)
        self._tags: list[tuple[str, str]] = []
        out.seek(members[-1].end if members else 0)
        out.truncate()
        self._zip = ZipFile(out, "w")  # begins where the file stands
        self._zip.filelist.extend(self._info_of(member) for member in members)

    def add_payload(self, name: str, data: bytes) -> Member:
        """A file under ``data/``. PDFs are compressed already, so they are stored as they are."""
        info = self._new_info(f"data/{name}", ZIP_STORED)
        self._zip.writestr(info, data)
        member = Member(
            name=f"data/{name}",
            sha256=hashlib.sha256(data).hexdigest(),
            offset=info.header_offset,
            size=len(data),
            crc=info.CRC,
            end=self._out.tell(),
        )
        self._members.append(member)
        return member

    def add_tag(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """A file beside the payload; the tag manifest vouches for it."""
        with self._open(name) as write:
            for piece in [data] if isinstance(data, bytes) else data:
                write(piece)

    def close(self, *, info: Iterable[tuple[str, str]], sign: Callable[[bytes], bytes]) -> None:
        """Write ``bagit.txt``, ``bag-info.txt``, the manifests, the signature and the end of the zip.

        Args:
            info: label and value of each line of ``bag-info.txt`` besides Payload-Oxum.
            sign: makes the detached signature over the tag manifest.
        """
        if not self._members:
            self._zip.mkdir(f"{self._folder}/data")
        self.add_tag("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        octets = sum(member.size for member in self._members)
        lines = [*info, ("Payload-Oxum", f"{octets}.{len(self._members)}")]
        self.add_tag("bag-info.txt", "".join(f"{label}: {_one_line(value)}\n" for label, value in lines).encode())
        self.add_tag(MANIFEST, _manifest((member.sha256, member.name) for member in self._members))
        tag_manifest = _manifest(self._tags)
        self._zip.writestr(self._new_info(TAG_MANIFEST, ZIP_DEFLATED), tag_manifest)
        self._zip.writestr(self._new_info(SIGNATURE, ZIP_STORED), sign(tag_manifest))
        self._zip.close()

    def let_go(self) -> None:
        """Leave ``out`` as it is, without an end: somebody else goes on."""
        self._zip.fp = None  # else ZipFile would write the end when it is collected

    @contextmanager
    def _open(self, name: str) -> Iterator[Callable[[bytes], object]]:
        """Write one tag file piece by piece."""
        digest = hashlib.sha256()
        with self._zip.open(self._new_info(name, ZIP_DEFLATED), "w", force_zip64=True) as file:

            def write(piece: bytes) -> None:
                digest.update(piece)
                file.write(piece)

            yield write
        self._tags.append((digest.hexdigest(), name))

    def _new_info(self, name: str, compression: int) -> ZipInfo:
        info = ZipInfo(f"{self._folder}/{name}", _MOMENT)
        info.compress_type, info.external_attr = compression, _READABLE
        return info

    def _info_of(self, member: Member) -> ZipInfo:
        info = self._new_info(member.name, ZIP_STORED)
        info.header_offset, info.CRC = member.offset, member.crc
        info.file_size = info.compress_size = member.size
        return info


def _manifest(files: Iterable[tuple[str, str]]) -> bytes:
    """As sha256sum reads it; names come from :func:`trainingops.records.archive.contents.file_name`, so that none
    needs the escapes of BagIt."""
    return "".join(f"{sha256}  {name}\n" for sha256, name in sorted(files, key=lambda each: each[1])).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
