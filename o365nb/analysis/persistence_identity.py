"""Roles, applications, federation and conditional access in the inventory: ways back in that need no mailbox.

Of the tenant's applications and policies only what an event in the evidence made is told: the others are everybody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from o365nb.analysis.base import aware, short
from o365nb.analysis.reconcile import Log, Origin, Row
from o365nb.engine import Engine
from o365nb.model import Label

#: The events that make an object of a kind, as either log names them.
MAKERS = {
    "role": (
        *("Add member to role", "Add eligible member to role", "Add member to role completed (PIM activation)"),
        *("Add member to role in PIM completed (permanent)", "Add member to role in PIM completed (timebound)"),
        *("Add eligible member to role in PIM completed (permanent)", "Add member to role outside of PIM (permanent)"),
        "Add eligible member to role in PIM completed (timebound)",
    ),
    "application": (
        *("Update application - Certificates and secrets management", "Update application", "Add application"),
        *("Add service principal credentials", "Update service principal", "Add owner to application"),
        *("Add owner to service principal", "Add app role assignment to service principal"),
    ),
    "federated_domain": (
        *("Set domain authentication", "Set federation settings on domain", "Add partner to company"),
        *("Add unverified domain", "Add verified domain", "Verify domain"),
    ),
    "conditional_access": (
        *("Add conditional access policy", "Update conditional access policy", "Add policy", "Update policy"),
        *("Add named location", "Update named location"),
    ),
}
_ITEMS = {
    "secret": "Secret {name} of the application {app}",
    "certificate": "Certificate {name} of the application {app}",
    "federated_credential": "Trusted issuer of the application {app}: {value} signs in for it",
    "owner": "{value} owns the application {app}",
    "app_role": "The application {app} holds the right {name} ({value})",
}
_STATES = {"active": "holds", "activated": "holds for a time", "eligible": "may take up"}
_ASK = "no event in the evidence tells who made it: an administrator may know"


def identity_items(engine: Engine, log: Log, events: Sequence[Row]) -> Iterator[tuple[str, Row, str, Origin]]:
    """Kind, row, words and origin of each; `events` are those of `MAKERS`, with all that they say in `said`."""
    yield from _roles(engine, log, events)
    yield from _applications(engine, log, events)
    yield from _domains(engine, log, events)
    yield from _conditional_access(engine, log, events)


def _made(events: Sequence[Row], kind: str, *names: str | None) -> list[Row]:
    """The events of a kind that say every one of these names; none when a name is missing."""
    wanted = [(name or "").lower() for name in names]
    if not all(wanted):
        return []
    return [
        event
        for event in events
        if event["operation"] in MAKERS[kind] and all(name in event["said"] for name in wanted)
    ]


def _roles(engine: Engine, log: Log, events: Sequence[Row]) -> Iterator[tuple[str, Row, str, Origin]]:
    states = ", ".join(f"'{state}'" for state in _STATES)
    for row in engine.rows(f"SELECT * FROM roles WHERE state IN ({states}) ORDER BY key"):
        part = "" if row["scope"] in (None, "/", "group") else f" over {short(row['scope'], 60)}"
        words = f"{short(row['owner'] or '', 80)} {_STATES[row['state']]} the role {short(row['role'] or '', 80)}{part}"
        made = _made(events, "role", row["owner"], row["role"])
        origin = log.origin(made)
        if origin and origin.label is Label.USER:  # nobody gives a role to themselves by right
            origin = Origin(
                Label.UNKNOWN, f"{origin.because}; an administrator must say why", origin.created, origin.events
            )
        yield "role", row, words, origin or log.older(aware(row["start"]), "directory_audit")


def _applications(engine: Engine, log: Log, events: Sequence[Row]) -> Iterator[tuple[str, Row, str, Origin]]:
    for row in engine.rows("SELECT * FROM applications WHERE owner = '' ORDER BY key"):
        form = _ITEMS.get(row["item"])
        # A credential is known by its id; an owner or a right by its own name beside the application's.
        own = row["item_id"] if row["item"] in ("secret", "certificate") else None
        made = _made(events, "application", own) or _made(events, "application", row["object_id"], _mark(row))
        if form and (origin := log.origin(made)):
            name, value = (short(row[column] or "without a name", 120) for column in ("name", "value"))
            words = form.format(name=f'"{name}"', value=value, app=f'"{short(row["app_name"] or "", 60)}"')
            yield "application", row, words, origin


def _mark(row: Row) -> str | None:
    """What an event says of an item that has no id there."""
    if row["item"] == "federated_credential":
        return str(row["value"] or "").partition(" ")[2] or None
    return {"owner": row["value"], "app_role": row["name"]}.get(row["item"])


def _domains(engine: Engine, log: Log, events: Sequence[Row]) -> Iterator[tuple[str, Row, str, Origin]]:
    rows = engine.rows("""SELECT * FROM org_config
        WHERE name LIKE 'domain_authentication:%' AND value LIKE 'Federated%' ORDER BY key""")
    for row in rows:
        domain = row["name"].partition(":")[2]
        words = f"Whoever holds the key of another sign-in service may sign in as anybody of {short(domain, 80)}"
        origin = log.origin(_made(events, "federated_domain", domain))
        yield "federated_domain", row, words, origin or Origin(Label.UNKNOWN, _ASK)


def _conditional_access(engine: Engine, log: Log, events: Sequence[Row]) -> Iterator[tuple[str, Row, str, Origin]]:
    for row in engine.rows("SELECT * FROM conditional_access ORDER BY key"):
        made = _made(events, "conditional_access", row["policy_id"]) or [
            event
            for event in events
            if event["operation"] in MAKERS["conditional_access"] and event["name"] == (row["name"] or "").lower()
        ]
        if origin := log.origin(made):
            what = "Trusted place" if row["trusted"] else "Place" if row["kind"] == "location" else "Access policy"
            words = f'{what} "{short(row["name"] or "", 80)}" was made or changed'
            if row["ranges"]:
                words += f": {short(', '.join(row['ranges']), 120)}"
            yield "conditional_access", row, words, origin
