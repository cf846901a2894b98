"""What of a case is looked at: whose account, which hours, whose deeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from o365nb.errors import BadInput
from o365nb.model import Attribution, Label, Window, utc
from o365nb.report.dossier import Dossier

_OWNERS = "SELECT DISTINCT lower(actor) AS account FROM events WHERE lower(actor) = $1 LIMIT 1"


@dataclass(frozen=True, slots=True)
class Scope:
    """Accounts (lower case), a window in UTC, and one party or all of them."""

    accounts: tuple[str, ...]
    window: Window
    whose: Label | None = None

    @property
    def parameters(self) -> list[object]:
        """For a query: the accounts, and the window's ends as the tables have times."""
        return [list(self.accounts), bare(self.window.start), bare(self.window.end)]

    def takes(self, label: Label) -> bool:
        """Whether what this party did is looked at."""
        return self.whose in (None, label)


def bare(time: datetime) -> datetime:
    """A time as the tables have it: UTC without saying so."""
    return utc(time).replace(tzinfo=None)


def known_accounts(of: Dossier) -> list[str]:
    """The accounts to choose from: the subjects, then those on whom the attacker's artefacts were met."""
    others = [one.account.lower() for one in of.found.other_victims]
    return list(dict.fromkeys([*(subject.lower() for subject in of.subjects), *others]))


def scope_of(of: Dossier, user: str = "", start: str = "", end: str = "", whose: str = "") -> Scope:
    """What parameters ask for; empty ones mean all subjects, the case's window, everybody.

    Raises BadInput for an account that no event is of, for what is no time, and for an unknown party.
    """
    window = of.case.info.window
    asked = Window(utc(start) if start else window.start, utc(end) if end else window.end)
    if whose and whose not in set(Label):
        raise BadInput(f"WHOSE = {whose!r} is nobody. Write {', '.join(Label)}, or leave it empty for everybody.")
    account = user.strip().lower()
    if account and account not in known_accounts(of) and not of.rows(_OWNERS, [account]):
        raise BadInput(
            f"USER = {user!r} is in none of the evidence. Known: {', '.join(known_accounts(of)[:5])}."
            " Leave it empty for all accounts of the case."
        )
    accounts = (account,) if account else tuple(subject.lower() for subject in of.subjects)
    return Scope(accounts, asked, Label(whose) if whose else None)


class Judged:
    """Whose each event is, as the analysis said; an event that it was not asked about is nobody's."""

    def __init__(self, of: Dossier) -> None:
        self._said = {one.event_id: one for one in of.found.attributions}

    def of(self, event_id: str) -> Attribution | None:
        return self._said.get(event_id)

    def label(self, event_id: str) -> Label:
        said = self._said.get(event_id)
        return said.label if said else Label.UNKNOWN

    def because(self, event_id: str) -> str:
        said = self._said.get(event_id)
        return said.because if said else "not judged: the account is no subject of the case"
