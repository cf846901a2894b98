"""The plan of a whole investigation: what a customer would be asked to approve."""

from pathlib import Path

from response.conftest import METHODS, RULES
from tables import SUBJECT

from o365nb import investigate, response
from o365nb.case import Bundle


def test_the_taken_account_gets_a_full_plan_on_attacker_objects_only(practice_case):
    plan = practice_case("aitm").found.plan
    assert [step.action for step in plan.steps] == [
        "snapshot_evidence", "hold_mailbox", "bank_recall", "block_sign_in", "revoke_sessions", "reset_password",
        "lock_protocols", "confirm_compromised", "name_addresses", "block_addresses", "ask_user", "disable_inbox_rule",
        "remove_auth_method", "revoke_sessions", "check_devices", "update_signatures", "scan_device", "sync_device",
        "check_device", "check_device", "unblock_sign_in", "issue_temporary_pass", "dismiss_risk",
        "unrestrict_sender", "notify_recipients", "verify_again", "harden",
    ]  # fmt: skip
    assert [step.target for step in plan.steps if step.action in ("disable_inbox_rule", "remove_auth_method")] == [
        f"inbox rule '..' of {SUBJECT}",
        f"microsoftAuthenticator 'iPhone 12' of {SUBJECT}",
    ]
    assert [step.id for step in plan.steps if not step.reason] == []
    assert [step.id for step in plan.steps if step.automatic and step.action != "snapshot_evidence"] == [
        step.id for step in plan.steps if step.automatic and step.finding_ids
    ]


def test_the_traveller_is_asked_and_left_alone(practice_case):
    assert [step.action for step in practice_case("traveller").found.plan.steps] == ["ask_user"]


def test_the_plan_of_the_result_bundle_is_applied_verified_and_kept_in_the_case(practice_copy):
    case = practice_copy("aitm")
    plan = Bundle(Path(case.info.out)).plan()
    handed = []
    with investigate.tenant_of(case, lambda _: None) as tenant:
        own = {rule["displayName"]: rule["isEnabled"] for rule in tenant.graph.get(RULES).records}
        receipts = response.apply(case, tenant, plan, plan.plan_id, on_password=lambda upn, _: handed.append(upn))
        assert {receipt.outcome.value for receipt in receipts} == {"applied", "already_held"}
        checks = response.verify(case, tenant, plan)
        assert [check.step_id for check in checks if check.holds is False] == []
        assert {rule["displayName"]: rule["isEnabled"] for rule in tenant.graph.get(RULES).records} == own
        assert "iPhone 12" not in str(tenant.graph.get(METHODS).records)
    with investigate.tenant_of(case, lambda _: None) as tenant:  # the practice tenant was restarted: its state stayed
        again = response.verify(case, tenant, plan)
    assert [(check.step_id, check.holds, check.read) for check in again] == [
        (check.step_id, check.holds, check.read) for check in checks
    ]
    assert handed == [SUBJECT]
    assert list(case.verify())
