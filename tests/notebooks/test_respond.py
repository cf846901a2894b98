"""The notebooks that act and verify, through papermill: nothing is sent without the plan's id."""

from pathlib import Path

import pytest

from o365nb import investigate
from o365nb.progress import Progress
from o365nb.report.notebook import NotebookFailed, execute
from o365nb.response import receipts_of
from o365nb.watch import rounds


def given(case, **more):
    return {"CASE": case.info.name, "DATA": str(case.root.parent), "REPORTS": str(Path(case.info.out).parent), **more}


def shown(notebook):
    return "".join(str(output.get("data", "")) for cell in notebook.cells for output in cell.get("outputs", ()))


def test_papermill_sends_only_under_the_id_and_verifies_afterwards(practice_copy):
    case = practice_copy("aitm")
    plan = investigate.plan_of(case)
    block = next(step.id for step in plan.steps if step.action == "block_sign_in")
    with pytest.raises(NotebookFailed, match="NotApproved"):
        execute("70_respond", given(case, APPROVE="0123456789ab", STEPS=[block]), Progress())
    assert receipts_of(case) == []
    execute("70_respond", given(case, APPROVE=plan.plan_id, STEPS=[block]), Progress())
    assert [(one.step_id, one.outcome.value) for one in receipts_of(case)] == [(block, "intended"), (block, "applied")]
    done = execute("85_verify", given(case, NOW=True), Progress())
    [made] = rounds(case)
    held = {check["step_id"]: check["holds"] for check in made["checks"]}
    assert (held[block], made["broken"]) == (True, True)  # the other steps were never taken
    assert "does not hold" in shown(done)
