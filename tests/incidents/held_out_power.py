"""Attacks written before the judgement was asked about them: what is done with a taken account, a powerful one too."""

from __future__ import annotations

from incidents.hands import OUTLOOK, Hand, Shape
from incidents.held_out_taken import AXIOS, AZURE_PORTAL, CONTABO, MULLVAD, RACKNERD, TOR, act, administrator, start
from incidents.people import CHROME_PC, FIREFOX_PC, LINUX, SAFARI, Days
from incidents.people_abroad import ASTRID, CAMILA, KENJI, MATTEO, PRIYA, TOM
from incidents.scene import Scene
from incidents.strangers_phished import of, rummage, thief


def key_of_an_app(shape: Shape) -> Scene:
    """A taken administrator: an old application gets a second secret and more rights, and signs in by itself."""
    scene = of(ASTRID, shape, start=start(14, 20, 30))
    administrator(ASTRID, scene)
    hand = thief(scene, MULLVAD, CHROME_PC)
    scene.sign_in(hand, scene.t(), app=AZURE_PORTAL, factors=1)
    app, principal = scene.guid("old app"), scene.guid("old principal")
    scene.changed(
        hand, scene.t(minutes=6), "Update application – Certificates and secrets management",
        ("Application", "Reporting Sync", app),
        KeyDescription="[[KeyIdentifier=9a,KeyType=Password,KeyUsage=Verify,DisplayName=backup]]",
    )  # fmt: skip
    scene.changed(
        hand, scene.t(minutes=9), "Add app role assignment to service principal",
        ("ServicePrincipal", "Microsoft Graph", scene.guid("graph")),
        AppRole__Value="Mail.ReadWrite", ServicePrincipal__DisplayName="Reporting Sync",
        ServicePrincipal__ObjectID=principal,
    )  # fmt: skip
    rummage(scene, hand, scene.t(minutes=14), 5, ASTRID.folder)
    return scene


def copied_on_the_way(shape: Shape) -> Scene:
    """A taken administrator copies the mail of two people to an outside box by a rule of the mail flow."""
    scene = of(MATTEO, shape, start=start(15, 3, 40))
    administrator(MATTEO, scene)
    hand = thief(scene, CONTABO, FIREFOX_PC)
    scene.sign_in(hand, scene.t())
    scene.cmdlet(
        hand, scene.t(minutes=7), "New-TransportRule", "Disclaimer 2", Name="Disclaimer 2",
        SentTo="giulia.greco@conserviera-salento.example", BlindCopyTo="archivio.cs@posta-libera.example",
    )  # fmt: skip
    rummage(scene, hand, scene.t(minutes=12), 6, MATTEO.folder)
    return scene


def searched_by_power(shape: Shape) -> Scene:
    """A taken administrator becomes a manager of searches, searches all mailboxes and takes the result away."""
    scene = of(TOM, shape, start=start(14, 9, 5))
    administrator(TOM, scene)
    hand = thief(scene, RACKNERD, CHROME_PC)
    scene.sign_in(hand, scene.t())
    scene.cmdlet(
        hand,
        scene.t(minutes=5),
        "Add-RoleGroupMember",
        "eDiscovery Manager",
        Identity="eDiscovery Manager",
        Member=scene.upn,
    )
    for number, operation in enumerate(("SearchCreated", "SearchStarted", "SearchExported", "SearchExportDownloaded")):
        act(
            scene,
            hand,
            scene.t(minutes=20 + 9 * number),
            operation,
            "SecurityComplianceCenter",
            24,
            ObjectId="q4",
            ExchangeLocations="All",
            Query="wire OR escrow",
        )
    return scene


def flow_of_mail(shape: Shape) -> Scene:
    """A flow that sends every new mail to an outside box, made in somebody else's session."""
    scene = of(PRIYA, shape, start=start(15, 21, 15))
    hand = thief(scene, TOR, FIREFOX_PC)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=3), 7)
    act(
        scene, hand, scene.t(minutes=12), "CreateFlow", "MicrosoftFlow", 45,
        FlowDetailsUrl="https://admin.flow.example/environments/d/flows/77",
        FlowConnectorNames="Office 365 Outlook, Gmail",
        ObjectId="77", UserTypeInitiated=1,
    )  # fmt: skip
    return scene


def in_the_common_name(shape: Shape) -> Scene:
    """From one taken account the shared mailbox of the house is read and written from."""
    scene = of(ASTRID, shape, start=start(14, 13, 25))
    common = "faktura@norrvik-energi.example"
    for day in range(-21, 2, 2):
        mine = ASTRID.desk(scene)
        at = scene.t(days=day, hours=-4)
        if at.weekday() < 5:
            scene.read(
                mine, at, [f"<s{day}@fjallbolaget.example>"], owner=common, app=OUTLOOK, info="Client=MSExchangeRPC"
            )
    hand = thief(scene, CONTABO, CHROME_PC)
    scene.sign_in(hand, scene.t())
    for number in range(12):
        scene.read(hand, scene.t(minutes=5, seconds=40 * number), [f"<c{number}@kund{number}.example>"], owner=common)
    for number in range(8):
        mail = f"<sa{number}@norrvik-energi.example>"
        act(
            scene, hand, scene.t(minutes=30 + number), "SendAs", "Exchange", 2, MailboxOwnerUPN=common,
            SendAsUserSmtp=common, Item={"InternetMessageId": mail, "Subject": "Nytt bankgiro"},
            ClientInfoString="Client=OWA;Action=ViaProxy", SessionId=hand.session,
        )  # fmt: skip
        scene.delivered(
            common,
            f"kund{number}@kund{number}.example",
            scene.t(minutes=30 + number),
            "Nytt bankgiro",
            mail=mail,
            true="attacker",
        )
    return scene


def burst(shape: Shape) -> Scene:
    """In and out within the hour: six hundred colleagues and customers get a link, the bounces are deleted."""
    scene = of(CAMILA, shape, start=start(14, 8, 30))
    hand = thief(scene, TOR, FIREFOX_PC)
    scene.sign_in(hand, scene.t())
    for number in range(30):
        scene.send(
            hand,
            scene.t(minutes=4, seconds=40 * number),
            [f"c{number}x{k}@cliente{k}.example" for k in range(20)],
            "Documento compartilhado",
        )
    scene.cmdlet(
        hand, scene.t(minutes=3), "New-InboxRule", f"{scene.upn}\\zz", Name="zz",
        SubjectOrBodyContainsWords="undeliverable;não entregue;golpe;phishing", DeleteMessage="True",
    )  # fmt: skip
    return scene


def own_consent(shape: Shape) -> Scene:
    """In a taken session a mail program is let in, which copies the whole mailbox."""
    scene = of(KENJI, shape, start=start(14, 11, 45))
    hand = thief(scene, RACKNERD, SAFARI)
    scene.sign_in(hand, scene.t())
    app, principal = (scene.guid("mailer"), "Newsletter Software SuperMailer"), scene.guid("mailer principal")
    scopes = "EWS.AccessAsUser.All Contacts.Read"
    about = {
        "ConsentContext__IsAdminConsent": "False",
        "ConsentAction__Permissions": f"[] => [[ClientId: {principal}, ConsentType: Principal, Scope: {scopes} ]]",
        "ServicePrincipal__AppId": app[0],
    }
    scene.changed(hand, scene.t(minutes=5), "Consent to application", ("ServicePrincipal", app[1], principal), **about)
    reader = Hand(scene.upn, RACKNERD, AXIOS, "", "attacker")
    for hour in (1, 2, 25):
        scene.token_used(reader, scene.t(hours=hour), app)
        scene.read(
            reader,
            scene.t(hours=hour, minutes=3),
            folder=KENJI.folder,
            sync=True,
            app=app,
            info=f"Client=WebServices;[AppId={app[0]}];",
        )
    scene.stands("grants", {
        "id": "g1", "clientId": principal, "consentType": "Principal", "principalId": scene.guid("user", scene.upn),
        "resourceId": scene.guid("graph"), "scope": scopes,
    })  # fmt: skip
    scene.stands(
        "principals",
        {
            "id": principal,
            "appId": app[0],
            "displayName": app[1],
            "servicePrincipalType": "Application",
            "replyUrls": ["https://localhost"],
        },
    )
    return scene


def guest_for_later(shape: Shape) -> Scene:
    """A guest of their own is invited, and folders are shared with everybody who has the link."""
    scene = of(TOM, shape, Days(at_home=(1, 4)), start(14, 4, 20))
    hand = thief(scene, MULLVAD, LINUX)
    scene.sign_in(hand, scene.t())
    scene.changed(
        hand,
        scene.t(minutes=8),
        "Invite external user",
        ("User", "k.auditor_posteo.example#EXT#@cascade-title.example", scene.guid("guest")),
        InvitedUserEmailAddress="k.auditor@posteo.example",
    )
    scene.files(hand, scene.t(minutes=12), ["Closings 2026"], "AnonymousLinkCreated")
    scene.files(hand, scene.t(minutes=14), [f"HUD-{n}.pdf" for n in range(45)], "FileDownloaded", 2)
    return scene
