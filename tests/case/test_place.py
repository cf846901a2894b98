"""Where results go: a case that came from elsewhere does not decide it."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evidence import SUBJECT, audit

from o365nb.case import Case, CaseInfo
from o365nb.case.place import claim, private
from o365nb.model import Window
from o365nb.opening import from_files
from o365nb.progress import Progress
from o365nb.request import Request

WINDOW = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def work(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def made(out, name="demo"):
    return Case.create(Path("data") / name, CaseInfo(name, ("anna@contoso.example",), WINDOW, "export", out=out))


def told(case, out):
    """Where results go when a `case.json` says so."""
    path = case.root / "case.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"out": out}), "utf-8")
    return Case.open(case.root).info.out


def test_results_lie_where_they_lay_whatever_folder_the_next_command_runs_in(work, tmp_path, monkeypatch):
    made("reports/demo")
    assert Case.open(work / "data" / "demo").info.out == "reports/demo"
    monkeypatch.chdir(tmp_path)
    assert Case.open(work / "data" / "demo").info.out == "work/reports/demo"


def test_a_case_of_an_earlier_version_has_it_as_it_was_typed(work, tmp_path, monkeypatch):
    case = made("")
    assert told(case, "reports/demo") == "reports/demo"
    monkeypatch.chdir(tmp_path)
    assert Case.open(work / case.root).info.out == "work/reports/demo"


@pytest.mark.parametrize(
    "said",
    ["/etc", "../outside", "{up}/outside", ".", "{work}", ".git/hooks", "data/demo/raw", "data/other", "reports/other",
     "data/other/raw/x", "~/.ssh", "link"],
)  # fmt: skip
def test_a_received_case_does_not_decide_where_this_machine_writes(work, tmp_path, said):
    case, _ = made(""), made("", "other")
    (work / "link").symlink_to(tmp_path / "outside")
    assert told(case, said.format(up=tmp_path, work=work)) == "reports/demo"


def test_the_results_that_a_received_case_brings_are_its_own(work):
    case = made("")
    (case.root / "results").mkdir()
    (case.root / "results" / "verdict.json").write_text("{}")
    assert told(case, "/home/another/data/demo/results") == "data/demo/results"


def test_a_folder_elsewhere_counts_when_a_person_named_it_here(work, tmp_path):
    case = made(str(tmp_path / "elsewhere"))
    assert Case.open(case.root).info.out == "reports/demo"
    claim(case.root, tmp_path / "elsewhere", case.info.created)
    assert Case.open(case.root).info.out == str(tmp_path / "elsewhere")
    other = made("", "other")
    assert told(other, str(tmp_path / "elsewhere")) == "reports/other"


def test_an_investigation_whose_results_go_elsewhere_finds_them_again(work, tmp_path):
    (work / "ual.json").write_text(json.dumps([audit()]), "utf-8")
    out = tmp_path / "elsewhere"
    case = from_files(work / "ual.json", Request(case="demo", users=(SUBJECT,), out=out), Progress())
    assert Case.open(case.root).info.out == str(out)


def test_nobody_else_may_open_what_a_case_and_its_results_lie_in(work):
    before = os.umask(0o022)
    try:
        case = made("")
        private(work / "reports" / "demo")
    finally:
        os.umask(before)
    folders = ("data", "data/demo", "data/demo/raw", "reports", "reports/demo")
    assert {name: mode(work / name) for name in folders} == dict.fromkeys(folders, 0o700)
    case.root.chmod(0o750)
    private(case.root / "results")
    assert mode(case.root) == 0o750  # what a person opened to others stays so
