"""What an address is by its own bits: one way to write it, its scope, and the IPv4 address that it may carry."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Value = TypeVar("Value")

#: Ranges that no registry gives to one holder: IANA's special-purpose registries, and all of IPv6 that is not global
#: unicast (2000::/3). Own table: what Python calls global has changed from version to version.
_SCOPES: dict[str, tuple[str, ...]] = {
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "shared": ("100.64.0.0/10",),  # a carrier's NAT, RFC 6598
    "link_local": ("169.254.0.0/16", "fe80::/10"),
    "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": (
        *("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("::/3", "4000::/2", "8000::/1", "2001::/23"),
    ),
}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


class Ranges(Generic[Value]):
    """Networks with a value each; the narrowest network around an address answers."""

    def __init__(self, rows: Iterable[tuple[Network, Value]] = ()) -> None:
        self._by_length: dict[int, list[tuple[int, dict[int, Value]]]] = {}
        kept: dict[tuple[int, int], dict[int, Value]] = {}
        for network, value in rows:
            free = network.max_prefixlen - network.prefixlen
            kept.setdefault((network.version, free), {})[int(network.network_address) >> free] = value
        for (version, free), values in sorted(kept.items()):
            self._by_length.setdefault(version, []).append((free, values))

    def find(self, address: Address) -> Value | None:
        """The value of the narrowest network that holds the address; None when none does."""
        number = int(address)
        for free, values in self._by_length.get(address.version, ()):
            if (value := values.get(number >> free)) is not None:
                return value
        return None


_SPECIAL = Ranges((ipaddress.ip_network(text), scope) for scope, texts in _SCOPES.items() for text in texts)


_WRITTEN = re.compile(r"\[(?P<inner>[^\]]*)\](:\d+)?|(?P<address>[\d.]+):\d+")


@dataclass(frozen=True, slots=True)
class Known:
    """An address. `asked` is what lists are asked about: the IPv4 address inside a Teredo, 6to4 or NAT64 address, else
    the address itself. `scope` is public, private, shared, link_local, documentation, multicast or reserved."""

    text: str
    whole: Address
    asked: Address
    scope: str

    @property
    def embedded(self) -> str | None:
        """The IPv4 address that the IPv6 address carries, if it does."""
        return None if self.asked is self.whole else str(self.asked)


def known(address: str) -> Known | None:
    """What an address tells by itself; None for what is none, and for loopback and unspecified addresses.

    Knows the services' ways to write one: with a port, in brackets.
    """
    parsed: Address
    bare = _WRITTEN.fullmatch(address.strip())
    address = (bare["inner"] or bare["address"] or "") if bare else address.strip()
    try:
        if ":" in address:
            parsed = ipaddress.IPv6Address(address.partition("%")[0])
            parsed = parsed.ipv4_mapped or parsed
        else:
            parsed = ipaddress.IPv4Address(address)
    except ValueError:
        return None
    if parsed.is_loopback or parsed.is_unspecified:
        return None
    asked = _carried(parsed) or parsed
    return Known(str(parsed), parsed, asked, _SPECIAL.find(asked) or "public")


def canonical(address: str) -> str | None:
    """The one way to write an address: no zone, no leading zeros, IPv4-in-IPv6 as IPv4; None for what is none."""
    found = known(address)
    return found.text if found else None


def _carried(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    # Teredo (RFC 4380): the client's address as its NAT shows it, not the relay's.
    return address.teredo[1] if address.teredo else address.sixtofour
