"""What the attacker left that can be met elsewhere: addresses, sessions, tools, telephones, forward targets, names.

An artefact is only worth looking for when the owner does not carry it too: what user-labelled events share is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import SURE, Labels, accepted_domains, domain_of, subjects_of
from o365nb.analysis.indicators import is_public
from o365nb.analysis.trail import MICROSOFT_ASN, Event, address_facts, network_of
from o365nb.engine import Engine
from o365nb.model import Label, Persistence

#: Programs that people do not read mail with.
TOOLS = ("tool", "headless")
#: Sign-ins and acts; mail that came in says something of its sender only.
_TOLD = ("message_trace", "alert", "incident", "risk_detection")


@dataclass(frozen=True, slots=True)
class Artefact:
    """One thing to look for: `subjects` are the accounts from which it was learned."""

    kind: (
        str  # address, pair, agent, session, token, device, device_name, app, phone, forward, rule_name, lure, mailbox
    )
    value: str
    subjects: frozenset[str]


def artefacts(
    engine: Engine, labels: Labels, events: Iterable[Event], kept: Iterable[Persistence]
) -> dict[tuple[str, str], Artefact]:
    """Everything to look for, by kind and value: from surely attacker-labelled events and the attacker's objects."""
    found: dict[tuple[str, str], set[str]] = {}
    own, subjects = accepted_domains(engine), frozenset(subjects_of(engine))
    for row in _acts(engine, labels):
        person = (row["target" if row["source"] == "message_trace" else "actor"] or "").lower()
        if person in subjects:  # others' habits are nobody's artefacts
            for key in _traces(row, own, subjects):
                found.setdefault(key, set()).add(person)
    for key, owner in _objects(engine, labels, kept, own):
        found.setdefault(key, set()).add(owner)
    for key in _innocent(labels, events):
        found.pop(key, None)
    return {key: Artefact(*key, frozenset(people)) for key, people in found.items() if key[1]}


def _acts(engine: Engine, labels: Labels) -> list[dict[str, Any]]:
    theirs, _ = attacker_tables(engine, labels)
    address_facts(engine)
    rows = engine.rows(f"""
        SELECT e.*, coalesce(e.asn, a.asn) AS any_asn,
               coalesce(nullif(e.network_kind, 'unknown'), a.network_kind) AS any_kind
        FROM {theirs} e LEFT JOIN analysis_addresses a ON a.client_ip = e.client_ip ORDER BY e.time, e.event_id
    """)
    return [row for row in rows if labels[row["event_id"]].confidence >= SURE]


def _traces(row: Mapping[str, Any], own: frozenset[str], subjects: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What one act of the attacker shows. Microsoft's own addresses show nothing."""
    if row["source"] == "message_trace":
        domain = domain_of(row["actor"])
        if domain and domain not in own:
            yield "lure", domain
        return
    if row["source"] in _TOLD:
        return
    agent = (row["user_agent"] or "").lower()
    microsoft = row["any_asn"] in MICROSOFT_ASN or row["any_kind"] == "microsoft"
    if row["client_ip"] and not microsoft and is_public(row["client_ip"]):
        yield "address", network_of(row["client_ip"].lower())
        if agent and row["any_asn"]:
            yield "pair", f"as{row['any_asn']} {agent}"
    if agent and row["client_kind"] in TOOLS and not microsoft:
        yield "agent", agent
    yield "session", (row["session_id"] or "").lower()
    yield "token", (row["token_id"] or "").lower()
    if not row["device_managed"]:
        yield "device", (row["device_id"] or "").lower()
    mailbox = (row["mailbox_owner"] or "").lower()
    if "@" in mailbox and mailbox not in subjects and mailbox != (row["actor"] or "").lower():
        yield "mailbox", mailbox


def _objects(
    engine: Engine, labels: Labels, kept: Iterable[Persistence], own: frozenset[str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """What the attacker's objects show, those that stand and those that only the log knows."""
    theirs = {item.id: item.owner for item in kept if item.verdict is Label.ATTACKER}
    for table, read in (
        ("inbox_rules", rule_marks),
        ("auth_methods", method_marks),
        ("devices", device_marks),
        ("oauth_grants", app_marks),
        ("mailboxes", forward_marks),
    ):
        for row in engine.rows(f"SELECT * FROM {table} ORDER BY key"):
            if row["key"] in theirs:
                yield from ((mark, theirs[row["key"]]) for mark in read(row, own))
    for row in engine.rows("SELECT * FROM rule_changes WHERE change = 'set' ORDER BY time, event_id"):
        label = labels.get(row["event_id"])
        if label and label.label is Label.ATTACKER and label.confidence >= SURE:
            yield from ((mark, (row["owner"] or "").lower()) for mark in rule_marks(row, own))
    _, properties = attacker_tables(engine, labels)
    rows = engine.rows(f"""
        SELECT event_id, lower(value) AS value FROM {properties}
        WHERE name LIKE '%Forwarding%Address' AND coalesce(value, '') <> '' ORDER BY event_id, value
    """)
    for row in rows:
        if labels[row["event_id"]].confidence >= SURE:
            for mark in _targets([row["value"]], own):
                yield mark, labels[row["event_id"]].actor.lower()


def rule_marks(row: Mapping[str, Any], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The name of an inbox rule, and the addresses outside that it sends mail to."""
    name = " ".join((row["name"] or "").lower().split())
    if name:
        yield "rule_name", name
    for column in ("forward_to", "redirect_to", "forward_as_attachment_to"):
        yield from _targets(row[column] or (), own)


def forward_marks(row: Mapping[str, Any], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The address outside that a mailbox forwards to."""
    return _targets([row["forwarding_smtp_address"] or row["forwarding_address"] or ""], own)


def method_marks(row: Mapping[str, Any], _: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """The telephone of a sign-in method, by its digits."""
    if mark := digits(row["phone_number"] or ""):
        yield "phone", mark


def device_marks(row: Mapping[str, Any], _: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """A device's id and name; partnerships with a mailbox all bear the program's name, so only the id of those."""
    yield "device", (row["device_id"] or "").lower()
    if row["trust_type"] != "MobilePartnership":
        yield "device_name", (row["name"] or "").lower()


def app_marks(row: Mapping[str, Any], _: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """The application of a grant."""
    yield "app", (row["app_id"] or "").lower()


def digits(phone: str) -> str:
    """A telephone number without its spelling; "" for what is too short or masked."""
    only = "".join(char for char in phone if char.isascii() and char.isdigit())
    return only if len(only) >= 6 and "*" not in phone and "x" not in phone.lower() else ""


def _targets(addresses: Iterable[str], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        plain = address.lower().strip().removeprefix("smtp:")
        if (domain := domain_of(plain)) and domain not in own:
            yield "forward", plain


def _innocent(labels: Labels, events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """What the owner's own successful events carry."""
    for event in events:
        label = labels.get(event.event_id)
        if label is None or label.label not in (Label.USER, Label.RESPONDER) or event.result == "failure":
            continue
        agent = event.user_agent.lower()
        yield "address", event.network
        yield "pair", f"as{event.asn} {agent}"
        yield "agent", agent
        yield "session", event.session_id
        yield "token", event.token_id
        yield "device", event.device_id
