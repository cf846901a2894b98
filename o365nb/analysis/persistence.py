"""The inventory of everything that could let somebody back in: the attacker's and the innocent alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from o365nb.analysis.base import Labels, aware, moment, short, subjects_of
from o365nb.analysis.persistence_state import with_standing
from o365nb.analysis.reconcile import Log, Origin, Row, changes_of, rule_events, rule_keys
from o365nb.case import Ledger
from o365nb.engine import Engine
from o365nb.model import Finding, Label, Persistence

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


def inventory(
    engine: Engine, ledger: Ledger, labels: Labels, origins: Mapping[str, Origin], found: Iterable[Finding]
) -> list[Persistence]:
    """Every inbox rule, forwarding, delegate, grant, method and device, with a verdict and the reason.

    Of people outside the case, only what is the attacker's.
    """
    cited: dict[str, list[str]] = {}
    for finding in found:
        for key in finding.evidence:
            cited.setdefault(key, []).append(finding.id)
    log = Log(engine, labels)
    made = [
        *_rules(engine, ledger, log, origins, cited),
        *_forwarding(engine, origins, cited),
        *_past_forwarding(engine, log, cited),
        *_delegates(engine, log, cited),
        *_mail_flow(engine, log, cited),
        *_grants(engine, origins, cited),
        *_methods(engine, origins, cited),
        *_devices(engine, origins, cited),
    ]
    made = with_standing(made, engine, log, cited, _item)
    mine = {*subjects_of(engine), ""}
    made = [item for item in made if item.owner in mine or item.verdict is Label.ATTACKER]
    order = (Label.ATTACKER, Label.UNKNOWN, Label.USER)
    return sorted(made, key=lambda item: (order.index(item.verdict), item.kind, item.owner, item.id))


def _item(
    kind: str,
    row: Mapping[str, Any],
    description: str,
    origin: Origin,
    cited: Mapping[str, list[str]],
    *,
    removed: bool = False,
) -> Persistence:
    keys = (row["key"], *origin.events)
    ids = sorted({finding for key in keys for finding in cited.get(key, ())})
    label = origin.label if origin.label in (Label.ATTACKER, Label.USER) else Label.UNKNOWN
    because = origin.because
    if origin.label in (Label.RESPONDER, Label.SYSTEM):
        because += "; neither the attacker nor the user made it"
    return Persistence(
        kind,
        row["key"],
        (row["owner"] or "").lower(),
        description,
        label,
        because[:1].upper() + because[1:] + ".",
        origin.created,
        tuple(row["seen_by"] or ()),
        tuple(ids),
        label is Label.ATTACKER and not removed,
    )


def _rules(
    engine: Engine, ledger: Ledger, log: Log, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]
) -> Iterator[Persistence]:
    changes = rule_events(engine)
    standing: set[tuple[str, str]] = set()
    for row in engine.rows("SELECT * FROM inbox_rules ORDER BY key"):
        standing |= {((row["owner"] or "").lower(), key) for key in rule_keys(row)}
        yield _item("inbox_rule", row, rule_words(row), origins[row["key"]], cited)
    told: set[str] = set()
    for (owner, _), events in changes.items():
        if events[0]["event_id"] in told:
            continue
        whole = _same_rule(events, changes)
        told |= {row["event_id"] for row in whole}
        if any((owner, key) in standing for row in whole for key in rule_keys(row)):
            continue
        sets = [row for row in whole if row["change"] == "set"]
        if sets:
            yield _gone(owner, whole, sets, log, ledger, cited)


def _same_rule(events: list[Row], changes: Mapping[tuple[str, str], list[Row]]) -> list[Row]:
    """Every event of the rule that these events are about: a rename or a removal by id belongs to it."""
    found = {row["event_id"]: row for row in events}
    for row in events:
        found.update({other["event_id"]: other for other in changes_of(row, changes)})
    return sorted(found.values(), key=lambda row: (row["time"], row["event_id"]))


def _gone(
    owner: str, whole: list[Row], sets: list[Row], log: Log, ledger: Ledger, cited: Mapping[str, list[str]]
) -> Persistence:
    """A rule of the log that does not stand: removed, or hidden from what was read."""
    last = whole[-1]
    removed = last["change"] == "remove"
    hidden_read = _read("inbox_rules.hidden", owner, ledger)
    if removed:
        fate = f"removed at {moment(last['time'])}"
    elif hidden_read:
        fate = "not among the rules that stand, hidden ones included: removed without a trace in the log"
    elif _read("inbox_rules", owner, ledger):
        fate = "not among the visible rules: removed or hidden; hidden rules were not read"
    else:
        fate = "the rules that stand were not read: it must be taken to stand"
    origin = log.origin(sets) or Origin(Label.UNKNOWN, "known from the log only")
    row = {
        **sets[-1],
        "key": f"inbox_rule:{owner}:{sets[-1]['rule_id'] or sets[-1]['name'] or sets[-1]['event_id']}",
        "owner": owner,
        "seen_by": ["log"],
    }
    origin = Origin(origin.label, f"{origin.because}; {fate}", origin.created, tuple(one["event_id"] for one in whole))
    return _item("inbox_rule", row, rule_words(row), origin, cited, removed=removed or hidden_read)


def _read(source: str, owner: str, ledger: Ledger) -> bool:
    entries = [entry for entry in ledger.entries() if entry.source == source and entry.subject in (owner, "")]
    return bool(entries) and all(entry.outcome.seen for entry in entries)


def rule_words(row: Mapping[str, Any]) -> str:
    """What a rule does, in words."""
    does = []
    outside = [*(row["forward_to"] or ()), *(row["forward_as_attachment_to"] or ())]
    if outside:
        does.append(f"forwards to {', '.join(outside)}")
    if row["redirect_to"]:
        does.append(f"redirects to {', '.join(row['redirect_to'])}")
    if row["move_to_folder"]:
        does.append(f'moves to "{short(row["move_to_folder"], 60)}"')
    if row["copy_to_folder"]:
        does.append(f'copies to "{short(row["copy_to_folder"], 60)}"')
    does += [words for column, words in (("deletes", "deletes"), ("mark_as_read", "marks as read")) if row[column]]
    when = [*(row["words"] or ()), *(row["from_addresses"] or ())]
    limit = f" mail with {', '.join(short(word, 40) for word in when[:8])}" if when else ""
    if not when and row["has_conditions"] is False:
        limit = " mail that Outlook takes for junk" if row["name"] == "Junk E-mail Rule" else " all mail"
    otherwise = "stops later rules for" if row.get("stop_processing") else "does something not shown here with"
    marks = [word for word, on in (("hidden", row.get("hidden")), ("switched off", row["enabled"] is False)) if on]
    aside = f" ({', '.join(marks)})" if marks else ""
    name = f'"{short(row["name"], 60)}"' if row["name"] else "without a name"
    return f"Inbox rule {name}{aside}: {', '.join(does) or otherwise}{limit}"


def _forwarding(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM mailboxes ORDER BY key"):
        where = row["forwarding_smtp_address"] or row["forwarding_address"]
        if where:
            copy = "keeping a copy" if row["deliver_and_forward"] else "without keeping a copy"
            words = f"The mailbox forwards everything to {short(where, 120)}, {copy}"
            yield _item("forwarding", row, words, origins[row["key"]], cited)


def _past_forwarding(engine: Engine, log: Log, cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
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
            yield _item(
                "forwarding", row, f"The mailbox was set to forward to {short(where, 120)}", told, cited, removed=read
            )


def _delegates(engine: Engine, log: Log, cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
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
        yield _item(kind, state, words, origin, cited, removed=bool(later))
    for row in engine.rows("SELECT * FROM mailboxes WHERE array_length(send_on_behalf) > 0 ORDER BY key"):
        words = f"May send on behalf of the mailbox: {short(', '.join(row['send_on_behalf']), 160)}"
        unsure = Origin(Label.UNKNOWN, "the state does not say who gave the right, or when")
        yield _item("send_on_behalf", {**row, "key": f"send_on_behalf:{row['key']}"}, words, unsure, cited)


def _mail_flow(engine: Engine, log: Log, cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
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
        yield _item(kind, state, words, origin, cited, removed=gone)


def _grants(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM oauth_grants ORDER BY key"):
        whom = "everybody" if row["consent_type"] == "AllPrincipals" else "this account"
        name = short(row["app_name"] or row["app_id"] or row["client_id"] or "an application", 80)
        scopes = short(" ".join(row["scopes"] or ()), 200)
        yield _item("oauth_grant", row, f'"{name}" may use, for {whom}: {scopes}', origins[row["key"]], cited)


def _methods(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM auth_methods ORDER BY key"):
        name = row["display_name"] or row["phone_number"] or row["device_tag"] or ""
        words = f"{row['method_type'] or 'method'}{f' “{short(name, 60)}”' if name else ''}"
        yield _item("auth_method", row, f"Way to prove the identity: {words}", origins[row["key"]], cited)


def _devices(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM devices ORDER BY key"):
        if row["seen_by"] and set(row["seen_by"]) <= {"intune", "defender", "export"} != {"export"}:
            continue  # looked after, or merely seen: what lets somebody in is the registration and the partnership
        origin = origins[row["key"]]
        managed = "managed" if row["managed"] else "not managed"
        system = f"{row['os'] or 'unknown system'} {row['os_version'] or ''}".strip()
        words = f'Device "{short(row["name"] or "", 60)}", {system}, {managed}'
        yield _item("device", row, words, origin, cited)
