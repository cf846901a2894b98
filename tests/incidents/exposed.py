"""What an intruder really saw and whom they wrote to, read off the scene; and the assessment held against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from incidents.records import Json
from incidents.scene import Scene

from o365nb.analysis.recipients import NOT_TRACED
from o365nb.model import Assessment, Label

KINDS = ("mail", "folder", "file", "link", "chat", "recipient")
_FILES = {
    "FileAccessed", "FileAccessedExtended", "FileDownloaded", "FilePreviewed", "FileCopied", "AttachmentAccess",
    "FileSyncDownloadedFull", "FileSyncDownloadedPartial", "FileVersionViewed",
}  # fmt: skip
_LINKS = {
    "AnonymousLinkCreated", "AnonymousLinkUpdated", "SharingLinkCreated", "CompanyLinkCreated", "SecureLinkCreated",
    "AddedToSecureLink", "SharingInvitationCreated", "SharingSet",
}  # fmt: skip
_INVITES = {"AddedToSecureLink", "SharingInvitationCreated"}
_CHATS = {
    "MessageRead", "MessagesListed", "ChatRetrieved", "MessageHostedContentRead", "MessageSent",
    "MessageCreatedHasLink", "ChatCreated",
}  # fmt: skip
_WRITTEN = {"MessageSent", "MessageCreatedHasLink", "ChatCreated"}
_SENDS_ON = {
    "ForwardTo", "RedirectTo", "ForwardAsAttachmentTo", "RuleActions", "ForwardingSmtpAddress", "ForwardingAddress",
    "BlindCopyTo", "CopyTo", "RedirectMessageTo", "AddToRecipients", "JournalEmailAddress",
}  # fmt: skip
#: What the trace says of mail that reached nobody by this line: a list's members have lines of their own.
_KEPT_AWAY = {"failed", "quarantined", "filteredAsSpam", "expanded", "resolved"}
_SENDS = {"Send", "SendAs", "SendOnBehalf"}

#: A kind, whose it is, and what it is.
Thing = tuple[str, str, str]


@dataclass
class Exposed:
    """Things by whose hand saw them, each with the events that say so; and what the evidence tells of each mail."""

    attackers: dict[Thing, set[str]] = field(default_factory=dict)
    open: set[Thing] = field(default_factory=set)
    subjects: dict[str, str] = field(default_factory=dict)


def exposed(scene: Scene, held: dict[str, str]) -> Exposed:
    """What happened as far as it is among the evidence. `held`: the truth of the events in the files."""
    made = Exposed()
    in_house = {scene.domain, *(upn.rpartition("@")[2] for upn in (scene.upn, *scene.beside))}
    traced = {f"{row['id']}|{row['recipientAddress']}": row for row in scene.trace}
    in_trace = {row["messageId"] for key, row in traced.items() if key in held}
    for record in scene.audit:
        if record["Id"] in held:
            made.subjects |= _subjects(record)
            _add(made, held[record["Id"]], record["Id"], _seen(record, in_trace))
    sent = {record["Item"]["InternetMessageId"] for record in scene.audit if record["Operation"] in _SENDS}
    for key, row in traced.items():
        if key in held:
            made.subjects[row["messageId"]] = row["subject"]
            if row["status"] in _KEPT_AWAY:
                continue
            # What nobody of the house sent in its name is a forger's: whom it reached may be listed or not.
            for owner, event in _routes(scene, held, row):
                _add(made, "attacker", event, [("mail", owner, row["messageId"])])
            forged = held[key] == "system" and row["messageId"] not in sent
            if row["senderAddress"].rpartition("@")[2].lower() in in_house:
                thing = ("recipient", row["recipientAddress"].lower(), row["messageId"])
                _add(made, "either" if forged else held[key], key, [thing])
    return made


def _add(made: Exposed, true: str, event: str, things: Iterable[Thing]) -> None:
    for thing in things:
        if true == "attacker":
            made.attackers.setdefault(thing, set()).add(event.lower())
        elif true == "either":
            made.open.add(thing)


def _seen(record: Json, in_trace: set[str]) -> Iterator[Thing]:
    who, what = record["UserId"].lower(), record["Operation"]
    owner = record.get("MailboxOwnerUPN", who).lower()
    target = record.get("ObjectId", "")
    if what == "MailItemsAccessed":
        for folder in record.get("Folders", ()):
            yield from (("mail", owner, item["InternetMessageId"]) for item in folder.get("FolderItems", ()))
        if "Sync" in {one["Value"] for one in record.get("OperationProperties", ())}:
            yield "folder", owner, record["Item"]["ParentFolder"]["Path"]
    elif what in _FILES:
        yield "file", who, target
    elif what in _LINKS:
        yield "link", who, target
        if what in _INVITES and "@" in record.get("TargetUserOrGroupName", ""):
            yield "recipient", record["TargetUserOrGroupName"].lower(), f"(link) {target}"
    elif what in _CHATS:
        thread = record.get("ChatThreadId") or target
        yield "chat", who, thread
        others = {one["UPN"].lower() for one in record.get("Members", ()) if "@" in one.get("UPN", "")} - {who}
        yield from (("recipient", upn, f"(chat) {thread}") for upn in others if what in _WRITTEN)
    elif what in _SENDS and record["Item"]["InternetMessageId"] not in in_trace:
        yield "recipient", NOT_TRACED, record["Item"]["InternetMessageId"]


def _routes(scene: Scene, held: dict[str, str], row: Json) -> Iterator[tuple[str, str]]:
    """Whose mail a line of the trace carries to where an intruder had it sent on, and the event that had."""
    for record in scene.audit:
        told = [*record.get("Parameters", ()), *record.get("OperationProperties", ())]
        on = [one["Value"].lower() for one in told if one["Name"] in _SENDS_ON]
        to, target = row["recipientAddress"].lower(), record.get("ObjectId", "").lower()
        written = record["CreationTime"] <= row["receivedDateTime"] and any(to in value for value in on)
        if written and held.get(record["Id"]) == "attacker" and not to.endswith(f"@{scene.domain}"):
            people = (scene.upn, *scene.beside)
            yield target if target in people else record["UserId"].lower(), record["Id"]


def _subjects(record: Json) -> dict[str, str]:
    items = [record.get("Item", {}), *record.get("AffectedItems", ())]
    return {
        one["InternetMessageId"]: one["Subject"] for one in items if one.get("Subject") and "InternetMessageId" in one
    }


@dataclass(frozen=True)
class Counted:
    """One kind in one incident: what was there, what is listed as certain, and what of it is right."""

    were: int = 0
    certain: int = 0
    right: int = 0
    possible: int = 0  # named things listed as possible
    possible_right: int = 0
    unlisted: int = 0  # missing although an event that shows it is called the attacker's
    named: int = 0  # mails rightly listed whose subject line stands anywhere in the evidence
    told: int = 0  # of these, how many are listed with it

    def __add__(self, other: Counted) -> Counted:
        mine, theirs = vars(self), vars(other)
        return Counted(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def precision(self) -> float:
        return self.right / self.certain if self.certain else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.were if self.were else 1.0

    @property
    def listed(self) -> float:
        """The recall of certain and possible together."""
        return (self.right + self.possible_right) / self.were if self.were else 1.0


@dataclass(frozen=True)
class Compared:
    """The exposure and the recipients of an assessment beside what was so."""

    found: Assessment
    truth: Exposed

    @cached_property
    def listed(self) -> dict[str, dict[Thing, str]]:
        """Certain and possible things, each with the words of its entry."""
        told: dict[str, dict[Thing, str]] = {"certain": {}, "possible": {}}
        for seen in self.found.exposure:
            if seen.kind in KINDS and not seen.boundless and not seen.item.startswith("("):
                told[seen.certainty][(seen.kind, seen.subject, seen.item)] = seen.why
        for one in self.found.recipients:
            told["certain"][("recipient", one.address, one.message_id)] = ""
        return told

    @property
    def twice(self) -> list[Thing]:
        """What is listed more than once."""
        entries = [(seen.kind, seen.subject, seen.item) for seen in self.found.exposure]
        entries += [("recipient", one.address.lower(), one.message_id) for one in self.found.recipients]
        return sorted({thing for thing in entries if entries.count(thing) > 1})

    def wrong(self) -> list[Thing]:
        """Listed as certainly seen, and not the attacker's."""
        return sorted(set(self.listed["certain"]) - set(self.truth.attackers) - self.truth.open)

    def unlisted(self) -> list[Thing]:
        """Not listed at all, though an event that shows it is called the attacker's."""
        called = {one.event_id.lower() for one in self.found.attributions if one.label is Label.ATTACKER}
        told = set(self.listed["certain"]) | set(self.listed["possible"])
        return sorted(thing for thing, by in self.truth.attackers.items() if by & called and thing not in told)

    @property
    def faults(self) -> list[tuple[str, Thing]]:
        """All that is wrong with the list itself, whoever was rightly or wrongly called the attacker."""
        found = {"wrong": self.wrong(), "unlisted": self.unlisted(), "twice": self.twice, "unnamed": self.unnamed()}
        return [(fault, thing) for fault, things in found.items() for thing in things]

    def unnamed(self) -> list[Thing]:
        """Mails rightly listed, without the subject line that the evidence has."""
        return sorted(thing for thing in self._named() if not self._told(thing))

    def _named(self) -> Iterator[Thing]:
        mails = (thing for thing in self.listed["certain"] if thing[0] == "mail" and thing in self.truth.attackers)
        return (thing for thing in mails if thing[2] in self.truth.subjects)

    def _told(self, thing: Thing) -> bool:
        return self.truth.subjects[thing[2]] in self.listed["certain"][thing]

    def counted(self, kind: str) -> Counted:
        """The figures of one kind; what is open to argument is left out."""
        were = {thing for thing in self.truth.attackers if thing[0] == kind}
        certain = {thing for thing in self.listed["certain"] if thing[0] == kind} - (self.truth.open - were)
        possible = {thing for thing in self.listed["possible"] if thing[0] == kind} - (self.truth.open - were)
        named = list(self._named()) if kind == "mail" else []
        return Counted(
            len(were),
            len(certain),
            len(certain & were),
            len(possible),
            len(possible & were),
            sum(thing[0] == kind for thing in self.unlisted()),
            len(named),
            sum(map(self._told, named)),
        )
