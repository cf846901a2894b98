"""Graph's view of a mailbox: inbox rules (visible ones only), folders, settings."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import rules
from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.site import GRAPH, body_of, query_of

_RULES = "/users/{user}/mailFolders/inbox/messageRules"
_HIDDEN = ("Conversation Action Settings", "Quick Step Settings")
_BELOW = {"Archive": "2025"}
_SETTINGS = ("automaticRepliesSetting", "timeZone", "language", "dateFormat", "timeFormat",
             "delegateMeetingMessageDeliveryOptions")  # fmt: skip


class Mailboxes(Collections):
    """The mailbox endpoints of one site."""

    def routes(self) -> list[Route]:
        return [
            Route(_RULES, self.rules),
            Route(_RULES + "/{rule:path}", self.rule, methods=["GET", "PATCH", "DELETE"]),
            Route("/users/{user}/mailFolders", self.folders),
            Route("/users/{user}/mailFolders/{folder}/childFolders", self.children),
            Route("/users/{user}/mailboxSettings", self.settings, methods=["GET", "PATCH"]),
        ]

    async def rules(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        name = f"users('{request.path_params['user']}')/mailFolders('inbox')/messageRules"
        shown = [rules.graph_rule(item, person) for item in self._visible(person)]
        return self.page(request, name, shown, {}, default=1000, most=1000)

    async def rule(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        person = self.person(request)
        number = rules.number_of(request.path_params["rule"])
        found = next((item for item in self._visible(person) if item["number"] == number), None)
        if found is None:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        if request.method == "DELETE":
            changes.remove_rule(person, found)
            return no_content()
        if request.method == "PATCH":
            body = await body_of(request)
            if set(body) != {"isEnabled"} or not isinstance(body["isEnabled"], bool):
                raise bad_request("Only isEnabled (true or false) can be set here.")
            changes.set_rule(person, found, enabled=body["isEnabled"], cmdlet="Set-InboxRule")
        name = f"users('{request.path_params['user']}')/mailFolders('inbox')/messageRules/$entity"
        return self.one(request, name, rules.graph_rule(found, person))

    def _visible(self, person: Person) -> list[Json]:
        return [item for item in self.state.objects["rules"][person.upn] if not item["hidden"]]

    async def folders(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, ("$top", "$skiptoken", "$select"))
        shown = [
            self._folder(person, folder, "root")
            for folder in (*rules.FOLDERS, *(_HIDDEN if query.get("includeHiddenFolders") == "true" else ()))
        ]
        name = f"users('{request.path_params['user']}')/mailFolders"
        return self.page(request, name, shown, query, default=10, most=1000)

    async def children(self, request: Request) -> Response:
        """Folders below a folder: only the Archive has one."""
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, ("$top", "$skiptoken", "$select"))
        wanted = request.path_params["folder"]
        if wanted not in {rules.folder_id(person, folder) for folder in (*rules.FOLDERS, *_HIDDEN, *_BELOW.values())}:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        found = [(above, below) for above, below in _BELOW.items() if rules.folder_id(person, above) == wanted]
        shown = [self._folder(person, below, above) for above, below in found]
        name = f"users('{request.path_params['user']}')/mailFolders('{wanted}')/childFolders"
        return self.page(request, name, shown, query, default=10, most=1000)

    def _folder(self, person: Person, folder: str, above: str) -> Json:
        return {
            "id": rules.folder_id(person, folder),
            "displayName": folder,
            "parentFolderId": rules.folder_id(person, above),
            "childFolderCount": int(folder in _BELOW),
            "unreadItemCount": 0,
            "totalItemCount": len(self.state.world.inbox[person.upn]) if folder == "Inbox" else 0,
            "isHidden": folder in _HIDDEN,
        }

    async def settings(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        person = self.person(request)
        kept = self.state.objects["settings"][person.upn]
        if request.method == "PATCH":
            body = await body_of(request)
            if not body or set(body) - {*_SETTINGS, "@odata.context"}:
                raise bad_request("A property that cannot be set was given.")
            replies = body.pop("automaticRepliesSetting", None)
            if replies is not None:
                if not isinstance(replies, dict) or set(replies) - set(kept["automaticRepliesSetting"]):
                    raise bad_request("Invalid automaticRepliesSetting.")
                body["automaticRepliesSetting"] = {**kept["automaticRepliesSetting"], **replies}
            changes.set_settings(person, body)
        name = f"users('{request.path_params['user']}')/mailboxSettings"
        return json_response({"@odata.context": self.context(request, name), **kept})
