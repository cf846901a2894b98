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
        "Confirmed", "grave", "Somebody other than its owner used this account. Independent evidence agrees on it."
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


#: ATT&CK techniques that detections name: technique and tactic (Enterprise, v18).
TECHNIQUES: dict[str, tuple[str, str]] = {
    "T1030": ("Data transfer size limits", "Exfiltration"),
    "T1036": ("Masquerading", "Defense evasion"),
    "T1070": ("Indicator removal", "Defense evasion"),
    "T1070.008": ("Clear mailbox data", "Defense evasion"),
    "T1078": ("Valid accounts", "Initial access"),
    "T1078.004": ("Valid accounts: cloud", "Initial access"),
    "T1087": ("Account discovery", "Discovery"),
    "T1090": ("Proxy", "Command and control"),
    "T1090.003": ("Multi-hop proxy", "Command and control"),
    "T1098": ("Account manipulation", "Persistence"),
    "T1098.001": ("Additional cloud credentials", "Persistence"),
    "T1098.002": ("Additional mailbox delegates", "Persistence"),
    "T1098.003": ("Additional cloud roles", "Persistence"),
    "T1098.005": ("Device registration", "Persistence"),
    "T1110": ("Brute force", "Credential access"),
    "T1110.001": ("Password guessing", "Credential access"),
    "T1110.003": ("Password spraying", "Credential access"),
    "T1110.004": ("Credential stuffing", "Credential access"),
    "T1114": ("Email collection", "Collection"),
    "T1114.002": ("Remote email collection", "Collection"),
    "T1114.003": ("Email forwarding rule", "Collection"),
    "T1136.003": ("Create account: cloud", "Persistence"),
    "T1213": ("Data from information repositories", "Collection"),
    "T1213.002": ("Data from SharePoint", "Collection"),
    "T1528": ("Steal application access token", "Credential access"),
    "T1530": ("Data from cloud storage", "Collection"),
    "T1534": ("Internal spearphishing", "Lateral movement"),
    "T1539": ("Steal web session cookie", "Credential access"),
    "T1550.001": ("Application access token", "Lateral movement"),
    "T1550.004": ("Web session cookie", "Lateral movement"),
    "T1556": ("Modify authentication process", "Persistence"),
    "T1556.006": ("Change multi-factor authentication", "Persistence"),
    "T1556.009": ("Conditional access policies", "Persistence"),
    "T1557": ("Adversary in the middle", "Credential access"),
    "T1562.001": ("Impair defenses", "Defense evasion"),
    "T1562.008": ("Disable cloud logs", "Defense evasion"),
    "T1564.008": ("Email hiding rules", "Defense evasion"),
    "T1566": ("Phishing", "Initial access"),
    "T1566.001": ("Phishing: attachment", "Initial access"),
    "T1566.002": ("Phishing: link", "Initial access"),
    "T1566.004": ("Phishing: voice", "Initial access"),
    "T1567": ("Exfiltration over web service", "Exfiltration"),
    "T1583.001": ("Acquire domains", "Resource development"),
    "T1586.002": ("Compromise e-mail accounts", "Resource development"),
    "T1589.001": ("Gather credentials", "Reconnaissance"),
    "T1621": ("Multi-factor request generation", "Credential access"),
    "T1656": ("Impersonation", "Defense evasion"),
    "T1657": ("Financial theft", "Impact"),
    "T1667": ("Email bombing", "Impact"),
    "T1671": ("Cloud application integration", "Persistence"),
    "T1672": ("Email spoofing", "Defense evasion"),
}

TACTICS = (
    "Reconnaissance",
    "Resource development",
    "Initial access",
    "Credential access",
    "Persistence",
    "Defense evasion",
    "Discovery",
    "Lateral movement",
    "Collection",
    "Command and control",
    "Exfiltration",
    "Impact",
)


def tactic_of(techniques: tuple[str, ...]) -> str:
    """The tactic of the first technique that is known; "Other" for none."""
    return next((TECHNIQUES[technique][1] for technique in techniques if technique in TECHNIQUES), "Other")


GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Account", "The Microsoft 365 identity a person signs in with; here named by its sign-in name (UPN)."),
    (
        "Adversary in the middle",
        "A counterfeit sign-in page that passes everything on to the real one, and keeps the session it earns.",
    ),
    ("Application consent", "A permission for an application to act for a user; it outlives a change of password."),
    (
        "Attribution",
        "The judgement whose act an event was: the attacker's, the owner's, the responders' or a system's.",
    ),
    (
        "Certain, possible",
        "Certain: the log names the item. Possible: the log shows an access wide enough to contain it.",
    ),
    ("Chain of custody", "A record of every piece of evidence, each line sealed by a hash of the line before."),
    ("Dwell time", "From the attacker's first recorded act to the last."),
    ("Hidden inbox rule", "A rule that Outlook does not show, but that works all the same."),
    ("Inbox rule", "An instruction in the mailbox that moves, deletes or forwards mail by itself."),
    ("Message trace", "Microsoft's record of mail that was sent and received, without its content."),
    ("MITRE ATT&CK", "A public catalogue of what attackers do; techniques have numbers such as T1114.003."),
    ("Multi-factor authentication", "A second proof beside the password. Stealing a session goes around it."),
    ("Receipt", "A record of one change made in the response: what stood before, what was sent, what stood after."),
    ("Session", "What a sign-in leaves behind: whoever holds it is taken for the user until it is revoked."),
    ("SHA-256", "A fingerprint of a file. Any change of the file changes it."),
    ("Sign-in method", "Something that proves who signs in: an authenticator, a phone, a security key."),
    ("Unified audit log", "Microsoft 365's record of what users and administrators do."),
    ("UTC", "Coordinated universal time, the same everywhere."),
)
