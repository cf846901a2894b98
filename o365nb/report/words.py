"""The report's vocabulary: what the kit's words mean to somebody who has never heard them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from o365nb.analysis.gap_words import WORDS, part_name
from o365nb.model import Attribution, Label, Outcome, Phase, Verdict


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict as the report prints it: `tone` is a style class, `headline` one sentence."""

    title: str
    tone: str
    headline: str


VERDICTS: dict[Verdict, VerdictWords] = {
    Verdict.CONFIRMED: VerdictWords(
        "Confirmed", "grave", "Somebody other than its owner used this account; grave acts in it are surely theirs."
    ),
    Verdict.PROBABLE: VerdictWords(
        "Probable", "grave", "Somebody other than its owner very likely used this account; treat it as taken over."
    ),
    Verdict.SUSPECTED: VerdictWords(
        "Suspected", "warn", "Something needs an explanation, but the evidence does not carry a takeover."
    ),
    Verdict.NOT_SUPPORTED: VerdictWords(
        "Not supported", "calm", "The evidence that was examined does not support a takeover of this account."
    ),
    Verdict.CANNOT_TELL: VerdictWords(
        "Cannot tell", "mute", "The evidence at hand is not enough to say whether this account was taken over."
    ),
}

#: Outcome of a collection: word, style class, and a sign that needs no colour.
OUTCOMES: dict[Outcome, tuple[str, str, str]] = {
    Outcome.COMPLETE: ("complete", "good", "●"),
    Outcome.EMPTY: ("complete, nothing there", "good", "○"),
    Outcome.PARTIAL: ("partial", "warn", "◐"),
    Outcome.CAPPED: ("cut off at a limit", "warn", "◐"),
    Outcome.THROTTLED: ("refused for load", "warn", "◐"),
    Outcome.DENIED: ("not permitted", "bad", "✕"),
    Outcome.NOT_LICENSED: ("not licensed", "bad", "✕"),
    Outcome.NOT_OFFERED: ("not offered", "bad", "✕"),
    Outcome.EXPIRED: ("no longer kept", "bad", "✕"),
    Outcome.FAILED: ("failed", "bad", "✕"),
    Outcome.DAMAGED: ("damaged", "bad", "✕"),
}

LABELS: dict[Label, str] = {
    Label.ATTACKER: "attacker",
    Label.USER: "owner",
    Label.RESPONDER: "responder",
    Label.SYSTEM: "system",
    Label.UNKNOWN: "unknown",
}

PHASES: dict[Phase, str] = {
    Phase.PRESERVE: "Preserve the evidence",
    Phase.CONTAIN: "Contain",
    Phase.SCOPE: "Find the extent",
    Phase.ERADICATE: "Remove",
    Phase.RECOVER: "Recover",
    Phase.VERIFY: "Verify",
    Phase.LESSONS: "Learn",
}

#: Sources of the ledger by the name on its lines, in the order in which they are told.
SOURCES = {words.source: words.name for words in WORDS.values() if words.called}


def source_name(source: str) -> str:
    """A ledger source in words; `ual/Exchange` keeps its workload."""
    base, _, part = source.partition("/")
    name = SOURCES.get(base, base)
    return f"{name} · {part_name(base, part)}" if part else name


@dataclass(frozen=True, slots=True)
class Deed:
    """A sort of act. `lane` names it in the timeline, `sentence` tells it ({records}, {times}, {list})."""

    key: str
    lane: str
    sentence: str
    pattern: str = ""

    def matches(self, operation: str) -> bool:
        """Whether an operation (normalised) is of this sort."""
        return bool(self.pattern) and re.search(self.pattern, operation, re.IGNORECASE) is not None


LURE = Deed("lure", "Lure", "A message that likely opened the door reached the mailbox.")
IMITATION = Deed("imitation", "Imitation", "Mail in imitated or forged names was delivered ({records}).")
SIGN_IN = Deed(
    "sign_in",
    "Sign-in",
    "The intruder signed in, or tried to, {times}; renewals of the session count too.",
    r"^sign-in|^UserLog(gedIn|inFailed)|^Logon$",
)
SEND = Deed("send", "Mail sent", "Mail was sent from the account ({records}).", r"^Send(As|OnBehalf)?$")
OTHER = Deed("other", "Other", "Also recorded: {list}.")

#: In the order in which an operation is tried against them.
DEEDS = (
    SIGN_IN,
    Deed(
        "read", "Mail read", "The intruder opened mail ({records} of mail access).", r"^MailItemsAccessed|^MessageBind"
    ),
    Deed("search", "Search", "The intruder searched the mailbox or its surroundings ({records}).", r"^SearchQuery"),
    Deed("rule", "Inbox rule", "An inbox rule was made or changed ({list}).", r"InboxRule|SweepRule"),
    Deed(
        "forward",
        "Mail flow",
        "Mail flow or mailbox settings were changed ({list}).",
        r"^Set-Mailbox$|Transport|Connector|MailboxPermission|RecipientPermission|FolderPermission",
    ),
    Deed(
        "method",
        "Sign-in method",
        "A way to sign in was added or changed ({list}).",
        r"security info|StrongAuth|authenticat(or|ion method)|FIDO|Temporary Access Pass|passkey|Windows Hello",
    ),
    Deed(
        "consent",
        "Application",
        "An application was given access ({list}).",
        r"consent|OAuth2|delegated permission|service principal",
    ),
    Deed("device", "Device", "A device was registered or changed ({list}).", r"device"),
    SEND,
    Deed("delete", "Deletion", "Messages or files were deleted ({records}).", r"Delete|Recycle"),
    Deed(
        "file",
        "Files",
        "Files were opened, downloaded or shared ({records}).",
        r"^(File|Folder|Sharing|Page|List|AnonymousLink)",
    ),
)


def imitated_only(events: Iterable[Attribution]) -> bool:
    """Whether all that is the attacker's came by mail: then nobody was in the account, and no mail was sent from it."""
    sources = {event.source for event in events if event.label is Label.ATTACKER}
    return sources == {"message_trace"}


def deed_of(operation: str, source: str, *, by_subject: bool, imitated: bool = False) -> Deed:
    """What sort of act an event is. `imitated`: as `imitated_only` says of the whole case."""
    if source == "message_trace":
        if imitated:
            return IMITATION
        return SEND if by_subject else LURE
    if source.startswith("sign_in"):
        return SIGN_IN
    return next((deed for deed in DEEDS if deed.matches(operation)), OTHER)


GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Account", "The Microsoft 365 identity a person signs in with; here named by its sign-in name (UPN)."),
    (
        "Adversary in the middle",
        "A counterfeit sign-in page that passes everything on to the real one, and keeps the session it earns.",
    ),
    ("Application consent", "A permission for an application to act for a user; it outlives a change of password."),
    (
        "Attacker, intruder",
        "Whoever used the account without being its owner; nobody is named, for logs do not show who sat there.",
    ),
    (
        "Attribution",
        "The judgement whose act an event was: the attacker's, the owner's, the responders' or a system's.",
    ),
    ("Back door", "Anything left behind that lets somebody in again, or read along, after the password was changed."),
    ("Blind", "A check that could not see the evidence it needs; it says neither yes nor no."),
    (
        "Certain, possible",
        "Certain: the log names the item. Possible: the log shows an access wide enough to contain it.",
    ),
    ("Chain of custody", "A record of every piece of evidence, each line sealed by a hash of the line before."),
    (
        "Coverage",
        "Which logs and settings were seen, for whom and for which time. Silence of what was not seen means nothing.",
    ),
    ("Dwell time", "From the attacker's first recorded act to the last."),
    ("Finding", "One observation with its evidence and a number (F-001) by which the report refers to it."),
    ("Hidden inbox rule", "A rule that Outlook does not show, but that works all the same."),
    ("Inbox rule", "An instruction in the mailbox that moves, deletes or forwards mail by itself."),
    (
        "Indicator of compromise",
        "An address, domain or program of the attacker, to be looked for elsewhere; written so that nobody opens it.",
    ),
    ("Message trace", "Microsoft's record of mail that was sent and received, without its content."),
    ("MITRE ATT&CK", "A public catalogue of what attackers do; techniques have numbers such as T1114.003."),
    ("Multi-factor authentication", "A second proof beside the password. Stealing a session goes around it."),
    ("Pseudonym", "A word that stands for a name in a redacted report, the same everywhere in it (person-1)."),
    ("Receipt", "A record of one change made in the response: what stood before, what was sent, what stood after."),
    ("Session", "What a sign-in leaves behind: whoever holds it is taken for the user until it is revoked."),
    ("SHA-256", "A fingerprint of a file. Any change of the file changes it."),
    ("Sign-in method", "Something that proves who signs in: an authenticator, a phone, a security key."),
    ("Tenant", "An organisation's own part of Microsoft 365."),
    ("Unified audit log", "Microsoft 365's record of what users and administrators do."),
    ("UTC", "Coordinated universal time, the same everywhere."),
)
