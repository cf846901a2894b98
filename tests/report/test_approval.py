"""Approving the response in a notebook: the check boxes, what stands beside them, and the one button."""

from dataclasses import replace

import pytest

from o365nb.errors import BadInput, NotApproved
from o365nb.model import Plan
from o365nb.report.approval import Approval, respond
from o365nb.report.approval_form import ApprovalForm
from o365nb.report.dossier import Dossier
from o365nb.response import receipts_of


@pytest.fixture
def dossier(practice_copy):
    case = practice_copy("aitm")
    return Dossier.open(case.info.name, case.root.parent, case.root.parents[1] / "reports")


def step_of(approval, action):
    return next(step.id for step in approval.steps if step.action == action)


def sent(dossier):
    return [(one.action, one.outcome.value) for one in receipts_of(dossier.case) if one.outcome.value != "intended"]


def test_what_is_chosen_at_first_is_the_whole_but_for_what_hands_over_a_secret(dossier):
    approval = Approval(dossier)
    actions = {step.action for step in approval.steps if step.id in approval.chosen}
    assert {"block_sign_in", "revoke_sessions", "disable_inbox_rule", "remove_auth_method"} <= actions
    assert (
        actions & {"reset_password", "issue_temporary_pass", "block_addresses", "unblock_sign_in", "ask_user"} == set()
    )
    rows = {row["id"]: row for row in approval.view.frame.to_dict("records")}
    block = next(step for step in approval.steps if step.action == "block_sign_in")
    assert rows[block.id]["sent"] == [f'PATCH /users/{block.arguments["user"]} {{"accountEnabled": false}}']
    assert rows[block.id]["why"] == block.reason
    assert rows[step_of(approval, "reset_password")]["sent"][0].startswith("left to the terminal")
    assert "Contain first" in repr(approval.view) or "Contain first" in approval.view._repr_html_()


def test_no_id_sends_nothing_and_another_id_is_refused(dossier):
    assert isinstance(respond(dossier), Approval)
    with pytest.raises(NotApproved, match="is not the id of the present plan"):
        respond(dossier, "0123456789ab")
    assert sent(dossier) == []


def test_what_is_not_sent_from_a_notebook_cannot_be_chosen(dossier):
    approval = Approval(dossier)
    for action, says in (("reset_password", "hands over a secret"), ("ask_user", "done by hand")):
        with pytest.raises(BadInput, match=says):
            approval.choose(step_of(approval, action))
    with pytest.raises(BadInput, match="The plan has no step S99"):
        approval.choose("S99")


def test_the_button_sends_what_is_ticked_and_nothing_else(dossier):
    approval = Approval(dossier)
    form = ApprovalForm(approval)
    block = step_of(approval, "block_sign_in")
    for step, box in form.boxes.items():
        if not box.disabled:
            box.value = step == block
    assert (approval.chosen, form.button.disabled) == ({block}, False)
    assert form.button.description == f"Send 1 step of plan {approval.plan.plan_id}"
    assert sent(dossier) == []
    form.operator.value = "Ann Lee"
    form.button.click()
    assert sent(dossier) == [("block_sign_in", "applied")]
    assert receipts_of(dossier.case)[-1].by.startswith("Ann Lee with app ")
    assert "sign-in blocked" in form.said.value
    assert form.boxes[step_of(approval, "reset_password")].disabled
    again = Approval(Dossier(dossier.case, dossier.results))
    assert block not in again.chosen
    assert again.chosen


def test_with_nothing_ticked_there_is_nothing_to_press(dossier):
    form = ApprovalForm(Approval(dossier))
    for box in form.boxes.values():
        if not box.disabled:
            box.value = False
    assert form.button.disabled


def test_hostile_texts_stay_texts(dossier):
    first, *rest = dossier.found.plan.steps
    hostile = replace(first, target="<img src=x onerror=alert(1)>", reason="</script><script>alert(2)</script>")
    dossier.found = replace(dossier.found, plan=Plan((hostile, *rest)))
    form = ApprovalForm(Approval(dossier))
    text = "".join(told.value for told in form.told.values())
    assert ("<img src=x" in text, "<script>alert(2)" in text) == (False, False)
    assert "&lt;img src=x" in text
