"""S08: Ivan's partner was broken into, not Ivan. The thief carries on their conversation from names that look right.

Mail comes from fabrikarn.example and fabrikam.co, Ivan answers it; then mail in the managing director's name and in
Ivan's own is handed straight to the tenant's front door from a machine outside (Direct Send). Nobody ever signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice.ids import Json, guid, message_id
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.people import DOMAIN, PARTNER
from o365nb.practice.places import office
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule
from o365nb.practice.storybook.hands import attack
from o365nb.practice.world import USER, Note, World

SUBJECT = f"ivan@{DOMAIN}"
CLERK, CHIEF = f"gina@{DOMAIN}", f"martha@{DOMAIN}"
MISSPELT, OTHER_ENDING = "fabrikarn.example", "fabrikam.co"
SARAH, BILLING = "sarah.miles", "billing"
#: Where mail comes from: Fabrikam's own server, a public mail service, a rented machine that speaks SMTP to anybody.
FABRIKAM, HUB, RENTED = "192.0.2.130", "192.0.2.181", "203.0.113.230"
T0 = datetime(2026, 11, 11, 9, 12, tzinfo=UTC)
FAIR, BILL = "Trade fair stand Cologne", "Invoice FB-4471 trade fair stand"
NEW_ACCOUNT = "Re: Invoice FB-4471 - changed bank details"
#: The honest half: day, hour, minute, whether Ivan writes, with whom at the partner, subject.
_BEFORE = (
    (10, 21, 8, 40, True, SARAH, FAIR),
    (10, 21, 13, 5, False, SARAH, f"Re: {FAIR}"),
    (10, 27, 9, 30, False, SARAH, f"Re: {FAIR}"),
    (10, 29, 10, 15, True, SARAH, f"Re: {FAIR}"),
    (11, 3, 11, 20, False, SARAH, f"Re: {FAIR}"),
    (11, 5, 8, 50, True, SARAH, f"Re: {FAIR}"),
    (11, 9, 14, 2, False, BILLING, BILL),
    (11, 10, 9, 25, True, BILLING, f"Re: {BILL}"),
)


class InvoiceStory(Story):
    """All sign-ins, rules and mail sent from the mailbox are Ivan's own; what is not his came by mail from outside."""

    info = StoryInfo(
        id="S08",
        slug="invoice",
        title="A partner is imitated in an open invoice, and mail is forged; the account is not taken",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0,
    )

    def prepare(self, world: World) -> None:
        """The mail goes in first, so that Ivan's ordinary days read it and log what he sends."""
        post = _Post(world, Random(f"{world.seed}|thread"))  # noqa: S311 - a story, not a secret
        for month, day, hour, minute, out, who, subject in _BEFORE:
            at = datetime(2026, month, day, hour, minute, tzinfo=UTC)
            partner = f"{who}@{PARTNER}"
            if out:
                post.send(at, partner, subject)
            else:
                post.deliver(at, partner, SUBJECT, subject, FABRIKAM)
        post.send(datetime(2026, 11, 10, 9, 40, tzinfo=UTC), CLERK, f"Fw: {BILL}")
        _imitate(post)
        _forge(post)
        post.deliver(T0 + timedelta(days=6, hours=5), f"{SARAH}@{PARTNER}", SUBJECT, f"Re: {BILL}", FABRIKAM)

    def write(self, world: World, state: Json) -> None:
        newsletter_rule(world, state, world.people[SUBJECT])


@dataclass
class _Post:
    """Mail on its way in and out."""

    world: World
    rng: Random

    def deliver(
        self, at: datetime, sender: str, recipient: str, subject: str, ip: str, note: Note = USER
    ) -> None:  # fmt: skip
        """Mail to somebody in the house; it lies in the mailbox afterwards."""
        mail = self._mail(at, sender, recipient, subject, ip)
        self.world.log_mail(mail, note)
        self.world.inbox[recipient].append(mail)

    def send(self, at: datetime, recipient: str, subject: str, note: Note = USER) -> None:
        """Mail that Ivan writes; his working day logs that it was sent."""
        ip = office(self.world.people[SUBJECT].number).ip
        mail = self._mail(at, SUBJECT, recipient, subject, ip)
        self.world.log_mail(mail, note)
        self.world.outbox[SUBJECT].append(mail)
        if recipient in self.world.people:
            self.world.inbox[recipient].append(mail)

    def _mail(self, at: datetime, sender: str, recipient: str, subject: str, ip: str) -> Mail:
        message = message_id(self.rng, sender.split("@")[1])
        return Mail(at, guid(self.rng), message, sender, recipient, subject, self.rng.randrange(14_000, 90_000), ip)


def _imitate(post: _Post) -> None:
    """Two days after the real invoice: pay later, then pay elsewhere, then pay at last. Ivan answers in good faith."""
    theirs = attack("impact", "im-lookalike-domain", "im-invoice-fraud")
    answer = Note("user", "impact", ("im-lookalike-domain", "im-invoice-fraud"))
    sarah, billing = f"{SARAH}@{MISSPELT}", f"{BILLING}@{OTHER_ENDING}"
    post.deliver(T0, sarah, SUBJECT, f"Re: {BILL}", HUB, theirs)
    post.send(T0 + timedelta(minutes=53), sarah, f"Re: {BILL}", answer)
    post.deliver(T0 + timedelta(hours=23, minutes=30), billing, SUBJECT, NEW_ACCOUNT, HUB, theirs)
    post.send(T0 + timedelta(days=1, minutes=10), billing, NEW_ACCOUNT, answer)
    post.send(T0 + timedelta(days=1, minutes=21), CLERK, "Fw: Invoice FB-4471 - changed bank details")
    post.deliver(T0 + timedelta(days=1, hours=4), sarah, SUBJECT, NEW_ACCOUNT, HUB, theirs)
    post.deliver(
        T0 + timedelta(days=5, hours=1), billing, SUBJECT, "Re: Invoice FB-4471 - payment overdue", HUB, theirs
    )
    post.send(T0 + timedelta(days=5, hours=2), billing, "Re: Invoice FB-4471 - payment overdue", answer)


def _forge(post: _Post) -> None:
    """Names of the house on mail from outside, delivered without anybody signing in."""
    note = attack("impact", "ia-spoof-not-compromise")
    begin = T0 + timedelta(days=5)
    for minutes, sender, recipient, subject in (
        (40, CHIEF, SUBJECT, "Fabrikam invoice - please have it paid today"),
        (42, CHIEF, CLERK, "Fabrikam invoice - please have it paid today"),
        (95, SUBJECT, CLERK, "Fw: Invoice FB-4471 - please use the new account"),
        (96, SUBJECT, f"frank@{DOMAIN}", "Fw: Invoice FB-4471 - please use the new account"),
        (1530, CHIEF, SUBJECT, "Re: Fabrikam invoice - still open?"),
        (1541, SUBJECT, SUBJECT, "Missed call: voice message (0:42)"),
    ):
        post.deliver(begin + timedelta(minutes=minutes), sender, recipient, subject, RENTED, note)
