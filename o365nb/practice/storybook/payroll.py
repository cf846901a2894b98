"""S06: a salary is to go to another account. One phishing page, two victims, one telephone number on both.

Frank's session is relayed and used to sign in to the personnel system; a rule deletes what that system writes to him;
a mail in his name asks Human Resources for a new bank account. Gina fell for the same page two hours later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import objects, rules
from o365nb.practice.directory_noise import by
from o365nb.practice.ids import Json, guid, message_id
from o365nb.practice.logs import apps, mailbox
from o365nb.practice.logs.directory import Change
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.logs.sign_in import Browser
from o365nb.practice.noise import browser_of, session_of
from o365nb.practice.people import DOMAIN, Person, named_id
from o365nb.practice.places import AMSTERDAM, DALLAS, Place
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule, whereabouts
from o365nb.practice.storybook.hands import Hand, attack
from o365nb.practice.world import SYSTEM, World

T0 = datetime(2026, 11, 17, 9, 52, tzinfo=UTC)
LATER = T0 + timedelta(hours=2, minutes=6)
SUBJECT, SECOND = f"frank@{DOMAIN}", f"gina@{DOMAIN}"
LURE = "contoso-people.example"
LURE_SUBJECT = "Action required: your direct deposit details expire"
PERSONNEL, DESK_OF_HR = "workday@myworkday.example", f"hr@{DOMAIN}"
REQUEST = "Update direct deposit"
RULE, RULE_NUMBER = "Gandalf", 11_529_215_046_068_469_873
NUMBER = "+1 2025550142"
#: An application of another maker: `owner` is the tenant that registered it.
WORKDAY = apps.App("8f1d3c5a-6a0c-4d3e-9a55-5f0e6a3b7c21", "Workday", named_id("tenant:personnel system"))

RELAY = Place("203.0.113.91", 64604, AMSTERDAM)
DESK = Place("192.0.2.61", 64605, DALLAS)
_EDGE = Browser(
    "Windows10",
    "Edge 141.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
)
_LINUX = Browser("Linux", "Firefox 128.0", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
_AXIOS = Browser("", "", "axios/1.8.4")
_WEB, _PRT = "Client=OWA;Action=ViaProxy", "primaryRefreshToken"


class PayrollStory(Story):
    """Times are minutes after the relayed sign-in of the person concerned."""

    info = StoryInfo(
        id="S06",
        slug="payroll",
        title="Payroll diversion, two victims",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
        first_attacker_event=T0 - timedelta(hours=21),
    )

    def write(self, world: World, state: Json) -> None:
        frank, gina = world.people[SUBJECT], world.people[SECOND]
        newsletter_rule(world, state, frank)
        rng = Random(f"{world.seed}|attack")  # noqa: S311 - a story, not a secret
        principal = objects.principal(WORKDAY.id, WORKDAY.name, WORKDAY.owner, "Workday, Inc.")
        state["service_principals"][principal["id"]] = principal
        _payslips(world, (frank, gina), rng)
        _lure(world, rng)
        for person, begin in ((frank, T0), (gina, LATER)):
            thief = _Thief(world, person, begin, rng)
            thief.enter()
            thief.read(9 if person is frank else 5)
            thief.open_personnel_system()
            thief.add_number(state)
            if person is frank:
                thief.search("direct deposit")
                _hide(thief, state)
                _ask(thief)


@dataclass
class _Thief:
    """The intruder on one account: at the relay for the sign-in, at the desk for all that follows."""

    world: World
    person: Person
    begin: datetime
    rng: Random

    def __post_init__(self) -> None:
        session = named_id(f"payroll:session:{self.person.upn}")
        self.relay = Hand(self.world, self.person, RELAY, _EDGE, session, self.begin, self.rng)
        self.desk = replace(self.relay, place=DESK, browser=_AXIOS)

    def access(self) -> mailbox.Access:
        return self.desk.access(apps.OWA, _WEB)

    def enter(self) -> None:
        """Password and number are typed on the page in the middle; its owner keeps the session."""
        note = attack("initial access", "ia-aitm-session-split", "ia-ua-shift-in-flow")
        flow = self.relay.new_id()
        behind = replace(self.relay, browser=_LINUX)
        self.relay.sign_in(-0.5, apps.OFFICE_HOME, apps.GRAPH, note, correlation=flow, error=50074)
        self.relay.sign_in(0, apps.OFFICE_HOME, apps.GRAPH, note, correlation=flow, mfa="Number matching")
        behind.sign_in(7 / 60, apps.OFFICE_HOME, apps.GRAPH, note, correlation=flow)
        replay = attack("initial access", "ia-kit-useragent", "ia-aitm-session-split", "ia-token-replay-nonint")
        self.desk.sign_in(2.8, apps.OWA, apps.EXCHANGE, replay, interactive=False)

    def read(self, count: int) -> None:
        """Mail is opened, the last payslip each time."""
        box = [mail for mail in self.world.inbox[self.person.upn] if mail.at < self.begin]
        pay = [mail for mail in box if mail.sender == PERSONNEL]
        for number in range(count):
            minutes = 6 + number * 0.4
            some = [*pay[-1:], *self.rng.sample(box[-60:], 1 + self.rng.randrange(3))]
            messages = [(mail.message_id, mail.size) for mail in dict.fromkeys(some)]
            data = mailbox.items_accessed(
                self.access(), self.desk.new_id(), self.desk.at(minutes), "\\Inbox", messages
            )  # fmt: skip
            self.desk.log(data, minutes, attack("collection", "co-mia-bind"))

    def search(self, words: str) -> None:
        data = mailbox.searched(self.access(), self.desk.new_id(), self.desk.at(10), words)
        self.desk.log(data, 10, attack("collection", "co-mail-search"))

    def open_personnel_system(self) -> None:
        """The session opens the personnel system too: it trusts whatever Entra says."""
        behind = replace(self.desk, browser=_LINUX)
        note = attack("lateral movement", "la-saas-sso", "im-payroll")
        behind.sign_in(18, WORKDAY, WORKDAY, note, protocol="saml20")

    def add_number(self, state: Json) -> None:
        """A second telephone of their own; the same number on every account that they take."""
        note = attack("persistence", "pe-mfa-method-added", "pe-mfa-shared-artifact")
        replace(self.desk, browser=_LINUX).sign_in(23, apps.MY_SIGN_INS, apps.GRAPH, note)
        at, person = self.desk.at(24), self.person
        doer = by(person, DESK.ip)
        self.world.log_directory(Change(
            guid(self.rng), at, "User registered security info", "UserManagement", doer, "User", person.id,
            person.name, person.upn, service="Authentication Methods", operation_type="Add",
            reason="User registered Alternate Mobile Phone",
            details={"AuthenticationMethod": "Alternate Mobile Phone", "PhoneNumber": NUMBER},
        ), note)  # fmt: skip
        own = next(method["phoneNumber"] for method in state["methods"][person.upn] if "phoneNumber" in method)
        old = [{"PhoneNumber": own, "AlternativePhoneNumber": None}]
        new = [{"PhoneNumber": own, "AlternativePhoneNumber": NUMBER}]
        self.world.log_directory(Change(
            guid(self.rng), at + timedelta(seconds=2), "Update user", "UserManagement", doer, "User", person.id,
            person.name, person.upn, modified={"StrongAuthenticationUserDetails": (old, new)},
        ), note)  # fmt: skip
        state["methods"][person.upn].append(objects.mobile_phone(NUMBER, at, objects.ALTERNATE_PHONE))


def _payslips(world: World, people: tuple[Person, ...], rng: Random) -> None:
    """What the personnel system is for: payslips by mail, and now and then a look, from the own laptop."""
    for person in people:
        for at in (datetime(2026, 10, 29, 8, 5, tzinfo=UTC), datetime(2026, 11, 12, 8, 5, tzinfo=UTC)):
            mail = Mail(at, guid(rng), message_id(rng, "myworkday.example"), PERSONNEL, person.upn,
                        "Your payslip is available", 18_204, "192.0.2.210")  # fmt: skip
            world.log_mail(mail)
            world.inbox[person.upn].append(mail)
            later = at + timedelta(hours=2, seconds=rng.randrange(3600))
            own = Hand(world, person, whereabouts(world, person, later), browser_of(person.laptop),
                       session_of(person, person.laptop, later), later, rng)  # fmt: skip
            own.sign_in(0, WORKDAY, WORKDAY, protocol="saml20", token_type=_PRT)
        world.inbox[person.upn].sort(key=lambda mail: (mail.at, mail.message_id))


def _lure(world: World, rng: Random) -> None:
    """The evening before: a notice that looks like Human Resources', to both."""
    message, trace, at = message_id(rng, LURE), guid(rng), T0 - timedelta(hours=21)
    note = attack("initial access", "ia-phish-delivered", "im-lookalike-domain")
    for recipient in (SUBJECT, SECOND):
        mail = Mail(at, trace, message, f"benefits@{LURE}", recipient, LURE_SUBJECT, 52_116, "203.0.113.31")
        world.log_mail(mail, note)
        world.inbox[recipient].append(mail)


def _hide(thief: _Thief, state: Json) -> None:
    """Whatever the personnel system writes to Frank from now on, he will not see."""
    note = attack("persistence", "pe-rule-targets-person", "pe-rule-hide", "im-payroll")
    parameters = {
        "AlwaysDeleteOutlookRulesBlob": "False",
        "DeleteMessage": "True",
        "Force": "False",
        "From": PERSONNEL,
        "Name": RULE,
        "StopProcessingRules": "True",
    }
    target = f"{state['mailboxes'][SUBJECT]['Identity']}\\{RULE}"
    data = mailbox.cmdlet(thief.access(), thief.desk.new_id(), thief.desk.at(13), "New-InboxRule", target, parameters)
    thief.desk.log(data, 13, note)
    state["rules"][SUBJECT].append(
        rules.rule(RULE_NUMBER, RULE, priority=1, sent_from=(PERSONNEL,), deletes=True, stop=True)
    )


def _ask(thief: _Thief) -> None:
    """Human Resources is asked in Frank's name, the copy is destroyed; the system's own notice meets the rule."""
    note, world = attack("impact", "im-payroll"), thief.world
    message = message_id(thief.rng, DOMAIN)
    mail = Mail(thief.desk.at(41), guid(thief.rng), message, SUBJECT, DESK_OF_HR, REQUEST, 24_310, DESK.ip)
    world.log_mail(mail, note)
    sent = mailbox.sent(thief.access(), thief.desk.new_id(), mail.at, message, REQUEST, mail.size)
    thief.desk.log(sent, 41, note)
    gone = mailbox.removed(
        thief.access(), thief.desk.new_id(), thief.desk.at(43), "HardDelete", "\\Sent Items", [(message, REQUEST)]
    )  # fmt: skip
    thief.desk.log(gone, 43, attack("defence evasion", "de-sent-cleanup"))
    at = thief.desk.at(52)
    notice = Mail(at, guid(thief.rng), message_id(thief.rng, "myworkday.example"), PERSONNEL, SUBJECT,
                  "Your payment elections were changed", 17_902, "192.0.2.210")  # fmt: skip
    world.log_mail(notice, SYSTEM)
