"""The steps that only people can take, as data, in the words that the person on the phone needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from o365nb.model import Phase, Step
from o365nb.response.base import Action, Draft, State, sentence
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell

#: Findings after which money may move, and after which others were written to.
_MONEY = ("im-mass-send", "im-invoice-fraud", "im-payroll", "im-lookalike-domain")
_MAIL = (
    *(*_MONEY, "im-sender-restricted", "la-internal-phish", "la-share-lure", "la-thread-hijack"),
    *("im-mass-chat", "im-mass-share"),
)
#: Findings about mail under imitated or forged names, and about what came back for mail that was never sent.
_IMITATED = ("im-lookalike-domain", "im-invoice-fraud", "im-replyto", "ia-spoof-not-compromise")
_FORGED = (*_IMITATED, "im-ndr-storm")


@dataclass(frozen=True, slots=True)
class Guide:
    """One manual step. `slugs`: only when one of these was found. `always`: whatever the verdict says.

    `untouched` is for accounts that nobody else was shown to use: it stops those who only write in others' names.
    `command` is a line as it stands, `cmdlet` one that takes the account as the parameter named with it.
    """

    name: str
    title: str
    place: str
    phase: Phase
    target: str
    reason: str
    command: str = ""
    cmdlet: tuple[str, str] | None = None
    #: The detections whose `respond` names the step; a test holds both sides to each other.
    slugs: tuple[str, ...] = ()
    always: bool = False
    untouched: bool = False


GUIDES = (
    Guide(
        "bank_recall", "Call the bank", "M3", Phase.CONTAIN, "payments around {upn}",
        "The mailbox was used to mislead others about money, or to write to many. Call the bank's fraud desk and stop"
        " pending payments now: a recall works within hours, seldom after days. Note the case numbers.",
        slugs=_MONEY,
    ),
    Guide(
        "stop_payment", "Stop the payment", "M3", Phase.CONTAIN, "payments that {upn} wrote about",
        "Somebody writes about money under a name that imitates a known one. Hold every payment to an account that was"
        " named by mail; if one went out, call the bank's fraud desk now: a recall works within hours. Confirm bank"
        " details by telephone, on a number known from before.",
        slugs=("im-invoice-fraud",), untouched=True,
    ),
    Guide(
        "freeze_pay", "Freeze the pay details", "M5", Phase.CONTAIN, "pay of {upn}",
        "Somebody is after the pay of {upn}. Call personnel: no change of bank details until each was confirmed in"
        " person, and every change of the last 30 days is checked again. Sign the account out of the personnel system"
        " itself: it keeps a session of its own that nothing in Entra ends.",
        slugs=("im-payroll",),
    ),
    Guide(
        "ask_user", "Ask the user", "M1", Phase.SCOPE, "{upn}",
        "Call {upn} on a number from the personnel record, not from the mailbox, and ask before explaining: where they"
        " were, which VPN and devices they use, which links and attachments they opened, which prompts they approved,"
        " which rules and apps are their own. No mail, no Teams: whoever holds the account reads it.",
        always=True,
    ),
    Guide(
        "review_delegate", "Decide about the reader", "X3", Phase.ERADICATE, "who else reads the mailbox of {upn}",
        "Somebody of the house began to read this mailbox with a right that was given to them. That is no break-in: do"
        " nothing to the account of {upn}. Say nothing to the reader, nor to whoever gave the right. Put the mailbox on"
        " hold, take this report to personnel and legal, and take the right back when they say so.",
        cmdlet=("Get-MailboxPermission", "Identity"),
        slugs=("co-nonowner",),
        always=True,
    ),
    Guide(
        "check_devices", "Check the devices", "M2", Phase.ERADICATE, "devices of {upn}",
        "Every device that {upn} uses, the private ones too: antivirus present and fresh, full scan, updates, browser"
        " extensions. A thief left on a device takes the new password as it took the old one.",
        "Start-MpScan -ScanType FullScan",
    ),
    Guide(
        "notify_recipients", "Tell the recipients", "R4", Phase.RECOVER, "who received mail from {upn}",
        "Tell everybody in recipients.csv from a clean account, and by phone where money is concerned: what came, when,"
        " not to open it, not to pay by it.",
        slugs=_MAIL,
    ),
    Guide(
        "warn_correspondents", "Warn those who were written to", "R4", Phase.RECOVER,
        "those whom {upn} corresponds with",
        "Tell the real partner by telephone that somebody imitates them and may read along in the conversation: then"
        " the leak is theirs. Tell colleagues who received mail in a forged name not to act on it.",
        slugs=_FORGED, untouched=True,
    ),
    Guide(
        "verify_again", "Verify again", "V1", Phase.VERIFY, "{upn}",
        "After an hour, a day and a week: read everything back and look for attacker activity after the containment.",
        "o365nb respond verify --watch --case CASE",
    ),
    Guide(
        "harden", "Close the way in", "R7", Phase.LESSONS, "the tenant of {upn}",
        "Phishing-resistant MFA, no device code or legacy sign-in where it is not needed, no user consent to unknown"
        " apps, no automatic forwarding outside, alerts on new rules and methods.",
    ),
    Guide(
        "refuse_imitations", "Refuse imitated and forged names", "R7", Phase.LESSONS, "the tenant of {upn}",
        "Refuse mail in the organisation's own name that nobody signed in to send (give printers and services their own"
        " connector first), publish DMARC with p=reject, add the partner to the impersonation protection, and block the"
        " look-alike domains named in the findings.",
        "Set-OrganizationConfig -RejectDirectSend $true",
        slugs=_IMITATED, untouched=True,
    ),
)  # fmt: skip


class GuidedStep(Action):
    """A step of `GUIDES`: planned like the others; nothing of it can be read from the tenant."""

    automatic = False
    reversible = False
    irreversible_because = "it was done by people"

    def __init__(self, guide: Guide) -> None:
        self.guide, self.name, self.title = guide, guide.name, guide.title

    def plan(self, situation: Situation) -> Iterator[Draft]:
        guide = self.guide
        slugs = situation.found(*guide.slugs)
        if (guide.slugs and not slugs) or (guide.untouched and situation.acts):
            return
        for upn in situation.verdict.subjects if guide.always or guide.untouched else situation.victims:
            mine = tuple(sorted(finding.id for finding in slugs if finding.subject == upn))
            if not guide.slugs or mine:
                yield self.draft(
                    guide.place,
                    guide.phase,
                    guide.target.replace("{upn}", upn),
                    guide.reason.replace("{upn}", upn),
                    powershell(guide.cmdlet[0], **{guide.cmdlet[1]: upn}) if guide.cmdlet else guide.command,
                    finding_ids=mine,
                    arguments={"upn": upn},
                )

    def before(self, tenant: Tenant, step: Step) -> State:
        return {"present": None}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return False

    def words(self, state: State) -> str:
        return "done by people, not read from the tenant"


class ReviewByHand(GuidedStep):
    """What could let somebody back into a taken account, and nobody knows whose it is: the user decides."""

    def __init__(self) -> None:
        super().__init__(Guide("review_object", "Keep or remove", "X9", Phase.ERADICATE, "", ""))

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.doubtful:
            if item.owner in (*situation.victims, "") and situation.grave(item):
                yield self.draft(
                    "X9",
                    Phase.ERADICATE,
                    f"{one_line(item.kind).replace('_', ' ')} of {item.owner or 'the tenant'}:"
                    f" {one_line(item.description)}",
                    f"{sentence(item.because)} Nothing shows whether the intruder or the user made it. Go through it"
                    " with the user by telephone: keep what the user knows and needs, remove the rest after keeping a"
                    " copy, and name this step as confirmed before the account is unblocked.",
                    "",
                    finding_ids=item.finding_ids,
                    arguments={"upn": item.owner, "object": item.id},
                )


class RemoveByHand(GuidedStep):
    """Attacker objects that no action knows: they must not be forgotten."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__(
            Guide("remove_by_hand", "Remove by hand", "X9", Phase.ERADICATE, "", ""),
        )
        self.known = known

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.persistence:
            if item.kind not in self.known:
                yield self.draft(
                    "X9",
                    Phase.ERADICATE,
                    f"{one_line(item.kind).replace('_', ' ')} of {item.owner or 'the tenant'}:"
                    f" {one_line(item.description)}",
                    f"{sentence(item.because)} Remove it in the admin centre, keep a copy of what it said, and name"
                    " this step as confirmed before the account is unblocked.",
                    "",
                    finding_ids=item.finding_ids,
                    arguments={"upn": item.owner, "object": item.id},
                )
