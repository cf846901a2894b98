"""What the report rests on: coverage, limits, the evidence register."""

from __future__ import annotations

from collections import Counter
from typing import Any

from o365nb.errors import BadCase
from o365nb.model import Gap, plain, utc
from o365nb.report.clock import amount
from o365nb.report.dossier import Dossier
from o365nb.report.facts import boundless, whole
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.words import OUTCOMES, source_name


def coverage(of: Dossier) -> View:
    """Source by subject: what was seen whole, what was not, and what that forbids to say."""
    gaps = sorted(of.found.coverage, key=lambda gap: (whole(gap), gap.source, gap.subject, gap.file))
    rows = [_line(of, gap) for gap in gaps]
    columns = (
        Column("source", "Source"),
        Column("subject", "Account"),
        Column("state", "Seen", "pill"),
        Column("window", "Period"),
        Column("received", "Records", "number"),
        Column("duplicates", "Duplicates", "number"),
        Column("unparsable", "Unreadable", "number"),
        Column("reason", "Technical detail"),
    )
    missing = [row for row, gap in zip(rows, gaps, strict=True) if not whole(gap)]
    seen = [row for row, gap in zip(rows, gaps, strict=True) if whole(gap)]
    counts = Counter(whole(gap) for gap in gaps)
    lead = (
        f"{amount(len(gaps), 'line')} of coverage: {counts[True]} seen whole, {counts[False]} not. Only a source that"
        " was seen whole lets silence mean that nothing was there."
        if gaps
        else "Cannot tell: nothing is recorded about what was asked for, so silence proves nothing."
    )
    tables = [Table("Not seen whole", columns, missing, "Every source was seen whole." if gaps else "")]
    if seen:
        tables.append(Table("Seen whole", columns, seen, "", fold=f"{amount(len(seen), 'source')} seen whole"))
    told = [gap.sentence for gap in gaps if gap.sentence]
    limits = list(dict.fromkeys([*boundless(of.found), *told]))
    return View("matrix", of.clock, [plain(gap) for gap in gaps], lead, lead=lead, limits=limits, tables=tables)


def _line(of: Dossier, gap: Gap) -> dict[str, Any]:
    word, tone, sign = OUTCOMES[gap.outcome]
    if gap.reason == "never asked for":
        word, tone, sign = "not among the evidence", "bad", "✕"
    elif gap.outcome.seen and not whole(gap):
        word, tone, sign = "in part unreadable", "warn", "◐"
    window = "–" if gap.reason == "never asked for" else "as it stood when collected"
    if gap.window_start and gap.window_end:
        window = f"{of.clock.when(gap.window_start)} to {of.clock.when(gap.window_end)}"
    return {
        "source": source_name(gap.source),
        "subject": gap.subject or "the whole tenant",
        "state": {"text": word, "tone": tone, "sign": sign, "note": "", "rank": whole(gap)},
        "window": window,
        "received": gap.received,
        "duplicates": gap.duplicates,
        "unparsable": gap.unparsable,
        "reason": " · ".join(part for part in (gap.file, gap.reason) if part),
    }


def evidence(of: Dossier) -> View:
    """Every piece of evidence with its SHA-256, as the chain of custody has it."""
    rows = [
        {
            "path": line["path"],
            "origin": str(line.get("file") or line.get("query") or line.get("path", "")),
            "shape": str(line.get("shape", "")),
            "records": line.get("records") if isinstance(line.get("records"), int) else None,
            "size": int(line.get("size", 0)),
            "time": utc(str(line["time"])) if line.get("time") else None,
            "sha256": str(line["sha256"]),
        }
        for line in of.custody
    ]
    columns = (
        Column("path", "File in the case", "code"),
        Column("origin", "Asked for, or given as"),
        Column("shape", "Form"),
        Column("records", "Records", "number"),
        Column("size", "Bytes", "number"),
        Column("time", "Taken in", "time"),
        Column("sha256", "SHA-256", "code"),
    )
    warning, lead = "", ""
    try:
        lead = (
            f"{amount(len(rows), 'piece')} of evidence, kept byte for byte. The chain of custody was checked when this"
            f" page was made: {amount(of.case.custody.verify(), 'line')} hold."
        )
    except BadCase as error:
        warning = f"The chain of custody does not hold: {error} Do not rely on this evidence before that is explained."
    empty = "Cannot tell what this report rests on: no evidence is entered in the chain of custody."
    fold = f"The register: {amount(len(rows), 'file')} with SHA-256" if len(rows) > 12 else ""
    table = Table("Evidence register", columns, rows, empty, fold, name="register")
    tail = ("To check every file against its hash: o365nb verify --case " + of.case.info.name,) if rows else ()
    return sheet(
        of.clock, of.custody, lead or warning, table, lead=[lead] if lead and rows else [], warning=warning, tail=tail
    )
