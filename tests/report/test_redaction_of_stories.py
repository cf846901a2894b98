"""No original survives, whatever the incident was: other stories, a case without an intruder, hostile names."""

import re
from pathlib import Path

import pytest
from report.hostile import NAMES
from report.survivors import column, people, survivors, written

from o365nb.case import Bundle
from o365nb.progress import Progress
from o365nb.report import render
from o365nb.report.redaction import Level
from o365nb.report.redaction.ordinary import FOLDERS

STORIES = ("consent", "insider", "traveller", "hostile")


@pytest.fixture(scope="module", params=STORIES)
def case(request, practice_case, hostile_run):
    return hostile_run[0] if request.param == "hostile" else practice_case(request.param).case


@pytest.fixture(scope="module", params=list(Level)[1:])
def handed(request, case, tmp_path_factory):
    """The folder of a redacted report, and its level."""
    folder = tmp_path_factory.mktemp("handed") / request.param
    render(case, folder, Progress(), request.param)
    return folder, request.param


def test_the_whole_bundle_is_handed_out(handed, case):
    made = {path.name for path in _results(case).iterdir()} | {"report.html", "report-technical.html", "report.ipynb"}
    assert {path.name for path in handed[0].iterdir()} == made | {"redaction.txt"}


def test_no_person_and_no_text_of_theirs_survives(handed, case):
    names = column(case, "users", "display_name") if (case.tables / "users.parquet").is_file() else set()
    rules = {name for name in _rules(case) if " " in name and name.lower() not in FOLDERS}
    texts = {text for text in written(case) | rules if sum(map(str.isalnum, text)) > 4}  # signs name nobody
    assert len(people(case)) > 5
    assert survivors(handed[0], people(case) | texts | names | {*case.info.subjects}) == {}


def test_in_public_no_domain_and_no_address_survives(handed, case):
    folder, level = handed
    if level is Level.CUSTOMER:
        return
    domains = {one.partition("@")[2] for one in people(case)}
    ips = {one for one in column(case, "events", "client_ip") if len(one) > 6}
    sessions = {one for one in column(case, "events", "session_id") if len(one) > 8}
    assert survivors(folder, domains | ips | sessions) == {}


def test_no_hostile_name_survives(handed, hostile_run, case):
    if case.root != hostile_run[0].root:
        return
    telling = {re.sub(r"\s+", " ", name) for name in NAMES if len(name) > 8 and name.isprintable()}
    assert len(telling) > 3
    assert survivors(handed[0], telling) == {}


def _rules(case):
    found = Bundle(_results(case)).load()
    titles = (item.description for item in found.persistence if item.kind == "inbox_rule")
    return {match[1] for title in titles if (match := re.match(r'Inbox rule "([^"]+)"', title))}


def _results(case):
    return Path(case.info.out)
