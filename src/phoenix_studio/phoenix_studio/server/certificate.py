"""The certificate for other devices: made at the first use, kept until it has to be renewed."""

import ipaddress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from phoenix_core.storage.toy_file import replace_file

LIFE = timedelta(days=825)  # as long as browsers allow
RENEWED = timedelta(days=30)  # before its end
SKEW = timedelta(days=1)  # of the clocks of other devices


def certificate(file: Path, host: str, now: datetime | None = None) -> str:
    """
    Return the SHA-256 fingerprint of a certificate for an address, as browsers show it.

    :param file: holds key and certificate, readable by its owner alone; written where it is
        missing, damaged, for another address, or about to end.
    :param host: an IP address.
    """
    now = now or datetime.now(timezone.utc)
    found = _read(file)
    if found is None or not _fits(found, host, now):
        found = _make(file, host, now)
    return found.fingerprint(hashes.SHA256()).hex(':').upper()


def _read(file: Path) -> x509.Certificate | None:
    try:
        pem = file.read_bytes()
        serialization.load_pem_private_key(pem, None)
        return x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError, TypeError):  # there is none, or it is damaged
        return None


def _fits(found: x509.Certificate, host: str, now: datetime) -> bool:
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.IPAddress)
    return ipaddress.ip_address(host) in addresses and now < found.not_valid_after_utc - RENEWED


def _make(file: Path, host: str, now: datetime) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'Phoenix')])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LIFE)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    replace_file(file, (private + public).decode())
    return made
