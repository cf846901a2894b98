"""Inbox rules: one stored form, shown as Graph's messageRule and as Get-InboxRule's output.

The number of a rule is the same on both sides: Graph's id is base64 of its eight little-endian bytes.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from o365nb.practice.ids import Json
from o365nb.practice.people import Person, named_id

#: Folder names of a mailbox, by role; a rule names its folder, Graph gives the folder's id.
FOLDERS = ("Inbox", "Sent Items", "Drafts", "Deleted Items", "Junk Email", "Archive", "RSS Subscriptions",
           "Conversation History", "Newsletters")  # fmt: skip


def rule(
    number: int,
    name: str,
    *,
    priority: int = 1,
    hidden: bool = False,
    words: tuple[str, ...] = (),
    senders: tuple[str, ...] = (),
    folder: str = "",
    mark_as_read: bool = False,
    stop: bool = False,
    sent_from: tuple[str, ...] = (),
    deletes: bool = False,
) -> Json:
    """A rule as it is stored. `words` are looked for in subject or body, `senders` in the sender's address;
    `sent_from` are whole addresses.
    """
    return {
        "number": number,
        "name": name,
        "enabled": True,
        "priority": priority,
        "hidden": hidden,
        "words": list(words),
        "senders": list(senders),
        "folder": folder,
        "mark_as_read": mark_as_read,
        "stop": stop,
        "sent_from": list(sent_from),
        "deletes": deletes,
    }


def graph_id(number: int) -> str:
    """A rule's number as Graph's id."""
    return base64.b64encode(number.to_bytes(8, "little")).decode()


def number_of(graph: str) -> int | None:
    """The number behind Graph's id; None for text that is none."""
    try:
        return int.from_bytes(base64.b64decode(graph, validate=True), "little")
    except (binascii.Error, ValueError):
        return None


def folder_id(person: Person, folder: str) -> str:
    """Graph's id of a mail folder."""
    return "AQMkAD" + named_id(f"graph-folder:{person.upn}:{folder}").replace("-", "") + "AAAA"


def graph_rule(stored: Json, person: Person) -> Json:
    """The rule as Graph shows it; hidden ones it never shows."""
    conditions: Json = {}
    if stored["words"]:
        conditions["bodyOrSubjectContains"] = stored["words"]
    if stored["senders"]:
        conditions["senderContains"] = stored["senders"]
    if stored["sent_from"]:
        conditions["fromAddresses"] = [
            {"emailAddress": {"name": address, "address": address}} for address in stored["sent_from"]
        ]
    actions: Json = {"stopProcessingRules": stored["stop"]}
    if stored["deletes"]:
        actions["delete"] = True
    if stored["folder"]:
        actions["moveToFolder"] = folder_id(person, stored["folder"])
    if stored["mark_as_read"]:
        actions["markAsRead"] = True
    return {
        "id": graph_id(stored["number"]),
        "displayName": stored["name"],
        "sequence": stored["priority"],
        "isEnabled": stored["enabled"],
        "hasError": False,
        "isReadOnly": False,
        "conditions": conditions or None,
        "actions": actions,
        "exceptions": None,
    }


def exchange_rule(stored: Json, person: Person) -> Json:
    """The rule as Get-InboxRule shows it. Numbers of 64 bits come as text."""
    alias = person.upn.split("@", 1)[0]
    junk = stored["name"] == "Junk E-mail Rule"
    facts: dict[str, Any] = {
        "@odata.type": "#Exchange.InboxRule",
        "Description": _description(stored),
        "Enabled": stored["enabled"],
        "Identity": f"{alias}\\{stored['number']}",
        "InError": False,
        "ErrorType": "None",
        "Name": stored["name"],
        "Priority": stored["priority"],
        "RuleIdentity": str(stored["number"]),
        "RuleIdentity@data.type": "#UInt64",
        "SupportedByTask": not junk,
        "Legacy": False,
        "BodyContainsWords": None,
        "From": [f'"{address}" [SMTP:{address}]' for address in stored["sent_from"]] or None,
        "FromAddressContainsWords": stored["senders"] or None,
        "HasAttachment": False,
        "HeaderContainsWords": None,
        "RecipientAddressContainsWords": None,
        "SentTo": None,
        "SubjectContainsWords": None,
        "SubjectOrBodyContainsWords": stored["words"] or None,
        "ApplyCategory": None,
        "CopyToFolder": None,
        "DeleteMessage": stored["deletes"],
        "SoftDeleteMessage": False,
        "ForwardAsAttachmentTo": None,
        "ForwardTo": None,
        "MarkAsRead": stored["mark_as_read"],
        "MarkImportance": None,
        "MoveToFolder": stored["folder"] or None,
        "RedirectTo": None,
        "StopProcessingRules": stored["stop"],
        "MailboxOwnerId": alias,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }
    return facts


def _description(stored: Json) -> str:
    lines = ["If the message:"]
    if stored["words"]:
        lines.append(
            "\tthe message includes specific words in the subject or body '" + "' or '".join(stored["words"]) + "'"
        )
    if stored["senders"]:
        lines.append("\tthe sender's address contains specific words '" + "' or '".join(stored["senders"]) + "'")
    if stored["sent_from"]:
        lines.append("\tthe message was received from '" + "' or '".join(stored["sent_from"]) + "'")
    lines.append("Take the following actions:")
    if stored["deletes"]:
        lines.append("\tdelete the message")
    if stored["mark_as_read"]:
        lines.append("\tmark the message as Read")
    if stored["folder"]:
        lines.append(f"\tmove the message to folder '{stored['folder']}'")
    if stored["stop"]:
        lines.append("\tstop processing more rules on this message")
    return "\r\n".join(lines) + "\r\n"
