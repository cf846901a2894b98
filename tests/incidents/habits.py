"""What an ordinary account does for some weeks: the ground on which an incident has to be seen."""

from __future__ import annotations

from datetime import timedelta

from incidents.hands import HOME, LAPTOP, OFFICE, OUTLOOK, PHONE, PHONE_MAIL, PRIVATE_PC, T0, Client, Hand, Place
from incidents.scene import Scene

PARTNER = "uwe@fabrikam.example"
COLLEAGUE = "lena@contoso.example"
_MOBILE = 6805


def desk(scene: Scene, place: Place = OFFICE, client: Client = LAPTOP) -> Hand:
    """The user's hand at work."""
    return Hand(scene.upn, place, client, scene.guid("session", "desk"))


def weeks(
    scene: Scene,
    days: int = 20,
    after: int = 2,
    *,
    client: Client = LAPTOP,
    office: Place = OFFICE,
    home: Place = HOME,
    moving: bool = False,
    away: Place | None = None,
) -> None:
    """`days` before the incident and `after` after it: desk, home and phone.

    `moving`: the line at home gets another address every day. `away`: where the user travels from the day before.
    """
    for day in range(-days, after + 1):
        morning = T0 + timedelta(days=day, hours=-2)
        if morning.weekday() >= 5:
            continue
        travelling = away is not None and day >= -1
        work = desk(scene, away if travelling and away else office, client)
        house = (
            Place(f"100.{70 + day % 9}.{40 + day}.{17 + day}", home.asn, home.country, home.city) if moving else home
        )
        evening = away if travelling and away else house
        _desk_day(scene, work, day, morning)
        _phone_day(scene, day, evening)
        if day % 3 == 0:
            browser = Hand(scene.upn, evening, PRIVATE_PC, scene.guid("session", "private", day // 12))
            scene.sign_in(browser, morning + timedelta(hours=11, minutes=day % 7))
            scene.read(browser, morning + timedelta(hours=11, minutes=12), [f"<home{day}@fabrikam.example>"])
        scene.by_service(morning + timedelta(hours=9), "Set-Mailbox", scene.upn, MailboxPlan="x")


def _desk_day(scene: Scene, work: Hand, day: int, morning: object) -> None:
    at = T0 + timedelta(days=day, hours=-2)
    scene.sign_in(work, at + timedelta(minutes=day % 11), factors=2)
    scene.token_used(work, at + timedelta(hours=1, minutes=4), OUTLOOK)
    mails = [f"<d{day}m{number}@fabrikam.example>" for number in range(3)]
    for number, mail in enumerate(mails):
        scene.delivered(
            PARTNER if number == 0 else f"news{number}@paper.example",
            scene.upn,
            at + timedelta(minutes=9 + number),
            ("Offer", "Weekly digest", "Meeting notes")[number],
            mail=mail,
        )
        scene.read(work, at + timedelta(minutes=20 + 7 * number), [mail], app=OUTLOOK, info="Client=MSExchangeRPC")
    scene.send(work, at + timedelta(hours=2, minutes=3), [PARTNER], "Re: Offer")
    scene.send(work, at + timedelta(hours=3), [COLLEAGUE], "Lunch")
    scene.files(work, at + timedelta(hours=4), [f"plan-{day % 5}.xlsx", "notes.docx"])
    if day % 8 == 0:
        scene.cmdlet(
            work,
            at + timedelta(hours=4, minutes=30),
            "Set-InboxRule",
            f"{scene.upn}\\Paper",
            Name="Paper",
            Identity="Paper",
            From="news1@paper.example",
            MoveToFolder="Paper",
        )


def _phone_day(scene: Scene, day: int, place: Place) -> None:
    phone = Hand(scene.upn, place, PHONE, scene.guid("session", "phone"))
    road = phone.at(Place(f"100.90.{30 + day}.{60 + day}", _MOBILE, place.country, place.city))
    at = T0 + timedelta(days=day, hours=8)
    scene.token_used(phone, at, PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    scene.read(
        phone,
        at + timedelta(minutes=1),
        folder="\\Inbox",
        sync=True,
        app=PHONE_MAIL,
        info="Client=REST;Client=RESTSystem;;",
    )
    scene.token_used(road, at - timedelta(hours=11), PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
