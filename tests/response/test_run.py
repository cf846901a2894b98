"""One change on its way: nothing is lost, whatever the service answers."""

from dataclasses import replace

import pytest
from response.conftest import RULES, signed_in
from tables import SUBJECT

from o365nb.errors import BadInput, Denied, RequestFailed, SignInFailed, Unreachable
from o365nb.model import iso
from o365nb.practice import PracticeTenant
from o365nb.response import receipts_view, undo, verify
from o365nb.response.base import Secret, Sent
from o365nb.response.receipts import Receipt, Result, read, standing, thing_of, write
from o365nb.response.run import WAITS, Change, perform

OFF, ON = {"present": True, "enabled": False}, {"present": True, "enabled": True}
PASSWORD = "Correct-horse-battery-77"


@pytest.fixture(scope="module")
def tenant():
    """One for all: these tests look at what the kit writes, and put back what they change."""
    with PracticeTenant(story="aitm") as running, signed_in(running) as opened:
        yield opened


def intent(tenant, action="block_sign_in", **given):
    fields = {"outcome": Result.INTENDED, "by": "operator", "reversible": True, "before": ON, **given}
    return Receipt("S01-x", "p1", action, SUBJECT, tenant.now(), **fields)


def raises(error):
    def send():
        raise error

    return send


def states(*shown):
    """Reads that show one state after another; the last one stays. An error is raised."""
    left = list(shown)

    def show():
        state = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(state, Exception):
            raise state
        return state

    return show


def blocked(state):
    return state == OFF


@pytest.mark.parametrize(
    ("send", "shown", "outcome", "after"),
    [
        (lambda: Sent(204, "r1"), [OFF], "applied", OFF),
        (lambda: Sent(204, "r1"), [ON, ON, OFF], "applied", OFF),
        (lambda: Sent(204, "r1"), [Unreachable("no"), OFF], "applied", OFF),
        (lambda: Sent(204, "r1"), [ON], "unverified", ON),
        (lambda: Sent(204, "r1"), [RequestFailed("no", status=500)], "unverified", None),
        (raises(Denied("a right is missing", status=403)), [ON], "failed", ON),
        (raises(RequestFailed("not there", status=404)), [OFF], "applied", OFF),
        (raises(RequestFailed("oops", status=502)), [ON, OFF], "applied", OFF),
        (raises(RequestFailed("oops", status=502)), [ON], "unverified", ON),
        (raises(Unreachable("gone")), [ON], "unverified", ON),
        (raises(SignInFailed("expired")), [OFF], "applied", OFF),
    ],
)
def test_the_receipt_says_how_it_ended_by_what_was_read_back(tenant, case, send, shown, outcome, after):
    receipt = perform(case, tenant, intent(tenant), Change(send, states(*shown), blocked))
    assert (receipt.outcome.value, receipt.after) == (outcome, after)
    assert [one.outcome.value for one in read(case)] == ["intended", outcome]
    assert case.receipts.verify() == 2


def test_reading_back_is_patient_but_not_for_ever(tenant, case):
    asked = []

    def show():
        asked.append(ON)
        return ON

    perform(case, tenant, intent(tenant), Change(lambda: Sent(204, ""), show, blocked))
    assert len(asked) == len(WAITS)
    assert sum(WAITS) <= 60


def test_a_refusal_is_kept_with_its_status_and_request_id(tenant, case):
    refusal = Denied("Graph: PATCH was refused.", status=403, request_id="abc-1")
    receipt = perform(case, tenant, intent(tenant), Change(raises(refusal), states(ON), blocked))
    assert (receipt.response, receipt.request_ids, receipt.note) == (Sent(403, "abc-1"), ("abc-1",), str(refusal))
    assert receipts_view(case)[0]["proof"] == "Not done: Graph: PATCH was refused."


@pytest.mark.parametrize(
    ("send", "shown", "handed"),
    [
        (lambda: Sent(204, ""), OFF, [PASSWORD]),
        (lambda: Sent(204, ""), ON, [PASSWORD]),
        (lambda: Sent(204, ""), SignInFailed("expired meanwhile"), [PASSWORD]),
        (raises(Unreachable(f"lost after {PASSWORD}")), ON, [PASSWORD]),
        (raises(RequestFailed(f"weak: {PASSWORD}", status=400)), ON, []),
    ],
)
def test_a_secret_is_handed_over_when_it_may_have_taken_effect_and_never_written(tenant, case, send, shown, handed):
    seen = []
    receipt = perform(
        case,
        tenant,
        intent(tenant, "reset_password"),
        Change(send, states(shown), blocked, Secret(PASSWORD), seen.append),
    )
    assert seen == handed
    assert PASSWORD not in repr(receipt)
    assert PASSWORD not in case.receipts.path.read_text("utf-8")


def test_an_operator_who_never_saw_the_password_gets_another(tenant, case):
    class TerminalGone(Exception):
        pass

    def broken(_):
        raise TerminalGone

    change = Change(lambda: Sent(204, ""), states(OFF), blocked, Secret(PASSWORD), broken)
    with pytest.raises(TerminalGone):
        perform(case, tenant, intent(tenant, "reset_password"), change)
    assert [one.outcome for one in read(case)] == [Result.INTENDED]


def test_a_change_killed_before_its_result_is_shown_and_does_not_count_as_done(ground):
    (reset,) = (step for step in ground.plan.steps if step.action == "reset_password")
    stood = {"present": True, "user": SUBJECT, "enabled": True, "password_changed": None, "sessions_valid_from": None}
    begun = replace(
        intent(ground.tenant, "reset_password", before=stood),
        step_id=reset.id,
        plan_id=ground.plan.plan_id,
        arguments=reset.arguments,
    )
    write(ground.case, begun)
    (row,) = receipts_view(ground.case)
    assert (row["outcome"], row["step_id"]) == ("intended", reset.id)
    assert "no result was written" in row["proof"]
    (check,) = (one for one in verify(ground.case, ground.tenant, ground.plan) if one.step_id == reset.id)
    assert (check.holds, check.note) == (False, "it was begun and the kit was stopped; apply it again")
    write(ground.case, replace(begun, outcome=Result.APPLIED, after=stood, checked_at=begun.at))
    assert [row["outcome"] for row in receipts_view(ground.case)] == ["applied"]


def test_a_secret_does_not_show_itself():
    secret = Secret(PASSWORD)
    assert PASSWORD not in f"{secret} {secret!r} {[secret]} {Change(lambda: Sent(0, ''), dict, bool, secret)}"
    assert secret.reveal() == PASSWORD


@pytest.mark.parametrize(
    ("outcomes", "stands"),
    [
        ([], None),
        (["intended"], "intended"),
        (["intended", "applied"], "applied"),
        (["intended", "applied", "already_held"], "applied"),
        (["intended", "unverified", "refused"], "unverified"),
        (["intended", "failed"], None),
        (["intended", "applied", "undo applied"], None),
        (["intended", "applied", "undo already_held"], None),
        (["intended", "applied", "undo intended", "undo failed"], "applied"),
        (["intended", "applied", "undo applied", "intended", "applied"], "applied"),
    ],
)
def test_what_stands_is_the_last_change_that_was_not_undone(tenant, case, outcomes, stands):
    for outcome in outcomes:
        mark, _, name = outcome.rpartition(" ")
        write(case, intent(tenant, outcome=Result(name), undo=bool(mark)))
    found = standing(case, thing_of(intent(tenant)))
    assert (found.outcome.value if found else None) == stands


def test_a_change_killed_before_its_result_can_still_be_undone(ground):
    step = next(step for step in ground.plan.steps if step.action == "block_sign_in")
    path = f"/users/{step.arguments['user']}"
    before = {"present": True, "user": SUBJECT, "enabled": True, "password_changed": None, "sessions_valid_from": None}
    sent = replace(
        intent(ground.tenant), step_id=step.id, plan_id=ground.plan.plan_id, before=before, arguments=step.arguments
    )
    write(ground.case, sent)
    ground.tenant.graph.patch(path, {"accountEnabled": False})
    assert undo(ground.case, ground.tenant, step.id).outcome is Result.APPLIED
    assert ground.subject()["accountEnabled"] is True


def test_the_times_of_a_receipt_are_the_tenants_own(tenant, case):
    tenant.graph.get(RULES)
    receipt = perform(case, tenant, intent(tenant), Change(lambda: Sent(204, ""), states(OFF), blocked))
    assert iso(receipt.checked_at).startswith("2026-11-18T12:")


def test_two_plans_that_used_one_id_for_two_things_are_not_mixed_up(ground):
    for plan, target in (("p1", "one"), ("p2", "two")):
        sent = intent(ground.tenant, "disable_inbox_rule", outcome=Result.APPLIED)
        write(ground.case, replace(sent, plan_id=plan, arguments={"rule": target}))
    with pytest.raises(BadInput, match="Say which: p1:S01-x or p2:S01-x"):
        undo(ground.case, ground.tenant, "S01-x")
