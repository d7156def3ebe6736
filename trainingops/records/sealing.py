"""The organisation's seal: a certificate of its own, PAdES signatures in PDFs, CMS signatures over manifests.

The certificate is made at the first start and signed by itself; put another one (with its key, in one PEM file) in
its place to replace it. It is an uncertified electronic signature: it shows that nothing was altered since, and that
the holder of the key sealed it, not who that is.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec, SigningCertificateV2Provider
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko_certvalidator.registry import SimpleCertificateStore

_BUNDLE = "seal.pem"
_VALID = timedelta(days=3653)
_KEY_BITS = 3072
#: Bytes of a PAdES signature beside the certificate and the raw signature, generously: names, hashes, time, algorithms.
_SIGNED_ATTRIBUTES = 2048


class SealUnusable(Exception):
    """The key or certificate cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Seal:
    """The organisation's key and certificate."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate (DER), as hexadecimal."""
        return hashlib.sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign_pdf(self, data: bytes) -> bytes:
        """``data`` with an invisible PAdES B-B signature over all of it."""
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        metadata = signers.PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            name=settings.ENV.organisation,
            reason="Segel rekaman; tanda tangan elektronik tidak tersertifikasi",
        )
        out: io.BytesIO = signers.PdfSigner(metadata, signer=self._signer).sign_pdf(
            writer, bytes_reserved=self._room, output=io.BytesIO()
        )
        return out.getvalue()

    def sign_detached(self, data: bytes) -> bytes:
        """A detached CMS signature (DER) over exactly these bytes."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(self.certificate, self.key, hashes.SHA256())
        return builder.sign(
            serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        )

    @cached_property
    def _room(self) -> int:
        """Hexadecimal digits left open for the signature; without it pyHanko signs a second time to find out."""
        certificate = len(self.certificate.public_bytes(serialization.Encoding.DER))
        signature = self.key.key_size // 8
        return 2 * (certificate + signature + _SIGNED_ATTRIBUTES)

    @cached_property
    def _signer(self) -> Any:
        key = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        signer = _LoadedKeySigner(
            signing_cert=asn1_x509.Certificate.load(certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(key),
            cert_registry=SimpleCertificateStore(),
        )
        signer.loaded_key = self.key
        signer.signed_attr_prov_spec = _PadesAttributes(signer.signing_cert)
        return signer


class _LoadedKeySigner(signers.SimpleSigner):
    """pyHanko's signer parses and checks the key at every signature, which costs more than the page itself."""

    loaded_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[digest_algorithm]
        if isinstance(self.loaded_key, rsa.RSAPrivateKey):
            return self.loaded_key.sign(data, padding.PKCS1v15(), algorithm)
        return self.loaded_key.sign(data, ec.ECDSA(algorithm))


class _PadesAttributes(SignedAttributeProviderSpec):
    """The signed attribute that PAdES asks for, the certificate's name and hash: encoded once, not at every signing."""

    def __init__(self, certificate: asn1_x509.Certificate) -> None:
        self._provider = _EncodedCertificateName(certificate)

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> list[CMSAttributeProvider]:  # noqa: ARG002
        return [self._provider]


class _EncodedCertificateName(SigningCertificateV2Provider):
    """What asn1crypto built it would encode again at every level around it, hundreds of times; what it read, never."""

    def __init__(self, certificate: asn1_x509.Certificate) -> None:
        super().__init__(certificate)
        self._encoded = as_signing_certificate_v2(certificate).dump()

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:  # noqa: ARG002
        return tsp.SigningCertificateV2.load(self._encoded)


_loaded: dict[tuple[str, int, int], Seal] = {}


def load_seal() -> Seal:
    """The organisation's seal, made when there is none yet; read again when the file was replaced.

    Raises:
        SealUnusable: the file is not a key and certificate that belong together.
    """
    bundle = Path(settings.SEAL_KEY_DIR) / _BUNDLE
    if not bundle.exists():
        _make_bundle(bundle)
    found = bundle.stat()
    place = (str(bundle), found.st_mtime_ns, found.st_size)
    if place not in _loaded:
        seal = _read_bundle(bundle)
        _keep_certificate(seal)
        _loaded.clear()
        _loaded[place] = seal
    return _loaded[place]


def known_certificate(fingerprint: str) -> bytes | None:
    """The certificate (PEM) with this fingerprint, those before the present one included."""
    with suppress(FileNotFoundError):
        return _certificate_path(fingerprint).read_bytes()
    return None


def _certificate_path(fingerprint: str) -> Path:
    return Path(settings.SEAL_KEY_DIR) / "certificates" / f"{fingerprint}.pem"


def _keep_certificate(seal: Seal) -> None:
    """Keep the certificate beside the key, so that a record can be checked after the key was replaced."""
    path = _certificate_path(seal.fingerprint)
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write_whole(path, seal.certificate_pem, 0o644)


def _read_bundle(bundle: Path) -> Seal:
    if bundle.stat().st_mode & 0o077:
        raise SealUnusable(f"{bundle} can be read by others. Run: chmod 600 {bundle}")
    text = bundle.read_bytes()
    try:
        key = serialization.load_pem_private_key(text, password=None)
        certificate = x509.load_pem_x509_certificate(text[text.index(b"-----BEGIN CERTIFICATE") :])
    except ValueError as error:
        raise SealUnusable(
            f"{bundle} must hold an unencrypted private key and its certificate in PEM form ({error})."
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SealUnusable(f"{bundle}: only RSA and elliptic curve keys can seal. Use one of them.")
    if key.public_key() != certificate.public_key():
        raise SealUnusable(f"{bundle}: the certificate does not belong to the key. Put the pair into the file.")
    return Seal(key, certificate)


def _make_bundle(bundle: Path) -> None:
    """Make key and certificate once, however many processes start at the same moment."""
    bundle.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (bundle.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if bundle.exists():
            return
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = _make_certificate(key, timezone.now())
        _write_whole(bundle, pem + certificate.public_bytes(serialization.Encoding.PEM), 0o600)


def _make_certificate(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.ENV.organisation[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, settings.ENV.unit[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "Trainingops, segel rekaman"),
        ]
    )
    usage = {
        name: name in {"digital_signature", "content_commitment"}
        for name in (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        )
    }
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _write_whole(path: Path, data: bytes, mode: int) -> None:
    """Write a file that is there with all its bytes and its mode, or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
