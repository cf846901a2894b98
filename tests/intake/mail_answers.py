"""One small answer of Graph about a mailbox: shape → (content, kinds of its records)."""

import json

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"
MAIL = {
    "graph-message-json": (
        json.dumps({
            "@odata.context": f"{CONTEXT}users('u-1')/mailFolders('sentitems')/messages",
            "value": [{"id": "m-1", "internetMessageId": "<1@x>", "subject": "=1+1", "toRecipients": []}],
        }),
        ["message"],
    ),
    "graph-mail-folder-json": (
        json.dumps({"value": [{"id": "f-1", "displayName": "Inbox", "totalItemCount": 3, "parentFolderId": "f-0"}]}),
        ["mail_folder"],
    ),
    "graph-calendar-permission-json": (
        json.dumps({"value": [{"id": "p", "role": "read", "allowedRoles": ["read"], "emailAddress": {"name": "Bob"}}]}),
        ["calendar_permission"],
    ),
    "graph-message-detail-json": (
        json.dumps({"value": [{"id": "t-1", "event": "Fail", "description": "x", "dateTime": "2026-11-01T08:00:00Z"}]}),
        ["message_detail"],
    ),
    "graph-audit-query-json": (
        json.dumps({
            "id": "q-1", "status": "notStarted", "filterStartDateTime": "2026-11-01T00:00:00Z",
            "filterEndDateTime": "2026-11-02T00:00:00Z",
        }),
        [],
    ),
}  # fmt: skip
