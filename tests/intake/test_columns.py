"""Column maps: an export of a shape that nobody has seen, brought by an analyst without code."""

import json
import shutil
from pathlib import Path

import pytest
from evidence import SUBJECT, audit, balanced, case_of, empty_case, properties, real, rows
from typer.testing import CliRunner

from o365nb import intake
from o365nb.analysis.gaps import sentence
from o365nb.cli import app
from o365nb.commands import arrivals
from o365nb.errors import BadEvidence, BadInput
from o365nb.intake import Damaged, Record
from o365nb.intake.base import Note, Origin
from o365nb.intake.columns import load_maps
from o365nb.intake.columns_draft import draft
from o365nb.intake.columns_fields import fields, kinds
from o365nb.intake.mapped import MappedShape
from o365nb.intake.overview import overview
from o365nb.model import Outcome
from o365nb.progress import Progress

GERMAN = """Zeitpunkt;Benutzer;IP-Adresse;Anwendung;Ergebnis;Ort;Bemerkung
25.10.2026 02:30:00;anna@contoso.example;203.0.113.10;OWA;Erfolg;"{""land"": ""DE""}";=HYPERLINK("x")
17.11.2026 09:41:00;bob@contoso.example;198.51.100.7;OWA;Fehler;;
kein Datum;bob@contoso.example;198.51.100.7;OWA;Fehler;;
17.06.2026 09:41:00;bob@contoso.example;198.51.100.7;OWA;Unklar;;
"""
MAP = """
maps:
  - name: vpn-portal
    kind: sign_in
    files: ["*.csv"]
    headers: [Zeitpunkt, benutzer]
    zone: Europe/Berlin
    fields:
      time: {column: Zeitpunkt, format: "%d.%m.%Y %H:%M:%S"}
      user: Benutzer
      ip: IP-Adresse
      app_name: Anwendung
      result_code: {column: Ergebnis, values: {Erfolg: 0, Fehler: 50126}}
      country: {column: Ort, path: land}
      interactive: {value: true}
"""


def shape(tmp_path, text=MAP):
    (tmp_path / "m.yaml").write_text(text, "utf-8")
    return MappedShape(load_maps(tmp_path / "m.yaml")[0])


def of(tmp_path, kind, content, given, extra=""):
    """What a map of that kind reads out of some content."""
    text = f"maps:\n  - name: m\n    kind: {kind}\n    files: ['*']\n{extra}    fields: {json.dumps(given)}\n"
    items = list(shape(tmp_path, text).read(content, Origin("export")))
    return [item for item in items if not isinstance(item, Note)]


def test_local_times_words_and_json_in_a_cell_become_a_sign_in(tmp_path):
    items = list(shape(tmp_path).read(GERMAN, Origin("export")))
    assert [item for item in items if not isinstance(item, Note)] == [
        Record(2, "sign_in", {
            "createdDateTime": "2026-10-25T00:30:00+00:00", "userPrincipalName": SUBJECT, "ipAddress": "203.0.113.10",
            "appDisplayName": "OWA", "status": {"errorCode": 0}, "location": {"countryOrRegion": "DE"},
            "isInteractive": True, "@rest": [{"Name": "Bemerkung", "Value": '=HYPERLINK("x")'}]}),
        Record(3, "sign_in", {
            "createdDateTime": "2026-11-17T08:41:00+00:00", "userPrincipalName": "bob@contoso.example",
            "ipAddress": "198.51.100.7", "appDisplayName": "OWA", "status": {"errorCode": 50126},
            "isInteractive": True}),
        Damaged(4, "'kein Datum' is no time"),
        Record(5, "sign_in", {
            "createdDateTime": "2026-06-17T07:41:00+00:00", "userPrincipalName": "bob@contoso.example",
            "ipAddress": "198.51.100.7", "appDisplayName": "OWA", "isInteractive": True}),
    ]  # fmt: skip
    assert [item.text for item in items if isinstance(item, Note)] == [
        "Columns that the map does not name are kept beside the rest: Bemerkung.",
        "1 values of result_code are not in the map (Unklar): taken as they stand.",
        "1 times lie in the hour that comes twice when clocks go back: taken as the first.",
    ]


def test_a_map_lying_in_the_evidence_is_used_kept_and_used_again_when_tables_are_rebuilt(tmp_path):
    case = case_of(tmp_path, {"deep/logins.csv": GERMAN, "columns.yaml": MAP, "ual.json": json.dumps([audit()])})
    assert [(line["path"], line.get("shape"), line.get("columns")) for line in case.custody.entries()] == [
        ("raw/columns/columns.yaml.gz", None, None),
        ("raw/files/deep_logins.csv.gz", "mapped:vpn-portal", "raw/columns/columns.yaml.gz"),
        ("raw/files/ual.json.gz", "management-activity-json", None),
    ]
    sql = "SELECT actor, result, country, properties FROM events WHERE source = 'sign_in' ORDER BY time"
    before = rows(case, sql)
    assert [(row["actor"], row["result"], row["country"]) for row in before] == [
        ("bob@contoso.example", "unknown", None), (SUBJECT, "success", "DE"), ("bob@contoso.example", "failure", None),
    ]  # fmt: skip
    assert properties(before[1])["Column.Bemerkung"] == '=HYPERLINK("x")'
    assert balanced(case) == {"deep/logins.csv": (4, 0, 1), "ual.json": (1, 0, 0)}
    shutil.rmtree(case.tables)
    case.tables.mkdir()
    intake.build_tables(case, Progress())
    assert rows(case, sql) == before
    assert list(case.verify())


UNASKED = "The column map columns.yaml lay in the evidence folder and nobody named it; it decided how 1 file was read."


def test_a_map_that_nobody_named_is_said_of_the_whole_and_of_every_file_that_it_decided(tmp_path, capsys):
    case = case_of(tmp_path, {"logins.csv": GERMAN, "columns.yaml": MAP, "ual.json": json.dumps([audit()])})
    assert [line.get("columns_from") for line in case.custody.entries()] == [None, "in the evidence folder", None]
    found = overview(case)
    assert found.noted == (UNASKED,)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "files"]
    assert (entry.file, entry.outcome, sentence(entry)) == ("columns.yaml", Outcome.PARTIAL, UNASKED)
    decided = {entry.file for entry in case.ledger.entries() if "nobody named it" in entry.reason}
    assert decided == {"columns.yaml", "logins.csv"}
    for command in (arrivals.brief, arrivals.evidence):
        command(case)
        assert f"mind      {UNASKED}" in " ".join(capsys.readouterr().out.split()).replace("mind ", "mind      ")


def test_a_map_that_was_named_is_nobody_elses_word(tmp_path):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "logins.csv").write_text(GERMAN, "utf-8")
    (tmp_path / "e" / "columns.yaml").write_text(MAP, "utf-8")
    case = empty_case(tmp_path)
    intake.add_files(case, tmp_path / "e", Progress(), tmp_path / "e" / "columns.yaml")
    assert [line.get("columns_from") for line in case.custody.entries()] == [None, None]
    assert case.ledger.entries() == []


def test_a_map_goes_before_a_shape_that_is_known_and_only_for_its_files(tmp_path):
    text = MAP.replace("[Zeitpunkt, benutzer]", "[CreationDate]").replace('"*.csv"', '"in/*.csv"')
    text = text[: text.index("    zone")] + "    fields: {time: CreationDate, user: UserId, ip: ClientIP}\n"
    (tmp_path / "m.yaml").write_text(text, "utf-8")
    content = real("m365triage-synthetic/14c46140-fbea-4e73-8385-a22688bc16e4.csv")
    for name in ("in/a.csv", "b.csv"):
        path = tmp_path / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    case = empty_case(tmp_path)
    intake.add_files(case, tmp_path / "evidence", Progress(), tmp_path / "m.yaml")
    assert {line["file"]: line["shape"] for line in case.custody.entries() if line.get("shape")} == {
        "in/a.csv": "mapped:vpn-portal", "b.csv": "purview-audit-csv",
    }  # fmt: skip


def test_a_file_that_lacks_a_column_of_its_map_is_refused_by_name(tmp_path):
    text = MAP.replace("    headers: [Zeitpunkt, benutzer]\n", "")
    (tmp_path / "ual.json").write_text(json.dumps([audit()]), "utf-8")
    (tmp_path / "x.csv").write_text("Wann;Wer\n1;2\n", "utf-8")
    (tmp_path / "m.yaml").write_text(text, "utf-8")
    case = empty_case(tmp_path)
    intake.add_files(case, [tmp_path / "ual.json", tmp_path / "x.csv"], Progress(), tmp_path / "m.yaml")
    (entry,) = case.ledger.entries()
    assert (entry.outcome, entry.file) == (Outcome.FAILED, "x.csv")
    assert "takes time from 'Zeitpunkt', which it lacks (it has Wann, Wer). Mend the map" in entry.reason


def test_a_case_whose_only_file_is_a_map_is_refused(tmp_path):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "columns.yaml").write_text(MAP, "utf-8")
    with pytest.raises(BadInput, match="nothing lies beside the column map"):
        intake.add_files(empty_case(tmp_path), tmp_path / "e", Progress())


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("2026-11-17T08:41:00Z", "Europe/Berlin", "2026-11-17T08:41:00+00:00"),
        ("2026-11-17 09:41:00", "Europe/Berlin", "2026-11-17T08:41:00+00:00"),
        ("11/17/2026 3:41:00 AM", "America/New_York", "2026-11-17T08:41:00+00:00"),
        ("2026-11-17T09:41:00+01:00", "Asia/Tokyo", "2026-11-17T08:41:00+00:00"),
        ("/Date(1794904860000)/", "Asia/Tokyo", "2026-11-17T08:41:00+00:00"),
    ],
)
def test_a_time_is_in_the_zone_that_it_says_else_in_that_of_the_map(tmp_path, written, zone, expected):
    (record,) = of(tmp_path, "sign_in", f"t;u;x\n{written};a@b.example;1\n", {"time": "t", "user": "u"},
                   f"    zone: {zone}\n")  # fmt: skip
    assert record.data["createdDateTime"] == expected


@pytest.mark.parametrize(
    ("form", "written"),
    [("epoch", "1794904860"), ("epoch_ms", "1794904860000"), ("%Y%m%d%H%M%S", "20261117084100"),
     ("%d.%m.%y %H:%M", "17.11.26 08:41"), ("%Y-%m-%dT%H:%M:%S%z", "2026-11-17T09:41:00+0100")],
)  # fmt: skip
def test_a_time_is_read_as_its_format_says(tmp_path, form, written):
    given = {"time": {"column": "t", "format": ["%H", form][1:]}, "user": "u"}
    (record,) = of(tmp_path, "sign_in", f"t;u;x\n{written};a@b.example;1\n", given)
    assert record.data["createdDateTime"] == "2026-11-17T08:41:00+00:00"


def test_every_kind_makes_its_own_record(tmp_path):
    header = 't;u;v;w;x\n2026-11-17T08:41:00Z;anna@contoso.example;one,two;{"Id":"i","Subject":"s"};y\n'
    when = "2026-11-17T08:41:00+00:00"
    rest = [{"Name": "x", "Value": "y"}]
    listed = {"column": "v", "list": ","}
    found = {
        "audit_record": ({"time": "t", "operation": "v", "user": "u", "audit_data": "w"},
                         [{"Id": "i", "Subject": "s", "CreationTime": when, "Operation": "one,two", "UserId": SUBJECT,
                           "ExtendedProperties": rest}]),
        "directory_audit": ({"time": "t", "activity": "v", "user": "u", "target": "w"},
                            [{"activityDateTime": when, "activityDisplayName": "one,two",
                              "initiatedBy": {"user": {"userPrincipalName": SUBJECT}},
                              "targetResources": [{"displayName": '{"Id":"i","Subject":"s"}'}],
                              "additionalDetails": [{"key": "x", "value": "y"}]}]),
        "message_trace": ({"time": "t", "sender": "u", "recipients": listed, "subject": {"column": "w", "path": "Id"}},
                          [{"receivedDateTime": when, "senderAddress": SUBJECT, "subject": "i", "@rest": rest,
                            "recipientAddress": who} for who in ("one", "two")]),
        "inbox_rule": ({"owner": "u", "name": "x", "forward_to": listed},
                       [{"@owner": SUBJECT, "Name": "y", "ForwardTo": ["one", "two"]}]),
        "mailbox_permission": ({"owner": "u", "trustee": "x", "rights": listed},
                               [{"@owner": SUBJECT, "User": "y", "AccessRights": ["one", "two"]}]),
        "oauth_grant": ({"client_id": "x", "scopes": listed, "user": "u", "app_name": "w"},
                        [{"clientId": "y", "scope": "one two", "consentType": "Principal", "@principal": SUBJECT},
                         {"id": "y", "displayName": '{"Id":"i","Subject":"s"}'}]),
        "auth_method": ({"owner": "u", "method": {"value": "phone"}, "phone": "x"},
                        [{"@owner": SUBJECT, "id": f"phone:{SUBJECT}", "phoneNumber": "y",
                          "@odata.type": "#microsoft.graph.phoneAuthenticationMethod"}]),
    }  # fmt: skip
    for kind, (given, expected) in found.items():
        data = [
            {name: value for name, value in item.data.items() if name != "@rest" or kind == "message_trace"}
            for item in of(tmp_path, kind, header, given)
        ]
        assert data == expected


def test_state_that_is_mapped_is_in_its_table_as_exchange_saw_it(tmp_path):
    text = """
maps:
  - {name: r, kind: inbox_rule, headers: [Postfach, Regel], fields: {owner: Postfach, name: Regel, id: Nr,
     forward_to: {column: An, list: "|"}, enabled: {column: Aktiv, values: {Ja: true, Nein: false}}}}
"""
    content = "Postfach;Regel;Nr;An;Aktiv\nanna@contoso.example;.;7;x@evil.example|y@evil.example;Ja\n"
    case = case_of(tmp_path, {"r.csv": content, "columns.yml": text})
    sql = "SELECT owner, rule_id, name, enabled, forward_to, seen_by FROM inbox_rules"
    assert rows(case, sql) == [
        {"owner": SUBJECT, "rule_id": "7", "name": ".", "enabled": True,
         "forward_to": ["x@evil.example", "y@evil.example"], "seen_by": ["exchange", "export"]},
    ]  # fmt: skip


def test_json_with_objects_inside_is_mapped_by_names_with_dots(tmp_path):
    content = json.dumps({"records": [{"at": 1794904860, "who": {"upn": SUBJECT, "ips": ["203.0.113.9"]}, "z": 1}, 7]})
    given = {"time": {"column": "at", "format": "epoch"}, "user": "who.upn", "ip": "who.ips.0"}
    assert of(tmp_path, "sign_in", content, given) == [
        Record(1, "sign_in", {"createdDateTime": "2026-11-17T08:41:00+00:00", "userPrincipalName": SUBJECT,
                              "ipAddress": "203.0.113.9", "@rest": [{"Name": "z", "Value": 1}]}),
        Damaged(2, "not an object"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("kind: sign_in", "kind: sign-in", 4, "'sign-in' is no kind of record. Did you mean sign_in?"),
        ("kind: sign_in", "kind: soup", 4, "Kinds are sign_in, audit_record"),
        ("      user: Benutzer\n", "", 9, "does not say where user comes from. Add it to fields"),
        ("user: Benutzer", "usr: Benutzer", 10, "the kind sign_in has no 'usr'. Did you mean user?"),
        ("Europe/Berlin", "Europe/Bonn", 7, "'Europe/Bonn' is no time zone"),
        ("%d.%m.%Y", "%q", 9, "is no time format"),
        ("%d.%m.%Y %H", "%H", 9, "does not say which day it was"),
        ("path: land", "pfad: land", 14, "the field country has no 'pfad'. There are column"),
        ("{value: true}", "{value: true, column: x}", 15, "needs one of column, columns and value"),
        ("{value: true}", "[1, 2]", 15, "names and their values are expected"),
        ("{value: true}", '{value: true, format: "%Y"}', 15, "interactive is no time"),
        ("      ip: IP-Adresse", "      user: x", 11, "user stands twice"),
        ("    files:", "    datei:", 5, "a map has no 'datei'. There are name, kind"),
        ("name: vpn-portal", "name: ../x", 3, "is no name for a map"),
        ("maps:", "maps: [", 0, "it is not YAML"),
        ("maps:", "karten:", 2, "a column map file has no 'karten'"),
        (MAP, "maps: []", 0, "there is no map in it"),
        (MAP, "", 0, "names and their values are expected"),
        (MAP, "[" * 5000, 0, "it is not YAML"),
        (MAP, "maps: !!python/object/apply:os.system [x]", 1, "names and their values are expected in a map"),
        ('    files: ["*.csv"]\n    headers: [Zeitpunkt, benutzer]\n', "", 3, "does not say which files it is for"),
    ],
)
def test_a_mistake_in_a_map_is_told_with_file_line_and_mend(tmp_path, before, after, line, words):
    text = MAP.replace(before, after, 1)
    assert text != MAP
    with pytest.raises(BadEvidence) as refused:
        shape(tmp_path, text)
    assert words in str(refused.value)
    assert "m.yaml" in str(refused.value)
    assert not line or f"m.yaml, line {line}:" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_map_that_cannot_be_had(tmp_path):
    with pytest.raises(BadEvidence, match="there is no such file"):
        load_maps(tmp_path / "none.yaml")
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadEvidence, match="it cannot be read"):
        load_maps(tmp_path / "b")
    (tmp_path / "c").write_text("#" * 2_000_000)
    with pytest.raises(BadEvidence, match="larger than any column map"):
        load_maps(tmp_path / "c")


@pytest.mark.parametrize(
    ("content", "kind", "count"),
    [
        (GERMAN.replace(";=HYPERLINK", ';"=HYPERLINK').replace('"x")', '""x"")"'), "sign_in", 3),
        (real("m365triage-synthetic/InteractiveSignIns_2025-11-22_2025-12-22.csv").decode("utf-8-sig"), "sign_in", 30),
        (real("m365triage-synthetic/14c46140-fbea-4e73-8385-a22688bc16e4.csv").decode("utf-8-sig"), "audit_record", 40),
        (json.dumps([{"when": "2026-11-17T08:41:00Z", "from": SUBJECT, "to": "x@y.example", "betreff": "hi"}]),
         "message_trace", 1),
        ("Postfach,Regelname,Weiterleitung\nanna@contoso.example,.,x@evil.example\n", "inbox_rule", 1),
    ],
)  # fmt: skip
def test_the_drafted_map_of_an_unknown_file_reads_it(tmp_path, content, kind, count):
    text = draft(tmp_path / "x.csv", content.encode())
    items = list(shape(tmp_path, text).read(content, Origin("export")))
    assert [item.kind for item in items if isinstance(item, Record)] == [kind] * count


def test_a_hostile_header_cannot_leave_its_line_in_the_draft(tmp_path):
    evil = 'a"\nmaps: [x], b\u202e, !!python/x: y #, \x1b[31m, Benutzer, Zeit'
    content = ",".join('"' + name.replace('"', '""') + '"' for name in evil.split(", ")) + "\n1,2,3,4,a@b.example,1\n"
    (tmp_path / "x.csv").write_text(content, "utf-8")
    result = CliRunner().invoke(app, ["columns", str(tmp_path / "x.csv"), "--kind", "user"])
    assert result.exit_code == 0
    assert not {"\x1b", "\u202e"} & set(result.output)
    (one,) = load_maps(tmp_path / "drafted", result.stdout)
    assert one.kind == "user"


def test_the_command_names_what_it_cannot_draft(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all", "utf-8")
    for arguments, words in (
        ([str(tmp_path / "none.csv")], "no such file"),
        ([str(tmp_path / "letter.txt"), "--kind", "soup"], "is no kind of record"),
        ([str(tmp_path / "letter.txt")], "it has no columns"),
    ):
        result = CliRunner().invoke(app, ["columns", *arguments])
        assert words in str(result.exception)


def test_every_field_of_every_kind_has_a_place_of_its_own():
    for kind in kinds():
        places = [target.place for target in fields(kind).values()]
        assert len(set(places)) == len(places)
        assert any(target.named for target in fields(kind).values())


def test_the_example_in_the_documentation_is_a_map_that_can_be_used():
    text = (Path(__file__).parents[2] / "docs" / "exports.md").read_text("utf-8")
    (example,) = (part.split("```")[0] for part in text.split("```yaml\n")[1:])
    assert [one.name for one in load_maps(Path("docs/exports.md"), example)]
