"""What is known of a rule before any event is read: its log source, its condition, and whether it can ever hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from o365nb.safe import one_line
from o365nb.sigma.answer import Answer, RuleAnswer
from o365nb.sigma.conditions import Missing, Node, NotSupported, Text, condition_of, fields_of, leaves, replaced
from o365nb.sigma.fields import FieldMap, LogSource
from o365nb.sigma.logic import needed, possible
from o365nb.sigma.query import Condition
from o365nb.sigma.rulefiles import Found


@dataclass(slots=True)
class Job:
    """One rule on its way to an answer. `answer` and `reason` are set as soon as they are known."""

    found: Found
    source: LogSource | None = None
    condition: Condition | None = None
    answer: Answer | None = None
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)  # shapes that may hold a match
    measured: dict[str, Any] = field(default_factory=dict)  # hits, first, last, events, ...

    def settle(self, answer: Answer, reason: str) -> None:
        self.answer, self.reason = answer, reason

    def told(self) -> RuleAnswer:
        """The answer as it is handed out."""
        found, rule = self.found, self.found.rule
        about: dict[str, Any] = {
            "rule_id": str(rule.id or "") if rule else one_line(found.about.get("id") or "")[:40],
            "level": rule.level.name.lower() if rule and rule.level else "",
            "status": rule.status.name.lower() if rule and rule.status else "",
            "author": one_line(rule.author or "")[:300] if rule else "",
            "attack": _attack(rule),
            "correlation": "correlation" in found.about,
            "log_source": self.source.name if self.source else "",
        }
        return RuleAnswer(
            found.file,
            found.line,
            found.title,
            self.answer or Answer.INVALID,
            self.reason,
            notes=tuple(self.notes),
            **about,
            **self.measured,
        )


def _attack(rule: Any) -> tuple[str, ...]:
    tags = rule.tags if rule else ()
    return tuple(
        tag.name.upper() for tag in tags if tag.namespace == "attack" and tag.name[:1] in "tT" and len(tag.name) > 4
    )


def judge(found: Found, fields: FieldMap) -> Job:
    """The job for a detection rule, already answered where no event needs to be read for it."""
    from sigma.exceptions import SigmaError
    from sigma.rule import SigmaRule

    job = Job(found)
    if found.fault or not isinstance(found.rule, SigmaRule):
        job.settle(Answer.INVALID, found.fault)
        return job
    rule = found.rule
    source = job.source = fields.source(rule.logsource.product, rule.logsource.service, rule.logsource.category)
    if source.why_not:
        job.settle(Answer.CANNOT_FIRE, f"{_named(source.name)}: {one_line(source.why_not)}")
        return job
    if reason := fields.dead.get(str(rule.id or "").lower()):
        job.settle(Answer.DEAD, one_line(reason))
        return job
    try:
        node = condition_of(rule, fields.placeholders)
    except NotSupported as error:
        job.settle(Answer.NOT_SUPPORTED, f"this runner does not know {error}")
    except (SigmaError, RecursionError) as error:
        job.settle(Answer.INVALID, f"{one_line(error)[:300] or type(error).__name__}. Mend the condition.")
    else:
        job.condition = Condition.of(node, source, fields, fields_of(node))
        _as_written(job, node, fields)
    return job


def _named(name: str) -> str:
    return one_line(name)[:80] or "without a log source"


def _as_written(job: Job, node: Node, fields: FieldMap) -> None:
    """Dead as written: placeholders nobody filled in, a condition against itself, names that nothing is behind."""
    condition = job.condition
    if condition is None:
        return
    waiting = sorted({leaf.test.name for leaf in leaves(node) if isinstance(leaf.test, Missing)})
    if waiting:
        told = ", ".join(f"%{one_line(name)}%" for name in waiting)
        job.settle(Answer.DEAD, f"it waits for values of {told}. Give them under placeholders: with --fields")
        return
    if told := _stand_ins(node, fields):
        job.settle(Answer.DEAD, f"{told} in it stands for a value of your own. Put it in, in a copy of the rule")
        return
    if not possible(node, single=condition.single):
        job.settle(Answer.DEAD, f"its condition can never hold: {_against(condition)}")
        return
    unmapped = [name for name in fields_of(node) if not condition.of_field(name)]
    if unmapped and not possible(node, unmapped, condition.single):
        told = _fields(needed(node, unmapped))
        job.settle(
            Answer.DEAD, f"{told} stands for nothing in {job.source.name if job.source else ''} records as mapped"
        )
    elif unmapped:
        job.notes.append(f"{_fields(unmapped)} is not mapped and was taken as absent")


def _stand_ins(node: Node, fields: FieldMap) -> str:
    """Texts that stand for the reader's own values, when nothing can match without them."""
    found = {leaf.test for leaf in leaves(node) if isinstance(leaf.test, Text) and _said(leaf.test) in fields.stand_ins}
    if not found or possible(replaced(node, found)):
        return ""
    return ", ".join(sorted({repr("".join(str(part) for part in test.parts)) for test in found}))


def _said(test: Text) -> str:
    whole = all(isinstance(part, str) for part in test.parts)
    return "".join(str(part) for part in test.parts).lower() if whole else ""


def _fields(names: list[str]) -> str:
    shown = ", ".join(one_line(name)[:60] for name in names[:4])
    return f"field{'s' * (len(names) > 1)} {shown}{', ...' * (len(names) > 4)}"


def _against(condition: Condition) -> str:
    """Which single-valued field would have to be two things at once, where that is what is wrong."""
    texts: dict[str, dict[str, str]] = {}
    for leaf in leaves(condition.node):
        if leaf.field and isinstance(leaf.test, Text) and (column := condition.single(leaf.field)):
            whole = "".join(part if isinstance(part, str) else "*?"[not part] for part in leaf.test.parts)
            texts.setdefault(column, {}).setdefault(whole, leaf.field)
    for values in texts.values():
        if len(values) > 1:
            told = " and ".join(
                f"{one_line(name)[:60]} {one_line(text)[:60]!r}" for text, name in [*values.items()][:2]
            )
            return f"one event would have to be {told}"
    return "its parts exclude one another"
