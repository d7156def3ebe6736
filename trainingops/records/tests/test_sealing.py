"""The organisation's seal: made once, replaceable, and accepted by the tools of others (clause 6)."""

import io
import multiprocessing
import shutil
import stat
import subprocess

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from trainingops.records.rendering import render_pdf
from trainingops.records.sealing import SealUnusable, known_certificate, load_seal
from trainingops.records.tests.test_rendering import _arguments


@pytest.fixture
def sealed(roll_kind, places):
    return load_seal().sign_pdf(render_pdf(**_arguments()))


def _validate(data):
    root = asn1_x509.Certificate.load(load_seal().certificate.public_bytes(serialization.Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


def _pdfsig(data, tmp_path):
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig is missing (apt-get install poppler-utils)")
    file = tmp_path / "rekaman.pdf"
    file.write_bytes(data)
    return subprocess.run(["pdfsig", file], capture_output=True, text=True, env={"LC_ALL": "C"}).stdout


def test_the_seal_validates_over_the_whole_file(sealed, tmp_path):
    status = _validate(sealed)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"


def test_pdfsig_accepts_the_seal(sealed, tmp_path):
    said = _pdfsig(sealed, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_the_room_for_the_signature_holds_it_and_is_not_wide_open(sealed):
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    first, length, second, _rest = map(int, signature.byte_range)
    assert len(signature.signed_data.dump()) * 2 < second - first - length < 10_000


def test_one_altered_byte_is_detected(sealed, tmp_path):
    at = len(sealed) // 4
    altered = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    assert not _validate(altered).bottom_line
    assert "Signature is Valid" not in _pdfsig(altered, tmp_path)


def test_a_detached_signature_is_accepted_by_openssl_and_not_over_other_bytes(places, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing (apt-get install openssl)")
    seal = load_seal()
    (tmp_path / "s.p7s").write_bytes(seal.sign_detached(b"a  b\n"))
    (tmp_path / "c.pem").write_bytes(seal.certificate_pem)
    command = [
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s.p7s"),
        *("-content", "m.txt", "-CAfile", "c.pem", "-out", "/dev/null"),
    ]
    for content, accepted in ((b"a  b\n", True), (b"a  b\r\n", False)):
        (tmp_path / "m.txt").write_bytes(content)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True)
        assert (done.returncode == 0) is accepted, done.stderr


def _load(folder, queue):
    from django.conf import settings

    settings.SEAL_KEY_DIR = folder
    queue.put(load_seal().fingerprint)


def test_processes_that_start_at_once_make_one_certificate(settings, tmp_path):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    started = [context.Process(target=_load, args=(tmp_path / "seal", queue)) for _ in range(4)]
    for process in started:
        process.start()
    fingerprints = {queue.get(timeout=60) for _ in started}
    for process in started:
        process.join()
    assert len(fingerprints) == 1


def test_the_key_is_for_its_owner_only_and_a_readable_one_is_refused(settings, tmp_path):
    settings.SEAL_KEY_DIR = tmp_path / "seal"
    load_seal()
    bundle = tmp_path / "seal" / "seal.pem"
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert stat.S_IMODE(bundle.parent.stat().st_mode) == 0o700
    bundle.chmod(0o644)
    bundle.write_bytes(bundle.read_bytes() + b"\n")
    with pytest.raises(SealUnusable, match="chmod 600"):
        load_seal()


def test_a_replaced_certificate_is_used_and_the_old_one_stays_known(settings, tmp_path):
    settings.SEAL_KEY_DIR = tmp_path / "seal"
    first = load_seal()
    bundle = tmp_path / "seal" / "seal.pem"
    bundle.unlink()
    second = load_seal()
    assert second.fingerprint != first.fingerprint
    assert known_certificate(first.fingerprint) == first.certificate_pem
    assert known_certificate("0" * 64) is None
    key = first.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    bundle.write_bytes(key + second.certificate_pem)
    with pytest.raises(SealUnusable, match="does not belong"):
        load_seal()
