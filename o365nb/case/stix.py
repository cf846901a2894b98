"""Indicators for other tools: defanged for people, STIX 2.1 for machines."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from o365nb.model import Indicator

_NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # the STIX 2.1 namespace for deterministic ids
_PATTERNS = {
    "ip": "[ipv4-addr:value = '{}']",
    "ipv6": "[ipv6-addr:value = '{}']",
    "domain": "[domain-name:value = '{}']",
    "email": "[email-addr:value = '{}']",
    "url": "[url:value = '{}']",
    "user_agent": "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = '{}']",
    "session_id": "[x-o365nb-session:value = '{}']",
    "app_id": "[x-o365nb-application:value = '{}']",
}


def defang(value: str) -> str:
    """An indicator that nobody can click by accident: hxxp, [.] and [@]."""
    return value.replace("http", "hxxp").replace(".", "[.]").replace("@", "[@]")


def refang(value: str) -> str:
    """The indicator as observed again."""
    return value.replace("hxxp", "http").replace("[.]", ".").replace("[@]", "@")


def stix_bundle(indicators: Iterable[Indicator]) -> dict[str, Any]:
    """A STIX 2.1 bundle; equal indicators give equal ids, so importing twice changes nothing."""
    objects = [_indicator(indicator) for indicator in indicators]
    return {"type": "bundle", "id": f"bundle--{uuid.uuid5(_NAMESPACE, repr(objects))}", "objects": objects}


def _indicator(found: Indicator) -> dict[str, Any]:
    kind = "ipv6" if found.kind == "ip" and ":" in found.value else found.kind
    escaped = found.value.replace("\\", "\\\\").replace("'", "\\'")
    seen = _stamp(found.first or datetime(1970, 1, 1, tzinfo=UTC))
    pattern = _PATTERNS[kind].format(escaped)
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid5(_NAMESPACE, pattern)}",
        "created": seen,
        "modified": seen,
        "name": f"{found.kind}: {found.value}",
        "description": found.why,
        "indicator_types": ["compromised"],
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": seen,
    }


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"
