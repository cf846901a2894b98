"""S09, a control: Jana travels. New country, hotel network, a VPN, and nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import objects
from o365nb.practice.ids import Json, guid, request_id
from o365nb.practice.logs import apps, mailbox
from o365nb.practice.logs.sign_in import SignIn
from o365nb.practice.noise import browser_of, session_of
from o365nb.practice.people import DOMAIN, Person, Stay
from o365nb.practice.places import COLOGNE, LISBON, LONDON, Place
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule, owa
from o365nb.practice.world import World

SUBJECT = f"jana@{DOMAIN}"
DEPARTURE = datetime(2026, 11, 15, 15, 0, tzinfo=UTC)  # a Sunday
BACK = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
HOTEL = Place("203.0.113.9", 64610, LISBON)
VPN = Place("203.0.113.140", 64611, LONDON)
LOUNGE = Place("203.0.113.77", 64612, COLOGNE)
ROAMING = Place("100.97.9.41", 64531, COLOGNE)  # a roaming phone leaves through its own carrier, at home
REPLY = "I am travelling until Friday and read mail in the evening only. Urgent? Please write to ivan@contoso.example."


class TravellerStory(Story):
    """All of it is Jana: her managed laptop, her phone, her own second factor, her own auto-reply."""

    info = StoryInfo(
        id="S09",
        slug="traveller",
        title="Control: a traveller, nothing malicious",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
    )

    def prepare(self, world: World) -> None:
        stay = Stay(DEPARTURE, BACK, (HOTEL, HOTEL, VPN), (ROAMING, HOTEL))
        world.people[SUBJECT] = replace(world.people[SUBJECT], stays=(stay,))

    def write(self, world: World, state: Json) -> None:
        jana = world.people[SUBJECT]
        rng = Random(f"{world.seed}|travel")  # noqa: S311 - a story, not a secret
        newsletter_rule(world, state, jana)
        _auto_reply(world, state, jana, rng)
        # At the airport, in the hotel on the first evening, and once more through the VPN ten minutes later.
        _sign_in(world, jana, rng, DEPARTURE + timedelta(minutes=12), LOUNGE)
        _sign_in(world, jana, rng, DEPARTURE + timedelta(hours=5, minutes=40), HOTEL, slip=True)
        _sign_in(world, jana, rng, DEPARTURE + timedelta(hours=5, minutes=52), VPN)
        _sign_in(world, jana, rng, DEPARTURE + timedelta(days=2, hours=3), VPN)


def _auto_reply(world: World, state: Json, jana: Person, rng: Random) -> None:
    """Two days before leaving, from the office."""
    at = datetime(2026, 11, 13, 14, 20, tzinfo=UTC)
    access = replace(owa(jana), session=session_of(jana, jana.laptop, at))
    parameters = {
        "AutoReplyState": "Scheduled",
        "EndTime": "11/20/2026 6:00:00 PM",
        "ExternalAudience": "All",
        "ExternalMessage": REPLY,
        "Identity": jana.upn,
        "InternalMessage": REPLY,
        "StartTime": "11/15/2026 3:00:00 PM",
    }
    target = state["mailboxes"][SUBJECT]["Identity"]
    data = mailbox.cmdlet(access, guid(rng), at, "Set-MailboxAutoReplyConfiguration", target, parameters)
    world.log_audit(at, data, SUBJECT)
    state["settings"][SUBJECT]["automaticRepliesSetting"] = objects.automatic_replies(
        "scheduled", DEPARTURE, BACK, REPLY
    )


def _sign_in(world: World, jana: Person, rng: Random, at: datetime, place: Place, *, slip: bool = False) -> None:
    """Outlook on the web on the managed laptop, with password and number; then some mail is read."""
    session, correlation = session_of(jana, jana.laptop, at), guid(rng)
    browser = browser_of(jana.laptop)
    if slip:
        early = at - timedelta(seconds=31)
        world.log_sign_in(SignIn(
            request_id(rng), early, jana, place, browser, apps.OFFICE_HOME, apps.GRAPH, session, correlation,
            error=50126,
        ))  # fmt: skip
    facts = SignIn(
        request_id(rng), at, jana, place, browser, apps.OFFICE_HOME, apps.EXCHANGE, session, correlation,
        mfa="Number matching",
    )  # fmt: skip
    world.log_sign_in(facts)
    access = mailbox.Access(jana, place, apps.OWA, "Client=OWA;Action=ViaProxy", session, facts.token)
    recent = [mail for mail in world.inbox[SUBJECT] if mail.at < at][-3:]
    messages = [(mail.message_id, mail.size) for mail in recent]
    when = at + timedelta(minutes=3)
    world.log_audit(when, mailbox.items_accessed(access, guid(rng), when, "\\Inbox", messages), SUBJECT)
