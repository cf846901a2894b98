"""Answers of Microsoft Graph about a mailbox: messages with their headers, folders, who may use the calendar."""

from __future__ import annotations

import re
from typing import Any

from o365nb.intake.forms import JsonShape

_RECIPIENT = re.compile(r"recipientAddress='((?:[^']|'')*)'")
_FOLDER = re.compile(r"mailFolders\('([^']+)'\)")
#: What the list's own address says of a record, kept under these names.
RECIPIENT, FOLDER = "@recipient", "@folder"


class GraphMessageJson(JsonShape):
    """`message` without its body: who wrote to whom, and the headers where they were given."""

    name = "graph-message-json"
    title = "Messages from Microsoft Graph (JSON)"
    kind = "message"
    must = frozenset({"internetMessageId", "subject"})
    any_of = frozenset({"sentDateTime", "receivedDateTime", "toRecipients"})
    entity = r"/messages(\(|$)"

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        """The folder is named by the list, in words where a well-known one was asked for."""
        named = _FOLDER.search(context)
        return {**data, FOLDER: named[1]} if named else data


class GraphMailFolderJson(JsonShape):
    """`mailFolder`, the hidden ones too where they were asked for."""

    name = "graph-mail-folder-json"
    title = "Mail folders from Microsoft Graph (JSON)"
    kind = "mail_folder"
    must = frozenset({"displayName", "totalItemCount", "parentFolderId"})
    entity = r"mailFolders$|childFolders"


class GraphCalendarPermissionJson(JsonShape):
    """`calendarPermission`: who may see or change the calendar."""

    name = "graph-calendar-permission-json"
    title = "Calendar permissions from Microsoft Graph (JSON)"
    kind = "calendar_permission"
    must = frozenset({"role", "emailAddress", "allowedRoles"})
    entity = r"calendarPermissions"


class GraphMessageDetailJson(JsonShape):
    """`exchangeMessageTraceDetail`: the steps of one message for one recipient."""

    name = "graph-message-detail-json"
    title = "Message trace details from Microsoft Graph (JSON)"
    kind = "message_detail"
    must = frozenset({"event", "description", "dateTime"})
    entity = r"getDetailsByRecipient"

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        """Whose copy of the message it is stands in the list's address only."""
        named = _RECIPIENT.search(context)
        return {**data, RECIPIENT: named[1].replace("''", "'")} if named else data
