"""Where an address is and whose network that is, offline: every distinct address is looked up once, never every row.

Nothing is ever asked of anyone: no address of a victim leaves the machine. Sources, each before the next: the
analyst's own `networks.csv`; the case's own sign-ins (Entra writes network number, country and city into them, and
other sources take them over); Microsoft's published ranges; the databases that the user names; the lists and words
that ship here; the registries' files. The table `addresses` keeps which of them said what.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from o365nb.events import lists
from o365nb.events.addresses import Known, Ranges, known
from o365nb.events.kinds import WORDS_TITLE, by_name, known_networks
from o365nb.events.mmdb import Place, Source
from o365nb.events.overrides import FILE, Overrides
from o365nb.events.registry import Registry, registry
from o365nb.events.schema import ADDRESSES

#: Sources whose `client_ip` is a mail server, not a person's device: never a place to learn from.
_MAIL = "message_trace"
SIGN_INS = "sign-ins of this case"
_MICROSOFT = "Microsoft Corporation"

#: What `networks` and `known` replace in a SELECT from `normalised AS n` with `JOINS` behind it.
REPLACE = """
    p.canonical AS client_ip,
    coalesce(n.asn, p.asn) AS asn,
    coalesce(n.country, p.country) AS country,
    coalesce(n.city, p.city) AS city,
    CASE WHEN p.decided OR n.asn IS NULL OR n.asn = p.asn THEN p.as_org ELSE k.as_org END AS as_org,
    CASE WHEN p.canonical IS NULL THEN NULL
        WHEN p.decided OR n.asn IS NULL OR n.asn = p.asn THEN p.network_kind
        ELSE coalesce(k.network_kind, 'unknown') END AS network_kind
"""
JOINS = "LEFT JOIN networks AS p ON p.client_ip = n.client_ip LEFT JOIN known AS k ON k.asn = n.asn"

_NETWORKS = {
    "client_ip": "VARCHAR",
    "canonical": "VARCHAR",
    "asn": "BIGINT",
    "country": "VARCHAR",
    "city": "VARCHAR",
    "as_org": "VARCHAR",
    "network_kind": "VARCHAR",
    "decided": "BOOLEAN",  # by the address itself, whatever its network number
}


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What addresses are looked up in, beside the case's own sign-ins and the lists that ship here."""

    databases: tuple[Source, ...] = ()
    own: Overrides = field(default_factory=Overrides)
    registry: Registry | None = None

    @classmethod
    def shipped(cls) -> Enrichment:
        """Nothing of the user's own."""
        return cls(registry=registry())


def create(connection: duckdb.DuckDBPyConnection, events: str, by: Enrichment | None = None) -> None:
    """Make the tables `networks`, `known` (see REPLACE and JOINS) and `addresses` (`schema.ADDRESSES`, one row per
    distinct address of the relation `events`). Raises BadEvidence when a database turns out to be damaged."""
    by = by or Enrichment.shipped()
    spelled = connection.execute(f"SELECT DISTINCT client_ip FROM {events} WHERE client_ip IS NOT NULL").fetchall()
    found = {text: known(text) for (text,) in spelled}
    fill(connection, "spelled", {"client_ip": "VARCHAR", "canonical": "VARCHAR"}, [
        (text, address and address.text) for text, address in found.items()
    ])  # fmt: skip
    told, finder = _told(connection, events), _Finder(by)
    by_text = {address.text: address for address in found.values() if address}
    rows = {text: finder.row(address, told) for text, address in by_text.items()}
    fill(connection, "addresses", ADDRESSES, [[row.get(name) for name in ADDRESSES] for row in rows.values()])
    nothing: dict[str, Any] = {}
    fill(connection, "networks", _NETWORKS, [
        [text, address and address.text, *(row.get(name) for name in list(_NETWORKS)[2:])]
        for text, address in found.items()
        for row in [rows[address.text] if address else nothing]
    ])  # fmt: skip
    numbers = {number: finder.network(number) for number in {*known_networks(), *by.own.numbers}}
    fill(connection, "known", {"asn": "BIGINT", "as_org": "VARCHAR", "network_kind": "VARCHAR"}, [
        (number, first(orgs)[0], first(kinds)[0]) for number, (orgs, kinds) in numbers.items()
    ])  # fmt: skip


def _told(connection: duckdb.DuckDBPyConnection, events: str) -> dict[str, Place]:
    """What the sign-ins of the case say: per address the place that most of them name."""
    rows = connection.execute(f"""
        WITH told AS (
            SELECT s.canonical, e.asn, e.country, e.city, count(*) AS times
            FROM {events} AS e JOIN spelled AS s USING (client_ip)
            WHERE e.source <> '{_MAIL}' AND (e.asn IS NOT NULL OR e.country IS NOT NULL)
            GROUP BY ALL
        )
        SELECT canonical, arg_max(country, (times, country)) FILTER (country IS NOT NULL),
            arg_max(city, (times, city)) FILTER (city IS NOT NULL),
            arg_max(asn, (times, asn)) FILTER (asn IS NOT NULL)
        FROM told GROUP BY canonical
    """).fetchall()
    return {text: Place(country, city, asn) for text, country, city, asn in rows}


@cache
def _microsoft() -> tuple[Ranges[str], str]:
    listed = lists.read("ranges")
    rows = ((ipaddress.ip_network(row["network"]), row["service"]) for row in listed.rows)
    return Ranges(rows), f"Microsoft's published ranges, {listed.date}"


#: A value and the title of the source that gave it.
_Said = tuple[str | None, str | None]


class _Finder:
    """One answer per address, and who gave each part of it."""

    def __init__(self, by: Enrichment) -> None:
        self._by = by
        self._ranges, self._ranges_title = _microsoft()
        self._list_title = f"list of networks, {lists.read('networks').date}"

    def network(self, number: int) -> tuple[list[_Said], list[_Said]]:
        """What is said of a network number: organisations and kinds, the analyst's word before the list's."""
        own = self._by.own.numbers.get(number)
        org, kind = known_networks().get(number, (None, None))
        orgs: list[_Said] = [(own.org or own.label, FILE)] if own else []
        kinds: list[_Said] = [(own.kind, FILE)] if own else []
        return [*orgs, (org, self._list_title)], [*kinds, (kind, self._list_title)]

    def row(self, address: Known, told: dict[str, Place]) -> dict[str, Any]:
        """The row of `addresses`; also `decided`: the address itself says whose it is."""
        texts = (address.text, address.embedded)
        said = [(SIGN_INS, place) for text in texts if text and (place := told.get(text))]
        if address.scope == "public":
            said += [(database.title, database.find(address)) for database in self._by.databases]
            said += [(self._by.registry.title, self._by.registry.find(address))] if self._by.registry else []
        row: dict[str, Any] = {"address": address.text, "scope": address.scope, "embedded": address.embedded}
        row["country"], row["country_from"] = first([(place.country, title) for title, place in said])
        row["city"], row["city_from"] = first([(place.city, title) for title, place in said])
        row["asn"], row["asn_from"] = first([(place.asn, title) for title, place in said])
        return row | self._operator(address, row["asn"], said)

    def _operator(self, address: Known, asn: Any, said: list[tuple[str, Place]]) -> dict[str, Any]:
        """Whose network it is, and of what kind."""
        own, service = self._by.own.find(address), self._ranges.find(address.asked)
        listed_orgs, listed_kinds = self.network(asn) if asn else ([], [])
        databases = [(place.as_org, title) for title, place in said if place.as_org]
        flags = [(place.kind, title) for title, place in said if place.kind]
        orgs: list[_Said] = [(own.org or own.label, FILE)] if own else []
        orgs += [*listed_orgs, (service and _MICROSOFT, self._ranges_title), *databases]
        kinds: list[_Said] = [(own.kind, FILE)] if own else []
        kinds += [(kind, title) for kind, title in listed_kinds if title == FILE or kind == "microsoft"]
        kinds += [(service and "microsoft", self._ranges_title)]
        # A database knows a VPN's address inside an access provider's network; what else it says comes after the list.
        kinds += [(kind, title) for kind, title in flags if kind in ("vpn", "hosting")]
        kinds += [*listed_kinds, *flags, *((by_name(str(org)), WORDS_TITLE) for org, _ in databases)]
        numbered = self._by.own.numbers.get(asn)
        row: dict[str, Any] = {"label": (own and own.label) or (numbered and numbered.label) or service}
        row["as_org"], row["org_from"] = first(orgs)
        row["network_kind"], row["kind_from"] = first([*kinds, ("unknown", None)])
        return row | {"decided": bool(own or service)}


def first(said: Iterable[tuple[Any, str | None]]) -> tuple[Any, str | None]:
    """The first of the pairs (value, source) that has a value."""
    for value, title in said:
        if value:
            return value, title
    return None, None


def fill(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Make (or replace) a small temporary table. One list per column: a parameter per cell costs twenty times more."""
    content = list(rows)
    values = [[row[place] for row in content] for place in range(len(columns))]
    cells = ", ".join(f'unnest(CAST(? AS {kind}[])) AS "{column}"' for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {cells}", values)
