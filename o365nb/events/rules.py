"""Inbox rules as they stand: as Graph shows them, and as Exchange shows them, the hidden ones too."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from o365nb.events.state import Row, Seen, addresses, many, text, truth

#: Word conditions, in Graph's and in Exchange's words.
_GRAPH_WORDS = (
    *("subjectContains", "bodyContains", "bodyOrSubjectContains", "headerContains", "senderContains"),
    "recipientContains",
)
_EXCHANGE_WORDS = (
    *("SubjectContainsWords", "BodyContainsWords", "SubjectOrBodyContainsWords", "HeaderContainsWords"),
    *("FromAddressContainsWords", "RecipientAddressContainsWords"),
)
#: Parameters and properties of a rule that are no condition; what is neither here nor an exception is one.
_NO_CONDITION = frozenset(
    [
        "name",
        "identity",
        "ruleidentity",
        "mailbox",
        "force",
        "confirm",
        "alwaysdeleteoutlookrulesblob",
        "stopprocessingrules",
        "enabled",
        "priority",
        "movetofolder",
        "copytofolder",
        "deletemessage",
        "softdeletemessage",
        "markasread",
        "markimportance",
        "forwardto",
        "redirectto",
        "forwardasattachmentto",
        "sendtextmessagenotificationto",
        "applycategory",
        "applysystemcategory",
        "deletesystemcategory",
        "pinmessage",
        "domaincontroller",
        "erroraction",
        "whatif",
        "frommessageid",
        "validateonly",
        "description",
        "inerror",
        "errortype",
        "supportedbytask",
        "legacy",
        "mailboxownerid",
        "isvalid",
        "objectstate",
        "objectclass",
        "guid",
        "id",
        "organizationid",
        "username",
        "rulename",
    ]
)
_OWN = re.compile(r"^(junk e-mail rule$|microsoft\.exchange\.oof\.|delegate rule)", re.IGNORECASE)


def from_graph(data: Row, seen: Seen) -> Row:
    """Graph `messageRule` → inbox_rules. A folder is named by its id there; Exchange knows the name."""
    conditions = {
        name: value for name, value in _dict(data.get("conditions")).items() if value not in (None, [], False)
    }
    actions = _dict(data.get("actions"))
    rule_id = str(data.get("id") or "")
    return {
        **seen.row("inbox_rule", rule_id),
        "rule_id": rule_id,
        "name": str(data.get("displayName") or ""),
        "enabled": truth(data.get("isEnabled")),
        "priority": integer(data.get("sequence")),
        "words": [str(word) for name in _GRAPH_WORDS for word in many(conditions.get(name))],
        "from_addresses": addresses(
            [_dict(entry).get("emailAddress") for entry in many(conditions.get("fromAddresses"))]
        ),
        "has_conditions": any(not name.startswith("@") for name in conditions),
        "forward_to": _recipients(actions.get("forwardTo")),
        "redirect_to": _recipients(actions.get("redirectTo")),
        "forward_as_attachment_to": _recipients(actions.get("forwardAsAttachmentTo")),
        "move_to_folder": text(actions.get("moveToFolder")),
        "copy_to_folder": text(actions.get("copyToFolder")),
        "deletes": bool(truth(actions.get("delete")) or truth(actions.get("permanentDelete"))),
        "mark_as_read": bool(truth(actions.get("markAsRead"))),
        "stop_processing": bool(truth(actions.get("stopProcessingRules"))),
        "description": None,
        "has_error": truth(data.get("hasError")),
        "read_only": truth(data.get("isReadOnly")),
    }


def from_exchange(data: Row, seen: Seen) -> Row:
    """Get-InboxRule → inbox_rules."""
    identity = str(data.get("RuleIdentity") or str(data.get("Identity") or "").rpartition("\\")[2])
    return {
        **seen.row("inbox_rule", identity),
        "rule_id": identity,
        **exchange_rule(data),
        "enabled": truth(data.get("Enabled")),
        "priority": integer(data.get("Priority")),
        "has_conditions": has_conditions(data),
        "description": text(data.get("Description")),
        "has_error": truth(data.get("InError")),
        "read_only": None if (known := truth(data.get("SupportedByTask"))) is None else not known,
    }


def merged(rows: list[Row], graph_owners: set[str]) -> list[Row]:
    """One row per rule. Graph's and Exchange's are the same when owner and id agree, or failing that the name.

    Exchange's words win (it names folders), the id stays Graph's where Graph shows the rule, `seen_by` adds up.
    Hidden: Exchange shows it, and Graph was asked for that owner and does not; unknown where Graph was not asked.
    """
    kept: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: "exchange" in row["seen_by"]):
        place = (row["owner"], number(row["rule_id"]))
        if place not in kept and "exchange" in row["seen_by"]:
            place = next((p for p, old in kept.items() if _same_by_name(old, row)), place)
        before = kept.get(place)
        kept[place] = _joined(before, row) if before else row
    for row in kept.values():
        unseen = "exchange" in row["seen_by"] and "graph" not in row["seen_by"]
        row["hidden"] = (unseen and not _services_own(row)) if not unseen or row["owner"] in graph_owners else None
    return list(kept.values())


def _same_by_name(old: Row, row: Row) -> bool:
    """A rule that only Graph has told of so far, of the same owner and name."""
    return old["owner"] == row["owner"] and old["name"] == row["name"] and "exchange" not in old["seen_by"]


def _joined(before: Row, row: Row) -> Row:
    said = {column: value for column, value in row.items() if value not in (None, [], "")}
    same = {column: before[column] for column in ("key", "rule_id")}
    return {**before, **said, **same, "seen_by": sorted({*before["seen_by"], *row["seen_by"]})}


def number(identity: str) -> str:
    """A rule's id as Exchange writes it (a decimal); Graph's is the same 64 bits, little-endian, in base64."""
    try:
        raw = base64.b64decode(identity, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == 8 and not identity.isdecimal():
        return str(int.from_bytes(raw, "little"))
    return str(int(identity) % 2**64) if re.fullmatch(r"-\d{1,19}", identity) else identity


def exchange_rule(given: Row) -> Row:
    """What Get-InboxRule's properties and New-/Set-InboxRule's parameters share."""
    return {
        "name": str(given.get("Name") or ""),
        "words": [word for name in _EXCHANGE_WORDS for word in _words(given.get(name))],
        "from_addresses": addresses(given.get("From")),
        "forward_to": addresses(given.get("ForwardTo")),
        "redirect_to": addresses(given.get("RedirectTo")),
        "forward_as_attachment_to": addresses(given.get("ForwardAsAttachmentTo")),
        "move_to_folder": text(given.get("MoveToFolder")),
        "copy_to_folder": text(given.get("CopyToFolder")),
        "deletes": bool(truth(given.get("DeleteMessage")) or truth(given.get("SoftDeleteMessage"))),
        "mark_as_read": bool(truth(given.get("MarkAsRead"))),
        "stop_processing": bool(truth(given.get("StopProcessingRules"))),
    }


def has_conditions(given: Row) -> bool:
    """Whether properties or parameters name a condition."""
    return any(
        name.lower() not in _NO_CONDITION
        and not name.startswith(("ExceptIf", "@"))
        and "@" not in name
        and value not in (None, "", [], {}, False, "False", "false")
        for name, value in given.items()
    )


def _services_own(row: Row) -> bool:
    """Rules that Exchange itself hides. The name alone proves nothing: one that diverts or deletes is no such rule."""
    diverts = row["redirect_to"] or row["forward_as_attachment_to"] or row["deletes"]
    forwards = bool(row["forward_to"]) and not row["name"].lower().startswith("delegate rule")
    return bool(_OWN.match(row["name"])) and not diverts and not forwards


def _words(value: Any) -> list[str]:
    return [word.strip() for entry in many(value) for word in str(entry).split(";") if word.strip()]


def _recipients(value: Any) -> list[str]:
    return addresses([_dict(entry).get("emailAddress") for entry in many(value)])


def _dict(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def integer(value: Any) -> int | None:
    """A whole number, also as text."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
