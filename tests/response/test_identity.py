"""Everything that an attacker can leave in the directory goes, one by one, and comes back by its undo."""

from datetime import timedelta

import pytest
from response.conftest import signed_in
from response.planted import ADDRESS, case_of, everything, plant
from tables import SUBJECT

from o365nb import response
from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant, identity
from o365nb.response.receipts import Receipt, Result, write

AUTOMATIC = [
    "hold_mailbox", "block_sign_in", "revoke_sessions", "reset_password", "confirm_compromised", "disable_application",
    "remove_consent", "remove_app_certificate", "remove_app_owner", "remove_app_access", "remove_app_role",
    "remove_app_secret", "remove_federated_credential", "disable_device", "remove_auth_method", "remove_role",
    "remove_group_member", "remove_group_assignment", "remove_role_eligibility", "remove_group_eligibility",
    "end_role_activation", "disable_account", "disable_access_policy", "disable_access_policy", "update_signatures",
    "scan_device", "sync_device",
]  # fmt: skip
BY_CHOICE = ["lock_protocols", "isolate_device", "name_addresses", "block_addresses", "delete_device", "wipe_device"]


@pytest.fixture
def server(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path / "state") as running:
        yield running


@pytest.fixture
def ground(server, tmp_path):
    before = everything(server)
    case, plan = case_of(plant(server), tmp_path)
    with signed_in(server) as tenant:
        yield Ground(server, tenant, case, plan, before)


class Ground:
    def __init__(self, server, tenant, case, plan, innocent):
        self.server, self.tenant, self.case, self.plan, self.innocent = server, tenant, case, plan, innocent
        self.handed = []

    def ids(self, *actions):
        return [step.id for step in self.plan.steps if step.action in actions]

    def apply(self, *actions, **more):
        steps = self.ids(*actions) if actions else None
        hand = more.pop("hand", lambda target, text: self.handed.append((target, text)))
        return response.apply(self.case, self.tenant, self.plan, self.plan.plan_id, steps, on_password=hand, **more)

    def undo(self, step):
        return response.undo(self.case, self.tenant, step)

    def checks(self, *actions):
        every = response.verify(self.case, self.tenant, self.plan)
        return [check for check in every if check.action in actions]


def outcomes(receipts):
    return [(one.action, one.outcome.value, one.note) for one in receipts if one.outcome.value != "applied"]


def test_the_whole_plan_takes_everything_of_the_attackers_and_nothing_else(ground):
    receipts = ground.apply()
    assert outcomes(receipts) == [("snapshot_evidence", "already_held", "")]
    assert sorted({one.action for one in receipts} - {"snapshot_evidence"}) == sorted(set(AUTOMATIC))
    after, was = everything(ground.server), ground.innocent
    same = [name for name in was if after[name] == was[name]]
    assert sorted(set(was) - set(same)) == [
        "applications", "conditional_access", "defender", "devices", "intune", "mailboxes", "methods", "mfa",
        "named_locations", "risky_users", "service_principals", "users",
    ]  # fmt: skip
    # What is off and not gone: the application, the policy, the place, the phone, the guest.
    switched = [item["displayName"] for item in after["service_principals"].values() if not item["accountEnabled"]]
    assert switched == ["Mail Reader"]
    assert {key: value for key, value in after["service_principals"].items() if key in was["service_principals"]} == (
        was["service_principals"]
    )
    assert [item["state"] for item in after["conditional_access"]][-1] == "disabled"
    assert after["conditional_access"][:-1] == was["conditional_access"]
    assert [item["isTrusted"] for item in after["named_locations"]] == [True, False]
    off = [item for items in after["devices"].values() for item in items if not item["accountEnabled"]]
    assert len(off) == 1
    assert {key for key, user in after["users"].items() if not user["accountEnabled"]} == {
        identity.GUEST, ground.server.state.person(SUBJECT).id,
    }  # fmt: skip
    # Of applications only a certificate of its own is left more than before: the innocent one that was planted.
    assert [[key["keyId"] for key in app["keyCredentials"]] for app in after["applications"]] == [[], ["own-key"]]
    strip = [{**app, "keyCredentials": []} for app in after["applications"]]
    assert strip == was["applications"]
    assert [item["displayName"] for item in after["methods"][SUBJECT] if "displayName" in item] == [
        item["displayName"] for item in was["methods"][SUBJECT] if "displayName" in item
    ]


def test_applying_again_sends_nothing(ground):
    ground.apply()
    before = everything(ground.server)
    again = ground.apply()
    assert {one.outcome.value for one in again} == {"already_held"}
    assert everything(ground.server) == before


@pytest.mark.parametrize(
    "action",
    [
        "disable_application", "remove_consent", "remove_app_certificate", "remove_app_owner", "remove_app_role",
        "remove_app_access", "remove_federated_credential", "disable_device", "remove_role", "remove_group_member",
        "remove_role_eligibility", "remove_group_eligibility", "remove_group_assignment", "disable_account",
        "confirm_compromised",
    ],
)  # fmt: skip
def test_undo_puts_back_what_stood(ground, action):
    before = comparable(everything(ground.server))
    [receipt] = ground.apply(action)
    changed = comparable(everything(ground.server)) != before
    assert (receipt.outcome.value, receipt.note, changed) == ("applied", "", True)
    back = ground.undo(receipt.step_id)
    assert (back.outcome.value, back.note, back.undo) == ("applied", "", True)
    after = comparable(everything(ground.server))
    if action == "confirm_compromised":  # the word was said: it is taken back, not unsaid
        assert [item["riskState"] for item in after.pop("risky_users")] == ["dismissed"]
        before.pop("risky_users")
    assert after == before


def test_what_came_back_under_another_id_is_not_taken_for_gone(ground):
    [receipt] = ground.apply("remove_consent")
    ground.undo(receipt.step_id)
    [again] = ground.apply("remove_consent")
    assert (again.outcome.value, again.note) == (
        "refused",
        "it was put back, and has another id now; collect and analyse again",
    )
    [check] = ground.checks("remove_consent")
    assert (check.holds, check.note) == (False, again.note)


def comparable(kept):
    """The state with lists in an order of their own, and without the ids and times that the service gives anew."""
    loose = {name: kept.pop(name) for name in ("grants", "app_role_assignments", "role_assignments")}
    pim = kept.pop("pim")
    trusts = kept.pop("federated_credentials")
    groups = [{**item, "members": sorted(item["members"])} for item in kept.pop("groups")]
    anew = ("id", "createdDateTime", "startDateTime", "endDateTime", "principalDisplayName", "principalType",
            "resourceDisplayName", "deletedDateTime", "assignmentType", "memberType")  # fmt: skip

    def bare(items):
        return sorted(
            str(sorted((k, str(v).strip()) for k, v in item.items() if k not in anew and "Schedule" not in k))
            for item in items
        )

    return {
        **kept, **{name: bare(items) for name, items in loose.items()},
        "pim": {name: bare(items) for name, items in pim.items()},
        "federated_credentials": {name: bare(items) for name, items in trusts.items()},
        "groups": groups, "owners": {name: sorted(items) for name, items in kept["owners"].items()},
    }  # fmt: skip


# -- devices ----------------------------------------------------------------------------------------------------------


def test_a_scan_is_asked_for_once_and_holds_when_its_result_has_come(ground):
    care = ("update_signatures", "scan_device", "sync_device")
    assert {one.outcome.value for one in ground.apply(*care)} == {"applied"}
    waiting = {check.action: (check.holds, check.note) for check in ground.checks(*care)}
    assert set(waiting.values()) == {(None, "asked for and accepted; its result is still to come")}
    again = ground.apply(*care)
    assert {(one.outcome.value, one.note) for one in again} == {
        ("already_held", "asked for and accepted; its result is still to come")
    }
    ground.server.pass_time(timedelta(minutes=30))
    half = {check.action: check.holds for check in ground.checks(*care)}
    assert half == {"update_signatures": True, "scan_device": None, "sync_device": True}
    ground.server.pass_time(timedelta(hours=2))
    done = {check.action: (check.holds, check.read) for check in ground.checks(*care)}
    assert {holds for holds, _ in done.values()} == {True}
    assert "full scan of 2026-11-18T12:0" in done["scan_device"][1]
    assert done["scan_device"][1].endswith("Succeeded")
    assert "antivirus on, signatures 1.441.212.0, last full scan" in done["update_signatures"][1]
    assert {one.outcome.value for one in ground.apply(*care)} == {"already_held"}


def test_a_device_is_cut_off_by_choice_and_let_go_again(ground):
    [receipt] = ground.apply("isolate_device")
    assert receipt.outcome.value == "applied"
    ground.server.pass_time(timedelta(minutes=10))
    [check] = ground.checks("isolate_device")
    assert (check.holds, check.read) == (True, "cut off: Succeeded")
    back = ground.undo(receipt.step_id)
    ground.server.pass_time(timedelta(minutes=10))
    [check] = ground.checks("isolate_device")
    assert (back.outcome.value, check.read) == ("applied", "let go again: Succeeded")


def test_what_destroys_wants_its_target_typed(ground):
    [step] = ground.ids("wipe_device")
    name = next(one for one in ground.plan.steps if one.id == step).arguments["name"]
    before = everything(ground.server)
    for typed in ({}, {step: name.lower()}, {step: "yes"}):
        [refused] = ground.apply("wipe_device", typed=typed)
        assert (refused.outcome.value, refused.note) == (
            "refused",
            f"it cannot simply be put back: confirm it by typing {name!r}",
        )
    assert everything(ground.server) == before
    [wiped] = ground.apply("wipe_device", typed={step: name})
    assert wiped.outcome.value == "applied"
    with pytest.raises(BadInput, match="cannot be undone: a wipe destroys everything"):
        ground.undo(step)
    [again] = ground.apply("wipe_device", typed={step: name})
    assert again.outcome.value == "already_held"
    ground.server.pass_time(timedelta(hours=1))
    [check] = ground.checks("wipe_device")
    assert (check.holds, check.read) == (True, "no longer in Intune")


def test_a_wipe_whose_answer_was_lost_is_not_sent_again(ground):
    """Killed between sending and the result: the device's own list says that it was taken on."""
    [step] = [one for one in ground.plan.steps if one.action == "wipe_device"]
    ground.tenant.graph.get("/organization")
    begun = Receipt(
        step.id, ground.plan.plan_id, step.action, step.target, ground.tenant.now(), {"present": True},
        Result.INTENDED, "op", step.reversible, arguments=step.arguments,
    )  # fmt: skip
    write(ground.case, begun)
    path = f"/deviceManagement/managedDevices/{step.arguments['intune']}"
    ground.tenant.graph.post(f"{path}/wipe", {"keepEnrollmentData": False, "keepUserData": False})
    before = everything(ground.server)
    [receipt] = ground.apply("wipe_device", typed={step.id: step.arguments["name"]})
    assert (receipt.outcome.value, everything(ground.server)) == ("already_held", before)


def test_a_device_is_deleted_only_after_it_was_disabled(ground):
    [step] = ground.ids("delete_device")
    name = next(one for one in ground.plan.steps if one.id == step).arguments["name"]
    [refused] = ground.apply("delete_device", typed={step: name})
    assert (refused.outcome.value, refused.note.partition(":")[0]) == ("refused", "it is not disabled yet")
    ground.apply("disable_device")
    [gone] = ground.apply("delete_device", typed={step: name})
    assert (gone.outcome.value, ground.checks("disable_device")[0].read) == ("applied", "device not there")


def test_a_device_that_nobody_looks_after_has_a_sheet_for_its_user(ground):
    steps = [step for step in ground.plan.steps if step.action == "check_device"]
    assert [(step.automatic, step.arguments["name"]) for step in steps] == [(False, "Anna's tablet")]
    lines = response.device_sheets(ground.plan)
    assert lines[0] == "Please check this device: Anna's tablet (Android)"
    assert sum(line.startswith("[ ] ") for line in lines) == 5


# -- by choice, and at the end ----------------------------------------------------------------------------------------


def test_addresses_are_blocked_by_choice_and_the_block_is_taken_back(ground):
    before = comparable(everything(ground.server))
    [block] = ground.ids("block_addresses")
    [refused] = ground.apply("block_addresses", typed={block: "block"})
    assert (refused.outcome.value, refused.note) == ("refused", "the place is not named yet: apply that step first")
    ground.apply("name_addresses")
    [done] = ground.apply("block_addresses", typed={block: "block"})
    assert done.outcome.value == "applied"
    kept = everything(ground.server)
    place, policy = kept["named_locations"][-1], kept["conditional_access"][-1]
    assert [one["cidrAddress"] for one in place["ipRanges"]] == [f"{ADDRESS}/32"]
    assert policy["conditions"]["locations"] == {"includeLocations": [place["id"]]}
    assert policy["conditions"]["users"]["excludeGroups"] == [identity.EMERGENCY_GROUP]
    assert ground.undo(block).outcome.value == "applied"
    assert ground.undo(ground.ids("name_addresses")[0]).outcome.value == "applied"
    assert comparable(everything(ground.server)) == before


def test_steps_by_choice_are_no_part_of_the_whole_plan(ground):
    assert [step.action for step in ground.plan.steps if step.action in BY_CHOICE] == BY_CHOICE
    sent = {one.action for one in ground.apply()}
    assert sent & {*BY_CHOICE, "issue_temporary_pass", "dismiss_risk", "unblock_sign_in"} == set()
    assert {(check.holds, check.note) for check in ground.checks(*BY_CHOICE)} == {(None, "not asked for yet")}
    lines = response.preview(ground.plan)
    assert sum("[automatic" in line and "only when named" in line for line in lines) == len(BY_CHOICE)


def test_the_pass_is_handed_over_once_and_written_nowhere(ground):
    [early] = ground.apply("issue_temporary_pass", devices_checked=True)
    assert early.outcome.value == "refused"
    ground.apply()
    by_hand = ground.ids("review_app_passwords")
    [nobody] = ground.apply("issue_temporary_pass", hand=None, devices_checked=True, confirmed=by_hand)
    assert (nobody.outcome.value, nobody.note) == (
        "refused",
        "nobody is there to be handed the Temporary Access Pass",
    )
    ground.handed.clear()
    [receipt] = ground.apply("issue_temporary_pass", devices_checked=True, confirmed=by_hand)
    [(target, code)] = ground.handed
    assert (receipt.outcome.value, receipt.note[:15], target, len(code)) == ("applied", "Devices checked", SUBJECT, 8)
    assert [path for path in ground.case.root.rglob("*") if path.is_file() and code.encode() in path.read_bytes()] == []
    [check] = ground.checks("issue_temporary_pass")
    assert check.holds is True


def test_the_risk_is_dismissed_at_the_end(ground):
    ground.apply()
    assert ground.checks("confirm_compromised")[0].read == "risk confirmedCompromised, level high"
    [receipt] = ground.apply("dismiss_risk", devices_checked=True, confirmed=ground.ids("review_app_passwords"))
    assert (receipt.outcome.value, ground.checks("dismiss_risk")[0].read) == ("applied", "risk dismissed, level none")


def test_app_passwords_are_deleted_by_hand_and_read_as_far_as_they_can_be(ground):
    [check] = ground.checks("review_app_passwords")
    assert (check.holds, check.note) == (None, "only people can say")
    assert check.read == "per-user MFA is enforced: app passwords may exist, and none of them is shown"
    ground.server.state.objects["mfa"][SUBJECT]["state"] = "disabled"
    [check] = ground.checks("review_app_passwords")
    assert (check.holds, check.read) == (True, "per-user MFA is off: app passwords cannot be used")


def test_a_consent_that_others_gave_since_is_not_switched_off(ground):
    kept = ground.server.state.objects
    spy = next(item for item in kept["grants"] if item["id"] == "spy-grant")
    kept["grants"].append({**spy, "id": "bobs", "principalId": ground.server.state.person("bob@contoso.example").id})
    [receipt] = ground.apply("disable_application")
    assert receipt.outcome.value == "refused"
    assert receipt.note.startswith("others gave it a consent too since planning")
