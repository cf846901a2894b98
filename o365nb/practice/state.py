"""The tenant as it stands: objects that change, what changes add to the logs, and all of it kept on disk."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from o365nb.errors import BadInput
from o365nb.practice.clock import PracticeClock
from o365nb.practice.ids import Json
from o365nb.practice.logs import directory
from o365nb.practice.people import Person
from o365nb.practice.story import VERSION, Built
from o365nb.practice.world import Entry, Truth, audit_entry

FILE = "tenant.json"
_NEVER = datetime.max.replace(tzinfo=UTC)
_WORK = ("queries",)
#: The logs that grow, and what their events are called in the truth.
_GROWING = {"audits": "ual", "directory": "directory_audit", "sign_ins": "sign_in"}
_VIEW: ContextVar[Json | None] = ContextVar("view", default=None)
#: How far back directory audits go in a tenant without Entra ID P1.
_FREE_AUDITS = timedelta(days=7)


@dataclass
class _Added:
    """What was logged since the story's end."""

    audits: list[Entry] = field(default_factory=list)
    directory: list[Entry] = field(default_factory=list)
    sign_ins: list[Entry] = field(default_factory=list)


class TenantState:
    """One running tenant. Every change is on disk before it is answered (`save`)."""

    def __init__(self, built: Built, folder: Path) -> None:
        self.info, self.world, self._path = built.info, built.world, folder / FILE
        self._added = _Added()
        self._told: dict[str, Truth] = {}
        kept = self._load()
        self._objects: Json = kept["objects"] if kept else json.loads(json.dumps(built.state))
        self.clock = PracticeClock(built.info.now, kept["elapsed"] if kept else 0.0)
        for log in _GROWING:
            for item in kept["added"].get(log, ()) if kept else ():
                self._restore(log, item)
        self._index()
        self.save()

    def _load(self) -> Json | None:
        if not self._path.exists():
            return None
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            same = (kept["story"], kept["version"]) == (self.info.slug, VERSION)
        except (ValueError, KeyError, TypeError):
            raise BadInput(
                f"{self._path}: not the state of a practice tenant. Remove it or name another folder."
            ) from None
        if not same:
            raise BadInput(
                f"{self._path}: holds the story {kept['story']!r} (version {kept['version']}), not {self.info.slug!r}"
                f" (version {VERSION}). Name another folder, or remove this one to begin again."
            )
        return dict(kept)

    def save(self) -> None:
        """Write everything that can change, whole or not at all."""
        kept = {
            "story": self.info.slug,
            "version": VERSION,
            "elapsed": round(self.clock.elapsed, 3),
            "objects": self._objects,
            "added": {log: [self._kept(entry) for entry in getattr(self._added, log)] for log in _GROWING},
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(json.dumps(kept, ensure_ascii=False))  # json.dump would do it in Python, ten times slower
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def _kept(self, entry: Entry) -> Json:
        label = self._told[entry.record["id"]]["label"]
        return {"at": entry.at.isoformat(), "record": entry.record, "label": label}

    def _restore(self, log: str, item: Json) -> None:
        at = datetime.fromisoformat(item["at"])
        getattr(self._added, log).append(Entry(at, at, item["record"]))
        self._tell(item["record"]["id"], _GROWING[log], item.get("label", "responder"))

    def _index(self) -> None:
        self._sign_ins: dict[str, list[Entry]] = {}
        for entry in self.world.sign_ins:
            self._sign_ins.setdefault(entry.record["userId"], []).append(entry)
        self._audits: dict[str, list[Entry]] = {}
        for entry in self.world.audits:
            self._audits.setdefault(entry.record["userPrincipalName"].lower(), []).append(entry)
        self._traces: dict[str, list[Entry]] = {}
        for entry in self.world.traces:
            for side in {entry.record["senderAddress"], entry.record["recipientAddress"]}:
                self._traces.setdefault(side.lower(), []).append(entry)

    @property
    def objects(self) -> Json:
        """Everything that can change, as whoever asks sees it (see `seen_as`)."""
        view = _VIEW.get()
        return self._objects if view is None else view

    def copied(self) -> Json:
        """How things stand, to be shown later. What is being worked on (audit queries) stays the one that it is."""
        work = {name: self._objects[name] for name in _WORK if name in self._objects}
        rest = {name: value for name, value in self._objects.items() if name not in work}
        return {**copy.deepcopy(rest), **work}

    @contextmanager
    def seen_as(self, view: Json | None) -> Iterator[None]:
        """For the time of a read, how things stood earlier."""
        token = _VIEW.set(view)
        try:
            yield
        finally:
            _VIEW.reset(token)

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def truth(self) -> dict[str, Truth]:
        """What really was the case, by event id: every event that the logs show now, the responder's own too."""
        world, known = self.world, self.world.truth
        found = dict(self._told)
        logs = (self._shown(world.audits), self._kept_directory(), self._shown(world.sign_ins) if self._premium else ())
        for log in logs:
            found |= {entry.record["id"]: known[entry.record["id"]] for entry in log}
        for entry in self._shown(world.traces):
            event_id = f"{entry.record['id']}|{entry.record['recipientAddress'].lower()}"
            found[event_id] = known[event_id]
        return found

    def sign_ins(self, user_id: str | None = None) -> list[Json]:
        """Sign-ins the service shows now, newest first."""
        entries = self.world.sign_ins if user_id is None else self._sign_ins.get(user_id, [])
        added = [one for one in self._added.sign_ins if user_id in (None, one.record["userId"])]
        return [entry.record for entry in reversed([*self._shown(entries), *added])]

    def directory_audits(self) -> list[Json]:
        """Directory audits, newest first; without Entra ID P1 those of the last seven days only."""
        return [entry.record for entry in reversed([*self._kept_directory(), *self._added.directory])]

    def _kept_directory(self) -> Iterator[Entry]:
        oldest = datetime.min.replace(tzinfo=UTC) if self._premium else self.clock.horizon() - _FREE_AUDITS
        return (entry for entry in self._shown(self.world.directory) if entry.at >= oldest)

    @property
    def _premium(self) -> bool:
        return "AAD_PREMIUM" in self.info.plans

    def traces(self, address: str | None = None) -> list[Json]:
        """Message trace rows, newest first."""
        entries = self.world.traces if address is None else self._traces.get(address.lower(), [])
        return [entry.record for entry in reversed(list(self._shown(entries)))]

    def audits(self, users: list[str]) -> list[Json]:
        """Audit records, newest first, as an audit query gives them: many of them more than once, some rows later."""
        if users:
            entries = [entry for user in users for entry in self._audits.get(user.lower(), [])]
        else:
            entries = self.world.audits
        added = [
            entry
            for entry in self._added.audits
            if not users or entry.record["userPrincipalName"].lower() in {user.lower() for user in users}
        ]
        shown = sorted([*self._shown(entries), *added], key=lambda entry: (entry.at, entry.record["id"]), reverse=True)
        rows = [(place + 41 * copy, copy, entry) for place, entry in enumerate(shown) for copy in range(entry.copies)]
        rows.sort(key=lambda row: row[:2])
        return [entry.record for _, _, entry in rows]

    def audit_entries(self) -> list[Entry]:
        """Every audit record that the service shows now, with when it came to show it."""
        return [*self._shown(self.world.audits), *self._added.audits]

    def _shown(self, entries: list[Entry]) -> Iterator[Entry]:
        """What has happened by now and has reached the log; an account's events end when it was disabled."""
        horizon = self.clock.horizon()
        off = {upn: [(_time(begin), _time(end)) for begin, end in spans] for upn, spans in self.objects["off"].items()}
        for entry in entries:
            if entry.at <= horizon and entry.seen_from <= horizon:
                spans = off.get(entry.actor, ())
                if not any(begin <= entry.at < end for begin, end in spans):
                    yield entry

    def person(self, name: str) -> Person | None:
        """The person of that UPN, mail address or object id, as the account is called now; None for a deleted one."""
        wanted = name.lower()
        for person in self.world.people.values():
            user = self.objects["users"].get(person.id)
            if user and wanted in (person.id, user["userPrincipalName"].lower(), str(user["mail"]).lower()):
                return person
        return None

    def user(self, person: Person) -> Json:
        """The user object of a person."""
        found: Json = self.objects["users"][person.id]
        return found

    # -- logging what is changed --------------------------------------------------------------------------------

    def log_change(self, change: directory.Change) -> None:
        """A change in the directory by the responder, in both logs. Not lagging: practice need not wait for it."""
        record = directory.graph_record(change)
        self._added.directory.append(Entry(change.at, change.at, record))
        self._tell(record["id"], "directory_audit")
        self.log_audit(change.at, directory.audit_data(change, str(uuid4())))

    def log_audit(self, at: datetime, data: Json) -> None:
        """A record of the audit log by the responder."""
        self._added.audits.append(audit_entry(at, data, "", lag=timedelta(0)))
        self._tell(data["Id"], "ual")

    def log_attacker(self, log: str, at: datetime, record: Json) -> None:
        """What the attacker did after the story's end, in one of the logs: audits, directory or sign_ins."""
        getattr(self._added, log).append(Entry(at, at, record))
        self._tell(record["id"], _GROWING[log], "attacker")

    def _tell(self, event_id: str, source: str, label: str = "responder") -> None:
        phase = "response" if label == "responder" else "persistence"
        self._told[event_id] = Truth(label=label, phase=phase, findings=[], source=source)


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else _NEVER
