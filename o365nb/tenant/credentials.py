"""What an application proves itself with: a client secret, or a certificate in a PEM or PFX file."""

from __future__ import annotations

import getpass
import os
import re
import sys
from pathlib import Path
from typing import Any

from o365nb.errors import BadInput
from o365nb.tenant.profile import Profile

SECRET = "O365NB_CLIENT_SECRET"  # noqa: S105 - the name of the variable, not a secret
PASSPHRASE = "O365NB_CERTIFICATE_PASSPHRASE"  # noqa: S105 - likewise

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def client_secret() -> str:
    """From the environment, else typed by a person; never from a file."""
    return _typed(
        SECRET, "Client secret", "The client secret is missing.", "Run it again, or use another method to sign in."
    )


def certificate(profile: Profile) -> dict[str, str]:
    """The credential as msal wants it, from a PEM file (key and certificate) or a PFX file.

    Raises BadInput when a part is missing, or the passphrase is missing or wrong.
    """
    path = profile.certificate
    if path is None or not path.is_file():
        raise BadInput(f"Profile {profile.name!r}: no certificate file at {path}. Name a PEM or PFX file.")
    if path.suffix.lower() in (".pfx", ".p12"):
        return _from_pfx(path)
    return _from_pem(path)


def _from_pem(path: Path) -> dict[str, str]:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = path.read_text("utf-8", "replace")
    public = _CERTIFICATE.search(text)
    if "PRIVATE KEY-----" not in text or public is None:
        raise BadInput(f"{path}: needs both the private key and the certificate (PEM). Put both into the file.")
    locked = "ENCRYPTED" in text
    phrase = _passphrase(path) if locked else None
    try:
        key = load_pem_private_key(text.encode(), phrase)
    except (ValueError, TypeError):
        raise BadInput(f"{path}: {_unreadable(locked=locked)}") from None
    return _credential(key, public[0])


def _from_pfx(path: Path) -> dict[str, str]:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    data = path.read_bytes()
    try:
        opened = load_pkcs12(data, os.environ.get(PASSPHRASE, "").encode() or None)
    except ValueError:
        try:
            opened = load_pkcs12(data, _passphrase(path))
        except ValueError:
            raise BadInput(f"{path}: {_unreadable(locked=True)}") from None
    if opened.key is None or opened.cert is None:
        raise BadInput(f"{path}: needs both the private key and the certificate. Export it again with its key.")
    return _credential(opened.key, opened.cert.certificate.public_bytes(Encoding.PEM).decode())


def _credential(key: Any, public: str) -> dict[str, str]:
    """In memory only: the key is never written anywhere."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"private_key": text, "public_certificate": public}


def _passphrase(path: Path) -> bytes:
    problem = f"{path}: the passphrase of this certificate is missing."
    return _typed(PASSPHRASE, f"Passphrase of {path.name}", problem, "Run it again.").encode()


def _unreadable(*, locked: bool) -> str:
    if locked:
        return f"cannot be opened: the passphrase is wrong, or the file is damaged. Set {PASSPHRASE} and run it again."
    return "the private key cannot be read. Export it again as PEM (PKCS #8) or use the PFX file."


def _typed(variable: str, label: str, missing: str, advice: str) -> str:
    if given := os.environ.get(variable):
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"{missing} Set {variable} or run this on a terminal to type it.")
    if typed := getpass.getpass(f"{label}: "):
        return typed
    raise BadInput(f"Nothing was typed for {label[0].lower()}{label[1:]}. {advice}")
