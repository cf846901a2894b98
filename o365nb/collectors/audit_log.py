"""The unified audit log, by Graph's audit query: submitted, waited for, read page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import RequestFailed
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Tenant, segment

_QUERIES = "/security/auditLog/queries"
_FIRST_WAIT, _LONGEST_WAIT, _PATIENCE = 1.0, 60.0, 3600.0  # seconds


class AuditLog(Collector):
    """One query per person and window, for a tenant has about 200 a day; results stay readable for a month.

    A finished query need not be complete: the service says in `isRecordCountLimitExceeded` when it cut.
    """

    source = "ual"
    title = "unified audit log"
    needs = (Right("AuditLogsQuery.Read.All", "Microsoft Purview Audit (Standard)"),)
    retention = timedelta(days=180)
    absent_in = ("usgov", "china")

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        wanted = {
            "@odata.type": "#microsoft.graph.security.auditLogQuery",
            "displayName": f"o365nb {person.upn} {iso(window.start)}",
            "filterStartDateTime": iso(window.start),
            "filterEndDateTime": iso(window.end),
            "userPrincipalNameFilters": [person.upn],
        }
        path = f"{_QUERIES}/{segment(str(tenant.graph.post(_QUERIES, wanted).data.get('id') or ''))}"
        state = self._wait(tenant, path)
        if state.get("status") != "succeeded":
            yield Shortfall(
                Outcome.FAILED,
                f"The audit query {state.get('id')} is still {state.get('status')} after"
                f" {_PATIENCE / 60:.0f} minutes: collect again later.",
            )
            return
        name = f"{window.start:%Y%m%d}-{window.end:%Y%m%d}-{person.upn}"
        for raw in from_graph(
            tenant.graph.pages(f"{path}/records", {"$top": "999"}), "graph-audit-log-record-json", name
        ):
            yield replace(raw, query=f"{raw.query} of {orjson.dumps(wanted).decode()}")
        if state.get("isRecordCountLimitExceeded"):
            limit = state.get("recordCountLimit")
            yield Shortfall(
                Outcome.CAPPED,
                f"The service cut the answer at its limit ({limit or 'not named'} records): ask for shorter windows.",
            )

    def _wait(self, tenant: Tenant, path: str) -> dict[str, Any]:
        """The query's last state; waits 1, 2, 4 … 60 seconds between looks, an hour in all."""
        pause, waited = _FIRST_WAIT, 0.0
        while True:
            state = tenant.graph.get(path).data
            status = state.get("status")
            if status == "succeeded" or waited >= _PATIENCE:
                return state
            if status in ("failed", "cancelled"):
                raise RequestFailed(f"The audit query {state.get('id')} ended as {status}. Collect again.")
            tenant.pause(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_WAIT)
