"""The practice stories through the live door: what must be found, what must not."""

from __future__ import annotations

from o365nb.model import Context, Severity

#: What the story's truth names; more is found, nothing less.
EXPECTED = {
    "ia-phish-delivered", "ia-aitm-session-split", "ia-ua-shift-in-flow", "ia-kit-useragent", "ia-token-replay-nonint",
    "pe-rule-name-evasive", "pe-rule-hide", "pe-rule-hidden", "pe-rule-keywords", "pe-rule-targets-person",
    "pe-mfa-method-added", "co-mia-bind", "co-mail-search", "im-mass-send", "im-lookalike-domain",
    "im-sender-restricted", "de-sent-cleanup",
}  # fmt: skip


def test_the_attack_is_found_by_many_and_every_cited_event_is_the_attackers(practice_case):
    case = practice_case("aitm")
    assert {finding.slug for finding in case.found.findings} >= EXPECTED
    held = [finding for finding in case.found.findings if finding.context is not Context.NO]
    cited = {key for finding in held for key in finding.evidence if key in case.truth}
    assert {case.truth[key]["label"] for key in cited} <= {"attacker", "system"}  # system: the service's restriction


def test_the_traveller_yields_nothing_above_medium(practice_case):
    found = practice_case("traveller").found.findings
    assert {finding.slug for finding in found} == {"ia-impossible-travel"}
    assert all(finding.severity in (Severity.LOW, Severity.MEDIUM, Severity.INFO) for finding in found)
