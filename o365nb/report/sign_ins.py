"""Every sign-in of some accounts, with whose it was: as a figure by network, and as the rows behind it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from o365nb.events.names import in_words
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

_FIELDS = (
    "event_id, time, source, actor, app_name, client_ip, as_org, city, country, network_kind, os, browser, client,"
    " device_managed, result, error_code, mfa, token_type"
)
_HERE = "list_contains($1, lower(actor)) AND time >= $2 AND time < $3"
_SIGN_INS = f"SELECT {_FIELDS} FROM events WHERE source IN ('sign_in', 'sign_in_noninteractive') AND {_HERE}"
#: What the unified audit log knows of sign-ins, where the sign-in log is not among the evidence.
_LOGINS = f"SELECT {_FIELDS} FROM events WHERE operation IN ('UserLoggedIn', 'UserLoginFailed') AND {_HERE}"
_RESULTS = {
    "success": ("let in", "mute", "●"),
    "failure": ("not let in", "good", "○"),
    "interrupted": ("interrupted", "mute", "◐"),
}
_MFA = {"multiFactorAuthentication": "asked for", "singleFactorAuthentication": "not asked for"}
_SOURCES = ("sign_in", "sign_in_noninteractive", "ual")
NO_SIGN_INS = "No sign-in of this account in this window is among the evidence."


def sign_ins(of: Dossier, scope: Scope) -> View:
    """One row for each sign-in, the attacker's first; with what it was let in by and why it is thought theirs."""
    found, names = _found(of, scope), tracks(_spots(of, scope), scope.window, of.clock)[1]
    judged = Judged(of)
    rows = [_row(row, judged, names) for row in found]
    columns = (
        *(Column("time", "When", "time"), Column("whose", "Whose", "pill"), Column("state", "Result", "pill")),
        *(Column("network", "From", "titled"), Column("app", "Application"), Column("device", "Device")),
        *(Column("mfa", "Second factor"), Column("because", "Why", "brief")),
    )
    owner = (Column("actor", "Account", "code"),) if len(scope.accounts) > 1 else ()
    missing = unseen(of.found, ("sign_in", "sign_in_noninteractive"))
    empty = f"Cannot tell: {missing}." if missing else NO_SIGN_INS
    counts = Counter(judged.label(row["event_id"]) for row in found)
    told = ", ".join(f"{counts[lane]:,} {LABELS[lane]}" for lane in RANK if counts[lane])
    lead = (
        [f"{plural(len(rows), 'sign-in')}: {told}. The attacker's come first, then those of nobody known."]
        if rows
        else []
    )
    tail = [f"More may have happened than is listed: {missing}."] if missing and rows else []
    if len(rows) > MOST_ROWS:
        tail.append("Choose a shorter window, or one party, to see the rest; `.frame` has all of them.")
    table = Table("Sign-ins", (*columns[:1], *owner, *columns[1:]), rows, empty, name="sign-ins", file="`.frame`")
    return sheet(of.clock, _plain(found, judged), lead[0] if lead else empty, table, lead=lead, tail=tail)


def sign_ins_figure(of: Dossier, scope: Scope) -> Drawn:
    """Sign-ins by network over time: filled marks were let in, hollow ones were not."""
    spots = _spots(of, scope)
    plot, _ = tracks(spots, scope.window, of.clock, "not let in")
    note = NO_SIGN_INS
    if spots:
        note = (
            f"{plural(len(spots), 'sign-in')} from {plural(len({spot.row for spot in spots}), 'network')}. A filled"
            f" mark was let in, a hollow one was not. {HOW_TO_READ}"
        )
    rows = [{"time": spot.time, "whose": spot.lane.value, "network": spot.row, "said": spot.said} for spot in spots]
    return Drawn(of.clock, rows, note, plot, note)


def _found(of: Dossier, scope: Scope) -> list[dict[str, Any]]:
    judged = Judged(of)
    rows = of.rows(_SIGN_INS, scope.parameters) or of.rows(_LOGINS, scope.parameters)
    mine = [row for row in rows if scope.takes(judged.label(row["event_id"]))]
    return sorted(mine, key=lambda row: (RANK[judged.label(row["event_id"])], row["time"], row["event_id"]))


def _spots(of: Dossier, scope: Scope) -> list[Spot]:
    judged = Judged(of)
    return [
        Spot(
            _network(row),
            judged.label(row["event_id"]),
            utc(row["time"]),
            f"{_RESULTS.get(row['result'], ('result unknown',))[0]}: {row['app_name'] or 'unnamed application'}",
            row["result"] == "failure",
        )
        for row in _found(of, scope)
    ]


def _network(row: dict[str, Any]) -> str:
    return network(row) or row["client_ip"] or "address not recorded"


def _row(row: dict[str, Any], judged: Judged, names: dict[str, str]) -> dict[str, Any]:
    label, where, time = judged.label(row["event_id"]), _network(row), utc(row["time"])
    managed = {True: "managed", False: "not managed"}.get(row["device_managed"], "")
    return {
        "time": time,
        "actor": row["actor"],
        "whose": pill(LABELS[label], TONES.get(label, "mute"), rank=RANK[label]),
        "state": _state(row, label),
        "network": {
            "title": where,
            "text": " · ".join(part for part in (row["client_ip"], row["network_kind"]) if part and part != where),
            "codes": (row["event_id"],),
        },
        "app": row["app_name"] or "",
        "device": ", ".join(part for part in (row["os"], row["browser"] or row["client"], managed) if part),
        "mfa": _MFA.get(row["mfa"] or "", row["mfa"] or ""),
        "because": judged.because(row["event_id"]),
        "mark": mark_of(label, names[where], time, time),
    }


def _state(row: dict[str, Any], label: Label) -> dict[str, Any]:
    """Whether it was let in, and why not; the attacker's success stands out."""
    word, tone, sign = _RESULTS.get(row["result"], ("result unknown", "mute", "?"))
    inside = row["result"] == "success"
    why = in_words(row["error_code"]) if not inside and row["error_code"] not in (None, "", "0") else ""
    return pill(word, "attacker" if inside and label is Label.ATTACKER else tone, sign, note=why, rank=not inside)


def _plain(found: list[dict[str, Any]], judged: Judged) -> list[dict[str, Any]]:
    """The rows as the tables have them, with whose they are."""
    return [
        {**row, "whose": judged.label(row["event_id"]).value, "because": judged.because(row["event_id"])}
        for row in found
    ]
