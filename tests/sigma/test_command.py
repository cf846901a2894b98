"""`o365nb sigma` and `case.sigma`, on an investigated practice case, with the sample rules."""

import json

import pytest
from typer.testing import CliRunner

from o365nb import workbench as wb
from o365nb.cli import app
from o365nb.errors import BadCase


@pytest.fixture(scope="module")
def aitm(practice_case, tmp_path_factory):
    return practice_case("aitm").case


def told(*words):
    result = CliRunner().invoke(app, ["sigma", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def places(case):
    return "--case", case.info.name, "--data", case.root.parent


def test_the_samples_say_what_the_attacker_did(practice_copy, samples):
    case = practice_copy("aitm")
    shown = told(samples, *places(case), "--all").stdout
    kept = json.loads((case.tables.parent.parent.parent / "reports" / "aitm" / "sigma.json").read_text("utf-8"))
    answers = {rule["title"]: rule["answer"] for rule in kept["rules"]}
    assert answers == {
        "Inbox rule forwards, redirects or deletes": "hit",
        "Sign-in without a second factor": "clear",
        "Storage keys listed": "cannot_fire",
        "Administrators given by placeholder": "dead",
        "Many failed sign-ins of one account": "clear",
        "Failed sign-in": "hit",
    }
    for title, answer in answers.items():
        assert title in shown, (title, answer)
    assert "hit" in shown
    assert "written" in shown


def test_json_is_what_is_written(practice_copy, samples):
    case = practice_copy("aitm")
    printed = json.loads(told(samples, *places(case), "--json").stdout)
    assert printed["able"] == sum(printed["totals"][name] for name in ("hit", "noisy", "clear"))
    assert {rule["file"] for rule in printed["rules"]} == {path.name for path in samples.glob("*.yml")}


def test_the_workbench_shows_the_same_and_shows_the_last_run_again(practice_copy, samples):
    case = practice_copy("aitm")
    view = wb.open_case("aitm", str(case.root.parent), str(case.root.parent.parent / "reports"))
    with pytest.raises(BadCase, match="Run `o365nb sigma"):
        view.sigma()
    shown = view.sigma(str(samples))
    assert "Inbox rule forwards" in shown.html
    assert len(shown.frame) == 6
    assert view.sigma().html == shown.html


def test_a_hostile_rule_is_text_on_every_screen(practice_copy, tmp_path):
    case = practice_copy("aitm")
    (tmp_path / "evil.yml").write_text(
        'title: "<script>alert(1)</script>\\u202e\\e[2J"\nlogsource: {product: m365, service: audit}\n'
        "detection: {s: {Operation: '*'}, condition: s}\nauthor: '<b>me</b>'\n"
    )
    shown = told(tmp_path / "evil.yml", *places(case), "--all").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    view = wb.open_case("aitm", str(case.root.parent), str(case.root.parent.parent / "reports"))
    assert "<script>alert" not in view.sigma().html
    assert "<b>me" not in view.sigma().html


def test_a_folder_without_rules_is_one_line_and_exit_2(practice_copy, tmp_path):
    case = practice_copy("aitm")
    result = CliRunner().invoke(app, ["sigma", str(tmp_path), *map(str, places(case))])
    assert "no rules here" in str(result.exception)
