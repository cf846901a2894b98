"""Whatever a file holds: no crash, nothing silently lost, the same answer twice, memory in proportion.

`make fuzz` runs the same properties for long, with new examples each time.
"""

import contextlib
import csv
import io
import json
import math
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import exports
import pytest
from evidence import audit, empty_case, lines, rows, signed_in
from exports import TRACE_COLUMNS
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from intake import mutations
from intake.audit_samples import PURVIEW, SEARCH

from o365nb import intake
from o365nb.case import Case
from o365nb.errors import BadEvidence, O365nbError
from o365nb.events.schema import TABLES
from o365nb.intake import Damaged, Origin, Record, bulk, json_text
from o365nb.progress import Progress

#: Properties that only read are fast: many more examples of them.
OFTEN = settings(max_examples=settings.default.max_examples * 50)
SELDOM = settings(max_examples=settings.default.max_examples // 2)


@contextlib.contextmanager
def a_case(files: list[bytes], bulk_from: float = bulk.FROM) -> Iterator[Case | None]:
    """A case of the files. Those that stop everything (cut ones) are left out; None where none is left."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "evidence"
        folder.mkdir()
        for number, content in enumerate(files):
            (folder / f"{number:03d}").write_bytes(content)
        case = empty_case(Path(root))
        while any(folder.iterdir()):
            try:
                intake.add_files(case, folder, Progress(), bulk_from=bulk_from)
            except BadEvidence as problem:
                assert str(problem)  # noqa: PT017 - a refusal in words is one of the two right answers
                next(path for path in (problem.path, *problem.path.parents) if path.parent == folder).unlink()
            else:
                yield case
                return
        yield None


def everything(case: Case) -> dict[str, list[str]]:
    """Every table, row by row, in an order of its own."""
    return {name: sorted(map(repr, rows(case, f"SELECT * FROM {name}"))) for name in TABLES}


def nothing_is_lost(case: Case, counts: intake.TableCounts) -> None:
    """Of every file: records in = events + duplicates + lost + objects of state; and the tables hold what is said."""
    events = 0
    for file in counts.files:
        told = {source: span.received for source, span in file.spans.items() if "/" not in source or span.first is None}
        timed = sum(count for source, count in told.items() if file.spans[source].first is not None)
        assert file.received == sum(told.values()) + file.lost, file
        assert 0 <= file.lost <= file.damaged, file
        assert 0 <= file.duplicates <= timed, file
        assert bool(file.reasons) == bool(file.damaged), file
        events += timed - file.duplicates
    (found,) = rows(case, "SELECT count(*) AS n, count(DISTINCT event_id) AS ids, count(time) AS times FROM events")
    assert found == {"n": events, "ids": events, "times": events}
    assert counts.tables["events"] == events


@given(mutations.files)
@OFTEN
def test_a_broken_file_is_read_or_refused_in_words(content):
    try:
        shape, text = intake.recognise("broken", content)
        items = list(shape.read(text, Origin("broken")))
    except O365nbError as problem:
        assert str(problem)  # noqa: PT017 - a refusal in words is one of the two right answers
        return
    event(shape.name)
    assert items == list(shape.read(text, Origin("broken")))
    records = [item for item in items if isinstance(item, Record)]
    assert all(isinstance(record.data, dict) and record.line > 0 for record in records)
    assert sum(isinstance(item, Damaged) and item.saved for item in items) <= len(records)


@pytest.mark.parametrize("name", [name for name in exports.MADE if name.endswith("-csv")])
def test_short_rows_of_every_csv_shape_are_read_as_far_as_they_go(name):
    header, *table = csv.reader(io.StringIO(exports.MADE[name][0], newline=""))
    short = [table[0][:length] for length in range(1, len(header))]
    shape, text = intake.recognise("short", _csv(",".join(header), [*short, *table]))
    assert shape.name == name
    list(shape.read(text, Origin("short")))


def test_any_value_in_every_field_of_every_json_shape_is_an_event_an_object_or_lost():
    files = []
    for content, _ in mutations.MADE.values():
        found = [item for item in json_text.items(content) if isinstance(item, tuple)]
        if content[:1] in "[{" and found:
            record = {name: value for name, value in found[0][1].items() if name != "schema"}
            told = (
                {name: value for name, value in json.loads(content).items() if name[:1] == "@"}
                if content[0] == "{"
                else {}
            )
            files.append(json.dumps({**told, "value": [*[record] * 5, *mutations.every_value(record)]}).encode())
    with a_case(files) as case:
        counts = intake.build_tables(case, Progress())
        nothing_is_lost(case, counts)
        assert len(counts.files) == len(files)


@given(st.lists(mutations.files, min_size=1, max_size=20))
@SELDOM
def test_a_folder_of_broken_files_is_counted_to_the_last_record_and_reads_alike_again(contents):
    with a_case(contents) as case:
        assume(case is not None)
        counts = intake.build_tables(case, Progress())
        nothing_is_lost(case, counts)
        before = everything(case)
        for path in case.tables.glob("*"):
            path.unlink()
        again = intake.build_tables(case, Progress())
        assert (again.files, everything(case)) == (counts.files, before)


_NAMES = st.sampled_from([*audit(), "Parameters", "ExtendedProperties", "ModifiedProperties", "Folders", "Item", "x"])
_RECORDS = st.builds(
    lambda number, given: audit(number=number, **given),
    st.integers(1, 9),
    st.dictionaries(_NAMES, mutations.values, max_size=4),
)
_SIGN_INS = st.builds(
    lambda given: signed_in(**given),
    st.dictionaries(
        st.sampled_from([*signed_in(), "location", "deviceDetail", "mfaDetail"]), mutations.values, max_size=4
    ),
)
#: Lines that stand among records: each is one record that is lost, or none (blank).
_JUNK = st.sampled_from(['{"cut": "of', "{}", "x", '{"a":1} {"b":2}', '"text"', "7", "\x1b[2J", '{"a": ' + "[" * 3000])


def _whole(line: str) -> bool:
    """Whether a line is a value that a shape must count: a record, whatever is in it."""
    return bool(line.strip()) and line.strip() != "null"


@given(st.lists(_RECORDS.map(json.dumps) | _JUNK | st.just(" "), max_size=30), st.booleans())
def test_every_line_of_json_lines_is_an_event_a_duplicate_or_lost(between, windows):
    told = [json.dumps(audit(number=90)), json.dumps(audit(number=91)), json.dumps(audit(number=92)), *between]
    content = ("\r\n" if windows else "\n").join(told)
    with a_case([content.encode("utf-8", "surrogatepass")]) as case:
        assume(case is not None)
        counts = intake.build_tables(case, Progress())
        nothing_is_lost(case, counts)
        assert counts.files[0].received == sum(map(_whole, told))


@given(st.lists(_SIGN_INS, min_size=1, max_size=30), st.sampled_from([None, 0, 2]))
def test_every_sign_in_is_an_event_a_duplicate_or_lost(records, indent):
    first = signed_in(id="00000000-0000-4000-8000-0000000000bb")
    for content in (json.dumps({"value": [first, *records]}, indent=indent), lines(first, *records)):
        with a_case([content.encode()]) as case:
            assume(case is not None)
            counts = intake.build_tables(case, Progress())
            nothing_is_lost(case, counts)
            assert counts.files[0].received == len(records) + 1


def _csv(header: str, cells: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header.split(","))
    writer.writerows(cells)
    return out.getvalue().encode("utf-8", "replace")


_CELLS = st.text(max_size=12) | st.sampled_from(
    ["", "11/17/2026 8:41:00 AM", "2026-11-17T08:41:00Z", "System.Object[]"]
)
_ROWS = st.lists(st.lists(_CELLS, min_size=4, max_size=9), min_size=1, max_size=20)


@given(st.sampled_from([PURVIEW, SEARCH, TRACE_COLUMNS]), _ROWS, st.lists(_RECORDS, min_size=20, max_size=20))
def test_every_row_of_a_csv_file_is_an_event_a_duplicate_or_lost(header, table, records):
    columns = header.split(",")
    cells = [(row + [""] * len(columns))[: len(columns)] for row in table]
    if "AuditData" in columns:
        for row, record in zip(cells[::2], records, strict=False):
            row[columns.index("AuditData")] = json.dumps(record)
    written = [row for row in cells if any(cell.strip() for cell in row)]
    with a_case([_csv(header, cells)]) as case:
        assume(case is not None)
        counts = intake.build_tables(case, Progress())
        nothing_is_lost(case, counts)
        assert counts.files[0].received == len(written)


_PARTS = {
    "Actor": [{"ID": "anna@contoso.example", "Type": 5}],
    "AffectedItems": [{"Subject": "s1", "InternetMessageId": "<c@x>", "ParentFolder": {"Path": "\\Sent"}}],
    "AppAccessContext": {"AADSessionId": "s-2", "ClientAppId": "app"},
    "DeviceProperties": [{"Name": "OS", "Value": "Windows 10"}, {"Name": "SessionId", "Value": "s-1"}],
    "ExtendedProperties": [{"Name": "UserAgent", "Value": "axios/1.7.2"}],
    "Folder": {"Path": "\\Deleted Items"},
    "Folders": [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<b@x>"}]}],
    "Item": {"Subject": "s", "InternetMessageId": "<d@x>", "ParentFolder": {"Path": "\\Sent"}},
    "ModifiedProperties": [{"Name": "A", "NewValue": "[1]", "OldValue": "é"}],
    "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}],
    "Parameters": [{"Name": "Identity", "Value": "anna"}],
}
#: What a record may say in each of its parts: mostly what Microsoft writes, else anything, at any depth.
_ODD_PARTS = st.sampled_from(list(mutations.every_value(_PARTS, 3)))
_WRITTEN = st.builds(lambda given: {**_PARTS, **given}, st.dictionaries(_NAMES, mutations.values, max_size=2))


@given(st.lists(_WRITTEN | _ODD_PARTS, min_size=1, max_size=6), st.lists(_JUNK, max_size=1), st.booleans())
@SELDOM
def test_the_engines_own_reading_of_a_file_tells_the_same_as_the_exact_one(odd, junk, sheet):
    records = [audit(number=number, **_PARTS) for number in range(1, 20)]
    records += [audit(number=number, **parts) for number, parts in enumerate(odd, 100)]
    if sheet:
        content = _csv(PURVIEW, [[*[""] * PURVIEW.split(",").index("AuditData"), json.dumps(one)] for one in records])
    else:
        content = "\n".join([*map(json.dumps, records), *junk, ""]).encode("utf-8", "surrogatepass")
    told = []
    for bulk_from in (0, math.inf):
        with a_case([content], bulk_from) as case:
            assume(case is not None)
            counts = intake.build_tables(case, Progress(), bulk_from=bulk_from)
            # How a file is packed in the case is all that may differ.
            told.append(repr((everything(case), counts.files)).replace(".zst", ".gz"))
    assert told[0] == told[1]


def _peak(content: bytes) -> int:
    """How much memory reading a file takes at its highest."""
    tracemalloc.start()
    try:
        with contextlib.suppress(O365nbError):
            shape, text = intake.recognise("large", content)
            for _ in shape.read(text, Origin("large")):
                pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@given(mutations.files, st.sampled_from([b"", b"\n", b"["]))
def test_memory_is_in_proportion_to_the_file(content: bytes, between: Any):
    large = between.join([content] * (1 + 200_000 // (len(content) + 1)))
    assert _peak(large) < 60 * len(large) + 20_000_000
