"""Defender's, Intune's and hunting's answers → events and devices, with hostile and odd values beside ordinary ones."""

import json

import pytest
from evidence import audit, case_of, properties, read, rows, signed_in
from intake.defender_answers import ALERT, DEFENDER, INCIDENT, SIGN_IN, URL_CLICK, USER, hunted

from o365nb import intake
from o365nb.intake import Record

HOSTILE = "=cmd|' /C calc'!A0\x1b[31m<script>\u202e"


def person(upn):
    return {**USER, "userAccount": {"userPrincipalName": upn}}


def test_an_alert_is_an_event_of_its_product_about_each_person_it_names(tmp_path):
    host = {"ipAddress": "192.0.2.1"}
    mailbox = {"@odata.type": "#microsoft.graph.security.mailboxEvidence", "primaryAddress": "BEN@x.example"}
    alert = {**ALERT, "evidence": [USER, mailbox, USER, host, "odd", {"userAccount": None}]}
    case = case_of(tmp_path, {"alerts.json": json.dumps({"value": [alert]})})
    found = rows(
        case, "SELECT event_id, source, operation, actor, actor_kind, target, result FROM events ORDER BY target"
    )
    same = {
        "source": "alert", "operation": "Defender alert: Suspicious inbox rule",
        "actor": "microsoftdefenderforcloudapps", "actor_kind": "system", "result": "unknown",
    }  # fmt: skip
    assert found == [
        {"event_id": f"alert:da1_1|{upn}", "target": upn, **same} for upn in ("anna@x.example", "ben@x.example")
    ]
    (told, _) = rows(case, "SELECT * FROM events")
    assert properties(told)["evidence"] == "192.0.2.1"
    assert properties(told)["mitreTechniques"] == "T1564.008"


def test_an_alert_about_nobody_is_kept_and_a_title_cannot_pass_for_an_act(tmp_path):
    alerts = [
        {**ALERT, "id": "1", "evidence": None, "title": "New-InboxRule"},
        {**ALERT, "id": "2", "evidence": [person("anna@x.example")], "title": HOSTILE},
        {**ALERT, "id": "3", "evidence": "?", "title": None},
    ]
    case = case_of(tmp_path, {"alerts.json": json.dumps(alerts)})
    assert rows(case, "SELECT target, operation FROM events ORDER BY event_id") == [
        {"target": None, "operation": "Defender alert: New-InboxRule"},
        {"target": "anna@x.example", "operation": f"Defender alert: {HOSTILE}"},
        {"target": None, "operation": "Defender alert: without a title"},
    ]


def test_the_same_alert_in_two_answers_is_one_event(tmp_path):
    alerts = json.dumps({"value": [ALERT]})
    case = case_of(tmp_path, {"a.json": alerts, "b.json": alerts + " "})
    assert rows(case, "SELECT count(*) AS n FROM events") == [{"n": 1}]


def test_an_incident_concerns_whom_its_alerts_name(tmp_path):
    case = case_of(
        tmp_path, {"incidents.json": json.dumps({"value": [INCIDENT, {**INCIDENT, "id": "8", "alerts": []}]})}
    )
    found = rows(case, "SELECT event_id, source, target, operation FROM events ORDER BY event_id")
    assert found == [
        {"event_id": "incident:7|anna@x.example", "source": "incident", "target": "anna@x.example",
         "operation": "Defender incident: Multi-stage incident"},
        {"event_id": "incident:8", "source": "incident", "target": None,
         "operation": "Defender incident: Multi-stage incident"},
    ]  # fmt: skip


def test_a_machines_alert_is_about_the_person_that_was_asked_for():
    content, _ = DEFENDER["defender-alert-json"]
    _, (record,), _ = read(content, owner="anna@contoso.example")
    wanted = ("@person", "@source", "serviceSource", "createdDateTime")
    assert [record.data[name] for name in wanted] == [
        "anna@contoso.example", "alert", "microsoftDefenderForEndpoint", "2026-11-17T09:00:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [audit(), json.dumps(audit())])
def test_a_cloud_app_event_is_the_audit_logs_own_record(tmp_path, raw):
    event = {"Timestamp": "2026-11-17T08:41:00Z", "ActionType": "Send", "AccountObjectId": "a", "RawEventData": raw}
    files = {"hunting.json": json.dumps(hunted(event)), "ual.json": json.dumps([audit()])}
    case = case_of(tmp_path, files)
    (found,) = rows(case, "SELECT raw_file, source, operation FROM events")
    assert (found["source"], found["operation"]) == ("ual", audit()["Operation"])
    assert "ual.json" in found["raw_file"]  # the log itself goes before what Defender made of it


def test_a_cloud_app_event_whose_record_is_broken_is_damaged_not_dropped():
    event = {"Timestamp": "2026-11-17T08:41:00Z", "ActionType": "Send", "AccountObjectId": "a", "RawEventData": '{"x'}
    _, _, damaged = read(json.dumps(hunted(event)))
    assert len(damaged) == 1


@pytest.mark.parametrize("names", [("schema", "results"), ("Schema", "Results")])
def test_both_ways_to_write_an_answer_of_hunting_are_read(names):
    answer = {names[0]: [{"Name": "Timestamp", "Type": "DateTime"}], names[1]: [SIGN_IN]}
    shape, (record,), damaged = read(json.dumps(answer))
    assert (shape, damaged) == ("hunting-sign-in-events-json", [])
    assert record.data["signInEventTypes"] == ["interactiveUser"]


def test_a_sign_in_of_hunting_gives_way_to_graphs_own_and_stands_alone_otherwise(tmp_path):
    other = {**SIGN_IN, "RequestId": "5fa3bb61-0000-4000-8000-000000000200", "LogonType": "nonInteractiveUser",
             "ErrorCode": 50126}  # fmt: skip
    files = {
        "1-hunting.json": json.dumps(hunted(SIGN_IN, other)),
        "2-graph.json": json.dumps({"value": [signed_in(id=SIGN_IN["RequestId"])]}),
    }
    found = rows(case_of(tmp_path, files), "SELECT raw_file, source, result, actor FROM events ORDER BY event_id")
    assert [(row["raw_file"].split("/")[-1], row["source"], row["result"]) for row in found] == [
        ("2-graph.json.gz", "sign_in", "success"),
        ("1-hunting.json.gz", "sign_in_noninteractive", "failure"),
    ]


def test_a_sign_in_without_a_time_is_damaged():
    _, records, damaged = read(json.dumps(hunted({**SIGN_IN, "Timestamp": "soon"})))
    assert (records, len(damaged)) == ([], 1)


def test_what_is_kept_for_reading_says_so_in_the_ledger(tmp_path):
    content, _ = DEFENDER["hunting-rows-json"]
    case = case_of(tmp_path, {"clicks.json": content})
    intake.record_file_coverage(case)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "files"]
    assert entry.reason == "Its 1 records are kept as they are, for reading: they take no part in the judgement."


def test_a_protection_state_knows_its_device_by_the_address_of_the_answer():
    _, (record,), _ = read(DEFENDER["graph-protection-state-json"][0])
    assert isinstance(record, Record)
    assert record.data["@device"] == "i-1"


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({}, "failure"), ({"IsClickedThrough": True}, "success"), ({"ActionType": "ClickAllowed"}, "success"),
        ({"ActionType": "UrlScanInProgress"}, "unknown"),
    ],
    ids=["blocked", "clicked through", "allowed", "not known"],
)  # fmt: skip
def test_a_click_becomes_the_audit_logs_own_record_of_it(tmp_path, given, result):
    case = case_of(tmp_path, {"clicks.json": json.dumps(hunted({**URL_CLICK, **given}))})
    (found,) = rows(case, "SELECT operation, actor, target, client_ip, result, properties FROM events")
    assert {**found, "properties": properties(found)} == {
        "operation": "TIUrlClickData", "actor": "gina@contoso.example", "target": "https://evil.example/login",
        "client_ip": "203.0.113.10", "result": result,
        "properties": {"SourceId": URL_CLICK["NetworkMessageId"], "AppName": "Email",
                       "UrlClickAction": {**URL_CLICK, **given}["ActionType"]},
    }  # fmt: skip


def test_a_click_without_a_time_is_damaged_not_dropped():
    _, records, damaged = read(json.dumps(hunted({**URL_CLICK, "Timestamp": "soon"})))
    assert (records, len(damaged)) == ([], 1)
