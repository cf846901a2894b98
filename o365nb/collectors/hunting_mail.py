"""Hunting in mail: what came and went, what was taken back after delivery, which links were clicked."""

from __future__ import annotations

from o365nb.collectors.base import Person, Right
from o365nb.collectors.hunting import HuntingQuery, kql, listed

_NEEDS = (Right("ThreatHunting.Read.All", "Microsoft Defender for Office 365 Plan 2"),)


class EmailEvents(HuntingQuery):
    """Mail from and to the person, with the envelope's sender: a forged one shows there."""

    source = "hunting/EmailEvents"
    title = "hunting: mail"
    needs = _NEEDS
    tables = ("EmailEvents",)
    shape = "sentinel-email-events-json"

    def condition(self, person: Person) -> str:
        own = listed(person.addresses or (person.upn,))
        return f"RecipientEmailAddress in~ {own} or SenderFromAddress in~ {own} or SenderMailFromAddress in~ {own}"


class EmailPostDeliveryEvents(HuntingQuery):
    """Mail that lay in the mailbox before it was recognised: it may have been opened by then."""

    source = "hunting/EmailPostDeliveryEvents"
    title = "hunting: mail taken back"
    needs = _NEEDS
    tables = ("EmailPostDeliveryEvents",)

    def condition(self, person: Person) -> str:
        return f"RecipientEmailAddress in~ {listed(person.addresses or (person.upn,))}"


class UrlClickEvents(HuntingQuery):
    """Links that the person clicked in mail, Teams and documents, as Safe Links saw them."""

    source = "hunting/UrlClickEvents"
    title = "hunting: clicked links"
    needs = _NEEDS
    tables = ("UrlClickEvents",)
    shape = "hunting-url-click-events-json"

    def condition(self, person: Person) -> str:
        return f"AccountUpn =~ {kql(person.upn)}"
