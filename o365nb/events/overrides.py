"""The analyst's own word on networks: `networks.csv` in the case folder. It comes before every list and database."""

from __future__ import annotations

import csv
import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from o365nb.errors import BadEvidence
from o365nb.events.addresses import Known, Network, Ranges

#: What `events.network_kind` may say.
KINDS = ("isp", "mobile", "hosting", "vpn", "microsoft", "corporate", "unknown")
FILE = "networks.csv"
_COLUMNS = ("network", "kind", "org", "label")


@dataclass(frozen=True, slots=True)
class Own:
    """What the analyst says of a network; empty says nothing. `label` is a name for people ("our VPN")."""

    kind: str = ""
    org: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Overrides:
    """The analyst's lines, by range and by AS number; a range comes before an AS number, a narrow one before a wide."""

    ranges: Ranges[Own] = field(default_factory=Ranges)
    numbers: dict[int, Own] = field(default_factory=dict)
    text: str = ""

    def find(self, address: Known) -> Own | None:
        """The line for an address itself, or for the IPv4 address inside it."""
        return self.ranges.find(address.whole) or self.ranges.find(address.asked)


def load(path: Path) -> Overrides:
    """The overrides of a file, none where there is no file. Raises BadEvidence naming the line that cannot be read."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return Overrides()
    except (UnicodeDecodeError, OSError) as error:
        raise BadEvidence(path, f"cannot be read ({error})", "Save it as CSV in UTF-8.") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Overrides:
    """The overrides of a file's text: a header, then `network` (range, address or AS number), `kind`, `org`, `label`.

    Raises BadEvidence naming the line that cannot be read.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    ranges: list[tuple[Network, Own]] = []
    numbers: dict[int, Own] = {}
    header: list[str] = []
    for number, line in lines:
        # European spreadsheets write semicolons.
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=";" if ";" in line else ","))]
        if not header:
            header = _header(cells, path, number)
            continue
        row = dict(zip(header, cells, strict=False))
        kind = row.get("kind", "").lower()
        if kind and kind not in KINDS:
            raise BadEvidence(path, f"{kind!r} is no kind of network", f"Write one of {', '.join(KINDS)}.", number)
        own = Own(kind, row.get("org", ""), row.get("label", ""))
        match = _network(row.get("network", ""), path, number)
        if isinstance(match, int):
            numbers[match] = own
        else:
            ranges.append((match, own))
    return Overrides(Ranges(ranges), numbers, text)


def _header(cells: list[str], path: Path, number: int) -> list[str]:
    names = [{"cidr": "network", "asn": "network"}.get(cell.lower(), cell.lower()) for cell in cells]
    if "network" not in names or not set(names) <= set(_COLUMNS):
        mend = f"Write {','.join(_COLUMNS)} as its first line."
        raise BadEvidence(path, "the header is not understood", mend, number)
    return names


def _network(text: str, path: Path, number: int) -> Network | int:
    if found := re.fullmatch(r"(?:AS)?(\d{1,10})", text, re.IGNORECASE | re.ASCII):
        return int(found[1])
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        mend = "Write 203.0.113.0/24, 2001:db8::/48, one address, or AS64496."
        raise BadEvidence(path, f"{text!r} is no network", mend, number) from None
