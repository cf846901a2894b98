"""Incidents as exported files, judged as `o365nb investigate --evidence` judges them, against what really happened."""

import functools

import pytest
from incidents.casebook import CASES
from incidents.measure import investigated

from o365nb.model import Context, Label, Severity, Verdict

CONFIRMED, PROBABLE, SUSPECTED, NOT_SUPPORTED = (
    Verdict.CONFIRMED, Verdict.PROBABLE, Verdict.SUSPECTED, Verdict.NOT_SUPPORTED,
)  # fmt: skip
RULE_AND_METHOD = ["auth_method", "inbox_rule"]
FRAUD = {
    "pe-rule-name-evasive",
    "pe-rule-hide",
    "pe-mfa-method-added",
    "co-mia-bind",
    "im-mass-send",
    "de-sent-cleanup",
}
RELAYED = {"ia-aitm-session-split", "ia-ua-shift-in-flow", "ia-kit-useragent", "ia-phish-delivered", *FRAUD}

#: Incident → verdict, likeliest way in, whether that is determined, what is to be removed, what must be found.
OUTSIDERS = {
    "S01 relayed sign-in": (CONFIRMED, "H1", True, RULE_AND_METHOD, RELAYED),
    "S01 same country": (CONFIRMED, "H1", False, RULE_AND_METHOD, FRAUD),
    "S01 same client": (CONFIRMED, "H1", False, RULE_AND_METHOD, FRAUD),
    "S01 IPv6": (CONFIRMED, "H1", True, RULE_AND_METHOD, RELAYED),
    "S01 while travelling": (CONFIRMED, "H1", True, RULE_AND_METHOD, RELAYED),
    "S01 Sentinel": (CONFIRMED, "H1", True, RULE_AND_METHOD, RELAYED - {"ia-phish-delivered"}),
    "S01 no sessions": (CONFIRMED, "H1", True, RULE_AND_METHOD, RELAYED - {"ia-aitm-session-split"}),
    "S02 consent": (CONFIRMED, "H6", True, ["oauth_grant"],
                    {"pe-oauth-known-bad", "pe-oauth-risky-consent", "pe-oauth-app-use", "co-mia-sync"}),
    "S02 unknown application": (PROBABLE, "H6", True, ["oauth_grant"], {"pe-oauth-app-use", "co-mia-sync"}),
    "S02 audit log only": (PROBABLE, "H6", True, ["oauth_grant"], {"pe-oauth-known-bad", "pe-oauth-app-use"}),
    "S03 spray": (CONFIRMED, "H3", True, ["audit_setting", "connector", "transport_rule"],
                  {"ia-spray", "ia-spray-hit", "ia-legacy-auth-success", "pe-transport-rule", "pe-connector",
                   "de-ual-off"}),
    "S03 audit log only": (CONFIRMED, "H3", True, ["audit_setting", "connector", "transport_rule"],
                           {"ia-spray-hit", "pe-transport-rule", "pe-connector", "de-ual-off"}),
    "S04 infostealer": (CONFIRMED, "H4", True, [], {"ia-session-stolen", "co-file-sync"}),
    "S04 audit log only": (CONFIRMED, "H4", True, [], {"ia-session-stolen", "co-file-sync"}),
    "S04 managed token": (CONFIRMED, "H4", True, [], {"ia-session-stolen", "co-file-sync"}),
    "S04 managed token, audit log only": (CONFIRMED, "H4", True, [], {"ia-session-stolen", "co-file-sync"}),
    "S06 payroll": (CONFIRMED, "H1", True, RULE_AND_METHOD,
                    {"ia-ua-shift-in-flow", "pe-rule-hide", "pe-rule-targets-person", "pe-mfa-method-added"}),
    "S07 device code": (CONFIRMED, "H5", True, ["auth_method", "device"],
                      {"ia-devicecode-first", "pe-device-registered"}),
    "S07 audit log only": (CONFIRMED, "H5", True, ["auth_method", "device"],
                      {"ia-devicecode-first", "pe-device-registered"}),
    "S11 poor tenant": (CONFIRMED, "H1", True, ["auth_method", "inbox_rule"],
                        {"co-mia-throttled", *RELAYED} - {"ia-phish-delivered"}),
    "forwarding": (PROBABLE, "H1", False, ["forwarding"], {"pe-fwd-mailbox"}),
    "rule that forwards": (PROBABLE, "H1", False, ["inbox_rule"], {"pe-rule-forward-ext"}),
    "patient intruder": (CONFIRMED, "H1", False, RULE_AND_METHOD, {"im-mass-send", "pe-rule-hide"}),
}  # fmt: skip
#: Incident → the verdicts that may be given, and the likeliest explanation.
INNOCENTS = {
    "S05 delegate": ((SUSPECTED, NOT_SUPPORTED), "H11"),
    "S08 forged": ((NOT_SUPPORTED,), "H12"),
    "S10 new phone": ((NOT_SUPPORTED,), "H13"),
    "S10 audit log only": ((NOT_SUPPORTED,), "H13"),
    "own VPN": ((SUSPECTED, NOT_SUPPORTED), "H13"),
    "own forwarding": ((SUSPECTED, NOT_SUPPORTED), "H13"),
    "roaming": ((NOT_SUPPORTED,), "H13"),
}
#: What people are asked to do besides asking the user; nothing of it changes an account.
BY_HAND = {
    "S05 delegate": ["ask_user", "review_delegate"],
    "S08 forged": ["stop_payment", "ask_user", "warn_correspondents", "refuse_imitations"],
}


@pytest.fixture(scope="module")
def incident(tmp_path_factory):
    """`incident("S04 infostealer")`: judged once, looked at by every test."""
    return functools.cache(lambda name: investigated(CASES[name], tmp_path_factory.mktemp("incident")))


def test_every_incident_is_asked_for():
    assert set(CASES) == {*OUTSIDERS, *INNOCENTS, "forwarding, no sessions", "roaming, no sessions"}


@pytest.mark.parametrize("name", OUTSIDERS)
def test_an_outsider_is_told_from_the_user(incident, name):
    made = incident(name)
    assert (made.precision >= 0.95, made.recall >= 0.95) == (True, True), list(made.wrong())


@pytest.mark.parametrize("name", OUTSIDERS)
def test_a_takeover_gets_its_verdict_its_cause_and_its_remains(incident, name):
    found, (verdict, cause, determined, removed, slugs) = incident(name).found, OUTSIDERS[name]
    assert (found.verdict.verdict, found.cause.top, found.cause.determined) == (verdict, cause, determined)
    assert sorted({item.kind for item in found.persistence if item.remove}) == sorted(removed)
    assert slugs - {one.slug for one in found.findings if one.context is not Context.NO} == set()
    assert {item.verdict for item in found.persistence if item.remove} <= {Label.ATTACKER}
    assert [step.action for step in found.plan.steps if step.action == "block_sign_in"] == ["block_sign_in"]


@pytest.mark.parametrize("name", CASES)
def test_what_was_seen_and_who_was_written_to_is_listed_as_it_was(incident, name):
    assert incident(name).seen.faults == []


@pytest.mark.parametrize("name", INNOCENTS)
def test_nobody_is_made_a_victim_by_colleagues_forgers_or_a_new_phone(incident, name):
    found, (verdicts, cause) = incident(name).found, INNOCENTS[name]
    assert (found.verdict.verdict in verdicts, found.cause.top) == (True, cause), found.verdict
    assert {one.source for one in found.attributions if one.label is Label.ATTACKER} <= {"message_trace"}
    assert [item for item in found.persistence if item.remove or item.verdict is Label.ATTACKER] == []
    assert [step.action for step in found.plan.steps] == BY_HAND.get(name, ["ask_user"])


def test_the_poorest_evidence_of_an_ordinary_month_leads_to_a_question_at_most(incident):
    made = incident("roaming, no sessions")
    assert (made.called, made.found.verdict.verdict) == (0, SUSPECTED)
    assert [step.action for step in made.found.plan.steps] == ["ask_user"]


@pytest.mark.parametrize("name", ["S10 new phone", "S10 audit log only", "roaming"])
def test_an_ordinary_month_holds_nothing_above_medium(incident, name):
    high = [one for one in incident(name).found.findings if one.severity in (Severity.HIGH, Severity.CRITICAL)]
    assert high == []


def test_forged_mail_is_named_as_such_and_so_is_the_look_alike(incident):
    found = incident("S08 forged").found
    assert {one.slug for one in found.findings} == {
        "ia-spoof-not-compromise", "im-lookalike-domain", "im-invoice-fraud",
    }  # fmt: skip
    assert found.cause.determined


def test_the_insiders_reading_is_shown_and_left_to_people(incident):
    found = incident("S05 delegate").found
    assert {(one.slug, one.context) for one in found.findings} == {
        ("pe-delegate-full", Context.UNKNOWN), ("co-nonowner", Context.UNKNOWN),
    }  # fmt: skip
    assert [(item.kind, item.verdict) for item in found.persistence if item.kind == "delegate"] == [
        ("delegate", Label.UNKNOWN)
    ]


def test_where_nothing_tells_the_hands_apart_nothing_is_claimed(incident):
    """No session, no network, a line that moves daily, and an intruder with the user's own kind of browser."""
    made = incident("forwarding, no sessions")
    assert (made.called, made.found.verdict.verdict) == (0, SUSPECTED)
    assert [step.action for step in made.found.plan.steps] == ["ask_user"]
    assert "pe-fwd-mailbox" in {one.slug for one in made.found.findings}


def test_the_second_victim_is_found_by_the_first_ones_intruder(incident):
    others = {one.actor for one in incident("S06 payroll").found.attributions if one.label is Label.ATTACKER}
    assert "gina@contoso.example" in others


def test_a_poor_tenants_gaps_stand_in_the_report(incident):
    said = " ".join(gap.sentence for gap in incident("S11 poor tenant").found.coverage)
    assert "message trace" in said.lower()
    assert [seen for seen in incident("S11 poor tenant").found.exposure if seen.certainty == "possible"]
