"""No original survives: searched for in every byte that a redacted report hands out."""

import base64
import json
from pathlib import Path

import pytest
from report.survivors import column, people, survivors, written
from typer.testing import CliRunner

from o365nb.case import Bundle
from o365nb.cli import app
from o365nb.errors import BadInput
from o365nb.progress import Progress
from o365nb.report import render
from o365nb.report.redaction import Leaked, Level, RedactedDossier, folder_name, require_clean

STORY = "aitm"


@pytest.fixture(scope="module")
def case(practice_case):
    return practice_case(STORY).case


@pytest.fixture(scope="module", params=["customer", "public"])
def handed(request, case, tmp_path_factory):
    """The folder of a redacted report of the practice case, and its level."""
    level = Level(request.param)
    folder = tmp_path_factory.mktemp("handed") / level
    render(case, folder, Progress(), level)
    return folder, level


def test_no_person_and_no_text_of_theirs_survives(handed, case):
    names = column(case, "users", "display_name") | column(case, "devices", "name", "managed")
    phones = column(case, "auth_methods", "phone_number")
    assert len(people(case)) > 600
    assert len(written(case)) > 50
    assert survivors(handed[0], people(case) | written(case) | names | phones) == {}


def test_no_first_name_of_the_subject_survives(handed, case):
    (subject,) = case.info.subjects
    left = survivors(handed[0], {subject.partition("@")[0]})
    assert left == {}


def test_in_public_no_organisation_no_host_and_no_address_survives(handed, case):
    folder, level = handed
    domains = {one.partition("@")[2] for one in people(case)} | column(
        case, "org_config", "value", "name LIKE '%domain'"
    )
    ips = {one for one in column(case, "events", "client_ip") if len(one) > 6}
    names = column(case, "org_config", "value", "name = 'display_name'") | {one.partition(".")[0] for one in domains}
    ids = column(case, "users", "user_id") | column(case, "org_config", "value", "name = 'tenant_id'")
    ids |= column(case, "events", "session_id") | column(case, "events", "city")
    originals = domains | ips | ids | {name for name in names if len(name) > 4}
    left = survivors(folder, originals)
    assert bool(left) is (level is Level.CUSTOMER)
    if level is Level.CUSTOMER:  # they may stay, for the customer knows them and needs them
        assert ips & left["report.html"]


def test_one_original_has_one_pseudonym_in_every_file(handed, case):
    folder, _ = handed
    verdict = json.loads((folder / "verdict.json").read_text("utf-8"))
    (subject,) = verdict["subjects"]
    assert subject.startswith("person-1@")
    for name in (
        "report.html",
        "report-technical.html",
        "report.ipynb",
        "plan.json",
        "persistence.json",
        "timeline.csv",
    ):
        assert subject in (folder / name).read_text("utf-8"), name


def test_recipients_are_as_many_as_there_are(handed, case):
    true, shown = (Bundle(folder).load().recipients for folder in (_results(case), handed[0]))
    assert len({one.address for one in shown}) == len({one.address for one in true})


def _results(case):
    return Path(case.info.out)


def test_the_redacted_bundle_is_a_bundle(handed, case):
    shown, true = Bundle(handed[0]).load(), Bundle(_results(case)).load()
    assert shown.verdict.verdict == true.verdict.verdict
    assert [finding.slug for finding in shown.findings] == [finding.slug for finding in true.findings]
    assert [event.operation for event in shown.attributions] == [event.operation for event in true.attributions]


def test_the_hashes_of_the_evidence_stay(handed, case):
    page = (handed[0] / "report.html").read_text("utf-8")
    hashes = [line["sha256"] for line in case.custody.entries()]
    assert [one for one in hashes if one not in page] == []


def test_the_case_keeps_its_originals_and_can_go_on(handed, case):
    assert case.info.subjects[0] in (_results(case) / "plan.json").read_text("utf-8")
    assert Bundle(_results(case)).plan().steps


def test_what_redaction_missed_is_found_in_every_form_and_nothing_is_handed_out(case, tmp_path):
    dossier = RedactedDossier(case, _results(case), Level.PUBLIC)
    (subject,) = case.info.subjects
    forms = {
        "plain": subject, "upper": subject.upper(), "html": subject.replace("@", "&#64;"),
        "percent": subject.replace("@", "%40"), "json": subject.replace("@", "\\u0040"),
        "defanged": subject.replace("@", "[@]").replace(".", "[.]"),
        "base64": base64.b64encode(f"xx {subject} yy".encode()).decode(),
        "host": subject.partition("@")[2],
    }  # fmt: skip
    for text in forms.values():
        (tmp_path / "x.html").write_text(f"<p>{text}</p>", "utf-8")
        with pytest.raises(Leaked, match=r"x\.html: \d originals"):
            require_clean(tmp_path, dossier.redactor)
    (tmp_path / "x.html").write_text("<p>person-1@tenant.example</p>", "utf-8")
    require_clean(tmp_path, dossier.redactor)


def test_redacted_results_never_lie_beside_originals(case, tmp_path):
    (tmp_path / "verdict.json").write_text("{}", "utf-8")
    with pytest.raises(BadInput, match="not redacted"):
        render(case, tmp_path, Progress(), Level.PUBLIC)


def test_a_folder_among_redacted_results_is_left_alone_and_named(case, tmp_path):
    (tmp_path / "redaction.txt").write_text("", "utf-8")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    with pytest.raises(BadInput, match=r"\.ipynb_checkpoints is no redacted result"):
        render(case, tmp_path, Progress(), Level.PUBLIC)


def test_the_command_leaves_only_redacted_files_in_the_report_folder(practice_copy, tmp_path, monkeypatch):
    case = practice_copy(STORY)
    case.update(name=case.root.name)
    monkeypatch.chdir(tmp_path)
    arguments = ["--case", case.root.name, "--data", str(case.root.parent), "--redact", "public", "--out", "shared"]
    done = CliRunner().invoke(app, ["report", *arguments])
    assert done.exit_code == 0, done.output
    assert survivors(tmp_path / "shared", {*case.info.subjects, *case.info.accepted_domains}) == {}


def test_a_folder_is_not_called_after_a_person(practice_copy):
    case = practice_copy(STORY)
    local = case.info.subjects[0].partition("@")[0]
    assert folder_name(case, Level.CUSTOMER, f"{local}-20261118-customer") == "person-1-20261118-customer"
    assert folder_name(case, Level.CUSTOMER, "incident-7") == "incident-7"
