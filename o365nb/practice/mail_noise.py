"""A month of ordinary mail: colleagues, partners, newsletters. It fills the mailboxes that the rest refers to."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from o365nb.practice.ids import guid, message_id
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.people import DOMAIN, PARTNER, Person
from o365nb.practice.places import office
from o365nb.practice.world import World

PARTNERS = tuple(f"{name}@{PARTNER}" for name in ("billing", "sarah.miles", "tom.ferris", "orders", "lena.ortiz"))
_CUSTOMERS = tuple(
    f"{name}@{house}.example"
    for house in ("northwind", "tailspin", "adatum", "proseware", "litware", "wingtip")
    for name in ("info", "purchasing", "m.lindqvist", "accounts")
)
_NEWSLETTERS = ("digest@industry-weekly.example", "offers@officedirect.example", "news@railcard.example")
_FROM_OUTSIDE = {PARTNER: "192.0.2.130", "newsletters": "192.0.2.200"}
_SUBJECTS = {
    "Finance": (
        "Invoice {n}",
        "Payment run week {w}",
        "Open items {n}",
        "Credit note {n}",
        "Closing {m}",
        "Dunning {n}",
    ),
    "Sales": ("Offer {n}", "Visit next week", "Order {n} confirmed", "Price list {w}", "Trade fair planning"),
    "Engineering": ("Drawing {n} rev B", "Test report {n}", "Review of change {n}", "Sprint {w}", "Supplier samples"),
    "": ("Meeting minutes {w}", "Lunch?", "Question about {n}", "Holiday plan", "Protocol of Monday", "Draft {n}"),
}
_INVOICES = ("Invoice FB-{n}", "Re: Invoice FB-{n}", "Statement of account {m}", "Remittance advice {n}", "PO {n}")
_MONTHS = ("September", "October", "November")


def write_mail(world: World, subject: str) -> None:
    """Everybody's mail for every day; the subject of the story has about three times as much as the others."""
    for day in world.days():
        for person in world.people.values():
            rng = Random(f"{world.seed}|mail|{person.upn}|{day:%Y%m%d}")  # noqa: S311 - a story, not a secret
            weekend = day.weekday() >= 5
            factor = (3 if person.upn == subject else 1) * (0.15 if weekend else 1.0)
            if person.upn == subject or not world.away(person, day):
                for _ in range(_count(rng, 1.6 * factor)):
                    _send(world, person, day, rng)
            for _ in range(_count(rng, 2.2 * factor)):
                _receive(world, person, day, rng)
    for box in (*world.inbox.values(), *world.outbox.values()):
        box.sort(key=lambda mail: (mail.at, mail.message_id, mail.recipient))


def _count(rng: Random, mean: float) -> int:
    """About `mean`, never far from it."""
    return int(mean * rng.uniform(0.5, 1.5) + rng.random())


def _send(world: World, person: Person, day: datetime, rng: Random) -> None:
    at = day + world.later + timedelta(hours=7, seconds=rng.randrange(9 * 3600))
    colleagues = [other for other in world.people.values() if other.upn != person.upn]
    near = [other.upn for other in colleagues if other.department == person.department]
    if rng.random() < 0.62:
        pool = near if rng.random() < 0.6 else [other.upn for other in colleagues]
        recipients = rng.sample(pool, min(len(pool), 1 + (rng.random() < 0.25) + (rng.random() < 0.1)))
    elif person.department in ("Finance", "Purchasing"):
        recipients = [rng.choice(PARTNERS if rng.random() < 0.6 else _CUSTOMERS)]
    else:
        recipients = [rng.choice(_CUSTOMERS)]
    outside = recipients[0].endswith(PARTNER)
    text = subject_line(rng, person.department, invoices=outside)
    _deliver(world, rng, at, person.upn, recipients, text, office(person.number).ip, DOMAIN)


def _receive(world: World, person: Person, day: datetime, rng: Random) -> None:
    at = day + world.later + timedelta(hours=6, seconds=rng.randrange(11 * 3600))
    if rng.random() < 0.25:
        sender, text, ip = (
            rng.choice(_NEWSLETTERS),
            f"This week: {rng.choice(_MONTHS)} offers",
            _FROM_OUTSIDE["newsletters"],
        )
    elif person.department in ("Finance", "Purchasing") and rng.random() < 0.6:
        sender, text, ip = rng.choice(PARTNERS), subject_line(rng, "Finance", invoices=True), _FROM_OUTSIDE[PARTNER]
    else:
        sender = rng.choice(_CUSTOMERS)
        text, ip = subject_line(rng, "Sales", invoices=False), f"192.0.2.{140 + _CUSTOMERS.index(sender)}"
    _deliver(world, rng, at, sender, [person.upn], text, ip, sender.split("@")[1])


def subject_line(rng: Random, department: str, *, invoices: bool) -> str:
    """A plausible subject."""
    pool = _INVOICES if invoices else _SUBJECTS.get(department, ()) + _SUBJECTS[""]
    text = rng.choice(pool).format(n=rng.randrange(2000, 9999), w=rng.randrange(42, 48), m=rng.choice(_MONTHS))
    return f"Re: {text}" if rng.random() < 0.2 and not text.startswith("Re:") else text


def _deliver(
    world: World, rng: Random, at: datetime, sender: str, recipients: list[str], text: str, ip: str, domain: str
) -> None:
    trace, message, size = guid(rng), message_id(rng, domain), rng.randrange(9_000, 240_000)
    for recipient in recipients:
        mail = Mail(at, trace, message, sender, recipient, text, size, ip)
        world.log_mail(mail)
        if recipient in world.people:
            world.inbox[recipient].append(mail)
    if sender in world.people:
        world.outbox[sender].append(Mail(at, trace, message, sender, recipients[0], text, size, ip))
