"""How they got in: fourteen hypotheses, weighed in decibans over findings, log facts and the interview.

Posterior = prior + sum of weights, as a softmax. Called *determined* only when the lead is clear and at least
one piece of log evidence carries it: an interview alone never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from o365nb.analysis.base import Labels, subjects_of
from o365nb.analysis.derive import derived, entry_visible
from o365nb.analysis.interview import Answers, load_answers, questions, table
from o365nb.analysis.scoring import uncovered
from o365nb.engine import Engine
from o365nb.model import Cause, Context, Finding, Hypothesis

TITLES = {
    "H1": ("aitm-phish", "A phishing page in the middle took the session"),
    "H2": ("password-phish", "A phishing page took the password; no second factor was asked"),
    "H3": ("password-attack", "The password was guessed, reused or leaked"),
    "H4": ("infostealer", "Malicious software on a device took the session"),
    "H5": ("device-code", "The user entered a device code for somebody else"),
    "H6": ("consent-phish", "The user let a malicious application in"),
    "H7": ("mfa-fatigue", "The user approved a prompt after many"),
    "H8": ("helpdesk", "A reset by help desk, self-service or SIM swap"),
    "H9": ("legacy-auth", "An old mail protocol or app password without second factor"),
    "H10": ("lost-device", "A lost or shared device"),
    "H11": ("insider", "Somebody inside, or a delegate"),
    "H12": ("spoof", "The address was forged; the account was not taken"),
    "H13": ("benign", "The user's own doing"),
    "H14": ("hostile-wifi", "A hostile wireless network"),
}
DETERMINED = 0.8
#: How often a "yes" is heard from people to whom it did not happen that way.
_BASE_RATE = 0.1
_MOST = 0.95


@dataclass(frozen=True, slots=True)
class Weights:
    """What `cause_weights.csv` says."""

    priors: dict[str, float]
    observations: dict[str, dict[str, float]]
    says: dict[str, str]


@cache
def weights() -> Weights:
    """The weights that ship."""
    priors, observations, says = {}, dict[str, dict[str, float]](), {}
    for row in table("cause_weights.csv"):
        name, value = row["observation"], float(row["value"])
        if name == "prior":
            priors[row["hypothesis"]] = value / 100
        else:
            observations.setdefault(name, {})[row["hypothesis"]] = value
            says[name] = row["says"]
    return Weights(priors, observations, says)


def root_cause(engine: Engine, found: Iterable[Finding], labels: Labels, answers: Answers) -> Cause:
    """How they got in, from findings, the order of events, and the interview."""
    found = list(found)
    whole = not uncovered(engine.case.ledger, subjects_of(engine))
    facts = derived(engine, labels, found, whole=whole)
    return weigh(found, facts, answers, visible=entry_visible(engine, labels))


def weigh(found: Iterable[Finding], facts: Mapping[str, str], answers: Answers, *, visible: bool = True) -> Cause:
    """The hypotheses, likeliest first. `facts` maps names of derived evidence to what was seen, in words.

    Where the entry is older than the logs, nothing in them speaks for or against a way in.
    """
    table_ = weights()
    seen = _observed(found, facts) if visible else {}
    said = {f"answer:{name}": answer["answer"] for name, answer in answers.items()}
    likely = _posterior(table_, seen, said)
    ranked = sorted(likely, key=lambda one: (-likely[one], int(one[1:])))
    top = ranked[0]
    proven = any(name in table_.observations and table_.observations[name].get(top, 0) > 0 for name in seen)
    determined = likely[top] >= DETERMINED and proven and visible
    hypotheses = tuple(_hypothesis(one, likely[one], table_, seen, said, visible=visible) for one in ranked)
    return Cause(determined, top, hypotheses, next_question(likely, answers))


def _observed(found: Iterable[Finding], facts: Mapping[str, str]) -> dict[str, str]:
    """Observation → how it was seen, for every observation of the table that holds."""
    carried = {finding.slug: finding for finding in reversed(list(found)) if finding.context is not Context.NO}
    seen = {}
    for name in weights().observations:
        kind, _, what = name.partition(":")
        if kind == "finding":
            hits = [carried[slug] for slug in what.split("+") if slug in carried]
            if hits:
                seen[name] = ", ".join(finding.id for finding in hits)
        elif kind == "derived" and what in facts:
            seen[name] = facts[what]
    return seen


def _posterior(table_: Weights, seen: Mapping[str, str], said: Mapping[str, str]) -> dict[str, float]:
    scores = {one: 10 * math.log10(prior) for one, prior in table_.priors.items()}
    for name in seen:
        for one, value in table_.observations[name].items():
            scores[one] += value
    for name, answer in said.items():
        if name in table_.observations and answer in ("y", "n"):
            for one in scores:
                scores[one] += _shift(table_.observations[name].get(one, 0.0), answer)
    highest = max(scores.values())
    powers = {one: 10 ** ((score - highest) / 10) for one, score in scores.items()}
    whole = sum(powers.values())
    return {one: power / whole for one, power in powers.items()}


def _yes(value: float) -> float:
    """How often the answer is yes where a hypothesis with this weight is true."""
    return float(min(_MOST, _BASE_RATE * 10 ** (value / 10)))


def _shift(value: float, answer: str) -> float:
    """What an answer adds, in decibans: a yes its weight, a no what its absence tells."""
    return value if answer == "y" else 10 * math.log10((1 - _yes(value)) / (1 - _BASE_RATE))


def next_question(likely: Mapping[str, float], answers: Answers) -> str:
    """The unanswered question that is expected to settle most; "" when none would tell anything."""
    table_ = weights()
    best, gain = "", 0.01  # bits; less is not worth asking
    for name in questions():
        effects = table_.observations.get(f"answer:{name}")
        if effects is None or name in answers:
            continue
        drop = _entropy(likely) - _expected(likely, effects)
        if drop > gain:
            best, gain = name, drop
    return f"{best}: {questions()[best]}" if best else ""


def _expected(likely: Mapping[str, float], effects: Mapping[str, float]) -> float:
    yes = {one: p * _yes(effects.get(one, 0.0)) for one, p in likely.items()}
    no = {one: p * (1 - _yes(effects.get(one, 0.0))) for one, p in likely.items()}
    return sum(sum(part.values()) * _entropy(part) for part in (yes, no))


def _entropy(likely: Mapping[str, float]) -> float:
    whole = sum(likely.values())
    parts = [p / whole for p in likely.values() if p > 0]
    return -sum(p * math.log2(p) for p in parts)


def _hypothesis(
    one: str,
    probability: float,
    table_: Weights,
    seen: Mapping[str, str],
    said: Mapping[str, str],
    *,
    visible: bool,
) -> Hypothesis:
    supporting, contradicting = list[str](), list[str]()
    for name, how in seen.items():
        value = table_.observations[name].get(one, 0.0)
        if value:
            text = f"{table_.says[name][:1].upper()}{table_.says[name][1:]} ({how}; {value:+.0f} dB)."
            (supporting if value > 0 else contradicting).append(text)
    for name, answer in said.items():
        value = table_.observations.get(name, {}).get(one, 0.0)
        if value and answer in ("y", "n"):
            question = name.partition(":")[2]
            shift = _shift(value, answer)
            text = f"{question} answered {answer}: {table_.says[name]} ({shift:+.0f} dB)."
            (supporting if shift > 0 else contradicting).append(text)
    if not visible:
        contradicting.append("The entry is older than the logs that were read: nothing in them tells.")
    slug, title = TITLES[one]
    return Hypothesis(one, slug, title, round(probability, 4), tuple(supporting), tuple(contradicting))


__all__ = ["Answers", "load_answers", "next_question", "root_cause", "weigh", "weights"]
