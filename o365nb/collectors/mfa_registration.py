"""The registration report: which methods Entra counts as registered, and whether the account is an administrator."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class MfaRegistration(Collector):
    """One line of the report. A switched-off account has none: that is empty, no gap."""

    source = "mfa_registration"
    title = "registered methods by report"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        path = f"/reports/authenticationMethods/userRegistrationDetails/{segment(person.id)}"
        try:
            page = tenant.graph.get(path)
        except NotFound:
            return
        yield from from_graph(iter([page]), "graph-registration-json", person.upn)
