"""How they got in: fourteen hypotheses, weighed in decibans over findings, log facts and the interview.

Posterior = prior + sum of weights, as a softmax. Called *determined* only when the lead is clear and at least
one piece of log evidence names that way in: an interview alone never does, nor what several ways would leave.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from o365nb.analysis.base import Labels, subjects_of
from o365nb.analysis.derive import derived, entry_visible
from o365nb.analysis.interview import Answers, load_answers, questions, table
from o365nb.analysis.scoring import WHOLE, uncovered, undecided
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
_FROM_LOGS = ("finding", "derived")


@dataclass(frozen=True, slots=True)
class Weights:
    """What `cause_weights.csv` says. Of observations in one group, which tell the same thing, the strongest counts."""

    priors: dict[str, float]
    observations: dict[str, dict[str, float]]
    says: dict[str, str]
    groups: dict[str, str]
    names: frozenset[tuple[str, str]]  # (observation, the hypothesis that it names)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the evidence says of the way in, whatever the interview adds."""

    found: tuple[Finding, ...]
    facts: Mapping[str, str]
    visible: bool


@cache
def weights() -> Weights:
    """The weights that ship."""
    priors, observations, says, groups = {}, dict[str, dict[str, float]](), {}, {}
    names = set()
    for row in table("cause_weights.csv"):
        name, value = row["observation"], float(row["value"])
        if name == "prior":
            priors[row["hypothesis"]] = value / 100
        else:
            observations.setdefault(name, {})[row["hypothesis"]] = value
            says[name], groups[name] = row["says"], row["group"] or name
            if row["names"]:
                names.add((name, row["hypothesis"]))
    return Weights(priors, observations, says, groups, frozenset(names))


def root_cause(engine: Engine, found: Iterable[Finding], labels: Labels, answers: Answers) -> Cause:
    """How they got in, from findings, the order of events, and the interview."""
    seen = look(engine, found, labels)
    return weigh(seen.found, seen.facts, answers, visible=seen.visible)


def spoken_for(cause: Cause) -> bool:
    """Whether anything at all speaks for any way in; H11 to H13 are none: there nobody broke in."""
    return any(one.supporting for one in cause.hypotheses if one.id not in ("H11", "H12", "H13"))


def look(engine: Engine, found: Iterable[Finding], labels: Labels) -> Seen:
    """What findings and the order of events say: read once, weighed again with every answer."""
    found = tuple(found)
    subjects = subjects_of(engine)
    whole = not uncovered(engine.case.ledger, subjects, WHOLE) and not undecided(found, labels, subjects)
    return Seen(found, derived(engine, labels, found, whole=whole), entry_visible(engine, labels))


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
    named = any((name, top) in table_.names for name in seen)
    determined = likely[top] >= DETERMINED and named and visible
    hypotheses = tuple(_hypothesis(one, likely[one], table_, seen, said, visible=visible) for one in ranked)
    return Cause(determined, top, hypotheses, _next_question(table_, seen, said, likely))


def _observed(found: Iterable[Finding], facts: Mapping[str, str]) -> dict[str, str]:
    """Observation → how it was seen, for every observation of the table that holds."""
    carried = {finding.slug: finding.id for finding in reversed(list(found)) if finding.context is not Context.NO}
    seen = {}
    for name in weights().observations:
        hits = []
        for part in name.split("+"):
            kind, _, what = part.partition(":")
            if kind in _FROM_LOGS and (how := (carried if kind == "finding" else facts).get(what)):
                hits.append(how)
        if hits:
            seen[name] = ", ".join(hits)
    return seen


def _posterior(table_: Weights, seen: Mapping[str, str], said: Mapping[str, str]) -> dict[str, float]:
    scores = {
        one: 10 * math.log10(prior) + sum(_counted(one, table_, seen, said).values())
        for one, prior in table_.priors.items()
    }
    highest = max(scores.values())
    powers = {one: 10 ** ((score - highest) / 10) for one, score in scores.items()}
    whole = sum(powers.values())
    return {one: power / whole for one, power in powers.items()}


def _counted(one: str, table_: Weights, seen: Mapping[str, str], said: Mapping[str, str]) -> dict[str, float]:
    """Observation → its decibans for a hypothesis: of each group the strongest for it, else the strongest against."""
    shifts = {name: table_.observations[name].get(one, 0.0) for name in seen}
    for name, answer in said.items():
        if name in table_.observations and answer in ("y", "n"):
            shifts[name] = _shift(table_.observations[name].get(one, 0.0), answer)
    best: dict[str, str] = {}
    for name, shift in shifts.items():
        held = best.setdefault(table_.groups[name], name)
        other = shifts[held]
        if (shift > other) if max(shift, other) > 0 else (shift < other):
            best[table_.groups[name]] = name
    return {name: shifts[name] for name in best.values()}


def _yes(value: float) -> float:
    """How often the answer is yes where a hypothesis with this weight is true."""
    return float(min(_MOST, _BASE_RATE * 10 ** (value / 10)))


def _shift(value: float, answer: str) -> float:
    """What an answer adds, in decibans: a yes its weight, a no what its absence tells."""
    return value if answer == "y" else 10 * math.log10((1 - _yes(value)) / (1 - _BASE_RATE))


def _next_question(
    table_: Weights, seen: Mapping[str, str], said: Mapping[str, str], likely: Mapping[str, float]
) -> str:
    """The unanswered question that is expected to settle most; "" when none would tell anything."""
    best, gain = "", 0.01  # bits; less is not worth asking
    for question, text in questions().items():
        name = f"answer:{question}"
        effects = table_.observations.get(name)
        if effects is None or name in said:
            continue
        yes = sum(p * _yes(effects.get(one, 0.0)) for one, p in likely.items())
        after = {answer: _entropy(_posterior(table_, seen, {**said, name: answer})) for answer in ("y", "n")}
        drop = _entropy(likely) - yes * after["y"] - (1 - yes) * after["n"]
        if drop > gain:
            best, gain = f"{question}: {text}", drop
    return best


def _entropy(likely: Mapping[str, float]) -> float:
    return -sum(p * math.log2(p) for p in likely.values() if p > 0)


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
    counted = _counted(one, table_, seen, said)
    for name, shift in counted.items():
        if shift:
            words = table_.says[name]
            if name in seen:
                text = f"{words[:1].upper()}{words[1:]} ({seen[name]}; {shift:+.0f} dB)."
            else:
                text = f"{name.partition(':')[2]} answered {said[name]}: {words} ({shift:+.0f} dB)."
            (supporting if shift > 0 else contradicting).append(text)
    if not visible:
        contradicting.append("The entry is older than the logs that were read: nothing in them tells.")
    slug, title = TITLES[one]
    return Hypothesis(one, slug, title, round(probability, 4), tuple(supporting), tuple(contradicting))


__all__ = ["Answers", "Seen", "load_answers", "look", "root_cause", "spoken_for", "weigh", "weights"]
