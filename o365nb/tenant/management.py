"""The Office 365 Management Activity API: the audit log of the last seven days, where a subscription already runs.

Nothing is started or stopped here: a subscription is a setting of the tenant, and may be another system's.
Errors: Microsoft's reference of the API (codes AF…); a throttled answer may come as a 403.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from o365nb.errors import NotFound, RequestFailed, Throttled, UntrustedLink
from o365nb.model import Window
from o365nb.tenant.graph import Page
from o365nb.tenant.http import Endpoint, Http, Response, require_origin

#: What the service groups its records into. DLP.All is about content, not about who did what.
CONTENT_TYPES = ("Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General")
#: How far back content is listed; some minutes less than the service's seven days, for time passes while one asks.
REACH = timedelta(days=7) - timedelta(minutes=15)
#: The longest window of one list.
SPAN = timedelta(hours=24)

_BUSY = "AF429"  # comes as a 403
#: Refusals that no waiting mends, in words.
_ABSENT = {
    "AF20011": "The tenant is not known to the audit service: auditing may be switched off.",
    "AF20022": "No subscription runs for it. Starting one would be a change of the tenant, and brings nothing older.",
    "AF20023": "Its subscription is disabled.",
    "AF20051": "It is older than seven days and gone.",
}


class Management:
    """The activity feed of one tenant."""

    def __init__(self, http: Http, endpoint: Endpoint, tenant_id: str) -> None:
        self._http, self._endpoint, self._tenant_id = http, endpoint, tenant_id

    def subscriptions(self) -> dict[str, bool]:
        """Content type → whether its subscription is enabled."""
        listed = self._entries(self._ask(self._url("subscriptions/list")))
        return {str(entry.get("contentType")): str(entry.get("status")).lower() == "enabled" for entry in listed}

    def content(self, content_type: str, window: Window) -> Iterator[dict[str, Any]]:
        """What can be fetched of the records that became available in the window (24 hours at most).

        Raises UntrustedLink when a list leads to another host, NotFound without a subscription.
        """
        times = (f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in (window.start, window.end))
        start, end = times
        url, seen = (
            self._url(f"subscriptions/content?contentType={content_type}&startTime={start}&endTime={end}"),
            set(),
        )
        while url:
            if url in seen:
                raise RequestFailed("The activity feed's lists lead in a circle. Run the same again.")
            seen.add(url)
            answer = self._ask(url)
            yield from self._entries(answer)
            url = next((value for name, value in answer.headers.items() if name.lower() == "nextpageuri"), "")

    def blob(self, uri: str) -> Page:
        """The records behind one `contentUri`, as a page. Raises UntrustedLink before any token is sent elsewhere."""
        require_origin(uri, self._endpoint)
        if not urlsplit(uri).path.startswith(f"/api/v1.0/{self._tenant_id}/"):
            raise UntrustedLink("The activity feed gave a link to another tenant. Nothing was sent there.")
        joint = "&" if urlsplit(uri).query else "?"
        url = f"{uri}{joint}PublisherIdentifier={quote(self._tenant_id)}"
        answer = self._ask(url)
        records = self._entries(answer)
        return Page(
            answer.body, {"value": records}, url, answer.request_id, answer.status, answer.key, answer.held, answer.key
        )

    def _url(self, what: str) -> str:
        joint = "&" if "?" in what else "?"
        # Without a publisher, calls share one worldwide quota.
        publisher = f"{joint}PublisherIdentifier={quote(self._tenant_id)}"
        return f"{self._endpoint.origin}/api/v1.0/{quote(self._tenant_id)}/activity/feed/{what}{publisher}"

    def _entries(self, answer: Response) -> list[dict[str, Any]]:
        data = answer.json() if answer.body else []
        if not isinstance(data, list):
            raise RequestFailed(
                "The activity feed answered with something else than a list. Run the same again.",
                status=answer.status,
                request_id=answer.request_id,
            )
        return [entry for entry in data if isinstance(entry, dict)]

    def _ask(self, url: str) -> Response:
        try:
            return self._http.request("GET", url, self._endpoint)
        except RequestFailed as error:
            raise _told(error) from None


def _told(error: RequestFailed) -> RequestFailed:
    """The error under the name that its code has, and in words where the code says more than the status."""
    absent = _ABSENT.get(error.code, "")
    kind: type[RequestFailed] = Throttled if error.code == _BUSY else NotFound if absent else type(error)
    text = f"{error} {absent}".strip()
    return kind(text, status=error.status, code=error.code, request_id=error.request_id)
