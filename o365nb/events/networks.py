"""Where an address is: offline, from the case's own sign-ins, and whose network that is, from lists that ship here.

Nothing is ever asked of anyone: no address of a victim leaves the machine. Entra writes network number, country and
city into its sign-in records; the same address in other sources (audit log, directory audits) takes them over.
"""

from __future__ import annotations

import csv
import ipaddress
from functools import cache
from importlib import resources

import duckdb

#: Sources whose `client_ip` is a mail server, not a person's device: never a place to learn from.
_MAIL = "message_trace"


@cache
def known_networks() -> dict[int, tuple[str, str]]:
    """Organisation and kind by network number. The practice tenant's (private-use numbers) are read where it ships."""
    package = resources.files("o365nb")
    known: dict[int, tuple[str, str]] = {}
    for name in ("events/networks.csv", "practice/networks.csv"):
        listed = package.joinpath(*name.split("/"))
        if not listed.is_file():
            continue
        lines = (line for line in listed.read_text("utf-8").splitlines() if line and not line.startswith("#"))
        for row in csv.DictReader(lines):
            number = int(row["asn"])
            if name.startswith("events") or _private_use(number):
                known[number] = (row["organisation"], row["kind"])
    return known


def _private_use(number: int) -> bool:
    """RFC 6996 (private use) and RFC 5398 (documentation) network numbers."""
    return 64496 <= number <= 65534 or 65536 <= number <= 65551 or 4_200_000_000 <= number <= 4_294_967_294


def canonical(address: str) -> str | None:
    """The one way to write an address: no zone, no leading zeros, IPv4-in-IPv6 as IPv4; None for what is none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    parsed = mapped or parsed
    return None if parsed.is_loopback or parsed.is_unspecified else str(parsed)


def create(connection: duckdb.DuckDBPyConnection, events: str) -> None:
    """Make the table `networks(client_ip, canonical, asn, country, city, as_org, network_kind)` for the addresses of
    the relation `events`. Per address the place that most of its sign-ins name counts; one per address."""
    addresses = connection.execute(f"SELECT DISTINCT client_ip FROM {events} WHERE client_ip IS NOT NULL").fetchall()
    connection.execute("CREATE OR REPLACE TEMP TABLE spelled (client_ip VARCHAR, canonical VARCHAR)")
    connection.execute("CREATE OR REPLACE TEMP TABLE known (asn BIGINT, as_org VARCHAR, network_kind VARCHAR)")
    _insert(connection, "spelled", [(address, canonical(address)) for (address,) in addresses])
    _insert(connection, "known", [(number, *known) for number, known in known_networks().items()])
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE networks AS
        WITH told AS (
            SELECT s.canonical, e.asn, e.country, e.city, count(*) AS times
            FROM {events} AS e JOIN spelled AS s USING (client_ip)
            WHERE e.source <> '{_MAIL}' AND (e.asn IS NOT NULL OR e.country IS NOT NULL)
            GROUP BY ALL
        ), best AS (
            SELECT canonical, arg_max(asn, (times, asn)) FILTER (asn IS NOT NULL) AS asn,
                arg_max(country, (times, country)) FILTER (country IS NOT NULL) AS country,
                arg_max(city, (times, city)) FILTER (city IS NOT NULL) AS city
            FROM told GROUP BY canonical
        )
        SELECT s.client_ip, s.canonical, b.asn, b.country, b.city
        FROM spelled AS s LEFT JOIN best AS b ON b.canonical = s.canonical
    """)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    """Many rows at once: bound parameters one by one are slow for an address list of a large tenant."""
    step = 500
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        marks = ", ".join(f"({', '.join('?' for _ in part[0])})" for _ in part)
        connection.execute(f"INSERT INTO {table} VALUES {marks}", [value for row in part for value in row])
