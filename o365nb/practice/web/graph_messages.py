"""Graph's messages and calendar permissions: what was sent and what was deleted, from the same facts as the trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import mail_flow, rules
from o365nb.practice.ids import Json
from o365nb.practice.people import Person, named_id
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, body_of, query_of

_FOLDERS = {"inbox": "Inbox", "sentitems": "Sent Items", "recoverableitemsdeletions": "Deletions"}
_DELETED = "recoverableitemsdeletions"
_TIMES = ("ge", "gt", "le", "lt", "eq")
_FILTER = {"sentDateTime": _TIMES, "receivedDateTime": _TIMES, "internetMessageId": ("eq",)}
_DEFAULT = (
    *("id", "subject", "bodyPreview", "internetMessageId", "sentDateTime", "receivedDateTime", "from", "sender"),
    *("toRecipients", "ccRecipients", "bccRecipients", "hasAttachments", "parentFolderId", "conversationId", "isRead"),
)


class Messages(Collections):
    """The messages of one site. `recoverable_messages` of the state names traces whose message was deleted."""

    def routes(self) -> list[Route]:
        return [
            Route("/users/{user}/mailFolders/{folder}/messages", self.listed),
            Route("/users/{user}/messages", self.listed),
            Route("/users/{user}/messages/{message}/$value", self.mime),
            Route("/users/{user}/messages/{message}/move", self.move, methods=["POST"]),
            Route("/users/{user}/calendar/calendarPermissions", self.calendar),
        ]

    async def listed(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person, folder = self.person(request), request.path_params.get("folder", "")
        if folder and folder not in _FOLDERS:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        query = query_of(request, ("$filter", "$select", "$top", "$skiptoken", "$orderby"))
        chosen = parse_filter(query["$filter"], _FILTER) if "$filter" in query else EVERYTHING
        found = self._messages(person, folder)
        shown = [
            select(item["message"], query.get("$select"), _DEFAULT) for item in found if chosen.matches(item["message"])
        ]
        where = f"/mailFolders('{folder}')" if folder else ""
        name = f"users('{request.path_params['user']}'){where}/messages"
        return self.page(request, name, shown, query, default=10, most=1000)

    async def mime(self, request: Request) -> Response:
        """The message as it was sent."""
        self.site.authorise(request, GRAPH)
        message = self._one(request)["message"]
        head = [f"{entry['name']}: {entry['value']}" for entry in message["internetMessageHeaders"]]
        text = "\r\n".join([*head, f"Subject: {message['subject']}", "", "(practice)", ""])
        return Response(text.encode(), 200, {"request-id": str(uuid4())}, media_type="text/plain")

    async def move(self, request: Request) -> Response:
        """Into the recoverable items, or back to where it was: other folders are not kept apart."""
        self.site.authorise(request, GRAPH)
        body, person, item = await body_of(request), self.person(request), self._one(request)
        wanted = str(body.get("DestinationId") or "")
        own = {known: name for name, plain in _FOLDERS.items() for known in (name, rules.folder_id(person, plain))}
        if wanted not in own:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        kept = self.state.objects.setdefault("exchange", mail_flow.initial())
        left = kept.setdefault("recoverable_messages", {})
        listed = [trace for trace in left.get(person.upn, []) if trace != item["trace"]]
        left[person.upn] = [*listed, *([item["trace"]] if own[wanted] == _DELETED else [])]
        if not left[person.upn]:
            del left[person.upn]
        if not left:
            del kept["recoverable_messages"]
        self.state.save()
        moved = {
            **select(item["message"], None, _DEFAULT),
            "parentFolderId": rules.folder_id(person, _FOLDERS[own[wanted]]),
        }
        answer = self.one(request, f"users('{request.path_params['user']}')/messages/$entity", moved)
        answer.status_code = 201
        return answer

    def _one(self, request: Request) -> Json:
        """The message of the path. Raises Graph's 404."""
        person, wanted = self.person(request), request.path_params["message"]
        for item in (*self._messages(person), *self._messages(person, _DELETED)):
            if item["message"]["id"] == wanted:
                return item
        raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    async def calendar(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        kept = self.state.objects.setdefault("exchange", mail_flow.initial())
        rights = kept["folder_rights"].get(person.upn, {}).get("Calendar", {})
        everybody = rights.get("Default", ["AvailabilityOnly"])
        shown = [_permission("My Organization", None, _role(everybody))]
        shown += [_permission(user, user, _role(given)) for user, given in rights.items() if "@" in user]
        name = f"users('{request.path_params['user']}')/calendar/calendarPermissions"
        return self.page(request, name, shown, {}, default=1000, most=1000)

    def _messages(self, person: Person, wanted: str = "") -> Iterator[Json]:
        """What the person sent or got and did not delete, newest first; with a folder, what is in that one."""
        deleted = set(self.state.objects.get("exchange", {}).get("recoverable_messages", {}).get(person.upn, ()))
        rows: dict[str, list[Json]] = {}
        for row in self.state.traces(person.upn):
            rows.setdefault(row["id"], []).append(row)
        for trace, listed in rows.items():
            sent = listed[0]["senderAddress"].lower() == person.upn
            folder = _DELETED if trace in deleted else "sentitems" if sent else "inbox"
            if folder != (wanted or folder) or (not wanted and folder == _DELETED):
                continue
            yield {"folder": folder, "trace": trace, "message": _message(person, folder, listed)}


def _message(person: Person, folder: str, rows: list[Json]) -> Json:
    """One message from its rows of the trace: one for each recipient."""
    first = rows[0]
    key = named_id(f"graph-message:{person.upn}:{first['id']}").replace("-", "")
    sender = {"emailAddress": {"name": first["senderAddress"], "address": first["senderAddress"]}}
    people = [{"emailAddress": {"name": row["recipientAddress"], "address": row["recipientAddress"]}} for row in rows]
    at = datetime.fromisoformat(first["receivedDateTime"])
    headers = {
        "Date": format_datetime(at),
        "From": first["senderAddress"],
        "Message-ID": first["messageId"],
        "X-Originating-IP": f"[{first['fromIP']}]",
    }
    return {
        "id": f"AAMkAD{key}AAA=",
        "createdDateTime": first["receivedDateTime"],
        "subject": first["subject"],
        "bodyPreview": "",
        "internetMessageId": first["messageId"],
        "sentDateTime": first["receivedDateTime"],
        "receivedDateTime": first["receivedDateTime"],
        "from": sender,
        "sender": sender,
        "toRecipients": people[:1],
        "ccRecipients": [],
        "bccRecipients": people[1:],
        "replyTo": [],
        "hasAttachments": False,
        "parentFolderId": rules.folder_id(person, _FOLDERS[folder]),
        "conversationId": f"AAQkAD{key}",
        "isRead": True,
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in headers.items()],
    }


#: Exchange's rights to a calendar as Graph's roles; any other lets read.
_ROLES = {"None": "none", "AvailabilityOnly": "freeBusyRead", "LimitedDetails": "limitedRead", "Editor": "write"}


def _role(given: list[str]) -> str:
    return next((_ROLES[right] for right in given if right in _ROLES), "read")


def _permission(name: str, address: str | None, role: str) -> Json:
    return {
        "id": named_id(f"calendar-permission:{name}"),
        "allowedRoles": ["freeBusyRead", "limitedRead", "read", "write"],
        "emailAddress": {"name": name, "address": address},
        "isInsideOrganization": True,
        "isRemovable": address is not None,
        "role": role,
    }
