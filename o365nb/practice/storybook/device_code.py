"""S07: a "help desk" in Teams, a code typed in, a computer of the intruder's joined: the password no longer matters.

Hana types the code on Microsoft's own page. The intruder joins a computer to the directory, puts a Windows Hello key
on it, and gets in with that key still after the real help desk has set a new password.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import objects
from o365nb.practice.directory_noise import by
from o365nb.practice.ids import Json, guid, z
from o365nb.practice.logs import apps, device_join, mailbox, teams_chat
from o365nb.practice.logs.directory import Change
from o365nb.practice.logs.sign_in import Browser
from o365nb.practice.noise import browser_of, session_of
from o365nb.practice.people import DOMAIN, Device, Person, named_id
from o365nb.practice.places import TALLINN, Place, office
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule, owa, whereabouts
from o365nb.practice.storybook.hands import Hand, attack
from o365nb.practice.world import Note, World

T0 = datetime(2026, 11, 16, 9, 14, tzinfo=UTC)
RESET = T0 + timedelta(days=1, hours=5, minutes=48)
SUBJECT, HELPER = f"hana@{DOMAIN}", f"nadia@{DOMAIN}"
CHAT_BEGINS = -31.0  # minutes
SERVER = Place("203.0.113.88", 64606, TALLINN)
#: The version of Windows that a well-known tool claims when nobody tells it another.
BUILD = "10.0.19041.928"
ROGUE = Device(
    named_id("device_code:computer"), "DESKTOP-7Q2LKA9", "Windows10", "Edge 136.0.0", "", "Azure AD joined", "", "",
    managed=False,
)  # fmt: skip
HELLO = named_id("device_code:hello")
CALLER = teams_chat.Outsider(
    named_id("device_code:caller"), "IT Help Desk", "helpdesk@itservice936.onmicrosoft.example",
    named_id("device_code:tenant"),
)  # fmt: skip
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/136.0.0.0 Safari/537.36 Edg/136.0.0.0"
)
_UNKNOWN = Browser("Windows10", "Edge 136.0.0", _AGENT)
_JOINED = replace(_UNKNOWN, device_id=ROGUE.id, device_name=ROGUE.name, trust_type="Azure AD joined")
_TRANSFER, _PRT = "deviceCodeFlow", "primaryRefreshToken"


class DeviceCodeStory(Story):
    """Times are minutes after the sign-in by code."""

    info = StoryInfo(
        id="S07",
        slug="device_code",
        title="Device code, a joined computer, access after the password reset",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0 + timedelta(minutes=CHAT_BEGINS),
    )

    def write(self, world: World, state: Json) -> None:
        hana = world.people[SUBJECT]
        newsletter_rule(world, state, hana)
        rng = Random(f"{world.seed}|attack")  # noqa: S311 - a story, not a secret
        code = Hand(world, hana, SERVER, _UNKNOWN, named_id("device_code:session"), T0, rng)
        _chat(world, hana, rng)
        _type_code(world, hana, rng)
        _redeem(code)
        _join(code, state)
        joined = replace(code, browser=_JOINED, session=named_id("device_code:computer's session"))
        _take_tokens(joined)
        _add_key(joined, state)
        _read(joined)
        _reset(world, state, hana, rng)
        _come_again(joined)


def _chat(world: World, hana: Person, rng: Random) -> None:
    """Somebody of another tenant, who calls himself the help desk, writes; Hana answers."""
    note = attack("initial access", "la-teams-phish")
    at = T0 + timedelta(minutes=CHAT_BEGINS)
    world.log_audit(at, teams_chat.chat_created(CALLER, hana, guid(rng), at), "", note)
    for minutes in (CHAT_BEGINS + 0.2, CHAT_BEGINS + 9, -2.5):
        at = T0 + timedelta(minutes=minutes)
        world.log_audit(at, teams_chat.message_received(CALLER, hana, guid(rng), at), "", note)
    for minutes in (CHAT_BEGINS + 7, -1.6):
        at = T0 + timedelta(minutes=minutes)
        own = replace(
            owa(hana), place=whereabouts(world, hana, at), session=session_of(hana, hana.laptop, at), client=apps.TEAMS
        )  # fmt: skip
        world.log_audit(at, teams_chat.message_answered(CALLER, own, guid(rng), at), SUBJECT)


def _type_code(world: World, hana: Person, rng: Random) -> None:
    """On Microsoft's own page, in her own browser: asked whether she really means to sign in there."""
    session = session_of(hana, hana.laptop, T0)
    own = Hand(world, hana, whereabouts(world, hana, T0), browser_of(hana.laptop), session, T0, rng)
    own.sign_in(
        -0.4, apps.AUTH_BROKER, apps.DEVICE_REGISTRATION, Note("user", "initial access"), error=50199,
        protocol="deviceCode",
    )  # fmt: skip


def _redeem(code: Hand) -> None:
    """The intruder's side of the same flow, and a first token out of it."""
    first = "ia-devicecode-first", "ia-devicecode-then-register", "ia-authbroker-drs"
    code.sign_in(
        0, apps.AUTH_BROKER, apps.DEVICE_REGISTRATION, attack("initial access", *first), mfa="Number matching",
        protocol="deviceCode", transfer=_TRANSFER, client_app="Mobile Apps and Desktop clients",
    )  # fmt: skip
    code.sign_in(
        2.5, apps.AUTH_BROKER, apps.DEVICE_REGISTRATION, attack("initial access", "ia-authbroker-drs"),
        interactive=False, transfer=_TRANSFER,
    )  # fmt: skip


def _join(code: Hand, state: Json) -> None:
    note = attack("persistence", "pe-device-registered", "ia-devicecode-then-register")
    at = code.at(4)
    for change in device_join.joined(code.person, ROGUE, BUILD, SERVER.ip, at, code.rng):
        code.world.log_directory(change, note)
    seen = T0 + timedelta(days=2, minutes=4)
    state["devices"][SUBJECT].append(objects.device_object(ROGUE, at, seen, BUILD))


def _take_tokens(joined: Hand) -> None:
    """With the computer comes a primary refresh token, and with that everything else."""
    note = attack("persistence", "pe-prt-new-device")
    for minutes, app, resource in (
        (7, apps.AUTH_BROKER, apps.GRAPH),
        (7.6, apps.OFFICE, apps.EXCHANGE),
    ):
        joined.sign_in(
            minutes, app, resource, note, interactive=False, token_type=_PRT, transfer=_TRANSFER,
        )  # fmt: skip


def _add_key(joined: Hand, state: Json) -> None:
    """A key of Windows Hello on that computer: from now on no password is needed."""
    at = joined.at(12)
    change = device_join.hello_added(joined.person, ROGUE, HELLO, SERVER.ip, at, joined.rng)
    joined.world.log_directory(change, attack("persistence", "pe-mfa-method-added"))
    state["methods"][SUBJECT].append(objects.windows_hello(HELLO, ROGUE.name, at))


def _read(joined: Hand) -> None:
    """Mail is read in the browser, with the computer's token."""
    for begin in (35.0, 26 * 60.0):
        joined.sign_in(
            begin - 1, apps.OWA, apps.EXCHANGE, attack("collection", "co-mia-bind"), interactive=False,
            token_type=_PRT,
        )  # fmt: skip
        _open(joined, begin, 7)
    data = mailbox.searched(joined.access(apps.OWA, owa(joined.person).client_info), joined.new_id(),
                            joined.at(41), "vpn password")  # fmt: skip
    joined.log(data, 41, attack("collection", "co-mail-search"))


def _open(joined: Hand, begin: float, count: int) -> None:
    access = joined.access(apps.OWA, owa(joined.person).client_info)
    box = [mail for mail in joined.world.inbox[SUBJECT] if mail.at < joined.at(begin)]
    for number in range(count):
        minutes = begin + number * 0.7
        some = joined.rng.sample(box[-80:], 1 + joined.rng.randrange(3))
        messages = [(mail.message_id, mail.size) for mail in some]
        data = mailbox.items_accessed(access, joined.new_id(), joined.at(minutes), "\\Inbox", messages)
        joined.log(data, minutes, attack("collection", "co-mia-bind"))


def _reset(world: World, state: Json, hana: Person, rng: Random) -> None:
    """Hana has doubts; the real help desk sets a new password, and thinks that this was that."""
    helper = world.people[HELPER]
    world.log_directory(Change(
        guid(rng), RESET, "Reset user password", "UserManagement", by(helper, office(helper.number).ip), "User",
        hana.id, hana.name, SUBJECT,
    ))  # fmt: skip
    state["users"][hana.id]["lastPasswordChangeDateTime"] = z(RESET)
    for method in state["methods"][SUBJECT]:
        if method["id"] == objects.PASSWORD_METHOD:
            method["createdDateTime"] = z(RESET)


def _come_again(joined: Hand) -> None:
    """Two days later the computer's key still opens everything."""
    begin = 2 * 1440.0
    note = attack("persistence", "pe-prt-new-device")
    for minutes, app, resource in (
        (begin, apps.AUTH_BROKER, apps.GRAPH),
        (begin + 0.5, apps.OWA, apps.EXCHANGE),
    ):
        joined.sign_in(minutes, app, resource, note, interactive=False, token_type=_PRT)
    _open(joined, begin + 3, 5)
