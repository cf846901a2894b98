"""A month of ordinary work: sign-ins, mail read and sent, files, chats, and what the service does by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from o365nb.practice.ids import guid, request_id
from o365nb.practice.logs import apps, collaboration, mailbox
from o365nb.practice.logs.sign_in import CLAIM, Browser, SignIn
from o365nb.practice.people import Device, Person, named_id
from o365nb.practice.places import Place, carrier, office
from o365nb.practice.world import SYSTEM, World

_DESKTOP, _WEB, _MOBILE = "Client=MSExchangeRPC", "Client=OWA;Action=ViaProxy", "Client=OutlookService;Outlook-Mobile;"
_FILES = ("Budget 2027.xlsx", "Minutes.docx", "Roadmap.pptx", "Suppliers.xlsx", "Contract draft.docx", "Photos.zip",
          "Time sheet.xlsx", "Offer template.docx", "Drawing 4711.pdf", "Checklist.docx")  # fmt: skip
_FILE_OPERATIONS = ("FileAccessed", "FileAccessed", "FileModified", "FilePreviewed", "FileDownloaded", "FileUploaded")
_SYSTEM_CHANGES = (
    {"Identity": "{guid}", "RetainDeletedItemsFor": "14.00:00:00"},
    {"Identity": "{guid}", "ElcProcessingDisabled": "False"},
    {"Identity": "{guid}", "MailboxRegion": "EUR"},
)


@dataclass(frozen=True, slots=True)
class Leg:
    """A signed-in client: from `since` on its records carry this place, session and token."""

    since: datetime
    access: mailbox.Access


@dataclass
class Day:
    """One person's day: its chance, its places, and who is signed in with what."""

    world: World
    person: Person
    date: datetime
    rng: Random
    starts: datetime
    ends: datetime
    laptop: Callable[[datetime], Place]
    phone: Callable[[datetime], Place]
    busy: float  # 1 is ordinary; the subject of a story has more

    def moment(self, start: datetime | None = None) -> datetime:
        """Some second between `start` (default: begin of work) and the end of work."""
        begin = start or self.starts
        return begin + timedelta(seconds=self.rng.randrange(max(1, int((self.ends - begin).total_seconds()))))

    def times(self, mean: float) -> range:
        return range(int(mean * self.busy * self.rng.uniform(0.6, 1.4) + self.rng.random()))


def write_noise(world: World, subject: str) -> None:
    """Everybody's work for every day, as far as the world's last day; mail must have been written before."""
    for date in world.days():
        for person in world.people.values():
            rng = Random(f"{world.seed}|day|{person.upn}|{date:%Y%m%d}")  # noqa: S311 - a story, not a secret
            own = person.upn == subject
            if not own and world.away(person, date):
                continue
            day = _day(world, person, date, rng, busy=2.6 if own else 1.0)
            if date.weekday() < 5:
                _workday(day)
            else:
                _weekend(day)
        _service(world, date)


def _day(world: World, person: Person, date: datetime, rng: Random, *, busy: float) -> Day:
    starts = date + world.later + timedelta(hours=6, minutes=20, seconds=rng.randrange(4800))
    ends = starts + timedelta(hours=8, seconds=rng.randrange(5400))
    at_office = rng.random() < 0.6
    leaves = starts + timedelta(hours=5) if at_office and rng.random() < 0.15 else ends
    desk = office(person.number) if at_office else person.home
    roaming = carrier(person.number, rng)

    def laptop(at: datetime) -> Place:
        for stay in person.stays:
            if stay.start <= at < stay.end:
                return stay.laptop[int(at.timestamp() // 10800) % len(stay.laptop)]
        return desk if starts - timedelta(minutes=30) <= at < leaves else person.home

    def phone(at: datetime) -> Place:
        for stay in person.stays:
            if stay.start <= at < stay.end:
                return stay.phone[int(at.timestamp() // 7200) % len(stay.phone)]
        commuting = abs((at - starts).total_seconds()) < 2700 or abs((at - ends).total_seconds()) < 2700
        return roaming if commuting else person.home if at < starts or at >= leaves else roaming

    return Day(world, person, date, rng, starts, ends, laptop, phone, busy)


def _workday(day: Day) -> None:
    rng, starts = day.rng, day.starts
    desktop = _refresh(day, starts, apps.OFFICE, apps.EXCHANGE, _DESKTOP)
    teams = _refresh(day, starts + timedelta(seconds=60 + rng.randrange(90)), apps.TEAMS, apps.TEAMS_SERVICE, "")
    files = _refresh(day, starts + timedelta(seconds=160 + rng.randrange(90)), apps.SYNC_ENGINE, apps.SHAREPOINT, "")
    mobile = _mobile(day, starts - timedelta(seconds=1200 + rng.randrange(900)))
    legs = [desktop, desktop, mobile]
    if rng.random() < (0.9 if day.busy > 1 else 0.4):
        legs.append(_browse(day, starts + timedelta(seconds=360 + rng.randrange(3600))))
    if rng.random() < 0.5:
        desktop = _refresh(day, day.moment(starts + timedelta(hours=4)), apps.OFFICE, apps.EXCHANGE, _DESKTOP)
        legs.append(desktop)
    evening = _mobile(day, day.ends + timedelta(seconds=1200 + rng.randrange(12000)))
    _read(day, legs)
    _read_on(day, evening, day.ends + timedelta(hours=4))
    _send(day, legs)
    _clean_up(day, legs)
    for _ in day.times(3.0):
        _file(day, files)
    for _ in day.times(2.2):
        at = day.moment(teams.since)
        kind = rng.choice(("MessageSent", "MessageSent", "MeetingParticipantDetail"))
        chat = f"{day.person.department} {rng.choice(('daily', 'chat', 'planning'))}"
        data = collaboration.team_event(teams.access, guid(rng), at, kind, chat)
        day.world.log_audit(at, data, day.person.upn)


def _weekend(day: Day) -> None:
    if day.rng.random() < 0.7:
        leg = _mobile(day, day.moment())
        _read_on(day, leg, leg.since + timedelta(minutes=40))


def browser_of(device: Device, *, app: bool = False) -> Browser:
    """What the identity provider sees of a person's own device; apps on phones show no browser."""
    managed = device.managed
    name = "" if app else device.browser
    return Browser(device.os, name, device.user_agent, device.id if managed else "", device.name if managed else "",
                   managed, device.trust_type if managed else "")  # fmt: skip


def session_of(person: Person, device: Device, at: datetime) -> str:
    """The session of a device: a laptop's lasts a calendar week, a phone's a month."""
    period = f"{at:%G-%V}" if device.managed else f"{at:%Y-%m}"
    return named_id(f"session:{person.upn}:{device.id}:{period}")


def _refresh(day: Day, at: datetime, app: apps.App, resource: apps.App, client_info: str) -> Leg:
    """The laptop's apps get their tokens with the device's primary refresh token, without asking."""
    person = day.person
    facts = SignIn(
        request_id(day.rng), at, person, day.laptop(at), browser_of(person.laptop), app, resource,
        session_of(person, person.laptop, at), guid(day.rng), interactive=False,
        token_type="primaryRefreshToken", protocol="none", client_app="Mobile Apps and Desktop clients",  # noqa: S106 - Graph's word
    )  # fmt: skip
    day.world.log_sign_in(facts)
    return _leg(facts, client_info)


def _mobile(day: Day, at: datetime) -> Leg:
    person = day.person
    facts = SignIn(
        request_id(day.rng), at, person, day.phone(at), browser_of(person.phone, app=True), apps.OUTLOOK_MOBILE,
        apps.EXCHANGE, session_of(person, person.phone, at), guid(day.rng), interactive=False,
        token_type="refreshToken", client_app="Mobile Apps and Desktop clients",  # noqa: S106 - Graph's word
    )  # fmt: skip
    day.world.log_sign_in(facts)
    return _leg(facts, _MOBILE)


def _browse(day: Day, at: datetime) -> Leg:
    """Outlook on the web: now and then with a mistyped password, an interrupt, a real second factor."""
    person, rng = day.person, day.rng
    session, correlation = session_of(person, person.laptop, at), guid(rng)
    slip = rng.random()
    for error, share in ((50126, 0.04), (50140, 0.12)):
        if slip < share:
            early = at - timedelta(seconds=25)
            day.world.log_sign_in(SignIn(
                request_id(rng), early, person, day.laptop(early), browser_of(person.laptop), apps.OFFICE_HOME,
                apps.GRAPH, session, correlation, error=error,
            ))  # fmt: skip
            break
    fresh = at.weekday() == 0 or slip < 0.16
    facts = SignIn(
        request_id(rng), at, person, day.laptop(at), browser_of(person.laptop),
        rng.choice((apps.OFFICE_HOME, apps.OWA)), apps.EXCHANGE, session, correlation,
        mfa="Number matching" if fresh else CLAIM, token_type="none" if fresh else "primaryRefreshToken",
    )  # fmt: skip
    day.world.log_sign_in(facts)
    return _leg(facts, _WEB)


def _leg(facts: SignIn, client_info: str) -> Leg:
    client = apps.OWA if client_info == _WEB else facts.app
    access = mailbox.Access(facts.person, facts.place, client, client_info, facts.session, facts.token)
    return Leg(facts.at, access)


def _read(day: Day, legs: list[Leg]) -> None:
    for _ in day.times(3.8):
        leg = day.rng.choice(legs)
        _read_on(day, leg, day.ends)


def _read_on(day: Day, leg: Leg, until: datetime) -> None:
    """One look into the mailbox: the desktop client synchronises, the others open messages."""
    rng = day.rng
    at = leg.since + timedelta(seconds=20 + rng.randrange(max(1, int((until - leg.since).total_seconds()))))
    if leg.access.client_info == _DESKTOP:
        folder = rng.choice(("\\Inbox", "\\Inbox", "\\Sent Items", "\\Calendar"))
        data = mailbox.folder_synced(leg.access, guid(rng), at, folder)
    else:
        box = day.world.inbox[day.person.upn]
        last = bisect_right(box, at, key=lambda mail: mail.at)
        recent = box[max(0, last - 12) : last]
        if not recent:
            return
        some = rng.sample(recent, min(len(recent), 1 + rng.randrange(3)))
        messages = [(mail.message_id, mail.size) for mail in some]
        data = mailbox.items_accessed(leg.access, guid(rng), at, "\\Inbox", messages)
    day.world.log_audit(at, data, day.person.upn)


def _send(day: Day, legs: list[Leg]) -> None:
    """The audit log's side of what was sent on this day, from whichever client was signed in by then."""
    begin = day.date + day.world.later
    for mail in day.world.outbox[day.person.upn]:
        if begin <= mail.at < begin + timedelta(days=1):
            signed_in = [leg for leg in legs if leg.since <= mail.at] or legs[:1]
            leg = day.rng.choice(signed_in)
            data = mailbox.sent(leg.access, guid(day.rng), mail.at, mail.message_id, mail.subject, mail.size)
            day.world.log_audit(mail.at, data, day.person.upn)


def _clean_up(day: Day, legs: list[Leg]) -> None:
    rng = day.rng
    for _ in day.times(0.7):
        leg = rng.choice(legs)
        at = day.moment(leg.since)
        box = day.world.inbox[day.person.upn]
        last = bisect_right(box, at, key=lambda mail: mail.at)
        some = box[max(0, last - 20) : last][: 1 + rng.randrange(3)]
        if some:
            operation = rng.choice(("MoveToDeletedItems", "MoveToDeletedItems", "SoftDelete"))
            folder = "\\Deleted Items" if operation == "SoftDelete" else "\\Inbox"
            messages = [(mail.message_id, mail.subject) for mail in some]
            data = mailbox.removed(leg.access, guid(rng), at, operation, folder, messages)
            day.world.log_audit(at, data, day.person.upn)


def _file(day: Day, leg: Leg) -> None:
    rng, person = day.rng, day.person
    own = f"personal/{person.upn.replace('@', '_').replace('.', '_')}"
    site = own if rng.random() < 0.5 else f"sites/{person.department.replace(' ', '')}"
    at = day.moment(leg.since)
    data = collaboration.file_event(leg.access, guid(rng), at, rng.choice(_FILE_OPERATIONS), site, rng.choice(_FILES))
    day.world.log_audit(at, data, person.upn)


def _service(world: World, date: datetime) -> None:
    """What Exchange does to some mailboxes every night: by far the most Set-Mailbox records of any tenant."""
    rng = Random(f"{world.seed}|service|{date:%Y%m%d}")  # noqa: S311 - a story, not a secret
    for person in rng.sample(list(world.people.values()), 9):
        at = date + timedelta(hours=1, seconds=rng.randrange(3 * 3600))
        target = named_id(f"mailbox:{person.upn}")
        parameters = {name: value.format(guid=target) for name, value in rng.choice(_SYSTEM_CHANGES).items()}
        data = mailbox.by_service(guid(rng), at, "Set-Mailbox", f"{person.upn.split('@')[0]}_{target[:8]}", parameters)
        world.log_audit(at, data, "", SYSTEM)
