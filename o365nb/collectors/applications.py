"""Applications: registrations, credentials, owners, trusted issuers, and who holds rights to mail and directory.

An intruder adds a secret to an application that may read all mail, and needs no account any more.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, literal, segment

_OWNERS = "owners($select=id,userPrincipalName,displayName)"
_REGISTRATION = (
    "id,appId,displayName,createdDateTime,publisherDomain,signInAudience,identifierUris,disabledByMicrosoftStatus,tags,"
    "verifiedPublisher,requiredResourceAccess,web,passwordCredentials,keyCredentials"
)
_PRINCIPAL = (
    "id,appId,displayName,appDisplayName,appOwnerOrganizationId,accountEnabled,servicePrincipalType,signInAudience,tags,"
    "replyUrls,verifiedPublisher,disabledByMicrosoftStatus,passwordCredentials,keyCredentials"
)
#: The services whose rights matter most: Microsoft Graph, Exchange Online. Their ids are the same in every tenant.
_RESOURCES = ("00000003-0000-0000-c000-000000000000", "00000002-0000-0ff1-ce00-000000000000")


class Applications(Collector):
    """Tenant-wide, in listings: never one request per application. Of secrets only hints exist."""

    source = "applications"
    title = "applications and their credentials"
    needs = (Right("Application.Read.All"),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape = "graph-application-json"
        registered = {"$select": _REGISTRATION, "$expand": _OWNERS, "$top": "999"}
        yield from from_graph(tenant.graph.pages("/applications", registered), shape, "registrations")
        trusting = {"$select": "id,appId,displayName", "$expand": "federatedIdentityCredentials", "$top": "999"}
        yield from from_graph(tenant.graph.pages("/applications", trusting), shape, "federated-credentials")
        shape = "graph-service-principal-json"
        principals = {"$select": _PRINCIPAL, "$expand": _OWNERS, "$top": "999"}
        yield from from_graph(tenant.graph.pages("/servicePrincipals", principals), shape, "service-principals")
        for resource in _RESOURCES:
            asked = {
                "$filter": f"appId eq {literal(resource)}",
                "$select": "id,appId,displayName,servicePrincipalType,appRoles",
            }
            for raw in from_graph(tenant.graph.pages("/servicePrincipals", asked), shape, f"rights-{resource}"):
                yield raw
                for identity in _ids(raw.body):
                    path = f"/servicePrincipals/{segment(identity)}/appRoleAssignedTo"
                    held = tenant.graph.pages(path, {"$top": "999"})
                    yield from from_graph(held, "graph-app-role-json", f"holders-{resource}")


def _ids(body: bytes) -> list[str]:
    listed = orjson.loads(body).get("value") or []
    return [item["id"] for item in listed if isinstance(item, dict) and isinstance(item.get("id"), str)]
