"""The one module a notebook imports: open a case, and show what there is to see of it.

    from o365nb import workbench as wb
    case = wb.open_case("practice-aitm")
    case.verdict        # shows itself; `.frame` gives the rows as pandas

Nothing here changes anything in a tenant, but for `CaseView.contain` with the id of the plan that was read.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from o365nb.case.folder import checked_name
from o365nb.errors import O365nbError
from o365nb.report import (
    account,
    activity,
    arrivals,
    containment,
    corrections,
    devices,
    hunt,
    measures,
    reach,
    records,
    results,
    sigma,
    summary,
)
from o365nb.report.dossier import Dossier
from o365nb.report.figures import Drawn
from o365nb.report.markup import View

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from o365nb.report.interview import Interview

__all__ = ["CaseView", "View", "from_tables", "open_case"]


def open_case(case: str, data: str = "data", reports: str = "reports") -> CaseView:
    """An analysed case by its name. `reports` is the folder of all reports, or the one of this case.

    Raises BadCase when there is no such case or it was not analysed yet, BadInput when the name is none.
    """
    return CaseView(Dossier.open(checked_name(case), Path(data), Path(reports)))


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
    from o365nb.progress import Progress

    known_engine(engine)
    request = investigate.Request(
        case=case, users=tuple(users), since=since, start=start, end=end, data=Path(data), reports=Path(reports)
    )
    made = investigate.from_tables(tables, request, Progress())
    investigate.analyse(made, Progress(), where=engine)
    return open_case(made.info.name, data, reports)


class CaseView:
    """A case to look at. Every property is a view; shown by itself, the case is the cover of its report."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier

    def _repr_html_(self) -> str:
        return summary.cover(self.dossier)._repr_html_()

    def __repr__(self) -> str:
        return repr(summary.cover(self.dossier))

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
    def steps(self) -> View:
        """The attacker's acts, one after the other."""
        return activity.steps(self.dossier)

    @property
    def networks(self) -> View:
        """Where the account was used from, and whose that was."""
        return activity.networks(self.dossier)

    @property
    def cause(self) -> View:
        """How they got in, with the alternatives."""
        return summary.cause(self.dossier)

    def interview(self, answers: str = "") -> Interview:
        """The questions, the one that would settle most first; in JupyterLab a form that saves itself in the case.

        `answers` is an interview.yaml that takes the place of what the case has. Raises BadEvidence naming its line.
        """
        from o365nb.report.interview import Interview

        return Interview(self.dossier, answers)

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

    def phase(self, name: str) -> View:
        """The steps of one phase: preserve, contain, scope, eradicate, recover, verify or lessons."""
        return measures.plan(self.dossier, name)

    def contain(self, approve: str = "") -> View:
        """A dry run of the containment; with the id of the plan that was read, the containment itself.

        Raises NotApproved for any other id, before anything is sent.
        """
        return containment.contain(self.dossier, approve)

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


def _one_line_errors() -> None:
    """In a notebook, an error that the kit explains is its one line, without a traceback; it still stops the run."""
    if "ipykernel" not in sys.modules:
        return
    from IPython import get_ipython

    def show(shell: Any, kind: type[BaseException], error: BaseException, *_: Any, **__: Any) -> None:
        shell._showtraceback(kind, error, [f"{kind.__name__}: {error}"])  # noqa: SLF001 - papermill reads this message

    if shell := get_ipython():
        shell.set_custom_exc((O365nbError,), show)


_one_line_errors()
