"""The mail that left some accounts, with whose it was: as a figure, and as the rows behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from o365nb.model import Label, utc
from o365nb.plots import mark_of
from o365nb.report.activity import RANK, TONES, network
from o365nb.report.dossier import Dossier
from o365nb.report.facts import unseen
from o365nb.report.figures import Drawn
from o365nb.report.markup import MOST_ROWS, Column, Table, View, sheet
from o365nb.report.results import pill
from o365nb.report.scope import Judged, Scope
from o365nb.report.tracks import HOW_TO_READ, Spot, tracks
from o365nb.report.words import LABELS
from o365nb.text import plural

_SENT = """
    SELECT event_id, time, source, actor, target, message_id, message_subject, client_ip, as_org, city, country, result
    FROM events
    WHERE list_contains($1, lower(actor)) AND time >= $2 AND time < $3
      AND (source = 'message_trace' OR operation IN ('Send', 'SendAs', 'SendOnBehalf'))
    ORDER BY time, event_id
"""
_DOMAINS = "SELECT domain FROM accepted_domains"
_NONE = "No mail from this account in this window is among the evidence."
_INSIDE, _OUTSIDE, _NOBODY = "to addresses inside", "to addresses outside", "to addresses not recorded"


@dataclass
class Mail:
    """One message that left an account, put together from the trace and the mailbox's own log."""

    key: str
    sender: str
    time: datetime
    label: Label = Label.UNKNOWN
    because: str = ""
    subject: str = ""
    place: str = ""
    traced: bool = False
    logged: bool = False
    inside: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    failed: int = 0
    events: list[str] = field(default_factory=list)

    @property
    def row(self) -> str:
        """On which row of the figure it stands."""
        return _OUTSIDE if self.outside else _INSIDE if self.inside else _NOBODY

    @property
    def stopped(self) -> bool:
        """Whether it reached nobody."""
        return self.failed > 0 and self.failed >= len(self.inside) + len(self.outside)


def outgoing(of: Dossier, scope: Scope) -> View:
    """One row for each message that was sent, the attacker's first; with who received it and which log knows of it."""
    mails = _mails(of, scope)
    names = tracks(_spots(mails), scope.window, of.clock)[1]
    columns = (
        *(Column("time", "Sent", "time"), Column("whose", "Whose", "pill"), Column("what", "Subject", "titled")),
        *(Column("count", "Recipients", "number"), Column("to", "To", "codes"), Column("fate", "Delivered", "pill")),
        *(Column("known", "Known to"), Column("because", "Why", "brief")),
    )
    owner = (Column("sender", "Account", "code"),) if len(scope.accounts) > 1 else ()
    missing = unseen(of.found, ("message_trace",))
    empty = f"Cannot tell: {missing}." if missing else _NONE
    lead = [_told(mails)] if mails else []
    tail = [f"More may have been sent than is listed: {missing}."] if missing and mails else []
    if len(mails) > MOST_ROWS:
        tail.append("Choose a shorter window, or one party, to see the rest; `.frame` has all of them.")
    rows = [_row(mail, names) for mail in mails]
    table = Table("Mail sent", (*columns[:1], *owner, *columns[1:]), rows, empty, name="mail", file="`.frame`")
    return sheet(of.clock, [_plain(mail) for mail in mails], lead[0] if lead else empty, table, lead=lead, tail=tail)


def outgoing_figure(of: Dossier, scope: Scope) -> Drawn:
    """Mail sent over time, inside and outside of the organisation, and whose it was."""
    mails = _mails(of, scope)
    plot, _ = tracks(_spots(mails), scope.window, of.clock, "reached nobody")
    note = _NONE
    if mails:
        note = (
            f"{plural(len(mails), 'mail')}. A hollow mark reached nobody. Where many lie close together, one mark"
            f" stands for several. {HOW_TO_READ}"
        )
    return Drawn(of.clock, [_plain(mail) for mail in mails], note, plot, note)


def _mails(of: Dossier, scope: Scope) -> list[Mail]:
    judged, own = Judged(of), {row["domain"] for row in of.rows(_DOMAINS)}
    mails: dict[str, Mail] = {}
    for row in of.rows(_SENT, scope.parameters):
        key = row["message_id"] or row["event_id"]
        mail = mails.setdefault(key, Mail(key, row["actor"], utc(row["time"])))
        _add(mail, row, judged, own)
    mine = [mail for mail in mails.values() if scope.takes(mail.label)]
    return sorted(mine, key=lambda mail: (RANK[mail.label], mail.time, mail.key))


def _add(mail: Mail, row: dict[str, Any], judged: Judged, own: Iterable[str]) -> None:
    """One event more of a message: whose it is, is what the surest of its events says."""
    label = judged.label(row["event_id"])
    if not mail.because or RANK[label] < RANK[mail.label] or mail.label is Label.UNKNOWN is not label:
        mail.label, mail.because = label, judged.because(row["event_id"])
    mail.events.append(row["event_id"])
    mail.subject = mail.subject or row["message_subject"] or ""
    if row["source"] != "message_trace":
        mail.logged, mail.place = True, network(row) or row["client_ip"] or mail.place
        return
    mail.traced = True
    mail.failed += row["result"] == "failure"
    address = row["target"] or ""
    side = mail.inside if address.rpartition("@")[2] in own else mail.outside
    if address and address not in side:
        side.append(address)


def _spots(mails: Iterable[Mail]) -> list[Spot]:
    return [Spot(m.row, m.label, m.time, m.subject or "no subject recorded", m.stopped) for m in mails]


def _told(mails: list[Mail]) -> str:
    counts = Counter(mail.label for mail in mails)
    whose = ", ".join(f"{counts[lane]:,} {LABELS[lane]}" for lane in RANK if counts[lane])
    people = len({address for mail in mails for address in (*mail.inside, *mail.outside)})
    return (
        f"{plural(len(mails), 'mail')} to {plural(people, 'address', 'addresses')}: {whose}. The attacker's come first."
    )


def _row(mail: Mail, names: dict[str, str]) -> dict[str, Any]:
    to = [*mail.outside, *mail.inside]
    known = {"the trace": mail.traced, "the mailbox's log": mail.logged}
    return {
        "time": mail.time,
        "sender": mail.sender,
        "whose": pill(LABELS[mail.label], TONES.get(mail.label, "mute"), rank=RANK[mail.label]),
        "what": {"title": mail.subject or "no subject recorded", "text": mail.place, "codes": mail.events},
        "count": len(to) if mail.traced else None,
        "to": to,
        "fate": _fate(mail),
        "known": " and ".join(name for name, there in known.items() if there),
        "because": mail.because,
        "mark": mark_of(mail.label, names[mail.row], mail.time, mail.time),
    }


def _fate(mail: Mail) -> dict[str, Any]:
    if mail.stopped:
        return pill("reached nobody", "good", "○", rank=2)
    if mail.failed:
        return pill(f"{mail.failed:,} refused", "mute", "◐", rank=1)
    return pill("delivered", "mute", "●") if mail.traced else pill("not known", "mute", "?", rank=3)


def _plain(mail: Mail) -> dict[str, Any]:
    return {
        "time": mail.time, "sender": mail.sender, "whose": mail.label.value, "because": mail.because,
        "subject": mail.subject, "inside": mail.inside, "outside": mail.outside, "refused": mail.failed,
        "traced": mail.traced, "logged": mail.logged, "message_id": mail.key, "event_ids": mail.events,
    }  # fmt: skip
