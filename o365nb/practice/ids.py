"""Deterministic ids and times: the same seed gives the same GUIDs, tokens and texts on every machine."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

#: A JSON object.
Json = dict[str, Any]


def guid(rng: Random) -> str:
    """A random GUID from `rng`."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def request_id(rng: Random) -> str:
    """The id of a request to the identity provider: a GUID whose last byte is zero, as Entra's are."""
    raw = bytearray(UUID(guid(rng)).bytes)
    raw[15] = 0
    return str(UUID(bytes=bytes(raw)))


def token_identifier(request: str) -> str:
    """The unique token identifier of a request: base64url of the GUID's sixteen little-endian bytes, 22 characters."""
    return base64.urlsafe_b64encode(UUID(request).bytes_le).decode().rstrip("=")


def message_id(rng: Random, domain: str) -> str:
    """An internet message id with angle brackets."""
    return f"<{rng.getrandbits(80):020X}@{domain}>"


def z(at: datetime) -> str:
    """Graph's way to write a time: seconds and Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def naive(at: datetime) -> str:
    """The audit log's way to write a time: UTC without a zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
