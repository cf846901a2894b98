"""Log against state: who made each object that stands, and what was made but does not stand.

In the log and not in the state: removed, or hidden. In the state and not in the log: older than the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from o365nb.analysis.base import Labels, aware, entry_time, moment, short
from o365nb.engine import Engine
from o365nb.model import Attribution, Label, utc

Row = dict[str, Any]
#: A method or device carries its own time of birth, written by another service than the log's.
_SAME = timedelta(minutes=10)
#: So long the pages last on which a user agrees to an application.
_AGREEING = timedelta(minutes=15)
#: The events that make a way to sign in, a device, a grant.
METHOD_MADE = (
    "User registered security info",
    "User registered all required security info",
    "Admin registered security info",
    "User changed default security info",
    "Add FIDO2 security key",
    "Add Passkey (device-bound)",
    "Add Windows Hello for Business credential",
    "Add passwordless phone sign-in credential",
    "Add platform credential",
)
DEVICE_MADE = ("Register device", "Add device", "Add registered owner to device", "Add registered users to device")
CONSENT_MADE = (
    "Consent to application",
    "Add OAuth2PermissionGrant",
    "Add delegated permission grant",
    "Add app role assignment grant to user",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose an object is, since when, and the log events that made it."""

    label: Label
    because: str
    created: datetime | None = None
    events: tuple[str, ...] = ()


class Log:
    """The events that make objects, with their properties and labels."""

    def __init__(self, engine: Engine, labels: Labels) -> None:
        self.labels = labels
        self._engine = engine
        self.entry = entry_time(labels)
        engine.case_events()
        engine.case_properties()
        made = ", ".join(f"'{name}'" for name in (*METHOD_MADE, *DEVICE_MADE, *CONSENT_MADE))
        self.events = engine.rows(f"""
            SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')) AS actor,
                   lower(coalesce(e.target, '')) AS target, lower(coalesce(e.app_id, '')) AS app_id,
                   coalesce(string_agg(lower(p.value), ' | ' ORDER BY lower(p.value)), '') AS said
            FROM case_events e LEFT JOIN case_properties p ON p.event_id = e.event_id
            WHERE e.operation IN ({made}) AND e.result IS DISTINCT FROM 'failure'
            GROUP BY ALL ORDER BY e.time, e.event_id
        """)
        self.begins = _beginnings(engine)

    def only_attackers(self, app_id: str | None, let_in: Iterable[Row] = ()) -> str:
        """What an application did first for the attacker, when all that it did is the attacker's; "" otherwise.

        Signing in to agree to it (around the events `let_in`) is not using it.
        """
        if not app_id:
            return ""
        rows = self._engine.rows(
            """SELECT event_id, operation, time FROM events
               WHERE lower(app_id) = ? AND source <> 'directory_audit' AND result IS DISTINCT FROM 'failure'
               ORDER BY time, event_id""",
            [app_id.lower()],
        )
        theirs = [row for row in rows if self.attackers(row)]
        agreed = [row["time"] for row in let_in]
        known = [
            row
            for row in rows
            if row["event_id"] in self.labels
            and (self.attackers(row) or all(abs(row["time"] - time) > _AGREEING for time in agreed))
        ]
        if not theirs or len(theirs) < len(known):
            return ""
        return f"first the {theirs[0]['operation']} at {moment(aware(theirs[0]['time']))}"

    def attackers(self, event: Row) -> bool:
        """Whether an event is the attacker's."""
        label = self.labels.get(event["event_id"])
        return label is not None and label.label is Label.ATTACKER

    def origin(self, events: Iterable[Row], born: datetime | None = None) -> Origin | None:
        """The origin of what these log events made; None when there are none. The surest attacker's event decides."""
        made = list(events)
        if not made:
            return None
        labelled = [found for row in made if (found := self.labels.get(row["event_id"]))]
        keys = tuple(row["event_id"] for row in made)
        created = born or aware(made[0]["time"])
        if not labelled:
            return Origin(
                Label.UNKNOWN, f"made at {moment(created)} by somebody outside this case's labels", created, keys
            )
        best = max(labelled, key=_weight)
        return Origin(best.label, f"made by an event at {moment(best.time)} that {_whose(best)}", created, keys)

    def older(self, born: datetime | None, source: str) -> Origin:
        """The origin of what stands without any event that made it."""
        if self.entry and born and born < self.entry:
            return Origin(Label.USER, f"was there since {moment(born)}, before the attacker's first event", born)
        begins = self.begins.get(source)
        if begins is None:
            return Origin(Label.UNKNOWN, "the log that would tell who made it was not read", born)
        if born and born >= begins:
            return Origin(Label.UNKNOWN, f"made at {moment(born)} by no event that was read", born)
        if self.entry is None or begins < self.entry:
            return Origin(Label.USER, f"older than the log, which begins at {moment(begins)}", born)
        return Origin(Label.UNKNOWN, f"older than the log, which begins only at {moment(begins)}", born)


def _beginnings(engine: Engine) -> dict[str, datetime]:
    """Since when each log tells: from its first event, or from the start of what was read whole."""
    rows = engine.rows("SELECT source, min(time) AS first FROM events WHERE time IS NOT NULL GROUP BY source")
    found = {row["source"]: utc(row["first"]) for row in rows}
    for entry in engine.case.ledger.entries():
        if entry.outcome.seen and entry.window:
            held = found.get(entry.source)
            found[entry.source] = min(held, entry.window.start) if held else entry.window.start
    return found


def _weight(label: Attribution) -> tuple[bool, bool, float]:
    return label.label is Label.ATTACKER, label.label in (Label.USER, Label.RESPONDER), label.confidence


def _whose(label: Attribution) -> str:
    words = {
        Label.ATTACKER: "is the attacker's",
        Label.USER: "is the user's own",
        Label.RESPONDER: "is the responder's",
        Label.SYSTEM: "is the service's",
        Label.UNKNOWN: "nobody could be tied to",
    }
    return f"{words[label.label]} ({short(label.because, 240)})"


def rule_events(engine: Engine) -> dict[tuple[str, str], list[Row]]:
    """Rule changes from the log by owner and by name, and by owner and id, in order of time."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in engine.rows("SELECT * FROM rule_changes ORDER BY time, event_id"):
        owner = (row["owner"] or "").lower()
        for key in dict.fromkeys(rule_keys(row)):
            found.setdefault((owner, key), []).append(row)
    return found


def rule_keys(row: Mapping[str, Any]) -> list[str]:
    """By what a rule is known: its name as written, and its id."""
    return [
        key
        for key in (f"name {row['name']}" if row["name"] else "", f"id {row['rule_id']}" if row["rule_id"] else "")
        if key
    ]


def changes_of(rule: Mapping[str, Any], log: Mapping[tuple[str, str], list[Row]]) -> list[Row]:
    """The log's events about one rule, each once."""
    owner = (rule["owner"] or "").lower()
    found = {row["event_id"]: row for key in rule_keys(rule) for row in log.get((owner, key), ())}
    return sorted(found.values(), key=lambda row: (row["time"], row["event_id"]))


def origins(engine: Engine, labels: Labels) -> dict[str, Origin]:
    """Evidence key of a state row → its origin, for every kind of object that could let somebody back in."""
    log = Log(engine, labels)
    rules = rule_events(engine)
    found: dict[str, Origin] = {}
    for row in engine.rows("SELECT key, owner, name, rule_id FROM inbox_rules"):
        made = [change for change in changes_of(row, rules) if change["change"] == "set"]
        found[row["key"]] = log.origin(made) or log.older(None, "ual")
    for row in engine.rows("SELECT * FROM auth_methods"):
        found[row["key"]] = _method(log, row)
    for row in engine.rows("SELECT * FROM devices"):
        found[row["key"]] = _device(engine, log, row)
    for row in engine.rows("SELECT * FROM oauth_grants"):
        found[row["key"]] = _grant(log, row)
    for row in engine.rows("SELECT * FROM mailboxes"):
        found[row["key"]] = _mailbox(engine, log, row)
    return found


def _method(log: Log, row: Row) -> Origin:
    born, owner = aware(row["created"]), (row["owner"] or "").lower()
    if row["method_type"] == "password":
        return Origin(Label.USER, "every account has one; it is reset during recovery, not removed", born)
    mine = [
        event
        for event in log.events
        if event["operation"] in METHOD_MADE and owner in (event["target"], event["actor"])
    ]
    if born:
        made = [event for event in mine if abs((aware(event["time"]) or born) - born) <= _SAME]
    else:
        names = [str(row[name]).lower() for name in ("display_name", "phone_number", "device_tag") if row[name]]
        made = [event for event in mine if any(name in event["said"] for name in names)]
    if not made and not born and mine:
        return _untimed(log, mine)
    return log.origin(made, born) or log.older(born, "directory_audit")


def _untimed(log: Log, made: list[Row]) -> Origin:
    """A method without a time of birth, where methods were registered: it may be one of these, or an older one."""
    if any(log.attackers(event) for event in made):
        return Origin(Label.UNKNOWN, "carries no time, and the attacker registered a method: it may be this one")
    at = moment(aware(made[-1]["time"]))
    labels = [log.labels.get(event["event_id"]) for event in made]
    if all(label is not None and label.label in (Label.USER, Label.RESPONDER) for label in labels):
        return Origin(Label.USER, f"carries no time; what was registered until {at} was the user's own doing")
    return Origin(Label.UNKNOWN, f"carries no time, and who registered a method at {at} is not known")


def _device(engine: Engine, log: Log, row: Row) -> Origin:
    born = aware(row["registered"])
    names = {str(row[name]).lower() for name in ("name", "device_id", "object_id") if row[name]}
    made = [
        event
        for event in log.events
        if event["operation"] in DEVICE_MADE
        and (event["target"] in names or any(name in event["said"] for name in names))
    ]
    made = made or _signed_in(engine, row, born)
    return log.origin(made, born) or log.older(born, "directory_audit")


def _signed_in(engine: Engine, row: Row, born: datetime | None) -> list[Row]:
    """The sign-ins that began a phone's partnership with the mailbox: no log names it, the phone's system does."""
    if row["trust_type"] != "MobilePartnership" or not born or not row["os"]:
        return []
    return engine.rows(
        """SELECT event_id, time FROM events
           WHERE lower(actor) = ? AND lower(os) = ? AND result = 'success'
             AND (source LIKE 'sign_in%' OR operation = 'UserLoggedIn') AND time BETWEEN ? AND ?
           ORDER BY time, event_id""",
        [(row["owner"] or "").lower(), row["os"].lower(), *(
            (born + by).replace(tzinfo=None) for by in (-_SAME, _SAME)
        )],
    )  # fmt: skip


def _grant(log: Log, row: Row) -> Origin:
    names = {str(row[name]).lower() for name in ("app_id", "app_name", "client_id") if row[name]}
    owner = (row["owner"] or "").lower()
    made = [
        event
        for event in log.events
        if event["operation"] in CONSENT_MADE
        and (event["app_id"] in names or event["target"] in names or any(name in event["said"] for name in names))
        and (not owner or event["actor"] == owner or owner in event["said"])
    ]
    origin = log.origin(made)
    if origin and origin.label is not Label.ATTACKER and (used := log.only_attackers(row["app_id"], made)):
        # The user's own click, and yet not the user's application: only somebody else has ever used it.
        told = f"{origin.because}; but everything that the application did is the attacker's, {short(used, 240)}"
        return Origin(Label.ATTACKER, told, origin.created, origin.events)
    return origin or log.older(None, "directory_audit")


def _mailbox(engine: Engine, log: Log, row: Row) -> Origin:
    """The origin of what a mailbox forwards to; a mailbox that forwards nowhere is the user's."""
    where = str(row["forwarding_smtp_address"] or row["forwarding_address"] or "").lower().removeprefix("smtp:")
    if not where:
        return Origin(Label.USER, "forwards nowhere")
    sets = engine.rows(
        """SELECT e.event_id, e.time FROM case_events e JOIN case_properties p ON p.event_id = e.event_id
           WHERE e.operation = 'Set-Mailbox' AND p.name LIKE '%Forwarding%Address' AND contains(lower(p.value), ?)
           ORDER BY e.time""",
        [where],
    )
    return log.origin(sets) or log.older(None, "ual")
