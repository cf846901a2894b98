"""Event hub envelopes and Log Analytics tables: the real ones, and what may be wrong with them."""

import json

import pytest
from evidence import audit, balanced, case_of, lines, normalise, properties, read, real, rows, signed_in
from exports import (
    ANNA,
    EMAIL_EVENT,
    SENTINEL_AUDIT,
    SENTINEL_SIGN_IN,
    WHEN,
    envelope,
    table,
    tables_answer,
)

from o365nb.intake import Damaged
from o365nb.intake.json_text import sample

PANTHER = [json.loads(line)["event"] for line in real("panther-analysis/azure_signin_rules_tests.jsonl").splitlines()]


def test_a_real_stream_becomes_sign_ins_and_directory_changes(tmp_path):
    case = case_of(tmp_path, {"hub.jsonl": real("splunk-security-content/azure_monitor_aad.jsonl")})
    assert balanced(case) == {"hub.jsonl": (16, 0, 0)}
    assert rows(case, "SELECT source, count(*) AS n FROM events GROUP BY 1 ORDER BY 1") == [
        {"source": "directory_audit", "n": 15},
        {"source": "sign_in", "n": 1},
    ]
    (event,) = rows(case, "SELECT operation, result, error_code, properties FROM events WHERE source = 'sign_in'")
    assert (event["operation"], event["result"], event["error_code"]) == ("Sign-in activity", "interrupted", "50076")
    (consent,) = rows(case, "SELECT * FROM events WHERE operation = 'Consent to application'")
    assert any(name.startswith("ModifiedProperties.Consent") for name in properties(consent))


def test_hand_made_envelopes_of_all_kinds_are_read_or_said(tmp_path):
    # 47 events of which some are equal but for the rule that they test.
    case = case_of(tmp_path, {"hub.json": json.dumps({"records": PANTHER})})
    received, duplicates, lost = balanced(case)["hub.json"]
    assert (received, lost) == (len(PANTHER), 0)
    assert duplicates < received
    found = {row["source"] for row in rows(case, "SELECT DISTINCT source FROM events")}
    assert found == {"directory_audit", "sign_in", "sign_in_noninteractive", "sign_in_service_principal"}


@pytest.mark.parametrize(
    ("category", "inner", "source"),
    [
        ("SignInLogs", {}, "sign_in"),
        ("NonInteractiveUserSignInLogs", {}, "sign_in_noninteractive"),
        ("ServicePrincipalSignInLogs", {"servicePrincipalName": "x"}, "sign_in_service_principal"),
        ("ManagedIdentitySignInLogs", {"servicePrincipalName": "x"}, "sign_in_managed_identity"),
        ("AuditLogs", {"activityDisplayName": "Update user"}, "directory_audit"),
        ("ApplicationManagement", {"activityDisplayName": "Update application"}, "directory_audit"),
    ],
)
def test_the_category_says_what_it_is(tmp_path, category, inner, source):
    case = case_of(tmp_path, {"hub.json": lines(envelope(category, inner), envelope(category, json.dumps(inner)))})
    assert balanced(case) == {"hub.json": (2, 1, 0)}  # properties as an object and as text are the same record
    assert rows(case, "SELECT source FROM events") == [{"source": source}]


def test_the_envelope_says_what_its_record_leaves_out():
    outer = {"resultType": "50126", "callerIpAddress": "203.0.113.10", "correlationId": "c-1"}
    _, (record,), _ = read(json.dumps(envelope("SignInLogs", {"userPrincipalName": ANNA}, **outer)))
    (event,) = normalise("sign_in", record.data)
    assert (event["result"], event["client_ip"], event["correlation_id"]) == ("failure", "203.0.113.10", "c-1")


def test_a_result_of_the_record_itself_wins():
    outer = envelope("SignInLogs", signed_in(status={"errorCode": 50126}), resultType="0")
    _, (record,), _ = read(json.dumps(outer))
    assert normalise("sign_in", record.data)[0]["result"] == "failure"


def test_what_cannot_be_read_of_a_stream_is_said_line_by_line():
    content = lines(
        envelope("SignInLogs", {}),
        envelope("RiskyUsers", {"id": "x"}),
        envelope("SignInLogs", "gone"),
        envelope("AuditLogs", {}, time="soon"),
        envelope("SignInLogs", {}, time=""),
        audit(),
    )
    _, records, damaged = read(content)
    assert len(records) == 1
    assert damaged == [
        Damaged(2, "records of the category RiskyUsers are not read"),
        Damaged(3, "the envelope's properties are not an object"),
        Damaged(4, "the directory change has no time or no activity that can be read"),
        Damaged(5, "the sign-in has no time that can be read"),
        Damaged(6, "not a record of the shape azure-monitor-json"),
    ]


def test_a_real_log_analytics_export_keeps_what_lies_in_texts(tmp_path):
    files = {name: real(f"otrf-goldensaml/{name}") for name in ("AADAuditEvents.json", "OfficeActivityEvents.json")}
    case = case_of(tmp_path, files)
    assert balanced(case) == {"AADAuditEvents.json": (4, 1, 0), "OfficeActivityEvents.json": (1, 0, 0)}
    (first,) = rows(
        case, "SELECT * FROM events WHERE operation = 'Update application - Certificates and secrets management'"
    )
    assert (first["actor"], first["target"]) == ("pgustavo@simulandlabs.com", "SimuLandApp")
    assert "KeyIdentifier=59eaeebc" in properties(first)["ModifiedProperties.KeyDescription"]
    # Seven messages are listed, one of them twice.
    (mail,) = rows(case, "SELECT operation, workload, len(message_ids) AS n, folders FROM events WHERE source = 'ual'")
    assert mail == {"operation": "MailItemsAccessed", "workload": "Exchange", "n": 6, "folders": ["\\Inbox"]}


@pytest.mark.parametrize("record", [SENTINEL_SIGN_IN, SENTINEL_AUDIT, EMAIL_EVENT])
def test_a_table_reads_the_same_in_every_container(record):
    expected = read(json.dumps([record]))[1][0].data
    for content in (tables_answer(record), json.dumps(record), json.dumps({"Schema": [], "Results": [record]}),
                    table(",".join(record), record)):  # fmt: skip
        _, (found,), damaged = read(content)
        assert ({key: value for key, value in found.data.items() if value}, damaged) == (
            {key: value for key, value in expected.items() if value}, [],
        )  # fmt: skip


def test_a_cut_answer_keeps_the_rows_before_the_cut():
    whole = tables_answer(*({**SENTINEL_SIGN_IN, "Id": str(number)} for number in range(3)))
    name, records, damaged = read(whole[:-60])
    assert (name, [record.data["id"] for record in records]) == ("sentinel-signin-json", ["0", "1"])
    assert damaged == [Damaged(3, "the JSON is cut or damaged from here on")]


def test_a_large_answer_is_known_by_its_beginning():
    whole = tables_answer(*({**SENTINEL_SIGN_IN, "Id": str(number), "Pad": "x" * 900} for number in range(500)))
    assert len(sample(whole[:262144])) == 5
    assert len(read(whole)[1]) == 500


@pytest.mark.parametrize(
    "content",
    ['{"tables": []}', '{"tables": [{}]}', '{"tables": [{"columns": 7, "rows": [[1]]}]}', '{"tables": [',
     '{"schema": 1}'],
)  # fmt: skip
def test_a_strange_answer_is_refused(content):
    with pytest.raises(Exception, match="no known export"):
        read(content)


def test_noninteractive_sign_ins_of_a_table_are_told_by_its_name(tmp_path):
    case = case_of(tmp_path, {"t.json": tables_answer(SENTINEL_SIGN_IN)})
    assert rows(case, "SELECT source, result FROM events") == [
        {"source": "sign_in_noninteractive", "result": "success"}
    ]


@pytest.mark.parametrize(
    ("action", "result"),
    [("Delivered", "success"), ("Junked", "success"), ("Replaced", "success"), ("Blocked", "failure"), ("", "unknown")],
)
def test_a_mail_of_defenders_table_is_a_message_trace(action, result):
    _, (record,), _ = read(json.dumps([{**EMAIL_EVENT, "DeliveryAction": action}]))
    (event,) = normalise("message_trace", record.data)
    names = ("actor", "target", "client_ip", "message_id", "message_subject", "result")
    assert tuple(event[name] for name in names) == (
        ANNA, "x@fabrikam.example", "203.0.113.10", "<m-1@contoso.example>", "Invoice", result,
    )  # fmt: skip


def test_a_trace_and_defenders_table_of_one_mail_are_one_event(tmp_path):
    trace = {"MessageTraceId": EMAIL_EVENT["NetworkMessageId"], "Received": WHEN, "SenderAddress": ANNA,
             "RecipientAddress": "X@fabrikam.example", "Status": "Delivered"}  # fmt: skip
    case = case_of(tmp_path, {"a.json": json.dumps([trace]), "b.json": json.dumps([EMAIL_EVENT])})
    assert balanced(case) == {"a.json": (1, 0, 0), "b.json": (1, 1, 0)}
