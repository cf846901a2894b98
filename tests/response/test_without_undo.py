"""Actions with no way back: a device is retired once and for good; what no action can address goes to a person."""

from datetime import timedelta

import pytest
from response.conftest import signed_in
from response.making import finding, thing, user, verdict
from response.planted import everything
from tables import SUBJECT, make_case, state

from o365nb import response
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant
from o365nb.response import make_plan

PLACE = "deviceManagement/managedDevices"


@pytest.fixture
def server(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path / "state") as running:
        yield running


@pytest.fixture
def tenant(server):
    with signed_in(server) as opened:
        yield opened


def planned(folder, things, **tables):
    case = make_case(folder, **tables)
    case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
    with Engine(case) as engine:
        return case, make_plan(verdict(), [finding(first=None, last=None)], things, engine)


def only(plan, action):
    [step] = [step for step in plan.steps if step.action == action]
    return step


def check_of(case, tenant, plan, action):
    [check] = [check for check in response.verify(case, tenant, plan) if check.action == action]
    return check


# -- retire_device ----------------------------------------------------------------------------------------------------


@pytest.fixture
def enrolled(server, tenant, tmp_path):
    """A laptop that the attacker enrolled beside the user's own; only theirs is to be retired."""
    kept = server.state.objects["intune"]["devices"][SUBJECT]
    theirs = {**kept[0], "id": "5e5e5e5e-0000-4000-8000-000000000001", "deviceName": "DESKTOP-SPY"}
    kept.append(theirs)
    server.state.save()
    row = state("device", "spy", device_id="spy", object_id="", name="DESKTOP-SPY", os="Windows",
                trust_type="AzureAd", intune_id=theirs["id"])  # fmt: skip
    case, plan = planned(tmp_path, [thing("device", row["key"])], users=[user()], devices=[row])
    return case, plan, only(plan, "retire_device")


def retire(tenant, case, plan, step, typed=None):
    typed = {step.id: typed} if typed else {}
    [receipt] = response.apply(case, tenant, plan, plan.plan_id, [step.id], typed=typed)
    return receipt


def test_retiring_wants_the_name_typed_and_is_no_part_of_the_whole(server, tenant, enrolled):
    case, plan, step = enrolled
    before = everything(server)
    assert not response.part_of_the_whole(step)
    for typed in (None, "desktop-spy", "yes"):
        receipt = retire(tenant, case, plan, step, typed)
        assert (receipt.outcome.value, receipt.note) == (
            "refused",
            "it cannot simply be put back: confirm it by typing 'DESKTOP-SPY'",
        )
    assert everything(server) == before
    check = check_of(case, tenant, plan, "retire_device")
    assert (check.holds, check.note, check.read) == (None, "not asked for yet", "retire was not asked for")


def test_a_retired_device_leaves_intune_and_the_users_own_stays(server, tenant, enrolled):
    case, plan, step = enrolled
    own = server.state.objects["intune"]["devices"][SUBJECT][0]
    before = {**own}
    receipt = retire(tenant, case, plan, step, "DESKTOP-SPY")
    assert (receipt.outcome.value, [one.url for one in receipt.request]) == (
        "applied",
        [f"/{PLACE}/{step.arguments['intune']}/retire"],
    )
    waiting = check_of(case, tenant, plan, "retire_device")
    assert (waiting.holds, waiting.note) == (None, "asked for and accepted; its result is still to come")
    server.pass_time(timedelta(hours=1))
    gone = check_of(case, tenant, plan, "retire_device")
    assert (gone.holds, gone.read) == (True, "no longer in Intune")
    assert own == before
    assert [one["id"] for one in tenant.graph.get(f"/users/{SUBJECT}/managedDevices").records] == [own["id"]]


def test_retiring_is_asked_for_once_and_has_no_way_back(server, tenant, enrolled):
    case, plan, step = enrolled
    retire(tenant, case, plan, step, "DESKTOP-SPY")
    asked = everything(server)
    again = retire(tenant, case, plan, step, "DESKTOP-SPY")
    assert (again.outcome.value, everything(server)) == ("already_held", asked)
    with pytest.raises(BadInput, match="cannot be undone: a retired device must be enrolled again"):
        response.undo(case, tenant, step.id)
    assert everything(server) == asked


def test_a_device_that_was_given_to_somebody_else_since_is_left_alone(server, tenant, enrolled):
    case, plan, step = enrolled
    server.state.objects["intune"]["devices"][SUBJECT][1]["deviceName"] = "LAPTOP-CAROL"
    before = everything(server)
    receipt = retire(tenant, case, plan, step, "DESKTOP-SPY")
    assert (receipt.outcome.value, receipt.note) == ("refused", "the device is now called 'LAPTOP-CAROL'")
    assert everything(server) == before


# -- what only people can do ------------------------------------------------------------------------------------------


def by_hand(kind, table, row):
    return kind, table, row


HANDS = {
    "remove_app_part": by_hand("application", "applications", state(
        "application", "reply-url", object_id="", app_name="Contoso", side="application", item="reply_url",
        item_id="reply-url", name="https://evil.example/</script>",
    )),
    "review_role": by_hand("role", "roles", state(
        "role.active", "group-role", role="User Administrator", role_id="r1", state="active",
        principal_id="not-the-account", scope="/",
    )),
}  # fmt: skip


@pytest.mark.parametrize("action", HANDS)
def test_what_no_action_can_address_is_a_step_for_people_and_nothing_is_sent(server, tenant, tmp_path, action):
    kind, table, row = HANDS[action]
    named = thing(kind, row["key"], description="one line\nand <b>another</b>")
    case, plan = planned(tmp_path, [named], users=[user()], **{table: [row]})
    step = only(plan, action)
    assert (step.automatic, step.target, step.finding_ids) == (False, "one line and <b>another</b>", ("F1",))
    assert "\n" not in step.command_equivalent
    before = everything(server)
    [receipt] = response.apply(case, tenant, plan, plan.plan_id, [step.id])
    assert (receipt.outcome.value, receipt.note) == ("refused", "it is done by hand; the plan says how")
    check = check_of(case, tenant, plan, action)
    assert (check.holds, check.note, check.read) == (None, "only people can say", "not read")
    with pytest.raises(BadInput, match="Nothing to undo"):
        response.undo(case, tenant, step.id)
    assert everything(server) == before


@pytest.mark.parametrize("action", HANDS)
def test_a_step_for_people_stands_before_the_gate_until_it_is_confirmed(tenant, tmp_path, action):
    kind, table, row = HANDS[action]
    anna = tenant.graph.get(f"/users/{SUBJECT}", {"$select": "id"}).data["id"]
    case, plan = planned(tmp_path, [thing(kind, row["key"])], users=[user(user_id=anna)], **{table: [row]})
    step, unblock = only(plan, action), only(plan, "unblock_sign_in")
    open_, closed = (
        response.unmet(case, tenant, plan, unblock, devices_checked=True, confirmed=confirmed)
        for confirmed in ((), [step.id])
    )
    assert set(open_) - set(closed) == {f"{step.id} is done by hand and not confirmed ({step.target})"}


def test_a_role_of_the_accounts_own_is_not_left_to_people(tmp_path):
    row = state("role.active", "own", role="User Administrator", role_id="r1", state="active",
                principal_id=user()["user_id"], scope="/")  # fmt: skip
    _, plan = planned(tmp_path, [thing("role", row["key"])], users=[user()], roles=[row])
    assert [step.action for step in plan.steps if step.action in ("review_role", "remove_role")] == ["remove_role"]
