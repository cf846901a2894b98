"""What people are told of a source: its name for a customer, and what stays unknown without it (`gap_words.csv`)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from o365nb.model import Outcome
from o365nb.text import csv_rows


@dataclass(frozen=True, slots=True)
class Words:
    """One source of the ledger, or one part of a log such as `ual/Exchange`: a part has only a `name` and a `cost`."""

    source: str
    missing: str  # "always" a gap when it is absent, or only when it was "asked" for
    about: str  # "account" or "tenant"
    name: str
    called: str
    cost: str
    kept: str


def _read() -> dict[str, Words]:
    text = (files("o365nb.analysis") / "gap_words.csv").read_text("utf-8")
    return {row["source"]: Words(**row) for row in csv_rows(text)}


WORDS = _read()
#: What the main questions need: a gap even when nobody asked for it.
NEEDED = tuple(source for source, words in WORDS.items() if words.missing == "always")
#: Outcomes for which it does not matter at which table of advanced hunting they came up.
FOR_ALL = (Outcome.DENIED, Outcome.NOT_LICENSED, Outcome.NOT_OFFERED, Outcome.EXPIRED)
#: Any of these lines of the ledger, seen whole, shows the sign-ins and the changes in the directory.
LOGONS = ("ual", "ual/AzureActiveDirectory")
#: Outcome → what happened, and where the risk lies.
OUTCOMES = {
    Outcome.PARTIAL: ("{what} {were} read only in part{reason}", " where it is missing"),
    Outcome.CAPPED: ("{what} stopped at the service's limit{reason}", " beyond it"),
    Outcome.DENIED: ("{what} could not be read: the right to do so is missing{reason}", ""),
    Outcome.NOT_OFFERED: ("{what} could not be read: this cloud does not offer it{reason}", ""),
    Outcome.NOT_LICENSED: ("{what} could not be read: the organisation has no licence for it{reason}", ""),
    Outcome.EXPIRED: ("{what} {before}could not be read: {kept}{reason}", ""),
    Outcome.THROTTLED: ("{what} could not be read whole: the service refused further requests{reason}", ""),
    Outcome.FAILED: ("{what} could not be read{reason}", ""),
    Outcome.DAMAGED: ("{what} {were} damaged{reason}", " in the damaged part"),
}
#: What the unified audit log tells too, where it was read whole: then a gap costs less.
INSTEAD = {
    "sign_in": "The unified audit log was used instead: it has the sign-ins too, but no networks and no risk",
    "directory_audit": "The unified audit log was used instead: it has these changes too",
}


def words_of(source: str) -> Words:
    """The words of a source: its own, those of what it is a part of, or such as any source can have."""
    base, _, part = source.partition("/")
    whole = WORDS.get(base) or Words(base, "asked", "account", base, "", "What it would show is not known", "")
    own = WORDS.get(source) if part else whole
    return own or whole


def part_name(base: str, part: str) -> str:
    """What a part of a log (a workload, a table of advanced hunting) is called."""
    words = WORDS.get(f"{base}/{part}")
    return words.name if words else part


def cost_of(source: str) -> str:
    """What an investigation without this source would not know, in one sentence."""
    return f"{words_of(source).cost}."
