"""Graph's logs: sign-ins, directory audits, audit queries, message trace."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json, z
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.aside import aside
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.odata import EVERYTHING, Filter, parse_filter
from o365nb.practice.web.site import GRAPH, Site, body_of, query_of

_TIMES = ("eq", "ge", "le", "gt", "lt")
_TEXT = ("eq", "startswith")
_SIGN_IN_FILTER = {
    "createdDateTime": _TIMES,
    "id": ("eq",),
    "userId": ("eq",),
    "userPrincipalName": _TEXT,
    "userDisplayName": _TEXT,
    "appId": ("eq",),
    "appDisplayName": _TEXT,
    "ipAddress": _TEXT,
    "clientAppUsed": ("eq",),
    "correlationId": ("eq",),
    "conditionalAccessStatus": ("eq",),
    "resourceId": ("eq",),
    "resourceDisplayName": ("eq",),
    "status/errorCode": ("eq",),
    "location/city": _TEXT,
    "location/state": _TEXT,
    "location/countryOrRegion": _TEXT,
    "deviceDetail/browser": _TEXT,
    "deviceDetail/operatingSystem": _TEXT,
    "riskLevelDuringSignIn": ("eq",),
    "riskState": ("eq",),
}
_BETA_FILTER = {
    **_SIGN_IN_FILTER,
    "userAgent": _TEXT,
    "authenticationRequirement": _TEXT,
    "originalRequestId": ("eq",),
    "signInEventTypes/any": ("eq", "ne"),
    "appOwnerTenantId": ("eq",),
    "servicePrincipalId": _TEXT,
    "servicePrincipalName": _TEXT,
}
_DIRECTORY_FILTER = {
    "activityDateTime": _TIMES,
    "activityDisplayName": _TEXT,
    "id": ("eq",),
    "category": ("eq",),
    "correlationId": ("eq",),
    "loggedByService": ("eq",),
    "initiatedBy/user/id": ("eq",),
    "initiatedBy/user/userPrincipalName": _TEXT,
    "initiatedBy/app/appId": ("eq",),
    "initiatedBy/app/displayName": ("eq",),
    "targetResources/any/id": ("eq",),
    "targetResources/any/displayName": _TEXT,
}
_TRACE_FILTER = {
    "receivedDateTime": ("ge", "le", "gt", "lt"),
    "senderAddress": ("eq",),
    "recipientAddress": ("eq",),
    "messageId": ("eq",),
    "id": ("eq",),
    "status": ("eq",),
    "fromIP": ("eq",),
    "toIP": ("eq",),
    "subject": ("contains", "startswith", "endswith"),
}
_QUERY_KEYS = (
    "displayName", "filterStartDateTime", "filterEndDateTime", "recordTypeFilters", "keywordFilter", "serviceFilters",
    "operationFilters", "userPrincipalNameFilters", "ipAddressFilters", "objectIdFilters",
    "administrativeUnitIdFilters",
)  # fmt: skip
_V1_ONLY = (
    "id", "createdDateTime", "userDisplayName", "userPrincipalName", "userId", "appId", "appDisplayName", "ipAddress",
    "clientAppUsed", "correlationId", "conditionalAccessStatus", "isInteractive", "riskDetail", "riskLevelAggregated",
    "riskLevelDuringSignIn", "riskState", "riskEventTypes_v2", "resourceDisplayName", "resourceId", "status",
    "deviceDetail", "location", "appliedConditionalAccessPolicies",
)  # fmt: skip


class Logs(Collections):
    """The log endpoints of one site."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._results: dict[str, list[Json]] = {}  # of finished audit queries, as they were when first read

    def routes(self) -> list[Route]:
        return [
            Route("/auditLogs/signIns", self.sign_ins),
            Route("/auditLogs/signIns/{record}", self.sign_in),
            Route("/auditLogs/directoryAudits", self.directory_audits),
            Route("/security/auditLog/queries", self.queries, methods=["GET", "POST"]),
            Route("/security/auditLog/queries/{query}", self.query, methods=["GET", "DELETE"]),
            Route("/security/auditLog/queries/{query}/records", self.records),
            Route("/admin/exchange/tracing/messageTraces", self.traces),
        ]

    async def sign_ins(self, request: Request) -> Response:
        """Interactive ones unless the filter asks for a type; v1.0 has them only, and few properties."""
        self.site.authorise(request, GRAPH)
        beta = request.url.path.startswith("/beta/")
        query = query_of(request, ("$filter", "$top", "$skiptoken", "$orderby", "$count"))
        asked = query.get("$filter", "")
        chosen = parse_filter(asked, _BETA_FILTER if beta else _SIGN_IN_FILTER) if asked else EVERYTHING
        among = self.state.sign_ins(chosen.value("userId"))
        found = await aside(lambda: [item for item in among if chosen.matches(item)])
        if "signInEventTypes" not in asked:
            found = [item for item in found if item["isInteractive"]]
        shown = found if beta else [_thin(item) for item in found]
        return self.page(request, "auditLogs/signIns", shown, query, default=1000, most=1000)

    async def sign_in(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        wanted = request.path_params["record"]
        for item in self.state.sign_ins():
            if item["id"] == wanted:
                shown = item if request.url.path.startswith("/beta/") else _thin(item)
                return self.one(request, "auditLogs/signIns/$entity", shown)
        raise Refusal(404, "ResourceNotFound", f"Sign-in '{wanted}' is not there.")

    async def directory_audits(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$top", "$skiptoken", "$orderby"))
        chosen = parse_filter(query["$filter"], _DIRECTORY_FILTER) if "$filter" in query else EVERYTHING
        found = [item for item in self.state.directory_audits() if chosen.matches(item)]
        return self.page(request, "auditLogs/directoryAudits", found, query, default=1000, most=1000)

    # -- message trace ------------------------------------------------------------------------------------------

    async def traces(self, request: Request) -> Response:
        """Both bounds or none (the last two days then), ten days at most, ninety days back; `or` counts for nothing."""
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$top", "$skiptoken"))
        asked = query.get("$filter", "")
        chosen = parse_filter(asked, _TRACE_FILTER, only_first_of_or=True) if asked else EVERYTHING
        start, end = self._span(chosen)
        address = chosen.value("senderAddress") or chosen.value("recipientAddress")
        found = [
            item
            for item in self.state.traces(address)
            if chosen.matches(item) and start <= datetime.fromisoformat(item["receivedDateTime"]) <= end
        ]
        return self.page(request, "admin/exchange/tracing/messageTraces", found, query, default=1000, most=5000)

    def _span(self, chosen: Filter) -> tuple[datetime, datetime]:
        now = self.state.clock.now()
        start = chosen.value("receivedDateTime", "ge") or chosen.value("receivedDateTime", "gt")
        end = chosen.value("receivedDateTime", "le") or chosen.value("receivedDateTime", "lt")
        if start is None and end is None:
            return now - timedelta(days=2), now
        if start is None or end is None:
            raise bad_request("Both the start and the end of receivedDateTime must be given.")
        if end - start > timedelta(days=10):
            raise bad_request("The difference between the start and end of receivedDateTime must not exceed 10 days.")
        if end < start or start < now - timedelta(days=90):
            raise bad_request("receivedDateTime must lie within the last 90 days, start before end.")
        return start, end

    # -- audit queries ------------------------------------------------------------------------------------------

    async def queries(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        kept: dict[str, Json] = self.state.objects["queries"]
        if request.method == "GET":
            query = query_of(request, ("$top", "$skiptoken"))
            every = [item["query"] for item in kept.values()]
            return self.page(request, "security/auditLog/queries", every, query, default=100, most=100)
        body = await body_of(request)
        if strange := sorted(set(body) - {*_QUERY_KEYS, "@odata.type"}):
            raise bad_request(f"The property '{strange[0]}' does not exist on type 'auditLogQuery'.")
        made: Json = {"id": str(uuid4())}
        for name in _QUERY_KEYS:
            several = name.endswith("Filters")
            value = body.get(name, [] if several else None)
            if several != isinstance(value, list):
                raise bad_request(f"Invalid value for property '{name}'.")
            made[name] = value
        for name in ("filterStartDateTime", "filterEndDateTime"):
            made[name] = z(_moment(made[name], name))
        made |= {"status": "notStarted", "recordCountLimit": 1_000_000, "isRecordCountLimitExceeded": False}
        made["approximateReturnedRecordCount"] = 0
        kept[made["id"]] = {"query": made}
        self.state.save()
        return json_response(
            {"@odata.context": self.context(request, "security/auditLog/queries/$entity"), **made}, 201
        )

    async def query(self, request: Request) -> Response:
        """The state of a query: each look takes it one step further."""
        self.site.authorise(request, GRAPH)
        query = self._query(request)
        if request.method == "DELETE":
            del self.state.objects["queries"][query["id"]]
            self._results.pop(query["id"], None)
            self.state.save()
            return no_content()
        following = {"notStarted": "running", "running": "succeeded"}
        query["status"] = following.get(query["status"], query["status"])
        if query["status"] == "succeeded":
            query["approximateReturnedRecordCount"] = len(await aside(lambda: self._found(query)))
        return self.one(request, "security/auditLog/queries/$entity", query)

    async def records(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = self._query(request)
        if query["status"] != "succeeded":
            raise bad_request(f"The query is {query['status']}: its records are not there yet.")
        asked = query_of(request, ("$top", "$skiptoken", "$count"))
        name = f"security/auditLog/queries('{query['id']}')/records"
        return self.page(request, name, self._found(query), asked, default=150, most=1000)

    def _query(self, request: Request) -> Json:
        kept = self.state.objects["queries"].get(request.path_params["query"])
        if kept is None:
            raise Refusal(404, "ResourceNotFound", "The audit query is not there.")
        query: Json = kept["query"]
        return query

    def _found(self, query: Json) -> list[Json]:
        if query["id"] not in self._results:
            self._results[query["id"]] = self._search(query)
        return self._results[query["id"]]

    def _search(self, query: Json) -> list[Json]:
        start = datetime.fromisoformat(query["filterStartDateTime"])
        end = datetime.fromisoformat(query["filterEndDateTime"])
        tests = {
            "recordTypeFilters": "auditLogRecordType",
            "serviceFilters": "service",
            "operationFilters": "operation",
            "objectIdFilters": "objectId",
            "ipAddressFilters": "clientIp",
        }
        wanted = {field: {str(value).lower() for value in query[name]} for name, field in tests.items() if query[name]}
        word = str(query["keywordFilter"] or "").lower()
        return [
            record
            for record in self.state.audits(query["userPrincipalNameFilters"])
            if start <= datetime.fromisoformat(record["createdDateTime"]) < end
            and all(str(record[field]).lower() in values for field, values in wanted.items())
            and (not word or word in str(record["auditData"]).lower())
        ]


def _thin(item: Json) -> Json:
    return {name: item[name] for name in _V1_ONLY}


def _moment(value: object, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise bad_request(f"Invalid value for property '{name}'.") from None
    if found.tzinfo is None:
        raise bad_request(f"Invalid value for property '{name}': the time has no zone.")
    return found
