"""The analyst's word on a whole case: from a notebook or a file to verdict, plan and report, and back again."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from o365nb import workbench as wb
from o365nb.case import Bundle
from o365nb.cli import app
from o365nb.errors import BadInput
from o365nb.model import Context, Label, Verdict


def opened(case):
    return wb.open_case(case.info.name, str(case.root.parent), str(Path(case.info.out).parent))


def grant_of(view):
    return next(item for item in view.dossier.found.persistence if item.kind == "oauth_grant" and item.finding_ids)


def app_of(case):
    with (Path(case.info.out) / "iocs.csv").open(encoding="utf-8", newline="") as file:
        return next(row["value"] for row in csv.DictReader(file) if row["kind"] == "app_id")


def test_an_application_that_is_ours_takes_the_takeover_back_and_a_retraction_brings_it_again(practice_copy):
    case = practice_copy("consent")
    view = opened(case)
    before = view.dossier.found
    assert before.verdict.verdict is Verdict.CONFIRMED
    view.correct("app", app_of(case), "ours", by="Ann Lee", note="=our archive")
    view = view.analyse()
    after = view.dossier.found
    assert after.verdict.verdict not in (Verdict.CONFIRMED, Verdict.PROBABLE)
    assert "Followed: 1 correction by Ann Lee." in after.verdict.because
    assert [one for one in after.attributions if one.label is Label.ATTACKER] == []
    assert {one.context for one in after.findings if one.slug.startswith("pe-oauth")} == {Context.NO}
    assert (grant_of(view).verdict, grant_of(view).remove) == (Label.USER, False)
    assert grant_of(view).because.startswith("Ann Lee said on 2")
    assert [step.action for step in after.plan.steps if step.phase in ("contain", "eradicate") and step.automatic] == []
    row = view.corrections.rows[0]
    assert row["objects"] == 1
    assert row["events"] > 1
    assert row["note"] == "=our archive"
    (case.root / "corrections.csv").unlink()
    again = view.analyse().dossier.found
    assert (again.verdict, again.persistence, again.plan) == (before.verdict, before.persistence, before.plan)
    custody = [line for line in case.custody.entries() if line["source"] == "said"]
    assert [line["path"] for line in custody] == ["raw/said/corrections.csv.gz"]
    assert list(case.verify())


def test_a_rule_that_is_mine_is_left_alone_and_the_intruder_stays_the_intruder(practice_copy):
    case = practice_copy("aitm")
    view = opened(case)
    before = view.dossier.found
    rule = next(item for item in before.persistence if item.kind == "inbox_rule" and item.verdict is Label.ATTACKER)
    view.correct("object", rule.id, "user", by="Ann Lee")
    after = view.analyse().dossier.found
    assert after.verdict.verdict is Verdict.CONFIRMED
    assert [item.remove for item in after.persistence if item.id == rule.id] == [False]
    gone = {step.target for step in before.plan.steps} - {step.target for step in after.plan.steps}
    assert any("rule" in target.lower() or ".." in target for target in gone)


def test_a_correction_that_cannot_be_said_changes_nothing(practice_copy):
    case = practice_copy("aitm")
    with pytest.raises(BadInput, match="too wide"):
        opened(case).correct("address", "0.0.0.0/0", "ours", by="Ann Lee")
    view = opened(case)
    view.correct("session", "s", "user", by="Ann Lee")
    with pytest.raises(BadInput, match="contradicts line 2"):
        view.correct("session", "S", "attacker", by="Bob")
    assert (case.root / "corrections.csv").read_text("utf-8").count("\n") == 2
    assert "changed nothing in these results" in view.corrections.html


def run(*words):
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


def test_the_command_takes_a_file_keeps_it_and_follows_it(practice_copy, tmp_path):
    case = practice_copy("consent")
    given = tmp_path / "mine.csv"
    given.write_text(f"what;value;whose;by\napp;{app_of(case)};ours;Ann Lee\n", "utf-8")
    command = ("analyse", "--case", case.info.name, "--data", str(case.root.parent), "--corrections")
    done = run(*command, str(given))
    assert done.exit_code == 0, done.output
    assert (case.root / "corrections.csv").read_text("utf-8") == given.read_text("utf-8")
    assert grant_of(opened(case)).verdict is Label.USER
    given.write_text("what;value;whose;by\napp;mail;ours;Ann Lee\n", "utf-8")
    before = Bundle(Path(case.info.out)).load()
    refused = run(*command, str(given))
    assert str(refused.exception).startswith(f"{given}, line 2: 'mail' is no application id.")
    assert Bundle(Path(case.info.out)).load() == before
    assert "there is no such file" in str(run(*command, str(tmp_path / "none.csv")).exception)


def test_the_sheet_for_the_phone_is_printed_or_written(practice_copy, tmp_path):
    case = practice_copy("aitm")
    said = ("--case", case.info.name, "--data", str(case.root.parent), "--reports", str(Path(case.info.out).parent))
    assert run("questions").output.startswith("# Interview\n")
    assert "anna@contoso.example" in run("questions", *said).output
    assert run("questions", *said, "--out", str(tmp_path / "sheets" / "a.html")).exit_code == 0
    assert (tmp_path / "sheets" / "a.html").read_text("utf-8").startswith("<!doctype html>")
    assert "Name it .md or .html" in str(run("questions", "--out", str(tmp_path / "a.docx")).exception)
