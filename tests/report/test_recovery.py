"""The account stays closed while anything stands that would let the intruder in again."""

from dataclasses import replace

import pytest
from report.sample import aitm, traveller
from tables import SUBJECT

from o365nb import workbench as wb
from o365nb.model import Phase, Plan, Step, utc
from o365nb.report.dossier import Dossier
from o365nb.response.receipts import Receipt, Result, write


def step(number, action, phase=Phase.CONTAIN):
    arguments = {"user": "u1", "upn": SUBJECT}
    return Step(f"S{number:02d}-{action}", phase, action, SUBJECT, "a reason", (), True, False, number, "", arguments)


STEPS = (
    step(1, "block_sign_in"),
    step(2, "revoke_sessions"),
    step(3, "reset_password"),
    step(4, "disable_inbox_rule", Phase.ERADICATE),
    step(5, "revoke_sessions", Phase.ERADICATE),
)


@pytest.fixture
def shown(dossier):
    """The conditions after some steps were applied, in their order."""

    def after(*applied):
        of = dossier(replace(aitm(), plan=Plan(STEPS)))
        of.case.update(door="live")
        done = {"present": False}
        for number in applied:
            one = STEPS[number - 1]
            receipt = Receipt(
                one.id, of.found.plan.plan_id, one.action, one.target, utc("2026-11-18T12:00:00Z"), done,
                Result.APPLIED, "ann", False, after=done,
            )  # fmt: skip
            write(of.case, replace(receipt, outcome=Result.INTENDED, after=None))
            write(of.case, receipt)
        return wb.CaseView(Dossier(of.case, of.results)).recovery

    return after


def states(view):
    return [row["state"] for row in view.rows]


def test_nothing_done_is_nothing_met_but_the_way_in(shown):
    assert states(shown()) == ["not yet", "not yet", "not yet", "ask", "yes"]


def test_everything_done_leaves_only_the_question_about_the_devices(shown):
    view = shown(1, 2, 3, 4, 5)
    assert states(view) == ["yes", "yes", "yes", "ask", "yes"]
    assert repr(view) == "1 condition of 5 not met: the account stays closed."


def test_sessions_that_ended_before_the_reset_do_not_count(shown):
    view = shown(1, 2, 4, 5, 3)
    assert states(view) == ["yes", "yes", "not yet", "ask", "yes"]
    assert view.rows[2]["open"] == ["Revoke the sessions, after the password was reset"]


def test_an_unknown_way_in_names_what_to_ask_next(dossier):
    found = aitm()
    view = wb.CaseView(dossier(replace(found, cause=replace(found.cause, determined=False)))).recovery
    assert view.rows[-1]["state"] == "not yet"
    assert view.rows[-1]["open"] == [found.cause.next_question]


def test_an_account_that_nobody_closed_need_not_be_opened(dossier):
    view = wb.CaseView(dossier(traveller())).recovery
    assert repr(view) == "This case gives no reason to close the account, so there is none to open."
