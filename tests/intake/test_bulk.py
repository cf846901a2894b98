"""The engine's own reading of plain files gives the same tables, to the last value, as the exact reader."""

import codecs
import csv
import gzip
import io
import json
import math

import pytest
from evidence import REALDATA, SUBJECT, WINDOW, audit, signed_in

from o365nb.case import Case, CaseInfo
from o365nb.engine import connect
from o365nb.errors import BadEvidence
from o365nb.intake import add_files, build_tables, bulk, event_table
from o365nb.progress import Progress


def guid(number):
    return f"00000000-0000-4000-8000-{number:012x}"


def pair(name, value):
    return {"Name": name, "Value": value}


def audits(count, **given):
    """So many audit records of several kinds, each with an id of its own."""
    inbox = {"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<b@x>"}, {"InternetMessageId": "<a@x>"}]}
    agents = [pair("UserAgent", "axios/1.7.2"), pair("additionalDetails", '{"User-Agent":"x"}')]
    items = [{"Subject": "s1", "InternetMessageId": "<c@x>"}, {"Subject": "s2"}]
    item = {"Subject": "s", "InternetMessageId": "<d@x>", "ParentFolder": {"Path": "\\Sent"}}
    changed = {"Name": "A", "NewValue": "[1]", "OldValue": "é \u2028"}
    kinds = [
        {"Operation": "MailItemsAccessed", "OperationProperties": [pair("MailAccessType", "Bind")], "Folders": [inbox]},
        {"Operation": "Send", "ClientInfoString": "Client=OWA;Mozilla/5.0 (Windows) Chrome/118.0; ", "Item": item},
        {"Operation": "New-InboxRule", "Parameters": [pair("Name", ".."), pair("MoveToFolder", "")]},
        {"Operation": "Set-Mailbox", "Parameters": "-Identity anna", "ClientIP": "203.0.113.9:443"},
        {"Operation": "UserLoggedIn", "ExtendedProperties": agents, "ErrorNumber": 0, "ClientIP": "[2001:DB8::7]:4711",
         "DeviceProperties": [pair("OS", "Windows 10"), pair("SessionId", "s-1")], "LogonType": 0,
         "Actor": [{"ID": "anna@contoso.example", "Type": 5}]},
        {"Operation": "Update user.", "ModifiedProperties": ["Name", ""], "Workload": "AzureActiveDirectory"},
        {"Operation": "Update user.", "ModifiedProperties": [changed]},
        {"Operation": "HardDelete", "AffectedItems": items, "Folder": {"Path": "\\Deleted Items"},
         "AppAccessContext": {"AADSessionId": "s-2", "ClientAppId": "app"}},
        {"Operation": "FileAccessed", "SourceFileName": "=cmd|'/c calc'!A1.xlsx", "UserAgent": "<null>"},
        {"Operation": "FileAccessed", "UserId": "i:0h.f|membership|BOB@contoso.example"},
    ]  # fmt: skip
    return [audit(**{**kinds[n % len(kinds)], "Id": guid(n), **given}) for n in range(count)]


def case_with(root, name, content, bulk_from):
    folder = root / "evidence"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    case = Case.create(root / "case", CaseInfo("test", (SUBJECT,), WINDOW, "export"))
    add_files(case, folder, Progress(), bulk_from=bulk_from)
    return case, build_tables(case, Progress(), bulk_from=bulk_from)


def told(root, name, content, bulk_from):
    """Every event, and what became of the file, as one reader has it; and the line of custody."""
    case, counts = case_with(root, name, content, bulk_from)
    with connect() as connection:
        events = f"read_parquet('{case.tables / 'events.parquet'}')"
        rows = connection.execute(f"SELECT * EXCLUDE raw_file FROM {events} ORDER BY raw_line, event_id").fetchall()
    (file,) = counts.files
    (line,) = case.custody.entries()
    return rows, (file.received, file.duplicates, file.lost, file.damaged, file.reasons, file.spans), line


def both(root, name, content):
    """The two readers' answers, and whether the engine was let to read the file."""
    exact = told(root / "exact", name, content, math.inf)
    fast = told(root / "fast", name, content, 0)
    assert fast[:2] == exact[:2]
    assert fast[0]
    return fast, "plain" in fast[2]


def json_lines(records, end="\n"):
    return "".join(json.dumps(record, ensure_ascii=False) + end for record in records).encode()


def purview(records, delimiter=","):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(("RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData"))
    for one in records:
        cells = (one.get("Id"), "2026-11-17T08:41:00", 1, one.get("Operation"), one.get("UserId"))
        writer.writerow((*cells, json.dumps(one, ensure_ascii=False)))
    return out.getvalue().encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_json_lines_of_audit_records(tmp_path, end):
    (rows, counts, _), plain = both(tmp_path, "ual.jsonl", json_lines(audits(200), end))
    assert plain
    assert (len(rows), counts[0]) == (200, 200)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_list_of_audit_records(tmp_path, indent):
    (rows, counts, _), plain = both(tmp_path, "ual.json", json.dumps(audits(200), indent=indent).encode())
    assert plain
    assert (len(rows), counts[0]) == (200, 200)


@pytest.mark.parametrize(
    "text",
    [
        "[{}, {}]\n",
        "[{}, {}] [{}]",
        "[{}, {}, 7]",
        "[{}, [{}]]",
        '{{"value": [{}, {}]}}',
        "\ufeff[{}, {}]",
        "[{}, {},]",
        "[{}{}]",
        '[{}, {{"Id": "a\\u0000"}}]',
        '[{}, {{"CreationTime": "2026-11-17T08:41:00", "Operation": "x", "UserId": "a", "Item": "@{{Subject=b}}"}}]',
    ],
)
def test_a_json_list_that_is_not_plain_is_read_exactly(tmp_path, text):
    few = audits(40)
    half = [json.dumps(few[:20])[1:-1], json.dumps(few[20:])[1:-1], json.dumps(audits(3))[1:-1]]
    (_, _, _), plain = both(tmp_path, "ual.json", text.format(*half).encode())
    assert plain == (text.strip("\n\ufeff") == "[{}, {}]")


CODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_file_that_windows_powershell_wrote_is_read_by_the_engine(tmp_path, coding, packed):
    few = [*audits(40, Subject="Überweisung 💶"), audit(Id="*REDACTED*"), audit(Id=guid(41), CreationTime="yesterday")]
    text = json_lines(few, "\r\n") + b'{"Id": "cut off\r\n'
    files = {"ual.jsonl": text, "ual.json": json.dumps(few[:40]).encode(), "purview.csv": purview(few[:40])}
    for name, content in files.items():
        body = content.decode().encode(coding)
        (rows, _, _), plain = both(tmp_path / name, name, gzip.compress(body) if packed else body)
        assert plain
        assert len(rows) == (41 if name == "ual.jsonl" else 40)


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-be"])
def test_utf_16_that_is_cut_or_damaged_is_told_as_the_exact_reader_tells_it(tmp_path, coding):
    body = json_lines(audits(40)).decode().encode(coding)
    both(tmp_path / "cut", "ual.jsonl", body[:-1])
    with pytest.raises(BadEvidence, match="not UTF-16"):
        case_with(tmp_path / "damaged", "ual.jsonl", body[:-200] + b"\xd8\xd8" * 3 + body[-200:], 0)


def test_a_line_of_a_packed_file_that_the_engine_may_misread_is_read_exactly(tmp_path):
    text = json_lines([*audits(40), audit(Id="*REDACTED*"), *audits(3)]) + b'{"Id": "cut off'
    (rows, counts, _), plain = both(tmp_path, "ual.jsonl.gz", gzip.compress(text))
    assert plain
    assert (len(rows), counts[3]) == (41, 1)


def test_the_objects_of_a_list_are_counted_piece_by_piece():
    few = audits(40, Subject="ä" * 200_000)  # longer than the pieces that are read
    for content, count in ((json.dumps(few), 40), (json.dumps(few, indent=1), 40), ("[]", 0), (" [ ] ", 0)):
        assert bulk.lines_of(io.BytesIO(content.encode()), "array") == count
    cut = json.dumps(few)[:-40]
    assert bulk.lines_of(io.BytesIO(cut.encode()), "array") is None


def test_a_line_that_the_engine_may_misread_is_read_exactly(tmp_path):
    odd = [
        *audits(40),
        audit(Id="*REDACTED*"),
        audit(Id=guid(41), CreationTime="yesterday"),
        audit(Id=guid(42), Workload=None),
        {
            "CreationTime": "2026-11-17T08:41:00",
            "Operation": "x",
            "UserId": "a@b.example",
            "Id": guid(43),
            "Nested": [[1]],
        },
    ]
    text = json_lines(odd) + b'{"Id": "cut off\n' + json_lines([audit(Id=guid(44))]) + b'[1, 2]\n{"a": 1} {"b": 2}\n'
    (rows, counts, _), plain = both(tmp_path, "ual.jsonl", text)
    assert plain
    assert len(rows) == 44
    assert counts[0] == len(rows) + counts[2]


def test_duplicates_are_counted_alike_and_the_first_is_kept(tmp_path):
    twice = [*audits(50), *audits(30, UserId="other@contoso.example")]
    (rows, counts, _), plain = both(tmp_path, "ual.jsonl", json_lines(twice))
    assert plain
    assert (len(rows), counts[:2]) == (50, (80, 30))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + json_lines(audits(20)),
        json_lines([*audits(20), audit(Id=guid(21), Subject="a\x00b")]),
        json_lines(audits(20)).replace(b"\n", b"\n\n"),
        json_lines(audits(20)).decode().encode("utf-16"),
        json_lines(audits(20)).replace(b"Set-Mailbox", b"Set-\xffMailbox"),
        json_lines([audit(Id=str(number)) for number in range(20)]),
    ],
    ids=["mark", "nul", "blank lines", "utf-16", "no utf-8", "useless ids"],
)
def test_a_file_that_is_not_plain_is_read_exactly(tmp_path, content):
    both(tmp_path, "ual.jsonl", content)


@pytest.mark.parametrize(
    "odd", [{"Folders": '[{"Path": "\\\\Inbox"}]'}, {"Item": ["x"]}, {"ExtendedProperties": ["a", "b"]}]
)
def test_a_part_that_looks_otherwise_is_read_all_the_same(tmp_path, odd):
    (rows, _, _), plain = both(tmp_path, "ual.jsonl", json_lines([*audits(30), audit(Id=guid(31), **odd)]))
    assert plain
    assert len(rows) == 31


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_purview_export(tmp_path, delimiter, mark):
    (rows, _, _), plain = both(tmp_path, "purview.csv", mark + purview(audits(60), delimiter))
    assert plain
    assert [row for row in rows if row[-1] == 2]  # the first record is on the second line


@pytest.mark.parametrize(
    "records",
    [
        [*audits(20), audit(Id=None)],
        [*audits(20), {key: value for key, value in audit(Id=guid(21)).items() if key != "UserId"}],
    ],
    ids=["the cell beside has the id", "the record names nobody"],
)
def test_a_purview_export_whose_cells_tell_more_is_read_exactly(tmp_path, records):
    both(tmp_path, "purview.csv", purview(records))


def test_a_purview_export_with_a_cut_cell_is_read_exactly(tmp_path):
    text = purview(audits(30)).replace(b'""Workload"": ""Exchange""', b'""Workload"": ""Exch', 1)
    (_, counts, _), _ = both(tmp_path, "purview.csv", text)
    assert counts[3] == 1


def test_sign_ins_of_graph_packed_or_not(tmp_path):
    records = [signed_in(id=guid(number)) for number in range(80)]
    for name, content in (("a.jsonl", json_lines(records)), ("b.jsonl.gz", gzip.compress(json_lines(records)))):
        (rows, _, _), plain = both(tmp_path / name, name, content)
        assert plain
        assert len(rows) == 80


@pytest.mark.parametrize("name", ["det-eng-samples", "plaso", "splunk-security-content"])
def test_real_files(tmp_path, name):
    for path in sorted((REALDATA / name).iterdir()):
        if path.suffix in (".json", ".jsonl", ".csv"):
            both(tmp_path / path.name, path.name, path.read_bytes())


def test_a_large_file_is_kept_byte_for_byte_and_proved(tmp_path):
    content = json_lines(audits(50))
    case, _ = case_with(tmp_path, "ual.jsonl", content, 0)
    (line,) = case.custody.entries()
    assert line["path"].endswith(".zst")
    assert case.raw(line["path"]) == content
    assert list(case.verify())[2] == "evidence: 1 files match their SHA-256"


def padded(size):
    """An audit record that gzip packs to a thousandth."""
    return json_lines([audit(Id=guid(0), Padding=" " * size)])


def test_a_large_packed_file_that_is_a_bomb_or_cut_is_refused_by_name(tmp_path):
    good, bomb = json_lines(audits(40)), gzip.compress(padded(1_000_000) * 20)
    given = {"bomb.jsonl.gz": bomb, "cut.jsonl.gz": gzip.compress(good)[:-9], "ual.jsonl": good}
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name, content in given.items():
        (folder / name).write_bytes(content)
    case = Case.create(tmp_path / "case", CaseInfo("test", (SUBJECT,), WINDOW, "export"))
    add_files(case, folder, Progress(), bulk_from=0)
    refused = {entry.file: entry.reason.partition(". ")[0] for entry in case.ledger.entries()}
    assert refused == {
        "bomb.jsonl.gz": "it unpacks to more than 250 times its size, as only an archive bomb does",
        "cut.jsonl.gz": "the gzip file cannot be unpacked "
        "(Compressed file ended before the end-of-stream marker was reached)",
    }
    assert [line["file"] for line in case.custody.entries()] == ["ual.jsonl"]


def test_a_bomb_in_a_case_that_another_made_is_not_unpacked_to_disk(tmp_path):
    case, _ = case_with(tmp_path, "ual.jsonl.gz", gzip.compress(json_lines(audits(40))), 0)
    (line,) = case.custody.entries()
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(padded(1_000_000) * 20))
    about = {name: line[name] for name in ("shape", "records", "plain", "lines")}
    case.store_file("files", "bomb.jsonl.gz", bomb, file="bomb.jsonl.gz", **about)
    counts = build_tables(case, Progress(), bulk_from=0)
    assert [(file.name, file.received, file.damaged) for file in counts.files] == [
        ("ual.jsonl.gz", 40, 0), ("bomb.jsonl.gz", 1, 1),
    ]  # fmt: skip
    assert "as only an archive bomb does" in counts.files[1].reasons[0]
    assert not list(case.root.rglob("*.evidence"))


@pytest.mark.parametrize("kind", event_table.LOGS)
def test_no_normaliser_joins_for_a_join_loses_the_order_of_lines(tmp_path, kind):
    with connect() as connection:
        events = event_table.EventTable(connection, tmp_path)
        (tmp_path / "staged.ndjson").write_bytes(b'{"file":0,"raw_line":1,"seq":1,"record":{"Id":"x"}}\n')
        events.normalise(kind, tmp_path / "staged.ndjson")
        plan = connection.execute(f"EXPLAIN {event_table.LOGS[kind].SELECT}").fetchall()[0][1]
    assert "JOIN" not in plan
