"""S02: two engineers let a mail program of the intruder's in, and nobody foreign ever signs in.

Bob agrees to eM Client (Exchange Web Services), Ben to Mail_Backup (Graph). From then on the programs read their mail
with tokens of their own, from a rented server, whatever happens to the passwords.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import objects
from o365nb.practice.directory_noise import by
from o365nb.practice.ids import Json, guid
from o365nb.practice.logs import apps, consent, mailbox
from o365nb.practice.logs.sign_in import Browser
from o365nb.practice.noise import browser_of, session_of
from o365nb.practice.people import DOMAIN, named_id
from o365nb.practice.places import DALLAS, Place
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule, whereabouts
from o365nb.practice.storybook.hands import Hand, attack
from o365nb.practice.world import Note, World

T0 = datetime(2026, 11, 17, 9, 14, tzinfo=UTC)
SUBJECT, SECOND = f"bob@{DOMAIN}", f"ben@{DOMAIN}"
SERVER = Place("203.0.113.140", 64603, DALLAS)


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program that an intruder runs: what it asks for, and how it shows in the logs."""

    app: apps.App
    resource: apps.App
    scopes: str
    user_agent: str
    client_info: str


EM_CLIENT = Program(
    apps.App("e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client", named_id("tenant:mail programs")),
    apps.EXCHANGE,
    "EWS.AccessAsUser.All IMAP.AccessAsUser.All offline_access",
    "eM Client/10.3.2619.0",
    "Client=WebServices;eM Client/10.3.2619.0;",
)
MAIL_BACKUP = Program(
    apps.App("2ef68ccc-8a4d-42ff-ae88-2d7bb89ad139", "Mail_Backup", named_id("tenant:mail backups")),
    apps.GRAPH,
    "Contacts.Read Mail.ReadWrite Mail.Send MailboxSettings.ReadWrite User.Read offline_access openid profile",
    "",
    "Client=REST;Client=RESTSystem;;",
)


class ConsentStory(Story):
    """Times are minutes after the consent of the person concerned."""

    info = StoryInfo(
        id="S02",
        slug="consent",
        title="Consent to a mail program of the intruder's",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0 + timedelta(seconds=40),
    )

    def write(self, world: World, state: Json) -> None:
        newsletter_rule(world, state, world.people[SUBJECT])
        _let_in(world, state, SUBJECT, T0, EM_CLIENT)
        _let_in(world, state, SECOND, T0 + timedelta(minutes=37), MAIL_BACKUP)


def _let_in(world: World, state: Json, upn: str, begin: datetime, program: Program) -> None:
    person, rng = world.people[upn], Random(f"{world.seed}|attack|{upn}")  # noqa: S311 - a story, not a secret
    session = session_of(person, person.laptop, begin)
    desk = whereabouts(world, person, begin)
    own = Hand(world, person, desk, browser_of(person.laptop), session, begin, rng)
    _agree(own, state, program)
    server = Hand(world, person, SERVER, Browser("", "", program.user_agent), session, begin, rng)
    _read(server, program)


def _agree(own: Hand, state: Json, program: Program) -> None:
    """The person's own hand, deceived: asked for consent, given, signed in to the program, all within a minute."""
    known = "pe-oauth-known-bad", "pe-oauth-risky-consent"
    note = Note("user", "initial access", known)
    flow = own.new_id()
    own.sign_in(-0.3, program.app, program.resource, note, correlation=flow, error=65001)
    given = consent.Consent(
        by(own.person, own.place.ip), own.browser.user_agent, program.app, program.resource, program.scopes,
        "c" + named_id(f"grant:{own.person.upn}:{program.app.id}").replace("-", ""),
    )  # fmt: skip
    for change in consent.changes(given, own.begin, own.rng):
        own.world.log_directory(change, note)
    own.sign_in(0.1, program.app, program.resource, note, correlation=flow)
    for app in (program.app, program.resource):
        principal = objects.principal(app.id, app.name, app.owner, "")
        state["service_principals"].setdefault(principal["id"], principal)
    state["grants"].append(
        objects.grant(given.grant, given.principal, own.person, program.resource, f" {program.scopes}")
    )


def _read(server: Hand, program: Program) -> None:
    """The code is redeemed forty seconds later on a rented server; folders are copied, then single mails opened."""
    replay = attack("initial access", "ia-token-replay-nonint", "pe-oauth-app-use")
    server.sign_in(40 / 60, program.app, program.resource, replay, interactive=False, protocol="oAuth2")
    new_client = "co-mia-new-client"
    for hours in range(2, 10):
        begin = hours * 60.0
        note = attack("collection", "ia-token-replay-nonint", "pe-oauth-app-use")
        server.sign_in(begin - 0.2, program.app, program.resource, note, interactive=False)
        access = server.access(program.app, program.client_info)
        for place, folder in enumerate(("\\Inbox", "\\Sent Items", "\\Archive")):
            minutes = begin + place * 2.3
            data = mailbox.folder_synced(access, server.new_id(), server.at(minutes), folder)
            server.log(data, minutes, attack("collection", "co-mia-sync", new_client))
        box = [mail for mail in server.world.inbox[server.person.upn] if mail.at < server.at(begin)]
        for number in range(5):
            minutes = begin + 11 + number * 3.7
            some = server.rng.sample(box[-80:], min(len(box), 2 + number))
            messages = [(mail.message_id, mail.size) for mail in some]
            data = mailbox.items_accessed(access, guid(server.rng), server.at(minutes), "\\Inbox", messages)
            server.log(data, minutes, attack("collection", "co-mia-bind", new_client))
    for later in (14.2, 19.8, 24.1):
        server.sign_in(
            later * 60, program.app, program.resource, attack("persistence", "pe-oauth-app-use"), interactive=False
        )
