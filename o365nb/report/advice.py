"""What to do afterwards, tied to the way in and to what was found; and the clocks of the law, as questions."""

from __future__ import annotations

from dataclasses import dataclass

from o365nb.model import Assessment, Label, Verdict
from o365nb.report.facts import whole
from o365nb.report.story import TAKEN, cited
from o365nb.report.words import imitated_only


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation: by when, what, and why in this case, with the findings that it follows from."""

    term: str
    what: str
    why: str
    findings: tuple[str, ...] = ()


NOW, MONTH, QUARTER = "Now", "Within 30 days", "Within 90 days"

#: By hypothesis: what would have stopped this way in.
_BY_CAUSE: dict[str, tuple[tuple[str, str], ...]] = {
    "H1": (
        (
            MONTH,
            "Require phishing-resistant sign-in (passkey, security key, Windows Hello) for the accounts concerned.",
        ),
        (QUARTER, "Accept sign-ins only from managed devices, and bind tokens to the device where the licence allows."),
    ),
    "H2": ((NOW, "Require multi-factor authentication for every account."),),
    "H3": (
        (NOW, "Require multi-factor authentication and block passwords known from leaks."),
        (MONTH, "Switch on smart lockout and watch for spraying across accounts."),
    ),
    "H4": (
        (NOW, "Rebuild the device the session was taken from, and change every password that was saved on it."),
        (QUARTER, "Accept sign-ins only from managed devices with working protection."),
    ),
    "H5": ((NOW, "Block the device code flow wherever it is not needed."),),
    "H6": ((NOW, "Let users consent only to verified applications with low permissions, others by an administrator."),),
    "H7": ((NOW, "Require number matching and limit the number of prompts."),),
    "H8": ((NOW, "Have the service desk prove who is calling before any reset, and record how."),),
    "H9": ((NOW, "Switch off legacy protocols and application passwords."),),
    "H10": ((MONTH, "Encrypt and lock devices; have their loss reported and the sessions revoked at once."),),
    "H11": ((MONTH, "Review who holds rights on other people's mailboxes, and record why."),),
    "H12": ((MONTH, "Reject direct send, and enforce SPF, DKIM and DMARC for the domain."),),
    "H14": ((MONTH, "Teach that a certificate warning ends the sign-in; give travellers a trusted connection."),),
}

#: By the first letters of a finding's slug: what would have stopped or shown it.
_BY_FINDING = (
    ("pe-rule", MONTH, "Raise an alert when an inbox rule hides, deletes or forwards mail."),
    ("pe-fwd", NOW, "Switch off automatic forwarding to the outside for the whole tenant."),
    ("pe-mfa", MONTH, "Allow sign-in methods to be registered only from a trusted device or place."),
    ("pe-oauth", MONTH, "Review the applications that hold access to mail and files, tenant-wide."),
    ("pe-device", MONTH, "Limit who may register devices, and require a second factor for it."),
    ("im-mass", MONTH, "Set outbound limits and an alert for unusual sending."),
    ("im-lookalike", MONTH, "Warn partners of the look-alike domain and have it taken down; watch for new ones."),
    ("im-invoice", NOW, "Confirm every change of bank details by telephone, on a number already known."),
    ("co-", QUARTER, "Keep mail-access auditing on for all mailboxes and retain the log for a year."),
    ("de-", QUARTER, "Store audit logs outside the tenant, where an intruder cannot reach them."),
)


def recommendations(found: Assessment) -> list[Advice]:
    """Recommendations that this case gives reason for, the urgent first; none without a reason."""
    imitated = imitated_only(found.attributions)
    if found.verdict.verdict is Verdict.NOT_SUPPORTED and not imitated:
        return []
    taken = found.verdict.verdict in TAKEN or (imitated and found.cause.determined)
    advice: list[Advice] = []
    top = next((h for h in found.cause.hypotheses if h.id == found.cause.top), None)
    if taken and top and top.supporting:
        why = "The way in: " if found.cause.determined else "The likeliest way in: "
        why = "What happened: " if imitated else why
        carried = cited(found, top.supporting)
        advice += [Advice(term, what, why + top.title, carried) for term, what in _BY_CAUSE.get(top.id, ())]
    for prefix, term, what in _BY_FINDING if taken else ():
        named = [finding for finding in found.findings if finding.slug.startswith(prefix)]
        if named:
            why = f"{named[0].title.rstrip('.')}."
            advice.append(Advice(term, what, why, tuple(finding.id for finding in named[:6])))
    if any(not whole(gap) for gap in found.coverage):
        advice.append(
            Advice(QUARTER, "Close the gaps in what is recorded and may be read.", "Listed under coverage and limits")
        )
    if any(item.verdict is Label.UNKNOWN for item in found.persistence):
        advice.append(Advice(NOW, "Ask the owner about each object of unknown origin.", "Listed under back doors"))
    terms = (NOW, MONTH, QUARTER)
    return sorted(advice, key=lambda one: terms.index(one.term))


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty that may apply: to whom, the time allowed in words, and as clocks (what is due, hours)."""

    name: str
    whom: str
    allowed: str
    clocks: tuple[tuple[str, int], ...] = ()


_DAY = 24
#: Facts to confirm with counsel; nothing here is legal advice. A month is counted as 30 days.
CLOCKS = (
    Duty("GDPR / UK GDPR, Art. 33", "Supervisory authority",
         "72 hours after becoming aware, unless a risk is unlikely", (("notification", 72),)),
    Duty("GDPR / UK GDPR, Art. 34", "The persons concerned", "Without undue delay, if the risk to them is high"),
    Duty("Processor to controller", "The customer whose data it is",
         "Without undue delay; the contract may set hours"),
    Duty("NIS2", "National CSIRT or authority", "Early warning 24 hours, notification 72 hours, report one month",
         (("early warning", 24), ("notification", 72), ("report", 30 * _DAY))),
    Duty("DORA", "Financial supervisor", "4 hours after classification, at most 24; then 72 hours; then one month",
         (("first, at most", 24), ("second", 72), ("last", 30 * _DAY))),
    Duty("HIPAA", "Persons, HHS, media", "60 days at most", (("at most", 60 * _DAY),)),
    Duty("US state laws", "Persons, attorney general", "Mostly 30 to 60 days",
         (("earliest", 30 * _DAY), ("latest", 60 * _DAY))),
    Duty("SEC, form 8-K", "Investors", "4 business days after it is found to be material"),
    Duty("Cyber insurance", "The insurer", "Often 24 to 72 hours; see the policy",
         (("earliest", 24), ("latest", 72))),
    Duty("Payments", "The bank and the police", "At once: a recall works within hours, seldom later"),
)  # fmt: skip
#: Those that a fraud by mail starts although no data was seen by anybody.
FRAUD = ("Cyber insurance", "Payments")
