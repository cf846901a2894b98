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
