"""Mail that the attacker had sent on: what the trace shows going to an address that their rule or setting names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from o365nb.analysis.base import SURE, Labels, accepted_domains, attackers, domain_of, moment, short, subjects_of
from o365nb.analysis.mail_facts import MailFacts, mail_facts
from o365nb.engine import Engine
from o365nb.model import Exposure, utc

#: Parameters of Set-Mailbox, transport and journal rules that send mail on. Inbox rules are read as rules.
_SENDS_ON = (
    "ForwardingSmtpAddress",
    "ForwardingAddress",
    "BlindCopyTo",
    "CopyTo",
    "RedirectMessageTo",
    "AddToRecipients",
    "JournalEmailAddress",
)
_ADDRESS = re.compile(r"[^\s<>{}\[\]()\"',;:]+@[^\s<>{}\[\]()\"',;:]+")


@dataclass(frozen=True, slots=True)
class _Route:
    """From when mail of an account goes to an address outside, and how sure it is that the attacker saw to that."""

    address: str
    since: datetime
    owner: str
    sure: float


def forwarded(engine: Engine, labels: Labels, theirs: str, properties: str) -> Iterator[Exposure]:
    """Every traced mail to such an address since it was named; what the attacker wrote there is no loss."""
    routes = sorted(_routes(engine, labels, properties), key=lambda route: (route.since, route.owner))
    if not routes:
        return
    engine.table("analysis_routes", {"address": "VARCHAR"}, [(one,) for one in sorted({r.address for r in routes})])
    gone = f"""
        FROM events WHERE source = 'message_trace' AND result IS DISTINCT FROM 'failure' AND message_id IS NOT NULL
             AND lower(target) IN (SELECT address FROM analysis_routes)
             AND message_id NOT IN (SELECT message_id FROM {theirs}
                 WHERE operation IN ('Send', 'SendAs', 'SendOnBehalf') AND message_id IS NOT NULL)
    """
    known = mail_facts(engine, f"SELECT message_id {gone}")
    for row in engine.rows(f"""
        SELECT event_id, time, lower(target) AS address, lower(coalesce(actor, '')) AS sender, message_id {gone}
        ORDER BY time, event_id
    """):
        if row["time"] is None:
            continue
        time = utc(row["time"])
        open_then = [route for route in routes if route.address == row["address"] and route.since <= time]
        if open_then:
            # Of several accounts with one address it is the sender's, where the sender is one of them.
            route = max(open_then, key=lambda one: (one.owner == row["sender"], one.sure))
            yield _seen(route, time, row["event_id"], row["message_id"], known.get(row["message_id"], MailFacts()))


def _seen(route: _Route, time: datetime, event: str, message: str, facts: MailFacts) -> Exposure:
    why = (
        f"the mail went to {short(route.address, 80)}, where the attacker had mail sent since"
        f" {moment(route.since)}{facts.words}"
    )
    if route.sure >= SURE:
        return Exposure("mail", message, "certain", route.owner, time, event, why)
    doubt = f"whose event it was is not sure (confidence {route.sure:.2f})"
    return Exposure("mail", message, "possible", route.owner, time, event, f"{why}; {doubt}")


def _routes(engine: Engine, labels: Labels, properties: str) -> Iterator[_Route]:
    own, theirs = accepted_domains(engine), {label.event_id: label for label in attackers(labels)}
    subjects = subjects_of(engine)
    for row in engine.rows("SELECT * FROM rule_changes WHERE change = 'set' ORDER BY time, event_id"):
        if (label := theirs.get(row["event_id"])) and row["time"] is not None:
            outside = [*(row["forward_to"] or ()), *(row["redirect_to"] or ())]
            for address in _outside([*outside, *(row["forward_as_attachment_to"] or ())], own):
                owner = (row["owner"] or label.actor).lower()
                yield _Route(address, utc(row["time"]), owner, label.confidence)
    named = ", ".join(f"'Parameters.{name}'" for name in _SENDS_ON)
    for row in engine.rows(f"""
        SELECT p.event_id, lower(p.value) AS value, lower(coalesce(e.target, '')) AS target
        FROM {properties} p JOIN events e ON e.event_id = p.event_id
        WHERE p.name IN ({named}) ORDER BY p.event_id, p.name
    """):
        label = theirs[row["event_id"]]
        # A setting of one mailbox names it; a rule of the organisation is about the first that is asked about.
        owner = row["target"] if row["target"] in subjects else label.actor.lower()
        for address in _outside([row["value"] or ""], own):
            yield _Route(address, label.time, owner, label.confidence)


def _outside(values: Iterable[str], own: frozenset[str]) -> list[str]:
    """The addresses outside the organisation in these values, each once."""
    found = (one.lower() for value in values for one in _ADDRESS.findall(value))
    return sorted({one for one in found if domain_of(one) and domain_of(one) not in own})
