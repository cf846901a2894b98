"""Who received the attacker's mail and links, and what is known of what they did with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import Labels, accepted_domains, domain_of, subjects_of
from o365nb.analysis.reactions import Mailed, Reactions
from o365nb.engine import Engine
from o365nb.model import OtherVictim, Recipient, utc

NOT_TRACED = "(not known: no message trace names this mail)"
_SENDS = ("Send", "SendAs", "SendOnBehalf")
_INVITES = ("AddedToSecureLink", "SharingInvitationCreated")
_CHATS = ("ChatCreated", "MessageSent", "MessageCreatedHasLink")


@dataclass(frozen=True, slots=True)
class _Sent:
    """One thing that the attacker sent to one address."""

    address: str
    item: str  # the mail's id, or the link or chat in brackets
    mail: Mailed


def recipients(engine: Engine, labels: Labels, victims: Iterable[OtherVictim] = ()) -> list[Recipient]:
    """Everybody who received what attacker-labelled events sent, once per mail, link and chat.

    `victims` are the accounts on which the attacker's artefacts were met: a recipient among them has reacted.
    """
    own = accepted_domains(engine)
    theirs, properties = attacker_tables(engine, labels)
    sent = [*_mails(engine, theirs, properties, own), *_shared(engine, theirs, properties)]
    first: dict[tuple[str, str], _Sent] = {}
    for one in sent:
        first.setdefault((one.address, one.item), one)
    told = Reactions(engine, theirs, [(one.address, one.mail) for one in first.values()], victims)
    return [
        Recipient(
            one.address,
            internal := domain_of(one.address) in own,
            one.item,
            one.mail.time,
            told.of(one.address, one.mail, internal=internal),
        )
        for one in first.values()
    ]


def _mails(engine: Engine, theirs: str, properties: str, own: frozenset[str]) -> Iterator[_Sent]:
    """By the trace, else by the message that was collected, else without an address."""
    subjects = set(subjects_of(engine))
    rows = engine.rows(f"""
        SELECT e.event_id, e.time, e.source, lower(coalesce(e.actor, '')) AS sender,
               lower(coalesce(e.target, '')) AS target, coalesce(e.message_id, '') AS message_id,
               coalesce(e.message_subject, '') AS said, e.result, p.value AS status
        FROM {theirs} e LEFT JOIN {properties} p
             ON p.event_id = e.event_id AND p.name = 'status' AND e.source = 'message_trace'
        WHERE e.source = 'message_trace'
           OR e.operation IN ({_listed(_SENDS)}) AND e.result IS DISTINCT FROM 'failure'
        ORDER BY e.time, e.event_id
    """)
    traced = {row["message_id"] for row in rows if row["source"] == "message_trace"}
    arrived = {row["message_id"] for row in rows if _arrived(row)}
    kept = _collected(engine, theirs)
    for row in rows:
        mail = Mailed(utc(row["time"]), row["sender"], row["said"], row["event_id"].partition("|")[0])
        if row["source"] == "message_trace":
            # A list's members have lines of their own; it stands for them only where they are not there.
            reached = _arrived(row) or (row["message_id"] not in arrived and row["result"] != "failure")
            if reached and row["target"] and (row["sender"] in subjects or domain_of(row["sender"]) in own):
                yield _Sent(row["target"], row["message_id"], mail)
        elif row["message_id"] not in traced:
            said, whom = kept.get(row["message_id"], (row["said"], ()))
            plain = Mailed(mail.time, mail.sender, said or row["said"], "")
            yield from (_Sent(address, row["message_id"], plain) for address in whom or (NOT_TRACED,))


def _arrived(row: dict[str, Any]) -> bool:
    """Whether a line of the trace says of a mailbox, and not of a list, that the mail was not kept from it."""
    status = (row["status"] or "").lower()
    return row["source"] == "message_trace" and row["result"] != "failure" and status not in ("expanded", "resolved")


def _collected(engine: Engine, theirs: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Subject line and recipients of sent messages that were collected, by their ids."""
    rows = engine.rows(f"""
        SELECT m.message_id, m.subject, m.recipients FROM messages m
        WHERE m.message_id IN (SELECT e.message_id FROM {theirs} e WHERE e.operation IN ({_listed(_SENDS)}))
        ORDER BY m.message_id, m.key
    """)
    return {row["message_id"]: (row["subject"] or "", tuple(row["recipients"] or ())) for row in rows}


def _shared(engine: Engine, theirs: str, properties: str) -> Iterator[_Sent]:
    """Whom the attacker invited to a file, or wrote to in a chat."""
    rows = engine.rows(f"""
        SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')) AS sender,
               coalesce(e.target, '') AS target,
               max(CASE WHEN p.name = 'TargetUserOrGroupName' THEN lower(p.value) END) AS whom,
               max(CASE WHEN p.name = 'ChatThreadId' THEN p.value END) AS thread,
               max(CASE WHEN p.name = 'Members' THEN p.value END) AS members
        FROM {theirs} e LEFT JOIN {properties} p ON p.event_id = e.event_id
        WHERE e.operation IN ({_listed((*_INVITES, *_CHATS))}) AND e.result IS DISTINCT FROM 'failure'
        GROUP BY e.event_id, e.time, e.operation, e.actor, e.target ORDER BY e.time, e.event_id
    """)
    for row in rows:
        mail = Mailed(utc(row["time"]), row["sender"], "", "")
        if row["operation"] in _INVITES:
            if "@" in (row["whom"] or ""):
                yield _Sent(row["whom"], f"(link) {row['target']}", mail)
        else:
            item = f"(chat) {row['thread'] or row['target']}"
            yield from (_Sent(upn, item, mail) for upn in _upns(row["members"]) if upn != row["sender"])


def _upns(members: str | None) -> list[str]:
    """The people of a chat; whatever else stands there is nobody."""
    try:
        listed: Any = json.loads(members or "[]")
    except ValueError:
        return []
    people = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return sorted({upn for one in people if "@" in (upn := str(one.get("UPN") or "").lower())})


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
