"""The account itself: who it is, whether it is enabled, when its password and sessions last changed."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment

_PROPERTIES = (
    "id,userPrincipalName,mail,proxyAddresses,otherMails,displayName,userType,accountEnabled,createdDateTime,"
    "creationType,externalUserState,lastPasswordChangeDateTime,signInSessionsValidFromDateTime,passwordPolicies,"
    "onPremisesSyncEnabled,onPremisesLastSyncDateTime,assignedLicenses,usageLocation,identities,mobilePhone,"
    "businessPhones,jobTitle,department"
)


class Users(Collector):
    """One user object; Graph gives eleven properties unless each is asked for by name."""

    source = "users"
    title = "account"
    needs = (Right("User.Read.All"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        page = tenant.graph.get(f"/users/{segment(person.id)}", {"$select": _PROPERTIES})
        yield from from_graph(iter([page]), "graph-user-json", person.upn)
