"""The archive is exactly the filtered set, and the tools of others accept it (UX.md EVD-2, EVD-3, EVD-4)."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone, translation

from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed
from trainingops.jobs.models import JobState
from trainingops.jobs.running import run_job
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.records import storage
from trainingops.records.archive.contents import readable_name
from trainingops.records.archive.inspection import check_archive, inspect_archive
from trainingops.records.filters import EvidenceFilter
from trainingops.records.services import expire_archives, request_archive
from trainingops.records.tests.kinds import ROLL, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roll_kind", "places")]


def _archive(user=None, **chosen):
    now = timezone.now()
    archive = request_archive(chosen=EvidenceFilter(**chosen), actor=user or make_user("auditor"), now=now)
    run_job(job_id=archive.job_id, clock=timezone.now)
    archive.refresh_from_db()
    return archive


def _unpack(archive, tmp_path):
    with zipfile.ZipFile(archive.path) as file:
        assert len(file.namelist()) == len(set(file.namelist()))
        file.extractall(tmp_path / "unpacked")
    (folder,) = (tmp_path / "unpacked").iterdir()
    return folder


def test_the_archive_is_the_filtered_set_with_readable_names(tmp_path):
    site = SiteFactory(code="jkt")
    first, second = made(site=site, title="KCA, sesi 1"), made(site=site, title="Émas/Cicil")
    made(site=SiteFactory())
    archive = _archive(site="jkt")
    folder = _unpack(archive, tmp_path)
    files = {str(each.relative_to(folder)) for each in (folder / "data").rglob("*") if each.is_file()}
    assert files == {
        f"data/Daftar-Hadir/{first.number}_KCA-sesi-1.pdf",
        f"data/Daftar-Hadir/{second.number}_Emas-Cicil.pdf",
    }
    data = (folder / "data/Daftar-Hadir" / f"{first.number}_KCA-sesi-1.pdf").read_bytes()
    assert data == storage.read_file(first.sealed.sha256)
    assert archive.job.result == {"warnings": [], "records": 2}
    assert archive.job.state == JobState.SUCCEEDED
    assert hashlib.sha256(Path(archive.path).read_bytes()).hexdigest() == archive.sha256
    index = (folder / "index.html").read_text()
    assert f'href="data/Daftar-Hadir/{first.number}_KCA-sesi-1.pdf"' in index
    assert "5.3.1" in index
    assert "<script" not in index
    assert (folder / "register.xlsx").read_bytes().startswith(b"PK")
    assert "openssl cms -verify" in (folder / "VERIFY.txt").read_text()
    assert "Get-FileHash" in (folder / "VERIFY.txt").read_text()


def test_the_index_names_its_filter_in_words_of_the_reader():
    """The archive is for somebody who never saw the page: no keys, no codes, days in words."""
    site = SiteFactory(code="jkt", name="Jakarta Pusat")
    chosen = EvidenceFilter(
        kind=ROLL.name, clause="5.3.1", start=date(2026, 1, 1), end=date(2026, 12, 31), site=site.code, q="KCA"
    )
    with translation.override("en"):
        assert chosen.in_words() == (
            f"Procedure clauses: 5.3.1, Kind: {ROLL.label}, From: 1 January 2026, To: 31 December 2026, "
            "Site: Jakarta Pusat, Number or subject: “KCA”"
        )
    with translation.override("id"):
        assert "1 Januari 2026" in chosen.in_words()
        assert EvidenceFilter(line="gone").in_words().endswith(": gone")
    assert EvidenceFilter().in_words() == ""


def test_verify_txt_names_what_the_first_line_of_the_journal_holds(tmp_path):
    """A line of its own kind: first, last and link_before, in both languages; digests and links begin after it."""
    made()
    folder = _unpack(_archive(), tmp_path)
    first = json.loads((folder / "journal.jsonl").read_text().splitlines()[0])
    text = (folder / "VERIFY.txt").read_text()
    for part in text.split("HOW TO CHECK THIS ARCHIVE"):
        said = part[part.index("journal.jsonl") :]
        assert all(key in said for key in first)
    assert "a digest and a link on each line" not in text


def test_the_tools_of_others_accept_the_archive():
    made()
    made()
    found = inspect_archive(_archive().path)
    if found.unavailable:
        pytest.skip(f"missing: {', '.join(found.unavailable)}")
    assert found.problems == []
    assert found.passed == ["sha256sum -c", "bagit.py --validate", "openssl cms -verify", "pdfsig"]


def test_the_journal_excerpt_can_be_recomputed_from_the_file_alone(tmp_path):
    record = made()
    folder = _unpack(_archive(), tmp_path)
    head, *lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    link = bytes.fromhex(head["link_before"])
    verbs = []
    for line in lines:
        digest = bytes.fromhex(line["digest"])
        link = hashlib.sha256(link + digest).digest()
        assert link.hex() == line["link"]
        if "text" in line:
            assert hashlib.sha256(line["text"].encode()).digest() == digest
            verbs.append(json.loads(line["text"])["verb"])
    assert verbs[:2] == ["evidence.requested", "evidence.produced"]
    assert str(record.uuid) in (folder / "journal.jsonl").read_text()


@pytest.mark.point("EVD-4")
def test_missing_and_altered_files_are_listed_and_the_job_ends_with_warnings(tmp_path):
    good, altered, missing = made(), made(), made()
    path = storage.path_of(altered.sealed.sha256)
    path.chmod(0o640)
    path.write_bytes(b"palsu")
    storage.path_of(missing.sealed.sha256).unlink()
    archive = _archive()
    archive.job.refresh_from_db()
    assert archive.job.state == JobState.WARNED
    assert {warning.split(":")[0] for warning in archive.warnings} == {altered.number, missing.number}
    folder = _unpack(archive, tmp_path)
    assert [each.name.split("_")[0] for each in (folder / "data").rglob("*.pdf")] == [good.number]
    listed = (folder / "missing-or-altered.txt").read_text()
    assert f"{altered.number}\taltered" in listed
    assert f"{missing.number}\tmissing" in listed
    assert missing.number in (folder / "index.html").read_text()
    assert check_archive(archive.path) == []


def _rezip(folder, target):
    shutil.make_archive(str(target.with_suffix("")), "zip", folder.parent, folder.name)
    return target


def test_a_changed_record_is_found(tmp_path):
    made()
    folder = _unpack(_archive(), tmp_path / "a")
    (file,) = (folder / "data").rglob("*.pdf")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    problems = check_archive(_rezip(folder, tmp_path / "b.zip"))
    assert any(problem.startswith("sha256sum") for problem in problems)


def test_a_full_forgery_with_new_manifests_is_caught_by_the_signature(tmp_path):
    """bagit.py alone accepts it; the seal over the tag manifest does not."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing (apt-get install openssl)")
    made()
    folder = _unpack(_archive(), tmp_path / "a")
    (file,) = (folder / "data").rglob("*.pdf")
    file.unlink()
    (folder / "manifest-sha256.txt").write_text("")
    info = (folder / "bag-info.txt").read_text().splitlines()
    (folder / "bag-info.txt").write_text(
        "".join(f"{line}\n" for line in info if not line.startswith("Payload-Oxum")) + "Payload-Oxum: 0.0\n"
    )
    tags = [each for each in sorted(folder.rglob("*")) if each.is_file() and not each.name.startswith("tagmanifest")]
    (folder / "tagmanifest-sha256.txt").write_text(
        "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.relative_to(folder)}\n" for each in tags)
    )
    problems = check_archive(_rezip(folder, tmp_path / "b.zip"))
    assert problems
    assert all(problem.startswith("openssl cms -verify") for problem in problems)


def test_records_sealed_before_the_certificate_was_replaced_bring_theirs(tmp_path, settings):
    settings.SEAL_KEY_DIR = tmp_path / "seal"
    old = made()
    (tmp_path / "seal" / "seal.pem").unlink()
    new = made()
    archive = _archive()
    folder = _unpack(archive, tmp_path)
    assert old.certificate_sha256 != new.certificate_sha256
    assert [each.stem for each in (folder / "certificates").iterdir()] == [old.certificate_sha256]
    assert check_archive(archive.path) == []


def test_what_is_made_after_the_order_is_not_in_it(tmp_path):
    made()
    archive = request_archive(chosen=EvidenceFilter(), actor=make_user("auditor"), now=timezone.now())
    made(now=timezone.now() + timedelta(seconds=5))
    run_job(job_id=archive.job_id, clock=timezone.now)
    archive.refresh_from_db()
    assert archive.records_count == 1


def test_who_ordered_it_is_told_once_and_the_journal_knows(tmp_path):
    made()
    user = make_user("auditor")
    archive = _archive(user)
    assert Notice.objects.filter(kind="archive_ready", recipient=user).count() == 1
    assert list(Entry.objects.filter(subject=archive.uuid).order_by("pk").values_list("verb", flat=True)) == [
        "archive.requested",
        "archive.finished",
    ]


def test_after_a_week_the_bytes_go_and_the_row_stays():
    made()
    archive = _archive()
    assert archive.expires_at - archive.ready_at == timedelta(days=7)
    assert expire_archives(now=archive.expires_at - timedelta(seconds=1)) == 0
    path = archive.path
    assert expire_archives(now=archive.expires_at) == 1
    archive.refresh_from_db()
    assert archive.path == ""
    assert not Path(path).exists()
    assert expire_archives(now=archive.expires_at) == 0


def test_only_those_who_hand_out_evidence_order_archives():
    made()
    with pytest.raises(NotAllowed):
        request_archive(chosen=EvidenceFilter(), actor=make_user("trainer"), now=timezone.now())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("KCA, sesi 1", "KCA-sesi-1"),
        ("../../etc/passwd", "etc-passwd"),
        ("é à\r\n%41", "e-a-41"),
        ("x" * 90, "x" * 60),
        ("日本", ""),
    ],
)
def test_names_are_readable_anywhere(text, name):
    assert readable_name(text) == name


def _commands(text):
    """The lines of ``VERIFY.txt`` that a shell is meant to run, each once."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("     ")]
    return list(
        dict.fromkeys(line for line in lines if line.split()[0] in {"sha256sum", "bagit.py", "openssl", "find"})
    )


def test_each_command_of_verify_txt_runs_as_it_stands_there(tmp_path):
    """The text is the auditor's: what it says to run is run from it, and says what the text promises."""
    missing = [tool for tool in ("openssl", "pdfsig") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"missing: {', '.join(missing)}")
    made()
    made()
    folder = _unpack(_archive(), tmp_path)
    text = (folder / "VERIFY.txt").read_text()
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    said = {}
    for command in _commands(text):
        done = subprocess.run(
            ["sh", "-c", command], cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        said[command.split()[0] + " " + command.split()[1]] = done.stdout + done.stderr
    assert list(said) == ["sha256sum -c", "bagit.py --validate", "openssl cms", "openssl x509", "find data"]
    assert "FAILED" not in said["sha256sum -c"]
    assert said["openssl cms"].strip() in text
    assert said["openssl x509"].strip().split("=")[1] in text, "the fingerprint in the form that openssl prints"
    assert said["find data"].count("Signature is Valid.") == said["find data"].count("Total document signed") == 2


def test_openssl_itself_reads_the_certificate(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing (apt-get install openssl)")
    record = made()
    folder = _unpack(_archive(), tmp_path)
    done = subprocess.run(
        ["openssl", "x509", "-in", "certificate.pem", "-noout", "-fingerprint", "-sha256"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip().split("=")[1].replace(":", "").lower() == record.certificate_sha256
