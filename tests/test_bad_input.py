"""Bad input: one clear line, exit 2, nothing half-written."""

import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
EXPORT = DATA / "realdata" / "sentinel-training-lab"


@pytest.fixture
def run(tmp_path):
    def made(*arguments, **environment):
        command = [sys.executable, "-m", "o365nb", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
            env={"PATH": "", "HOME": str(tmp_path), **environment},
        )  # fmt: skip

    return made


def refused(done, tmp_path, *words):
    lines = [line for line in done.stderr.splitlines() if line.startswith("o365nb:")]
    assert (done.returncode, len(lines)) == (2, 1), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in lines[0]
    assert not list((tmp_path / "data").glob("*")) if (tmp_path / "data").exists() else True
    assert not (tmp_path / "reports").exists()


def test_an_empty_folder(run, tmp_path):
    (tmp_path / "exports").mkdir()
    done = run("investigate", "--evidence", "exports", "--user", "anna@contoso.example")
    refused(done, tmp_path, "exports", "no files")


def test_a_folder_that_is_not_there(run, tmp_path):
    refused(run("investigate", "--evidence", "nowhere", "--user", "a@b.example"), tmp_path, "nowhere")


def test_a_truncated_csv_names_the_file_and_the_line(run, tmp_path):
    whole = (EXPORT / "office_activity_inbox_rule.csv").read_bytes()
    cut = whole.rindex(b'""', 0, len(whole) * 2 // 3) + 1
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "cut.csv").write_bytes(whole[:cut])
    done = run("investigate", "--evidence", "exports", "--user", "anna@contoso.example")
    refused(done, tmp_path, "cut.csv", "line")


def test_an_account_in_none_of_the_evidence(run, tmp_path):
    done = run("investigate", "--evidence", str(EXPORT), "--user", "nobody@contoso.example")
    refused(done, tmp_path, "nobody@contoso.example", "none of the evidence")


def test_a_window_that_the_evidence_does_not_touch(run, tmp_path):
    window = ["--from", "2026-01-01", "--to", "2026-02-01"]
    done = run("investigate", "--evidence", str(EXPORT), "--user", "adelev@m365x816222.onmicrosoft.com", *window)
    refused(done, tmp_path, "the evidence runs from 2021-04-28", "--from")


def test_no_account(run, tmp_path):
    refused(run("investigate", "--evidence", str(EXPORT)), tmp_path, "--user")


@pytest.mark.parametrize("arguments", [[], ["--practice", "aitm", "--tenant", "x"]])
def test_no_door_or_two_doors(run, tmp_path, arguments):
    refused(run("investigate", *arguments), tmp_path, "--evidence")


def test_a_story_nobody_knows(run, tmp_path):
    refused(run("investigate", "--practice", "dragons"), tmp_path, "dragons", "aitm", "traveller")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--since", "yesterday"], "30d"),
        (["--from", "2026-11-01"], "--to"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "ends"),
        (["--case", "../../up"], "case name"),
        (["--mmdb", "none.mmdb"], "none.mmdb: cannot be opened"),
        (["--redact", "everything"], "customer"),
        (["--engine", "oracle"], "duckdb"),
        (["--user", "nobody@contoso.example"], "nobody@contoso.example"),
    ],
)
def test_an_option_that_cannot_be_used(run, tmp_path, arguments, word):
    refused(run("investigate", "--practice", "aitm", *arguments), tmp_path, word)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], ["No such command 'nope'", "`o365nb --help`"]),
        (["collect"], ["--case", "`o365nb collect --help`"]),
        (["respond", "undo", "--case", "x"], ["step", "`o365nb respond undo --help`"]),
        (["practice", "serve", "aitm", "--port", "99999"], ["--port", "65535"]),
        (["--simulator", "https://localhost:1", "doctor"], ["--simulator-ca"]),
        (["investigate", "--practice", "aitm", "--data", "taken"], ["taken", "folder"]),
        (["investigate", "--evidence", str(EXPORT), "--user", "a@b.example", "--data", "taken"], ["taken", "folder"]),
        (["investigate", "--practice", "aitm", "--time-zone", "Mars/Base"], ["Mars/Base", "Europe/Berlin"]),
    ],
)
def test_a_command_that_cannot_be_meant(run, tmp_path, arguments, words):
    (tmp_path / "taken").write_text("a file where a folder should go", "utf-8")
    refused(run(*arguments), tmp_path, *words)


def test_a_console_without_the_letters_and_gaps_in_the_ledger(run, tmp_path):
    given = ["--case", "lab", "--evidence", str(EXPORT), "--user", "adelev@m365x816222.onmicrosoft.com"]
    read = run("intake", *given, PYTHONIOENCODING="iso8859-5:strict")
    assert (read.returncode, "\\xb7" in read.stderr, "\nevidence " in f"\n{read.stdout}") == (0, True, True)
    judged = run("analyse", "--case", "lab", "--strict", PYTHONIOENCODING="iso8859-5:strict")
    assert (judged.returncode, "o365nb:" in judged.stderr) == (3, False), judged.stderr
    refused_plan = run("respond", "apply", "--case", "lab", "--approve", "0" * 12)
    assert (refused_plan.returncode, len(refused_plan.stderr.splitlines())) == (2, 1)
    assert "has no tenant to change" in run("respond", "plan", "--case", "lab").stdout


def profile(tmp_path, text):
    path = tmp_path / "profiles.toml"
    path.write_text(text, "utf-8")
    return {"O365NB_CONFIG": str(path)}


def test_a_profile_that_is_not_there(run, tmp_path):
    done = run("investigate", "--tenant", "nope", "--user", "a@b.example", **profile(tmp_path, ""))
    refused(done, tmp_path, "nope")


def test_a_case_that_is_not_there(run, tmp_path):
    refused(run("respond", "plan", "--case", "nope"), tmp_path, "no case here")


def test_an_answers_file_that_is_no_yaml(run, tmp_path):
    (tmp_path / "answers.yaml").write_text("Q1: [", "utf-8")
    done = run("investigate", "--practice", "aitm", "--answers", "answers.yaml")
    refused(done, tmp_path, "answers.yaml", "line")
