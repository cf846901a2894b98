"""Policies of the directory: security defaults, consent, invitations, sign-in methods, other organisations."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.attempt import attempt
from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant

_POLICIES = (
    "identitySecurityDefaultsEnforcementPolicy",
    "authorizationPolicy",
    "adminConsentRequestPolicy",
    "crossTenantAccessPolicy/default",
    "crossTenantAccessPolicy/partners",
)
_METHODS = "authenticationMethodsPolicy"  # not in China


class Policies(Collector):
    """Tenant-wide: whether users may consent to applications, invite guests, sign in without a second factor."""

    source = "policies"
    title = "policies of the directory"
    needs = (Right("Policy.Read.All"),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        here = tenant.profile.cloud.family != "china"
        for policy in (*_POLICIES, _METHODS) if here else _POLICIES:
            pages = tenant.graph.pages(f"/policies/{policy}")
            yield from attempt(from_graph(pages, "graph-policy-json", policy.replace("/", "-")), policy)
        if not here:
            yield Shortfall(Outcome.PARTIAL, f"{_METHODS} is not offered in this cloud.")
