"""Consent, guessed password, stolen session: the practice stories judged as a live case is."""

from collections import Counter
from pathlib import Path

import pytest

from o365nb import investigate, response
from o365nb.case import Bundle
from o365nb.model import Context, Label, Verdict

#: Story → verdict, way in, what stands of the attacker's, and what the truth names that must be found.
EXPECTED = {
    "consent": (
        Verdict.CONFIRMED, "H6", ["oauth_grant"],
        {"pe-oauth-known-bad", "pe-oauth-risky-consent", "pe-oauth-app-use", "co-mia-new-client", "co-mia-sync",
         "co-mia-bind", "ia-token-replay-nonint"},
    ),
    "spray": (
        Verdict.CONFIRMED, "H3", ["audit_setting", "connector", "transport_rule"],
        {"ia-spray", "ia-spray-hit", "ia-legacy-auth-success", "pe-transport-rule", "pe-connector", "de-ual-off",
         "de-log-gap", "ia-new-country-unmanaged"},
    ),
    "token_theft": (
        Verdict.CONFIRMED, "H4", ["sharing_link"],
        {"ia-token-replay-nonint", "ia-session-stolen", "ia-residential-near", "ia-risk-detections",
         "ia-token-outlives-reset", "co-file-sync", "co-share-anon", "la-saas-sso"},
    ),
}  # fmt: skip
PRESERVED = ["snapshot_evidence", "hold_mailbox"]
CONTAINED = ["block_sign_in", "revoke_sessions", "reset_password", "lock_protocols", "confirm_compromised"]
RECOVERED = [
    "revoke_sessions", "check_devices", "update_signatures", "scan_device", "sync_device", "check_device",
    "check_device", "unblock_sign_in", "issue_temporary_pass", "dismiss_risk", "verify_again", "harden",
]  # fmt: skip
_ADDRESSES = ["name_addresses", "block_addresses", "ask_user"]
#: Story → what is set back before containment.
RESTORED = {"spray": ["resume_unified_audit"]}
#: Story → what is taken away between containment and recovery.
REMOVED = {
    "consent": ["disable_application", *_ADDRESSES, "remove_consent"],
    "spray": [*_ADDRESSES, "disable_inbound_connector", "disable_transport_rule", "remove_transport_rule"],
    "token_theft": [*_ADDRESSES, "remove_sharing_link"],
}


@pytest.mark.parametrize("story", EXPECTED)
def test_what_the_story_tells_is_found(practice_case, story):
    found = practice_case(story).found.findings
    assert EXPECTED[story][3] - {finding.slug for finding in found} == set()


@pytest.mark.parametrize("story", EXPECTED)
def test_every_event_is_given_to_the_one_who_caused_it(practice_case, story):
    made = practice_case(story)
    called = {one.event_id for one in made.found.attributions if one.label is Label.ATTACKER}
    called -= {one.event_id for one in made.found.attributions if one.source == "risk_detection"}  # told of, not done
    known = {one.event_id for one in made.found.attributions}
    were = {key for key in known if made.truth.get(key, {}).get("label") == "attacker"}
    precision, recall = len(called & were) / len(called), len(called & were) / len(were)
    assert (precision >= 0.95, recall >= 0.95) == (True, True), (precision, recall)


@pytest.mark.parametrize("story", EXPECTED)
def test_the_verdict_the_way_in_and_the_remains_are_right(practice_case, story):
    found, (verdict, cause, remains, _) = practice_case(story).found, EXPECTED[story]
    assert (found.verdict.verdict, found.cause.top, found.cause.determined) == (verdict, cause, True)
    assert sorted(item.kind for item in found.persistence if item.remove) == remains
    assert {item.verdict for item in found.persistence if not item.remove} <= {Label.USER}


@pytest.mark.parametrize("story", EXPECTED)
def test_the_plan_contains_removes_the_attackers_objects_only_and_recovers(practice_case, story):
    plan = practice_case(story).found.plan
    whole = [*PRESERVED, *RESTORED.get(story, []), *CONTAINED, *REMOVED[story], *RECOVERED]
    assert [step.action for step in plan.steps] == whole


def test_the_consent_of_the_users_own_hand_is_still_the_attackers_and_one_finding(practice_case):
    found = practice_case("consent").found
    (grant,) = [item for item in found.persistence if item.remove]
    assert '"eM Client"' in grant.description
    consents = [one for one in found.findings if one.slug.startswith("pe-oauth")]
    assert Counter(one.slug for one in consents) == dict.fromkeys(
        ("pe-oauth-known-bad", "pe-oauth-risky-consent", "pe-oauth-app-use"), 1
    )
    assert {one.context for one in consents} <= {Context.YES, Context.LIKELY}


def test_a_new_password_alone_does_not_pass_for_removed_consent(practice_copy):
    case = practice_copy("consent")
    plan = Bundle(Path(case.info.out)).plan()
    password = [step.id for step in plan.steps if step.action in ("snapshot_evidence", "reset_password")]
    with investigate.tenant_of(case, lambda _: None) as tenant:
        response.apply(case, tenant, plan, plan.plan_id, password, on_password=lambda *_: None)
        checks = {check.action: check for check in response.verify(case, tenant, plan)}
    assert checks["reset_password"].holds is True
    assert checks["remove_consent"].holds is False
    assert "EWS.AccessAsUser.All" in checks["remove_consent"].read
