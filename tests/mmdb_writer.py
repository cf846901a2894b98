"""Small real MMDB files (MaxMind DB file format 2.0), written from networks and records."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

_STRING, _UINT16, _UINT32, _MAP, _UINT64, _ARRAY, _BOOL = 2, 5, 6, 7, 9, 11, 14
#: Metadata whose types the format prescribes.
_WIDTHS = {"build_epoch": _UINT64, "node_count": _UINT32}
_MARKER = b"\xab\xcd\xefMaxMind.com"
BUILT = 1_794_873_600  # 2026-11-17


def write(path: Path, kind: str, networks: dict[str, Any], *, version: int = 6, built: int = BUILT) -> Path:
    """The database `path` of that type; IPv4 networks lie in ::/96 of an IPv6 one, as MaxMind puts them."""
    nodes: list[list[int | bytes | None]] = [[None, None]]
    for text, record in sorted(networks.items(), key=lambda item: ipaddress.ip_network(item[0]).prefixlen):
        _insert(nodes, ipaddress.ip_network(text), _encode(record), version)
    offsets: dict[bytes, int] = {}
    data = b""
    for node in nodes:
        for value in node:
            if isinstance(value, bytes) and value not in offsets:
                offsets[value] = len(data)
                data += value

    def number(value: int | bytes | None) -> bytes:
        if value is None:
            return len(nodes).to_bytes(4, "big")
        return (value if isinstance(value, int) else len(nodes) + 16 + offsets[value]).to_bytes(4, "big")

    tree = b"".join(number(value) for node in nodes for value in node)
    about = {
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": built,
        "database_type": kind, "description": {"en": kind}, "ip_version": version, "languages": ["en"],
        "node_count": len(nodes), "record_size": 32,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    told = b"".join(
        _encode(key) + (_number(item, _WIDTHS.get(key, _UINT16)) if isinstance(item, int) else _encode(item))
        for key, item in about.items()
    )
    path.write_bytes(tree + bytes(16) + data + _MARKER + _head(_MAP, len(about)) + told)
    return path


def _insert(nodes: list[list[Any]], network: Any, record: bytes, version: int) -> None:
    shift = 96 if version == 6 and network.version == 4 else 0
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    path = "0" * shift + bits
    at = 0
    for bit in path[:-1]:
        below = nodes[at][int(bit)]
        if not isinstance(below, int):  # a wider network's record goes on in both halves
            nodes.append([below, below])
            nodes[at][int(bit)] = below = len(nodes) - 1
        at = below
    nodes[at][int(path[-1])] = record


def _encode(value: Any) -> bytes:
    match value:
        case bool():
            return _head(_BOOL, int(value))
        case str():
            return _head(_STRING, len(value.encode())) + value.encode()
        case int():
            return _number(value, _UINT32 if value < 2**32 else _UINT64)
        case list():
            return _head(_ARRAY, len(value)) + b"".join(_encode(item) for item in value)
        case _:
            return _head(_MAP, len(value)) + b"".join(_encode(key) + _encode(item) for key, item in value.items())


def _number(value: int, kind: int) -> bytes:
    body = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return _head(kind, len(body)) + body


def _head(kind: int, size: int) -> bytes:
    """The control byte: type (with a second byte from 8 on) and size (up to 284)."""
    small, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    first = bytes([(kind if kind < 8 else 0) << 5 | small])
    return first + (bytes([kind - 7]) if kind >= 8 else b"") + more


CITY = {
    "city": {"names": {"de": "Köln", "en": "Cologne"}},
    "country": {"iso_code": "DE", "names": {"en": "Germany"}},
    "location": {"time_zone": "Europe/Berlin"},
}
ASN = {"autonomous_system_number": 3320, "autonomous_system_organization": "Deutsche Telekom AG"}
