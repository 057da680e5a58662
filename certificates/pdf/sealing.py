"""The organisation's electronic seal: PAdES baseline B-B (ETSI EN 319 142-1) over the whole file, allowing no changes.

pyHanko fills the empty field that the drawing left in the structure tree, so that the file stays PDF/UA and PDF/A.
"""

import asyncio
import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

ROOM = 8192
"""Bytes kept for the signature; a fixed size spares signing twice to learn it."""


class UnusableSeal(Exception):
    """The file does not hold a private key and its certificate."""


@dataclass(frozen=True)
class SealKey:
    """A private key, the certificate that goes with it, and those above it."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @cached_property
    def signer(self) -> "_Signer":
        store = SimpleCertificateStore()
        store.register_multiple([_asn1(each) for each in self.chain])
        plain = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made = _Signer(
            signing_cert=_asn1(self.certificate), signing_key=asn1_keys.PrivateKeyInfo.load(plain), cert_registry=store
        )
        made.loaded = self.key
        return made


class _Signer(signers.SimpleSigner):
    """pyHanko's own reads, and for RSA checks, the key at every signature: three to seven times as slow."""

    loaded: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if isinstance(self.loaded, ec.EllipticCurvePrivateKey):
            return self.loaded.sign(data, ec.ECDSA(hashes.SHA256()))
        return self.loaded.sign(data, padding.PKCS1v15(), hashes.SHA256())


def sealed(pdf: bytes, field: str, key: SealKey, *, reason: str) -> bytes:
    """The file with its field filled. Not the same bytes twice: keep what was handed out."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer._update_meta = lambda: None  # type: ignore[method-assign] # pyHanko's XMP would drop what PDF/A asks for
    about = signers.PdfSignatureMetadata(
        field_name=field, reason=reason, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )  # fmt: skip
    out, signer = io.BytesIO(), signers.PdfSigner(about, signer=key.signer)

    def fill() -> None:
        signer.sign_pdf(writer, output=out, bytes_reserved=ROOM)

    if _loop_runs():  # pyHanko starts a loop of its own
        with ThreadPoolExecutor(1) as thread:
            thread.submit(fill).result()
    else:
        fill()
    return out.getvalue()


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def read_key(pem: bytes) -> SealKey:
    """From a PEM file: the private key, its certificate, then any above it. Raises UnusableSeal."""
    try:
        key = serialization.load_pem_private_key(pem, None)
        certificate, *chain = x509.load_pem_x509_certificates(pem)
    except (ValueError, TypeError) as fault:
        raise UnusableSeal("a PEM file with an unencrypted private key, its certificate and its chain") from fault
    if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise UnusableSeal("the key is neither RSA nor of an elliptic curve")
    if key.public_key() != certificate.public_key():
        raise UnusableSeal("the first certificate is not that of the key")
    return SealKey(key, certificate, tuple(chain))


def new_key(organisation: str, now: dt.datetime, days: int = 1095) -> bytes:
    """A key and a certificate that it signs itself, as PEM: for development. It proves that a file is unchanged; nobody
    else vouches for whose it is."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, "Development seal"),
    ])  # fmt: skip
    signing = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(signing, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain + certificate.public_bytes(serialization.Encoding.PEM)


def _asn1(certificate: x509.Certificate) -> Any:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
