"""Graph's advanced hunting: one query over one table of the last thirty days."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import hunting
from o365nb.practice.ids import Json
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.aside import aside
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.kql import parse, table_of
from o365nb.practice.web.site import GRAPH, body_of

#: What one answer holds at most; the rest is cut without a word.
MOST = 100_000
_KEPT = timedelta(days=30)


class Hunting(Collections):
    """Tables that the tenant has no licence for do not exist."""

    def routes(self) -> list[Route]:
        return [Route("/security/runHuntingQuery", self.run, methods=["POST"])]

    async def run(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        plans = set(self.state.info.plans)
        if not {plan for plan, _ in hunting.TABLES.values()} & plans:
            raise Refusal(403, "Forbidden", "The tenant is not licensed for this feature.")
        asked = {name.lower(): value for name, value in (await body_of(request)).items()}
        text = asked.get("query")
        if not isinstance(text, str) or not text.strip():
            raise bad_request("The query is missing.")
        table = table_of(text)
        if table not in hunting.TABLES or hunting.TABLES[table][0] not in plans:
            message = f"'where' operator: Failed to resolve table or column expression named '{table}'"
            raise bad_request(f"{message}. Fix semantic errors in your query.")
        columns = hunting.columns(table)
        query = parse(text, columns)
        begin, end = self._span(str(asked.get("timespan") or "P30D"))
        rows = partial(hunting.rows, self.state, table, text)
        found = await aside(lambda: query.run([row for row in rows() if begin <= _at(row) < end])[:MOST])
        shown = list(found[0]) if found else list(columns)
        return json_response(
            {
                "@odata.context": self.context(request, "microsoft.graph.security.huntingQueryResults"),
                "schema": [{"name": name, "type": columns[name]} for name in shown],
                "results": found,
            }
        )

    def _span(self, text: str) -> tuple[datetime, datetime]:
        """ISO 8601: two moments, or days back from now. Nothing is older than thirty days."""
        now = self.state.clock.now()
        if days := re.fullmatch(r"P(\d{1,3})D", text):
            return now - min(timedelta(days=int(days[1])), _KEPT), now
        begin, _, end = text.partition("/")
        try:
            since, until = (datetime.fromisoformat(moment).astimezone(UTC) for moment in (begin, end))
            return max(since, now - _KEPT), until
        except ValueError:
            raise bad_request(f"'{text}' is no time span.") from None


def _at(row: Json) -> datetime:
    return datetime.fromisoformat(row["Timestamp"])
