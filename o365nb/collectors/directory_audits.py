"""Directory audits: changes to accounts, methods, devices and consents, by the person and to the person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Tenant, literal

#: How long Entra keeps its logs for a tenant without a Premium licence. It answers as if nothing had been before.
UNLICENSED = timedelta(days=7)


class DirectoryAudits(Collector):
    """Two queries, for the service takes no `or` between doer and target; a record in both counts once later."""

    source = "directory_audit"
    title = "directory audits"
    needs = (Right("AuditLog.Read.All"),)
    retention = timedelta(days=30)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        identity = literal(person.id)
        sides = {
            "by": f"initiatedBy/user/id eq {identity}",
            "to": f"targetResources/any(t: t/id eq {identity})",
        }
        for side, condition in sides.items():
            params = {
                "$filter": f"activityDateTime ge {iso(window.start)} and activityDateTime le {iso(window.end)}"
                f" and {condition}",
                "$top": "1000",
            }
            pages = tenant.graph.pages("/auditLogs/directoryAudits", params)
            yield from from_graph(pages, "graph-directory-audit-json", f"{side}-{person.upn}")
        oldest = tenant.now() - UNLICENSED
        if window.start < oldest - timedelta(days=1) and not self._older(tenant, oldest):
            yield Shortfall(
                Outcome.PARTIAL,
                "Without a Premium licence Entra keeps it 7 days:"
                f" nothing of anybody is there from before {oldest:%Y-%m-%d}.",
            )

    @staticmethod
    def _older(tenant: Tenant, oldest: datetime) -> bool:
        """Whether the log shows anything from before that time, of anybody: no tenant is that quiet for weeks."""
        params = {"$filter": f"activityDateTime lt {iso(oldest)}", "$top": "1"}
        return bool(tenant.graph.get("/auditLogs/directoryAudits", params).records)
