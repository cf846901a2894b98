import gzip
from datetime import UTC, datetime

import pytest

from o365nb.case import Case, CaseInfo, Coverage
from o365nb.errors import BadCase, BadInput
from o365nb.model import Outcome, Window

WINDOW = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def case(tmp_path):
    info = CaseInfo(name="demo", subjects=("anna@contoso.example",), window=WINDOW, door="export")
    return Case.create(tmp_path / "demo", info)


def test_a_case_opens_as_it_was_created(case):
    assert Case.open(case.root).info == case.info


def test_evidence_comes_back_byte_for_byte(case):
    body = b"\xef\xbb\xbf{}\r\n\x00\xff"
    path = case.store("ual", "../evil name?.json", body, shape="x")
    assert path == "raw/ual/.._evil_name_.json.gz"
    assert case.raw(path) == body
    assert list(case.verify()) == [
        f"custody chain: {case.custody.proof()}", "receipts chain: 0 lines hold",
        "evidence: 1 files match their SHA-256",
    ]  # fmt: skip


def test_the_same_bytes_are_kept_once_and_other_bytes_never_overwrite(case):
    first, again, other = (case.store("ual", "page.json", body) for body in (b"one", b"one", b"two"))
    assert first == again != other
    assert {case.raw(first), case.raw(other)} == {b"one", b"two"}
    reopened = Case.open(case.root)
    assert reopened.store("ual", "page.json", b"two") == other
    assert len(list(reopened.custody.entries())) == 2


def test_state_seen_again_is_entered_again_and_kept_once(case):
    paths = [case.store("users", "u.json", body, snapshot=True) for body in (b"a", b"b", b"a")]
    assert paths[0] == paths[2] != paths[1]
    assert [line["path"] for line in case.custody.entries()] == paths
    assert len(list((case.root / "raw").rglob("*.gz"))) == 2
    assert list(case.verify())[2] == "evidence: 3 files match their SHA-256"


def test_names_that_differ_in_case_only_or_mean_a_device_get_files_of_their_own(case):
    names = {"A.csv": b"1", "a.csv": b"2", "nul.csv": b"3", "NUL": b"4", "nullable.csv": b"5"}
    paths = {name: case.store("files", name, body) for name, body in names.items()}
    assert len({path.lower() for path in paths.values()}) == 5
    assert [paths[name] for name in ("nul.csv", "nullable.csv")] == [
        "raw/files/_nul.csv.gz", "raw/files/nullable.csv.gz",
    ]  # fmt: skip
    assert [case.raw(paths[name]) for name in names] == list(names.values())


def test_changed_evidence_is_named(case):
    path = case.store("ual", "page.json", b"one")
    (case.root / path).write_bytes(gzip.compress(b"two"))
    with pytest.raises(BadCase, match=r"page\.json\.gz: SHA-256"):
        list(case.verify())


def test_any_single_changed_byte_of_evidence_is_named(case):
    body = bytes(range(256)) * 4
    path = case.root / case.store("ual", "page.json", body)
    whole = path.read_bytes()
    for place in range(10, len(whole)):  # before it stand the flags and the time of gzip, which hold no evidence
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with pytest.raises(BadCase, match=r"page\.json\.gz: .* changed"):
            list(case.verify())


def test_missing_evidence_is_named(case):
    (case.root / case.store("ual", "page.json", b"one")).unlink()
    with pytest.raises(BadCase, match="missing"):
        list(case.verify())


@pytest.mark.parametrize("name", ["../up", "", ".hidden", "a/b", "a\\b", "x" * 81, "con.", "NUL", "aux.2026"])
def test_a_name_that_would_leave_the_data_folder_is_refused(tmp_path, name):
    info = CaseInfo(name=name, subjects=(), window=WINDOW, door="export")
    with pytest.raises(BadInput, match="case name"):
        Case.create(tmp_path / "x", info)
    assert not (tmp_path / "x").exists()


def test_no_case_and_a_damaged_case_say_so(tmp_path):
    with pytest.raises(BadCase, match="no case here"):
        Case.open(tmp_path)
    (tmp_path / "case.json").write_text('{"name": 1}')
    with pytest.raises(BadCase, match="not a case description"):
        Case.open(tmp_path)


def test_the_last_word_about_a_source_counts(case):
    for outcome in (Outcome.FAILED, Outcome.COMPLETE):
        case.ledger.record(Coverage("ual", "anna@contoso.example", WINDOW, outcome, received=3))
    case.ledger.record(Coverage("mailboxes", "", None, Outcome.EMPTY))
    assert [(e.source, e.outcome) for e in case.ledger.entries()] == [
        ("ual", Outcome.COMPLETE), ("mailboxes", Outcome.EMPTY),
    ]  # fmt: skip


def test_a_part_of_the_audit_log_is_answered_by_the_whole_unless_it_has_its_own_entry(case):
    case.ledger.record(Coverage("ual", "", WINDOW, Outcome.COMPLETE))
    case.ledger.record(Coverage("ual/Exchange", "", WINDOW, Outcome.PARTIAL))
    assert [e.outcome for e in case.ledger.about("ual/Exchange", "anna@contoso.example")] == [Outcome.PARTIAL]
    assert [e.outcome for e in case.ledger.about("ual/OneDrive", "anna@contoso.example")] == [Outcome.COMPLETE]
    assert case.ledger.about("sign_in", "anna@contoso.example") == []


def test_an_entry_after_a_torn_one_is_not_lost(case):
    case.ledger.record(Coverage("ual", "", WINDOW, Outcome.COMPLETE))
    with case.ledger.path.open("ab") as file:
        file.write(b'{"source": "sign_in", "subj')
    assert [entry.source for entry in case.ledger.entries()] == ["ual"]
    case.ledger.record(Coverage("users", "", None, Outcome.COMPLETE))
    assert [entry.source for entry in case.ledger.entries()] == ["ual", "users"]


@pytest.mark.parametrize(
    "said", ["../../secret", "/etc/hostname", "case.json", "raw/../case.json", "raw", "raw//x", None]
)
def test_a_line_of_custody_that_leads_out_of_the_evidence_is_named_and_not_read(case, said):
    case.store("ual", "page.json", b"one")
    case.custody.append({"path": said, "sha256": "0" * 64})
    with pytest.raises(BadCase, match=r"custody\.jsonl, line 2: .* lies outside of the evidence"):
        list(case.verify())
    with pytest.raises(BadCase, match="lies outside of the evidence"):
        case.raw(said)


def test_a_link_among_the_evidence_is_not_followed(case, tmp_path):
    path = case.root / case.store("ual", "page.json", b"one")
    path.rename(tmp_path / "page.json.gz")
    path.symlink_to(tmp_path / "page.json.gz")
    with pytest.raises(BadCase, match=r"line 1: .* leads out of the case by a link"):
        list(case.verify())


def test_a_case_name_that_leads_out_is_no_case_description(case):
    path = case.root / "case.json"
    path.write_text(path.read_text("utf-8").replace('"demo"', '"../demo"'), "utf-8")
    with pytest.raises(BadCase, match="not a case description"):
        Case.open(case.root)
