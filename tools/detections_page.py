"""Write docs/detections.md from the detections themselves: `python tools/detections_page.py`. A test holds it equal."""

from __future__ import annotations

from pathlib import Path

from o365nb import detections
from o365nb.detections.base import in_words

PAGE = Path(__file__).parent.parent / "docs" / "detections.md"
PHASES = {
    "ia": "Getting in",
    "pe": "Staying in",
    "de": "Covering tracks",
    "co": "Reading and taking",
    "la": "Going on to others",
    "im": "Doing harm",
}
#: Questions of the catalogue that another part of the kit answers.
ELSEWHERE = {
    "pe-rule-client": "every `pe-rule-*` reads the rules that Outlook changed (`UpdateInboxRules`) like all others",
    "co-spo-search": "`co-mail-search` covers searches in SharePoint and OneDrive",
    "la-clicked": "`recipients.csv` names who clicked, or signed in oddly, after the attacker's mail",
}
#: Questions for which nothing that the kit reads holds an answer.
NO_EVIDENCE = {
    "co-graph-mail": "needs the Graph activity log, which leaves a tenant only by a diagnostic setting made beforehand",
    "pe-graph-subscription": "needs the Graph activity log: no state and no other log names subscriptions",
    "pe-outlook-form-homepage": "custom forms, home pages of folders and programs started by a rule show in no"
    " cmdlet of Exchange Online and in no answer of Graph; they are looked for on the computer",
}
_HEAD = """# What is looked for

{count} detections, one SQL query each. Every one answers *found*, *clear* or *blind*: blind when the evidence that it
needs (third column; "or" means that either will do) was not seen whole. A finding is a question with its evidence;
whose act it was is judged after that ([how](architecture.md#judging)). None looks at the name of an operation alone:
values, the hand and its place count, and an attempt is no success. *Innocent* says what else looks like this, *misses*
what it cannot see; both stand in the report.

This page is written by `python tools/detections_page.py` from the detections themselves.
"""
_TAIL = """
## Answered elsewhere

{elsewhere}

## Cannot be answered

Nothing that the kit can read holds the evidence for these; the report does not pretend otherwise.

{nothing}

Some tables of advanced hunting are collected for people to read and take no part in the judgement: mail taken back
after delivery (`EmailPostDeliveryEvents`), logons (`IdentityLogonEvents`, `DeviceLogonEvents`), traces of stealers
(`DeviceProcessEvents`).
"""


def page() -> str:
    """The whole page as text."""
    units = detections.all()
    parts = [_HEAD.format(count=len(units))]
    for phase, title in PHASES.items():
        parts.append(f"\n## {title}\n\n| detection | found when | needs | innocent | misses |\n|---|---|---|---|---|\n")
        parts += [_row(one) for one in units if one.slug.startswith(f"{phase}-")]
    return "".join(parts) + _TAIL.format(elsewhere=_listed(ELSEWHERE), nothing=_listed(NO_EVIDENCE))


def _row(one: detections.Detection) -> str:
    needs = ", ".join(in_words(need) for need in one.needs)
    first = f"`{one.slug}` {one.severity.value} {', '.join(one.attack)}"
    return f"| {first} | {one.title} | {needs} | {one.benign} | {one.misses} |\n"


def _listed(reasons: dict[str, str]) -> str:
    return "\n".join(f"- `{slug}`: {reason}." for slug, reason in reasons.items())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
