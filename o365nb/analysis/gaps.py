"""The coverage ledger in sentences: what could not be seen, why, and what that leaves open."""

from __future__ import annotations

from collections.abc import Iterable

from o365nb.analysis.base import plural, short
from o365nb.case import Coverage, Ledger
from o365nb.model import Gap, Outcome

#: What a source is called in a sentence, and what stays unknown without it.
SOURCES = {
    "sign_in": ("The sign-ins", "A sign-in by somebody else in that time would not be seen"),
    "sign_in_noninteractive": (
        "The non-interactive sign-ins",
        "A stolen session that was merely kept alive would not be seen",
    ),
    "directory_audit": ("The directory audit log", "Added sign-in methods, devices or consents would not be seen"),
    "ual": ("The unified audit log", "Reading, searching and changes in the mailbox would not be seen"),
    "message_trace": ("The message trace", "Mail that was sent or received in that time would not be seen"),
    "users": (
        "The account's own settings",
        "Whether the account is enabled and when its password changed is not known",
    ),
    "inbox_rules": ("The inbox rules", "A rule that hides or diverts mail may stand unseen"),
    "inbox_rules.hidden": ("The hidden inbox rules", "A rule that Outlook does not show may stand unseen"),
    "mailboxes": ("The mailbox settings", "Forwarding to an outside address may stand unseen"),
    "oauth_grants": (
        "The consents given to applications",
        "An application that may still read the mail may stand unseen",
    ),
    "auth_methods": ("The sign-in methods", "A method that the intruder added may stand unseen"),
    "devices": ("The registered devices", "A device that the intruder joined may stand unseen"),
    "org_config": ("The organisation's settings", "Which domains are its own is taken from the accounts' names"),
    "mailbox_permissions": (
        "The rights to the mailbox",
        "Somebody else who may open it or send as it may stand unseen",
    ),
    "folder_permissions": ("The rights to its folders", "A folder that stands open to others may stand unseen"),
    "sweep_rules": ("The sweep rules", "A rule that clears mail away may stand unseen"),
    "transport_rules": ("The mail-flow rules", "A rule that copies or diverts everybody's mail may stand unseen"),
    "connectors": ("The mail connectors", "Another way for mail into or out of the organisation may stand unseen"),
    "remote_domains": ("The forwarding policies", "Whether mail may be forwarded outside by itself is not known"),
    "audit_config": ("The audit settings", "Whether auditing was on is not known"),
    "mailbox_settings": (
        "The protocols of the mailbox",
        "Whether old protocols or unlogged access are on is not known",
    ),
    "mobile_devices": ("The phones in step with the mailbox", "A phone that still receives the mail may stand unseen"),
    "blocked_senders": ("The restricted senders", "Whether other accounts were used to send in bulk is not known"),
}
#: What is about the tenant, whoever is asked for.
TENANT_WIDE = ("org_config", "audit_config", "transport_rules", "connectors", "remote_domains", "blocked_senders")
#: Parts of the unified audit log: what each would show.
WORKLOADS = {
    "ual/Exchange": "Reading, searching and changes in the mailbox would not be seen",
    "ual/AzureActiveDirectory": "Sign-ins, added sign-in methods and consents would not be seen",
    "ual/SharePoint": "Opened, downloaded and shared files would not be seen",
    "ual/OneDrive": "Opened, downloaded and shared files would not be seen",
    "ual/MicrosoftTeams": "Chats that were read or written would not be seen",
}
#: How long Microsoft keeps a source, for the sentence about what is too old.
KEPT = {
    "sign_in": "Entra keeps them for 30 days (7 without a Premium licence)",
    "sign_in_noninteractive": "Entra keeps them for 30 days (7 without a Premium licence)",
    "directory_audit": "Entra keeps it for 30 days (7 without a Premium licence)",
    "ual": "Microsoft keeps it for 180 days (a year with Audit Premium)",
    "message_trace": "Exchange keeps it for 90 days",
}
_OUTCOMES = {
    Outcome.PARTIAL: "{what} {were} read only in part{reason}. {risk} where it is missing.",
    Outcome.CAPPED: "{what} stopped at the service's limit{reason}. {risk} beyond it.",
    Outcome.DENIED: "{what} could not be read: the right is missing{reason}. {risk}.",
    Outcome.NOT_OFFERED: "{what} could not be read: this cloud does not offer it{reason}. {risk}.",
    Outcome.NOT_LICENSED: "{what} could not be read: the tenant lacks the licence{reason}. {risk}.",
    Outcome.EXPIRED: "{what} {before}could not be read: {kept}{reason}. {risk}.",
    Outcome.THROTTLED: "{what} could not be read whole: the service refused further requests{reason}. {risk}.",
    Outcome.FAILED: "{what} could not be read{reason}. {risk}.",
    Outcome.DAMAGED: "{what} {were} damaged{reason}. {risk} in the damaged part.",
}


def gaps(ledger: Ledger, subjects: Iterable[str]) -> list[Gap]:
    """Every line of the ledger with its sentence, and one line for each source that nobody asked for."""
    entries = ledger.entries()
    told = {(entry.source, entry.subject, entry.file, entry.outcome) for entry in entries}
    found = [_gap(entry, silent=_told(entry, told)) for entry in entries]
    for source in SOURCES:
        about = {entry.subject for entry in entries if source in (entry.source, entry.source.partition("/")[0])}
        missing = [] if "" in about else [subject for subject in subjects if subject not in about]
        found += [_never(source, subject) for subject in missing]
    return found


def _told(entry: Coverage, told: set[tuple[str, str, str, Outcome]]) -> bool:
    """True for one workload of a log that has the same gap as a whole: once is enough for the reader."""
    whole, _, part = entry.source.partition("/")
    return bool(part) and not entry.unparsable and (whole, entry.subject, entry.file, entry.outcome) in told


def _gap(entry: Coverage, *, silent: bool) -> Gap:
    window = entry.window
    return Gap(
        entry.source,
        entry.subject,
        window.start if window else None,
        window.end if window else None,
        entry.outcome,
        entry.received,
        entry.duplicates,
        entry.unparsable,
        entry.reason,
        entry.file,
        "" if silent else sentence(entry),
    )


def sentence(entry: Coverage) -> str:
    """What one ledger line forces into the report; "" when the source was seen whole and every record was read."""
    base, _, part = entry.source.partition("/")
    if base == "files":
        return f"The file {short(entry.file, 120)} could not be used: {short(entry.reason, 240).rstrip('.')}."
    what, risk = (
        SOURCES.get(entry.source)
        or SOURCES.get(base)
        or (f"The source {short(base, 40)}", "What it would show is not known")
    )
    risk = WORKLOADS.get(entry.source, risk)
    what += f" ({short(part, 40)})" if part else ""
    what += f" of {short(entry.subject, 80)}" if entry.subject else ""
    what += f" in {short(entry.file, 120)}" if entry.file else ""
    said = []
    if form := _OUTCOMES.get(entry.outcome):
        before = f"before {entry.window.end:%Y-%m-%d} " if entry.window else ""
        reason = f" ({short(entry.reason, 240).rstrip('.')})" if entry.reason else ""
        kept = KEPT.get(base, "it is older than Microsoft keeps it")
        were = _were(what)
        said.append(form.format(what=what, were=were, reason=reason, risk=risk, before=before, kept=kept))
    if entry.unparsable:
        lost = plural(entry.unparsable, "record")
        said.append(f"{what}: {lost} could not be read; what stood there is missing from the judgement.")
    return " ".join(said)


def _never(source: str, subject: str) -> Gap:
    what, risk = SOURCES[source]
    about = "" if source in TENANT_WIDE else subject
    whose = f" of {short(about, 80)}" if about else ""
    said = f"{what}{whose} {_were(what)} not among the evidence. {risk}."
    return Gap(source, about, None, None, Outcome.PARTIAL, 0, 0, 0, "never asked for", "", said)


def _were(what: str) -> str:
    return "was" if what.startswith(("The directory audit log", "The unified", "The message", "The source")) else "were"
