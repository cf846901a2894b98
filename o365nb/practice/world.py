"""A world under construction: records of every log, the truth about each, and mailboxes to refer to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypedDict
from uuid import UUID

from o365nb.practice.ids import Json
from o365nb.practice.logs import audit_log, mail_flow, sign_in
from o365nb.practice.logs import directory as directory_log
from o365nb.practice.people import Person, everybody, named_id


class Truth(TypedDict):
    """What really was the case with one event. `label`: attacker, user, system or responder."""

    label: str
    phase: str
    findings: list[str]
    source: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in a log: when it happened, since when the service shows it, how often it shows it."""

    at: datetime
    seen_from: datetime
    record: Json
    actor: str = ""  # UPN or "" for the service: whose events stop when the account is disabled
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Note:
    """What a story says of an event while it writes it."""

    label: str = "user"
    phase: str = ""
    findings: tuple[str, ...] = ()


USER, SYSTEM = Note(), Note("system")


@dataclass
class World:
    """The logs of one tenant, oldest first once `sorted_logs` was called."""

    seed: str
    start: datetime
    now: datetime
    later: timedelta = timedelta(0)  # by which everybody's working day begins later than usual
    sign_ins: list[Entry] = field(default_factory=list)
    audits: list[Entry] = field(default_factory=list)
    directory: list[Entry] = field(default_factory=list)
    traces: list[Entry] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)
    inbox: dict[str, list[mail_flow.Mail]] = field(default_factory=lambda: defaultdict(list))
    outbox: dict[str, list[mail_flow.Mail]] = field(default_factory=lambda: defaultdict(list))
    people: dict[str, Person] = field(default_factory=lambda: {person.upn: person for person in everybody()})

    def log_sign_in(self, facts: sign_in.SignIn, note: Note = USER) -> None:
        """A sign-in in Entra's log and, later, in the audit log."""
        self.sign_ins.append(Entry(facts.at, facts.at, sign_in.graph_record(facts), facts.person.upn))
        self.log_audit(facts.at, sign_in.audit_data(facts), facts.person.upn, note)
        self._tell(facts.id, "sign_in", note)

    def log_audit(self, at: datetime, data: Json, actor: str, note: Note = USER) -> None:
        """A record of the unified audit log: it shows 10 to 90 minutes late, and many show more than once."""
        entry = audit_entry(at, data, actor)
        self.audits.append(entry)
        self._tell(data["Id"], "ual", note)

    def log_directory(self, change: directory_log.Change, note: Note = USER) -> None:
        """A change in the directory, in both logs."""
        actor = change.actor.upn
        self.directory.append(Entry(change.at, change.at, directory_log.graph_record(change), actor))
        self._tell(change.id, "directory_audit", note)
        record_id = named_id(f"audit:{change.id}")
        self.log_audit(change.at, directory_log.audit_data(change, record_id), actor, note)

    def log_mail(self, mail: mail_flow.Mail, note: Note = USER) -> None:
        """One recipient's row of the message trace."""
        sender = mail.sender if mail.sender in self.people else ""
        self.traces.append(Entry(mail.at, mail.at, mail_flow.graph_record(mail), sender))
        self._tell(mail.event_id, "message_trace", note)

    def forget_audits(self, unwritten: Callable[[Entry], bool]) -> None:
        """Take records of the audit log back that the service never wrote: what happened left no trace there."""
        for entry in (gone := [entry for entry in self.audits if unwritten(entry)]):
            if self.truth[entry.record["id"]]["source"] == "ual":  # a logon is in the sign-in log too
                del self.truth[entry.record["id"]]
        lost = {id(entry) for entry in gone}
        self.audits = [entry for entry in self.audits if id(entry) not in lost]

    def _tell(self, event_id: str, source: str, note: Note) -> None:
        self.truth[event_id] = Truth(label=note.label, phase=note.phase, findings=list(note.findings), source=source)

    def sorted_logs(self) -> World:
        """The same world with every log in order of time; ties in order of the record's id."""
        for log in (self.sign_ins, self.audits, self.directory, self.traces):
            log.sort(key=lambda entry: (entry.at, entry.record["id"], str(entry.record.get("recipientAddress"))))
        return self

    def away(self, person: Person, date: datetime) -> bool:
        """Whether a person has that day off; six days in a hundred."""
        return Random(f"{self.seed}|away|{person.upn}|{date:%Y%m%d}").random() < 0.06  # noqa: S311 - a story

    def days(self) -> Iterator[datetime]:
        """Midnight (UTC) of every day from start to the end of the last one."""
        day = self.start.replace(hour=0, minute=0, second=0)
        while day <= self.now:
            yield day
            day += timedelta(days=1)


def audit_entry(at: datetime, data: Json, actor: str, lag: timedelta | None = None) -> Entry:
    """An audit record with its lag and its copies, both taken from its id, so that they never change."""
    chance = UUID(data["Id"]).int >> 64
    minutes = timedelta(minutes=10 + chance % 81) if lag is None else lag
    share = chance // 81 % 1000
    copies = 1 if lag is not None or share >= 583 else 2 if share >= 83 else 3
    return Entry(at, at + minutes, audit_log.graph_record(data), actor, copies)
