"""Applying, verifying and undoing a plan against the practice tenant: the real client, real HTTPS, real state."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from response.conftest import RULES
from tables import SUBJECT

from o365nb import response
from o365nb.errors import BadInput, NotApproved
from o365nb.model import Plan, iso

DONE = [
    ("snapshot_evidence", "already_held"),
    ("hold_mailbox", "applied"),
    ("block_sign_in", "applied"),
    ("revoke_sessions", "applied"),
    ("reset_password", "applied"),
    ("confirm_compromised", "applied"),
    ("disable_inbox_rule", "applied"),
    ("remove_auth_method", "applied"),
    ("revoke_sessions", "applied"),
]


def applied(ground, steps=None, **more):
    return response.apply(
        ground.case, ground.tenant, ground.plan, ground.plan.plan_id, steps, on_password=ground.hand, **more
    )


def outcomes(receipts):
    return [(receipt.action, receipt.outcome.value) for receipt in receipts]


def written(case):
    return list(case.receipts.entries())


def test_the_plan_names_the_attackers_objects_and_not_the_users_own(ground):
    targets = [step.target for step in ground.plan.steps if step.phase == "eradicate" and step.automatic]
    assert targets == [
        f"inbox rule '..' of {SUBJECT}",
        f"microsoftAuthenticator 'iPhone 12' of {SUBJECT}",
        SUBJECT,
    ]


@pytest.mark.parametrize(("approve", "says"), [("", "no plan was approved"), ("0123456789ab", "is not the id")])
def test_without_the_right_approval_nothing_is_changed_and_nothing_written(ground, approve, says):
    before = ground.state()
    with pytest.raises(NotApproved, match=says):
        response.apply(ground.case, ground.tenant, ground.plan, approve, on_password=ground.hand)
    assert (ground.state(), written(ground.case), ground.handed) == (before, [], [])


def test_a_step_that_is_not_in_the_plan_stops_everything_before_it_starts(ground):
    before = ground.state()
    with pytest.raises(BadInput, match="no step S99-nothing"):
        applied(ground, [ground.id("block_sign_in"), "S99-nothing"])
    assert (ground.state(), written(ground.case)) == (before, [])


def test_a_dry_run_shows_every_request_and_sends_none(ground):
    before = ground.state()
    lines = response.preview(ground.plan, ground.case, ground.tenant)
    user = next(step for step in ground.plan.steps if step.action == "block_sign_in").arguments["user"]
    assert f'    sends    PATCH /users/{user} {{"accountEnabled": false}}' in lines
    assert "    now      sign-in allowed; would be changed" in lines
    assert len(response.preview(ground.plan)) < len(lines)
    by_hand = "\n".join(response.preview(ground.plan, by_hand=True))
    assert ("[automatic" in by_hand, "    sends " in by_hand, "    command  " in by_hand) == (False, False, True)
    assert (ground.state(), written(ground.case)) == (before, [])


def test_applying_changes_the_tenant_and_only_what_the_plan_names(ground):
    users, hidden, visible, methods = ground.state()
    assert outcomes(applied(ground)) == DONE
    users_after, hidden_after, visible_after, methods_after = ground.state()
    anna = ground.subject()
    was = next(one for one in users if one["userPrincipalName"] == SUBJECT)
    assert anna["accountEnabled"] is False
    assert anna["lastPasswordChangeDateTime"] > was["lastPasswordChangeDateTime"]
    assert anna["signInSessionsValidFromDateTime"] > was["signInSessionsValidFromDateTime"]
    others = [one for one in users if one["userPrincipalName"] != SUBJECT]
    assert [one for one in users_after if one["userPrincipalName"] != SUBJECT] == others
    assert visible_after == visible
    assert [rule for rule in hidden_after if rule["Name"] != ".."] == [rule for rule in hidden if rule["Name"] != ".."]
    assert [rule["Enabled"] for rule in hidden_after if rule["Name"] == ".."] == [False]
    kept = [method["id"] for method in methods if method.get("displayName") != "iPhone 12"]
    assert [method["id"] for method in methods_after] == kept


def test_a_receipt_tells_before_request_answer_after_and_who(ground):
    applied(ground)
    ground.case.receipts.verify()
    intent, result = [line for line in written(ground.case) if line["action"] == "block_sign_in"]
    user = result["arguments"]["user"]
    assert (intent["outcome"], result["outcome"]) == ("intended", "applied")
    assert result["request"] == [{"method": "PATCH", "url": f"/users/{user}", "body": {"accountEnabled": False}}]
    assert (result["before"]["enabled"], result["after"]["enabled"]) == (True, False)
    assert result["response"]["status"] == 204
    assert result["request_ids"] == [result["response"]["request_id"]]
    assert ground.tenant.profile.client_id in result["by"]
    assert result["at"] <= result["checked_at"]
    proof = {row["action"]: row for row in response.receipts_view(ground.case)}["block_sign_in"]
    assert (proof["before"], proof["after"]) == ("sign-in allowed", "sign-in blocked")
    assert proof["proof"] == f"Read back at {proof['checked_at']}: sign-in blocked."


def test_applying_again_finds_everything_done(ground):
    applied(ground)
    before = ground.state()
    assert outcomes(applied(ground)) == [(action, "already_held") for action, _ in DONE]
    assert (ground.state(), len(ground.handed)) == (before, 1)


def test_another_plan_for_the_same_objects_knows_what_was_done(ground):
    applied(ground)
    ground.plan = Plan(
        tuple(replace(step, id=f"S9{step.order}", reason="In other words.") for step in ground.plan.steps)
    )
    assert outcomes(applied(ground)) == [(action, "already_held") for action, _ in DONE]
    assert {c.holds for c in response.verify(ground.case, ground.tenant, ground.plan) if c.phase != "recover"} == {
        True,
        None,
    }


def test_an_attacker_seen_again_after_the_response_is_thrown_out_again(ground):
    applied(ground)
    later = iso(ground.tenant.now() + timedelta(hours=1))
    ground.plan = Plan(
        tuple(
            replace(step, arguments={**step.arguments, "not_before": later}) if "not_before" in step.arguments else step
            for step in ground.plan.steps
        )
    )
    assert dict(outcomes(applied(ground))) == {
        "snapshot_evidence": "already_held",
        "hold_mailbox": "already_held",
        "block_sign_in": "already_held",
        "revoke_sessions": "applied",
        "reset_password": "applied",
        "confirm_compromised": "already_held",
        "disable_inbox_rule": "already_held",
        "remove_auth_method": "already_held",
    }
    assert len(ground.handed) == 2


def test_the_password_is_handed_over_once_and_written_nowhere(ground):
    receipts = applied(ground)
    [(upn, password)] = ground.handed
    assert (upn, len(password)) == (SUBJECT, 29)
    assert password not in repr(receipts) + "\n".join(response.receipt_lines(receipts))
    files = [path for path in ground.case.root.rglob("*") if path.is_file()]
    assert [path for path in files if password.encode() in path.read_bytes()] == []
    assert password not in json.dumps(response.receipts_view(ground.case))


def test_nobody_to_hand_the_password_to_means_no_reset(ground):
    step = ground.id("reset_password")
    [receipt] = response.apply(ground.case, ground.tenant, ground.plan, ground.plan.plan_id, [step])
    assert (receipt.outcome.value, receipt.note) == ("refused", "nobody is there to be handed the new password")


def test_verify_reads_back_what_holds_and_what_does_not(ground):
    def holds():
        return {check.step_id: check.holds for check in response.verify(ground.case, ground.tenant, ground.plan)}

    automatic = [step.id for step in ground.plan.steps if response.part_of_the_whole(step)]
    assert {step: value for step, value in holds().items() if value is not None} == {
        step: step == ground.id("snapshot_evidence") for step in automatic
    }
    applied(ground)
    assert {step: value for step, value in holds().items() if value is not None} == dict.fromkeys(automatic, True)
    path = f"/users/{next(s for s in ground.plan.steps if s.action == 'block_sign_in').arguments['user']}"
    ground.tenant.graph.patch(path, {"accountEnabled": True})
    broken = next(c for c in response.verify(ground.case, ground.tenant, ground.plan) if c.action == "block_sign_in")
    assert (broken.holds, broken.read, broken.note) == (
        False,
        "sign-in allowed",
        "it was applied and does not hold any more",
    )
    assert any("DOES NOT" in line for line in response.check_lines([broken]))


@pytest.mark.parametrize("action", ["block_sign_in", "disable_inbox_rule"])
def test_undo_restores_what_stood_before(ground, action):
    before = ground.state()
    step = ground.id(action)
    applied(ground, [step])
    assert ground.state() != before
    receipt = response.undo(ground.case, ground.tenant, step)
    assert (receipt.outcome.value, receipt.undo, ground.state()) == ("applied", True, before)
    ground.case.receipts.verify()
    with pytest.raises(BadInput, match="Nothing to undo"):
        response.undo(ground.case, ground.tenant, step)
    assert outcomes(applied(ground, [step])) == [(action, "applied")]


@pytest.mark.parametrize("action", ["revoke_sessions", "reset_password", "remove_auth_method"])
def test_what_cannot_be_put_back_is_not_pretended_to(ground, action):
    step = ground.id(action)
    applied(ground, [step])
    before, lines = ground.state(), len(written(ground.case))
    with pytest.raises(BadInput, match="cannot be undone: "):
        response.undo(ground.case, ground.tenant, step)
    assert (ground.state(), len(written(ground.case))) == (before, lines)


def test_an_object_that_is_gone_is_refused_and_a_method_that_is_gone_holds(ground):
    rule = next(step for step in ground.plan.steps if step.action == "disable_inbox_rule").arguments["rule"]
    method = next(step for step in ground.plan.steps if step.action == "remove_auth_method")
    list(ground.tenant.exchange.run("Remove-InboxRule", SUBJECT, Identity=rule, Mailbox=SUBJECT, Force=True))
    arguments = method.arguments
    ground.tenant.graph.delete(
        f"/users/{arguments['user']}/authentication/{arguments['collection']}/{arguments['method']}"
    )
    receipts = applied(ground, [ground.id("disable_inbox_rule"), method.id])
    assert [(one.outcome.value, one.note) for one in receipts] == [
        ("refused", "the rule no longer exists"),
        ("already_held", ""),
    ]


def test_what_is_done_by_hand_is_never_sent(ground):
    [receipt] = applied(ground, [ground.id("ask_user")])
    assert (receipt.outcome.value, receipt.note) == ("refused", "it is done by hand; the plan says how")


def test_the_account_is_not_unblocked_before_the_attacker_is_out(ground):
    before = ground.state()
    step = ground.id("unblock_sign_in")
    applied(ground, [ground.id("block_sign_in")])
    blocked = ground.state()
    [receipt] = applied(ground, [step])
    rule, method = ground.id("disable_inbox_rule"), ground.id("remove_auth_method")
    assert receipt.outcome.value == "refused"
    assert [reason.split(" is not done")[0] for reason in receipt.note.split("; ")] == [
        rule,
        method,
        "the password was not reset in this response",
        "the user's devices were not confirmed as clean (--devices-checked)",
    ]
    assert ground.state() == blocked != before


def test_sessions_must_be_revoked_after_the_reset(ground):
    steps = ["block_sign_in", "revoke_sessions", "reset_password", "disable_inbox_rule", "remove_auth_method"]
    applied(ground, [ground.id(action) for action in steps])
    [receipt] = applied(ground, [ground.id("unblock_sign_in")], devices_checked=True)
    assert (receipt.outcome.value, receipt.note) == (
        "refused",
        "the sessions were not revoked after the password was reset",
    )


def test_the_account_is_unblocked_when_named_and_everything_is_done(ground):
    step = ground.id("unblock_sign_in")
    assert step not in [receipt.step_id for receipt in applied(ground)]
    [refused] = applied(ground, [step])
    assert (refused.outcome.value, refused.note) == (
        "refused",
        "the user's devices were not confirmed as clean (--devices-checked)",
    )
    [receipt] = applied(ground, [step], devices_checked=True)
    assert (receipt.outcome.value, ground.subject()["accountEnabled"]) == ("applied", True)
    checks = {c.step_id: c for c in response.verify(ground.case, ground.tenant, ground.plan)}
    assert (checks[step].holds, checks[ground.id("block_sign_in")].holds) == (True, None)
    [again] = applied(ground, [ground.id("block_sign_in")])
    assert (again.outcome.value, ground.subject()["accountEnabled"]) == ("refused", True)
    response.undo(ground.case, ground.tenant, step)
    assert ground.subject()["accountEnabled"] is False


def aimed_at_a_visible_rule(ground, **planned):
    """The plan's rule step, aimed at the user's own visible rule instead."""
    own = ground.tenant.graph.get(RULES).records[0]
    step = next(step for step in ground.plan.steps if step.action == "disable_inbox_rule")
    seen = {"rule": own["id"], "side": "graph", "name": own["displayName"], "deletes": "False", "sends_to": ""}
    ground.plan = Plan((replace(step, arguments={**step.arguments, **seen, **planned}),))
    return step.id


@pytest.mark.parametrize(
    ("planned", "what"),
    [({"name": "."}, "name"), ({"deletes": "True"}, "deletes"), ({"sends_to": "x@evil.example"}, "recipients")],
)
def test_a_rule_changed_since_planning_is_not_touched(ground, planned, what):
    aimed_at_a_visible_rule(ground, **planned)
    before = ground.state()
    [receipt] = applied(ground)
    assert (receipt.outcome.value, receipt.note) == (
        "refused",
        f"the rule was changed after planning ({what}); collect and analyse again",
    )
    assert ground.state() == before


def test_a_visible_rule_is_switched_by_graph_and_back(ground):
    step, before = aimed_at_a_visible_rule(ground), ground.state()
    [receipt] = applied(ground)
    assert (receipt.outcome.value, receipt.request[0].method) == ("applied", "PATCH")
    assert [rule["isEnabled"] for rule in ground.tenant.graph.get(RULES).records].count(False) == 1
    response.undo(ground.case, ground.tenant, step)
    assert ground.state() == before


def test_an_account_that_now_has_another_name_is_not_touched(ground):
    step = next(step for step in ground.plan.steps if step.action == "block_sign_in")
    arguments = {**step.arguments, "upn": "old.name@contoso.example"}
    ground.plan = Plan((replace(step, arguments=arguments),))
    [receipt] = applied(ground)
    assert (receipt.outcome.value, receipt.note) == (
        "refused",
        f"the account is now called {SUBJECT}, not old.name@contoso.example",
    )


def test_one_refused_step_stops_none_of_the_others(ground, server):
    server.inject("/v1.0/users", 403, code="Authorization_RequestDenied", method="PATCH")
    done = dict(DONE) | {"block_sign_in": "failed"}
    receipts = applied(ground)
    assert outcomes(receipts) == [(action, done[action]) for action, _ in DONE]
    assert receipts[2].response.status == 403
    assert (receipts[2].after["enabled"], ground.subject()["accountEnabled"]) == (True, True)


def test_a_method_refused_for_its_order_is_tried_again_last(ground, server):
    server.inject(
        "/v1.0/users", 400, code="BadRequest", message="The default method cannot be deleted.", method="DELETE"
    )
    receipts = [one for one in applied(ground) if one.action == "remove_auth_method"]
    assert outcomes(receipts) == [("remove_auth_method", "failed"), ("remove_auth_method", "applied")]
    assert "default method cannot be deleted" in receipts[0].note


def test_a_target_that_cannot_be_read_fails_with_the_reason(ground, server):
    server.inject("Get-InboxRule", 403, times=2)
    step = ground.id("disable_inbox_rule")
    [receipt] = applied(ground, [step])
    assert (receipt.outcome.value, receipt.before) == ("failed", None)
    assert receipt.note.startswith("the present state could not be read: ")
    check = next(c for c in response.verify(ground.case, ground.tenant, ground.plan) if c.step_id == step)
    assert (check.holds, check.read) == (False, "not read")
