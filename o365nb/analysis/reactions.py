"""What recipients did with the attacker's mail: clicked, answered, let the attacker in, sent it on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from o365nb.analysis.base import moment, short
from o365nb.engine import Engine
from o365nb.model import OtherVictim, utc
from o365nb.text import plural

_FATES = {"success": ", and the page was opened", "failure": ", and the page was kept away"}
_NO_CLICKS = "unknown: no click data was read"
#: So long after the mail a click, an answer or a strange sign-in is told as a reaction to it.
REACTION = timedelta(hours=72)
#: Re:, Fwd: and their like in ten languages, as often as they stand there.
_PREFIX = re.compile(
    r"^(?:\s*(?:re|aw|antw|sv|vs|odp|ha|rif|r|res|fw|fwd|wg|tr|i|rv|enc|doorst|vl|vb|pd|на|отв)\s*(?:\[\d+\])?\s*[:：])+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mailed:
    """One mail (or link, or chat): when, from which account, its subject line, and the trace's id ("" for none)."""

    time: datetime
    sender: str
    subject: str
    trace: str


def thread(subject: str) -> str:
    """A subject line as answers and forwards share it."""
    return " ".join(_PREFIX.sub("", subject).lower().split())


class Reactions:
    """What the evidence says of every recipient, asked once for all of them."""

    def __init__(
        self, engine: Engine, theirs: str, sent: Iterable[tuple[str, Mailed]], victims: Iterable[OtherVictim]
    ) -> None:
        sent = list(sent)
        self._victims = {one.account: one for one in victims if one.strength != "weak"}
        people = sorted({address for address, _ in sent})
        engine.table("analysis_recipients", {"address": "VARCHAR"}, [(address,) for address in people])
        self._sign_ins = _sign_ins(engine, theirs)
        self._clicks = _clicks(engine)
        self._mails = _mails(engine, min((mail.time for _, mail in sent), default=None))
        self._read = {
            row["upn"]
            for row in engine.rows("""SELECT DISTINCT lower(actor) AS upn FROM events
                WHERE (source = 'sign_in' OR operation = 'UserLoggedIn')
                  AND lower(actor) IN (SELECT address FROM analysis_recipients)""")
        }
        ledger = engine.case.ledger.entries()
        asked = [entry for entry in ledger if entry.source == "hunting/UrlClickEvents" and entry.outcome.seen]
        self._clicks_of = {entry.subject.lower() for entry in asked}

    def of(self, address: str, mail: Mailed, *, internal: bool) -> str:
        """`yes: ...`, `no ...` or `unknown: ...`, in words."""
        if told := list(self._reacted(address, mail)):
            return f"yes: {'; '.join(told)}"
        if not internal:
            return _NO_CLICKS
        clicks = "" if self._clicks_of & {address, ""} else "; clicks are unknown"
        if address in self._read:
            return f"no sign-in from the attacker's addresses was seen{clicks or ', and no click'}"
        return "unknown: no sign-ins of this account were read" if not clicks else (
            "unknown: no click data and no sign-ins of this account were read"
        )  # fmt: skip

    def _reacted(self, address: str, mail: Mailed) -> Iterator[str]:
        late = mail.time + REACTION
        for row in self._clicks.get((address, mail.trace), ()):
            if mail.time <= row["time"]:
                yield f"a link in it was clicked at {moment(row['time'])}{_FATES.get(row['result'], '')}"
                break
        later = [(at, ip) for at, ip in self._sign_ins.get(address, ()) if at > mail.time]
        victim = self._victims.get(address)
        if later:
            yield f"a sign-in from the attacker's address {later[0][1]} at {moment(later[0][0])}"
        elif victim and victim.last and victim.last > mail.time and victim.first and victim.first <= late:
            yield f"{short(victim.artefacts, 160)} since {moment(max(victim.first, mail.time))}"
        yield from self._wrote(address, mail)

    def _wrote(self, address: str, mail: Mailed) -> Iterator[str]:
        topic = thread(mail.subject)
        if not topic:
            return
        mine = [row for row in self._mails.get((address, topic), ()) if row["last"] > mail.time]
        answers = [row for row in mine if row["target"] == mail.sender]
        onward = {row["target"]: row for row in mine if row["target"] not in (mail.sender, address)}
        if answers:
            yield f"it was answered at {_since(answers, mail)}"
        if onward:
            whom = plural(len(onward), "address", "addresses")
            yield f"mail of the same subject line went on from there to {whom} since {_since(onward.values(), mail)}"


def _since(rows: Iterable[dict[str, Any]], mail: Mailed) -> str:
    return moment(min(row["first"] if row["first"] > mail.time else row["last"] for row in rows))


def _sign_ins(engine: Engine, theirs: str) -> dict[str, list[tuple[datetime, str]]]:
    """Successful attacker-labelled sign-ins by account, in order of time."""
    rows = engine.rows(f"""
        SELECT lower(e.actor) AS upn, e.time, coalesce(e.client_ip, 'an unknown address') AS client_ip
        FROM {theirs} e
        WHERE (e.source LIKE 'sign_in%' OR e.operation = 'UserLoggedIn') AND e.result = 'success'
        ORDER BY e.time, e.event_id
    """)
    found: dict[str, list[tuple[datetime, str]]] = {}
    for row in rows:
        found.setdefault(row["upn"], []).append((utc(row["time"]), row["client_ip"]))
    return found


def _clicks(engine: Engine) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Clicks that Safe Links saw, by account and by the trace's id of the mail."""
    engine.case_events()
    engine.case_properties()
    rows = engine.rows("""
        SELECT lower(e.actor) AS upn, e.time, e.result, lower(p.value) AS trace
        FROM case_events e JOIN case_properties p ON p.event_id = e.event_id
        WHERE e.operation = 'TIUrlClickData' AND p.name = 'SourceId' ORDER BY e.time, e.event_id
    """)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["upn"], row["trace"]), []).append({**row, "time": utc(row["time"])})
    return found


def _mails(engine: Engine, since: datetime | None) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Mail that recipients wrote since the first of the attacker's, by account and subject line."""
    if since is None:
        return {}
    rows = engine.rows(
        """
        SELECT lower(actor) AS sender, lower(target) AS target, message_subject AS said,
               min(time) AS first, max(time) AS last
        FROM events
        WHERE source = 'message_trace' AND message_subject IS NOT NULL AND target IS NOT NULL AND time > ?
          AND lower(actor) IN (SELECT address FROM analysis_recipients)
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        [since.replace(tzinfo=None)],
    )
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        told = {**row, "first": utc(row["first"]), "last": utc(row["last"])}
        found.setdefault((row["sender"], thread(row["said"])), []).append(told)
    return found
