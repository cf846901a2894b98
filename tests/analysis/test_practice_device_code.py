"""A device code, a joined computer and its key, judged: what outlives the new password is found and taken away."""

from pathlib import Path

from o365nb import investigate, response
from o365nb.case import Bundle
from o365nb.model import Label, Verdict

STORY, CALLER = "device_code", "helpdesk@itservice936.onmicrosoft.example"
EXPECTED = {"la-teams-phish", "ia-devicecode-first", "ia-devicecode-then-register", "ia-authbroker-drs",
            "pe-device-registered", "pe-prt-new-device", "pe-mfa-method-added"}  # fmt: skip


def test_what_the_story_tells_is_found(practice_case):
    made = practice_case(STORY)
    told = {slug for item in made.truth.values() for slug in item["findings"]}
    assert (told | EXPECTED) - {one.slug for one in made.found.findings} == set()


def test_every_event_is_given_to_the_one_who_caused_it(practice_case):
    made = practice_case(STORY)
    called = {one.event_id for one in made.found.attributions if one.label is Label.ATTACKER}
    known = {one.event_id for one in made.found.attributions}
    assert called == {key for key in known if made.truth.get(key, {}).get("label") == "attacker"}
    assert len(called) > 30


def test_the_registration_services_own_records_are_the_attackers_doing(practice_case):
    by_service = [one for one in practice_case(STORY).found.attributions if one.actor == "device registration service"]
    assert {one.operation for one in by_service} == {"Add registered owner to device", "Add registered users to device"}
    assert {one.label for one in by_service} == {Label.ATTACKER}


def test_the_strangers_chat_is_the_lure(practice_case):
    found = practice_case(STORY).found
    (chat,) = [one for one in found.attributions if one.actor == CALLER]
    assert (chat.operation, chat.label) == ("ChatCreated", Label.ATTACKER)
    assert found.verdict.first_attacker_event == chat.time
    assert "of 1 account" in found.verdict.because[0]


def test_the_verdict_the_way_in_and_the_remains_are_right(practice_case):
    found = practice_case(STORY).found
    assert (found.verdict.verdict, found.cause.top, found.cause.determined) == (Verdict.CONFIRMED, "H5", True)
    assert sorted(item.kind for item in found.persistence if item.remove) == ["auth_method", "device"]
    assert {item.verdict for item in found.persistence if not item.remove} == {Label.USER}


def test_the_computer_and_its_key_go_before_the_account_is_given_back(practice_case):
    assert [step.action for step in practice_case(STORY).found.plan.steps] == [
        "snapshot_evidence", "hold_mailbox", "block_sign_in", "revoke_sessions", "reset_password", "lock_protocols",
        "confirm_compromised", "name_addresses", "block_addresses", "ask_user", "disable_device", "delete_device",
        "remove_auth_method", "revoke_sessions", "check_devices", "update_signatures", "scan_device", "sync_device",
        "check_device", "check_device", "unblock_sign_in", "issue_temporary_pass", "dismiss_risk", "verify_again",
        "harden",
    ]  # fmt: skip


def test_a_new_password_alone_does_not_pass_while_the_computer_stands(practice_copy):
    case = practice_copy(STORY)
    plan = Bundle(Path(case.info.out)).plan()
    keys = [step.id for step in plan.steps if step.action in ("reset_password", "remove_auth_method")]
    with investigate.tenant_of(case, lambda _: None) as tenant:
        response.apply(case, tenant, plan, plan.plan_id, keys, on_password=lambda *_: None)
        checks = {check.action: check for check in response.verify(case, tenant, plan)}
    assert (checks["reset_password"].holds, checks["remove_auth_method"].holds) == (True, True)
    assert checks["disable_device"].holds is False
    assert "DESKTOP-7Q2LKA9" in checks["disable_device"].read
