"""From files to tables: every record in is an event, a duplicate, or lost and counted."""

import json

import pytest
from evidence import SUBJECT, WINDOW, audit, balanced, case_of, empty_case, lines, properties, real, rows, signed_in

from o365nb import intake
from o365nb.events.schema import TABLES
from o365nb.model import Outcome
from o365nb.progress import Progress


@pytest.mark.parametrize(
    ("folder", "files", "counts"),
    [
        (
            "sentinel-training-lab",
            ["office_activity.csv", "office_activity_inbox_rule.csv", "sign-in_adelete.csv"],
            [(266, 0, 0), (2, 0, 0), (56, 0, 0)],
        ),
        # 45 ids in 86 sign-ins; 26 of the 1334 rows without an id are equal to another in every cell.
        ("msticpy-sentinel", ["SigninLogs_aad_logons.csv", "demo_exchange_data.csv.gz"], [(86, 41, 0), (1334, 26, 0)]),
        # One of these was written by hand: its time has 65 seconds.
        ("splunk-security-content", ["o365_management_activity.jsonl"], [(18, 0, 1)]),
        ("det-eng-samples", ["t1110.003_msolspray-powershell.json"], [(11, 0, 0)]),
        ("zerotrust-models", ["SignIn-model.json"], [(0, 0, 0)]),  # a model of a row is no record
    ],
)
def test_every_real_record_is_accounted_for(tmp_path, folder, files, counts):
    case = case_of(tmp_path, {name: real(f"{folder}/{name}") for name in files})
    assert list(balanced(case).values()) == counts


def test_every_table_is_there_even_when_empty(tmp_path):
    case = case_of(tmp_path, {"ual.json": json.dumps([audit()])})
    assert {path.stem for path in case.tables.glob("*.parquet")} == set(TABLES)
    assert not (case.tables / ".scratch").exists()


def test_the_same_record_in_two_exports_is_one_event(tmp_path):
    same = [audit(number=number) for number in range(5)]
    case = case_of(tmp_path, {"a.json": json.dumps(same[:3]), "b.jsonl": lines(*same)})
    assert balanced(case) == {"a.json": (3, 0, 0), "b.jsonl": (5, 3, 0)}
    assert rows(case, "SELECT count(*) AS n, count(DISTINCT event_id) AS ids FROM events") == [{"n": 5, "ids": 5}]


def test_records_without_a_real_id_are_told_apart_by_their_content(tmp_path):
    case = case_of(
        tmp_path,
        {"ual.json": json.dumps([audit(Id="*REDACTED*"), audit(Id="*REDACTED*", Operation="Create"),
                                 dict(reversed(audit(Id="*REDACTED*").items()))])},
    )  # fmt: skip
    assert balanced(case) == {"ual.json": (3, 1, 0)}
    assert [row["operation"] for row in rows(case, "SELECT operation FROM events ORDER BY 1")] == ["Create", "Send"]


def test_a_whole_record_stands_for_its_damaged_duplicate(tmp_path):
    header = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n"
    text = json.dumps(audit(Item={"Subject": "x"}))
    cut, whole = (f'r,2026-11-17,2,Send,a,"{part.replace(chr(34), chr(34) * 2)}"\n' for part in (text[:-4], text))
    case = case_of(tmp_path, {"ual.csv": header + cut + whole})
    assert balanced(case) == {"ual.csv": (2, 1, 0)}
    assert rows(case, "SELECT raw_line, message_subject FROM events") == [{"raw_line": 3, "message_subject": "x"}]
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert (entry.outcome, entry.unparsable, entry.duplicates) == (Outcome.DAMAGED, 1, 1)


def test_a_sign_in_told_by_both_logs_is_one_event_with_the_words_of_both(tmp_path):
    same = "00000000-0000-4000-8000-0000000000aa"
    ual = audit(
        Id=same,
        Operation="UserLoggedIn",
        Workload="AzureActiveDirectory",
        ExtendedProperties=[{"Name": "RequestType", "Value": "Cmsi:Cmsi"}],
        DeviceProperties=[{"Name": "SessionId", "Value": "s-1"}],
    )
    case = case_of(tmp_path, {"a.json": json.dumps([ual]), "b.json": json.dumps({"value": [signed_in(id=same)]})})
    assert balanced(case) == {"a.json": (1, 1, 0), "b.json": (1, 0, 0)}
    (event,) = rows(case, "SELECT * FROM events")
    assert (event["event_id"], event["source"], event["session_id"]) == (same, "sign_in", "s-1")
    assert properties(event)["ExtendedProperties.RequestType"] == "Cmsi:Cmsi"


def test_a_record_without_a_time_is_lost_and_counted(tmp_path):
    case = case_of(tmp_path, {"ual.json": json.dumps([audit(), audit(number=2, CreationTime="soon")])})
    assert balanced(case) == {"ual.json": (2, 0, 1)}
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert "line 2: the record has no time that can be read" in entry.reason


HOSTILE = [
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    '=cmd|"/c calc"!A0',
    "\x1b[2J\u202egnp.exe",
    "{{7*7}} ${x}",
    "a\x00b",
    "\ud800 lone",
    "'\"`\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_through_as_text(tmp_path, text):
    record = audit(
        Operation="New-InboxRule",
        Parameters=[{"Name": "Name", "Value": text}, {"Name": "MoveToFolder", "Value": text}],
        Item={"Subject": text},
    )
    case = case_of(tmp_path, {"ual.json": json.dumps([record])})
    shown = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    (event,) = rows(case, "SELECT message_subject, properties FROM events")
    assert (event["message_subject"], properties(event)["Parameters.Name"]) == (shown, shown)
    assert rows(case, "SELECT name FROM rule_changes") == [{"name": shown}]


def test_a_hostile_state_object_comes_through_as_text(tmp_path):
    users = [{"id": str(n), "userPrincipalName": f"u{n}@x.example", "displayName": t} for n, t in enumerate(HOSTILE)]
    case = case_of(tmp_path, {"users.json": json.dumps({"value": users})})
    names = [row["display_name"] for row in rows(case, "SELECT display_name FROM users ORDER BY owner")]
    assert names == [text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd") for text in HOSTILE]


def test_tables_are_made_again_only_when_there_is_new_evidence(tmp_path):
    case = case_of(tmp_path, {"ual.json": json.dumps([audit()])})
    before = (case.tables / "events.parquet").stat().st_mtime_ns
    intake.build_tables(case, Progress())
    assert (case.tables / "events.parquet").stat().st_mtime_ns == before
    (tmp_path / "more.json").write_text(json.dumps([audit(number=2)]), "utf-8")
    intake.add_files(case, tmp_path / "more.json", Progress())
    assert intake.build_tables(case, Progress()).tables["events"] == 2


def test_tables_can_be_thrown_away_and_made_again(tmp_path):
    case = case_of(tmp_path, {"ual.json": json.dumps([audit(number=n) for n in range(3)])})
    before = rows(case, "SELECT * FROM events ORDER BY event_id")
    for path in case.tables.glob("*"):
        path.unlink()
    intake.build_tables(case, Progress())
    assert rows(case, "SELECT * FROM events ORDER BY event_id") == before


def store(case, source, shape, body, **about):
    case.store(source, f"{shape}.json", json.dumps(body).encode(), shape=shape, records=1, owner=SUBJECT,
               tenant_time="2026-11-18T12:00:00Z", **about)  # fmt: skip


def test_live_answers_become_state_with_the_tenants_time(tmp_path):
    case = empty_case(tmp_path)
    graph_id, exchange_id = "AQAAAJ5dZqA=", str(int.from_bytes(b"\x01\x00\x00\x00\x9e\x5d\x66\xa0", "little"))
    visible = {"id": graph_id, "displayName": "News", "sequence": 1, "isEnabled": True, "actions": {"delete": True}}
    seen = {"RuleIdentity": exchange_id, "Name": "News", "Enabled": True, "DeleteMessage": True, "Priority": 1}
    hidden = {"RuleIdentity": "77", "Name": "..", "Enabled": True, "MoveToFolder": "RSS Subscriptions", "Priority": 2}
    store(case, "inbox_rules", "graph-message-rule-json", {"value": [visible]}, seen_by="graph")
    store(case, "inbox_rules.hidden", "exchange-inbox-rule-json", {"value": [seen, hidden]}, seen_by="exchange")
    user = {"id": "u-1", "userPrincipalName": "Anna@contoso.example"}
    grant = {
        "id": "g-1",
        "clientId": "sp-1",
        "consentType": "Principal",
        "principalId": "u-1",
        "scope": " Mail.Read x ",
    }
    app = {"id": "sp-1", "appId": "app-1", "displayName": "eM Client", "servicePrincipalType": "Application"}
    store(case, "users", "graph-user-json", user, seen_by="graph")
    store(case, "oauth_grants", "graph-oauth-grant-json", {"value": [grant]}, seen_by="graph")
    store(case, "oauth_grants", "graph-service-principal-json", app, seen_by="graph")
    intake.build_tables(case, Progress())
    assert rows(case, "SELECT rule_id, name, seen_by, hidden, move_to_folder, deletes FROM inbox_rules ORDER BY 2") == [
        {"rule_id": "77", "name": "..", "seen_by": ["exchange"], "hidden": True, "move_to_folder": "RSS Subscriptions",
         "deletes": False},
        {"rule_id": graph_id, "name": "News", "seen_by": ["exchange", "graph"], "hidden": False, "move_to_folder": None,
         "deletes": True},
    ]  # fmt: skip
    sql = "SELECT key, owner, app_name, scopes, CAST(collected_at AS VARCHAR) AS at FROM oauth_grants"
    assert rows(case, sql) == [
        {"key": "oauth_grant:anna@contoso.example:g-1", "owner": SUBJECT, "app_name": "eM Client",
         "scopes": ["Mail.Read", "x"], "at": "2026-11-18 12:00:00"}
    ]  # fmt: skip


def test_the_log_and_the_state_agree_on_the_id_of_a_rule(tmp_path):
    case = empty_case(tmp_path)
    visible = {"id": "AQAAAJ5dZqA=", "displayName": "News", "sequence": 1, "isEnabled": True}
    decimal = str(int.from_bytes(b"\x01\x00\x00\x00\x9e\x5d\x66\xa0", "little"))
    told = audit(
        Operation="UpdateInboxRules",
        OperationProperties=[{"Name": "RuleOperation", "Value": "ModifyMailboxRule"}, {"Name": "RuleName"},
                             {"Name": "RuleId", "Value": decimal}, {"Name": "RuleCondition", "Value": "{}"}],
    )  # fmt: skip
    store(case, "inbox_rules", "graph-message-rule-json", {"value": [visible]}, seen_by="graph")
    store(case, "ual", "management-activity-json", [told], seen_by="graph")
    intake.build_tables(case, Progress())
    sql = "SELECT owner, change, rule_id, name, has_conditions FROM rule_changes"
    assert rows(case, sql) == [
        {"owner": SUBJECT, "change": "set", "rule_id": "AQAAAJ5dZqA=", "name": "News", "has_conditions": None}
    ]


def test_a_file_of_a_shape_that_this_version_does_not_know_is_counted_as_lost(tmp_path):
    case = empty_case(tmp_path)
    store(case, "ual", "shape-of-tomorrow", {})
    (file,) = intake.build_tables(case, Progress()).files
    assert (file.received, file.lost, file.reasons) == (
        1, 1, ["this version does not know the shape shape-of-tomorrow"],
    )  # fmt: skip


def test_the_case_window_does_not_cut_events_away(tmp_path):
    early = audit(CreationTime="2020-01-01T00:00:00")
    case = case_of(tmp_path, {"ual.json": json.dumps([early, audit(number=2)])}, window=WINDOW)
    assert len(rows(case, "SELECT 1 FROM events")) == 2
