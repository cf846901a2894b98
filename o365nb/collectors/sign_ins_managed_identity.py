"""Sign-ins of managed identities: of machines and functions in the tenant's cloud, which have no secret to steal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall
from o365nb.collectors.sign_ins import fetch_sign_ins
from o365nb.model import Window, iso
from o365nb.tenant import Tenant


class ManagedIdentitySignIns(Collector):
    """All of them: a managed identity always belongs to the tenant."""

    source = "sign_in_managed_identity"
    title = "sign-ins of managed identities"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"),)
    retention = timedelta(days=30)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        everybody = f"createdDateTime ge {iso(window.start)}"
        for raw in fetch_sign_ins(tenant, person, window, "managedIdentity", everybody):
            yield replace(raw, name=raw.name.replace(f"-{person.upn}", ""), owner="")
