"""Attacks written before the judgement was asked about them: ways in of these years, and patience afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from incidents.hands import OUTLOOK, WEB_MAIL, Client, Hand, Place, Shape
from incidents.held_out_taken import act
from incidents.people import CHROME_PC, DESKTOP, REST, Days
from incidents.records import Json
from incidents.scene import Scene
from incidents.strangers_phished import of, rummage, thief, user
from incidents.unseen_houses import (
    ELENI,
    INGRID,
    KAMIL,
    METTE,
    MIA,
    PABLO,
    ZSOFIA,
    authenticator,
    letters,
    methods,
    october,
)

AZURE_CLI = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI")
ONEDRIVE = ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine")
TEAMS = ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams")
OLD_GRAPH = ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory")
GRAPH = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph")
FILES = ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
OUTLOOK_PC = Client("Windows10", "Rich Client 5.7.1.0", "Microsoft Office/16.0 (Windows NT 10.0; Outlook 16.0.17928)")
ROADTOOLS = Client("", "", "Python/3.12 aiohttp/3.10.5")
FRANTECH = Place("45.61.136.20", 53667, "US", "Las Vegas")
AEZA = Place("77.105.161.8", 210644, "NL", "Amsterdam")
GSL = Place("102.165.48.77", 137409, "US", "Dallas")
STARK = Place("45.142.213.9", 44477, "MD", "Chisinau")


def slow_reader(shape: Shape) -> Scene:
    """A page in the middle, a telephone of their own, nine days of reading, then an answer in a running talk."""
    scene = of(INGRID, shape, Days(-25, 12, moving_home=True), october(5, 8, 10))
    scene.delivered("kontrakt@signer-portal.example", scene.upn, scene.t(minutes=-35), "Til signering", true="either")
    relay = thief(scene, FRANTECH, CHROME_PC)
    scene.sign_in(relay, scene.t())
    scene.token_used(relay, scene.t(seconds=50), WEB_MAIL)
    scene.changed(
        relay,
        scene.t(minutes=3),
        "User registered security info",
        user(scene),
        StrongAuthenticationPhoneAppDetail="Pixel 6",
    )
    methods(scene, authenticator(scene, scene.t(minutes=3), "Pixel 6"))
    notice = "<notice-1@directory.example>"
    scene.delivered("security-noreply@directory.example", scene.upn, scene.t(minutes=4), "Ny metode", mail=notice)
    scene.removed(relay, scene.t(minutes=9), [notice], INGRID.folder)
    nets = (("84.212.70", 41164), ("77.222.194", 15659), ("46.9.33", 2119))
    for day in range(1, 10):
        net, asn = nets[day % 3]
        hand = relay.at(Place(f"{net}.{17 * day + 5}", asn, "NO", "Oslo"))
        at = scene.t(days=day, hours=5 + day % 4)
        scene.token_used(hand, at, WEB_MAIL)
        for number, mail in enumerate(letters(scene, INGRID, day, 1 + day % 3)):
            scene.read(hand, at + timedelta(minutes=2 + 3 * number), [mail], folder=INGRID.folder)
    last = relay.at(Place("84.212.70.158", 41164, "NO", "Oslo"))
    scene.token_used(last, scene.t(days=9, hours=9), WEB_MAIL)
    at = scene.t(days=9, hours=9, minutes=6)
    sent = scene.send(last, at, [INGRID.partner, "regnskap@nordste1n.example"], f"Re: Letter {at:%m%d} 0")
    scene.removed(last, at + timedelta(minutes=3), [sent], "\\Sendte elementer")
    return scene


def in_two_places(shape: Shape) -> Scene:
    """The session of the laptop goes on from a private line in the user's town, while the user works in the office."""
    scene = of(PABLO, shape, start=october(13, 8, 40))
    own = PABLO.desk(scene)
    line = Place("90.166.140.31", 12479, "ES", "Valencia")
    hand = Hand(scene.upn, line, replace(PABLO.laptop, device="", managed=False), own.session, "attacker")
    for hour in (0, 2, 25, 27):
        at = scene.t(hours=hour)
        scene.token_used(hand, at, WEB_MAIL)
        for number in range(6):
            scene.read(
                hand,
                at + timedelta(minutes=3 + 2 * number),
                letters(scene, PABLO, -number - 1, 1),
                folder=PABLO.folder,
            )
    scene.token_used(hand, scene.t(hours=3), ONEDRIVE, resource=FILES)
    scene.files(hand, scene.t(hours=3, minutes=2), [f"Oferta {n}.pdf" for n in range(140)], "FileDownloaded", 2)
    return scene


def second_victim(shape: Shape) -> Scene:
    """A colleague was taken first; from that mailbox comes the link that takes the account asked about."""
    scene = of(ZSOFIA, shape, Days(-18, 2), october(14, 7, 30))
    first = ZSOFIA.colleague
    for day in range(-18, 3):
        desk = Hand(first, ZSOFIA.office, replace(ZSOFIA.laptop, device=scene.guid(first)), scene.guid("own", first))
        if scene.t(days=day).weekday() < 5:
            scene.sign_in(desk, scene.t(days=day, hours=-1, minutes=20 + day % 9))
            scene.read(desk, scene.t(days=day, minutes=-30), [f"<b{day}@alfold-acel.example>"], info=DESKTOP)
    colleague = thief(scene, AEZA, CHROME_PC, "first", first)
    scene.sign_in(colleague, scene.t(minutes=-90))
    staff = [f"dolgozo{number}@tiszagep.example" for number in range(40)]
    scene.send(colleague, scene.t(minutes=-75), [scene.upn, *staff], "Béremelés 2027 - kérjük jóváhagyni")
    hand = thief(scene, replace(AEZA, ip="77.105.161.14"), CHROME_PC)
    scene.sign_in(hand, scene.t())
    scene.cmdlet(
        hand, scene.t(minutes=4), "New-InboxRule", f"{scene.upn}\\,", Name=",",
        SubjectOrBodyContainsWords="gyanús;adathalász;vírus;kézbesíthetetlen", DeleteMessage="True",
    )  # fmt: skip
    rummage(scene, hand, scene.t(minutes=7), 5, ZSOFIA.folder)
    for number in range(12):
        to = [f"partner{number}x{k}@ceg{k}.example" for k in range(10)]
        scene.send(hand, scene.t(minutes=20, seconds=25 * number), to, "Megosztott dokumentum")
    return scene


def pasted_code(shape: Shape) -> Scene:
    """On a page that asks for it the user pastes the code of a genuine sign-in; it is redeemed elsewhere."""
    scene = of(MIA, shape, start=october(13, 23, 45))
    scene.delivered(
        "verify@ndis-portal.example", scene.upn, scene.t(minutes=-12), "Confirm you are human", true="either"
    )
    session = scene.guid("session", "command line")
    own = replace(MIA.desk(scene), session=session)
    scene.sign_in(own, scene.t(), app=AZURE_CLI, resource=OLD_GRAPH, true="either")
    hand = Hand(scene.upn, GSL, ROADTOOLS, session, "attacker")
    scene.token_used(hand, scene.t(minutes=2), AZURE_CLI, resource=OLD_GRAPH, token="none")
    for number, (app, resource) in enumerate(((OUTLOOK, GRAPH), (TEAMS, GRAPH), (ONEDRIVE, FILES))):
        scene.token_used(hand, scene.t(minutes=4 + number), app, resource=resource)
    for hour in (0, 6, 30, 54):
        at = scene.t(hours=hour, minutes=9)
        scene.token_used(hand, at, OUTLOOK, resource=GRAPH)
        for number in range(7):
            mails = [f"<a{hour}x{number}@bellarine-conveyancing.example>"]
            scene.read(hand, at + timedelta(minutes=1, seconds=9 * number), mails, app=OUTLOOK, info=REST)
    scene.files(hand, scene.t(hours=7), [f"Settlement {n}.docx" for n in range(45)], "FileDownloaded", 3)
    return scene


def outlook_profile(shape: Shape) -> Scene:
    """One factor is enough: the mailbox is added to somebody's Outlook, copied, and a rule is made there."""
    scene = of(ELENI, shape, Days(-22, 4), october(12, 18, 5))
    hand = thief(scene, STARK, OUTLOOK_PC)
    how = {"app": OUTLOOK, "factors": 1, "client_app": "Mobile Apps and Desktop clients"}
    scene.sign_in(hand, scene.t(minutes=-2), error=50126, **how)
    scene.sign_in(hand, scene.t(), **how)
    for number, folder in enumerate((ELENI.folder, "\\Απεσταλμένα", "\\Αρχείο", "\\Bunkers 2026", "\\Ημερολόγιο")):
        scene.read(
            hand, scene.t(minutes=2 + number), folder=folder, sync=True, app=OUTLOOK, info="Client=MSExchangeRPC"
        )
    said = {
        "RuleOperation": "AddMailboxRule",
        "RuleId": "7312994400131072001",
        "RuleState": "Enabled",
        "RuleName": "Bunkers",
        "RuleProvider": "RuleOrganizer",
        "RuleActions": json.dumps(
            [{"ActionType": "Forward", "Recipients": ["ops.ionian@post-box.example"], "ForwardFlags": "None"}]
        ),
        "RuleCondition": '{"SenderContains":["ionian-bunkers"]}',
    }
    act(
        scene, hand, scene.t(minutes=25), "UpdateInboxRules", "Exchange", 2,
        OperationProperties=[{"Name": key, "Value": value} for key, value in said.items()],
        Item={"ParentFolder": {"Path": ELENI.folder}},
        **scene._mailbox(hand, OUTLOOK, "Client=MSExchangeRPC", ""),
    )  # fmt: skip
    for hour in range(9, 80, 11):
        scene.token_used(hand, scene.t(hours=hour), OUTLOOK, factors=1)
        scene.read(hand, scene.t(hours=hour, minutes=1), folder=ELENI.folder, sync=True, app=OUTLOOK, info=DESKTOP)
    scene.stands("messageRules", _forwarding_rule("Bunkers", "ionian-bunkers", "ops.ionian@post-box.example"))
    return scene


def only_reads(shape: Shape) -> Scene:
    """Somebody reads every second night for two weeks from a private line of the country; nothing is changed."""
    scene = of(KAMIL, shape, Days(-28, 16), october(1, 22, 40))
    browser = replace(CHROME_PC, browser="Chrome 137.0.0", agent=CHROME_PC.agent.replace("141", "137"))
    for day in range(0, 16, 2):
        line = Place(f"109.81.{20 + day}.{61 + 7 * day}", 16019, "CZ", "Prague")
        hand = thief(scene, line, browser, "reader" if day < 8 else "reader again")
        at = scene.t(days=day, minutes=11 * day % 50)
        if day in (0, 8):
            scene.sign_in(hand, at)
        else:
            scene.token_used(hand, at, WEB_MAIL)
        for number, mail in enumerate(letters(scene, KAMIL, day, 3)):
            scene.read(hand, at + timedelta(minutes=3 + 2 * number), [mail], folder=KAMIL.folder)
    return scene


def left_behind(shape: Shape) -> Scene:
    """Whoever made the rule was there before the log begins; every letter of the partner still goes out."""
    scene = of(METTE, shape, Days(-15, 3), october(14, 9, 0))
    for day in range(-15, 4):
        at: datetime = scene.t(days=day).replace(hour=6, minute=10)
        if at.weekday() < 5:
            scene.delivered(scene.upn, "limfjord.kopi@fri-post.example", at, f"Letter {at:%m%d} 0", true="either")
    scene.stands("messageRules", _forwarding_rule("..", "skagen-is", "limfjord.kopi@fri-post.example"))
    return scene


def _forwarding_rule(name: str, sender: str, to: str) -> Json:
    return {
        "id": "AQAAAJ5dZqA=",
        "displayName": name,
        "sequence": 1,
        "isEnabled": True,
        "hasError": False,
        "isReadOnly": False,
        "conditions": {"senderContains": [sender]},
        "actions": {"forwardTo": [{"emailAddress": {"name": to, "address": to}}], "stopProcessingRules": True},
    }
