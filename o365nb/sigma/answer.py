"""What a run of Sigma rules says: one answer per rule, and what became of every file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from o365nb.case.bundle import revive
from o365nb.case.folder import write_atomic
from o365nb.case.place import private
from o365nb.errors import BadCase
from o365nb.model import plain

FILE = "sigma.json"


class Answer(StrEnum):
    """What became of one rule, the most telling first."""

    HIT = "hit"
    NOISY = "noisy"  # it ran and hit, and so much that a hit says little
    CLEAR = "clear"
    CANNOT_FIRE = "cannot_fire"  # this case lacks the log, or the field, that it asks for
    DEAD = "dead"  # no event of any case can match it as it is written
    NOT_SUPPORTED = "not_supported"
    INVALID = "invalid"


LEVELS = ("critical", "high", "medium", "low", "informational", "")


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule. `hits` is exact; `events` names the oldest of them, at most `KEPT` (or, of a correlation, its events).

    `share` is hits among the events of its log source, 0 to 1. `line` is where its document begins, or its fault is.
    """

    file: str
    line: int
    title: str
    answer: Answer
    reason: str
    rule_id: str = ""
    level: str = ""
    status: str = ""
    author: str = ""
    log_source: str = ""
    attack: tuple[str, ...] = ()
    correlation: bool = False
    hits: int = 0
    by_subjects: int = 0
    share: float = 0.0
    first: datetime | None = None
    last: datetime | None = None
    events: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, str, str, int]:
        """Sorts what tells most to the front."""
        level = LEVELS.index(self.level) if self.level in LEVELS else len(LEVELS)
        return list(Answer).index(self.answer), level, self.title, self.file, self.line


@dataclass(frozen=True, slots=True)
class SigmaAnswer:
    """A whole run: what was read, over how many events, and the answer of every rule."""

    rules_from: str
    files: int
    other_files: int  # beside the rules: neither .yml nor .yaml
    events: int
    fields_from: str
    rules: tuple[RuleAnswer, ...] = field(default=())

    @property
    def totals(self) -> dict[str, int]:
        """How many rules got which answer; every answer is there, also with 0."""
        counts = dict.fromkeys((answer.value for answer in Answer), 0)
        for rule in self.rules:
            counts[rule.answer.value] += 1
        return counts

    @property
    def able(self) -> int:
        """How many rules could fire on this case's data."""
        return sum(rule.answer in (Answer.HIT, Answer.NOISY, Answer.CLEAR) for rule in self.rules)


def save(answer: SigmaAnswer, folder: Path) -> Path:
    """Write `sigma.json` in one step; returns its path."""
    private(folder)
    path = folder / FILE
    content = {**plain(answer), "totals": answer.totals, "able": answer.able}
    write_atomic(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path


def load(folder: Path) -> SigmaAnswer:
    """Read `sigma.json` back. Raises BadCase when it is missing or not what `save` wrote."""
    path = folder / FILE
    try:
        return revive(SigmaAnswer, json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise BadCase(f"{path} is missing. Run `o365nb sigma RULES --case NAME` first.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadCase(f"{path}: not a run of Sigma rules ({error}). Run `o365nb sigma` again.") from None
