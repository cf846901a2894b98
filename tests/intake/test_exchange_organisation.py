"""Exchange's settings from exported files: which record is which, what is absent, what becomes of it."""

import json

import pytest
from evidence import case_of, read, real, rows
from intake.exchange_answers import ANSWERS

from o365nb import intake
from o365nb.errors import BadEvidence
from o365nb.intake import Damaged, Origin, Record
from o365nb.intake.base import Note

SCUBA = "scubagear/ProviderSettingsExport.json.gz"


@pytest.mark.parametrize("name", ANSWERS)
def test_the_service_s_answer_and_the_saved_list_read_alike(name):
    content, kind = ANSWERS[name]
    if name.startswith("scubagear"):
        return
    plain = json.loads(content)
    found = plain["value"] if isinstance(plain, dict) and "value" in plain else plain
    record = found[0] if isinstance(found, list) else found
    for wrapped in ({"@odata.context": "x", "value": [record]}, [record], [None, record]):
        assert read(json.dumps(wrapped)) == (name, [Record(1, kind, record)], [])


def test_an_absent_list_is_no_record():
    shape = intake.recognition.shape_named("exchange-transport-rule-json")
    assert list(shape.read("[null]", Origin("live"))) == []
    with pytest.raises(BadEvidence):
        read("[null]")


def test_a_real_scubagear_export_is_read_section_by_section():
    shape, records, damaged = read(real(SCUBA))
    assert (shape, damaged) == ("scubagear-settings-json", [])
    assert [record.kind for record in records] == [
        "transport_rule", "inbound_connector", "remote_domain", *["accepted_domain"] * (len(records) - 5),
        "admin_audit_config", "organization_config",
    ]  # fmt: skip
    assert [record.line for record in records] == list(range(1, len(records) + 1))


def test_a_section_that_scubagear_did_not_write_is_said_to_be_unread():
    shape = intake.recognition.shape_named("scubagear-settings-json")
    content = json.dumps({"baseline_version": "1", "module_version": "1", "transport_rule": ["odd", {"Name": "x"}]})
    damaged, record, note = shape.read(content, Origin("file"))
    assert (damaged, record) == (
        Damaged(1, "an entry of transport_rule is no object"),
        Record(2, "transport_rule", {"Name": "x"}),
    )
    assert isinstance(note, Note)
    assert note.limits
    assert "remote_domains" in note.text


def test_an_export_fills_the_tables_and_the_ledger(tmp_path):
    case = case_of(
        tmp_path,
        {"scuba.json": real(SCUBA), "rules.json": ANSWERS["exchange-transport-rule-json"][0],
         "rights.json": ANSWERS["exchange-recipient-permission-json"][0]},
    )  # fmt: skip
    assert rows(case, "SELECT name, blind_copy_to, changed FROM transport_rules ORDER BY name") == [
        {"name": ".", "blind_copy_to": ["box@evil.example"], "changed": None},
        {
            "name": 'Sender is located outside the organization prepend "[External]"',
            "blind_copy_to": [],
            "changed": rows(case, "SELECT TIMESTAMP '2026-05-04 07:44:02' AS t")[0]["t"],
        },
    ]
    assert rows(case, "SELECT name, domains FROM connectors") == [
        {"name": "inbound connector test 1", "domains": ["test.domain.com"]}
    ]
    assert rows(case, "SELECT value FROM org_config WHERE name = 'AuditDisabled'") == [{"value": "False"}]
    found = {(entry.source, entry.file): entry.received for entry in case.ledger.entries()}
    assert found[("transport_rules", "rules.json")] == 1
    assert found[("mailbox_permissions", "rights.json")] == 1
    assert {source for source, file in found if file == "scuba.json"} == {
        "transport_rules", "connectors", "remote_domains", "org_config", "audit_config",
    }  # fmt: skip
