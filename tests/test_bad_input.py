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
            command, cwd=tmp_path, capture_output=True, text=True, env={"PATH": "", "HOME": str(tmp_path), **environment},
            check=False, encoding="utf-8",
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
        (["--redact", "customer"], "none"),
        (["--engine", "spark://host"], "duckdb"),
        (["--user", "nobody@contoso.example"], "nobody@contoso.example"),
    ],
)
def test_an_option_that_cannot_be_used(run, tmp_path, arguments, word):
    refused(run("investigate", "--practice", "aitm", *arguments), tmp_path, word)


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
