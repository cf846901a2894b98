"""Forwarding, delegates and mail flow in the inventory, as the mailbox's settings and the log tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from o365nb.analysis.base import aware, moment, short
from o365nb.analysis.persistence_item import item
from o365nb.analysis.reconcile import Log, Origin, Row
from o365nb.engine import Engine
from o365nb.model import Label, Persistence

_DELEGATE = {
    "Add-MailboxPermission": ("delegate", "access to the mailbox"),
    "Add-RecipientPermission": ("delegate", "the right to send as the mailbox"),
    "Add-MailboxFolderPermission": ("delegate", "access to a folder"),
    "AddFolderPermissions": ("delegate", "access to a folder"),
}
_TRUSTEE = "'Parameters.User', 'Parameters.Trustee', 'Parameters.MemberUpn', 'Item.ParentFolder.MemberUpn'"
_MAIL_FLOW = {
    "TransportRule": ("transport_rule", "Mail-flow rule of the organisation"),
    "InboundConnector": ("connector", "Inbound mail connector of the organisation"),
    "OutboundConnector": ("connector", "Outbound mail connector of the organisation"),
}
#: What a cmdlet set, in the words that it was given.
_SETTING = """CASE WHEN p.name NOT IN ('Parameters.Name', 'Parameters.Identity')
    THEN replace(p.name, 'Parameters.', '') || ' ' || p.value END"""
_REMOVED_BY = {
    "Add-MailboxPermission": "Remove-MailboxPermission",
    "Add-RecipientPermission": "Remove-RecipientPermission",
}


def forwarding(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    """Mailboxes that forward now."""
    for row in engine.rows("SELECT * FROM mailboxes ORDER BY key"):
        where = row["forwarding_smtp_address"] or row["forwarding_address"]
        if where:
            copy = "keeping a copy" if row["deliver_and_forward"] else "without keeping a copy"
            words = f"The mailbox forwards everything to {short(where, 120)}, {copy}"
            yield item("forwarding", row, words, origins[row["key"]], cited)


def past_forwarding(engine: Engine, log: Log, cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    """Forwarding that the log shows set and that does not stand."""
    standing = {
        str(row["at"]).lower().removeprefix("smtp:")
        for row in engine.rows("SELECT coalesce(forwarding_smtp_address, forwarding_address, '') AS at FROM mailboxes")
    }
    read = bool(engine.rows("SELECT count(*) AS n FROM mailboxes")[0]["n"])
    rows = engine.rows("""
        SELECT e.event_id, e.time, lower(coalesce(e.mailbox_owner, e.target, e.actor)) AS owner, lower(p.value) AS at
        FROM case_events e JOIN case_properties p ON p.event_id = e.event_id
        WHERE e.operation = 'Set-Mailbox' AND p.name LIKE 'Parameters.Forwarding%Address'
          AND coalesce(p.value, '') <> ''
        ORDER BY e.time, e.event_id
    """)
    for where in dict.fromkeys(row["at"].removeprefix("smtp:") for row in rows):
        mine = [row for row in rows if row["at"].removeprefix("smtp:") == where]
        if where not in standing and (origin := log.origin(mine)):
            fate = "it does not stand any more" if read else "mailbox settings were not read: it must be taken to stand"
            row = {"key": f"forwarding:{mine[0]['owner']}:{where}", "owner": mine[0]["owner"], "seen_by": ["log"]}
            told = Origin(origin.label, f"{origin.because}; {fate}", origin.created, origin.events)
            yield item(
                "forwarding", row, f"The mailbox was set to forward to {short(where, 120)}", told, cited, removed=read
            )


def delegates(engine: Engine, log: Log, cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    """Rights to mailboxes and folders that were given while the log was kept, and sending on behalf as it stands."""
    operations = ", ".join(f"'{name}'" for name in (*_DELEGATE, *_REMOVED_BY.values()))
    rows = engine.rows(f"""
        SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')) AS actor,
               lower(coalesce(e.mailbox_owner, e.target, e.actor)) AS owner,
               lower(max(CASE WHEN p.name IN ({_TRUSTEE}) THEN p.value END)) AS trustee
        FROM case_events e LEFT JOIN case_properties p ON p.event_id = e.event_id
        WHERE e.operation IN ({operations}) AND e.actor_kind IS DISTINCT FROM 'system'
          AND e.result IS DISTINCT FROM 'failure'
        GROUP BY ALL ORDER BY e.time, e.event_id
    """)
    for row in rows:
        if row["operation"] not in _DELEGATE:
            continue
        undone = _REMOVED_BY.get(row["operation"])
        later = [
            other
            for other in rows
            if other["operation"] == undone and other["trustee"] == row["trustee"] and other["time"] >= row["time"]
        ]
        kind, right = _DELEGATE[row["operation"]]
        trustee = row["trustee"] or "somebody the log does not name"
        back = f" (taken back at {moment(later[0]['time'])})" if later else ""
        words = f"{short(trustee, 120)} was given {right}{back}"
        state = {"key": f"{kind}:{row['owner']}:{row['event_id']}", "owner": row["owner"], "seen_by": ["log"]}
        origin = log.origin([row]) or Origin(Label.UNKNOWN, "known from the log only", aware(row["time"]))
        if origin.label is Label.USER and row["actor"] != row["owner"]:
            told = f"given by {short(row['actor'], 80)}, not by the account's owner, at {moment(row['time'])}"
            origin = Origin(Label.UNKNOWN, told, origin.created, origin.events)
        yield item(kind, state, words, origin, cited, removed=bool(later))
    for row in engine.rows("SELECT * FROM mailboxes WHERE array_length(send_on_behalf) > 0 ORDER BY key"):
        words = f"May send on behalf of the mailbox: {short(', '.join(row['send_on_behalf']), 160)}"
        unsure = Origin(Label.UNKNOWN, "the state does not say who gave the right, or when")
        yield item("send_on_behalf", {**row, "key": f"send_on_behalf:{row['key']}"}, words, unsure, cited)


def mail_flow(engine: Engine, log: Log, cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    """Mail-flow rules and connectors of the organisation that people made or changed while the log was kept."""
    verbs = {"New", "Set", "Enable", "Remove", "Disable"}
    operations = ", ".join(f"'{verb}-{noun}'" for verb in sorted(verbs) for noun in _MAIL_FLOW)
    rows = engine.rows(f"""
        SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')) AS actor,
               coalesce(max(CASE WHEN p.name = 'Parameters.Name' THEN p.value END),
                        max(CASE WHEN p.name = 'Parameters.Identity' THEN p.value END), e.target, '') AS name,
               string_agg({_SETTING}, ', ' ORDER BY {_SETTING}) AS said
        FROM case_events e LEFT JOIN case_properties p ON p.event_id = e.event_id AND p.name LIKE 'Parameters.%'
        WHERE e.operation IN ({operations}) AND e.actor_kind IS DISTINCT FROM 'system'
          AND e.result IS DISTINCT FROM 'failure'
        GROUP BY e.event_id, e.time, e.operation, e.actor, e.target ORDER BY e.time, e.event_id
    """)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["operation"].partition("-")[2], row["name"].rpartition("\\")[2].lower()), []).append(row)
    for (noun, name), events in groups.items():
        made = [row for row in events if not row["operation"].startswith(("Remove", "Disable"))]
        origin = log.origin(made)
        if origin is None:
            continue
        kind, what = _MAIL_FLOW[noun]
        gone = not events[-1]["operation"].startswith(("New", "Set", "Enable"))
        fate = f" (taken back at {moment(events[-1]['time'])})" if gone else ""
        words = f'{what} "{short(made[-1]["name"], 60)}": {short(made[-1]["said"] or "", 200)}{fate}'
        state = {"key": f"{kind}:{noun}:{name}", "owner": "", "seen_by": ["log"]}
        yield item(kind, state, words, origin, cited, removed=gone)
