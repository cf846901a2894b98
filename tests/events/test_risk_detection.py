"""Graph's riskDetection and servicePrincipalRiskDetection → events."""

from datetime import datetime

import pytest
from evidence import normalise, normalise_one, properties

KIND = "risk_detection"
RECORD = {
    "id": "6A5874CA-ABCD-9D82-5AD3-9DA6E5B1E1A2",
    "requestId": "9f4a0f1e-1111-4222-8333-444455556666",
    "correlationId": "c-1",
    "riskEventType": "anomalousToken",
    "riskState": "atRisk",
    "riskLevel": "high",
    "riskDetail": "none",
    "source": "IdentityProtection",
    "detectionTimingType": "offline",
    "activity": "signin",
    "tokenIssuerType": "AzureAD",
    "ipAddress": "203.0.113.10",
    "location": {"city": "Amsterdam", "state": "NH", "countryOrRegion": "NL", "geoCoordinates": {}},
    "activityDateTime": "2026-11-17T08:41:00Z",
    "detectedDateTime": "2026-11-18T02:10:00Z",
    "lastUpdatedDateTime": "2026-11-18T02:12:00Z",
    "userId": "u-1",
    "userDisplayName": "Anna",
    "userPrincipalName": "Anna@contoso.example",
    "additionalInfo": '[{"Key":"userAgent","Value":"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"}]',
}


def one(*columns, **given):
    return normalise_one(KIND, {**RECORD, **given}, *columns)


def test_a_whole_record():
    (row,) = normalise(KIND, RECORD)
    assert row == {
        "raw_file": "raw/f.gz",
        "raw_line": 1,
        "seq": 0,
        "damaged": False,
        "event_id": "6a5874ca-abcd-9d82-5ad3-9da6e5b1e1a2",
        "time": datetime(2026, 11, 17, 8, 41),  # noqa: DTZ001 - the tables hold UTC without a zone
        "source": "risk_detection",
        "workload": "AzureActiveDirectory",
        "operation": "anomalousToken",
        "operation_raw": "anomalousToken",
        "actor": "anna@contoso.example",
        "actor_kind": "user",
        "client_ip": "203.0.113.10",
        "country": "NL",
        "city": "Amsterdam",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
        "os": "Linux",
        "browser": "Firefox",
        "correlation_id": "c-1",
        "result": "unknown",
        "properties": row["properties"],
    }
    said = properties(row)
    assert {name: said[name] for name in ("riskLevel", "riskState", "requestId", "detectedDateTime")} == {
        "riskLevel": "high",
        "riskState": "atRisk",
        "requestId": "9f4a0f1e-1111-4222-8333-444455556666",
        "detectedDateTime": "2026-11-18T02:10:00Z",
    }


def test_an_application_is_its_own_actor():
    application = {
        "userPrincipalName": None, "userId": None, "servicePrincipalId": "sp-1", "appId": "a-1",
        "servicePrincipalDisplayName": "Contoso Reporting", "keyIds": ["k-1"],
    }  # fmt: skip
    assert one("actor", "actor_kind", "app_id", "app_name", **application) == (
        "contoso reporting", "service_principal", "a-1", "Contoso Reporting",
    )  # fmt: skip


@pytest.mark.parametrize("extra", [None, "", "not json", '{"Key": "userAgent"}', '[{"Key": "userAgent"}]', "[1]"])
def test_what_is_not_said_of_the_client_stays_unknown(extra):
    assert one("user_agent", "os", additionalInfo=extra) == (None, None)


def test_without_the_time_of_the_sign_in_the_detections_own_stands():
    assert one("time", activityDateTime=None) == datetime(2026, 11, 18, 2, 10)  # noqa: DTZ001 - as above


def test_a_record_without_an_id_is_known_by_its_content():
    first, second = (one("event_id", id="", riskLevel=level) for level in ("low", "high"))
    assert (len(first), len(second), first != second) == (64, 64, True)
