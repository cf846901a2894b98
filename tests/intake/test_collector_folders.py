"""The output folders of other collectors, as they lie: what of them is read, whose it is, what is said of the rest."""

import pytest
from evidence import SUBJECT, balanced, case_of, properties, read, rows
from intake.collector_samples import BOB, COLLECTED, FOLDERS, PERMISSIONS, SIMPLE, TRANSPORT, clixml, pascal

from o365nb.errors import BadEvidence
from o365nb.intake import Damaged, recognise
from o365nb.intake.base import Note, Origin
from o365nb.intake.objects import graph_form
from o365nb.intake.owners import owner_by_place
from o365nb.model import Outcome

BOTH = (SUBJECT, BOB)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A case of each tool's folder."""
    made = {}
    for tool, files in FOLDERS.items():
        contents = {name: content for name, (content, _) in files.items()}
        made[tool] = case_of(tmp_path_factory.mktemp("tool"), contents, subjects=BOTH)
    return made


@pytest.mark.parametrize("tool", FOLDERS)
def test_every_file_of_a_folder_is_read_by_its_shape_or_refused_with_the_reason(folders, tool):
    case = folders[tool]
    kept = {line["file"]: line["shape"] for line in case.custody.entries()}
    refused = {entry.file: entry for entry in case.ledger.entries() if entry.outcome is Outcome.FAILED}
    assert kept == {name: shape for name, (_, shape) in FOLDERS[tool].items() if shape}
    assert refused.keys() == {name for name, (_, shape) in FOLDERS[tool].items() if not shape}
    assert all("no known export" in entry.reason for entry in refused.values())
    assert {lost for _, _, lost in balanced(case).values()} == {0}


def test_what_hawk_puts_into_an_accounts_folder_is_that_accounts(folders):
    case = folders["Hawk"]
    assert rows(case, "SELECT owner, name, seen_by FROM inbox_rules ORDER BY name") == [
        {"owner": BOB, "name": ".", "seen_by": ["exchange", "export"]},
        {"owner": BOB, "name": "..", "seen_by": ["exchange", "export"]},
    ]
    assert rows(case, "SELECT owner, forwarding_smtp_address FROM mailboxes") == [
        {"owner": BOB, "forwarding_smtp_address": "x@evil.example"},
    ]
    assert rows(case, "SELECT owner, device_id FROM devices") == [{"owner": BOB, "device_id": "d-1"}]
    assert {line["owner_from"] for line in case.custody.entries() if line.get("owner_from")} == {
        "the folder that the collector made for the account"
    }


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        (f"hawk/{BOB}/InboxRules_bob.csv", BOB),
        (f"hawk.zip!x/{BOB.upper()}/XML/InboxRules_bob.xml", BOB),
        (f"{BOB}/InboxRules_anna.csv", ""),
        (f"{BOB}/more/InboxRules_bob.csv", ""),
        (f"{BOB}/readme.txt", ""),
        ("Tenant/InboxRules_bob.csv", ""),
        ("InboxRules_bob.csv", ""),
        ("a@b/x_a.csv", ""),
    ],
)
def test_only_a_folder_of_that_name_with_a_file_of_that_ending_says_whose_it_is(name, owner):
    assert owner_by_place(name) == owner


def test_one_subject_does_not_get_what_a_folder_says_is_another_accounts(tmp_path):
    case = case_of(tmp_path, {f"{BOB}/InboxRules_bob.csv": FOLDERS["Hawk"][f"{BOB}/InboxRules_bob.csv"][0]})
    assert rows(case, "SELECT owner FROM inbox_rules") == [{"owner": BOB}]


def test_rights_to_a_mailbox_are_told_apart_whatever_a_name_holds(folders):
    columns = 'owner, trustee, "right", deny'
    assert rows(folders["Microsoft-Extractor-Suite"],
                f'SELECT {columns} FROM mailbox_permissions ORDER BY trustee, "right"') == [
        {"owner": SUBJECT, "trustee": BOB, "right": "FullAccess", "deny": False},
        {"owner": SUBJECT, "trustee": BOB, "right": "ReadPermission", "deny": False},
        {"owner": SUBJECT, "trustee": BOB, "right": "SendAs", "deny": False},
        {"owner": SUBJECT, "trustee": BOB, "right": "SendOnBehalf", "deny": False},
        {"owner": SUBJECT, "trustee": "s-1-5-21-1", "right": "FullAccess", "deny": True},
    ]  # fmt: skip
    assert rows(folders["Microsoft-Extractor-Suite"], "SELECT owner, folder, trustee, rights FROM folder_permissions"
                ) == [{"owner": SUBJECT, "folder": "Calendar", "trustee": BOB, "rights": ["Editor"]}]  # fmt: skip


def test_a_right_that_cannot_be_told_is_damaged_not_dropped():
    content = COLLECTED["mailbox-rights-csv"][0].replace(PERMISSIONS["SendAsPermissions"], "who knows")
    _, records, damaged = read(content)
    assert (len(records), damaged) == (4, [Damaged(2, "no right can be told from 'who knows'")])


def test_roles_risk_and_alerts_of_a_collector_are_in_their_tables(folders):
    case = folders["Microsoft-Extractor-Suite"]
    assert rows(case, "SELECT owner, role, state FROM roles ORDER BY role") == [
        {"owner": SUBJECT, "role": "Exchange Administrator", "state": "active"},
        {"owner": BOB, "role": "Global Reader", "state": "eligible"},
    ]
    sql = "SELECT source, actor, target, client_ip, city, CAST(time AS VARCHAR) AS time FROM events WHERE source IN"
    assert rows(case, f"{sql} ('alert', 'risk_detection') ORDER BY source, target") == [
        {"source": "alert", "actor": "ipc", "target": SUBJECT, "client_ip": None, "city": None,
         "time": "2026-11-17 08:41:00"},
        {"source": "alert", "actor": "ipc", "target": BOB, "client_ip": None, "city": None,
         "time": "2026-11-17 08:41:00"},
        {"source": "risk_detection", "actor": SUBJECT, "target": None, "client_ip": "203.0.113.9", "city": "Lagos",
         "time": "2026-11-17 08:41:00"},
    ]  # fmt: skip
    facts = rows(case, "SELECT owner, name, value FROM org_config WHERE name IN ('AuditBypassEnabled', 'riskLevel')"
                       " ORDER BY name")  # fmt: skip
    assert facts == [{"owner": SUBJECT, "name": "AuditBypassEnabled", "value": "True"},
                     {"owner": SUBJECT, "name": "riskLevel", "value": "high"}]  # fmt: skip


def test_an_old_export_of_rules_and_a_short_one_of_transport_rules_are_read(folders):
    case = folders["Microsoft-Extractor-Suite"]
    assert {"owner": SUBJECT, "enabled": True, "move_to_folder": "Archive", "forward_to": ["x@evil.example"]} in rows(
        case, "SELECT owner, enabled, move_to_folder, forward_to FROM inbox_rules"
    )
    assert rows(case, "SELECT name, enabled, created_by FROM transport_rules") == [
        {"name": "Copy", "enabled": True, "created_by": "admin"},
    ]


def test_hawks_short_records_become_audit_records_that_give_way_to_whole_ones(tmp_path):
    whole = {"CreationTime": "2026-11-17T08:41:00", "Id": SIMPLE["AuditId"], "Operation": "New-InboxRule",
             "RecordType": 1, "UserId": SUBJECT, "Workload": "Exchange", "ObjectId": "told by the whole one alone",
             "Parameters": [{"Name": "Name", "Value": "."}]}  # fmt: skip
    import json

    short = COLLECTED["hawk-simple-audit-csv"][0]
    alone = case_of(tmp_path / "a", {"Simple.csv": short})
    (row,) = rows(alone, "SELECT operation, actor, client_ip, session_id, result, properties FROM events")
    assert properties(row) == {"Parameters.Name": ".", "Parameters.ForwardTo": "x@evil.example"}
    assert [row[name] for name in ("operation", "actor", "client_ip", "session_id", "result")] == [
        "New-InboxRule", SUBJECT, "203.0.113.9", "s-1", "success"]  # fmt: skip
    both = case_of(tmp_path / "b", {"Simple.csv": short, "zzz.json": json.dumps([whole])})
    assert rows(both, "SELECT target FROM events") == [{"target": "told by the whole one alone"}]


def test_objects_that_gooses_lines_belong_to_say_whose_they_are(folders):
    case = folders["Untitled Goose Tool"]
    assert rows(case, "SELECT owner, method_type, phone_number FROM auth_methods") == [
        {"owner": SUBJECT, "method_type": "phone", "phone_number": "+1 5"},
    ]
    assert rows(case, "SELECT owner, count(*) AS n FROM inbox_rules GROUP BY owner ORDER BY owner") == [
        {"owner": SUBJECT, "n": 2}, {"owner": BOB, "n": 1},
    ]  # fmt: skip
    assert rows(case, "SELECT owner, role FROM roles") == [{"owner": BOB, "role": "Global Reader"}]


def test_registered_methods_inside_a_user_are_the_users(folders):
    case = folders["DFIR-O365RC"]
    assert rows(case, "SELECT owner, method_type FROM auth_methods") == [{"owner": SUBJECT, "method_type": "phone"}]


def test_clixml_keeps_lists_signs_and_truth(tmp_path):
    shape, records, damaged = read(clixml(TRANSPORT))
    assert (shape, damaged) == ("powershell-clixml", [])
    assert records[0].data == {**TRANSPORT, "Description": "a\r\nb"}


def test_a_list_in_clixml_is_its_objects_and_a_reference_is_what_it_refers_to():
    inner = (
        '<Obj RefId="1"><MS><S N="Name">Default</S><S N="DomainName">*</S><B N="AutoForwardEnabled">true</B></MS></Obj>'
    )
    content = f'<Objs Version="1.1.0.1"><Obj RefId="0"><LST>{inner}<Ref RefId="1" /></LST></Obj><S>text</S></Objs>'
    _, records, damaged = read(content)
    assert [record.kind for record in records] == ["remote_domain", "remote_domain"]
    assert damaged == [Damaged(3, "not an object")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Objs Version="1"><S>&a;</S></Objs>', None),
        ('<Objs Version="1"><!ENTITY a SYSTEM "file:///etc/passwd"><S>&a;</S></Objs>', "declares entities"),
        ('<Objs Version="1"><S>cut', "the XML cannot be read"),
        ('<Objs Version="1"><S>&undefined;</S></Objs>', "the XML cannot be read"),
    ],
)
def test_xml_that_declares_anything_or_is_cut_is_refused(content, words):
    if words is None:
        with pytest.raises(BadEvidence, match="no known export"):
            recognise("x.xml", content.encode())
        return
    shape, text = recognise("x.xml", content.encode())
    with pytest.raises(BadEvidence, match=words):
        list(shape.read(text, Origin("x.xml")))


def test_xml_nested_beyond_reason_is_no_crash():
    deep = '<Obj RefId="1"><MS><Obj N="a" RefId="2"><LST>' * 5000 + "</LST></Obj></MS></Obj>" * 5000
    items = list(recognise("x.xml", f'<Objs Version="1">{deep}</Objs>'.encode())[0].read(
        f'<Objs Version="1">{deep}</Objs>', Origin("x")))  # fmt: skip
    assert all(isinstance(item, (Damaged, Note)) for item in items)


def test_objects_of_a_kind_that_is_not_judged_are_counted_and_said():
    shape, text = recognise("x.xml", COLLECTED["powershell-clixml"][0].encode())
    notes = [item.text for item in shape.read(text, Origin("x")) if isinstance(item, Note)]
    assert notes == ["1 objects of a kind that takes no part in the judgement are kept as they are (Odd)."]


def test_graphs_powershell_names_become_graphs_own():
    given = pascal({"ipAddress": "1.2.3.4", "status": {"errorCode": 0}, "list": [{"displayName": "x"}]})
    given["AdditionalProperties"] = {"@odata.type": "#t"}
    assert graph_form(given) == {"@odata.type": "#t", "status": {"errorCode": 0}, "list": [{"displayName": "x"}],
                                 "ipAddress": "1.2.3.4"}  # fmt: skip
