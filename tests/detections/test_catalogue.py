"""The catalogue: every question has a detection, another place that answers it, or a reason why nothing can."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from o365nb import detections

TOOL = Path(__file__).parents[2] / "tools" / "detections_page.py"
#: What an investigation of a mailbox takeover asks of the logs, by phase.
CATALOGUE = {
    "ia": "aitm-session-split aitm-twin-login ua-shift-in-flow kit-useragent officehome-hosting mfa-by-claim-new-asn"
    " token-replay-nonint uti-multi-ip devicecode-first devicecode-then-register authbroker-drs firstparty-oauth-phish"
    " legacy-auth-success ropc spray spray-hit bruteforce-user password-known-blocked mfa-fatigue user-reported-fraud"
    " impossible-travel new-country-unmanaged residential-near risk-detections sfa-regression ca-gap rare-app"
    " helpdesk-reset sspr-abuse phish-delivered spoof-not-compromise blocked-but-trying",
    "pe": "rule-name-evasive rule-hide rule-keywords rule-catchall rule-targets-person rule-forward-ext rule-hidden"
    " rule-client rule-churn sweep-rule fwd-mailbox fwd-contact delegate-full delegate-send folder-acl calendar-publish"
    " oauth-known-bad oauth-risky-consent oauth-brand-mimic oauth-admin-consent oauth-unexplained app-credential"
    " app-owner sp-new-asn mfa-method-added mfa-shared-artifact mfa-weakened tap app-password device-registered"
    " prt-new-device eas-device role-added ca-weakened federation guest xtenant-trust consent-policy addin"
    " outlook-form-homepage transport-rule connector journal autoforward-policy protocol-enabled"
    " shared-mailbox-enabled new-account flow graph-subscription",
    "de": "ual-off mailbox-audit-off audit-retention purge-warnings sent-cleanup recoverable-purge no-sent-copy"
    " folder-stash junk-lists tenant-allow protection-off label-dlp risk-dismissed user-block-tip log-gap",
    "co": "mia-bind mia-sync mia-throttled mia-volume mia-new-client nonowner mail-search spo-search attachment"
    " file-mass file-sync file-recon share-anon site-admin ediscovery graph-mail teams-copilot directory-enum",
    "la": "internal-phish thread-hijack teams-phish share-lure more-victims shared-mailbox saas-sso azure clicked",
    "im": "mass-send sender-restricted ndr-storm lookalike-domain lookalike-account invoice-fraud payroll replyto"
    " autoreply-signature mass-delete email-bomb lockout profile-change",
}
QUESTIONS = {f"{phase}-{name}" for phase, names in CATALOGUE.items() for name in names.split()}


def _tool():
    spec = spec_from_file_location("detections_page", TOOL)
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_question_is_asked_answered_elsewhere_or_refused_with_a_reason():
    tool, slugs = _tool(), {one.slug for one in detections.all()}
    listed = [*tool.ELSEWHERE, *tool.NO_EVIDENCE]
    assert len(QUESTIONS) == 136
    assert QUESTIONS - slugs == set(listed)
    assert len(set(listed)) == len(listed)


def test_the_page_is_what_the_detections_say():
    tool = _tool()
    assert tool.PAGE.read_text("utf-8") == tool.page(), "run python tools/detections_page.py"


def test_no_fact_breaks_the_tables_of_the_page():
    said = [text for one in detections.all() for text in (one.title, one.benign, one.misses)]
    assert not [text for text in said if "|" in text or "\n" in text]
