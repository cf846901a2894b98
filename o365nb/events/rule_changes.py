"""Inbox rules as the audit log tells them: cmdlets with parameters, and what Outlook and web clients write."""

from __future__ import annotations

import json
import re

from o365nb.events.rules import exchange_rule, has_conditions, integer, number
from o365nb.events.state import Row, addresses, lower, many, text, truth

#: Operations that `from_event` reads.
OPERATIONS = (
    *("New-InboxRule", "Set-InboxRule", "Enable-InboxRule", "Disable-InboxRule", "Remove-InboxRule"),
    "UpdateInboxRules",
)


def from_event(event: Row) -> Row:
    """An audit event about an inbox rule (one of `OPERATIONS`) → rule_changes.

    `event` has event_id, time, operation, actor, mailbox_owner, target and properties (list of name and value).
    """
    named: dict[str, str] = {}
    for entry in event["properties"] or []:
        named.setdefault(entry["name"], entry["value"])
    if event["operation"] == "UpdateInboxRules":
        rule = _client_rule({_short(name): value for name, value in named.items() if name.startswith("Operation")})
    else:
        rule = _cmdlet_rule(event, {n.partition(".")[2]: v for n, v in named.items() if n.startswith("Parameters.")})
    owner = rule.pop("mailbox", "")
    if "@" not in owner:
        owner = event["mailbox_owner"] or event["actor"] or owner
    return {"event_id": event["event_id"], "time": event["time"].isoformat(), "owner": lower(owner), **rule}


def _cmdlet_rule(event: Row, given: dict[str, str]) -> Row:
    verb = event["operation"].partition("-")[0]
    identity = given.get("Identity", "")
    target_name = str(event["target"] or "").rpartition("\\")[2]
    enabled = truth(given.get("Enabled"))
    rule = exchange_rule(given)
    last = number(identity.rpartition("\\")[2])
    change = {"Disable": "disable", "Remove": "remove"}.get(verb, "set")
    return {
        **rule,
        "change": "disable" if change == "set" and enabled is False else change,
        "rule_id": last if last.isdecimal() else (target_name if target_name.isdecimal() else None),
        "name": rule["name"] or next((n for n in (last, target_name) if n and not n.isdecimal()), None),
        "enabled": change == "set" and enabled is not False,
        "priority": integer(given.get("Priority")),
        # Set- names only what it changes: no condition there says nothing of the rule.
        "has_conditions": has_conditions(given) or (False if verb == "New" else None),
        "description": text(given.get("Description")),
        "mailbox": lower(given.get("Mailbox")) or (lower(identity.partition("\\")[0]) if "\\" in identity else ""),
    }


def _client_rule(given: dict[str, str]) -> Row:
    """UpdateInboxRules: what Outlook and web clients write, as JSON and text inside OperationProperties."""
    operation, state = lower(given.get("operation")), lower(given.get("state"))
    conditions = given.get("condition") or given.get("conditions") or ""
    rule: Row = {
        **dict.fromkeys(("forward_to", "redirect_to", "forward_as_attachment_to")),
        "move_to_folder": None,
        "copy_to_folder": None,
        "deletes": False,
        "mark_as_read": False,
        "change": "remove" if "delete" in operation or "remove" in operation else "set",
        "rule_id": number(given["id"]) if given.get("id") else None,
        "name": given.get("name") or None,
        "enabled": "disabled" not in state and state != "false",
        "words": [w for quoted in re.findall(r'"((?:[^"\\]|\\.)*)"', conditions) if (w := quoted.strip())],
        "from_addresses": addresses(conditions),
        # A change names what it changes, if that: no condition there says nothing of the rule.
        "has_conditions": bool(conditions.strip(" []{}()")) or (False if "add" in operation else None),
        "stop_processing": "exitafterexecution" in state or "stopprocessing" in lower(given.get("actions")),
        "priority": None,
        "description": text(str(given.get("actions") or "").strip(" []{}")),
    }
    if rule["change"] == "set" and not rule["enabled"]:
        rule["change"] = "disable"
    for action in _actions(given.get("actions") or ""):
        _apply(rule, action)
    return {**rule, **{name: rule[name] or [] for name in ("forward_to", "redirect_to", "forward_as_attachment_to")}}


def _apply(rule: Row, action: Row) -> None:
    kind = lower(action.get("ActionType") or action.get("Type") or action.get("Action") or action.get("@odata.type"))
    flags = lower(action.get("ForwardFlags"))
    if "redirect" in kind or "preservesender" in flags or "donotmunge" in flags:
        rule["redirect_to"] = addresses(list(action.values()))
    elif "attachment" in kind or "attachment" in flags:
        rule["forward_as_attachment_to"] = addresses(list(action.values()))
    elif "forward" in kind:
        rule["forward_to"] = addresses(list(action.values()))
    elif "delete" in kind:
        rule["deletes"] = True
    elif "copy" in kind:
        rule["copy_to_folder"] = _folder(action)
    elif "move" in kind:
        rule["move_to_folder"] = _folder(action)
    elif "read" in kind:
        rule["mark_as_read"] = True


def _folder(action: Row) -> str | None:
    named = [value for name, value in action.items() if "folder" in name.lower() and isinstance(value, str)]
    return next((value for value in named if value), None) or text(action.get("Value"))


def _actions(written: str) -> list[Row]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return [{"ActionType": part, "Value": part} for part in re.split(r"[;,]", written) if part.strip()]
    if isinstance(found, dict) and not {"ActionType", "Type", "Action"} & found.keys():
        found = [{"ActionType": name, "Value": value} for name, value in found.items()]
    return [entry if isinstance(entry, dict) else {"ActionType": str(entry)} for entry in many(found)]


def _short(name: str) -> str:
    """`OperationProperties.RuleName` → name."""
    return name.rpartition(".")[2].lower().removeprefix("rule")
