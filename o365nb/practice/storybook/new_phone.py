"""S10, a control: Kai has a new phone, sorts his newsletters and lets the house's own CRM in. Nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from o365nb.practice import mail_flow, objects
from o365nb.practice.directory_noise import by
from o365nb.practice.ids import Json, guid, message_id
from o365nb.practice.logs import apps, consent, mailbox
from o365nb.practice.logs.directory import Change
from o365nb.practice.logs.mail_flow import Mail
from o365nb.practice.noise import browser_of, session_of
from o365nb.practice.people import DOMAIN, Person, named_id
from o365nb.practice.places import office
from o365nb.practice.story import Story, StoryInfo
from o365nb.practice.storybook.habits import newsletter_rule, owa
from o365nb.practice.storybook.hands import Hand
from o365nb.practice.world import World

SUBJECT = f"kai@{DOMAIN}"
HELPDESK = f"nadia@{DOMAIN}"
TICKET = "INC-20417"
PHONE = named_id("new_phone:authenticator")
#: A Thursday evening at home; the ticket was opened in the morning and closed in the afternoon.
ENROLLED = datetime(2026, 11, 12, 18, 40, tzinfo=UTC)
CRM = apps.App(objects.APPROVED_CRM, "Tradeline CRM", objects.CRM_TENANT)
SCOPES = "User.Read openid profile offline_access Contacts.Read Calendars.ReadWrite"
_REGISTERED = "User registered security info"


class NewPhoneStory(Story):
    """All of it is Kai, and Nadia at the help desk who knows him."""

    info = StoryInfo(
        id="S10",
        slug="new_phone",
        title="Control: a new phone, a newsletter rule, an approved application",
        subject=SUBJECT,
        now=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
    )

    def write(self, world: World, state: Json) -> None:
        kai = world.people[SUBJECT]
        rng = Random(f"{world.seed}|new phone")  # noqa: S311 - a story, not a secret
        newsletter_rule(world, state, kai)
        _ask_the_help_desk(world, kai, rng)
        home = Hand(world, kai, kai.home, browser_of(kai.laptop), session_of(kai, kai.laptop, ENROLLED), ENROLLED, rng)
        _enrol(home, state)
        _sync(home, state)
        _let_the_crm_in(home, state)
        _close_the_calendar(world, kai, rng, state)


def _ask_the_help_desk(world: World, kai: Person, rng: Random) -> None:
    """A ticket by name; the pass is for the case that the old phone is gone before the new one is there."""
    nadia = world.people[HELPDESK]
    morning = ENROLLED.replace(hour=8, minute=10)
    for minutes, sender, recipient in ((0, SUBJECT, HELPDESK), (35, HELPDESK, SUBJECT)):
        at = morning + timedelta(minutes=minutes)
        title = f"{'Re: ' if minutes else ''}{TICKET}: new phone"
        ip = office(world.people[sender].number).ip
        message = message_id(rng, DOMAIN)
        world.log_mail(Mail(at, guid(rng), message, sender, recipient, title, 9_400, ip))
        desk = owa(world.people[sender])
        access = replace(desk, session=session_of(desk.person, desk.person.laptop, at))
        world.log_audit(at, mailbox.sent(access, guid(rng), at, message, title, 9_400), sender)
    world.log_directory(Change(
        guid(rng), morning + timedelta(hours=6), "Admin registered security info", "UserManagement",
        by(nadia, office(nadia.number).ip), "User", kai.id, kai.name, SUBJECT, service="Authentication Methods",
        operation_type="Add", reason="Admin registered temporary access pass method for user",
        details={"AuthenticationMethod": "Temporary Access Pass"},
    ))  # fmt: skip


def _enrol(home: Hand, state: Json) -> None:
    """At home, with the old phone's number matching; then the new one is there too. The pass is not needed."""
    kai = home.person
    home.sign_in(0, apps.MY_SIGN_INS, apps.GRAPH, mfa="Number matching")
    doer, name = by(kai, kai.home.ip), "Kai's Pixel 10"
    home.world.log_directory(Change(
        home.new_id(), home.at(3), _REGISTERED, "UserManagement", doer, "User", kai.id, kai.name, SUBJECT,
        service="Authentication Methods", operation_type="Add",
        reason="User registered Authenticator App with Notification and Code",
        details={"AuthenticationMethod": "Microsoft Authenticator", "DisplayName": name},
    ))  # fmt: skip
    old = [{"DeviceName": kai.phone.name, "DeviceToken": "NO_DEVICE_TOKEN"}]
    new = [*old, {"DeviceName": name, "DeviceToken": "fcm-41d0"}]
    home.world.log_directory(Change(
        home.new_id(), home.at(3) + timedelta(seconds=2), "Update user", "UserManagement", doer, "User", kai.id,
        kai.name, SUBJECT, modified={"StrongAuthenticationPhoneAppDetail": (old, new)},
    ))  # fmt: skip
    state["methods"][SUBJECT].append(objects.authenticator(PHONE, name, home.at(3)))


def _sync(home: Hand, state: Json) -> None:
    """The new phone gets its mail: a sign-in by the app that evening, and every day since."""
    kai = home.person
    agent = "Outlook-Android/2.0"
    mine = replace(kai.phone, id="", os="Android 16", browser="Chrome Mobile", user_agent=agent)
    phone = replace(home, browser=browser_of(mine, app=True), session=named_id("new_phone:session"))
    phone.sign_in(9, apps.OUTLOOK_MOBILE, apps.EXCHANGE)
    for day in range(1, 6):
        phone.sign_in(9 + day * 1440 + home.rng.randrange(90), apps.OUTLOOK_MOBILE, apps.EXCHANGE, interactive=False)
        minutes = 100 + day * 1440
        recent = [mail for mail in home.world.inbox[SUBJECT] if mail.at < home.at(minutes)][-2:]
        access = phone.access(apps.OUTLOOK_MOBILE, "Client=OutlookService;Outlook-Mobile;")
        messages = [(mail.message_id, mail.size) for mail in recent]
        phone.log(mailbox.items_accessed(access, phone.new_id(), home.at(minutes), "\\Inbox", messages), minutes)
    state["exchange"]["mobile"][SUBJECT] = [
        mail_flow.mobile_device(SUBJECT, "Pixel 10", "Android 16", agent, home.at(10), home.at(5 * 1440))
    ]


def _let_the_crm_in(home: Hand, state: Json) -> None:
    """The CRM that all of Sales uses now wants contacts and calendar as well; its publisher is verified."""
    at = datetime(2026, 11, 16, 9, 20, tzinfo=UTC)
    kai = home.person
    grant = next(item for item in state["grants"] if item["principalId"] == kai.id)
    grant["scope"] = f" {SCOPES}"
    agreed = consent.Consent(
        by(kai, office(kai.number).ip), kai.laptop.user_agent, CRM, apps.GRAPH, SCOPES, grant["id"], new=False
    )
    for change in consent.changes(agreed, at, home.rng):
        home.world.log_directory(change)


def _close_the_calendar(world: World, kai: Person, rng: Random, state: Json) -> None:
    """Colleagues no longer see when he is busy."""
    at = datetime(2026, 11, 16, 10, 5, tzinfo=UTC)
    access = replace(owa(kai), session=session_of(kai, kai.laptop, at))
    parameters = {"AccessRights": "None", "Identity": f"{SUBJECT}:\\Calendar", "User": "Default"}
    target = f"{state['mailboxes'][SUBJECT]['Identity']}:\\Calendar"
    data = mailbox.cmdlet(access, guid(rng), at, "Set-MailboxFolderPermission", target, parameters)
    world.log_audit(at, data, SUBJECT)
    state["exchange"]["folder_rights"].setdefault(SUBJECT, {})["Calendar"] = {"Default": ["None"]}
