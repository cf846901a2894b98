"""One small answer of Microsoft Graph for every shape about who may do what, with the kinds of its records."""

import json

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
ANNA = "users('anna%40contoso.example')"
WHEN = "2026-11-17T08:41:00Z"


def page(name, *records):
    return json.dumps({"@odata.context": f"{GRAPH}{name}", "value": list(records)})


GROUP = {"@odata.type": "#microsoft.graph.group", "id": "g", "displayName": "Finance"}
IDENTITY = {
    "graph-sign-in-activity-json": (
        json.dumps({"id": "u", "signInActivity": {"lastSignInDateTime": WHEN}}), "sign_in_activity"
    ),
    "graph-membership-json": (page("directoryObjects", GROUP), "membership"),
    "graph-owned-object-json": (
        page("directoryObjects", {"@odata.type": "#microsoft.graph.application", "id": "a", "displayName": "App"}),
        "owned_object",
    ),
    "graph-licence-json": (
        page(f"{ANNA}/licenseDetails", {"skuId": "s", "skuPartNumber": "SPE_E5", "servicePlans": []}), "licence"
    ),
    "graph-risk-detection-json": (
        page("identityProtection/riskDetections",
             {"id": "r", "riskEventType": "unfamiliarFeatures", "detectedDateTime": WHEN, "activityDateTime": WHEN}),
        "risk_detection",
    ),
    "graph-risky-user-json": (
        page("identityProtection/riskyUsers",
             {"id": "u", "userPrincipalName": "anna@contoso.example", "riskLevel": "high", "riskState": "atRisk",
              "riskLastUpdatedDateTime": WHEN}),
        "risky_user",
    ),
    "graph-mfa-state-json": (json.dumps({"perUserMfaState": "enforced"}), "mfa_state"),
    "graph-registration-json": (
        page("reports/authenticationMethods/userRegistrationDetails",
             {"id": "u", "userPrincipalName": "anna@contoso.example", "methodsRegistered": ["mobilePhone"]}),
        "mfa_registration",
    ),
    "graph-application-json": (
        page("applications", {"id": "o", "appId": "a", "displayName": "App", "publisherDomain": "contoso.example",
                              "passwordCredentials": []}),
        "application",
    ),
    "graph-app-role-json": (
        page("appRoleAssignments", {"id": "x", "appRoleId": "r", "principalId": "p", "resourceId": "q"}), "app_role"
    ),
    "graph-role-assignment-json": (
        page("roleManagement/directory/roleAssignments",
             {"id": "x", "principalId": "u", "roleDefinitionId": "r", "directoryScopeId": "/"}),
        "role_assignment",
    ),
    "graph-group-role-json": (
        page("identityGovernance/privilegedAccess/group/assignmentScheduleInstances",
             {"id": "x", "groupId": "g", "principalId": "u", "accessId": "member"}),
        "group_role",
    ),
    "graph-conditional-access-json": (
        page("identity/conditionalAccess/policies", {"id": "c", "displayName": "MFA", "state": "enabled",
                                                     "conditions": {}}),
        "conditional_access",
    ),
    "graph-named-location-json": (
        page("identity/conditionalAccess/namedLocations", {"id": "n", "displayName": "Office", "ipRanges": []}),
        "named_location",
    ),
    "graph-policy-json": (
        json.dumps({"@odata.context": f"{GRAPH}policies/authorizationPolicy/$entity", "id": "authorizationPolicy",
                    "displayName": "Authorization Policy", "defaultUserRolePermissions": {}}),
        "policy",
    ),
    "graph-domain-json": (
        page("domains", {"id": "contoso.example", "authenticationType": "Managed", "isVerified": True}), "domain"
    ),
    "graph-federation-json": (
        page("domains('contoso.example')/federationConfiguration",
             {"id": "f", "displayName": "Contoso", "issuerUri": "https://sts.contoso.example/adfs",
              "signingCertificate": "MIIC"}),
        "federation",
    ),
}  # fmt: skip
