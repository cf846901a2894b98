"""Microsoft Graph: one object, or page after page, each as received and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from o365nb.errors import BadInput, RequestFailed, UntrustedLink
from o365nb.tenant.http import Endpoint, Http, Response

_RESTARTS = 2  # of a listing whose page token expired
_PLAIN = "$',():/@"  # what OData writes as it is


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: `body` byte for byte, and what it says.

    `key` names the request whatever the host; a `held` answer was received and stored earlier. `listing` is the key of
    the first page of the listing that it belongs to, which was begun anew `restart` times.
    """

    body: bytes
    data: dict[str, Any]
    url: str
    request_id: str
    status: int = 200
    key: str = ""
    held: bool = False
    listing: str = ""
    restart: int = 0

    @property
    def records(self) -> list[dict[str, Any]]:
        """The members of `value`."""
        return [item for item in self.data.get("value") or [] if isinstance(item, dict)]


def segment(text: str) -> str:
    """One part of a path, safe whatever it holds. Raises BadInput for an empty one: it would ask for everything."""
    if not text.strip() or text in (".", ".."):
        raise BadInput("An empty name would ask for everything, not for one object. Name the object.")
    return quote(text, safe="@")


def literal(text: str) -> str:
    """A string inside an OData filter, quoted."""
    return "'" + text.replace("'", "''") + "'"


class _Expired(Exception):
    """A page token is no longer good: the listing must begin anew."""

    def __init__(self, error: RequestFailed) -> None:
        super().__init__()
        self.error = error


class Graph:
    """Graph of one tenant. Paths begin with a slash and are encoded; parameters are not."""

    def __init__(self, http: Http, endpoint: Endpoint) -> None:
        self._http, self._endpoint = http, endpoint

    def get(self, path: str, params: Mapping[str, str] | None = None, *, beta: bool = False) -> Page:
        """One GET."""
        return self._page(self.url(path, params, beta=beta))

    def raw(self, path: str) -> Page:
        """One GET of what is not JSON, such as a message as it was sent."""
        url = self.url(path)
        got = self._http.request("GET", url, self._endpoint, headers={"Accept": "*/*"})
        return Page(got.body, {}, url, got.request_id, got.status, got.key, got.held)

    def pages(self, path: str, params: Mapping[str, str] | None = None, *, beta: bool = False) -> Iterator[Page]:
        """Every page of a collection; next links are followed on Graph's own host only.

        A listing whose page token expired is begun anew, twice at most: its pages then say `restart` 1, 2.
        Raises RequestFailed when a link leads in a circle.
        """
        first = self.url(path, params, beta=beta)
        for restart in range(_RESTARTS + 1):
            try:
                yield from self._listing(first, restart)
            except _Expired as expired:
                if restart == _RESTARTS:
                    raise expired.error from None
            else:
                return

    def _listing(self, first: str, restart: int) -> Iterator[Page]:
        url, seen, listing, held = first, set[str](), "", False
        while url:
            if url in seen:
                raise RequestFailed(
                    f"{self._endpoint.name}'s pages of {urlsplit(first).path} lead in a circle. Run the same again."
                )
            seen.add(url)
            try:
                page = self._page(url)
            except UntrustedLink as error:
                # A link from a page of an earlier run, when the practice tenant had another address.
                raise (_Expired(error) if held else error) from None
            except RequestFailed as error:
                raise (_Expired(error) if listing and error.status in (400, 410) else error) from None
            listing, held = listing or page.key, page.held
            yield replace(page, listing=listing, restart=restart)
            url = str(page.data.get("@odata.nextLink") or "")

    def post(self, path: str, body: Any = None, *, beta: bool = False, idempotent: bool = False) -> Page:
        """One POST; repeated after a server error only when `idempotent`."""
        return self._send("POST", path, body, beta=beta, idempotent=idempotent)

    def patch(self, path: str, body: Any, *, beta: bool = False, idempotent: bool = True) -> Page:
        """One PATCH; pass idempotent=False for what must not be repeated blindly (passwords)."""
        return self._send("PATCH", path, body, beta=beta, idempotent=idempotent)

    def delete(self, path: str, *, beta: bool = False) -> Page:
        """One DELETE."""
        return self._send("DELETE", path, None, beta=beta, idempotent=True)

    def url(self, path: str, params: Mapping[str, str] | None = None, *, beta: bool = False) -> str:
        """The full address; blanks become %20, which every OData parser understands."""
        query = "&".join(f"{name}={quote(value, safe=_PLAIN)}" for name, value in (params or {}).items())
        return f"{self._endpoint.origin}/{'beta' if beta else 'v1.0'}{path}" + (f"?{query}" if query else "")

    def _page(self, url: str) -> Page:
        return _as_page(self._http.request("GET", url, self._endpoint), url)

    def _send(self, method: str, path: str, body: Any, *, beta: bool, idempotent: bool) -> Page:
        url = self.url(path, beta=beta)
        return _as_page(self._http.request(method, url, self._endpoint, json=body, idempotent=idempotent), url)


def _as_page(response: Response, url: str) -> Page:
    data = response.json() if response.body else {}
    if not isinstance(data, dict):
        raise RequestFailed(
            "The service answered with a list or a value where an object belongs. Run the same again.",
            status=response.status,
            request_id=response.request_id,
        )
    return Page(response.body, data, url, response.request_id, response.status, response.key, response.held)
