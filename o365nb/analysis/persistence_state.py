"""Exchange's settings in the inventory: mail-flow rules, connectors, delegates, folder rights, sweep rules, auditing.

What stands is held against the log. One object is told once: where the state shows it, the log's word of the same
object is part of its origin and no item of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from o365nb.analysis.base import aware, short
from o365nb.analysis.persistence_identity import MAKERS, identity_items
from o365nb.analysis.reconcile import Log, Origin, Row
from o365nb.engine import Engine
from o365nb.model import Label, Persistence

_ASK = "the state does not say since when, and only the accounts' own audit logs were read: an administrator may know"
_RIGHTS = {"fullaccess": "open the mailbox", "sendas": "send as the mailbox"}
_EVENTS = """
    SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')) AS actor,
           lower(coalesce(e.mailbox_owner, '') || ' ' || coalesce(e.target, '') || ' '
                 || coalesce(string_agg(p.name || ' ' || p.value, ' ' ORDER BY p.name || ' ' || p.value), '')) AS said,
           lower(coalesce(max(CASE WHEN p.name = 'Parameters.Name' THEN p.value END),
                          max(CASE WHEN p.name = 'Parameters.Identity' THEN p.value END), e.target, '')) AS name
    FROM case_events e LEFT JOIN case_properties p ON p.event_id = e.event_id
    WHERE e.operation IN ({0}) AND e.actor_kind IS DISTINCT FROM 'system' AND e.result IS DISTINCT FROM 'failure'
    GROUP BY e.event_id, e.time, e.operation, e.actor, e.mailbox_owner, e.target ORDER BY e.time, e.event_id
"""
_MAKERS = {
    "transport_rule": ("New-TransportRule", "Set-TransportRule", "Enable-TransportRule"),
    "journal_rule": ("New-JournalRule", "Set-JournalRule", "Enable-JournalRule"),
    "connector": ("New-InboundConnector", "Set-InboundConnector", "New-OutboundConnector", "Set-OutboundConnector"),
    "delegate": ("Add-MailboxPermission", "Add-RecipientPermission"),
    "folder_permission": (
        *("Add-MailboxFolderPermission", "Set-MailboxFolderPermission", "AddFolderPermissions"),
        "ModifyFolderPermissions",
    ),
    "sweep_rule": ("New-SweepRule", "Set-SweepRule", "Enable-SweepRule"),
    "forwarding_policy": (
        *("New-RemoteDomain", "Set-RemoteDomain", "New-HostedOutboundSpamFilterPolicy"),
        "Set-HostedOutboundSpamFilterPolicy",
    ),
    "audit_setting": ("Set-AdminAuditLogConfig", "Set-MailboxAuditBypassAssociation", "Set-OrganizationConfig"),
}
#: What the inventory calls the log's own items of the same objects: the beginning of their ids.
_TOLD_BY_LOG = {
    "transport_rule": ("transport_rule:TransportRule:",),
    "connector": ("connector:InboundConnector:", "connector:OutboundConnector:"),
}


class Standing:
    """What stands of these settings, each with its kind, words and origin."""

    def __init__(self, engine: Engine, log: Log) -> None:
        self.log = log
        makers = [*_MAKERS.values(), *MAKERS.values()]
        names = ", ".join(f"'{name}'" for names in makers for name in names)
        self.events = engine.rows(_EVENTS.format(names))
        self.everybody = any(
            entry.source == "ual" and not entry.subject and entry.outcome.seen for entry in engine.case.ledger.entries()
        )
        self.found: list[tuple[str, Row, str, Origin]] = [
            *self._rules(engine),
            *self._connectors(engine),
            *self._delegates(engine),
            *self._folders(engine),
            *self._sweep(engine),
            *self._policies(engine),
            *identity_items(engine, log, self.events),
        ]

    def _made(self, kind: str, *names: str, owner: str = "") -> list[Row]:
        """The events that made an object: of its kind, about its owner, naming it."""
        wanted = [name.lower() for name in names if name]
        near = {owner, owner.partition("@")[0]} if owner else set()
        return [
            event
            for event in self.events
            if event["operation"] in _MAKERS[kind]
            and (all(name in event["said"] for name in wanted) if wanted else True)
            and (not near or event["actor"] == owner or any(name in event["said"] for name in near))
        ]

    def _named(self, kind: str, name: str) -> list[Row]:
        """The events that made an object of the organisation: those that call it by exactly its name."""
        return [
            event
            for event in self.events
            if event["operation"] in _MAKERS[kind] and event["name"].rpartition("\\")[2] == name.lower()
        ]

    def _origin(self, made: list[Row], row: Row, born: str = "") -> Origin:
        at = aware(row[born]) if born else None
        if found := self.log.origin(made):
            return found
        if at or self.everybody:
            return self.log.older(at, "ual")
        return Origin(Label.UNKNOWN, _ASK)

    def _rules(self, engine: Engine) -> Iterator[tuple[str, Row, str, Origin]]:
        for row in engine.rows("SELECT * FROM transport_rules ORDER BY key"):
            kind = "journal_rule" if row["rule_type"] == "journal" else "transport_rule"
            what = "Journal rule" if row["rule_type"] == "journal" else "Mail-flow rule of the organisation"
            off = "" if row["enabled"] is not False else " (switched off)"
            words = f'{what} "{short(row["name"] or "", 60)}"{off}: {rule_words(row)}'
            yield kind, row, words, self._origin(self._named(kind, row["name"] or ""), row, "changed")

    def _connectors(self, engine: Engine) -> Iterator[tuple[str, Row, str, Origin]]:
        for row in engine.rows("SELECT * FROM connectors ORDER BY key"):
            off = "" if row["enabled"] is not False else " (switched off)"
            side = "from" if row["direction"] == "inbound" else "to"
            whom = short(", ".join(row["domains"] or ()) or "no domain named", 80)
            by = f", by {short(', '.join(row['addresses']), 120)}" if row["addresses"] else ""
            name = short(row["name"] or "", 60)
            words = f'{(row["direction"] or "").title()} mail connector "{name}"{off}: mail {side} {whom}{by}'
            made = self._named("connector", row["name"] or "")
            yield "connector", row, words, self._origin(made, row, "created")

    def _delegates(self, engine: Engine) -> Iterator[tuple[str, Row, str, Origin]]:
        rows = engine.rows("""SELECT * FROM mailbox_permissions
            WHERE NOT coalesce(automatic, FALSE) AND NOT coalesce(deny, FALSE) ORDER BY key""")
        for row in rows:
            may = _RIGHTS.get((row["right"] or "").lower(), f"use the mailbox ({short(row['right'] or '', 40)})")
            made = self._made("delegate", row["trustee"] or "", row["right"] or "", owner=row["owner"] or "")
            yield "delegate", row, f"{short(row['trustee'] or '', 120)} may {may}", self._given(row, made)

    def _given(self, row: Row, made: list[Row]) -> Origin:
        """Rights that somebody else than the owner gave are not the user's doing, whoever that was."""
        origin = self._origin(made, row)
        if origin.label is Label.USER and any(event["actor"] != row["owner"] for event in made):
            return Origin(Label.UNKNOWN, f"{origin.because}; not the account's owner", origin.created, origin.events)
        return origin

    def _folders(self, engine: Engine) -> Iterator[tuple[str, Row, str, Origin]]:
        harmless = {"none", "availabilityonly", "foldervisible", ""}
        whose = {"default": "Everybody in the organisation", "anonymous": "Anybody at all"}
        for row in engine.rows("SELECT * FROM folder_permissions ORDER BY key"):
            rights = ", ".join(row["rights"] or ())
            if rights.lower() in harmless:
                continue
            who = whose.get(row["trustee_kind"] or "", short(row["trustee"] or "", 120))
            words = f'{who} may use the folder "{short(row["folder"] or "", 60)}": {short(rights, 80)}'
            made = self._made("folder_permission", row["trustee"] or "", owner=row["owner"] or "")
            yield "folder_permission", row, words, self._given(row, made)

    def _sweep(self, engine: Engine) -> Iterator[tuple[str, Row, str, Origin]]:
        for row in engine.rows("SELECT * FROM sweep_rules ORDER BY key"):
            of = f" mail of {short(row['sender'], 80)}" if row["sender"] else " mail"
            where = short(row["destination_folder"] or "another folder", 60)
            words = f'Sweep rule "{short(row["name"] or "", 60)}": clears{of} into "{where}"'
            made = self._made("sweep_rule", row["name"] or "", owner=row["owner"] or "")
            yield "sweep_rule", row, words, self.log.origin(made) or self.log.older(None, "ual")

    def _policies(self, engine: Engine) -> Iterator[tuple[str, Row, str, Origin]]:
        rows = engine.rows("""
            SELECT * FROM org_config WHERE name LIKE 'AutoForwardingMode:%' AND lower(value) = 'on'
              OR name = 'UnifiedAuditLogIngestionEnabled' AND lower(value) = 'false'
              OR name IN ('AuditDisabled', 'AuditBypassEnabled') AND lower(value) = 'true' ORDER BY key
        """)
        for row in rows:
            name, _, policy = row["name"].partition(":")
            if name == "AutoForwardingMode":
                words = f'Outbound spam policy "{short(policy, 60)}": mail may be forwarded outside by itself'
                yield "forwarding_policy", row, words, self._origin(self._named("forwarding_policy", policy), row)
            else:
                words = f"Auditing is off: {name} is {row['value']}"
                made = self._made("audit_setting", name, owner=row["owner"] or "")
                yield "audit_setting", row, words, self._origin(made, row)


def standing_origins(engine: Engine, log: Log) -> dict[str, Origin]:
    """Evidence key → origin of what stands, for findings that cite it."""
    return {row["key"]: origin for _, row, _, origin in Standing(engine, log).found}


def without_twins(made: Iterable[Persistence], standing: Iterable[tuple[str, Row, str, Origin]]) -> list[Persistence]:
    """The items without those that only the log told, of an object that stands."""
    found = list(standing)
    events = {event for _, _, _, origin in found for event in origin.events}
    told = {
        f"{start}{str(row.get('name') or '').lower()}"
        for kind, row, _, _ in found
        for start in _TOLD_BY_LOG.get(kind, ())
    }
    # The log names a mailbox in its own ways: its delegates are known by the event that made them.
    return [
        one
        for one in made
        if one.id not in told and not (one.kind == "delegate" and one.id.rpartition(":")[2] in events)
    ]


def rule_words(row: Mapping[str, Any]) -> str:
    """What a mail-flow rule does, in words."""
    does = [
        f"{verb} {short(', '.join(row[column]), 160)}"
        for column, verb in (
            ("redirect_to", "diverts mail to"),
            ("blind_copy_to", "copies mail unseen to"),
            ("copy_to", "copies mail to"),
        )
        if row[column]
    ]
    if row["deletes"]:
        does.append("deletes mail")
    if row["scl"] == -1:
        does.append("spares mail from the spam filter")
    if row["route_via"]:
        does.append(f'sends mail by the connector "{short(row["route_via"], 60)}"')
    if (row["audit_severity"] or "").lower() == "donotaudit":
        does.append("is not audited")
    return ", ".join(does) or "changes or checks mail, diverts none"
