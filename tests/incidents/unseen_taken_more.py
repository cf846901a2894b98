"""Attacks written before the judgement was asked about them: what a taken account is used for, and borrowed rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.hands import WEB_MAIL, Client, Hand, Place, Shape
from incidents.held_out_taken import act
from incidents.people import CHROME_PC, DESKTOP, EDGE, FIREFOX_PC, IPHONE, SAFARI, Days, Person, live, managed
from incidents.records import Json
from incidents.scene import Scene
from incidents.strangers_phished import of, rummage, thief, user
from incidents.unseen_houses import (
    BEN,
    DERYA,
    DESMOND,
    LUCIA,
    MARIE,
    OMAR,
    TUULA,
    authenticator,
    letters,
    named,
    october,
    reason,
)

TEAMS_WEB = ("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client")
MY_SIGN_INS = ("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins")
ONLINE = ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
ANDROID_WEB = Client(
    "Android 13",
    "Chrome Mobile 138.0",
    "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
)
COGENT_PROXY = Place("38.154.90.17", 174, "US", "Chicago")
CLOUVIDER = Place("194.127.167.88", 62240, "SE", "Stockholm")
DATACAMP = Place("89.187.167.50", 212238, "GB", "London")
INTERSERVER = Place("162.220.14.9", 19318, "US", "Secaucus")
OVH = Place("51.222.40.15", 16276, "CA", "Beauharnois")
ISTANBUL = Place("185.125.170.61", 42926, "TR", "Istanbul")


def lure_in_the_drive(shape: Shape) -> Scene:
    """No letter is written: a document is put into the user's drive and shared with ninety strangers to the house."""
    scene = of(OMAR, shape, start=october(14, 10, 20))
    scene.delivered("portal@bid-room.example", scene.upn, scene.t(hours=-2), "Tender documents", true="either")
    hand = thief(scene, COGENT_PROXY, EDGE)
    scene.sign_in(hand, scene.t())
    scene.token_used(hand, scene.t(minutes=1), ("00000003-0000-0ff1-ce00-000000000000", "SharePoint"), resource=ONLINE)
    rummage(scene, hand, scene.t(minutes=3), 6)
    lure = "RFP Sharjah Waterfront 2026.one"
    scene.files(hand, scene.t(minutes=12), [lure], "FileUploaded")
    url = f"https://qasimi-contracting-my.sharepoint.example/personal/omar.saleh/Documents/{lure}"
    what = {"ObjectId": url, "UserAgent": hand.client.agent, "SourceFileName": lure, "ItemType": "File"}
    what |= named(scene, hand)
    act(scene, hand, scene.t(minutes=14), "SecureLinkCreated", "OneDrive", 14, EventData="<Type>View</Type>", **what)
    for number in range(90):
        whom = f"bids{number}@contractor{number}.example"
        act(
            scene, hand, scene.t(minutes=15, seconds=2 * number), "AddedToSecureLink", "OneDrive", 14,
            TargetUserOrGroupName=whom, TargetUserOrGroupType="Guest", EventData="<Type>View</Type>", **what,
        )  # fmt: skip
    for number in range(0, 90, 9):
        guest = Hand(f"bids{number}_contractor{number}.example#ext#@{scene.domain}", _somewhere(number), CHROME_PC)
        at = scene.t(minutes=25 + 13 * number)
        act(scene, guest, at, "SecureLinkUsed", "OneDrive", 14, ObjectId=url, UserAgent=guest.client.agent)
    scene.files(hand, scene.t(hours=20), [lure], "FileDeleted")
    return scene


def _somewhere(number: int) -> Place:
    return Place(f"94.{200 + number // 9}.{number + 3}.{number + 11}", 15802, "AE", "Dubai")


def chats(shape: Shape) -> Scene:
    """The taken account writes in Teams to colleagues and partners: a link each, taken back within the hour."""
    scene = of(TUULA, shape, start=october(15, 11, 30))
    for day in range(-20, 3):
        at = scene.t(days=day, hours=-3)
        for number in range(4 if at.weekday() < 5 else 0):
            chat = f"19:team{number % 2}@thread.v2"
            _said(scene, TUULA.desk(scene), at + timedelta(minutes=21 * number), chat, scene.guid("said", day, number))
    hand = thief(scene, CLOUVIDER, CHROME_PC)
    scene.sign_in(hand, scene.t(), app=TEAMS_WEB)
    scene.token_used(hand, scene.t(minutes=2), TEAMS_WEB)
    for number in range(38):
        chat, at = f"19:{scene.guid('chat', number)}@unq.gbl.spaces", scene.t(minutes=6, seconds=20 * number)
        act(
            scene, hand, at, "ChatCreated", "MicrosoftTeams", 25, ChatThreadId=chat, CommunicationType="OneOnOne",
            Members=[{"UPN": scene.upn}, {"UPN": f"henkilo{number}@oulun-puu.example"}], **named(scene, hand),
        )  # fmt: skip
        text = scene.guid("said", chat)
        for operation in ("MessageSent", "MessageCreatedHasLink"):
            _said(
                scene, hand, at + timedelta(seconds=4), chat, text, operation, "https://palkka-2026.forms.example/s/1"
            )
        _said(scene, hand, at + timedelta(minutes=45), chat, text, "MessageDeleted")
    return scene


def _said(
    scene: Scene, hand: Hand, at: datetime, chat: str, text: str, operation: str = "MessageSent", link: str = ""
) -> None:
    more: Json = {"MessageURLs": [link]} if link else {}
    act(
        scene, hand, at, operation, "MicrosoftTeams", 25, ChatThreadId=chat, MessageId=text,
        CommunicationType="GroupChat" if chat.endswith("thread.v2") else "OneOnOne",
        ParticipantInfo={"HasForeignTenantUsers": False}, **more, **named(scene, hand),
    )  # fmt: skip


def by_hand(shape: Shape) -> Scene:
    """A seller's mailbox: bills are looked for, running talks answered, each answer put away by hand, no rule."""
    scene = of(BEN, shape, Days(-26, 8), october(6, 13, 15))
    scene.delivered("remit@dales-da1ry.example", scene.upn, scene.t(minutes=-50), "Remittance advice", true="either")
    hand = thief(scene, DATACAMP, SAFARI)
    scene.sign_in(hand, scene.t())
    for number, words in enumerate(("statement of account", "remittance OR overdue", "bank details", "sort code")):
        scene.searched(hand, scene.t(minutes=4 + 3 * number), words)
    rummage(scene, hand, scene.t(minutes=18), 18)
    for day in range(1, 7):
        at = scene.t(days=day, hours=(day * 5) % 4)
        scene.token_used(hand, at, WEB_MAIL)
        for number, mail in enumerate(letters(scene, BEN, day, 2)):
            scene.read(hand, at + timedelta(minutes=2 + number), [mail])
        if day >= 3:
            theirs = f"<reply{day}@dales-dairy.example>"
            sent = scene.send(hand, at + timedelta(minutes=9), [BEN.partner], f"Re: Letter {at:%m%d} 0")
            scene.delivered(BEN.partner, scene.upn, at + timedelta(minutes=25), f"RE: Letter {at:%m%d} 0", mail=theirs)
            scene.removed(hand, at + timedelta(minutes=31), [theirs], "\\Inbox", "MoveToDeletedItems")
            scene.removed(hand, at + timedelta(minutes=32), [sent, theirs], "\\Deleted Items", "SoftDelete")
    return scene


def invitations(shape: Shape) -> Scene:
    """Ninety people are invited to a meeting that is a link; what comes back is deleted, the meeting too."""
    scene = of(DESMOND, shape, start=october(13, 3, 25))
    hand = thief(scene, INTERSERVER, FIREFOX_PC)
    scene.sign_in(hand, scene.t())
    box = scene._mailbox(hand, WEB_MAIL, "Client=OWA;Action=ViaProxy", "")
    event = {"Subject": "Payroll review - action required", "ParentFolder": {"Path": "\\Calendar"}}
    act(scene, hand, scene.t(minutes=7), "Create", "Exchange", 2, Item=event, **box)
    for number in range(3):
        to = [f"team{number}x{k}@umgeni-freight.example" for k in range(30)]
        scene.send(hand, scene.t(minutes=8, seconds=9 * number), to, "Payroll review - action required")
    answers = [f"<answer{number}@umgeni-freight.example>" for number in range(14)]
    scene.removed(hand, scene.t(minutes=50), answers, "\\Inbox")
    act(
        scene, hand, scene.t(minutes=54), "SoftDelete", "Exchange", 3, Folder={"Path": "\\Calendar"},
        AffectedItems=[event], **box,
    )  # fmt: skip
    scene.token_used(hand, scene.t(hours=5), WEB_MAIL)
    rummage(scene, hand, scene.t(hours=5, minutes=3), 6)
    return scene


@dataclass(frozen=True)
class Colleague(Person):
    """Somebody else of the house, with sessions of their own."""

    def hand(self, scene: Scene, name: str, place: Place, client: Client) -> Hand:
        return Hand(self.upn, place, client, scene.guid("session", self.upn, name))


JULIE = Colleague(
    MARIE.colleague, MARIE.office, Place("96.20.44.7", 5769, "CA", "Lévis"), MARIE.mobile,
    managed(CHROME_PC, "8b2d0000-0000-4000-8000-0000000001fa"), EDGE, IPHONE,
    "voyages@agence-stlaurent.example", MARIE.upn, MARIE.folder, MARIE.hour,
)  # fmt: skip


def borrowed_right(shape: Shape) -> Scene:
    """The secretary, who has long had the chief's mailbox, is taken; the chief's mail is read and sent through her."""
    scene = of(MARIE, shape, start=october(14, 23, 10))
    scene.beside = [JULIE.upn]
    live(scene, JULIE)
    for day in range(-24, 4):
        at = scene.t(days=day, hours=-8)
        for number in range(4 if at.weekday() < 5 else 0):
            mail = f"<g{day}x{number}@fonderie-beauce.example>"
            scene.read(JULIE.desk(scene), at + timedelta(minutes=6 * number), [mail], owner=scene.upn, info=DESKTOP)
    hand = thief(scene, OVH, FIREFOX_PC, "secretary", JULIE.upn)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=3), 4, JULIE.folder)
    for number in range(20):
        mails = [f"<g{-number}x1@fonderie-beauce.example>"]
        scene.read(hand, scene.t(minutes=8, seconds=40 * number), mails, owner=scene.upn, folder=MARIE.folder)
    for number in range(3):
        sent, at = f"<virement{number}@groupe-chaudiere.example>", scene.t(minutes=40 + 6 * number)
        act(
            scene, hand, at, "SendOnBehalf", "Exchange", 2, SendOnBehalfOfUserSmtp=scene.upn,
            Item={"InternetMessageId": sent, "Subject": "Virement urgent"},
            **scene._mailbox(hand, WEB_MAIL, "Client=OWA;Action=ViaProxy", scene.upn),
        )  # fmt: skip
        scene.delivered(scene.upn, MARIE.partner, at, "Virement urgent", mail=sent, true="attacker")
    scene.stands(
        "permissions",
        {
            "Identity": scene.upn,
            "User": JULIE.upn,
            "AccessRights": ["FullAccess"],
            "IsInherited": False,
            "Deny": False,
        },
    )
    return scene


def pass_for_a_day(shape: Shape) -> Scene:
    """A voice on the telephone gets a pass for one day; with it come an app, a key, and the mail of a week."""
    scene = of(DERYA, shape, start=october(15, 9, 5))
    laptop = managed(EDGE, scene.guid("help desk"))
    desk = Hand("destek@egemen-tekstil.example", DERYA.office, laptop, scene.guid("session", "help desk"))
    scene.sign_in(desk, scene.t(minutes=-40))
    scene.changed(desk, scene.t(minutes=-18), "Admin deleted security info", user(scene))
    reason(scene, "Admin deleted Authenticator App method for user")
    scene.changed(desk, scene.t(minutes=-16), "Admin registered security info", user(scene))
    reason(scene, "Admin registered temporary access pass method for user")
    hand = thief(scene, ISTANBUL, SAFARI)
    scene.sign_in(hand, scene.t(), app=MY_SIGN_INS)
    for minute, said in ((3, "Authenticator App with Notification"), (6, "Passkey (device-bound)")):
        scene.changed(hand, scene.t(minutes=minute), "User registered security info", user(scene))
        reason(scene, f"User registered {said}")
    key = {
        "@odata.type": "#microsoft.graph.fido2AuthenticationMethod",
        "id": scene.guid("key"),
        "displayName": "YubiKey",
        "model": "YubiKey 5 NFC",
        "createdDateTime": f"{scene.t(minutes=6):%Y-%m-%dT%H:%M:%SZ}",
    }
    scene.stands("methods", authenticator(scene, scene.t(minutes=3), "SM-A155F"), key)
    notices = ["<notice-1@directory.example>", "<notice-2@directory.example>"]
    for number, mail in enumerate(notices):
        at = scene.t(minutes=4 + 3 * number)
        scene.delivered("security-noreply@directory.example", scene.upn, at, "Güvenlik bilgileri", mail=mail)
    scene.sign_in(hand, scene.t(minutes=9))
    scene.removed(hand, scene.t(minutes=11), notices, DERYA.folder)
    for hour in (0, 4, 23, 47):
        at = scene.t(hours=hour, minutes=14)
        scene.token_used(hand, at, WEB_MAIL)
        rummage(scene, hand, at + timedelta(minutes=2), 7, DERYA.folder)
    return scene


def locked_out(shape: Shape) -> Scene:
    """A reset through the user's private address, the user's methods deleted: the owner stands outside for a day."""
    scene = of(LUCIA, shape, Days(-25, -1), october(14, 3, 50))
    hand = thief(scene, Place("191.96.227.40", 61317, "AR", "Buenos Aires"), ANDROID_WEB)
    scene.changed(hand, scene.t(), "Reset password (self-service)", user(scene))
    scene.sign_in(hand, scene.t(minutes=2))
    scene.changed(hand, scene.t(minutes=5), "User registered security info", user(scene))
    reason(scene, "User registered Authenticator App with Notification and Code")
    scene.changed(hand, scene.t(minutes=7), "User deleted security info", user(scene))
    reason(scene, "User deleted Mobile Phone SMS")
    scene.stands("methods", authenticator(scene, scene.t(minutes=5), "moto g24"))
    rummage(scene, hand, scene.t(minutes=12), 9, LUCIA.folder)
    scene.searched(hand, scene.t(minutes=20), "transferencia CBU")
    own = LUCIA.desk(scene)
    for minute in (0, 2, 5, 40):
        scene.sign_in(own, scene.t(hours=8, minutes=30 + minute), error=50126)
    for number in range(5):
        scene.send(hand, scene.t(hours=9, minutes=7 * number), [LUCIA.partner], "Cambio de CBU")
    desk = Hand("soporte@bodega-uco.example", LUCIA.office, managed(EDGE, scene.guid("desk")), scene.guid("support"))
    scene.changed(desk, scene.t(hours=11), "Reset user password", user(scene))
    scene.changed(desk, scene.t(hours=11, minutes=1), "Update StsRefreshTokenValidFrom Timestamp", user(scene))
    for hour in (12, 14):
        scene.token_used(hand, scene.t(hours=hour), WEB_MAIL, error=50173)
    fresh = LUCIA.hand(scene, "desk after", LUCIA.office, LUCIA.laptop)
    for day in (0, 1):
        scene.sign_in(fresh, scene.t(days=day, hours=12, minutes=20))
        mail = f"<after{day}@toneleria-sur.example>"
        scene.read(fresh, scene.t(days=day, hours=12, minutes=30), [mail], folder=LUCIA.folder, info=DESKTOP)
    return scene
