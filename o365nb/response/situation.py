"""What planning may look at: the verdict, the findings, the attacker's objects and the state tables. No tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from o365nb.case.folder import SAID
from o365nb.engine import Engine
from o365nb.model import CaseVerdict, Context, Finding, Indicator, Label, Persistence, Severity, Verdict

Row = dict[str, Any]
TABLES = (
    *("users", "inbox_rules", "auth_methods", "oauth_grants", "mailboxes", "devices"),
    *("applications", "roles", "org_config", "conditional_access"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address that only the attacker came from, and whose sign-ins the evidence has from it: (account, times)."""

    address: str
    sign_ins: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """One case as the response sees it. `persistence` holds the attacker's objects only."""

    verdict: CaseVerdict
    findings: tuple[Finding, ...]
    persistence: tuple[Persistence, ...]
    tables: dict[str, list[Row]]
    evidence_files: int
    addresses: tuple[Address, ...] = ()

    @classmethod
    def read(
        cls,
        verdict: CaseVerdict,
        findings: Iterable[Finding],
        persistence: Iterable[Persistence],
        engine: Engine,
        indicators: Iterable[Indicator] = (),
    ) -> Situation:
        """Read what planning needs from the case's tables."""
        attackers = (item for item in persistence if item.verdict is Label.ATTACKER and item.remove)
        return cls(
            verdict,
            tuple(findings),
            tuple(sorted(attackers, key=lambda item: (item.owner, item.kind, item.id))),
            {name: engine.rows(f"SELECT * FROM {name} ORDER BY key") for name in TABLES},
            sum(line.get("source") != SAID for line in engine.case.custody.entries()),
            _addresses(engine, [one.value for one in indicators if one.kind == "ip"]),
        )

    @property
    def acts(self) -> bool:
        """True when the verdict carries changes to an account; below that, only the user is asked."""
        return self.verdict.verdict in (Verdict.CONFIRMED, Verdict.PROBABLE)

    @property
    def victims(self) -> tuple[str, ...]:
        """The subjects that the attacker had: those with a finding that is the attacker's.

        With one subject only, the verdict is about that one.
        """
        subjects = self.verdict.subjects
        if not self.acts or len(subjects) == 1:
            return subjects if self.acts else ()
        return tuple(subject for subject in subjects if self.against(subject))

    def against(self, subject: str, action: str = "") -> tuple[Finding, ...]:
        """The findings about a subject that are the attacker's doing; those that lead to `action` where any do."""
        mine = tuple(
            finding
            for finding in self.findings
            if finding.subject == subject
            and finding.context in (Context.YES, Context.LIKELY)
            and finding.severity not in (Severity.INFO, Severity.LOW)
        )
        return tuple(finding for finding in mine if action in finding.actions) or mine

    def finding_ids(self, subject: str, action: str) -> tuple[str, ...]:
        """The ids of `against`, in a stable order."""
        return tuple(sorted(finding.id for finding in self.against(subject, action)))

    def found(self, *slugs: str) -> tuple[Finding, ...]:
        """Findings of these detections, unless they were judged not to be the attacker's."""
        return tuple(item for item in self.findings if item.slug in slugs and item.context is not Context.NO)

    def objects(self, *kinds: str) -> tuple[Persistence, ...]:
        """The attacker's objects of some kinds."""
        return tuple(item for item in self.persistence if item.kind in kinds)

    def user(self, upn: str) -> Row | None:
        """The row of a user, by UPN or by any of the addresses."""
        users = self.tables["users"]
        exact = [row for row in users if row["owner"] == upn]
        return next(iter(exact or [row for row in users if upn in (row["addresses"] or ())]), None)

    def user_id(self, upn: str) -> str:
        """The object id, as Graph prefers it; the UPN where the account was not collected."""
        row = self.user(upn)
        return str(row["user_id"]) if row and row["user_id"] else upn

    def fact(self, upn: str, name: str) -> str:
        """What the configuration says of an account under a name; "" where it was not read."""
        rows = (row for row in self.tables["org_config"] if row["owner"] == upn and row["name"] == name)
        return str(next(rows, {}).get("value") or "")

    def licensed(self, plan: str) -> bool:
        """Whether the tenant has a service plan. True where its licences were not read: the service will say."""
        plans = [str(row["value"]) for row in self.tables["org_config"] if row["name"] == "service_plan"]
        return not plans or any(value.startswith(f"{plan} ") for value in plans)

    def row(self, table: str, item: Persistence, id_column: str) -> Row | None:
        """The state behind an object of the inventory: by evidence key, else by owner and id."""
        rows = self.tables[table]
        by_key = [row for row in rows if row["key"] == item.id]
        mine = [row for row in rows if row["owner"] == item.owner and row[id_column] == item.id]
        return next(iter(by_key or mine), None)


def _addresses(engine: Engine, listed: Sequence[str]) -> tuple[Address, ...]:
    """The addresses with what signed in from them, whoever it was."""
    if not listed:
        return ()
    engine.table("response_addresses", {"address": "VARCHAR"}, [(one,) for one in sorted(set(listed))])
    rows = engine.rows("""
        SELECT a.address, lower(e.actor) AS actor, count(*) AS times
        FROM response_addresses a JOIN events e ON e.client_ip = a.address
        WHERE e.source IN ('sign_in', 'sign_in_noninteractive') GROUP BY a.address, lower(e.actor)
        ORDER BY times DESC, actor
    """)
    return tuple(
        Address(one, tuple((str(row["actor"] or ""), int(row["times"])) for row in rows if row["address"] == one))
        for one in sorted(set(listed))
    )
