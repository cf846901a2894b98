"""Sign-ins of applications: a secret that an intruder added or stole is used here, with no person in sight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from o365nb.collectors.app_roles import consented
from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall
from o365nb.collectors.sign_ins import fetch_sign_ins
from o365nb.model import Window
from o365nb.tenant import Tenant, literal

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class ServicePrincipalSignIns(Collector):
    """Of the applications that the tenant registered itself, and of those that the person consented to."""

    source = "sign_in_service_principal"
    title = "sign-ins of applications"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"), Right("Directory.Read.All"))
    retention = timedelta(days=30)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        about = {"own": f"appOwnerTenantId eq {literal(_tenant_id(tenant))}"}
        about |= {client: f"servicePrincipalId eq {literal(client)}" for client in consented(tenant, person)}
        for name, condition in about.items():
            for raw in fetch_sign_ins(tenant, person, window, "servicePrincipal", condition):
                yield replace(raw, name=f"{name}-{raw.name}", owner="")


def _tenant_id(tenant: Tenant) -> str:
    """The tenant's id; a profile may hold one of its domains instead."""
    if _GUID.fullmatch(tenant.profile.tenant_id):
        return tenant.profile.tenant_id.lower()
    return next((str(record["id"]) for record in tenant.graph.get("/organization").records if "id" in record), "")
