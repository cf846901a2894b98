"""The services' quotas, kept in real time: windows that slide, calls at the same moment, resource units."""

from __future__ import annotations

import csv
import math
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from o365nb.practice.web.asked import Asked

#: Requests leave a client evenly and arrive a little less evenly: so much a window is forgiven, in seconds.
_JITTER = 0.02
_SHARE_SHOWN_FROM = 0.8


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of limits.csv: what is counted, how many of it in how many seconds, how a refusal reads, and says who.

    `retry_after`: always, sometimes (every other refusal) or never.
    """

    name: str
    service: str
    methods: frozenset[str]
    what: re.Pattern[str]
    unit: str
    count: int
    seconds: float
    concurrent: int
    per: str
    retry_after: str
    status: int
    code: str
    message: str
    source: str

    def fits(self, asked: Asked) -> bool:
        """This request counts here."""
        if asked.service != self.service or (self.methods and asked.method not in self.methods):
            return False
        text = asked.cmdlet or asked.path
        if asked.graph and "$select" in asked.query:
            text += f"?{asked.query['$select']}"
        return self.what.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Refused:
    """Too much: by which rule, and when to come again (seconds; None where the service does not say)."""

    rule: Rule
    retry_after: float | None


@dataclass
class Lease:
    """An admitted request; `end` when it has been answered."""

    headers: dict[str, str]
    _held: list[_Use]

    def end_with(self, use: _Use) -> None:
        """Count it among what is being answered until the end."""
        use.busy += 1
        self._held.append(use)

    def end(self) -> None:
        """Make room for the next one."""
        for use in self._held:
            use.busy -= 1
        self._held.clear()


@dataclass
class _Use:
    """What of one quota is used: the requests of the window, and those that are being answered."""

    busy: int = 0
    total: int = 0
    sent: deque[tuple[float, int]] = field(default_factory=deque)

    def wait(self, units: int, count: int, window: float, now: float) -> float:
        """Seconds until there is room for `units` more; 0 for none."""
        while self.sent and self.sent[0][0] <= now - window:
            self.total -= self.sent.popleft()[1]
        over, wait = self.total + units - count, 0.0
        for at, freed in self.sent:
            if over <= 0:
                break
            over, wait = over - freed, at + window - now
        return max(wait, 0.001) if self.total + units > count else 0.0

    def add(self, units: int, now: float) -> None:
        self.sent.append((now, units))
        self.total += units


@dataclass
class Quotas:
    """What has been used of every quota. `scale` multiplies every window: 0.01 is a hundred times faster."""

    scale: float = 1.0
    clock: Callable[[], float] = time.monotonic
    refusals: int = 0
    _uses: dict[tuple[str, str], _Use] = field(default_factory=dict)

    def admit(self, asked: Asked) -> Lease | Refused:
        """Count a request, or refuse it (then it is not counted). Rules of one name share one quota."""
        now, lease = self.clock(), Lease({}, [])
        fitting = [
            (rule, self._use(rule, asked), cost(asked) if rule.unit == "resource" else 1) for rule in rules_for(asked)
        ]
        for rule, use, units in fitting:
            wait = self._wait(rule, use, units, now)
            if wait:
                self.refusals += 1
                told = rule.retry_after == "always" or (rule.retry_after == "sometimes" and self.refusals % 2 == 1)
                return Refused(rule, self._told(wait) if told else None)
        for rule, use, units in fitting:
            if rule.concurrent:
                lease.end_with(use)
            if rule.count:
                use.add(units, now)
            if rule.unit == "resource":
                lease.headers |= _shown(use.total / rule.count, units)
        return lease

    def _use(self, rule: Rule, asked: Asked) -> _Use:
        return self._uses.setdefault((rule.name, asked.mailbox if rule.per == "mailbox" else ""), _Use())

    def _wait(self, rule: Rule, use: _Use, units: int, now: float) -> float:
        if rule.concurrent and use.busy >= rule.concurrent:
            return self.scale
        window = rule.seconds * self.scale
        return use.wait(units, rule.count, window - min(_JITTER, window / 4), now) if rule.count else 0.0

    def _told(self, wait: float) -> float:
        """As a service says it: whole seconds, unless the windows were made shorter."""
        return float(math.ceil(wait)) if self.scale >= 1 else round(wait, 3)


def _shown(share: float, units: int) -> dict[str, str]:
    headers = {"x-ms-resource-unit": str(units)}
    if share >= _SHARE_SHOWN_FROM:
        headers["x-ms-throttle-limit-percentage"] = f"{share:.2f}"
        headers["x-ms-throttle-scope"] = "Tenant_Application/ReadWrite/practice"
    return headers


#: Resource units by path, the first that fits; api.md and Microsoft's throttling page name these, all others cost 1.
_UNITS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), units)
    for pattern, units in (
        (r"/users|/applications|/oauth2PermissionGrants|/servicePrincipals/[^/]+/appRoleAssignments", 2),
        (r"/users/[^/]+/(memberOf|ownedObjects|licenseDetails)", 2),
        (r"/subscribedSkus", 3),
        (r"/groups/[^/]+/transitiveMembers", 5),
    )
)


def cost(asked: Asked) -> int:
    """Resource units of a directory request: $select and a small $top save one each, $expand costs one more."""
    units = next((units for pattern, units in _UNITS if pattern.fullmatch(asked.path)), 1)
    units -= "$select" in asked.query
    units += "$expand" in asked.query
    units -= asked.query.get("$top", "").isdigit() and int(asked.query["$top"]) < 20
    return max(1, units)


def rules_for(asked: Asked) -> list[Rule]:
    """Every rule that a request counts for, the narrowest first."""
    return [rule for rule in rules() if rule.fits(asked)]


@cache
def rules() -> tuple[Rule, ...]:
    """limits.csv."""
    text = files("o365nb.practice.web").joinpath("limits.csv").read_text("utf-8")
    return tuple(
        Rule(
            row["name"], row["service"], frozenset() if row["methods"] == "*" else frozenset(row["methods"].split()),
            re.compile(row["what"]), row["unit"], int(row["count"] or 0), float(row["seconds"] or 0),
            int(row["concurrent"] or 0), row["per"], row["retry_after"], int(row["status"]), row["code"],
            row["message"], row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip
