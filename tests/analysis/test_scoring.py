"""From hits to findings to a verdict that never claims more than was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from analysis.world import NOW, Hit, facts
from tables import SUBJECT, make_case

from o365nb.analysis.reconcile import Origin
from o365nb.analysis.scoring import case_score, context_of, findings, judge
from o365nb.model import Attribution, CaseVerdict, Context, Finding, Label, Outcome, Severity, Verdict


def label(key, kind=Label.ATTACKER, confidence=0.9):
    return Attribution(key, NOW, "ual", "Send", SUBJECT, kind, confidence, "because")


def judged(tmp_path, hits, known, labels, sessions=None, coverage=None):
    case = make_case(tmp_path, coverage=coverage)
    return judge(findings(hits, known, labels, {}), labels, sessions or {}, case.ledger, (SUBJECT,))


A, B, C = label("a"), label("b"), label("c", Label.USER)


def test_a_finding_weighs_severity_confidence_and_context():
    known = facts(ia_spray_hit="critical", pe_rule_hide="high")
    found = findings(
        [Hit("pe-rule-hide", ("c",)), Hit("ia-spray-hit", ("a",), confidence=0.5)], known, {"a": A, "c": C}, {}
    )
    shared = {"title": "Something bad.", "attack": ("T1078",), "subject": SUBJECT, "first": NOW, "last": NOW}
    more = {"summary": "something was seen", "actions": ()}
    assert found == [
        Finding("F-001", "ia-spray-hit", severity=Severity.CRITICAL, context=Context.YES, confidence=0.5, score=9.0,
                evidence=("a",), **shared, **more),
        Finding("F-002", "pe-rule-hide", severity=Severity.HIGH, context=Context.NO, confidence=0.8, score=2.24,
                evidence=("c",), **shared, **more),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "context"),
    [
        (("a", "b"), Context.YES),
        (("a", "b", "c"), Context.YES),
        (("a", "c", "d"), Context.LIKELY),
        (("weak",), Context.LIKELY),
        (("c", "d"), Context.NO),
        (("c", "nobody's"), Context.NO),
        (("?",), Context.UNKNOWN),
        (("c", "?"), Context.UNKNOWN),
        (("rule made by the attacker",), Context.YES),
        (("rule of the user",), Context.NO),
        ((), Context.UNKNOWN),
    ],
)
def test_the_context_is_whose_the_evidence_is(evidence, context):
    labels = {
        "a": A,
        "b": B,
        "c": C,
        "d": label("d", Label.USER),
        "?": label("?", Label.UNKNOWN, 0),
        "weak": label("weak", confidence=0.55),
    }
    origins = {
        "rule made by the attacker": Origin(Label.ATTACKER, "", NOW, ("a",)),
        "rule of the user": Origin(Label.USER, "", NOW, ("c",)),
    }
    assert context_of(evidence, labels, origins) is context


def test_the_order_and_the_numbers_do_not_depend_on_the_order_of_hits():
    known = facts(ia_spray_hit="critical", pe_rule_hide="high", co_mia_bind="high")
    hits = [Hit(slug, ("a",)) for slug in known]
    assert findings(hits, known, {"a": A}, {}) == findings(hits[::-1], known, {"a": A}, {})


def test_the_case_score_counts_one_deed_once_and_damps_the_phases():
    known = facts(ia_spray="high", ia_ropc="high", pe_rule_hide="high", co_mia_bind="medium")
    found = findings([Hit(slug, ("?",), confidence=1.0) for slug in known], known, {}, {})
    assert case_score(found) == 7 + 7 / 2 + 3 / 4


def test_confirmed_by_one_critical_finding_with_a_session(tmp_path):
    known = facts(ia_aitm_session_split="critical")
    hits = [Hit("ia-aitm-session-split", ("a",), summary="2 networks within 3 minutes")]
    assert judged(tmp_path, hits, known, {"a": A}, {"a": "session"}) == CaseVerdict(
        Verdict.CONFIRMED,
        14.4,
        (
            "1 event of 1 account could be tied to an attacker, who acted at 2026-11-17 08:41 UTC.",
            "Something bad (2026-11-17 08:41 UTC): 2 networks within 3 minutes [F-001, critical].",
        ),
        (SUBJECT,),
        NOW,
        NOW,
    )


def test_one_critical_finding_without_a_session_is_probable(tmp_path):
    known = facts(ia_aitm_session_split="critical")
    found = judged(tmp_path, [Hit("ia-aitm-session-split", ("a",))], known, {"a": A})
    assert found.verdict is Verdict.PROBABLE


def test_confirmed_by_two_high_findings_of_different_phases(tmp_path):
    known = facts(pe_rule_hide="high", co_mia_bind="high", pe_rule_keywords="high")
    across = [Hit("pe-rule-hide", ("a",)), Hit("co-mia-bind", ("b",))]
    same = [Hit("pe-rule-hide", ("a",)), Hit("pe-rule-keywords", ("a",))]
    assert judged(tmp_path / "1", across, known, {"a": A, "b": B}).verdict is Verdict.CONFIRMED
    assert judged(tmp_path / "2", same, known, {"a": A, "b": B}).verdict is Verdict.SUSPECTED


def test_a_travellers_findings_stay_below_suspected(tmp_path):
    known = facts(ia_impossible_travel="low", ia_new_country_unmanaged="medium", ia_rare_app="medium")
    hits = [Hit(slug, ("c",)) for slug in known]
    found = judged(tmp_path, hits, known, {"c": C})
    assert (found.verdict, found.score < 5) == (Verdict.NOT_SUPPORTED, True)
    assert found.because == ("3 findings turned out to be the user's own doing: something bad.",)


@pytest.mark.parametrize(
    ("coverage", "verdict"),
    [
        ({}, Verdict.NOT_SUPPORTED),
        ({"sign_in": Outcome.NOT_LICENSED}, Verdict.NOT_SUPPORTED),  # the audit log has sign-ins too
        ({"sign_in": Outcome.NOT_LICENSED, "ual": Outcome.DENIED}, Verdict.CANNOT_TELL),
        ({"ual": Outcome.PARTIAL}, Verdict.CANNOT_TELL),
        (
            {"inbox_rules": Outcome.DENIED, "inbox_rules.hidden": Outcome.DENIED},
            Verdict.NOT_SUPPORTED,
        ),  # the log has them
    ],
)
def test_silence_means_not_supported_only_where_everything_needed_was_seen(tmp_path, coverage, verdict):
    assert judged(tmp_path, [], {}, {}, coverage=coverage).verdict is verdict


def test_cannot_tell_names_what_was_not_seen(tmp_path):
    found = judged(tmp_path, [], {}, {}, coverage={"ual": Outcome.CAPPED})
    assert found.because == (f"Not seen whole: the mailbox audit log of {SUBJECT}. What happened there is not known.",)


def test_mail_that_lured_the_user_in_is_not_the_first_attacker_event(tmp_path):
    lure = Attribution(
        "lure", NOW.replace(day=16), "message_trace", "Delivered", "x@evil.example", Label.ATTACKER, 0.8, ""
    )
    found = judged(tmp_path, [], {}, {"lure": lure, "a": A})
    assert (found.first_attacker_event, found.last_attacker_event) == (NOW, NOW)


def test_what_a_service_did_because_of_the_attacker_is_likely_the_attackers(tmp_path):
    known = facts(im_sender_restricted="high", pe_rule_hide="high")
    stop = label("stop", Label.SYSTEM)
    hits = [Hit("im-sender-restricted", ("stop",))]
    assert [one.context for one in findings(hits, known, {"stop": stop, "a": A}, {})] == [Context.LIKELY]
    assert [one.context for one in findings(hits, known, {"stop": stop}, {})] == [Context.UNKNOWN]
    others = [Hit("pe-rule-hide", ("stop",))]
    assert [one.context for one in findings(others, known, {"stop": stop, "a": A}, {})] == [Context.UNKNOWN]


COLLEAGUE = "erin@contoso.example"


def lure(key):
    return Attribution(key, NOW, "message_trace", "Message trace", "x@fabrikarn.example", Label.ATTACKER, 0.95, "b")


def test_what_a_colleague_did_is_not_excused_as_the_users_own():
    theirs = Attribution("c", NOW, "ual", "Add-MailboxPermission", COLLEAGUE, Label.USER, 0.9, "at the office")
    assert context_of(("c",), {"c": theirs}, {}, SUBJECT) is Context.UNKNOWN
    assert context_of(("c",), {"c": C}, {}, SUBJECT) is Context.NO


def test_what_befell_other_accounts_does_not_make_this_one_taken_over(tmp_path):
    theirs = Attribution("c", NOW, "sign_in", "Sign-in activity", COLLEAGUE, Label.ATTACKER, 0.95, "sprayed")
    known = facts(ia_spray_hit="critical", pe_rule_hide="high")
    hits = [Hit("ia-spray-hit", ("c",), subject=COLLEAGUE), Hit("pe-rule-hide", ("c",), subject=COLLEAGUE)]
    verdict = judged(tmp_path, hits, known, {"c": theirs})
    assert (verdict.verdict, verdict.score) == (Verdict.NOT_SUPPORTED, 0.0)
    assert verdict.because[1:] == (f"Findings about other accounts point to the attacker too: {COLLEAGUE}.",)


def test_mail_that_others_sent_does_not_make_an_account_taken_over(tmp_path):
    verdict = judged(
        tmp_path, [Hit("im-lookalike-domain", ("l",))], facts(im_lookalike_domain="critical"), {"l": lure("l")}
    )
    assert (verdict.verdict, verdict.score) == (Verdict.NOT_SUPPORTED, 0.0)


def test_beside_an_act_on_the_account_it_counts(tmp_path):
    known = facts(im_lookalike_domain="critical", pe_rule_hide="high")
    hits = [Hit("im-lookalike-domain", ("l",)), Hit("pe-rule-hide", ("a",))]
    assert judged(tmp_path, hits, known, {"l": lure("l"), "a": A}).verdict is Verdict.CONFIRMED


def test_however_much_is_found_nothing_is_probable_while_nothing_is_anybodys(tmp_path):
    known = facts(co_mia_sync="critical", pe_rule_hide="high", ia_spray_hit="critical")
    labels = {"?": label("?", Label.UNKNOWN, 0)}
    verdict = judged(tmp_path, [Hit(slug, ("?",)) for slug in known], known, labels)
    assert (verdict.verdict, verdict.score > 12) == (Verdict.SUSPECTED, True)


def test_two_grave_findings_in_two_phases_that_are_likely_the_attackers_are_probable(tmp_path):
    known = facts(pe_rule_forward_ext="high", ia_token_replay_nonint="high")
    hits = [Hit(slug, ("weak",), confidence=0.6) for slug in known]
    verdict = judged(tmp_path, hits, known, {"weak": label("weak", confidence=0.6)})
    assert (verdict.verdict, verdict.score < 12) == (Verdict.PROBABLE, True)


BACK = Hit("im-ndr-storm", ("bounce",), first=NOW.replace(hour=9), last=NOW.replace(hour=10))
MAILED = Hit("im-mass-send", ("sent",))
BOUNCED = facts(im_ndr_storm="medium", im_mass_send="critical")


@pytest.mark.parametrize(
    ("sender", "bounces", "context"),
    [
        (Label.USER, BACK, Context.NO),
        (Label.UNKNOWN, BACK, Context.UNKNOWN),
        (Label.USER, replace(BACK, subject="bob@contoso.example"), Context.UNKNOWN),
        (Label.USER, replace(BACK, first=NOW.replace(day=10)), Context.UNKNOWN),
        (Label.USER, replace(BACK, first=NOW.replace(day=19)), Context.UNKNOWN),
        (Label.USER, replace(BACK, first=None), Context.UNKNOWN),
        (Label.ATTACKER, BACK, Context.LIKELY),
    ],
    ids=["own mailing", "nobody's mailing", "another's", "before it", "days later", "no time", "the attacker's"],
)
def test_bounces_answer_the_mailing_that_they_follow(sender, bounces, context):
    labels = {"bounce": label("bounce", Label.SYSTEM), "sent": label("sent", sender)}
    (found,) = [one for one in findings([MAILED, bounces], BOUNCED, labels, {}) if one.slug == bounces.slug]
    assert (found.context, found.score) == (context, round(found.severity.weight * 0.8 * context.factor, 2))


@pytest.mark.parametrize(
    ("operation", "times", "verdict"),
    [
        ("MailItemsAccessed", 3, Verdict.CANNOT_TELL),
        ("FileDownloaded", 5, Verdict.CANNOT_TELL),
        ("MailItemsAccessed", 2, Verdict.NOT_SUPPORTED),
        ("Update", 5, Verdict.NOT_SUPPORTED),
    ],
)
def test_an_account_is_not_cleared_while_nobody_knows_who_read_in_it(tmp_path, operation, times, verdict):
    own = {f"o{number}": label(f"o{number}", Label.USER) for number in range(20)}
    open_ = {
        f"u{number}": replace(label(f"u{number}", Label.UNKNOWN, 0), operation=operation) for number in range(times)
    }
    assert judged(tmp_path, [], {}, own | open_).verdict is verdict


@pytest.mark.parametrize("operation", ["Send", "New-InboxRule", "AnonymousLinkCreated"])
def test_one_act_of_unknown_hand_that_goes_out_or_goes_on_is_enough_to_ask(tmp_path, operation):
    own = {f"o{number}": label(f"o{number}", Label.USER) for number in range(20)}
    done = replace(label("u", Label.UNKNOWN, 0), operation=operation)
    verdict = judged(tmp_path, [], {}, own | {"u": done})
    said = f"Of 1 act of reading, sending or changing in the account {SUBJECT} nothing shows whose they were, so ask."
    assert (verdict.verdict, verdict.because[-1]) == (Verdict.CANNOT_TELL, said)
