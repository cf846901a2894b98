"""The account itself: who it is, whether it is enabled, when its password and sessions last changed."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Window
from o365nb.tenant import Tenant, literal, segment

#: Kept for 30 days after the deletion.
DELETED_USERS = "/directory/deletedItems/microsoft.graph.user"
_PROPERTIES = (
    "id,userPrincipalName,mail,proxyAddresses,otherMails,displayName,userType,accountEnabled,createdDateTime,"
    "creationType,externalUserState,lastPasswordChangeDateTime,signInSessionsValidFromDateTime,passwordPolicies,"
    "onPremisesSyncEnabled,onPremisesLastSyncDateTime,assignedLicenses,usageLocation,identities,mobilePhone,"
    "businessPhones,jobTitle,department,deletedDateTime"
)


class Users(Collector):
    """One user object, a deleted one too; Graph gives eleven properties unless each is asked for by name."""

    source = "users"
    title = "account"
    needs = (Right("User.Read.All"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {"$select": _PROPERTIES, "$expand": "manager($select=id,userPrincipalName)"}
        try:
            page = tenant.graph.get(f"/users/{segment(person.id)}", asked)
        except NotFound:
            gone = tenant.graph.pages(DELETED_USERS, {"$filter": f"id eq {literal(person.id)}", "$select": _PROPERTIES})
            yield from from_graph(gone, "graph-user-json", f"deleted-{person.upn}")
            return
        yield from from_graph(iter([page]), "graph-user-json", person.upn)
        if str(page.data.get("userType")).lower() == "guest":
            yield from self._host(tenant, person)

    @staticmethod
    def _host(tenant: Tenant, person: Person) -> Iterator[Raw]:
        """Who invited a guest; the service tells it in beta only, and of some not at all."""
        try:
            page = tenant.graph.get(f"/users/{segment(person.id)}/invitedBy", beta=True)
        except NotFound:
            return
        yield from from_graph(iter([page]), "graph-user-json", f"invited-by-{person.upn}", "")
