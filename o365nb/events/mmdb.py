"""Address databases in MaxMind's format (MMDB) that the user names: GeoLite2, GeoIP2, DB-IP, IPinfo.

Field names follow the published layouts of MaxMind (City, Country, ASN, ISP, Connection-Type, Anonymous-IP), DB-IP
(the same) and IPinfo (Lite, location, asn, privacy, carrier). What a database does not say stays None.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from o365nb.errors import BadEvidence
from o365nb.events.addresses import Known

if TYPE_CHECKING:
    from maxminddb.reader import Reader

_MEND = "Download it again, or leave it out."
#: Deeper nesting or longer texts than any publisher's are damage or malice.
_LONGEST = 200
_COUNTRY = re.compile(r"[A-Z]{2}")
_FLAGS = {
    "vpn": (
        *("is_anonymous_vpn", "is_public_proxy", "is_residential_proxy", "is_tor_exit_node", "is_anonymous"),
        *("vpn", "proxy", "tor", "relay"),
    ),
    "hosting": ("is_hosting_provider", "hosting"),
}
#: What a database calls the kind of a network; "business" is none of ours: small hosters are called that too.
_TYPES = {
    **dict.fromkeys(("hosting", "content_delivery_network"), "hosting"),
    **dict.fromkeys(("cellular", "mobile"), "mobile"),
    **dict.fromkeys(("isp", "residential", "cable/dsl", "consumer_privacy_network"), "isp"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """What one source says of an address. `country` is ISO 3166 alpha-2; `kind` as in `events.network_kind`."""

    country: str | None = None
    city: str | None = None
    asn: int | None = None
    as_org: str | None = None
    kind: str | None = None


class Source(Protocol):
    """Whatever can be asked about addresses; `title` names it with its date."""

    title: str

    def find(self, address: Known) -> Place:
        """What it says of an address; an empty Place when it says nothing."""


class Database:
    """One open MMDB file. Raises BadEvidence for a file that is none, and for one that turns out damaged when asked."""

    def __init__(self, path: Path) -> None:
        import maxminddb

        self.path = path
        try:
            self.sha256 = sha256_of(path)
            self._reader: Reader = maxminddb.open_database(path)
            about = self._reader.metadata()
            self.kind, self._version = str(about.database_type), about.ip_version
            self.built = datetime.fromtimestamp(about.build_epoch, UTC).date().isoformat()
        except OSError as error:
            raise BadEvidence(path, f"cannot be opened ({error.strerror or error})", "Mend --mmdb.") from None
        except _damage():
            raise BadEvidence(path, "not an address database in MMDB format, or cut off", _MEND) from None
        self.title = f"{self.kind}, {self.built}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    @property
    def description(self) -> dict[str, str]:
        """What `case.json` keeps of it: name, type, build date, SHA-256, and where it lay."""
        return {
            "name": self.path.name,
            "type": self.kind,
            "built": self.built,
            "sha256": self.sha256,
            "file": str(self.path.resolve()),
        }

    def find(self, address: Known) -> Place:
        if address.asked.version == 6 and self._version == 4:
            return Place()
        try:
            record: Any = self._reader.get(address.asked)
        except _damage() as error:
            raise BadEvidence(self.path, f"damaged ({error})", _MEND) from None
        return read(record) if isinstance(record, dict) else Place()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damage() -> tuple[type[Exception], ...]:
    """What the reader raises over a damaged file: its own error, or whatever the damage looks like in Python."""
    import maxminddb

    python = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, struct.error)
    return (maxminddb.InvalidDatabaseError, *python, MemoryError)


def read(record: dict[str, Any]) -> Place:
    """What a record of any of the known layouts says."""
    flat = {**_dict(record.get("traits")), **record}
    number = flat.get("autonomous_system_number", flat.get("asn", flat.get("as_number")))
    if isinstance(number, dict):  # IPinfo's bundles: asn: {asn, name, type}
        flat |= {name: value for name, value in number.items() if name in ("name", "type")}
        number = number.get("asn")
    country = record.get("country")
    iso = _dict(country).get("iso_code") or record.get("country_code") or country
    city = record.get("city")
    names = _dict(_dict(city).get("names"))
    return Place(
        country=iso if isinstance(iso, str) and _COUNTRY.fullmatch(iso) else None,
        city=_text(names.get("en") or next(iter(names.values()), None) or city),
        asn=_number(number),
        as_org=_text(flat.get("autonomous_system_organization") or flat.get("as_name") or flat.get("organization"))
        or _text(flat.get("isp") or (flat.get("name") if number else None)),
        kind=_kind(flat),
    )


def _kind(flat: dict[str, Any]) -> str | None:
    for kind, names in _FLAGS.items():
        if any(str(flat.get(name)).lower() == "true" for name in names):
            return kind
    if flat.get("carrier"):
        return "mobile"
    told = (flat.get("connection_type"), flat.get("user_type"), flat.get("type"), flat.get("as_type"))
    return next((_TYPES[text] for text in map(_lower, told) if text in _TYPES), None)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip()[:_LONGEST] or None if isinstance(value, str) else None


def _lower(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    digits = value.upper().removeprefix("AS") if isinstance(value, str) else str(value)
    number = int(digits) if re.fullmatch(r"\d{1,10}", digits, re.ASCII) else 0
    return number if 0 < number < 2**32 else None


def as_row(address: str, place: Place) -> dict[str, str | int]:
    """An answer as one flat object, empty fields left out."""
    told = {field.name: getattr(place, field.name) for field in fields(place)}
    return {"address": address, **{name: value for name, value in told.items() if value is not None}}


def from_rows(rows: Iterable[dict[str, Any]]) -> dict[str, Place]:
    """The answers that `as_row` wrote."""
    return {str(row["address"]): Place(**{field.name: row.get(field.name) for field in fields(Place)}) for row in rows}
