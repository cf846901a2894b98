"""Graph's security: alerts, incidents, and the mail that Defender for Office 365 has analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import hunting
from o365nb.practice.ids import Json
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.site import GRAPH, query_of

_TIMES = dict.fromkeys(("createdDateTime", "lastUpdateDateTime"), ("ge", "gt", "le", "lt", "eq"))
_WORDS = dict.fromkeys(("assignedTo", "classification", "determination", "severity", "status"), ("eq", "ne"))
_ALERTS = {**_TIMES, **_WORDS, "serviceSource": ("eq", "ne")}
_INCIDENTS = {**_TIMES, **_WORDS}
_EMAILS = dict.fromkeys(("recipientEmailAddress", "networkMessageId", "senderDetail/fromAddress"), ("eq",))
#: Service plans of the products that raise alerts.
_RAISING = {"ATP_ENTERPRISE", "THREAT_INTELLIGENCE", "WINDEFATP"}
_NO_PLAN = "The tenant is not licensed for this feature."


class Security(Collections):
    """Reading only: what Defender raised."""

    def routes(self) -> list[Route]:
        return [
            Route("/security/alerts_v2", self.alerts),
            Route("/security/alerts_v2/{alert}", self.alert),
            Route("/security/incidents", self.incidents),
            Route("/security/incidents/{incident}", self.incident),
            Route("/security/collaboration/analyzedEmails", self.emails),
        ]

    def _asked(self, request: Request) -> Json:
        self.site.authorise(request, GRAPH)
        if not _RAISING & set(self.state.info.plans):
            raise Refusal(403, "Forbidden", _NO_PLAN)
        found: Json = self.state.objects["security"]
        return found

    async def alerts(self, request: Request) -> Response:
        every = self._asked(request)["alerts"]
        query = query_of(request, ("$filter", "$top", "$skip", "$skiptoken", "$count"))
        return self._newest(request, "security/alerts_v2", every, query, _ALERTS, 2000)

    async def alert(self, request: Request) -> Response:
        return self._one(request, "alerts", "security/alerts_v2/$entity", request.path_params["alert"])

    async def incidents(self, request: Request) -> Response:
        every = self._asked(request)["incidents"]
        query = query_of(request, ("$filter", "$top", "$skip", "$skiptoken", "$count", "$expand"))
        if query.get("$expand", "alerts") != "alerts":
            raise bad_request(f"Could not find a property named '{query['$expand']}' on the type.")
        shown = every if "$expand" in query else [_short(item) for item in every]
        return self._newest(request, "security/incidents", shown, query, _INCIDENTS, 50)

    async def incident(self, request: Request) -> Response:
        return self._one(request, "incidents", "security/incidents/$entity", request.path_params["incident"])

    async def emails(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        if "THREAT_INTELLIGENCE" not in self.state.info.plans:
            raise Refusal(403, "Forbidden", _NO_PLAN)
        query = query_of(request, ("$filter", "$top", "$skiptoken", "$count"))
        chosen = parse_filter(query["$filter"], _EMAILS) if "$filter" in query else EVERYTHING
        now = self.state.clock.now()
        begin, end = _time(query, "startTime", now - timedelta(days=1)), _time(query, "endTime", now)
        found = [item for item in hunting.analyzed_emails(self.state, begin, end) if chosen.matches(item)]
        return self.page(request, "security/collaboration/analyzedEmails", found, query, default=1000, most=1000)

    def _newest(
        self,
        request: Request,
        name: str,
        items: list[Json],
        query: Mapping[str, str],
        allowed: Mapping[str, Sequence[str]],
        most: int,
    ) -> Response:
        """One page of what has been raised by now, the newest first."""
        chosen = parse_filter(query["$filter"], allowed) if "$filter" in query else EVERYTHING
        now = self.state.clock.now()
        seen = [item for item in items if datetime.fromisoformat(item["createdDateTime"]) <= now]
        found = sorted(filter(chosen.matches, seen), key=lambda item: str(item["createdDateTime"]), reverse=True)
        skipped = query.get("$skip", "0")
        if not skipped.isdecimal():
            raise bad_request(f"Invalid value '{skipped}' for $skip query option found.")
        return self.page(request, name, found[int(skipped) :], query, default=min(most, 1000), most=most)

    def _one(self, request: Request, kind: str, name: str, wanted: str) -> Response:
        for item in self._asked(request)[kind]:
            if item["id"] == wanted:
                return self.one(request, name, _short(item))
        raise Refusal(404, "NotFound", f"{wanted} was not found.")


def _short(incident: Json) -> Json:
    return {name: value for name, value in incident.items() if name != "alerts"}


def _time(query: Mapping[str, str], name: str, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(query[name]) if name in query else otherwise
    except ValueError:
        raise bad_request(f"Invalid value '{query[name]}' for {name}.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
