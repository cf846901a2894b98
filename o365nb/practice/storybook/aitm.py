"""S01: a phishing page in the middle, a hidden rule, a second factor of the intruder's own, mail to everybody.

Anna's own month goes on around it, before, during and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import alerts, mail_flow, objects, rules
from o365nb.practice.directory_noise import by
from o365nb.practice.ids import Json, guid, message_id, request_id
from o365nb.practice.logs import apps, mailbox
from o365nb.practice.logs.directory import Change
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.logs.sign_in import CLAIM, Browser, SignIn
from o365nb.practice.people import DOMAIN, LOOKALIKE, Person, named_id
from o365nb.practice.places import AMSTERDAM, CHICAGO, Place
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule
from o365nb.practice.storybook.hands import attack
from o365nb.practice.world import SYSTEM, Note, World

T0 = datetime(2026, 11, 17, 8, 41, tzinfo=UTC)
SUBJECT = f"anna@{DOMAIN}"
SESSION = named_id("aitm:session")
RULE_NUMBER = 11_529_215_046_068_469_761
PHONE = named_id("aitm:authenticator")
MASS_SUBJECT = "Shared statement - Contoso"

PROXY = Place("203.0.113.66", 64600, AMSTERDAM)
DESK = Place("192.0.2.45", 64601, CHICAGO)
LATER_DESK = Place("192.0.2.46", 64601, CHICAGO)
_CHROME = Browser(
    "Windows10",
    "Chrome 115.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Safari/537.36",
)
_FIREFOX = Browser(
    "MacOs", "Firefox 118.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) Gecko/20100101 Firefox/118.0"
)
_AXIOS = Browser("", "", "axios/1.7.9")
_WEB = "Client=OWA;Action=ViaProxy"
_FIRST = ("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper", "kapok", "larch",
          "maple", "nutmeg", "oak", "pine", "quince", "rowan", "spruce", "teak")  # fmt: skip
_SECOND = ("trading", "works", "logistics", "foods", "tools", "print", "metal", "textiles", "energy")
_PEOPLE = ("info", "accounts", "office", "sales", "j.smith", "a.meyer", "orders", "reception")


class AitmStory(Story):
    """The attack itself. Times are minutes after T0 unless said otherwise."""

    info = StoryInfo(
        id="S01",
        slug="aitm",
        title="Adversary in the middle, hidden rule, mass mail",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0 - timedelta(hours=26),
    )

    def write(self, world: World, state: Json) -> None:
        play(world, state)


def play(world: World, state: Json) -> Act:
    """The attack, scene by scene, in the records and in what it leaves behind."""
    anna = world.people[SUBJECT]
    newsletter_rule(world, state, anna)
    act = Act(world, anna, Random(f"{world.seed}|attack"))  # noqa: S311 - a story, not a secret
    _lure(act)
    _sign_in(act)
    _read(act)
    _hide(act, state)
    _stay(act, state)
    _mass_mail(act)
    _noticed(act, state)
    state["exchange"]["blocked_senders"].append(mail_flow.blocked_sender(SUBJECT, act.at(21 * 60)))
    return act


def _noticed(act: Act, state: Json) -> None:
    """What Defender raised: the rule, which nobody looked at, and at last the sending."""
    rule = alerts.alert(
        "Suspicious inbox manipulation rule", act.at(22), [act.anna], category="DefenseEvasion",
        service="microsoftDefenderForCloudApps", addresses=[DESK.ip], techniques=["T1564.008"],
    )  # fmt: skip
    stopped = alerts.alert(
        "User restricted from sending email", act.at(21 * 60), [act.anna], category="Impact", severity="high",
    )  # fmt: skip
    alerts.raised(state, rule, stopped)


@dataclass
class Act:
    """What every scene needs."""

    world: World
    anna: Person
    rng: Random
    token: str = ""

    def at(self, minutes: float) -> datetime:
        return T0 + timedelta(minutes=minutes)

    def access(self, place: Place = DESK) -> mailbox.Access:
        return mailbox.Access(self.anna, place, apps.OWA, _WEB, SESSION, self.token)

    def enter(
        self, minutes: float, place: Place, browser: Browser, note: Note, *, app: apps.App, resource: apps.App,
        correlation: str = "", interactive: bool = True, mfa: str = CLAIM, error: int = 0,
    ) -> None:  # fmt: skip
        """One sign-in by the intruder; its token is what later records carry."""
        facts = SignIn(
            request_id(self.rng), self.at(minutes), self.anna, place, browser, app, resource, SESSION,
            correlation or guid(self.rng), interactive=interactive, error=error, mfa=mfa,
            token_type="none" if interactive else "refreshToken",
            client_app="Browser" if interactive else "Mobile Apps and Desktop clients",
        )  # fmt: skip
        self.world.log_sign_in(facts, note)
        self.token = facts.token

    def replay(self, minutes: float, note: Note, place: Place = DESK) -> None:
        """The stolen session is refreshed by the intruder's tool."""
        self.enter(minutes, place, _AXIOS, note, app=apps.OWA, resource=apps.EXCHANGE, interactive=False)

    def log(self, data: Json, minutes: float, note: Note) -> None:
        self.world.log_audit(self.at(minutes), data, SUBJECT, note)


def _lure(act: Act) -> None:
    """Twenty-six hours before: the mail with the link, from a name one letter away from the partner's."""
    note = attack("initial access", "ia-phish-delivered", "im-lookalike-domain")
    message, trace = message_id(act.rng, LOOKALIKE), guid(act.rng)
    for recipient, status in ((SUBJECT, "delivered"), (f"gina@{DOMAIN}", "quarantined")):
        mail = Mail(act.at(-26 * 60), trace, message, f"statements@{LOOKALIKE}", recipient, "Shared statement", 48_212,
                    "203.0.113.25", status)  # fmt: skip
        act.world.log_mail(mail, note)
        if status == "delivered":
            act.world.inbox[recipient].append(mail)


def _sign_in(act: Act) -> None:
    """Anna types password and number on the page in the middle; the page's owner keeps the session."""
    split = ("ia-aitm-session-split", "ia-ua-shift-in-flow")
    flow = guid(act.rng)
    note = attack("initial access", *split)
    for minutes, browser, mfa, error in (
        (-0.4, _CHROME, CLAIM, 50074),
        (0, _CHROME, "Number matching", 0),
        (8 / 60, _FIREFOX, CLAIM, 0),
    ):
        act.enter(
            minutes, PROXY, browser, note, app=apps.OFFICE_HOME, resource=apps.GRAPH, correlation=flow, mfa=mfa,
            error=error,
        )  # fmt: skip
    replay = attack("initial access", "ia-kit-useragent", "ia-aitm-session-split", "ia-token-replay-nonint")
    act.replay(3, replay)


def _read(act: Act) -> None:
    """Thirty-eight times mail is opened, most of it invoices, and a search says what is wanted."""
    box = [mail for mail in act.world.inbox[SUBJECT] if mail.at < T0]
    wanted = [mail for mail in box if "FB-" in mail.subject or "Invoice" in mail.subject][-60:]
    note = attack("collection", "co-mia-bind")
    for number in range(38):
        minutes = 9 + number * 0.31
        some = act.rng.sample(wanted, 1 + act.rng.randrange(4))
        messages = [(mail.message_id, mail.size) for mail in some]
        data = mailbox.items_accessed(act.access(), guid(act.rng), act.at(minutes), "\\Inbox", messages)
        act.log(data, minutes, note)
    data = mailbox.searched(act.access(), guid(act.rng), act.at(14), "invoice iban")
    act.log(data, 14, attack("collection", "co-mail-search"))


def _hide(act: Act, state: Json) -> None:
    """A rule named with dots moves the partner's invoices out of sight; then it is made invisible itself."""
    findings = ("pe-rule-name-evasive", "pe-rule-hide", "pe-rule-hidden", "pe-rule-keywords")
    note = attack("persistence", *findings)
    parameters = {
        "AlwaysDeleteOutlookRulesBlob": "False",
        "Force": "False",
        "MarkAsRead": "True",
        "MoveToFolder": "RSS Subscriptions",
        "Name": "..",
        "StopProcessingRules": "True",
        "SubjectOrBodyContainsWords": "invoice;fabrikam",
    }
    target = f"{state['mailboxes'][SUBJECT]['Identity']}\\.."
    act.log(mailbox.cmdlet(act.access(), guid(act.rng), act.at(22), "New-InboxRule", target, parameters), 22, note)
    number = str(RULE_NUMBER)
    changed = mailbox.rules_updated(act.access(), guid(act.rng), act.at(22.7), number, "ModifyMailboxRule")
    act.log(changed, 22.7, note)
    state["rules"][SUBJECT].append(
        rules.rule(
            RULE_NUMBER, "..", hidden=True, words=("invoice", "fabrikam"), folder="RSS Subscriptions",
            mark_as_read=True, stop=True,
        )
    )  # fmt: skip


def _stay(act: Act, state: Json) -> None:
    """A second factor of their own, and quiet looks through the day."""
    note = attack("persistence", "pe-mfa-method-added")
    act.enter(29, DESK, _FIREFOX, note, app=apps.MY_SIGN_INS, resource=apps.GRAPH)
    doer = by(act.anna, DESK.ip)
    act.world.log_directory(Change(
        guid(act.rng), act.at(31), "User registered security info", "UserManagement", doer, "User", act.anna.id,
        act.anna.name, SUBJECT, service="Authentication Methods", operation_type="Add",
        reason="User registered Authenticator App with Notification and Code",
        details={"AuthenticationMethod": "Microsoft Authenticator", "DisplayName": "iPhone 12"},
    ), note)  # fmt: skip
    own = state["methods"][SUBJECT][1]["displayName"]
    old = [{"DeviceName": own, "DeviceToken": "NO_DEVICE_TOKEN"}]
    new = [*old, {"DeviceName": "iPhone 12", "DeviceToken": "apns2-7c1f"}]
    act.world.log_directory(Change(
        guid(act.rng), act.at(31) + timedelta(seconds=2), "Update user", "UserManagement", doer, "User", act.anna.id,
        act.anna.name, SUBJECT, modified={"StrongAuthenticationPhoneAppDetail": (old, new)},
    ), note)  # fmt: skip
    state["methods"][SUBJECT].append(objects.authenticator(PHONE, "iPhone 12", act.at(31)))
    replay = attack("persistence", "ia-token-replay-nonint", "ia-kit-useragent")
    for hours in (2.1, 6.4, 11.7):
        act.replay(hours * 60, replay)
        recent = [mail for mail in act.world.inbox[SUBJECT] if mail.at < act.at(hours * 60)][-5:]
        messages = [(mail.message_id, mail.size) for mail in recent]
        data = mailbox.items_accessed(act.access(), guid(act.rng), act.at(hours * 60 + 1), "\\Inbox", messages)
        act.log(data, hours * 60 + 1, attack("collection", "co-mia-bind"))


def _mass_mail(act: Act) -> None:
    """Twenty hours later: 640 messages in 25 minutes, each copy destroyed, until the service stops it."""
    begin = 20 * 60.0
    impact = attack("impact", "im-mass-send")
    act.replay(begin - 5, impact, LATER_DESK)
    access = act.access(LATER_DESK)
    domains = [f"{first}-{second}.example" for first in _FIRST for second in _SECOND]
    sent: list[tuple[str, str]] = []
    trace = ""
    for number in range(640):
        minutes = begin + number * 25 / 640
        recipient = f"{_PEOPLE[number // len(domains)]}@{domains[number % len(domains)]}"
        message, trace = message_id(act.rng, DOMAIN), guid(act.rng)
        status = "failed" if number % 29 == 28 else "delivered"
        mail = Mail(act.at(minutes), trace, message, SUBJECT, recipient, MASS_SUBJECT, 21_640, LATER_DESK.ip, status)
        act.world.log_mail(mail, impact)
        data = mailbox.sent(access, guid(act.rng), act.at(minutes), message, MASS_SUBJECT, 21_640)
        act.log(data, minutes, impact)
        sent.append((message, MASS_SUBJECT))
        if status == "failed":
            _undeliverable(act, minutes + 0.5)
    for number in range(16):
        minutes = begin + 5 + number * 1.4
        batch = sent[number * 40 : number * 40 + 40]
        data = mailbox.removed(access, guid(act.rng), act.at(minutes), "HardDelete", "\\Sent Items", batch)
        act.log(data, minutes, attack("defence evasion", "de-sent-cleanup"))
    listed = mailbox.restricted(guid(act.rng), act.at(21 * 60), SUBJECT, 655, 612, trace)
    act.world.log_audit(act.at(21 * 60), listed, "", Note("system", "impact", ("im-sender-restricted",)))
    for number in range(9):
        minutes = begin + 40 + number * 23
        sender = f"{_PEOPLE[0]}@{domains[number * 17]}"
        reply = Mail(act.at(minutes), guid(act.rng), message_id(act.rng, sender.split("@")[1]), sender, SUBJECT,
                     f"Re: {MASS_SUBJECT}", 8_310, "192.0.2.180")  # fmt: skip
        act.world.log_mail(reply)


def _undeliverable(act: Act, minutes: float) -> None:
    bounce = Mail(act.at(minutes), guid(act.rng), message_id(act.rng, DOMAIN), f"postmaster@{DOMAIN}", SUBJECT,
                  f"Undeliverable: {MASS_SUBJECT}", 61_004, "")  # fmt: skip
    act.world.log_mail(bounce, SYSTEM)
