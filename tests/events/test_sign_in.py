"""Graph's signIn → events."""

from datetime import datetime

import pytest
from evidence import normalise, normalise_one, properties, read, real, signed_in

KIND = "sign_in"


def one(*columns, **given):
    return normalise_one(KIND, signed_in(**given), *columns)


def test_a_whole_beta_record():
    record = signed_in(
        userAgent="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/115.0.0.0 Safari/537.36",
        clientAppUsed="Browser",
        correlationId="c-1",
        resourceDisplayName="Office 365 Exchange Online",
        authenticationRequirement="multiFactorAuthentication",
        incomingTokenType="none",
        sessionId="s-1",
        uniqueTokenIdentifier="t-1",
        autonomousSystemNumber=64520,
        signInEventTypes=["interactiveUser"],
        location={"city": "Köln", "state": "", "countryOrRegion": "DE", "geoCoordinates": {}},
        deviceDetail={"deviceId": "", "operatingSystem": "Windows10", "browser": "Chrome 115.0.0", "isManaged": False},
        authenticationDetails=[
            {"authenticationMethod": "Password", "authenticationStepResultDetail": "Correct password"}
        ],
    )
    (row,) = normalise(KIND, record)
    assert row == {
        "raw_file": "raw/f.gz",
        "raw_line": 1,
        "seq": 0,
        "damaged": False,
        "event_id": "00000000-0000-4000-8000-0000000000aa",
        "time": datetime(2026, 11, 17, 8, 41),  # noqa: DTZ001 - the tables hold UTC without a zone
        "source": "sign_in",
        "workload": "AzureActiveDirectory",
        "operation": "Sign-in activity",
        "operation_raw": "Sign-in activity",
        "actor": "anna@contoso.example",
        "actor_kind": "user",
        "target": "Office 365 Exchange Online",
        "client_ip": "203.0.113.10",
        "country": "DE",
        "city": "Köln",
        "asn": 64520,
        "user_agent": record["userAgent"],
        "os": "Windows",
        "browser": "Chrome",
        "session_id": "s-1",
        "token_id": "t-1",
        "device_managed": False,
        "app_id": "4765445b-32c6-49b0-83e6-1d93765276ca",
        "app_name": "OfficeHome",
        "correlation_id": "c-1",
        "result": "success",
        "error_code": "0",
        "client_app": "Browser",
        "mfa": "multiFactorAuthentication",
        "token_type": "none",
        "properties": [
            {"name": "resourceDisplayName", "value": "Office 365 Exchange Online"},
            {"name": "incomingTokenType", "value": "none"},
            {"name": "userId", "value": "10000000-0000-4000-8000-000000000001"},
            {"name": "deviceDetail.operatingSystem", "value": "Windows10"},
            {"name": "deviceDetail.browser", "value": "Chrome 115.0.0"},
            {"name": "signInEventTypes", "value": '["interactiveUser"]'},
            {"name": "authenticationDetails", "value": "Password: Correct password"},
        ],
    }


@pytest.mark.parametrize(
    ("status", "result", "code"),
    [
        ({"errorCode": 0}, "success", "0"),
        *(({"errorCode": code}, "interrupted", str(code)) for code in (50140, 50074, 50072, 50076, 50079)),
        *(({"errorCode": code}, "interrupted", str(code)) for code in (65001, 50125, 50058)),
        ({"errorCode": 50126}, "failure", "50126"),
        ({"errorCode": 53003}, "failure", "53003"),
        ('{"errorCode": 50126}', "failure", "50126"),
        ("Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus", "unknown", None),
        (None, "unknown", None),
        ({}, "unknown", None),
    ],
)  # fmt: skip
def test_only_the_error_code_decides(status, result, code):
    assert one("result", "error_code", status=status) == (result, code)


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({"signInEventTypes": ["interactiveUser"], "isInteractive": False}, "sign_in"),
        ({"signInEventTypes": ["nonInteractiveUser"]}, "sign_in_noninteractive"),
        ({"isInteractive": False}, "sign_in_noninteractive"),
        ({"isInteractive": "False"}, "sign_in_noninteractive"),
        ({"isInteractive": None}, "sign_in"),
        ({"signInEventTypes": ["servicePrincipal"]}, "sign_in_service_principal"),
        ({"signInEventTypes": ["managedIdentity"]}, "sign_in_managed_identity"),
        ({"servicePrincipalId": "sp", "userPrincipalName": ""}, "sign_in_service_principal"),
    ],
)
def test_interactive_or_not(given, source):
    assert one("source", **given) == source


@pytest.mark.parametrize(
    ("given", "token_type"),
    [
        ({"authenticationProtocol": "deviceCode", "incomingTokenType": "none"}, "deviceCode"),
        ({"originalTransferMethod": "deviceCodeFlow", "incomingTokenType": "refreshToken"}, "deviceCode"),
        ({"authenticationProtocol": "none", "incomingTokenType": "primaryRefreshToken"}, "primaryRefreshToken"),
        ({"authenticationProtocol": ["deviceCode"], "incomingTokenType": ["none"]}, "deviceCode"),
        ({"incomingTokenType": ["primaryRefreshToken", "refreshToken"]}, "primaryRefreshToken,refreshToken"),
        ({}, None),
    ],
)
def test_the_device_code_flow_shows_in_the_token_type(given, token_type):
    assert one("token_type", **given) == token_type


@pytest.mark.parametrize(
    ("given", "actor", "kind"),
    [
        ({}, "anna@contoso.example", "user"),
        ({"userType": "guest"}, "anna@contoso.example", "guest"),
        ({"userPrincipalName": None}, "10000000-0000-4000-8000-000000000001", "user"),
        ({"userPrincipalName": None, "userId": None, "servicePrincipalName": "Backup"}, "backup", "service_principal"),
        ({"userPrincipalName": None, "userId": None}, None, "unknown"),
    ],
)
def test_who(given, actor, kind):
    assert one("actor", "actor_kind", **given) == (actor, kind)


@pytest.mark.parametrize(
    ("device", "managed"),
    [
        ({"isManaged": True}, True),
        ({"isManaged": None, "isCompliant": True}, True),
        ({"isManaged": False}, False),
        ({}, None),
    ],
)
def test_unknown_is_not_unmanaged(device, managed):
    assert one("device_managed", deviceDetail=device) is managed


@pytest.mark.parametrize(
    ("agent", "os", "browser"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/90.0 Safari/537.36 Edg/90.0.818.49", "Windows", "Edge"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Firefox/128.0", "macOS", "Firefox"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Mobile/15E148 Safari/604.1",
            "iOS",
            "Safari",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) CriOS/120.0 Mobile/15E148 Safari/604.1", "iOS", "Chrome"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0 Mobile Safari/537.36 EdgA/120.0", "Android", "Edge"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/120.0 Safari/537.36", "ChromeOS", "Chrome"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Linux", "Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/118.0 Safari/537.36 OPR/104.0", "Windows", "Opera"),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "Windows", "Internet Explorer"),
        ("axios/1.7.2", None, None),
        ("python-requests/2.32", None, None),
        ("BAV2ROPC", None, None),
        ("Dalvik/2.1.0 (Linux; U; Android 13)", "Android", None),
        (None, None, None),
    ],
)
def test_families_from_the_user_agent(agent, os, browser):
    assert one("os", "browser", userAgent=agent) == (os, browser)


@pytest.mark.parametrize(
    ("system", "os"),
    [("Windows 10", "Windows"), ("MacOs", "macOS"), ("Ios 17.1", "iOS"), ("Android", "Android"), ("", "Linux")],
)
def test_entras_own_words_come_before_the_user_agent(system, os):
    given = {"deviceDetail": {"operatingSystem": system}, "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/115.0"}
    assert one("os", **given) == os


def test_the_training_lab_as_published():
    rows = normalise(KIND, *(record.data for record in read(real("sentinel-training-lab/sign-in_adelete.csv"))[1]))
    found = [(row["result"], row["error_code"]) for row in rows]
    assert {pair: found.count(pair) for pair in set(found)} == {
        ("success", "0"): 53, ("interrupted", "16000"): 2, ("interrupted", "50058"): 1,
    }  # fmt: skip
    assert {(row["country"], row["client_ip"], row["os"]) for row in rows} == {("IL", "175.45.176.99", "Windows")}
    assert properties(rows[0])["authenticationDetails"].startswith("Previously satisfied: First factor")
