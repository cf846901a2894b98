"""Graph's directoryAudit → events."""

from datetime import datetime

import pytest
from evidence import normalise, normalise_one, properties

KIND = "directory_audit"
RECORD = {
    "id": "Directory_3f8a2b1c-1111-4222-8333-444455556666_ABCDE_1234567",
    "activityDateTime": "2026-11-17T09:12:00.693874+00:00",
    "activityDisplayName": "User registered security info",
    "category": "UserManagement",
    "correlationId": "c-1",
    "result": "success",
    "resultReason": "User registered Authenticator App",
    "loggedByService": "Authentication Methods",
    "operationType": "Add",
    "initiatedBy": {"user": {"id": "u-1", "userPrincipalName": "Anna@contoso.example", "ipAddress": "203.0.113.9:443"},
                    "app": None},
    "targetResources": [
        {"type": "User", "id": "u-1", "displayName": "Anna", "userPrincipalName": "Anna@contoso.example",
         "modifiedProperties": [
             {"displayName": "StrongAuthenticationPhoneAppDetail", "oldValue": "[]", "newValue": '["iPhone 12"]'},
             {"displayName": "Name", "oldValue": None, "newValue": '"quoted \\"x\\""'},
         ]},
        {"Type": "Device", "id": "d-1", "displayName": "iPhone 12", "modifiedProperties": []},
    ],
    "additionalDetails": [{"key": "User-Agent", "value": "Mozilla/5.0 (Macintosh) Firefox/128.0"}],
}  # fmt: skip


def one(*columns, **given):
    return normalise_one(KIND, {**RECORD, **given}, *columns)


def test_a_whole_record():
    (row,) = normalise(KIND, RECORD)
    assert row == {
        "raw_file": "raw/f.gz",
        "raw_line": 1,
        "seq": 0,
        "damaged": False,
        "event_id": RECORD["id"],
        "time": datetime(2026, 11, 17, 9, 12, 0, 693874),  # noqa: DTZ001 - the tables hold UTC without a zone
        "source": "directory_audit",
        "workload": "Authentication Methods",
        "operation": "User registered security info",
        "operation_raw": "User registered security info",
        "actor": "anna@contoso.example",
        "actor_kind": "user",
        "target": "Anna@contoso.example",
        "client_ip": "203.0.113.9",
        "user_agent": "Mozilla/5.0 (Macintosh) Firefox/128.0",
        "os": "macOS",
        "browser": "Firefox",
        "correlation_id": "c-1",
        "result": "success",
        "properties": row["properties"],
    }
    assert properties(row) == {
        "ModifiedProperties.StrongAuthenticationPhoneAppDetail": '["iPhone 12"]',
        "ModifiedProperties.StrongAuthenticationPhoneAppDetail.old": "[]",
        "ModifiedProperties.Name": 'quoted "x"',
        "AdditionalDetails.User-Agent": "Mozilla/5.0 (Macintosh) Firefox/128.0",
        "Target.User": "Anna@contoso.example",
        "Target.Device": "iPhone 12",
        "TargetId.User": "u-1",
        "TargetId.Device": "d-1",
        "Category": "UserManagement",
        "OperationType": "Add",
        "ResultReason": "User registered Authenticator App",
    }


@pytest.mark.parametrize(
    ("initiator", "actor", "kind", "app"),
    [
        ({"user": {"userPrincipalName": "x_y.z#EXT#@c.example"}}, "x_y.z#ext#@c.example", "guest", None),
        ({"app": {"displayName": "Azure MFA", "appId": "a-1"}}, "azure mfa", "service_principal", "a-1"),
        ({"app": {"servicePrincipalId": "sp-1"}, "user": None}, "sp-1", "service_principal", None),
        ({"user": {"id": "u-9", "userPrincipalName": ""}}, "u-9", "unknown", None),
        ('{"user":{"userPrincipalName":"a@b.example"}}', "a@b.example", "user", None),
        (None, None, "unknown", None),
    ],
)
def test_who_began_it(initiator, actor, kind, app):
    assert one("actor", "actor_kind", "app_id", initiatedBy=initiator) == (actor, kind, app)


@pytest.mark.parametrize(
    "result", [("success", "success"), ("failure", "failure"), ("timeout", "failure"), ("?", "unknown")]
)
def test_results(result):
    assert one("result", result=result[0]) == result[1]


@pytest.mark.parametrize("targets", [None, [], "", [{"type": "User", "id": None}], '[{"type":"Other"}]'])
def test_a_target_may_be_missing(targets):
    assert one("target", targetResources=targets) is None


def test_a_placeholder_id_is_no_id():
    assert len(one("event_id", id="abc-1")) == 64
