"""The one module a notebook imports: open a case, and show what there is to see of it.

    from o365nb import workbench as wb
    case = wb.open_case("practice-aitm")
    case.verdict        # shows itself; `.frame` gives the rows as pandas

Nothing here changes anything in a tenant, but for `CaseView.contain` and `CaseView.respond` with the id of the plan
that was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from o365nb.case.folder import checked_name
from o365nb.errors import BadInput
from o365nb.report import (
    account,
    activity,
    arrivals,
    containment,
    corrections,
    devices,
    flows,
    hunt,
    measures,
    reach,
    records,
    recovery,
    remaining,
    results,
    sigma,
    summary,
    techniques,
)
from o365nb.report.dossier import Dossier
from o365nb.report.figures import Drawn
from o365nb.report.markup import NOTICE, View
from o365nb.report.shell import check_parameters, readable_errors

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from o365nb.report.approval import Approval
    from o365nb.report.choice import Choice
    from o365nb.report.interview import Interview

__all__ = ["CaseView", "View", "from_tables", "open_case"]


def open_case(case: str, data: str = "data", reports: str = "reports", redact: str = "none") -> CaseView:
    """An analysed case by its name. `reports` is the folder of all reports, or the one of this case.

    `redact`: customer or public show pseudonyms instead of people, and of organisations and addresses too.

    Raises BadCase when there is no such case or it was not analysed yet, BadInput when the name is none, or when
    papermill was given a parameter that the notebook does not have.
    """
    check_parameters()
    if redact == "none":
        return CaseView(Dossier.open(checked_name(case), Path(data), Path(reports)))
    from o365nb.report.redaction import Level, RedactedDossier

    if redact not in set(Level):
        raise BadInput(f"REDACT {redact!r} is not known. Say one of {', '.join(Level)}.")
    return CaseView(RedactedDossier(*Dossier.find(checked_name(case), Path(data), Path(reports)), Level(redact)))


def from_tables(
    tables: Mapping[str, DataFrame], users: Sequence[str], *,
    case: str = "", since: str = "", start: str = "", end: str = "", engine: str = "duckdb",
    data: str = "data", reports: str = "reports",
) -> CaseView:  # fmt: skip
    """A case on tables of a lake, read in place by Spark and analysed (docs/spark.md).

    `tables` are DataFrames by the names they have in Log Analytics: SigninLogs, AuditLogs, OfficeActivity, ...
    Raises BadInput for a table that is not known, or that holds nothing about the accounts.
    """
    from o365nb import investigate
    from o365nb.engine import known_engine
    from o365nb.report.bars import progress_here

    known_engine(engine)
    request = investigate.Request(
        case=case, users=tuple(users), since=since, start=start, end=end, data=Path(data), reports=Path(reports)
    )
    progress = progress_here()
    made = investigate.from_tables(tables, request, progress)
    investigate.analyse(made, progress, where=engine)
    return open_case(made.info.name, data, reports)


class CaseView:
    """A case to look at. Every property is a view; shown by itself, the case is the cover of its report."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier

    def _repr_html_(self) -> str:
        return NOTICE + summary.cover(self.dossier)._repr_html_()

    def __repr__(self) -> str:
        return repr(summary.cover(self.dossier))

    @property
    def brief(self) -> View:
        """The case in two lines, to begin a notebook with."""
        return summary.brief(self.dossier)

    @property
    def verdict(self) -> View:
        """Was the account taken over? The answer, why, and six numbers."""
        return summary.verdict(self.dossier)

    @property
    def story(self) -> View:
        """What happened, in plain sentences."""
        return summary.story(self.dossier)

    @property
    def timeline(self) -> activity.Figure:
        """The incident on one axis: attacker, owner, responders."""
        return activity.timeline(self.dossier)

    @property
    def acts(self) -> View:
        """The rows behind the timeline: everybody's acts, the attacker's first."""
        return activity.everybodys(self.dossier)

    @property
    def steps(self) -> View:
        """The attacker's acts, one after the other."""
        return activity.steps(self.dossier)

    @property
    def networks(self) -> View:
        """Where the account was used from, and whose that was."""
        return activity.networks(self.dossier)

    @property
    def flows(self) -> View:
        """Who came from where: programs and devices, networks, and the ways between them."""
        return flows.flows(self.dossier)

    @property
    def cause(self) -> View:
        """How they got in, with the alternatives."""
        return summary.cause(self.dossier)

    @property
    def way_in(self) -> View:
        """How they got in, the strength of each reason in words."""
        return summary.way_in(self.dossier)

    def interview(self, answers: str = "") -> Interview:
        """The questions, the one that would settle most first; in JupyterLab a form that saves itself in the case.

        `answers` is an interview.yaml that takes the place of what the case has. Raises BadEvidence naming its line.
        """
        from o365nb.report.interview import Interview

        return Interview(self.dossier, answers)

    def choose(self, user: str = "", start: str = "", end: str = "", whose: str = "") -> Choice:
        """What to look at: an account, hours (ISO 8601, UTC), a party; in JupyterLab controls that redraw its views.

        `look = case.choose(...)`, then `look.sign_ins`, `look.outgoing`, and their figures. Raises BadInput.
        """
        from o365nb.report.choice import Choice

        return Choice(self.dossier, user, start, end, whose)

    @property
    def corrections(self) -> View:
        """What people who know the case corrected, and how much follows from it."""
        return corrections.corrections(self.dossier)

    def correct(self, what: str, value: str, whose: str, *, by: str, note: str = "", account: str = "") -> View:
        """Say whose something is: `case.correct("address", "198.51.100.7", "ours", by="Ann Lee", note="our VPN")`.

        `what`: address, device, app, session, event, rule, object. `whose`: user, ours, attacker, responder. It counts
        from the next `case.analyse()` on (docs/corrections.md). Raises BadInput for what cannot be said.
        """
        return corrections.correct(self.dossier, what, value, whose, by, note, account)

    def analyse(self) -> CaseView:
        """The case judged again, corrections and answers included; its results are replaced, the report is not."""
        return CaseView(corrections.analysed_again(self.dossier))

    @property
    def findings(self) -> View:
        """What was found, with its evidence."""
        return results.findings(self.dossier)

    @property
    def techniques(self) -> View:
        """What the attacker did, in the order in which an attack runs, in plain words."""
        return techniques.techniques(self.dossier)

    @property
    def detections(self) -> View:
        """What was asked, and what could not be answered."""
        return results.detections(self.dossier)

    def sigma(self, rules: str = "", fields: str = "") -> View:
        """What Sigma rules of a file or folder say of the case's events; without one, what they said last time.

        `fields` is your own field map (docs/sigma.md). Raises BadInput when there are no rules.
        """
        return sigma.sigma(self.dossier, rules, fields)

    @property
    def back_doors(self) -> View:
        """What could let somebody back in."""
        return results.back_doors(self.dossier)

    @property
    def mail_doors(self) -> View:
        """What decides where mail goes: rules, forwarding, connectors, delegates."""
        return results.mail_doors(self.dossier)

    @property
    def account(self) -> View:
        """How the account stands, its roles, and the alerts and risk detections that name it."""
        return account.account(self.dossier)

    @property
    def devices(self) -> View:
        """The user's devices: how they are protected, and what is to be done."""
        return devices.devices(self.dossier)

    @property
    def exposure(self) -> View:
        """What was seen."""
        return reach.exposure(self.dossier)

    @property
    def recipients(self) -> View:
        """Who received the attacker's mail."""
        return reach.recipients(self.dossier)

    @property
    def other_victims(self) -> View:
        """On whom else the attacker's artefacts were met."""
        return hunt.other_victims(self.dossier)

    @property
    def indicators(self) -> View:
        """What to look for elsewhere."""
        return reach.indicators(self.dossier)

    @property
    def response(self) -> View:
        """What was changed, with proof."""
        return measures.response_log(self.dossier)

    @property
    def plan(self) -> View:
        """What is proposed, and what is still open."""
        return measures.plan(self.dossier)

    @property
    def remaining(self) -> View:
        """What is left to do, who does it, and what stays uncertain."""
        return remaining.remaining(self.dossier)

    def phase(self, name: str) -> View:
        """The steps of one phase: preserve, contain, scope, eradicate, recover, verify or lessons."""
        return measures.plan(self.dossier, name)

    @property
    def recovery(self) -> View:
        """What must be true before the account is opened again, and what is still open."""
        return recovery.recovery(self.dossier)

    def contain(self, approve: str = "") -> View:
        """A dry run of the containment; with the id of the plan that was read, the containment itself.

        Raises NotApproved for any other id, before anything is sent.
        """
        return containment.contain(self.dossier, approve)

    def respond(
        self, approve: str = "", steps: Sequence[str] = (), typed: Mapping[str, str] | None = None
    ) -> Approval | View:
        """The whole plan to approve: in JupyterLab check boxes and one button, elsewhere what would be sent.

        With the id of the plan that was read, `steps` are sent (empty: the whole that may be); `typed` holds the word
        for each step that asks for one. Raises NotApproved for any other id, before anything is sent.
        """
        from o365nb.report.approval import respond

        return respond(self.dossier, approve, steps, typed)

    def watch(self, *, now: bool = False) -> View:
        """Whether the response held, round by round; `now` reads the tenant once more. Changes nothing there."""
        from o365nb.report.watching import watching

        return watching(self.dossier, now=now)

    @property
    def recommendations(self) -> View:
        """What would have stopped this."""
        return measures.recommended(self.dossier)

    @property
    def duties(self) -> View:
        """Which clocks may be running."""
        return measures.duties(self.dossier)

    @property
    def arrivals(self) -> View:
        """What came in, when, how complete: by source and by file, with what to ask for next."""
        return arrivals.evidence(self.dossier)

    @property
    def picture(self) -> Drawn:
        """The evidence as a picture: sources by time, holes and the case's window marked."""
        return arrivals.picture(self.dossier)

    @property
    def coverage(self) -> View:
        """What the evidence covers, and what it cannot say."""
        return records.coverage(self.dossier)

    @property
    def evidence(self) -> View:
        """Every piece of evidence with its hash."""
        return records.evidence(self.dossier)

    @property
    def glossary(self) -> View:
        """The words of the report."""
        return summary.glossary(self.dossier)


readable_errors()
