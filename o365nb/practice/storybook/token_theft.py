"""S04: a cracked tool on the private computer steals the browser's session; nobody foreign ever signs in.

The thief works through a private line in Dave's own town, so that no place looks wrong. The help desk sets a new
password and forgets the sessions: the tokens live on for two hours more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import objects, shared_files
from o365nb.practice.directory_noise import by
from o365nb.practice.ids import Json, z
from o365nb.practice.logs import apps, collaboration, mailbox, risk
from o365nb.practice.logs.directory import Change
from o365nb.practice.logs.sign_in import CLAIM, Browser
from o365nb.practice.noise import browser_of, session_of
from o365nb.practice.people import DOMAIN, TENANT_ID, Person, named_id
from o365nb.practice.places import COLOGNE, Place, office
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule
from o365nb.practice.storybook.hands import Hand, attack
from o365nb.practice.world import USER, Note, World

T0 = datetime(2026, 11, 16, 20, 26, tzinfo=UTC)
SUBJECT, HELPDESK = f"dave@{DOMAIN}", f"nadia@{DOMAIN}"
SESSION = named_id("session:dave:home computer")
MACHINE = named_id("machine:thief")
FILES = 412
#: What stays open to anybody: the thief's link, beside two that Dave made weeks before, one of them on the same file.
LEFT_OPEN, OWN_LINK = "Pump station, final #3 & 50%.xlsx", "Conveyor timetable.pdf"
SHARED = T0 + timedelta(minutes=91)
RESET, REVOKED = T0 + timedelta(hours=10), T0 + timedelta(hours=12)

NEAR = Place("100.67.81.14", 64523, COLOGNE)
CRM = apps.App("5a7e1000-63bd-4f0c-9a55-3c1fb22d7c0d", "Tradeline CRM (SAML)", TENANT_ID)
_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)
HOME_PC = Browser("Windows10", "Chrome 142.0.0", _CHROME.format(142))
THIEF = Browser("Windows10", "Chrome 138.0.0", _CHROME.format(138))
_WEB = "Client=OWA;Action=ViaProxy"
_PROJECTS = ("Press line 4", "Gearbox R2", "Pump station", "Conveyor", "Robot cell", "Test bench")


class TokenTheftStory(Story):
    """Times are minutes after T0, the first use of the stolen token."""

    info = StoryInfo(
        id="S04",
        slug="token_theft",
        title="A session stolen from a private computer",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0,
    )

    def write(self, world: World, state: Json) -> None:
        dave = world.people[SUBJECT]
        newsletter_rule(world, state, dave)
        _evenings(world, dave)
        thief = Hand(world, dave, NEAR, THIEF, SESSION, T0, Random(f"{world.seed}|attack"))  # noqa: S311 - a story
        _use(thief, state)
        _copy_files(thief)
        _share(world, state, thief)
        _help(world, state, dave)
        _go_on(thief)


def _evenings(world: World, dave: Person) -> None:
    """Dave's habit of a month: every second or third evening an hour of mail on the computer at home."""
    rng = Random(f"{world.seed}|evenings")  # noqa: S311 - a story, not a secret
    day = world.start.replace(hour=18, minute=20)
    first = True
    while day < T0 - timedelta(hours=3):
        own = Hand(world, dave, dave.home, HOME_PC, SESSION, day + timedelta(minutes=rng.randrange(70)), rng)
        own.sign_in(0, apps.OFFICE_HOME, apps.EXCHANGE, mfa="Number matching" if first else CLAIM)
        first = False
        own.sign_in(0.4, apps.OWA, apps.EXCHANGE, interactive=False)
        box = [mail for mail in world.inbox[SUBJECT] if mail.at < own.begin][-15:]
        for _ in range(1 + rng.randrange(3)):
            minutes = 2 + rng.random() * 45
            some = [(mail.message_id, mail.size) for mail in rng.sample(box, min(len(box), 2))]
            data = mailbox.items_accessed(own.access(apps.OWA, _WEB), own.new_id(), own.at(minutes), "\\Inbox", some)
            own.log(data, minutes)
        day += timedelta(days=2 + rng.randrange(2))


def _use(thief: Hand, state: Json) -> None:
    """The cookie of the home computer's session is played back: no password, no prompt, no device."""
    note = attack("initial access", "ia-token-replay-nonint", "ia-residential-near", "ia-session-stolen")
    kind = "anomalousToken"
    first = thief.sign_in(
        0, apps.OWA, apps.EXCHANGE, note, interactive=False, risk="medium", risk_events=(kind,)
    )  # fmt: skip
    seen = [risk.detection(first, kind, "medium", detected=timedelta(0))]
    state.setdefault("risk_detections", []).extend(seen)
    state.setdefault("risky_users", []).append(risk.user(thief.person, seen))
    thief.sign_in(52, apps.SYNC_ENGINE, apps.SHAREPOINT, note, interactive=False)


def _copy_files(thief: Hand) -> None:
    """An hour later 412 files come down to a computer that never synchronised before."""
    access = thief.access(apps.SYNC_ENGINE)
    own = f"personal/{SUBJECT.replace('@', '_').replace('.', '_')}"
    note = attack("collection", "co-file-sync", "co-file-mass")
    for number in range(FILES):
        minutes = 60 + number * 27 / FILES
        site = own if number % 3 else "sites/Engineering"
        name = f"{_PROJECTS[number % len(_PROJECTS)]} {number:03}.{('dwg', 'pdf', 'xlsx')[number % 3]}"
        data = collaboration.file_synced(
            access, thief.new_id(), thief.at(minutes), MACHINE, site, name, 40_000 + thief.rng.randrange(3_000_000)
        )
        thief.log(data, minutes, note)


def _share(world: World, state: Json, thief: Hand) -> None:
    """A link to the dearest file, which opens it long after every session has ended. Dave has shared files before."""
    rng = Random(f"{world.seed}|links")  # noqa: S311 - a story, not a secret
    dave, site = thief.person, f"personal/{SUBJECT.replace('@', '_').replace('.', '_')}"
    laptop = Hand(world, dave, office(dave.number), browser_of(dave.laptop), "", T0 - timedelta(days=12), rng)
    laptop.session = session_of(dave, dave.laptop, laptop.begin)
    for minutes, name in ((0, OWN_LINK), (7, LEFT_OPEN)):
        made = shared_files.link(f"dave:{name}")
        _linked(laptop, state, minutes, site, name, made, USER)
    made = shared_files.link(f"thief:{LEFT_OPEN}")
    late = (SHARED - thief.begin) / timedelta(minutes=1)
    _linked(replace(thief, rng=rng), state, late, site, LEFT_OPEN, made, attack("exfiltration", "co-share-anon"))


def _linked(hand: Hand, state: Json, minutes: float, site: str, name: str, made: Json, note: Note) -> None:
    shared_files.share(state, hand.person, site, name, made)
    access, group, agent = hand.access(apps.OFFICE), shared_files.group(site, name, made), hand.browser.user_agent
    beside = Note(note.label, note.phase) if note.label == "attacker" else note
    for operation, named, told in (("SharingSet", group, beside), ("AnonymousLinkCreated", "", note)):
        data = collaboration.shared(access, hand.new_id(), hand.at(minutes), operation, site, name, agent, named)
        hand.log(data, minutes, told)


def _help(world: World, state: Json, dave: Person) -> None:
    """Dave calls at half past seven: a new password at once; two hours later somebody thinks of the sessions."""
    rng = Random(f"{world.seed}|help desk")  # noqa: S311 - a story, not a secret
    nadia = world.people[HELPDESK]
    doer = by(nadia, office(nadia.number).ip)
    user = state["users"][dave.id]
    key = named_id("token theft:reset")
    world.log_directory(Change(
        key, RESET, "Reset user password", "UserManagement", doer, "User", dave.id, dave.name, dave.upn,
    ))  # fmt: skip
    before, user["signInSessionsValidFromDateTime"] = user["signInSessionsValidFromDateTime"], z(REVOKED)
    user["lastPasswordChangeDateTime"] = z(RESET)
    for method in state["methods"][SUBJECT]:
        if method["id"] == objects.PASSWORD_METHOD:
            method["createdDateTime"] = z(RESET)
    world.log_directory(Change(
        named_id("token theft:revoke"), REVOKED, "Update StsRefreshTokenValidFrom Timestamp", "UserManagement", doer,
        "User", dave.id, dave.name, dave.upn, modified={"StsRefreshTokensValidFrom": ([before], [z(REVOKED)])},
    ))  # fmt: skip
    laptop = Hand(world, dave, office(dave.number), browser_of(dave.laptop), session_of(dave, dave.laptop, REVOKED),
                  REVOKED, rng)  # fmt: skip
    laptop.sign_in(3, apps.OFFICE, apps.EXCHANGE, interactive=False, error=50173)
    laptop.sign_in(6, apps.OFFICE_HOME, apps.EXCHANGE, mfa="Number matching")


def _go_on(thief: Hand) -> None:
    """Past the new password, until the sessions are revoked; then every try is refused."""
    saas = attack("lateral movement", "la-saas-sso")
    thief.sign_in(5 * 60, CRM, CRM, saas, protocol="saml20")
    survives = attack("persistence", "ia-token-replay-nonint", "ia-session-stolen")
    for hours in (3.1, 7.6, 10.4, 11.2, 11.9):
        app, resource = (apps.OWA, apps.EXCHANGE) if hours != 11.2 else (apps.SYNC_ENGINE, apps.SHAREPOINT)
        thief.sign_in(hours * 60, app, resource, survives, interactive=False)
    refused = attack("persistence", "ia-blocked-but-trying")
    for hours in (12.3, 12.4, 14.8, 21.5):
        thief.sign_in(hours * 60, apps.OWA, apps.EXCHANGE, refused, interactive=False, error=50173)
