"""The commands around the response, as a person types them."""

import pytest
from typer.testing import CliRunner

from o365nb.cli import app


@pytest.fixture
def asked(practice_copy):
    case = practice_copy("aitm")

    def ask(*words):
        return CliRunner().invoke(app, ["respond", *words, "--case", case.info.name, "--data", str(case.root.parent)])

    ask.case = case
    return ask


def test_the_sheet_is_for_the_user_of_a_device_that_nobody_looks_after(asked):
    lines = asked("sheet").stdout.splitlines()
    assert lines[0].startswith("Please check this device: ")
    assert sum(line.startswith("[ ] ") for line in lines) >= 5


def test_a_response_that_was_only_half_made_is_not_said_to_hold(asked):
    shown = asked("plan").stdout
    plan = shown.split()[1].rstrip(":")
    block = next(word for word in shown.split() if word.endswith("-block_sign_in"))
    assert "tempo    Contain first" in shown
    assert "Nothing was applied yet" in str(asked("verify", "--watch").exception)
    assert asked("apply", "--approve", plan, "--step", block).exit_code == 0
    told = asked("verify", "--watch")
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert next(line for line in lines if line.startswith(block)).split()[1] == "holds"
    assert lines[-2].startswith("The response does not hold at ")
    assert lines[-1].startswith("Look again at ")
    assert [path.name for path in asked.case.root.glob("watch*")]


def applied(asked, action="-block_sign_in"):
    """One step of the plan, applied; the plan's id and the step's."""
    shown = asked("plan").stdout
    plan, step = shown.split()[1].rstrip(":"), next(word for word in shown.split() if word.endswith(action))
    assert asked("apply", "--approve", plan, "--step", step).exit_code == 0
    return plan, step


def sent(asked):
    return [line for line in asked.case.receipts.entries() if line.get("request")]


def test_the_plan_can_be_shown_with_how_each_target_stands_now(asked):
    shown = asked("plan", "--now")
    assert shown.exit_code == 0
    assert "    now      " in shown.stdout
    assert not sent(asked)


def test_undo_without_approval_is_a_dry_run(asked):
    plan, step = applied(asked)
    before = len(sent(asked))
    shown = asked("undo", step)
    assert shown.exit_code == 0
    assert "    sends    PATCH " in shown.stdout
    assert "past the gate" in shown.stdout
    assert f"To put it back:  o365nb respond undo {step} --case {asked.case.info.name} --approve {plan}" in shown.stdout
    assert len(sent(asked)) == before


def test_undo_needs_the_plan_that_applied_the_step(asked):
    _, step = applied(asked)
    before = len(sent(asked))
    told = asked("undo", step, "--approve", "another")
    assert "was applied under plan" in str(told.exception)
    assert len(sent(asked)) == before


def test_an_account_is_let_in_again_only_when_it_is_typed(asked):
    plan, step = applied(asked)
    subject = asked.case.info.subjects[0]
    refused = asked("undo", step, "--approve", plan)
    assert "past the gate" in str(refused.exception)
    done = asked("undo", step, "--approve", plan, "--type", f"{step}={subject}", "--operator", "Kim")
    assert done.exit_code == 0
    last = list(asked.case.receipts.entries())[-1]
    assert (last["undo"], last["outcome"], "Kim" in last["by"]) == (True, "applied", True)


def test_a_word_is_typed_for_a_step_by_its_name(asked):
    plan = asked("plan").stdout.split()[1].rstrip(":")
    told = asked("apply", "--approve", plan, "--type", "word")
    assert "is not STEP=WORD" in str(told.exception)
    assert not sent(asked)
