"""Where the people of the practice tenant are on the network: addresses, autonomous systems, towns.

Addresses come from ranges that belong to nobody: RFC 5737, RFC 3849 and the shared range 100.64.0.0/10.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from random import Random


@dataclass(frozen=True, slots=True)
class Network:
    """An autonomous system: what the enrichment of a live case would know of its number."""

    asn: int
    organisation: str
    kind: str  # isp, mobile, hosting, vpn, corporate


@dataclass(frozen=True, slots=True)
class Town:
    """A town as sign-in records name it."""

    city: str
    state: str
    country: str  # ISO 3166 alpha-2
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Place:
    """One address in one network in one town."""

    ip: str
    asn: int
    town: Town

    def with_port(self, port: int) -> str:
        """The address as some audit records write it: with a port."""
        return f"[{self.ip}]:{port}" if ":" in self.ip else f"{self.ip}:{port}"


COLOGNE = Town("Koeln", "Nordrhein-Westfalen", "DE", 50.9375, 6.9603)
BONN = Town("Bonn", "Nordrhein-Westfalen", "DE", 50.7374, 7.0982)
DUSSELDORF = Town("Duesseldorf", "Nordrhein-Westfalen", "DE", 51.2277, 6.7735)
LISBON = Town("Lisboa", "Lisboa", "PT", 38.7223, -9.1393)
LONDON = Town("London", "England", "GB", 51.5072, -0.1276)
AMSTERDAM = Town("Amsterdam", "Noord-Holland", "NL", 52.3676, 4.9041)
BUCHAREST = Town("Bucuresti", "Bucuresti", "RO", 44.4268, 26.1025)
DALLAS = Town("Dallas", "Texas", "US", 32.7767, -96.797)
OSTRAVA = Town("Ostrava", "Moravskoslezsky kraj", "CZ", 49.8209, 18.2625)
TALLINN = Town("Tallinn", "Harjumaa", "EE", 59.437, 24.7536)
CHICAGO = Town("Chicago", "Illinois", "US", 41.8781, -87.6298)

_HOME_TOWNS = (COLOGNE, COLOGNE, BONN, DUSSELDORF)
_HOME_NETWORKS = (64520, 64521, 64522)
_CARRIERS = (64530, 64531)


def networks() -> tuple[Network, ...]:
    """Every network of the stories, from `networks.csv`."""
    text = resources.files(__package__).joinpath("networks.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(Network(int(row["asn"]), row["organisation"], row["kind"]) for row in rows)


def office(number: int) -> Place:
    """One of the office's few outgoing addresses."""
    return Place(f"198.51.100.{10 + number % 4}", 64512, COLOGNE)


def home(number: int) -> Place:
    """The home line of the person with that number; every fifth has IPv6."""
    network = number % len(_HOME_NETWORKS)
    town = _HOME_TOWNS[number % len(_HOME_TOWNS)]
    if number % 5 == 4:
        return Place(f"2001:db8:{network + 1:x}:{number:x}::{number * 7 + 16:x}", _HOME_NETWORKS[network], town)
    return Place(f"100.{64 + network}.{number}.{20 + number}", _HOME_NETWORKS[network], town)


def carrier(number: int, rng: Random) -> Place:
    """An address that the mobile carrier of that person gives out for some hours."""
    network = number % len(_CARRIERS)
    return Place(f"100.{96 + network}.{rng.randrange(8)}.{rng.randrange(1, 255)}", _CARRIERS[network], COLOGNE)
