"""The Office 365 Management Activity API: subscriptions, what became available when, and the records themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json, z
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.collections import Service
from o365nb.practice.web.faults import Refusal
from o365nb.practice.web.site import MANAGEMENT
from o365nb.practice.world import Entry

_FEED = "/api/v1.0/{tenant}/activity/feed"
_TYPES = ("Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All")
_OF_WORKLOAD = {"AzureActiveDirectory": 0, "Exchange": 1, "SharePoint": 2, "OneDrive": 2}
_KEPT = timedelta(days=7)
_PAGE = 40  # entries of one list; the service's number is not published


class ActivityFeed(Service):
    """The feed of one tenant. A story's tenant has no subscription unless its state says so under `management`."""

    def routes(self) -> list[Route]:
        return [
            Route(f"{_FEED}/subscriptions/list", self.listed),
            Route(f"{_FEED}/subscriptions/start", self.start, methods=["POST"]),
            Route(f"{_FEED}/subscriptions/stop", self.stop, methods=["POST"]),
            Route(f"{_FEED}/subscriptions/content", self.content),
            Route(f"{_FEED}/audit/{{content}}", self.blob),
        ]

    @property
    def _running(self) -> Json:
        """Content type → since when its subscription runs."""
        found: Json = self.state.objects.setdefault("management", {})
        return found

    async def listed(self, request: Request) -> Response:
        self.site.authorise(request, MANAGEMENT)
        return json_response([_subscription(kind) for kind in _TYPES if kind in self._running])

    async def start(self, request: Request) -> Response:
        self.site.authorise(request, MANAGEMENT)
        kind = _content_type(request)
        self._running.setdefault(kind, z(self.state.clock.now()))
        self.state.save()
        return json_response(_subscription(kind))

    async def stop(self, request: Request) -> Response:
        self.site.authorise(request, MANAGEMENT)
        self._running.pop(_content_type(request), None)
        self.state.save()
        return Response(None, 200)

    async def content(self, request: Request) -> Response:
        """One entry per hour in which something became available; nothing from before the subscription's start."""
        self.site.authorise(request, MANAGEMENT)
        kind = _content_type(request)
        if kind not in self._running:
            raise Refusal(400, "AF20022", "No subscription found for the specified content type")
        start, end = self._window(request)
        start = max(start, datetime.fromisoformat(self._running[kind]))
        hours = sorted({_hour(entry.seen_from) for entry in self._entries(kind) if start <= entry.seen_from < end})
        skip = int(request.query_params.get("nextPage") or 0)
        here = f"{self.site.base_url}{request.url.path}"
        headers = {}
        if skip + _PAGE < len(hours):
            asked = {**request.query_params, "nextPage": str(skip + _PAGE)}
            headers["NextPageUri"] = f"{here}?" + "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        found = [
            {
                "contentType": kind,
                "contentId": f"{hour:%Y%m%d%H}${kind}",
                "contentUri": f"{here.partition('/subscriptions')[0]}/audit/{hour:%Y%m%d%H}%24{kind}",
                "contentCreated": z(hour),
                "contentExpiration": z(hour + _KEPT),
            }
            for hour in hours[skip : skip + _PAGE]
        ]
        return json_response(found, headers=headers)

    async def blob(self, request: Request) -> Response:
        """The records that became available in one hour, in no order of time."""
        self.site.authorise(request, MANAGEMENT)
        stamp, _, kind = str(request.path_params["content"]).partition("$")
        try:
            hour = datetime.strptime(stamp, "%Y%m%d%H").replace(tzinfo=UTC)
        except ValueError:
            raise Refusal(400, "AF20050", "The specified content does not exist.") from None
        if hour < self.state.clock.now() - _KEPT - timedelta(hours=1):
            raise Refusal(400, "AF20051", "Content requested has already expired.")
        records = [
            _data(entry) for entry in self._entries(kind) if _hour(entry.seen_from) == hour for _ in range(entry.copies)
        ]
        return json_response(sorted(records, key=lambda record: str(record["Id"])))

    def _entries(self, kind: str) -> Iterator[Entry]:
        for entry in self.state.audit_entries():
            if _TYPES[_OF_WORKLOAD.get(entry.record["service"], 3)] == kind:
                yield entry

    def _window(self, request: Request) -> tuple[datetime, datetime]:
        now = self.state.clock.now()
        start = _time(request, "startTime", now - timedelta(days=1))
        end = _time(request, "endTime", now)
        if not timedelta(0) < end - start <= timedelta(days=1) or start < now - _KEPT:
            raise Refusal(
                400, "AF20030", "Start time and end time must both be specified, no more than 24 hours apart, with the"
                " start time no more than 7 days in the past.",
            )  # fmt: skip
        return start, end


def _subscription(kind: str) -> Json:
    return {"contentType": kind, "status": "enabled", "webhook": None}


def _content_type(request: Request) -> str:
    kind = request.query_params.get("contentType", "")
    if kind not in _TYPES:
        raise Refusal(400, "AF20020", "The specified content type is not valid.")
    return kind


def _time(request: Request, name: str, default: datetime) -> datetime:
    text = request.query_params.get(name)
    if not text:
        return default
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(400, "AF20030", f"Invalid {name}.") from None


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _data(entry: Entry) -> Json:
    return {name: value for name, value in entry.record["auditData"].items() if name != "@odata.type"}
