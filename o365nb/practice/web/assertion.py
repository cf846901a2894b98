"""Client assertions: a JWT signed with the app's certificate instead of a secret."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_URL_SAFE = str.maketrans("+/", "-_")


def thumbprint(certificate: x509.Certificate) -> str:
    """x5t#S256: base64url of the certificate's SHA-256, without padding."""
    return base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")


def certificates_of(objects: Mapping[str, Any], client_id: str) -> dict[str, bytes]:
    """The certificates (x5t#S256 to DER) of an application that was registered in the tenant."""
    kept: dict[str, str] = objects.get("app_certificates", {})
    app = next((app for app in objects["applications"] if app["appId"] == client_id), None)
    mine = {_bytes(key["customKeyIdentifier"].translate(_URL_SAFE)) for key in app["keyCredentials"]} if app else set()
    return {name: base64.b64decode(der) for name, der in kept.items() if _bytes(name) in mine}


def assertion_problem(token: str, client_id: str, registered: Mapping[str, bytes]) -> str:
    """What is wrong with an assertion, "" for nothing. `registered` maps x5t#S256 to the certificate (DER)."""
    try:
        head, claims, signature = token.split(".")
        header, payload = _json(head), _json(claims)
        raw = _bytes(signature)
    except (ValueError, binascii.Error):
        return "Client assertion is malformed."
    known = registered.get(str(header.get("x5t#S256", "")).rstrip("="))  # msal pads it
    if known is None:
        return "The certificate used to sign the client assertion is not registered on the application."
    if payload.get("iss") != client_id or payload.get("sub") != client_id:
        return "Client assertion names another application."
    if float(payload.get("exp", 0)) < time.time():
        return "Client assertion is not within its valid time range."
    key = x509.load_der_x509_certificate(known).public_key()
    if not isinstance(key, RSAPublicKey):
        return "Client assertion failed signature validation."
    sha = hashes.SHA256()
    pads = {"PS256": padding.PSS(padding.MGF1(sha), padding.PSS.AUTO), "RS256": padding.PKCS1v15()}
    pad = pads.get(str(header.get("alg")))
    if pad is None:
        return "Client assertion failed signature validation."
    try:
        key.verify(raw, f"{head}.{claims}".encode(), pad, sha)
    except InvalidSignature:
        return "Client assertion failed signature validation."
    return ""


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(text: str) -> dict[str, Any]:
    data = json.loads(_bytes(text))
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for all that is malformed
    return data
