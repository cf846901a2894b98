"""Correlation rules: so many hits, so many different values, or several rules together, within a time span.

Only what the rules below hit is read, in order of time, once; a window slides over each group.
"""

from __future__ import annotations

import operator
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import duckdb

from o365nb.model import utc
from o365nb.safe import one_line
from o365nb.sigma import query, sql
from o365nb.sigma.answer import Answer
from o365nb.sigma.fields import Column, FieldMap, Property, names_wanted
from o365nb.sigma.judge import Job
from o365nb.sigma.rulefiles import Found

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule

#: More hits make these truer; "fewer than" and "exactly" would need windows of a fixed beginning.
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {"GT": operator.gt, "GTE": operator.ge}
_KNOWN = ("EVENT_COUNT", "VALUE_COUNT", "TEMPORAL", "TEMPORAL_ORDERED")
#: So many hits of the rules below are correlated; more are noise, and would take the memory of the machine.
MOST = 500_000
_UNABLE = (Answer.INVALID, Answer.DEAD, Answer.CANNOT_FIRE, Answer.NOT_SUPPORTED)


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit of a rule below, in one group."""

    time: datetime
    event: str
    rule: int
    group: tuple[str, ...]
    value: str | None = None


@dataclass(slots=True)
class Link:
    """A correlation with the jobs of the rules it names, and the fields it groups by, rule by rule."""

    job: Job
    rule: SigmaCorrelationRule
    below: list[Job] = field(default_factory=list)
    fields: FieldMap | None = None


def is_one(found: Found) -> bool:
    """The document is a correlation, not a rule on single events."""
    return "correlation" in found.about and not found.fault


def jobs(answered: Sequence[Job], fields: FieldMap) -> list[Link]:
    """The correlations that can be asked; the others get their answer here."""
    by_rule = {id(job.found.rule): job for job in answered if job.found.rule is not None}
    links = []
    for job in answered:
        if not is_one(job.found):
            continue
        rule: Any = job.found.rule
        below = [by_rule[id(one.rule)] for one in rule.referenced_rules if id(one.rule) in by_rule]
        reason = _unsupported(rule, below)
        if reason:
            job.settle(Answer.NOT_SUPPORTED, reason)
        elif bad := [one for one in below if one.answer in _UNABLE]:
            told = "; ".join(f"{one.found.title}: {one.reason}" for one in bad[:3])
            job.settle(Answer.CANNOT_FIRE, f"a rule it builds on cannot fire ({told})")
        else:
            links.append(Link(job, rule, below, fields))
    return links


def _unsupported(rule: SigmaCorrelationRule, below: Sequence[Job]) -> str:
    from sigma.correlations import SigmaCorrelationCondition

    if rule.type.name not in _KNOWN:
        return f"correlations of the type {rule.type.name.lower()} are not supported"
    if not isinstance(rule.condition, SigmaCorrelationCondition):
        return "conditions that combine rules with and, or, not are not supported"
    if rule.condition.op.name not in _SIGNS:
        return f"the condition {rule.condition.op.name.lower()} is not supported, only gt and gte"
    if any(is_one(one.found) for one in below):
        return "a correlation of correlations is not supported"
    if rule.type.name == "VALUE_COUNT" and not isinstance(rule.condition.fieldref, str):
        return "counting the values of several fields at once is not supported"
    return ""


def answer(connection: duckdb.DuckDBPyConnection, link: Link) -> None:
    """Ask one correlation of the hits in `sigma_hits` and `sigma_shape_hits`."""
    job, rule = link.job, link.rule
    numbers = [one.measured["job"] for one in link.below]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sigma_below AS SELECT job, row FROM sigma_hits"
        f" WHERE job IN ({', '.join(map(str, numbers))}) UNION ALL SELECT job, row FROM sigma_shape_hits"
        f" JOIN sigma_events USING (shape) WHERE job IN ({', '.join(map(str, numbers))})"
    )
    amount = connection.execute("SELECT count(*) FROM sigma_below").fetchone()
    if amount and amount[0] > MOST:
        job.settle(Answer.NOISY, f"not asked: its rules hit {amount[0]:,} events, more than {MOST:,}")
        return
    hits = sorted(_hits(connection, link), key=lambda one: (one.time, one.event, one.rule))
    windows = list(_windows(hits, rule, len(link.below)))
    told = f"{rule.type.name.lower()} over {len(hits):,} hits of {len(link.below)} rules within {rule.timespan.spec}"
    if not windows:
        job.settle(Answer.CLEAR, told)
        return
    events = list(dict.fromkeys(hit.event for window in windows for hit in window))
    groups = {window[0].group for window in windows}
    shown = ", ".join(" / ".join(one_line(part)[:60] for part in group) for group in sorted(groups)[:5] if group)
    job.settle(Answer.HIT, told + (f"; by {', '.join(rule.group_by or [])}: {shown}" if shown else ""))
    job.measured.update(
        hits=len(windows),
        first=utc(windows[0][0].time),
        last=utc(max(window[-1].time for window in windows)),
        events=tuple(events[:1_000]),
    )


def _hits(connection: duckdb.DuckDBPyConnection, link: Link) -> Iterator[Hit]:
    """The hits with their groups' values; an event with several values of a field belongs to several groups."""
    wanted: Any = link.rule.condition
    counted = wanted.fieldref if link.rule.type.name == "VALUE_COUNT" else None
    for place, below in enumerate(link.below):
        names = [_alias(link, below, name) for name in link.rule.group_by or []]
        values = [_values(connection, link, below, name) for name in names + ([counted] if counted else [])]
        rows = connection.execute(
            "SELECT e.row, e.time, e.event_id FROM sigma_below AS b JOIN sigma_source AS e ON e.row = b.row"
            f" WHERE b.job = {below.measured['job']} AND e.time IS NOT NULL"
        ).fetchall()
        for row, time, event in rows:
            for combined in product(*(value.get(row, ()) for value in values)):
                group = combined[: len(names)]
                yield Hit(time, event, place, group, combined[-1] if counted else None)


def _alias(link: Link, below: Job, name: str) -> str:
    """The field that an alias stands for in one of the rules."""
    alias = link.rule.aliases.aliases.get(name)
    for reference, actual in alias.mapping.items() if alias else ():
        if reference.rule is below.found.rule:
            return str(actual)
    return name


def _values(connection: duckdb.DuckDBPyConnection, link: Link, below: Job, name: str) -> dict[int, list[str]]:
    """Row → the values of a field, in lower case, for the hits of one rule."""
    source, fields = below.source, link.fields
    if source is None or fields is None:
        return {}
    places = fields.places(source, name)
    if not places:
        link.job.notes.append(
            f"field {one_line(name)[:60]} is not mapped for {source.name}: no event has a value of it"
        )
        return {}
    columns = sorted({place.name for place in places if isinstance(place, Column) and not place.shared})
    named = "".join(f', e."{column}"' for column in columns)
    mine = f"SELECT row FROM sigma_below WHERE job = {below.measured['job']}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sigma_rows AS SELECT e.row, r.shape{named} FROM sigma_source AS e"
        f" JOIN sigma_events AS r ON e.row = r.row WHERE e.row IN ({mine})"
    )
    tests = " OR ".join(sql.property_rows(place, "p") for place in places if isinstance(place, Property)) or "FALSE"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sigma_values AS SELECT p.* FROM (SELECT row, x.name AS name,"
        " lower(x.name) AS lower_name, x.value AS value FROM (SELECT e.row, unnest(e.properties) AS x"
        f" FROM sigma_source AS e WHERE {'TRUE' if names_wanted(places) else 'FALSE'} AND e.row IN ({mine}))) AS p"
        f" WHERE {tests}"
    )
    found: dict[int, list[str]] = {}
    asked = f"SELECT DISTINCT row, lower(value) FROM ({query.bag(places)}) WHERE value IS NOT NULL AND row IS NOT NULL"
    for row, value in connection.execute(asked).fetchall():
        found.setdefault(row, []).append(value)
    return found


def _windows(hits: Iterable[Hit], rule: SigmaCorrelationRule, rules: int) -> Iterator[list[Hit]]:
    """Every window that meets the condition, from its first event on; the next begins after it."""
    span = timedelta(seconds=rule.timespan.seconds)
    groups: dict[tuple[str, ...], list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.group, []).append(hit)
    found = [window for group in groups.values() for window in _slide(group, span, _state(rule, rules))]
    yield from sorted(found, key=lambda window: (window[0].time, window[0].group))


def _state(rule: SigmaCorrelationRule, rules: int) -> _Counted | _Ordered:
    match rule.type.name:
        case "EVENT_COUNT":
            return _Counted(rule, lambda hit: hit.event)
        case "VALUE_COUNT":
            return _Counted(rule, lambda hit: hit.value)
        case "TEMPORAL":
            return _Counted(rule, lambda hit: hit.rule)
    return _Ordered(rules)


def _slide(hits: Sequence[Hit], span: timedelta, state: _Counted | _Ordered) -> Iterator[list[Hit]]:
    """For conditions that more events make truer: the shortest windows, one after the other."""
    inside: deque[Hit] = deque()
    for hit in hits:
        inside.append(hit)
        state.add(hit)
        while hit.time - inside[0].time > span:
            state.drop(inside.popleft())
        if state.met(inside):
            yield list(inside)
            while inside:
                state.drop(inside.popleft())


class _Counted:
    """How many different events, values or rules there are in the window."""

    def __init__(self, rule: SigmaCorrelationRule, what: Callable[[Hit], Any]) -> None:
        condition: Any = rule.condition
        self._sign, self._count, self._what = _SIGNS[condition.op.name], condition.count, what
        self._seen: Counter[Any] = Counter()

    def add(self, hit: Hit) -> None:
        self._seen[self._what(hit)] += 1

    def drop(self, hit: Hit) -> None:
        key = self._what(hit)
        self._seen[key] -= 1
        if not self._seen[key]:
            del self._seen[key]

    def met(self, inside: Sequence[Hit]) -> bool:
        return self._sign(len(self._seen), self._count)


class _Ordered:
    """All rules, in the order in which they are named."""

    def __init__(self, rules: int) -> None:
        self._rules = rules

    def add(self, hit: Hit) -> None:
        """Order is looked for in the window as it stands."""

    def drop(self, hit: Hit) -> None:
        """The same."""

    def met(self, inside: Iterable[Hit]) -> bool:
        wanted = 0
        for hit in inside:
            wanted += hit.rule == wanted
        return wanted == self._rules
