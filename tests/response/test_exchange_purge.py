"""The attacker's mail goes out of colleagues' mailboxes only when it is asked for, and comes back by the undo."""

import pytest
from practice.judge import answer_problems, problems
from response.conftest import signed_in
from response.making import finding, user, verdict
from response.planted import everything
from tables import SUBJECT, make_case

from o365nb import response
from o365nb.engine import Engine
from o365nb.model import Recipient, Verdict, utc
from o365nb.practice import PracticeTenant
from o365nb.response import make_plan

HOSTILE = "<it's'; x@evil.example>"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("purge"), journal=True) as running:
        yield running


@pytest.fixture
def sent(server):
    """A message of the subject's to colleagues, as the tenant shows it: its id and who got it."""
    rows = [row for row in server.state.traces(SUBJECT) if row["senderAddress"] == SUBJECT]
    rows = [row for row in rows if row["recipientAddress"].endswith("@contoso.example")]
    chosen = rows[0]["messageId"]
    return chosen, sorted({row["recipientAddress"] for row in rows if row["messageId"] == chosen})


def planned(folder, received, kind=Verdict.CONFIRMED):
    case = make_case(folder, users=[user()])
    case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
    with Engine(case) as engine:
        return case, make_plan(verdict(kind), [finding(first=None, last=None)], [], engine, (), received)


def got(address, message_id, internal=True):
    return Recipient(address, internal, message_id, utc("2026-11-17T10:00:00Z"), "")


def steps_of(plan):
    return [step for step in plan.steps if step.action == "soft_delete_mail"]


def test_only_mail_in_the_houses_own_mailboxes_is_planned_for_and_only_by_choice(tmp_path):
    received = [
        got("bob@contoso.example", "<1@x>"), got("x@fabrikam.example", "<1@x>", internal=False),
        got("bob@contoso.example", "(link) https://x"), got("(not known)", "<1@x>"),
        got("bob@contoso.example", HOSTILE),
    ]  # fmt: skip
    _, plan = planned(tmp_path / "a", received)
    [step] = steps_of(plan)
    assert step.target == "2 copies of the attacker's mail in 1 mailboxes"
    assert (step.automatic, step.reversible, response.part_of_the_whole(step)) == (True, True, False)
    assert response.actions()["soft_delete_mail"].asks(step) == "delete 2"
    assert "\n" not in step.command_equivalent
    _, below = planned(tmp_path / "b", received, Verdict.SUSPECTED)
    assert steps_of(below) == []


def test_the_copies_go_to_the_recoverable_items_and_come_back(server, sent, tmp_path):
    message_id, people = sent
    case, plan = planned(tmp_path, [*(got(upn, message_id) for upn in people), got("bob@contoso.example", HOSTILE)])
    [step] = steps_of(plan)
    word = {step.id: f"delete {len(people) + 1}"}
    before = everything(server)
    with signed_in(server) as tenant:
        [untyped] = response.apply(case, tenant, plan, plan.plan_id, [step.id])
        assert (untyped.outcome.value, everything(server) == before) == ("refused", True)
        [done] = response.apply(case, tenant, plan, plan.plan_id, [step.id], typed=word)
        assert (done.outcome.value, done.note, sorted({one[0] for one in done.before["there"]})) == (
            "applied", "", people,
        )  # fmt: skip
        changed = everything(server)
        assert sorted(changed["exchange"]["recoverable_messages"]) == people
        [again] = response.apply(case, tenant, plan, plan.plan_id, [step.id], typed=word)
        assert (again.outcome.value, everything(server) == changed) == ("already_held", True)
        back = response.undo(case, tenant, step.id)
        assert (back.outcome.value, back.note, everything(server) == before) == ("applied", "", True)
    asked = [entry for entry in server.journal if "/messages" in entry.asked.path]
    assert "\n".join(sorted({problem for entry in asked for problem in problems(entry.asked)})) == ""
    assert "\n".join(sorted({problem for entry in asked for problem in answer_problems(entry)})) == ""


def test_one_mailbox_that_refuses_stops_none_of_the_others_and_the_moved_come_back(server, tmp_path):
    rows = [row for row in server.state.traces() if row["recipientAddress"].endswith("@contoso.example")]
    message, mine = rows[0]["messageId"], [rows[0]["recipientAddress"], rows[0]["senderAddress"]]
    other = next(row for row in rows if row["recipientAddress"] not in mine)
    case, plan = planned(
        tmp_path, [got(rows[0]["recipientAddress"], message), got(other["recipientAddress"], other["messageId"])]
    )
    [step] = steps_of(plan)
    before = everything(server)
    server.inject(f"/v1.0/users/{other['recipientAddress']}/messages", 403, code="ErrorAccessDenied", method="POST")
    with signed_in(server) as tenant:
        [done] = response.apply(case, tenant, plan, plan.plan_id, [step.id], typed={step.id: "delete 2"})
        assert (done.outcome.value, [one[0] for one in done.after["there"]]) == (
            "unverified", [other["recipientAddress"]],
        )  # fmt: skip
        assert response.undo(case, tenant, step.id).outcome.value == "applied"
    assert everything(server) == before
