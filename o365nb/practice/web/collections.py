"""What Graph's collections have in common: context, pages, links, and the person that a path names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.state import TenantState
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.faults import not_found
from o365nb.practice.web.paging import page_request
from o365nb.practice.web.site import Site


class Service:
    """A group of endpoints of one site. A subclass in a module `service_*` is a service of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @property
    def state(self) -> TenantState:
        return self.site.state

    def routes(self) -> list[Route]:
        """What it answers."""
        return []


class Collections(Service):
    """A group of Graph's endpoints, without the version in front: found by discovery in modules `graph_*`."""

    def person(self, request: Request) -> Person:
        """The person of `{user}`: object id or UPN. Raises Graph's 404."""
        name = str(request.path_params["user"])
        found = self.state.person(name)
        if found is None:
            raise not_found(name)
        return found

    def context(self, request: Request, name: str) -> str:
        """The @odata.context of an answer."""
        version = request.url.path.split("/", 2)[1]
        return f"{self.site.base_url}/{version}/$metadata#{name}"

    def one(self, request: Request, name: str, item: Json) -> Response:
        """A single object."""
        return json_response({"@odata.context": self.context(request, name), **item})

    def page(
        self, request: Request, name: str, items: Sequence[Json], query: Mapping[str, str], *, default: int, most: int
    ) -> Response:
        """One page of a collection, with the link to the next."""
        here = self.site.base_url + quote(request.url.path, safe="/(')=,@:")
        wanted = page_request(here, query, default=self.site.page_size(default), most=self.site.page_size(most))
        part, following = wanted.cut(items)
        body: Json = {"@odata.context": self.context(request, name)}
        if query.get("$count") == "true":
            body["@odata.count"] = len(items)
        if following:
            body["@odata.nextLink"] = following
        return json_response({**body, "value": part})
