"""Ordinary things that people of more than one story do."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from o365nb.practice import rules
from o365nb.practice.ids import Json, guid
from o365nb.practice.logs import apps, mailbox
from o365nb.practice.noise import session_of
from o365nb.practice.people import Person, named_id
from o365nb.practice.places import Place, Town, office
from o365nb.practice.world import World

NEWSLETTER_RULE = 9_223_372_036_854_775_825


def owa(person: Person, at_office: int = 0) -> mailbox.Access:
    """The person in Outlook on the web, at the desk, on the own laptop."""
    token = named_id(f"token:{person.upn}").replace("-", "")[:22]
    return mailbox.Access(person, office(person.number + at_office), apps.OWA, "Client=OWA;Action=ViaProxy", "", token)


def newsletter_rule(world: World, state: Json, person: Person) -> None:
    """A rule that sorts newsletters into a folder of their own: what an innocent rule looks like."""
    rng = Random(f"{world.seed}|newsletters|{person.upn}")  # noqa: S311 - a story, not a secret
    at = world.now - timedelta(days=20, hours=3, minutes=rng.randrange(60))
    desk = owa(person)
    access = mailbox.Access(
        person, desk.place, desk.client, desk.client_info, session_of(person, person.laptop, at), desk.token
    )
    parameters = {
        "FromAddressContainsWords": "industry-weekly.example",
        "MoveToFolder": "Newsletters",
        "Name": "Newsletters",
        "StopProcessingRules": "False",
    }
    target = f"{state['mailboxes'][person.upn]['Identity']}\\Newsletters"
    world.log_audit(at, mailbox.cmdlet(access, guid(rng), at, "New-InboxRule", target, parameters), person.upn)
    state["rules"][person.upn].append(
        rules.rule(
            NEWSLETTER_RULE + person.number, "Newsletters", priority=2, senders=("industry-weekly.example",),
            folder="Newsletters",
        )
    )  # fmt: skip


def whereabouts(world: World, person: Person, at: datetime) -> Place:
    """Where the person's laptop was when it last renewed a token before `at`; at the desk where it never did."""
    seen = [
        entry.record for entry in world.sign_ins
        if entry.actor == person.upn and entry.at <= at
        and entry.record["deviceDetail"]["deviceId"] == person.laptop.id
        and entry.record["createdDateTime"][:10] == f"{at:%Y-%m-%d}"
    ]  # fmt: skip
    if not seen:
        return office(person.number)
    last = max(seen, key=lambda record: str(record["createdDateTime"]))
    town = last["location"]
    where = town["geoCoordinates"]
    return Place(
        last["ipAddress"], last["autonomousSystemNumber"],
        Town(town["city"], town["state"], town["countryOrRegion"], where["latitude"], where["longitude"]),
    )  # fmt: skip
