"""What the Entra portal's downloads become, and Graph's records that PowerShell has flattened."""

import json

import pytest
from evidence import balanced, case_of, normalise, properties, read, rows, signed_in
from exports import (
    APP_COLUMNS,
    AUDIT_COLUMNS,
    POWERSHELL_COLUMNS,
    POWERSHELL_SIGN_IN,
    SIGN_IN_COLUMNS,
    portal_audit,
    portal_sign_in,
    table,
)

from o365nb.intake import Damaged
from o365nb.model import Outcome


def sign_ins(*given, columns=SIGN_IN_COLUMNS):
    _, records, damaged = read(table(columns, *given))
    assert damaged == []
    return normalise("sign_in", *(record.data for record in records))


def ledger(case, source):
    return [(entry.outcome, entry.reason) for entry in case.ledger.entries() if entry.source == source]


def test_a_portal_sign_in_says_what_graphs_would():
    (event,) = sign_ins(
        portal_sign_in(**{"Autonomous system  number": "1221", "Managed": "Yes", "Device ID": "d-1",
                          "Browser": "Chrome 131", "Operating System": "Windows10", "Client app": "Browser",
                          "Authentication Protocol": "Device code", "Unique token identifier": "t-1"})
    )  # fmt: skip
    expected = {
        "event_id": "00000000-0000-4000-8000-00000000000a",
        "source": "sign_in",
        "actor": "anna@contoso.example",
        "actor_kind": "user",
        "client_ip": "203.0.113.10",
        "country": "AU",
        "city": "Melbourne",
        "asn": 1221,
        "os": "Windows",
        "browser": "Chrome",
        "session_id": "s-1",
        "token_id": "t-1",
        "device_id": "d-1",
        "device_managed": True,
        "app_name": "OfficeHome",
        "result": "success",
        "error_code": "0",
        "mfa": "multiFactorAuthentication",
        "token_type": "deviceCode",
        "client_app": "Browser",
    }
    assert {name: event[name] for name in expected} == expected
    assert properties(event)["location.state"] == "Victoria"
    assert "failureReason" not in properties(event)


@pytest.mark.parametrize(
    ("status", "code", "result", "error"),
    [
        ("Success", "", "success", "0"),
        ("Success", "0", "success", "0"),
        ("Failure", "50126", "failure", "50126"),
        ("Failure", "", "failure", None),
        ("Interrupted", "50140", "interrupted", "50140"),
        ("Interrupted", "999999", "interrupted", "999999"),
        ("", "", "unknown", None),
        ("Erfolg", "", "unknown", None),
    ],
)
def test_how_it_ended_comes_from_the_code_then_from_the_portals_word(status, code, result, error):
    (event,) = sign_ins(portal_sign_in(Status=status, **{"Sign-in error code": code}))
    assert (event["result"], event.get("error_code")) == (result, error)


@pytest.mark.parametrize(
    ("tokens", "source", "outcome", "words"),
    [
        (["None", "Primary refresh token"], "sign_in", Outcome.COMPLETE, "none came with a refresh token"),
        (["refreshToken", "Refresh token", "none"], "sign_in_noninteractive", Outcome.PARTIAL, "2 of 3 came with"),
        (["", ""], "sign_in", Outcome.PARTIAL, "nor do their tokens: taken as interactive"),
        (["primaryRefreshToken"], "sign_in", Outcome.PARTIAL, "nor do their tokens: taken as interactive"),
    ],
)
def test_what_kind_of_sign_ins_they_are_is_told_by_their_tokens_and_said_in_the_ledger(
    tmp_path, tokens, source, outcome, words
):
    days = ["2026-11-01T01:00:00Z", "2026-11-18T01:00:00Z"]
    given = [
        portal_sign_in(**{"Incoming token type": token, "Request ID": f"r-{day}-{n}", "Date (UTC)": day})
        for n, token in enumerate(tokens)
        for day in days
    ]
    case = case_of(tmp_path, {"InteractiveSignIns.csv": table(SIGN_IN_COLUMNS, *given)})
    ((found, reason),) = ledger(case, source)
    assert (found, words.replace("2 of 3", "4 of 6") in reason) == (outcome, True)


def test_applications_sign_in_as_what_they_are():
    row = {"Date (UTC)": "2026-11-17T08:41:00Z", "Service principal ID": "sp-1", "Service principal name": "Backup",
           "IP address": "203.0.113.10", "Status": "Failure", "Sign-in error code": "7000215"}  # fmt: skip
    (event,) = sign_ins(row, columns=APP_COLUMNS)
    names = ("source", "actor", "actor_kind", "result")
    assert tuple(event[name] for name in names) == (
        "sign_in_service_principal",
        "backup",
        "service_principal",
        "failure",
    )


def test_a_row_without_a_time_is_lost_and_counted(tmp_path):
    content = table(SIGN_IN_COLUMNS, portal_sign_in(), portal_sign_in(**{"Date (UTC)": "soon", "Request ID": "x"}))
    assert balanced(case_of(tmp_path, {"s.csv": content})) == {"s.csv": (2, 0, 1)}


def test_the_portals_json_is_graphs_own(tmp_path):
    case = case_of(tmp_path, {"a.json": json.dumps([signed_in()])})
    assert rows(case, "SELECT source, result FROM events") == [{"source": "sign_in", "result": "success"}]


def test_dates_of_the_portal_are_read_by_the_whole_column(tmp_path):
    given = [portal_sign_in(**{"Date (UTC)": f"{day}/11/2026, 8:41:00 AM", "Request ID": str(day)}) for day in (3, 17)]
    case = case_of(tmp_path, {"s.csv": table(SIGN_IN_COLUMNS, *given)})
    assert [str(row["time"])[:10] for row in rows(case, "SELECT time FROM events ORDER BY time")] == [
        "2026-11-03", "2026-11-17",
    ]  # fmt: skip


def test_dates_that_can_be_read_two_ways_are_said_in_the_ledger(tmp_path):
    given = [portal_sign_in(**{"Date (UTC)": "3/11/2026 8:41:00 AM"})]
    case = case_of(tmp_path, {"s.csv": table(SIGN_IN_COLUMNS, *given)})
    ((outcome, reason),) = ledger(case, "sign_in")
    assert outcome is Outcome.PARTIAL
    assert "It cannot be told in what order the file writes day and month: dates such as 3/11/2026 8:41:00 AM" in reason


def test_a_change_in_the_directory_keeps_its_targets_and_properties():
    changed = {"Target1ModifiedProperty1Name": "StrongAuthenticationMethod", "Target1ModifiedProperty1OldValue": "[]",
               "Target1ModifiedProperty1NewValue": '"6"', "Target2Type": "Application", "Target2ObjectId": "app-1",
               "AdditionalDetail1Key": "Client", "AdditionalDetail1Value": "Portal",
               "UserAgent": "Mozilla/5.0 (Windows NT 10.0) Firefox/132.0"}  # fmt: skip
    _, (record,), _ = read(table(AUDIT_COLUMNS, portal_audit(**changed)))
    (event,) = normalise("directory_audit", record.data)
    names = ("operation", "actor", "actor_kind", "target", "client_ip", "result", "browser", "correlation_id")
    assert tuple(event[name] for name in names) == (
        "User registered security info", "anna@contoso.example", "user", "anna@contoso.example", "203.0.113.10",
        "success", "Firefox", "c-1",
    )  # fmt: skip
    assert properties(event) == {
        "ModifiedProperties.StrongAuthenticationMethod": "6",
        "ModifiedProperties.StrongAuthenticationMethod.old": "[]",
        "AdditionalDetails.Client": "Portal",
        "AdditionalDetails.User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/132.0",
        "Target.User": "anna@contoso.example",
        "Target.Application": "app-1",
        "TargetId.User": "u-1",
        "TargetId.Application": "app-1",
        "Category": "UserManagement",
        "ResultReason": "User registered Authenticator App",
    }


def test_a_change_by_an_application_is_not_a_persons():
    by = {"ActorType": "Application", "ActorUserPrincipalName": "", "ActorDisplayName": "Sync", "IPAddress": ""}
    _, (record,), _ = read(table(AUDIT_COLUMNS, portal_audit(**by)))
    (event,) = normalise("directory_audit", record.data)
    assert (event["actor"], event["actor_kind"]) == ("sync", "service_principal")


HOSTILE = [
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    '=cmd|"/c calc"!A0',
    "{{7*7}}",
    'a"b,c\r\nd',
    "\x1b[2J",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_through_as_text(text):
    (event,) = sign_ins(portal_sign_in(**{"Application": text, "User agent": text, "Location": text}))
    assert event["app_name"] == text
    _, (record,), _ = read(table(AUDIT_COLUMNS, portal_audit(Target1DisplayName=text, ResultReason=text)))
    assert record.data["resultReason"] == text


def test_a_status_that_powershell_lost_is_unknown_never_success(tmp_path):
    case = case_of(tmp_path, {"s.csv": table(POWERSHELL_COLUMNS, POWERSHELL_SIGN_IN)})
    assert rows(case, "SELECT result, city, country FROM events") == [
        {"result": "unknown", "city": "Melbourne", "country": "AU"}
    ]
    ((outcome, reason),) = ledger(case, "sign_in")
    assert outcome is Outcome.PARTIAL
    assert "How 1 of the sign-ins ended is lost: their result is unknown, not success." in reason


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("0", "success"),
        ("50126", "failure"),
        ('{"ErrorCode":50140}', "interrupted"),
        ("Success", "unknown"),
        ("", "unknown"),
    ],
)
def test_only_a_code_says_how_a_flattened_sign_in_ended(status, result):
    (event,) = sign_ins({**POWERSHELL_SIGN_IN, "Status": status}, columns=POWERSHELL_COLUMNS)
    assert event["result"] == result


def test_columns_named_after_their_parts_are_brought_together():
    header = (
        "CreatedDateTime,UserPrincipalName,AppDisplayName,IpAddress,Status.errorCode,Location.city,DeviceDetail.browser"
    )
    values = "2026-11-17T08:41:00Z,a@contoso.example,X,203.0.113.10,50053,Oslo,Edge 131"
    _, (record,), _ = read(f"{header}\n{values}\n")
    (event,) = normalise("sign_in", record.data)
    assert (event["error_code"], event["city"], event["browser"]) == ("50053", "Oslo", "Edge")


def test_a_directory_change_without_its_initiator_is_said_to_be(tmp_path):
    content = (
        "ActivityDateTime,ActivityDisplayName,Category,Id,InitiatedBy,Result,TargetResources\n"
        "2026-11-17T08:41:00Z,Update user,UserManagement,x,Microsoft.Graph.PowerShell.Models.Initiator,success,\n"
        '2026-11-17T08:42:00Z,Update user,UserManagement,y,"{""user"":{""id"":""u-1""}}",success,\n'
        "later,Update user,UserManagement,z,,success,\n"
    )
    _, _, damaged = read(content)
    assert damaged == [Damaged(4, "the directory change has no time or no activity that can be read")]
    case = case_of(tmp_path, {"a.csv": content})
    assert balanced(case) == {"a.csv": (3, 0, 1)}
    assert "Who made 1 of the changes, and to what, is lost in this export." in ledger(case, "directory_audit")[0][1]
