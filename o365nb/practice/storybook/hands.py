"""A hand in a story: somebody with a session, who signs in and whose records carry what the sign-in gave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from o365nb.practice.ids import Json, guid, request_id
from o365nb.practice.logs import apps, mailbox
from o365nb.practice.logs.sign_in import CLAIM, Browser, SignIn
from o365nb.practice.people import Person
from o365nb.practice.places import Place
from o365nb.practice.world import USER, Note, World


def attack(phase: str, *findings: str) -> Note:
    """The truth about an event that the attacker caused."""
    return Note("attacker", phase, findings)


@dataclass
class Hand:
    """One hand on one account, from one place. Times are minutes after `begin`."""

    world: World
    person: Person
    place: Place
    browser: Browser
    session: str
    begin: datetime
    rng: Random
    token: str = ""

    def at(self, minutes: float) -> datetime:
        return self.begin + timedelta(minutes=minutes)

    def sign_in(
        self, minutes: float, app: apps.App, resource: apps.App, note: Note = USER, *, interactive: bool = True,
        correlation: str = "", error: int = 0, mfa: str = CLAIM, single: bool = False, token_type: str = "",
        protocol: str = "none", client_app: str = "", risk: str = "none", risk_events: tuple[str, ...] = (),
        transfer: str = "none",
    ) -> SignIn:  # fmt: skip
        """One sign-in; where it goes through, its token is what later records carry."""
        facts = SignIn(
            request_id(self.rng), self.at(minutes), self.person, self.place, self.browser, app, resource, self.session,
            correlation or guid(self.rng), interactive=interactive, error=error, mfa=mfa,
            token_type=token_type or ("none" if interactive else "refreshToken"), protocol=protocol,
            client_app=client_app or ("Browser" if interactive else "Mobile Apps and Desktop clients"),
            risk=risk, risk_events=risk_events, single=single, transfer=transfer,
        )  # fmt: skip
        self.world.log_sign_in(facts, note)
        if not error:
            self.token = facts.token
        return facts

    def access(self, client: apps.App, client_info: str = "") -> mailbox.Access:
        """The way into a service with the last token."""
        return mailbox.Access(self.person, self.place, client, client_info, self.session, self.token)

    def log(self, data: Json, minutes: float, note: Note = USER) -> None:
        """A record of the audit log made by this hand."""
        self.world.log_audit(self.at(minutes), data, self.person.upn, note)

    def new_id(self) -> str:
        return guid(self.rng)

    def elsewhere(self, place: Place) -> Hand:
        """The same hand at another place."""
        return replace(self, place=place)
