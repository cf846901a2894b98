"""Roles, applications and conditional access of Graph → rows, with hostile and odd values beside the ordinary ones."""

import pytest

from o365nb.events.schema import STATE_TABLES
from o365nb.events.state import Seen
from o365nb.events.state_access import ROWS, name_rights

NADIA = "nadia@contoso.example"
SEEN = Seen(NADIA, ("graph",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
TENANT = Seen("", ("graph",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
COMMON = ("owner", "seen_by", "collected_at", "raw_file", "raw_line")
HOSTILE = "=cmd|' /C calc'!A0\x1b[31m<script>\u202e"
ODD = {
    "id": HOSTILE, "displayName": HOSTILE, "roleDefinition": [1], "scheduleInfo": "x", "passwordCredentials": [HOSTILE],
    "keyCredentials": {"keyId": "k"}, "owners": [None, {}], "federatedIdentityCredentials": [7, {}], "conditions": 5,
    "grantControls": [], "ipRanges": [{}, "x"], "group": "g",
}  # fmt: skip


def made(kind, data, seen=TENANT):
    """The rows of one record without what every row has; the key stays."""
    rows = list(ROWS[kind][2](data, seen))
    assert {(row["owner"], row["raw_line"]) for row in rows} <= {(seen.owner, 3), ("", 3)}
    return [{name: value for name, value in row.items() if name not in COMMON} for row in rows]


@pytest.mark.parametrize("kind", ROWS)
def test_rows_name_only_columns_of_their_tables_whatever_a_record_lacks(kind):
    for data in ({}, ODD):
        for row in ROWS[kind][2](data, TENANT):
            assert set(row) - {"resource_id"} <= set(STATE_TABLES[ROWS[kind][0]])


ROLE = {"id": "r-1", "principalId": "u-1", "roleDefinitionId": "d-1", "directoryScopeId": "/"}


def test_a_role_that_is_held():
    data = {**ROLE, "roleDefinition": {"displayName": "Exchange Administrator"}}
    assert made("role_assignment", data, SEEN) == [
        {
            "key": "role.active:nadia@contoso.example:r-1",
            "role": "Exchange Administrator",
            "role_id": "d-1",
            "state": "active",
            "principal_id": "u-1",
            "via": None,
            "scope": "/",
            "start": None,
            "end": None,
            "reason": None,
        }
    ]


@pytest.mark.parametrize(
    ("given", "state", "via"),
    [
        ({"roleAssignmentScheduleId": "s", "assignmentType": "Assigned", "memberType": "Direct"}, "scheduled", None),
        ({"roleAssignmentScheduleId": "s", "assignmentType": "Activated", "memberType": "Group"}, "activated", "Group"),
        ({"roleEligibilityScheduleId": "s", "memberType": "Inherited"}, "eligible", "Inherited"),
        ({"action": "adminAssign", "status": "Granted"}, "requested", "adminAssign: Granted"),
    ],
)
def test_what_stands_what_was_taken_up_and_what_was_asked_for_are_told_apart(given, state, via):
    (row,) = made("role_assignment", {**ROLE, **given}, SEEN)
    assert (row["key"].partition(":")[0], row["state"], row["via"]) == (f"role.{state}", state, via)


def test_a_request_says_when_and_why():
    given = {"action": "selfActivate", "status": "Provisioned", "justification": HOSTILE,
             "scheduleInfo": {"startDateTime": "2026-11-09T12:00:00Z"}}  # fmt: skip
    (row,) = made("role_assignment", {**ROLE, **given}, SEEN)
    assert (row["start"], row["reason"]) == ("2026-11-09T12:00:00", HOSTILE.strip())


def test_a_group_that_can_be_joined_for_a_time():
    data = {"id": "g-1", "accessId": "member", "groupId": "g", "principalId": "u-1", "eligibilityScheduleId": "s"}
    (row,) = made("group_role", data, SEEN)
    assert (row["role"], row["state"], row["scope"]) == ("member of group g", "eligible", "group")


def test_every_way_into_an_application_is_a_row_of_its_own():
    data = {
        "id": "o-1", "appId": "a-1", "displayName": "Reporting", "publisherDomain": "contoso.example",
        "createdDateTime": "2020-07-16T09:00:00Z",
        "passwordCredentials": [{"keyId": "k-1", "displayName": "server", "hint": "k7Q", "secretText": None,
                                 "startDateTime": "2026-11-17T09:00:00Z", "endDateTime": "2028-11-17T09:00:00Z"}],
        "keyCredentials": [{"keyId": "k-2", "displayName": "CN=x", "customKeyIdentifier": "AB"}],
        "owners": [{"id": "u-1", "userPrincipalName": "Oskar@contoso.example"}],
        "federatedIdentityCredentials": [{"id": "f-1", "name": "ci", "issuer": "https://ci.evil.example",
                                          "subject": "repo:evil/x"}],
    }  # fmt: skip
    rows = made("application", data)
    assert [(row["item"], row["item_id"], row["name"], row["value"]) for row in rows] == [
        ("registration", None, None, "contoso.example"),
        ("secret", "k-1", "server", "k7Q"),
        ("certificate", "k-2", "CN=x", "AB"),
        ("owner", "u-1", None, "oskar@contoso.example"),
        ("federated_credential", "f-1", "ci", "https://ci.evil.example repo:evil/x"),
    ]
    assert rows[1] == {
        "key": "application::o-1:secret:k-1",
        "app_id": "a-1",
        "object_id": "o-1",
        "app_name": "Reporting",
        "side": "application",
        "item": "secret",
        "item_id": "k-1",
        "name": "server",
        "value": "k7Q",
        "created": "2026-11-17T09:00:00",
        "expires": "2028-11-17T09:00:00",
        "owner_tenant": None,
        "enabled": None,
    }


def test_a_listing_of_trusted_issuers_alone_repeats_no_registration():
    data = {"id": "o-1", "appId": "a-1", "displayName": "Reporting", "federatedIdentityCredentials": []}
    assert made("application", data) == []


def test_a_service_principal_shows_only_what_was_added_to_it():
    principal = {"id": "s-1", "appId": "a-1", "displayName": "CRM", "servicePrincipalType": "Application",
                 "appOwnerOrganizationId": "t-1", "accountEnabled": True,
                 "passwordCredentials": [{"keyId": "k-1"}]}  # fmt: skip
    assert [
        (row["side"], row["item"], row["owner_tenant"], row["enabled"]) for row in made("service_principal", principal)
    ] == [("service_principal", "secret", "t-1", True)]
    assert made("service_principal", {**principal, "passwordCredentials": []}) == []


def test_rights_get_the_names_that_the_resource_gives_them():
    data = {"id": "x", "appRoleId": "810c", "principalId": "s-1", "principalType": "ServicePrincipal",
            "principalDisplayName": "CRM", "resourceId": "s-9", "resourceDisplayName": "Microsoft Graph",
            "createdDateTime": "2026-11-17T09:00:00Z"}  # fmt: skip
    apps = {"s-9": {"appRoles": [{"id": "810c", "value": "Mail.Read"}, "x"]}, "s-1": {"appId": "a-1"}}
    for known, name, app in ((apps, "Mail.Read", "a-1"), ({}, "810c", None)):
        rows = list(ROWS["app_role"][2](data, TENANT))
        name_rights(rows, known)
        assert [(row["item"], row["name"], row["value"], row["app_name"], row["app_id"]) for row in rows] == [
            ("app_role", name, "Microsoft Graph", "CRM", app)
        ]
        assert set(rows[0]) <= set(STATE_TABLES["applications"])


def test_a_persons_access_to_an_application_is_the_persons():
    data = {"id": "x", "appRoleId": "0", "principalId": "u-1", "principalType": "User", "principalDisplayName": "Nadia",
            "resourceId": "s-1", "resourceDisplayName": "CRM"}  # fmt: skip
    (row,) = ROWS["app_role"][2](data, SEEN)
    assert (row["key"], row["owner"], row["item"], row["app_name"], row["object_id"]) == (
        "application:nadia@contoso.example:s-1:app_access:x", NADIA, "app_access", "CRM", "s-1",
    )  # fmt: skip


def test_a_policy_says_whom_it_leaves_out():
    data = {
        "id": "c-1", "displayName": "MFA", "state": "enabled", "modifiedDateTime": "2026-11-17T09:00:00Z",
        "conditions": {
            "users": {"includeUsers": ["All"], "includeRoles": ["r"], "excludeUsers": ["u-1"],
                      "excludeGroups": ["g-1"]},
            "applications": {"includeApplications": ["All"]}, "clientAppTypes": ["all"],
            "locations": {"excludeLocations": ["AllTrusted"]},
        },
        "grantControls": {"builtInControls": ["mfa"], "authenticationStrength": {"id": "s"}},
    }  # fmt: skip
    assert made("conditional_access", data) == [
        {
            "key": "conditional_access.policy::c-1",
            "kind": "policy",
            "policy_id": "c-1",
            "name": "MFA",
            "created": None,
            "changed": "2026-11-17T09:00:00",
            "state": "enabled",
            "controls": ["mfa", "authenticationStrength"],
            "include_users": ["All", "r"],
            "exclude_users": ["u-1"],
            "include_groups": [],
            "exclude_groups": ["g-1"],
            "applications": ["All"],
            "client_apps": ["all"],
            "exclude_locations": ["AllTrusted"],
        }
    ]


def test_a_place_is_networks_or_countries():
    networks = {"id": "n-1", "displayName": "Office", "isTrusted": True,
                "ipRanges": [{"cidrAddress": "198.51.100.0/24"},
                             {"lowerAddress": "203.0.113.1", "upperAddress": "203.0.113.9"}]}  # fmt: skip
    (row,) = made("named_location", networks)
    assert (row["trusted"], row["ranges"]) == (True, ["198.51.100.0/24", "203.0.113.1-203.0.113.9"])
    (row,) = made("named_location", {"id": "n-2", "displayName": "Home", "countriesAndRegions": ["DE", "AT"]})
    assert (row["trusted"], row["countries"]) == (None, ["DE", "AT"])
