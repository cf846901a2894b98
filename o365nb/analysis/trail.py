"""The events of the people under investigation, in memory, each with the traces that tie events together."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from o365nb.analysis.base import short
from o365nb.engine import Engine
from o365nb.model import utc

#: A trace: what kind of thing, and its value. Two events with one trace in common may be one person's.
Trace = tuple[str, str]

MICROSOFT_ASN = {8075, 8068, 8069, 8070, 8071, 8072, 8073, 8074, 12076}
SIGN_INS = ("sign_in", "sign_in_noninteractive")
_SEND = {"Send", "SendAs", "SendOnBehalf"}


class Event(NamedTuple):
    """One row of `events`: the columns that attribution needs."""

    event_id: str
    time: datetime
    source: str
    workload: str
    operation: str
    actor: str
    actor_kind: str
    target: str
    client_ip: str
    country: str
    asn: int
    network_kind: str
    user_agent: str
    os: str
    browser: str
    session_id: str
    token_id: str
    device_id: str
    device_managed: bool | None
    app_id: str
    app_name: str
    correlation_id: str
    result: str
    client_app: str
    mailbox_owner: str
    message_id: str
    message_subject: str

    @property
    def by_microsoft(self) -> bool:
        """From one of Microsoft's own addresses: says nothing about who acted."""
        return self.asn in MICROSOFT_ASN or self.network_kind == "microsoft"

    @property
    def network(self) -> str:
        """The address for people to be told by: an IPv4 address, or the /64 of an IPv6 one; "" for none."""
        return "" if self.by_microsoft or self.source == "message_trace" else network_of(self.client_ip)

    @property
    def place(self) -> str:
        """The wider network: the AS number, else the neighbourhood of the address (/16, for IPv6 /48)."""
        if not self.network:
            return ""
        return f"AS{self.asn}" if self.asn else neighbourhood_of(self.client_ip)

    @property
    def client(self) -> str:
        """The family of the program: it survives a browser's update."""
        if self.os or self.browser:
            return f"{self.os or '?'} {self.browser or '?'}"
        return self.user_agent or self.client_app.partition(";")[0]

    @property
    def sends(self) -> bool:
        return self.operation in _SEND

    def said(self) -> str:
        """The event in words a person can look up."""
        where = f" from {self.client_ip}" if self.client_ip else ""
        asn = f" (AS{self.asn})" if self.client_ip and self.asn else ""
        name = "sign-in" if self.source in SIGN_INS else short(self.operation, 60)
        return f"the {name} at {self.time:%Y-%m-%d %H:%M:%S}{where}{asn}"


_LOWER = {"actor", "mailbox_owner", "session_id", "token_id", "device_id", "app_id", "correlation_id", "client_ip"}
_PLAIN = {"time": "e.time", "asn": "coalesce(e.asn, a.asn, 0)"}
# A mark without the device's id vouches for nobody: a token stolen from a managed computer carries the mark with it.
_PLAIN["device_managed"] = """CASE WHEN e.device_managed AND coalesce(e.device_id, '') = '' THEN NULL
    ELSE e.device_managed END"""
_PLAIN["network_kind"] = "coalesce(nullif(e.network_kind, 'unknown'), a.network_kind, 'unknown')"


def _column(name: str) -> str:
    given = _PLAIN.get(name) or (f"coalesce(lower(e.{name}), '')" if name in _LOWER else f"coalesce(e.{name}, '')")
    return f"{given} AS {name}"


def address_facts(engine: Engine) -> None:
    """Make the table `analysis_addresses`: network and kind of every address, as far as any source knows them."""
    engine.once(
        "analysis_addresses",
        """
        SELECT client_ip, max(asn) AS asn, max(nullif(network_kind, 'unknown')) AS network_kind
        FROM events WHERE client_ip IS NOT NULL AND source <> 'message_trace' GROUP BY client_ip
    """,
    )


def load(engine: Engine, where: str, table: str = "events") -> list[Event]:
    """Events for which `where` (SQL over the columns of `table`) holds, in order of time.

    The audit log names addresses without their network; sign-ins from the same address fill that in.
    """
    address_facts(engine)
    columns = ", ".join(_column(name) for name in Event._fields)
    sql = f"""
        SELECT {columns} FROM (SELECT * FROM {table} WHERE {where}) AS e
        LEFT JOIN analysis_addresses AS a ON a.client_ip = e.client_ip ORDER BY e.time, e.event_id
    """
    rows = (Event(**row) for row in engine.rows(sql) if row["time"] is not None)
    return [row._replace(time=utc(row.time)) for row in rows]


def of_subjects(engine: Engine) -> list[Event]:
    """Every event that a subject did, or that was done to a subject's mailbox or account.

    Exchange's cmdlets name the mailbox in their own way as target, and as the administrator typed it in Identity.
    """
    engine.case_events()
    engine.case_properties()
    mine = "(SELECT upn FROM subjects)"
    named = f"""(SELECT event_id FROM case_properties
                 WHERE name IN ('Parameters.Identity', 'Parameters.Mailbox') AND lower(value) IN {mine})"""
    return load(
        engine,
        f"lower(actor) IN {mine} OR lower(mailbox_owner) IN {mine} OR lower(target) IN {mine} OR event_id IN {named}",
        "case_events",
    )


@lru_cache(maxsize=65536)
def neighbourhood_of(client_ip: str) -> str:
    """The /16 of an IPv4 address, the /48 of an IPv6 one; "" for what is no address."""
    try:
        address = ipaddress.ip_address(client_ip)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 16 if address.version == 4 else 48), strict=False))


@lru_cache(maxsize=65536)
def network_of(client_ip: str) -> str:
    """An IPv4 address as it is, an IPv6 address as its /64: privacy addresses change daily inside it."""
    if ":" not in client_ip:
        return client_ip
    try:
        address = ipaddress.IPv6Address(client_ip)
    except ValueError:
        return client_ip
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))


def traces(event: Event) -> list[Trace]:
    """What the event shares with others of the same hand."""
    found = [
        ("session", event.session_id),
        ("token", event.token_id),
        ("device", event.device_id),
        ("address", event.network),
        ("correlation", event.correlation_id if event.source != "message_trace" else ""),
        ("message", event.message_id if event.sends or event.source == "message_trace" else ""),
        ("app", event.app_id),
    ]
    if event.place and (program := event.user_agent or event.client_app):
        found.append(("pair", f"{event.place} {program}"))
    return [(kind, value) for kind, value in found if value]


def index(events: Iterable[Event]) -> dict[Trace, list[Event]]:
    """Events by trace: what makes the closure linear."""
    found: dict[Trace, list[Event]] = {}
    for event in events:
        for trace in traces(event):
            found.setdefault(trace, []).append(event)
    return found
