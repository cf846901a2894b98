"""Incidents in which an outsider had the account."""

from __future__ import annotations

from incidents.habits import PARTNER, weeks
from incidents.hands import (
    HOME6,
    KIT,
    MAC_FIREFOX,
    PRIVATE_PC,
    WEB_MAIL,
    Client,
    Hand,
    Place,
    Shape,
)
from incidents.scene import Scene

RELAY = Place("203.0.113.45", 14061, "NL", "Amsterdam")
RELAY6 = Place("2001:db8:9f3:2::66", 24940, "FI", "Helsinki")
SERVER = Place("192.0.2.77", 20473, "US", "Chicago")
NEAR = Place("100.110.7.81", 64799, "DE", "Hamburg")  # a private line's address that is rented out
FARM = "info@docs-fabrikarn.example"


def thief(scene: Scene, place: Place = RELAY, client: Client = MAC_FIREFOX, name: str = "stolen") -> Hand:
    return Hand(scene.upn, place, client, scene.guid("session", name), true="attacker")


def _relayed(scene: Scene, hand: Hand, relay: Place) -> None:
    """The user signs in on a page in the middle: the first leg is the user's own click, sent on by the relay."""
    flow = scene.guid("flow", "relayed")
    click = Hand(scene.upn, relay, PRIVATE_PC, hand.session, true="attacker")
    scene.sign_in(click, scene.t(), flow=flow)
    scene.sign_in(hand, scene.t(seconds=8), flow=flow)


def _lure(scene: Scene, **before: float) -> None:
    made = scene.delivered(FARM, scene.upn, scene.t(**before), "Shared statement of account", true="either")
    scene.truth[made] = "either"


def _harvest(scene: Scene, hand: Hand, count: int = 14) -> None:
    for number in range(count):
        scene.read(
            hand, scene.t(minutes=9, seconds=20 * number), [f"<d-{number % 9 + 1}m{number % 3}@fabrikam.example>"]
        )
    scene.searched(hand, scene.t(minutes=16), "invoice iban")


def _hide(scene: Scene, hand: Hand) -> None:
    rule = {
        "Name": "..",
        "SubjectOrBodyContainsWords": "invoice;fabrikam",
        "MoveToFolder": "RSS Subscriptions",
        "MarkAsRead": "True",
    }
    scene.cmdlet(hand, scene.t(minutes=22), "New-InboxRule", f"{scene.upn}\\..", **rule)


def _fraud(scene: Scene, hand: Hand, count: int = 70) -> None:
    mails = [
        scene.send(
            hand,
            scene.t(hours=20, seconds=12 * number),
            [f"buyer{number}@client{number % 40}.example"],
            "Updated bank details",
        )
        for number in range(count)
    ]
    scene.removed(hand, scene.t(hours=20, minutes=20), mails, "\\Sent Items")


def _rules(scene: Scene, *more: dict[str, object]) -> None:
    """The inbox rules as Graph shows them: the user's own, and what is added."""
    scene.stands(
        "messageRules",
        {
            "id": "AQAAAAAAAAE=",
            "displayName": "Paper",
            "sequence": 1,
            "isEnabled": True,
            "hasError": False,
            "isReadOnly": False,
            "conditions": {"fromAddresses": [{"emailAddress": {"name": "Paper", "address": "news1@paper.example"}}]},
            "actions": {"moveToFolder": "AAMkfolder=", "stopProcessingRules": False},
        },
        *more,
    )


def aitm(
    shape: Shape,
    *,
    place: Place = RELAY,
    second: Place = SERVER,
    client: Client = MAC_FIREFOX,
    relay: bool = True,
    upn: str = "anna@contoso.example",
    **habits: object,
) -> Scene:
    """S01: a phishing page in the middle, mail read, a rule that hides, fraud sent from the mailbox."""
    scene = Scene(upn, shape)
    weeks(scene, **habits)  # type: ignore[arg-type]  # passed on as given
    _lure(scene, hours=-20)
    hand = thief(scene, place, client)
    if relay:
        _relayed(scene, hand, place)
        scene.token_used(Hand(upn, second, KIT, hand.session, true="attacker"), scene.t(minutes=3))
    else:
        scene.sign_in(hand, scene.t())
    _harvest(scene, hand)
    _hide(scene, hand)
    scene.changed(
        hand.at(second) if relay else hand,
        scene.t(minutes=31),
        "User registered security info",
        ("User", upn, scene.guid("user", upn)),
        StrongAuthenticationPhoneAppDetail="iPhone 12",
    )
    _fraud(scene, hand.at(second) if relay else hand)
    _rules(scene)
    scene.stands(
        "methods",
        {
            "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
            "id": "28c10230-6103-485e-b985-444c60001490",
            "createdDateTime": "2024-02-01T08:00:00Z",
        },
        {
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
            "id": "3179e48a-750b-4051-897c-87b9720928f7",
            "phoneNumber": "+49 1511 0000001",
            "phoneType": "mobile",
            "createdDateTime": "2024-02-01T08:10:00Z",
        },
        {
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": scene.guid("method"),
            "displayName": "iPhone 12",
            "deviceTag": "SoftwareTokenActivated",
            "createdDateTime": scene.t(minutes=31).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    return scene


def blind(shape: Shape) -> Scene:
    """S11: S01 in a poor tenant: the audit log alone, and the record of mail access is cut off."""
    scene = aitm(shape)
    hand = thief(scene, RELAY, MAC_FIREFOX)
    scene.read(hand, scene.t(hours=26), ["<d-2m0@fabrikam.example>"], throttled=True)
    scene.state.clear()
    return scene


def forwarded(shape: Shape) -> Scene:
    """The whole mailbox is forwarded outside, and little else happens."""
    scene = Scene("anna@contoso.example", shape)
    weeks(scene, moving=True)
    hand = thief(scene, RELAY, PRIVATE_PC)
    scene.sign_in(hand, scene.t())
    scene.read(hand, scene.t(minutes=4), ["<d-1m0@fabrikam.example>", "<d-2m0@fabrikam.example>"])
    scene.cmdlet(
        hand,
        scene.t(minutes=7),
        "Set-Mailbox",
        scene.upn,
        Identity=scene.upn,
        ForwardingSmtpAddress="smtp:anna.backup@freemail.example",
        DeliverToMailboxAndForward="True",
    )
    scene.stands(
        "mailbox",
        {
            "UserPrincipalName": scene.upn,
            "PrimarySmtpAddress": scene.upn,
            "ExchangeGuid": scene.guid("box"),
            "RecipientTypeDetails": "UserMailbox",
            "ForwardingAddress": None,
            "ForwardingSmtpAddress": "smtp:anna.backup@freemail.example",
            "DeliverToMailboxAndForward": True,
            "AuditEnabled": True,
        },
    )
    return scene


def quiet_rule(shape: Shape) -> Scene:
    """One sign-in, one rule that sends a partner's mail outside, nothing else."""
    scene = Scene("anna@contoso.example", shape)
    weeks(scene)
    hand = thief(scene, RELAY, MAC_FIREFOX)
    scene.sign_in(hand, scene.t())
    scene.cmdlet(
        hand,
        scene.t(minutes=3),
        "New-InboxRule",
        f"{scene.upn}\\Team",
        Name="Team",
        From=PARTNER,
        ForwardTo="clerk.fabrikam@freemail.example",
    )
    scene.token_used(hand, scene.t(hours=1), WEB_MAIL)
    _rules(
        scene,
        {
            "id": "AQAAAAAAAAM=",
            "displayName": "Team",
            "sequence": 2,
            "isEnabled": True,
            "hasError": False,
            "isReadOnly": False,
            "conditions": {"fromAddresses": [{"emailAddress": {"name": "U", "address": PARTNER}}]},
            "actions": {"forwardTo": [{"emailAddress": {"name": "c", "address": "clerk.fabrikam@freemail.example"}}]},
        },
    )
    return scene


def same_country(shape: Shape) -> Scene:
    """S01 through a private line in the user's own country; no relay is seen."""
    return aitm(shape, place=NEAR, client=MAC_FIREFOX, relay=False)


def same_client(shape: Shape) -> Scene:
    """S01 by somebody who has the user's own system and browser, on another network; the user's line moves daily."""
    return aitm(shape, place=SERVER, client=PRIVATE_PC, relay=False, moving=True)


def over_ipv6(shape: Shape) -> Scene:
    """S01 over IPv6 on both sides."""
    return aitm(shape, place=RELAY6, home=HOME6)


def while_travelling(shape: Shape) -> Scene:
    """S01 while the user is abroad in a hotel."""
    return aitm(shape, away=Place("198.18.4.40", 3352, "ES", "Madrid"))


def patient(shape: Shape) -> Scene:
    """An intruder who signs in nine days before the fraud and reads along every day."""
    scene = aitm(shape, relay=False)
    hand = thief(scene)
    for day in range(1, 10):
        scene.sign_in(hand, scene.t(days=-day, hours=5))
        for number in range(3):
            scene.read(hand, scene.t(days=-day, hours=5, minutes=number), [f"<d-{day}m{number}@fabrikam.example>"])
    return scene
