"""What Graph says of accounts and tenant beside the objects with tables → facts, hostile and odd values too."""

import hashlib

import pytest

from o365nb.events.schema import STATE_TABLES
from o365nb.events.state import Seen
from o365nb.events.state_identity import DOMAIN, ROWS

ANNA = "anna@contoso.example"
SEEN = Seen(ANNA, ("graph",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
TENANT = Seen("", ("graph",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
HOSTILE = "=cmd|' /C calc'!A0\x1b[31m<script>\u202e"


def facts(kind, data, seen=SEEN):
    """(owner, name, value) of every row of one record; no key twice."""
    rows = list(ROWS[kind][2](data, seen))
    assert len({row["key"] for row in rows}) == len(rows)
    return [(row["owner"], row["name"], row["value"]) for row in rows]


@pytest.mark.parametrize("kind", ROWS)
def test_rows_name_only_columns_of_their_tables_whatever_a_record_lacks(kind):
    odd = {"signInActivity": 3, "servicePlans": [1, {}], "displayName": HOSTILE, "x": {"y": [{"z": HOSTILE}]}}
    for data in ({}, odd):
        for row in ROWS[kind][2](data, TENANT):
            assert set(row) == set(STATE_TABLES[ROWS[kind][0]])


def test_the_last_sign_ins():
    activity = {"lastSignInDateTime": "2026-11-17T08:41:00Z", "lastSignInRequestId": "r", "lastOtherDateTime": None}
    assert facts("sign_in_activity", {"id": "u", "signInActivity": activity}) == [
        (ANNA, "lastSignInDateTime", "2026-11-17T08:41:00")
    ]


def test_groups_and_what_is_owned():
    group = {"@odata.type": "#microsoft.graph.group", "id": "g", "displayName": "Mail operators"}
    assert facts("membership", group) == [(ANNA, "member_of", "Mail operators")]
    assert facts("membership", {**group, "isAssignableToRole": True}) == [
        (ANNA, "member_of", "Mail operators (roles can be given to it)")
    ]
    assert facts("owned_object", group) == [(ANNA, "owner_of", "group Mail operators")]


def test_the_tenants_licences_and_the_accounts_own():
    plans = [{"servicePlanName": "AAD_PREMIUM", "provisioningStatus": "Success"}]
    own = {"id": "l", "skuId": "s", "skuPartNumber": "SPE_E5", "servicePlans": plans}
    assert facts("licence", own) == [(ANNA, "service_plan", "AAD_PREMIUM of SPE_E5: Success")]
    assert facts("licence", {**own, "capabilityStatus": "Enabled"}, TENANT) == [
        ("", "service_plan", "AAD_PREMIUM of SPE_E5: Success")
    ]


RISK = {"id": "u", "userPrincipalName": "Anna@contoso.example", "riskLevel": "high", "riskState": "atRisk",
        "riskDetail": "none", "riskLastUpdatedDateTime": "2026-11-17T09:00:00Z"}  # fmt: skip


def test_risk_of_a_person_its_history_and_risk_of_an_application():
    assert facts("risky_user", RISK, TENANT) == [
        (ANNA, "riskLevel", "high"),
        (ANNA, "riskState", "atRisk"),
        (ANNA, "riskDetail", "none"),
        (ANNA, "riskLastUpdatedDateTime", "2026-11-17T09:00:00Z"),
    ]
    assert facts("risky_user", {**RISK, "id": "h", "initiatedBy": None}) == [
        (ANNA, "risk_history", "2026-11-17T09:00:00: atRisk, high, none")
    ]
    application = {"id": "sp", "appId": "a", "displayName": HOSTILE, "riskLevel": "low", "riskState": "atRisk"}
    assert facts("risky_user", application, TENANT) == [("", "risky_application", f"{HOSTILE}: atRisk, low")]


def test_the_state_of_multifactor_authentication():
    assert facts("mfa_state", {"perUserMfaState": "enforced"}) == [(ANNA, "perUserMfaState", "enforced")]
    report = {"userPrincipalName": ANNA, "isAdmin": False, "methodsRegistered": ["mobilePhone", "email"]}
    assert facts("mfa_registration", report) == [
        (ANNA, "registration.isAdmin", "False"),
        (ANNA, "registration.methodsRegistered", "mobilePhone, email"),
    ]


def test_a_domain_that_somebody_else_vouches_for():
    domain = {"id": "Contoso.example", "authenticationType": "Federated", "isVerified": False}
    assert facts("domain", domain) == [("", "domain_authentication:contoso.example", "Federated (not verified)")]
    federation = {"id": "f", "displayName": "x", DOMAIN: "contoso.example", "issuerUri": "https://sts.evil.example/",
                  "signingCertificate": "M" * 2000}  # fmt: skip
    assert facts("federation", federation) == [
        ("", "federation.issuerUri:contoso.example", "https://sts.evil.example/"),
        ("", "federation.signingCertificate:contoso.example", f"sha256 {hashlib.sha256(b'M' * 2000).hexdigest()}"),
    ]


def test_policies_leaf_by_leaf():
    policy = {
        "@odata.context": "x", "id": "authorizationPolicy", "displayName": "Authorization Policy", "description": "y",
        "allowInvitesFrom": "everyone",
        "defaultUserRolePermissions": {"allowedToCreateApps": True, "listed": ["a", {"b": 1}]},
    }  # fmt: skip
    assert facts("policy", policy) == [
        ("", "policy.Authorization Policy.allowInvitesFrom", "everyone"),
        ("", "policy.Authorization Policy.defaultUserRolePermissions.allowedToCreateApps", "True"),
        ("", "policy.Authorization Policy.defaultUserRolePermissions.listed", 'a, {"b": 1}'),
    ]
    methods = {"displayName": "Methods", "authenticationMethodConfigurations": [{"id": "Sms", "state": "enabled"}]}
    assert facts("policy", methods) == [("", "policy.Methods.Sms", "enabled")]
    partner = {"tenantId": "t-9", "inboundTrust": {"isMfaAccepted": True}}
    assert facts("policy", partner) == [
        ("", "policy.partner.t-9.tenantId", "t-9"),
        ("", "policy.partner.t-9.inboundTrust.isMfaAccepted", "True"),
    ]
