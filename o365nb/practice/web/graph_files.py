"""Graph's shared files: an item by its address, what opens it, and a link taken away."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json
from o365nb.practice.web.answers import no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, query_of

_DEFAULT = ("id", "name", "size", "parentReference")


class SharedFiles(Collections):
    """The files of one site that were ever shared; of others the story tells in the log only."""

    def routes(self) -> list[Route]:
        part = "/drives/{drive}/items/{item}/permissions"
        return [
            Route("/shares/{token}/driveItem", self.item),
            Route(part, self.permissions),
            Route(f"{part}/{{permission}}", self.remove, methods=["DELETE"]),
        ]

    async def item(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$select",))
        found = self._files().get(_address(request.path_params["token"]))
        if found is None:
            raise _gone()
        return self.one(request, "shares/driveItem/$entity", select(found["record"], query.get("$select"), _DEFAULT))

    async def permissions(self, request: Request) -> Response:
        """All of them to the owner and to an application; of the other people here no permission concerns any."""
        by = self.site.authorise(request, GRAPH).by
        found = self._file(request)
        shown = found["permissions"] if not by.upn or by.id == _owner(found) else []
        return self.page(request, "permissions", shown, {}, default=200, most=1000)

    async def remove(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        found, wanted = self._file(request), request.path_params["permission"]
        one = next((item for item in found["permissions"] if item["id"] == wanted), None)
        if one is None:
            raise _gone()
        found["permissions"].remove(one)
        changes.unshared(unquote(found["record"]["webUrl"]), one)
        return no_content()

    def _files(self) -> dict[str, Json]:
        files: dict[str, Json] = self.state.objects.get("shared_files", {})
        return files

    def _file(self, request: Request) -> Json:
        drive, item = request.path_params["drive"], request.path_params["item"]
        for one in self._files().values():
            if (one["record"]["parentReference"]["driveId"], one["record"]["id"]) == (drive, item):
                return one
        raise _gone()


def _owner(found: Json) -> str:
    return next(str(one["grantedToV2"]["user"]["id"]) for one in found["permissions"] if one["roles"] == ["owner"])


def _address(token: str) -> str:
    """The address in a sharing token. Raises Graph's 400 for one that is none."""
    try:
        plain = token.removeprefix("u!")
        return unquote(base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode())
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "invalidRequest", "The sharing token is malformed.") from None


def _gone() -> Refusal:
    return Refusal(404, "itemNotFound", "The resource could not be found.")
