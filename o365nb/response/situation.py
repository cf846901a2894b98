"""What planning may look at: the verdict, the findings, the attacker's objects and the state tables. No tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from o365nb.case.folder import SAID
from o365nb.engine import Engine
from o365nb.model import CaseVerdict, Context, Finding, Indicator, Label, Persistence, Recipient, Severity, Verdict
from o365nb.response.shared_links import SharedLink, shared_links

Row = dict[str, Any]
TABLES = (
    *("users", "inbox_rules", "auth_methods", "oauth_grants", "mailboxes", "devices"),
    *("applications", "roles", "org_config", "conditional_access", "mailbox_permissions", "folder_permissions"),
    *("transport_rules", "connectors", "remote_domains", "sweep_rules", "addins", "exchange_roles", "blocked_senders"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address that only the attacker came from, and whose sign-ins the evidence has from it: (account, times)."""

    address: str
    sign_ins: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """The event that an object of the inventory is known by: what was done, and with which parameters."""

    operation: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def value(self, *names: str) -> str:
        """The first of these parameters that was given; "" for none."""
        return next((self.values[name] for name in names if self.values.get(name)), "")


@dataclass(frozen=True, slots=True)
class Situation:
    """One case as the response sees it. `persistence` holds the attacker's objects only, `doubtful` those of which
    nobody knows whose they are."""

    verdict: CaseVerdict
    findings: tuple[Finding, ...]
    persistence: tuple[Persistence, ...]
    tables: dict[str, list[Row]]
    evidence_files: int
    addresses: tuple[Address, ...] = ()
    logged: dict[str, Logged] = field(default_factory=dict)
    #: Mailboxes of the organisation that got mail of the attacker's, each with the id of the message.
    received: tuple[tuple[str, str], ...] = ()
    doubtful: tuple[Persistence, ...] = ()
    #: Item of the inventory → the sharing links that the log names for it.
    links: dict[str, tuple[SharedLink, ...]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        verdict: CaseVerdict,
        findings: Iterable[Finding],
        persistence: Iterable[Persistence],
        engine: Engine,
        indicators: Iterable[Indicator] = (),
        recipients: Iterable[Recipient] = (),
    ) -> Situation:
        """Read what planning needs from the case's tables."""
        items = sorted(persistence, key=lambda item: (item.owner, item.kind, item.id))
        attackers = [item for item in items if item.verdict is Label.ATTACKER and item.remove]
        return cls(
            verdict,
            tuple(findings),
            tuple(attackers),
            {name: engine.rows(f"SELECT * FROM {name} ORDER BY key") for name in TABLES},
            sum(line.get("source") != SAID for line in engine.case.custody.entries()),
            _addresses(engine, [one.value for one in indicators if one.kind == "ip"]),
            _logged(engine, attackers),
            tuple(sorted({(one.address, one.message_id) for one in recipients if one.internal and _is_id(one)})),
            tuple(item for item in items if item.verdict is Label.UNKNOWN),
            shared_links(engine, attackers),
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

    def grave(self, item: Persistence) -> bool:
        """Whether a heavy finding, not shown to be harmless, rests on an object."""
        return any(
            finding.id in item.finding_ids
            and finding.severity in (Severity.HIGH, Severity.CRITICAL)
            and finding.context is not Context.NO
            for finding in self.findings
        )

    def objects(self, *kinds: str) -> tuple[Persistence, ...]:
        """The attacker's objects of some kinds."""
        return tuple(item for item in self.persistence if item.kind in kinds)

    def log_of(self, item: Persistence) -> Logged:
        """What the log says of an object that only the log knows; nothing for one that was seen to stand."""
        return self.logged.get(item.id.rpartition(":")[2], Logged())

    def partnership(self, item: Persistence) -> Row | None:
        """The row of a device that is a telephone's partnership with the mailbox, not a device of the directory."""
        row = self.row("devices", item, "device_id")
        return row if row and row["trust_type"] == "MobilePartnership" and not row["object_id"] else None

    def role_group_member(self, item: Persistence) -> Row | None:
        """The membership of Exchange's own role groups that an item is about, where it was seen to stand."""
        rows = [row for row in self.tables["exchange_roles"] if row["assignee_kind"] == "member"]
        said = self.log_of(item)
        named = said.value("Identity").lower(), said.value("Member").lower()
        for row in rows:
            group, member = str(row["role"]).lower(), str(row["assignee"]).lower()
            of_log = said.operation == "Add-RoleGroupMember" and named == (group, member)
            if row["key"] == item.id or of_log:
                return row
        return None

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


def _is_id(recipient: Recipient) -> bool:
    """Whether what was received is a message that its id finds again; links and chats have names in brackets."""
    return "@" in recipient.address and "@" in recipient.message_id and not recipient.message_id.startswith("(")


def _logged(engine: Engine, items: Iterable[Persistence]) -> dict[str, Logged]:
    """Event id → what it says, for the events that items of the inventory are called by."""
    wanted = sorted({item.id.rpartition(":")[2] for item in items} - {""})
    if not wanted:
        return {}
    engine.table("response_events", {"event_id": "VARCHAR"}, [(one,) for one in wanted])
    rows = engine.rows("""
        SELECT event_id, operation, p.name AS name, p.value AS value FROM (
            SELECT e.event_id, e.operation, unnest(e.properties) AS p
            FROM response_events r JOIN events e ON e.event_id = r.event_id
        ) AS apart ORDER BY event_id, name, value
    """)
    found: dict[str, Logged] = {}
    for row in rows:
        one = found.setdefault(str(row["event_id"]), Logged(str(row["operation"] or "")))
        one.values.setdefault(str(row["name"]).removeprefix("Parameters."), str(row["value"] or ""))
    return found
