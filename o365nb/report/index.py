"""The page over many incidents: each with its answer, its numbers and the way to its report."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from o365nb import __version__
from o365nb.case import Bundle, Case
from o365nb.case.folder import write_atomic
from o365nb.case.place import private
from o365nb.model import Assessment, Verdict
from o365nb.report.clock import Clock
from o365nb.report.facts import six_numbers
from o365nb.report.markup import asset, environment
from o365nb.report.words import VERDICTS

#: What wants somebody's eyes first stands first; incidents without a report before all.
_ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Line:
    """One incident of the page. `reason` says why there is no report; `number` is its place among the incidents.

    Unless it may be `named`, neither its name nor its reason stands on the page, nor a way to its log.
    """

    case: str
    report: str
    reason: str
    log: Path
    named: bool = True
    number: int = 0

    @property
    def called(self) -> str:
        """Its name; where nobody may be named, that of the folder of its report."""
        if self.named:
            return self.case
        return Path(self.report).parent.name if self.report else f"Line {self.number}"


def write_index(page: Path, title: str, lines: Sequence[Line], data: Path) -> Path:
    """Write the page; the links in it are relative, so that the folder may be moved. Returns the page."""
    shown = sorted((_shown(line, page.parent, data) for line in lines), key=lambda one: (one["rank"], one["case"]))
    css = asset("views.css") + asset("report.css")
    script = asset("tables.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    html = (
        environment()
        .get_template("index.html.j2")
        .render(
            title=title,
            lines=shown,
            failed=sum(bool(line.reason) for line in lines),
            version=__version__,
            style=Markup(css),  # noqa: S704 - the kit's own file
            script=Markup(script),  # noqa: S704 - the kit's own file
            digest=digest,
        )
    )
    private(page.parent)
    write_atomic(page, html)
    return page


def _shown(line: Line, beside: Path, data: Path) -> dict[str, Any]:
    told = {"case": line.called, "reason": "", "log": "", "report": "", "rank": -1}
    if line.reason:
        said = line.reason if line.named else "Its log says why; it names people and lies with the data."
        return told | {"reason": said, "log": _link(line.log, beside) if line.named else ""}
    case = Case.open(data / line.case)
    found, clock = Bundle(Path(case.info.out)).load(), Clock(case.info.time_zone)
    return told | {
        "rank": _ORDER.index(found.verdict.verdict),
        "report": _link(Path(line.report), beside),
        "subjects": list(case.info.subjects) if line.named else [],
        "answer": _pill(found),
        "numbers": six_numbers(found, clock)[:5],  # the sixth, money, is asked of people
        "first": found.verdict.first_attacker_event,
        "clock": clock,
        "steps": len(found.plan.steps),
        "gaps": sum(not gap.outcome.seen for gap in found.coverage),
    }


def _pill(found: Assessment) -> dict[str, str]:
    words = VERDICTS[found.verdict.verdict]
    return {"text": words.title, "tone": {"grave": "bad", "calm": "good"}.get(words.tone, words.tone)}


def _link(target: Path, beside: Path) -> str:
    """A relative address in the forms that browsers take on every system."""
    return quote(Path(os.path.relpath(target, beside)).as_posix())
