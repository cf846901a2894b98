"""Other victims: on whom else the attacker's artefacts were met, and whose evidence there was to look at."""

from __future__ import annotations

from o365nb.model import OtherVictim, plain
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.reach import ANNEX
from o365nb.report.results import pill
from o365nb.text import plural

_TONES = {"strong": "bad", "likely": "warn", "weak": "mute"}
_REACHED = {
    "entered": "was entered",
    "changed": "was changed",
    "opened": "was read with another account's rights",
    "stopped": "was tried: stopped after the password",
    "tried": "was tried",
    "mailed": "received the lure",
}
_COLUMNS = (
    Column("account", "Account", "code"),
    Column("sign", "Sign", "pill"),
    Column("reached", "What happened"),
    Column("artefacts", "What was met there"),
    Column("time", "First", "time"),
    Column("last", "Last", "time"),
    Column("next", "What next"),
    Column("events", "Evidence", "codes"),
)


def other_victims(of: Dossier) -> View:
    """On whom else the attacker's artefacts were met, the surest first, with what to do."""
    found = of.found.other_victims
    looked = _looked(of)
    rows = [_row(one) for one in found]
    empty = f"None of the attacker's artefacts was met on another account. {looked}"
    heavy = [one for one in found if one.strength != "weak"]
    lead = []
    if found:
        lead = [
            f"{plural(len(found), 'account')} with artefacts of the attacker, {len(heavy)} of them more than weakly."
        ]
        lead.append(looked)
    fold = f"{plural(len(rows), 'account')} (also in other_victims.csv)" if len(rows) > ANNEX else ""
    shown = [Table("Other victims", _COLUMNS, rows, empty, fold, file="other_victims.csv")]
    if fold and heavy:  # those that need somebody at once are not to be found in a fold
        surest = [row for row, one in zip(rows, found, strict=True) if one.strength != "weak"]
        shown.insert(0, Table("The surest of them", _COLUMNS, surest, "", file="other_victims.csv"))
    return sheet(of.clock, [plain(one) for one in found], " ".join(lead) or empty, *shown, lead=lead)


def _row(one: OtherVictim) -> dict[str, object]:
    return {
        "account": one.account,
        "sign": pill(one.strength, _TONES[one.strength], rank=list(_TONES).index(one.strength)),
        "reached": _REACHED[one.reached],
        "artefacts": one.artefacts,
        "time": one.first,
        "last": one.last,
        "next": one.next,
        "events": [one.event_id] if one.event_id else [],
    }


def _looked(of: Dossier) -> str:
    """Whose sign-ins the evidence holds besides the subjects': silence about the others means nothing."""
    rows = of.rows("""
        SELECT count(DISTINCT lower(actor)) AS n FROM events
        WHERE (source IN ('sign_in', 'sign_in_noninteractive') OR operation IN ('UserLoggedIn', 'UserLoginFailed'))
          AND actor_kind IN ('user', 'admin', 'guest') AND lower(actor) NOT IN (SELECT upn FROM subjects)
    """)
    others = rows[0]["n"]
    if not others:
        return (
            "The evidence holds no sign-ins of other accounts, so most of them could not be seen: export the tenant's."
        )
    return (
        f"The evidence holds sign-ins of {plural(others, 'other account')}; whoever is not among them was not examined."
    )
