"""Directory audits: changes to accounts, methods, devices and consents, by the person and to the person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant, literal


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
