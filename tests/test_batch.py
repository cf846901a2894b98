"""Many incidents of one file: read with care, investigated apart, and told of on one page."""

import re
import subprocess
import sys

import pytest

from o365nb import batch
from o365nb.errors import BadEvidence, BadInput
from o365nb.report.index import Line, write_index


def file(folder, text, encoding="utf-8"):
    path = folder / "june.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_line_becomes_the_words_of_one_investigation(tmp_path):
    (tmp_path / "export").mkdir()
    text = 'case;evidence;user;from;to\r\nacme-1;export;"a@x.example b@x.example";2026-11-01;2026-11-20\r\n\r\n'
    path = file(tmp_path, text, "utf-8-sig")
    assert batch.read_incidents(path) == [
        batch.Incident(
            "acme-1",
            2,
            (
                "--case=acme-1",
                f"--evidence={tmp_path / 'export'}",
                "--user=a@x.example",
                "--user=b@x.example",
                "--from=2026-11-01",
                "--to=2026-11-20",
            ),
        )
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: there is no column `case`. Give every incident a name."),
        ("case,password\na,b", "line 1: no column is called 'password'. Take of case, practice, "),
        ("practice\naitm", "line 1: there is no column `case`."),
        ("case,practice\n", "it holds no incident."),
        ("case,practice,tenant\na,aitm,acme", "line 2: says 2 of practice, evidence, tenant. Fill in exactly one."),
        ("case,user\na,b@x.example", "line 2: says 0 of practice, evidence, tenant."),
        ("case,practice\na,aitm\nA,spray", "line 3: the case A was named in line 2 already."),
        ("case,practice\n../a,aitm", "line 2: '../a' cannot be a case name."),
        ("case,evidence\na,nowhere", "line 2: nowhere does not exist. Mend the column `evidence`."),
    ],
    ids=["empty", "column", "no case", "no line", "two doors", "no door", "twins", "path", "missing"],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(tmp_path, text, said):
    path = file(tmp_path, text)
    with pytest.raises(BadEvidence, match=re.escape(said)) as error:
        batch.read_incidents(path)
    assert str(error.value).startswith(str(path))


def test_a_value_of_the_file_never_becomes_an_option_of_its_own(tmp_path):
    (one,) = batch.read_incidents(file(tmp_path, "case,practice,ticket\na,aitm,--redact=public"))
    assert one.options == ("--case=a", "--practice=aitm", "--ticket=--redact=public")


def test_as_many_run_at_a_time_as_there_are_and_as_the_machine_bears():
    assert [batch.at_a_time(jobs, 3) for jobs in (1, 2, 9)] == [1, 2, 3]
    assert 1 <= batch.at_a_time(0, 100) < 100
    with pytest.raises(BadInput, match="--jobs -1"):
        batch.at_a_time(-1, 3)


def o365nb(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "o365nb", *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_one_incident_that_fails_stops_none_of_the_others(tmp_path):
    file(tmp_path, "case,practice,user\ngone,aitm,nobody@contoso.example\nfound,free_tenant,\n")
    ended = o365nb(tmp_path, "investigate", "--batch", "june.csv", "--jobs", "1")
    assert (ended.returncode, "reports   1 incident of 2" in ended.stdout) == (1, True)
    assert "failed    gone (line 2): nobody@contoso.example: no such account" in ended.stdout
    page = (tmp_path / "reports/june.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert links == ["../data/logs/june/gone.txt", "found/report.html"]
    assert all((tmp_path / "reports" / link).is_file() for link in links)
    assert "Confirmed" in page
    assert "no such account" in page


def test_a_redacted_batch_names_nobody_in_the_folder_of_reports(tmp_path):
    file(tmp_path, "case,practice,user\nanna-gone,aitm,anna.gone@contoso.example\nanna-found,free_tenant,\n")
    ended = o365nb(tmp_path, "investigate", "--batch", "june.csv", "--jobs", "1", "--redact", "customer")
    assert ended.returncode == 1, ended.stderr
    page = (tmp_path / "reports/june.html").read_text("utf-8")
    (link,) = re.findall(r'href="([^"]+)"', page)
    assert (tmp_path / "reports" / link).is_file()
    assert [word for word in ("anna-gone", "anna.gone", "contoso.example") if word in page] == []
    assert list((tmp_path / "reports").rglob("*.txt")) == list((tmp_path / "reports").rglob("redaction.txt"))
    assert "no such account" in (tmp_path / "data/logs/june/anna-gone.txt").read_text("utf-8")


@pytest.mark.parametrize("option", [("--user", "a@x.example"), ("--ticket", "7"), ("--practice", "aitm")])
def test_what_differs_between_incidents_is_said_in_the_file(tmp_path, option):
    file(tmp_path, "case,practice\na,aitm\n")
    ended = o365nb(tmp_path, "investigate", "--batch", "june.csv", *option)
    assert (ended.returncode, list(tmp_path.glob("data/*"))) == (2, [])
    assert f"{option[0]} is said of each incident: make it a column of june.csv." in ended.stderr


def test_the_page_escapes_what_an_incident_said(tmp_path):
    hostile = '</td><script>alert(1)</script>\u202e"><img src=x>'
    page = write_index(tmp_path / "p.html", "Incidents", [Line("a", "", hostile, tmp_path / "a b.txt")], tmp_path)
    text = page.read_text("utf-8")
    assert ("<script" in text, "<img" in text, "\u202e" in text) == (False, False, False)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in text
    assert 'href="a%20b.txt"' in text
