"""`o365nb verify` and `o365nb seal` as a person types them."""

import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest

from o365nb.case import Case, CaseInfo
from o365nb.model import Window

WINDOW = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def case(tmp_path):
    info = CaseInfo(name="demo", subjects=("anna@contoso.example",), window=WINDOW, door="practice")
    made = Case.create(tmp_path / "data" / "demo", info)
    made.store("ual", "page.json", b"one")
    return made


@pytest.fixture
def run(tmp_path):
    def made(*arguments):
        command = [sys.executable, "-m", "o365nb", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return made


def test_a_case_is_sealed_and_the_archive_proved(case, run):
    sealed = run("seal", "demo", "--out", "handed/demo.zip")
    assert sealed.returncode == 0, sealed.stderr
    digest = sealed.stdout.splitlines()[1].removeprefix("SHA-256   ")
    assert f"custody   {case.custody.proof()}\nreceipts  0 lines hold\n" in sealed.stdout
    assert "left out  state/: the practice tenant's own world is no evidence" in sealed.stdout
    proved = run("verify", "handed/demo.zip")
    assert (proved.returncode, proved.stdout.splitlines()[0]) == (0, f"archive: SHA-256 {digest}")


@pytest.mark.parametrize("named", [("demo",), ("--case", "demo")])
def test_a_case_is_proved_by_name_either_way(case, run, named):
    assert run("verify", *named).stdout.splitlines()[-1] == "evidence: 1 files match their SHA-256"


def test_the_first_broken_link_is_named(case, run):
    case.store("ual", "other.json", b"two")
    lines = case.custody.path.read_bytes().replace(b"page.json", b"pave.json")
    case.custody.path.write_bytes(lines)
    done = run("verify", "demo")
    assert (done.returncode, "custody.jsonl, line 2: the chain is broken" in done.stderr) == (2, True)
    assert (run("seal", "demo").returncode, list((case.root.parent.parent).glob("*.zip"))) == (2, [])


def test_a_changed_archive_is_refused_in_one_line(case, run, tmp_path):
    run("seal", "demo")
    with zipfile.ZipFile(tmp_path / "demo.zip", "a") as archive:
        archive.writestr("demo/more.txt", "x")
    done = run("verify", "demo.zip")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "in the archive, not in the hash list. The archive was changed." in done.stderr


@pytest.mark.parametrize("arguments", [(), ("demo", "--case", "demo")])
def test_one_case_must_be_named(case, run, arguments):
    done = run("verify", *arguments)
    assert (done.returncode, "Name one case or archive" in done.stderr) == (2, True)


def test_signing_out_of_a_profile_that_is_not_there_is_one_line(run, monkeypatch, tmp_path):
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
    done = run("signout", "contoso")
    assert (done.returncode, done.stderr.startswith("o365nb: No profile 'contoso' in")) == (2, True)
