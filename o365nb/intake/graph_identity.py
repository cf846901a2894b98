"""Answers of Microsoft Graph about who may do what: memberships, roles, licences, risk, applications, policies."""

from __future__ import annotations

import re
from typing import Any

from o365nb.events.state_identity import DOMAIN
from o365nb.intake import json_text
from o365nb.intake.forms import JsonShape


class GraphSignInActivityJson(JsonShape):
    """`signInActivity` of a user: the last sign-ins, read alone for it needs a licence."""

    name = "graph-sign-in-activity-json"
    title = "Last sign-ins of an account from Microsoft Graph (JSON)"
    kind = "sign_in_activity"
    must = frozenset({"id", "signInActivity"})
    never = frozenset({"userPrincipalName"})  # a whole user


class GraphMembershipJson(JsonShape):
    """`memberOf`: groups and roles of a user."""

    name = "graph-membership-json"
    title = "Group memberships from Microsoft Graph (JSON)"
    kind = "membership"
    must = frozenset({"id", "@odata.type"})
    entity = r"#directoryObjects|#groups"
    sure = 0.95

    def fits(self, data: dict[str, Any]) -> bool:
        return super().fits(data) and _type(data) in ("group", "directoryrole", "administrativeunit")


class GraphOwnedObjectJson(JsonShape):
    """`ownedObjects`: what a user owns. Only applications tell it from a list of memberships."""

    name = "graph-owned-object-json"
    title = "Owned objects from Microsoft Graph (JSON)"
    kind = "owned_object"
    must = frozenset({"id", "@odata.type"})

    def fits(self, data: dict[str, Any]) -> bool:
        return super().fits(data) and _type(data) not in ("", "user")

    def recognise(self, text: str) -> float:
        owned = [data for data in json_text.sample(text) if _type(data) in ("application", "serviceprincipal")]
        return super().recognise(text) if owned else 0.0


class GraphLicenceJson(JsonShape):
    """`subscribedSku` of the tenant or `licenseDetails` of a user."""

    name = "graph-licence-json"
    title = "Licences and service plans from Microsoft Graph (JSON)"
    kind = "licence"
    must = frozenset({"skuId", "servicePlans"})
    entity = r"subscribedSkus|licenseDetails"


class GraphRiskDetectionJson(JsonShape):
    """`riskDetection` of a user, or `servicePrincipalRiskDetection`."""

    name = "graph-risk-detection-json"
    title = "Risk detections of Entra ID Protection from Microsoft Graph (JSON)"
    kind = "risk_detection"
    must = frozenset({"riskEventType", "detectedDateTime"})
    entity = r"riskDetections"


class GraphRiskyUserJson(JsonShape):
    """`riskyUser`, `riskyUserHistoryItem` or `riskyServicePrincipal`."""

    name = "graph-risky-user-json"
    title = "Risky users and applications from Microsoft Graph (JSON)"
    kind = "risky_user"
    must = frozenset({"riskLevel", "riskState", "riskLastUpdatedDateTime"})
    entity = r"riskyUsers|riskyServicePrincipals"


class GraphMfaStateJson(JsonShape):
    """`strongAuthenticationRequirements` and `signInPreferences` of a user."""

    name = "graph-mfa-state-json"
    title = "Per-user MFA and default method from Microsoft Graph (JSON)"
    kind = "mfa_state"
    must = frozenset()
    any_of = frozenset({"perUserMfaState", "userPreferredMethodForSecondaryAuthentication"})
    never = frozenset({"userPrincipalName"})
    entity = r"authentication/(requirements|signInPreferences)"


class GraphRegistrationJson(JsonShape):
    """`userRegistrationDetails`: what the registration report says of a user's methods."""

    name = "graph-registration-json"
    title = "Registration of authentication methods from Microsoft Graph (JSON)"
    kind = "mfa_registration"
    must = frozenset({"userPrincipalName", "methodsRegistered"})
    entity = r"userRegistrationDetails"


class GraphApplicationJson(JsonShape):
    """`application`: a registration that belongs to the tenant; hints of its credentials, owners, trusted issuers."""

    name = "graph-application-json"
    title = "Application registrations from Microsoft Graph (JSON)"
    kind = "application"
    must = frozenset({"id", "appId"})
    any_of = frozenset({"requiredResourceAccess", "publisherDomain", "federatedIdentityCredentials", "identifierUris"})
    never = frozenset({"servicePrincipalType", "ipAddress"})
    entity = r"#applications"


class GraphAppRoleJson(JsonShape):
    """`appRoleAssignment`: an application right, or a person's access to an application."""

    name = "graph-app-role-json"
    title = "Application rights from Microsoft Graph (JSON)"
    kind = "app_role"
    must = frozenset({"appRoleId", "principalId", "resourceId"})
    entity = r"appRoleAssign(ments|edTo)"


class GraphRoleAssignmentJson(JsonShape):
    """`unifiedRoleAssignment`, and the instances and requests of just-in-time roles."""

    name = "graph-role-assignment-json"
    title = "Role assignments and eligibilities from Microsoft Graph (JSON)"
    kind = "role_assignment"
    must = frozenset({"principalId", "roleDefinitionId", "directoryScopeId"})
    entity = r"roleManagement/directory/(role|transitiveRole)(Assignment|Eligibilit)"


class GraphGroupRoleJson(JsonShape):
    """Instances of just-in-time membership or ownership of groups."""

    name = "graph-group-role-json"
    title = "Just-in-time group memberships from Microsoft Graph (JSON)"
    kind = "group_role"
    must = frozenset({"groupId", "principalId", "accessId"})
    entity = r"privilegedAccess/group/"


class GraphConditionalAccessJson(JsonShape):
    """`conditionalAccessPolicy`."""

    name = "graph-conditional-access-json"
    title = "Conditional access policies from Microsoft Graph (JSON)"
    kind = "conditional_access"
    must = frozenset({"id", "conditions", "state"})
    entity = r"conditionalAccess/policies"


class GraphNamedLocationJson(JsonShape):
    """`namedLocation`: addresses or countries that policies speak of."""

    name = "graph-named-location-json"
    title = "Named locations from Microsoft Graph (JSON)"
    kind = "named_location"
    must = frozenset({"id", "displayName"})
    any_of = frozenset({"ipRanges", "countriesAndRegions"})
    entity = r"conditionalAccess/namedLocations"


class GraphPolicyJson(JsonShape):
    """One policy of the directory: security defaults, authorisation, consent, methods, other organisations."""

    name = "graph-policy-json"
    title = "Directory policies from Microsoft Graph (JSON)"
    kind = "policy"
    must = frozenset()
    entity = r"policies/\w+"

    def fits(self, data: dict[str, Any]) -> bool:
        return not _POLICY_MARKS.isdisjoint(data) or data.get("id") == _SECURITY_DEFAULTS


class GraphDomainJson(JsonShape):
    """`domain`: managed by Entra, or federated with somebody else."""

    name = "graph-domain-json"
    title = "Domains from Microsoft Graph (JSON)"
    kind = "domain"
    must = frozenset({"id", "authenticationType", "isVerified"})
    entity = r"#domains(/\$entity)?$"


class GraphFederationJson(JsonShape):
    """`internalDomainFederation`: who vouches for the people of a domain."""

    name = "graph-federation-json"
    title = "Domain federation from Microsoft Graph (JSON)"
    kind = "federation"
    must = frozenset({"issuerUri", "signingCertificate"})
    entity = r"federationConfiguration"

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        """Only the list says of which domain: `domains('contoso.example')/federationConfiguration`."""
        named = re.search(r"domains\('([^']+)'\)", context)
        return {**data, DOMAIN: named[1]} if named else data


#: What only one of the policies has; one is known by its id, the same in every tenant.
_POLICY_MARKS = frozenset(
    {
        *("defaultUserRolePermissions", "requestDurationInDays", "authenticationMethodConfigurations"),
        *("inboundTrust", "isServiceDefault", "isServiceProvider"),
    }
)
_SECURITY_DEFAULTS = "00000000-0000-0000-0000-000000000005"


def _type(data: dict[str, Any]) -> str:
    return str(data.get("@odata.type") or "").rpartition(".")[2].lower()
