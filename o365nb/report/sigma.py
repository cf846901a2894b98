"""What Sigma rules said about the case: every rule with its answer, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from o365nb import sigma as runner
from o365nb.model import plain
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import pill
from o365nb.sigma import Answer, RuleAnswer, SigmaAnswer
from o365nb.text import plural

_WORDS = {
    Answer.HIT: ("hit", "bad"),
    Answer.NOISY: ("noisy", "warn"),
    Answer.CLEAR: ("clear", "good"),
    Answer.CANNOT_FIRE: ("cannot fire here", "mute"),
    Answer.DEAD: ("dead as written", "mute"),
    Answer.NOT_SUPPORTED: ("not supported", "warn"),
    Answer.INVALID: ("invalid", "warn"),
}
_SHOWN = 20  # events named in a row; the frame has what sigma.json has


def sigma(of: Dossier, rules: str = "", fields: str = "") -> View:
    """Run the rules of a file or folder and show what they say; without one, the last run.

    Raises BadInput when there are no rules, BadCase when none was run yet.
    """
    if rules:
        found = runner.run(of.case, Path(rules), runner.load_fields(Path(fields) if fields else None))
        runner.save(found, of.results)
    else:
        found = runner.load(of.results)
    telling = [rule for rule in found.rules if rule.answer in (Answer.HIT, Answer.NOISY)]
    silent = [rule for rule in found.rules if rule not in telling]
    caption = "What Sigma rules hit"
    columns = (
        Column("title", "Rule", "titled"),
        Column("answer", "Answer", "pill"),
        Column("level", "Level"),
        Column("hits", "Hits", "number"),
        Column("own", "Of the subjects", "number"),
        Column("first", "First", "time"),
        Column("reason", "Why"),
    )
    none = "No rule hit."
    tables = [
        Table(caption, columns, [_row(rule) for rule in telling], none, name="sigma-hits"),
        Table(
            "The other rules",
            tuple(column for column in columns if column.key not in ("hits", "own", "first")),
            [_row(rule) for rule in silent],
            "Every rule hit.",
            fold=f"{plural(len(silent), 'rule')} without a hit",
            name="sigma-others",
        ),
    ]
    return sheet(of.clock, [plain(rule) for rule in found.rules], caption, *tables, lead=[_lead(found)], tail=[_TAIL])


_TAIL = (
    "Sigma rules are other people's work, written for other data: a hit is a question, not a finding, and changes no"
    " verdict."
)


def _lead(found: SigmaAnswer) -> str:
    counts = ", ".join(f"{word} {found.totals[answer.value]}" for answer, (word, _) in _WORDS.items())
    rules, events = plural(len(found.rules), "rule"), plural(found.events, "event")
    return f"{rules} from {found.rules_from}, asked of {events}: {counts}. {found.able} can fire on this case's data."


def _row(rule: RuleAnswer) -> dict[str, Any]:
    word, tone = _WORDS[rule.answer]
    return {
        "title": {"title": rule.title, "text": " · ".join(_about(rule)), "codes": rule.events[:_SHOWN]},
        "answer": pill(word, tone, rank=list(Answer).index(rule.answer)),
        "level": rule.level,
        "hits": rule.hits,
        "own": rule.by_subjects,
        "first": rule.first,
        "reason": " ".join([rule.reason, *(f"({note})" for note in rule.notes)]),
    }


def _about(rule: RuleAnswer) -> list[str]:
    author = f"by {rule.author}" if rule.author else ""
    return [part for part in (f"{rule.file}:{rule.line}", rule.rule_id, author, ", ".join(rule.attack)) if part]
