"""Bytes never change, and are checked whenever they are read (DESIGN.md §5.5)."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from trainingops.records import storage


def _damage(sha256, data):
    path = storage.path_of(sha256)
    path.chmod(0o640)
    path.write_bytes(data)


def test_bytes_are_named_by_their_hash_and_read_back(places):
    sha256 = storage.put_once(b"bukti")
    assert sha256 == hashlib.sha256(b"bukti").hexdigest()
    assert storage.path_of(sha256) == places / sha256[:2] / sha256[2:4] / sha256
    assert storage.read_file(sha256) == b"bukti"
    assert storage.rehash(sha256) == "ok"


def test_putting_the_same_bytes_again_leaves_one_file_and_no_rest(places):
    first = storage.put_once(b"bukti")
    before = storage.path_of(first).stat().st_ino
    assert storage.put_once(b"bukti") == first
    assert storage.path_of(first).stat().st_ino == before
    assert [each.name for each in storage.path_of(first).parent.iterdir()] == [first]


def test_writers_at_once_leave_one_whole_file(places):
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(storage.put_once, [b"x" * 200_000] * 16))
    (sha256,) = hashes
    assert storage.rehash(sha256) == "ok"
    assert len(list(storage.path_of(sha256).parent.iterdir())) == 1


def test_a_missing_file_is_said(places):
    sha256 = "0" * 64
    assert storage.rehash(sha256) == "missing"
    with pytest.raises(storage.FileMissing):
        storage.read_file(sha256)


def test_what_cannot_be_read_is_missing_and_no_error(places):
    sha256 = storage.put_once(b"bukti")
    storage.path_of(sha256).unlink()
    storage.path_of(sha256).mkdir()
    for name in (sha256, "damaged"):
        assert storage.rehash(name) == "missing"
        with pytest.raises(storage.FileMissing):
            storage.read_file(name)


def test_an_altered_file_is_said_and_never_taken_for_good(places):
    sha256 = storage.put_once(b"bukti")
    _damage(sha256, b"palsu")
    assert storage.rehash(sha256) == "altered"
    with pytest.raises(storage.FileAltered):
        storage.read_file(sha256)
    with pytest.raises(storage.FileAltered, match="backup"):
        storage.put_once(b"bukti")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_a_name_that_is_no_hash_is_refused(places, name):
    with pytest.raises(ValueError, match="SHA-256"):
        storage.path_of(name)
