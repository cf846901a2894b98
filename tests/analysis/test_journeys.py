"""Mail opened on the way, by whom nobody knows: one finding for each journey, and not grave where few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from analysis.world import NOW, Hit, facts
from tables import SUBJECT

from o365nb.analysis.scoring import findings
from o365nb.model import Attribution, Context, Label, Severity

KNOWN = facts(co_mia_bind="high", pe_rule_hide="high")


def opened(key, size=3, days=0, **given):
    at = NOW + timedelta(days=days)
    return Hit("co-mia-bind", (key,), size=size, first=at, last=at, **given)


def told(*hits, label=Label.UNKNOWN):
    labels = {
        key: Attribution(key, NOW, "ual", "MailItemsAccessed", SUBJECT, label, 0.9, "because")
        for hit in hits
        for key in hit.evidence
    }
    return findings(hits, KNOWN, labels, {})


def test_what_was_read_on_one_journey_is_one_finding():
    (found,) = told(opened("a"), opened("b", days=1, confidence=0.9), opened("c", days=3))
    assert (found.evidence, found.severity, found.context) == (("a", "b", "c"), Severity.HIGH, Context.UNKNOWN)
    assert (found.first, found.last, found.confidence) == (NOW, NOW + timedelta(days=3), 0.9)
    assert found.score == round(Severity.HIGH.weight * 0.9 * Context.UNKNOWN.factor, 2)
    assert found.summary.startswith("something was seen; 2 more places or sessions until ")


@pytest.mark.parametrize(
    "other",
    [opened("b", days=9), opened("b", subject="bob@contoso.example")],
    ids=["after a long pause", "another account"],
)
def test_another_journey_is_another_finding(other):
    assert sorted(found.evidence for found in told(opened("a"), other)) == [("a",), ("b",)]


def test_other_findings_stay_as_they_are():
    rules = [Hit("pe-rule-hide", ("a",), size=1), Hit("pe-rule-hide", ("b",), size=1, summary="another")]
    assert [found.severity for found in told(*rules)] == [Severity.HIGH, Severity.HIGH]


@pytest.mark.parametrize(
    ("size", "label", "severity"),
    [
        (3, Label.UNKNOWN, Severity.MEDIUM),
        (5, Label.UNKNOWN, Severity.HIGH),
        (0, Label.UNKNOWN, Severity.HIGH),
        (3, Label.ATTACKER, Severity.HIGH),
        (3, Label.USER, Severity.HIGH),
    ],
    ids=["a few", "more", "nobody counted", "an attacker's", "the user's"],
)
def test_a_few_mails_opened_by_nobody_knows_whom_are_not_grave(size, label, severity):
    assert [found.severity for found in told(opened("a", size), label=label)] == [severity]


def test_an_attackers_readings_stay_apart():
    assert len(told(opened("a"), opened("b"), label=Label.ATTACKER)) == 2
