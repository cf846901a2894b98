"""S05: a colleague reads the boss's mail. Nobody broke in: a right was given, and used.

The customer says "somebody knows what only stands in Martha's mail": the subject is Martha, whose mailbox is read, and
whom nothing may happen to. Erin of Human Resources got the right from a friend at the help desk and uses it for three
weeks, with her own account, on her own managed laptop.

Labels: every event here is *user*. An attacker is somebody who uses an account that is not theirs; Erin and Oskar used
their own. What was wrong about it is for people to judge, so the truth names the findings that must show it, and no
event that a response could take for an intruder's. Martha's assistant Viola reads the mailbox too, as she always did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import mail_flow
from o365nb.practice.ids import Json, guid, message_id
from o365nb.practice.logs import apps, exchange_admin, mailbox
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.mail_flow import ASSISTANT
from o365nb.practice.mail_flow import CEO as SUBJECT
from o365nb.practice.noise import session_of
from o365nb.practice.people import DOMAIN, Person, named_id
from o365nb.practice.places import office
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule, whereabouts
from o365nb.practice.world import Note, World

T0 = datetime(2026, 10, 28, 13, 32, tzinfo=UTC)
DAYS = 20
READER, FRIEND = f"erin@{DOMAIN}", f"oskar@{DOMAIN}"
PRIVATE = "erin.at.home@mailhub.example"
SEARCHED = "redundancy"
#: What the reader is after: days after T0, sender, subject, and on which day after T0 it is sent on (0: never).
SECRETS = (
    (2, f"quirin@{DOMAIN}", "Redundancy plan, first draft", 7),
    (5, f"frank@{DOMAIN}", "Redundancy costs per department", 9),
    (12, f"quirin@{DOMAIN}", "Redundancy plan, list of names", 14),
    (15, f"ivan@{DOMAIN}", "Board meeting: restructuring", 0),
)
_WEB = "Client=OWA;Action=ViaProxy"


class InsiderStory(Story):
    """The right is given at T0; from the next day on the mailbox is read on every working day."""

    info = StoryInfo(
        id="S05",
        slug="insider",
        title="A colleague reads the boss's mail",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
    )

    def write(self, world: World, state: Json) -> None:
        newsletter_rule(world, state, world.people[SUBJECT])
        tale = _Tale(world, Random(f"{world.seed}|insider"))  # noqa: S311 - a story, not a secret
        _assist(tale)
        secrets = _secrets(tale)
        _grant(tale, state)
        _read(tale, secrets)
        _search(tale)
        _send_home(tale, secrets)


@dataclass
class _Tale:
    """What every scene needs."""

    world: World
    rng: Random

    def person(self, upn: str) -> Person:
        return self.world.people[upn]

    def opened(self, upn: str, at: datetime) -> mailbox.Access:
        """A delegate's way into Martha's mailbox, in the session that the own laptop has on that day."""
        return replace(self.own(upn, at), owner=self.person(SUBJECT))

    def own(self, upn: str, at: datetime) -> mailbox.Access:
        """A person's way into the own mailbox at that time."""
        person = self.person(upn)
        token = named_id(f"token:{upn}:{at:%Y%m%d}").replace("-", "")[:22]
        session = session_of(person, person.laptop, at)
        return mailbox.Access(person, whereabouts(self.world, person, at), apps.OWA, _WEB, session, token)

    def log(self, data: Json, at: datetime, upn: str, note: Note) -> None:
        self.world.log_audit(at, data, upn, note)

    def working_days(self, first: datetime, count: int) -> list[datetime]:
        days = (first + timedelta(days=day) for day in range(count))
        return [day for day in days if day.weekday() < 5]


def _assist(tale: _Tale) -> None:
    """Viola opens Martha's mail every working day of the month: she has had the right for years."""
    start = tale.world.start.replace(hour=9, minute=0, second=0) + timedelta(days=1)
    for day in tale.working_days(start, 30):
        at = day + timedelta(seconds=tale.rng.randrange(2 * 3600))
        if at < tale.world.now:
            _open(tale, ASSISTANT, at, _recent(tale, at)[-2:], Note())


def _secrets(tale: _Tale) -> list[tuple[Mail, int]]:
    """Mail that only a few were to see, and on which day it is sent on."""
    found = []
    for day, sender, subject, sent_on in SECRETS:
        at = T0 + timedelta(days=day, minutes=-tale.rng.randrange(60, 180))
        mail = Mail(
            at, guid(tale.rng), message_id(tale.rng, DOMAIN), sender, SUBJECT, subject,
            tale.rng.randrange(60_000, 400_000), office(tale.person(sender).number).ip,
        )  # fmt: skip
        tale.world.log_mail(mail)
        tale.world.inbox[SUBJECT].append(mail)
        access = tale.own(sender, at)
        data = mailbox.sent(access, guid(tale.rng), at, mail.message_id, subject, mail.size)
        tale.log(data, at, sender, Note())
        found.append((mail, sent_on))
    tale.world.inbox[SUBJECT].sort(key=lambda mail: (mail.at, mail.message_id))
    return found


def _grant(tale: _Tale, state: Json) -> None:
    """The friend at the help desk gives the right, without the mailbox turning up in Erin's Outlook by itself."""
    friend = tale.person(FRIEND)
    access = replace(tale.own(FRIEND, T0), place=office(friend.number), client=apps.EXCHANGE_ADMIN)
    parameters = {
        "AccessRights": "FullAccess",
        "AutoMapping": "False",
        "Identity": SUBJECT,
        "InheritanceType": "All",
        "User": READER,
    }
    target = state["mailboxes"][SUBJECT]["Identity"]
    data = exchange_admin.changed(access, guid(tale.rng), T0, "Add-MailboxPermission", target, parameters)
    tale.log(data, T0, FRIEND, Note("user", "persistence", ("pe-delegate-full",)))
    state["exchange"]["delegates"].setdefault(SUBJECT, []).append(mail_flow.delegate(SUBJECT, READER))


def _read(tale: _Tale, secrets: list[tuple[Mail, int]]) -> None:
    """On every working day one or two looks: what is new, and what is secret above all."""
    note = Note("user", "collection", ("co-nonowner",))
    for day in tale.working_days(T0.replace(hour=6, minute=50) + timedelta(days=1), DAYS):
        for _ in range(1 + tale.rng.randrange(2)):
            at = day + timedelta(seconds=tale.rng.randrange(8 * 3600))
            known = [mail for mail, _ in secrets if mail.at < at][-1:]
            _open(tale, READER, at, [*_recent(tale, at)[-3:], *known], note)


def _open(tale: _Tale, upn: str, at: datetime, mails: list[Mail], note: Note) -> None:
    messages = [(mail.message_id, mail.size) for mail in dict.fromkeys(mails)]
    if messages:
        data = mailbox.items_accessed(tale.opened(upn, at), guid(tale.rng), at, "\\Inbox", messages)
        tale.log(data, at, upn, note)


def _recent(tale: _Tale, at: datetime) -> list[Mail]:
    return [mail for mail in tale.world.inbox[SUBJECT] if mail.at < at]


def _search(tale: _Tale) -> None:
    for days, minutes in ((6, 12), (12, 44)):
        at = T0 + timedelta(days=days, minutes=minutes)
        data = mailbox.searched(tale.opened(READER, at), guid(tale.rng), at, SEARCHED)
        tale.log(data, at, READER, Note("user", "collection", ("co-nonowner", "co-mail-search")))


def _send_home(tale: _Tale, secrets: list[tuple[Mail, int]]) -> None:
    """Three of the mails go from Erin's own mailbox to her private one."""
    note = Note("user", "exfiltration")
    for secret, day in secrets:
        if not day:
            continue
        at = T0 + timedelta(days=day, hours=1, minutes=tale.rng.randrange(40))
        message, subject = message_id(tale.rng, DOMAIN), f"FW: {secret.subject}"
        ip = office(tale.person(READER).number).ip
        tale.world.log_mail(
            Mail(at, guid(tale.rng), message, READER, PRIVATE, subject, secret.size + 2_000, ip), note
        )  # fmt: skip
        data = mailbox.sent(tale.own(READER, at), guid(tale.rng), at, message, subject, secret.size + 2_000)
        tale.log(data, at, READER, note)
