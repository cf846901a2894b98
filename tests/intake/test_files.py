"""Taking files in: all or nothing, and nothing silently left out."""

import json

import pytest
from evidence import SUBJECT, audit, empty_case, real

from o365nb import intake
from o365nb.errors import BadEvidence, BadInput
from o365nb.model import Outcome
from o365nb.progress import Progress


def add(case, *paths):
    intake.add_files(case, list(paths), Progress())


def stored(case):
    return [(line["path"], line["shape"], line["records"], line["owner"]) for line in case.custody.entries()]


def test_a_folder_with_subfolders_is_kept_byte_for_byte(tmp_path):
    folder = tmp_path / "evidence"
    (folder / "more").mkdir(parents=True)
    body = real("sentinel-training-lab/office_activity_inbox_rule.csv")
    (folder / "more" / "activity export (1).csv").write_bytes(body)
    (folder / "ual.json").write_text(json.dumps([audit()]), "utf-8")
    (folder / ".DS_Store").write_bytes(b"\x00\x01")
    case = empty_case(tmp_path)
    intake.add_files(case, folder, Progress())
    assert stored(case) == [
        ("raw/files/more_activity_export__1_.csv.gz", "sentinel-office-activity-csv", 2, SUBJECT),
        ("raw/files/ual.json.gz", "management-activity-json", 1, SUBJECT),
    ]
    assert case.raw("raw/files/more_activity_export__1_.csv.gz") == body
    assert list(case.verify())


def test_a_file_that_nobody_knows_is_in_the_ledger_and_stops_nothing(tmp_path):
    (tmp_path / "notes.txt").write_text("call the bank", "utf-8")
    (tmp_path / "ual.json").write_text(json.dumps([audit()]), "utf-8")
    case = empty_case(tmp_path)
    add(case, tmp_path / "notes.txt", tmp_path / "ual.json")
    assert len(stored(case)) == 1
    (entry,) = case.ledger.entries()
    assert (entry.source, entry.outcome, entry.file) == ("files", Outcome.FAILED, "notes.txt")
    assert "no known export" in entry.reason


def test_a_cut_file_stops_everything_before_anything_is_kept(tmp_path):
    whole = real("sentinel-training-lab/office_activity_inbox_rule.csv")
    (tmp_path / "a.json").write_text(json.dumps([audit()]), "utf-8")
    (tmp_path / "b.csv").write_bytes(whole[:-600])
    case = empty_case(tmp_path)
    with pytest.raises(BadEvidence, match=r"b\.csv, line \d+: the file ends in the middle"):
        add(case, tmp_path / "a.json", tmp_path / "b.csv")
    assert (stored(case), case.ledger.entries()) == ([], [])


def test_no_usable_file_says_why(tmp_path):
    (tmp_path / "a.txt").write_text("hello", "utf-8")
    (tmp_path / "b.txt").write_text("there", "utf-8")
    with pytest.raises(BadEvidence, match="no known export"):
        add(empty_case(tmp_path), tmp_path / "a.txt")
    with pytest.raises(BadEvidence, match=r"a\.txt: none of the 2 files is an export"):
        add(empty_case(tmp_path), tmp_path / "a.txt", tmp_path / "b.txt")


def test_an_empty_folder_and_a_folder_that_is_not_there(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no files there"):
        intake.add_files(empty_case(tmp_path), tmp_path / "empty", Progress())
    with pytest.raises(BadInput, match="no such file or folder"):
        intake.add_files(empty_case(tmp_path), tmp_path / "nowhere", Progress())


def test_the_same_file_again_is_kept_once(tmp_path):
    (tmp_path / "ual.json").write_text(json.dumps([audit()]), "utf-8")
    case = empty_case(tmp_path)
    add(case, tmp_path / "ual.json")
    add(case, tmp_path / "ual.json")
    assert len(stored(case)) == 1


def test_with_several_subjects_a_file_is_nobodys_in_particular(tmp_path):
    (tmp_path / "ual.json").write_text(json.dumps([audit()]), "utf-8")
    case = empty_case(tmp_path, subjects=(SUBJECT, "bob@contoso.example"))
    add(case, tmp_path / "ual.json")
    assert [owner for *_, owner in stored(case)] == [""]


def test_a_link_in_the_evidence_folder_is_not_followed_and_named(tmp_path):
    secret, folder = tmp_path / "secret", tmp_path / "evidence"
    secret.mkdir()
    folder.mkdir()
    (secret / "theirs.json").write_text(json.dumps([audit()]), "utf-8")
    (folder / "ual.json").write_text(json.dumps([audit(number=2)]), "utf-8")
    (folder / "file.json").symlink_to(secret / "theirs.json")
    (folder / "more").symlink_to(secret)
    (folder / "columns.yaml").symlink_to(secret / "theirs.json")
    case = empty_case(tmp_path)
    intake.add_files(case, folder, Progress())
    assert [line["file"] for line in case.custody.entries()] == ["ual.json"]
    said = "it is a link, which is not followed: it may lead anywhere. Put the file itself there"
    assert [(entry.file, entry.outcome, entry.reason) for entry in case.ledger.entries()] == [
        (name, Outcome.FAILED, said) for name in ("columns.yaml", "file.json", "more")
    ]


@pytest.mark.parametrize(
    ("hidden", "outcome", "said"),
    [
        (
            [".DS_Store", "more/._a.csv"],
            Outcome.COMPLETE,
            "2 hidden files passed over, unread: .DS_Store, more/._a.csv.",
        ),
        ([".DS_Store", ".ual.json"], Outcome.PARTIAL, "2 hidden files passed over, unread: .ual.json."),
        ([".git/a.json"], Outcome.PARTIAL, "1 hidden file passed over, unread: .git/a.json."),
    ],
)
def test_hidden_files_are_passed_over_in_one_line_of_the_ledger(tmp_path, hidden, outcome, said):
    folder = tmp_path / "evidence"
    for name in ("ual.json", *hidden):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps([audit()]), "utf-8")
    case = empty_case(tmp_path)
    intake.add_files(case, folder, Progress())
    (entry,) = case.ledger.entries()
    assert (entry.source, entry.file, entry.outcome, entry.reason) == ("files", "", outcome, said)
