"""Every shape and every oddity that analysts really receive, through the door that an analyst uses, value by value."""

from typing import Any

import pytest
from evidence import balanced, case_of, rows
from intake.audit_samples import UAL
from intake.log_samples import DIRECTORY, TABLES, TRACES
from intake.odd_samples import ODD
from intake.samples import Sample
from intake.sign_in_samples import SIGN_INS
from intake.state_samples import MAIL_FLOW, RIGHTS, RULES

from o365nb import intake

SAMPLES = (*UAL, *SIGN_INS, *DIRECTORY, *TABLES, *TRACES, *RULES, *MAIL_FLOW, *RIGHTS, *ODD)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """All samples in one case: each is a file of its own, with ids of its own."""
    case = case_of(tmp_path_factory.mktemp("shapes"), {sample.name: sample.content for sample in SAMPLES})
    balanced(case)
    counts = intake.TableCounts.load(case.tables)
    return case, {file.name: file for file in counts.files}


def found(case, table: str, path: str) -> list[dict[str, Any]]:
    """The rows that came of a file; times as text, properties beside the columns."""
    order = "raw_line, event_id" if table == "events" else "raw_line, key"
    listed = []
    for row in rows(case, f"SELECT * FROM {table} WHERE raw_file = '{path}' ORDER BY {order}"):
        spread = {entry["name"]: entry["value"] for entry in row.pop("properties", None) or []}
        listed.append({**{name: plain(value) for name, value in row.items()}, **spread})
    return listed


def plain(value: Any) -> Any:
    return str(value).removesuffix("+00:00") if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_becomes_what_it_says(taken_in, sample: Sample):
    case, files = taken_in
    file = files[sample.name]
    got = found(case, sample.table, file.path)
    assert file.shape == sample.shape
    assert [{name: row.get(name) for name in want} for row, want in zip(got, sample.rows, strict=True)] == sample.rows
    figures = sample.figures or (len(sample.rows), 0, 0, 0)
    assert (file.received, file.duplicates, file.lost, file.damaged) == figures
    told = " ".join((*file.notes, *file.reasons))
    assert [words for words in sample.said if words not in told] == []


def test_names_are_not_what_a_file_is_known_by():
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
