"""S03: three nights of guessed passwords, an old protocol that asks for no second factor, then the mail flow itself.

Carol administers Exchange. Her own mail hardly matters: a mail-flow rule copies everybody's, a connector takes mail
from a rented server, and the audit log is switched off, so that only sign-ins tell what came after.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import mail_flow
from o365nb.practice.ids import Json, guid
from o365nb.practice.logs import apps, exchange_admin
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.logs.sign_in import Browser
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, named_id
from o365nb.practice.places import BUCHAREST, OSTRAVA, Place
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.hands import Hand, attack
from o365nb.practice.world import World

T0 = datetime(2026, 11, 16, 3, 52, tzinfo=UTC)
SUBJECT = f"carol@{DOMAIN}"
ACCOUNTS, GUESSES = 55, 1900
#: The hours, counted back from T0, in which passwords are tried: three nights of eight, eight and seven.
HOURS = (*range(72, 64, -1), *range(48, 40, -1), *range(9, 2, -1))
LIST = "archive@mail-keep.example"
WORDS = ("password", "payment")
RELAY = "192.0.2.77"
#: Minutes after T0.
RULE_AT, CONNECTOR_AT, OFF_AT = 140.0, 151.0, 180.0

SPRAYERS = tuple(Place(f"203.0.113.{number}", 64602, OSTRAVA) for number in (101, 102, 103))
DESK = Place("192.0.2.61", 64524, BUCHAREST)
_OLD = Browser("", "", "BAV2ROPC")
_CHROME = Browser(
    "Windows10",
    "Chrome 137.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36",
)


class SprayStory(Story):
    """Times are minutes after T0, the moment of the right guess."""

    info = StoryInfo(
        id="S03",
        slug="spray",
        title="Guessed password, old protocol, mail-flow rule",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0 - timedelta(hours=72),
    )

    def write(self, world: World, state: Json) -> None:
        rng = Random(f"{world.seed}|attack")  # noqa: S311 - a story, not a secret
        state["exchange"]["cas"][SUBJECT] = {"SmtpClientAuthenticationDisabled": False}
        _guess(world, rng)
        _hit(world, rng)
        desk = Hand(world, world.people[SUBJECT], DESK, _CHROME, named_id("spray:session"), T0, rng)
        _take_mail_flow(desk, state)
        _copies(world)
        _switch_off(desk, state)


def _guess(world: World, rng: Random) -> None:
    """1,900 wrong passwords, one or two an hour on each of 55 accounts, from three addresses in turn."""
    listed = list(world.people.values())[:ACCOUNTS]
    note = attack("initial access", "ia-spray")
    place = 0
    for number, hour in enumerate(HOURS):
        share = GUESSES // len(HOURS) + (1 if number < GUESSES % len(HOURS) else 0)
        order = [*rng.sample(listed, len(listed)), *rng.sample(listed, share - len(listed))]
        for turn, person in enumerate(order):
            hand = Hand(world, person, SPRAYERS[place % len(SPRAYERS)], _OLD, "", T0 - timedelta(hours=hour), rng)
            place += 1
            hand.sign_in(
                turn * 59 / share, apps.EXCHANGE, apps.EXCHANGE, note, error=50126, protocol="ropc",
                client_app="Authenticated SMTP",
            )  # fmt: skip


def _hit(world: World, rng: Random) -> None:
    """The right one, by a protocol that knows of no second factor; carol's mailbox was excepted for old printers."""
    hand = Hand(world, world.people[SUBJECT], SPRAYERS[1], _OLD, "", T0, rng)
    note = attack("initial access", "ia-spray-hit", "ia-legacy-auth-success")
    hand.sign_in(0, apps.EXCHANGE, apps.EXCHANGE, note, single=True, protocol="ropc", client_app="Authenticated SMTP")


def _take_mail_flow(desk: Hand, state: Json) -> None:
    """Two hours later from another country: a rule that copies in secret, and a connector that trusts a server."""
    entry = attack("initial access", "ia-new-country-unmanaged", "ia-impossible-travel")
    desk.sign_in(120, apps.EXCHANGE_ADMIN, apps.EXCHANGE, entry, single=True)
    rule = {
        "Name": ".",
        "BlindCopyTo": LIST,
        "SubjectOrBodyContainsWords": ";".join(WORDS),
        "SetAuditSeverity": "DoNotAudit",
        "Mode": "Enforce",
    }
    _admin(desk, RULE_AT, "New-TransportRule", ".", rule, "pe-transport-rule")
    state["exchange"]["transport_rules"].append(
        mail_flow.transport_rule(
            ".", desk.at(RULE_AT), Priority=1, BlindCopyTo=[LIST], SubjectOrBodyContainsWords=list(WORDS),
            SetAuditSeverity="DoNotAudit", SentToScope=None,
            Conditions=["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.SubjectOrBodyContainsPredicate"],
        )
    )  # fmt: skip
    relay = {
        "Name": "Scan relay",
        "ConnectorType": "OnPremises",
        "SenderDomains": "smtp:*;1",
        "SenderIPAddresses": RELAY,
        "RequireTls": "False",
        "TreatMessagesAsInternal": "True",
    }
    _admin(desk, CONNECTOR_AT, "New-InboundConnector", "Scan relay", relay, "pe-connector")
    state["exchange"]["inbound_connectors"].append(
        mail_flow.inbound_connector(
            "Scan relay", desk.at(CONNECTOR_AT), ConnectorType="OnPremises", SenderDomains=["smtp:*;1"],
            SenderIPAddresses=[RELAY], TreatMessagesAsInternal=True,
        )
    )  # fmt: skip


def _copies(world: World) -> None:
    """What the rule does: from its first minute on, mail with its words leaves the house a second time."""
    note = attack("collection", "pe-transport-rule")
    for mail in list(_mails(world)):
        if mail.at > T0 + timedelta(minutes=RULE_AT) and any(word in mail.subject.lower() for word in WORDS):
            world.log_mail(
                Mail(mail.at, mail.trace, mail.message_id, mail.sender, LIST, mail.subject, mail.size, mail.from_ip),
                note,
            )


def _mails(world: World) -> Iterator[Mail]:
    """Every message once, whoever got it."""
    seen = set[str]()
    for box in (*world.inbox.values(), *world.outbox.values()):
        for mail in box:
            if mail.trace not in seen:
                seen.add(mail.trace)
                yield mail


def _switch_off(desk: Hand, state: Json) -> None:
    """The audit log of the organisation ends; sign-ins and directory audits go on."""
    config = "Admin Audit Log Settings"
    _admin(desk, OFF_AT, "Set-AdminAuditLogConfig", config, {"UnifiedAuditLogIngestionEnabled": "False"}, "de-ual-off")
    state["exchange"]["admin_audit_config"]["UnifiedAuditLogIngestionEnabled"] = False
    note = attack("persistence", "ia-token-replay-nonint")
    for hours in (3.4, 9.1, 20.6, 31.8, 44.2):
        desk.sign_in(hours * 60, apps.EXCHANGE_ADMIN, apps.EXCHANGE, note, interactive=False, single=True)
    off = desk.at(OFF_AT)
    desk.world.forget_audits(lambda entry: entry.at > off)


def _admin(desk: Hand, minutes: float, cmdlet: str, target: str, parameters: dict[str, str], finding: str) -> None:
    phase = "defence evasion" if finding.startswith("de-") else "persistence"
    access = desk.access(apps.EXCHANGE_ADMIN)
    where = f"{INITIAL_DOMAIN}\\{target}"
    data = exchange_admin.changed(access, guid(desk.rng), desk.at(minutes), cmdlet, where, parameters)
    desk.log(data, minutes, attack(phase, finding))
