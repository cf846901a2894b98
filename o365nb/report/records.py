"""What the report rests on: coverage, limits, the evidence register."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.analysis.blind_spots import never_shown_by
from o365nb.errors import BadCase
from o365nb.intake.brought import answered
from o365nb.intake.counts import FileCount
from o365nb.model import Gap, plain, utc
from o365nb.report import arrivals
from o365nb.report.dossier import Dossier
from o365nb.report.facts import boundless, whole
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.words import OUTCOMES, SOURCES, source_name
from o365nb.text import plural

_ORDER = list(SOURCES)
#: A gap's sentence whose reason many others share: the ledger writes them (`analysis.gaps`).
_SHARED = re.compile(
    r"(?P<what>[^:]+) could not be read: (?P<why>the right to do so is missing|this cloud does not offer it"
    r"|the organisation has no licence for it)(?: \((?P<need>[^()]+)\))?\. (?P<cost>.+)"
)
_REASONS = {
    "the right to do so is missing": "Not permitted",
    "this cloud does not offer it": "Not offered by this cloud",
    "the organisation has no licence for it": "Not licensed",
}


def coverage(of: Dossier) -> View:
    """Source by subject: what was not seen whole and what that forbids to say, first; then the ledger itself."""
    gaps = sorted(of.found.coverage, key=lambda gap: (whole(gap), rank(gap.source), gap.subject, gap.file))
    missing, seen = [gap for gap in gaps if not whole(gap)], [gap for gap in gaps if whole(gap)]
    split = f": {len(seen)} seen whole, {len(missing)} not" if missing else ", all seen whole"
    lead = (
        f"{plural(len(gaps), 'line')} of coverage{split}. Only a source that"
        " was seen whole lets silence mean that nothing was there."
        if gaps
        else "Cannot tell: nothing is recorded about what was asked for, so silence proves nothing."
    )
    tables = [] if gaps and not seen else [_table(of, "Seen whole", seen, f"{plural(len(seen), 'line')} seen whole")]
    if missing:
        fold = f"The ledger's {plural(len(missing), 'line')} not seen whole, with technical detail"
        tables.insert(0, _table(of, "Not seen whole", missing, fold))
    told = [gap.sentence for gap in missing if gap.sentence]
    limits, groups = _grouped(list(dict.fromkeys(told)))
    limits = [*dict.fromkeys([*boundless(of.found), *limits])]
    silent = [gap for gap in seen if gap.holes and "/" not in gap.source]
    if silent:
        groups.append(
            ("Silent, and leave may explain it", [(source_name(g.source), _stretches(of, g)) for g in silent])
        )
    tables += arrivals.files(of)
    rows, never = [plain(gap) for gap in gaps], list(never_shown_by(gaps))
    return View("matrix", of.clock, rows, lead, lead=lead, limits=limits, groups=groups, never=never, tables=tables)


def _stretches(of: Dossier, gap: Gap) -> str:
    """Where a log is silent although it usually is not; the first ones in words."""
    told = "; ".join(of.clock.span(hole.start, hole.end) for hole in gap.holes[:3])
    more = f"; and {len(gap.holes) - 3} more" if len(gap.holes) > 3 else ""
    return f"No record of {gap.subject or 'anybody'} {told}{more}."


def rank(source: str) -> tuple[int, str]:
    """Where a source stands in the vocabulary: sign-ins and logs first, what merely adds to them last."""
    base = source.partition("/")[0]
    return (_ORDER.index(source if source in _ORDER else base) if base in _ORDER else len(_ORDER), source)


def _grouped(sentences: list[str]) -> tuple[list[str], list[tuple[str, list[tuple[str, str]]]]]:
    """Sentences as they are, and those that share one reason under that reason, said once: what, and what it costs."""
    shared: dict[str, list[re.Match[str]]] = {}
    for found in filter(None, map(_SHARED.fullmatch, sentences)):
        need = f": {found['need']}" if found["need"] else ""
        shared.setdefault(_REASONS[found["why"]] + need, []).append(found)
    groups = {why: said for why, said in shared.items() if len(said) > 1}
    told = {found[0] for said in groups.values() for found in said}
    parts = [(why, [(found["what"], found["cost"]) for found in said]) for why, said in groups.items()]
    return [sentence for sentence in sentences if sentence not in told], parts


def _table(of: Dossier, caption: str, gaps: list[Gap], fold: str) -> Table:
    """Lines of the ledger; a column in which every line says the same nothing is left out."""
    columns = [Column("source", "Source"), Column("subject", "Account"), Column("state", "Seen", "pill")]
    columns += [Column("window", "Period"), Column("received", "Records", "number")]
    columns += [Column("duplicates", "Duplicates", "number")] if any(gap.duplicates for gap in gaps) else []
    columns += [Column("unparsable", "Unreadable", "number")] if any(gap.unparsable for gap in gaps) else []
    rows = [_line(of, gap) for gap in gaps]
    columns += [Column("reason", "Technical detail")] if any(row["reason"] for row in rows) else []
    return Table(caption, columns, rows, "", fold)


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
    held = of.counts
    rows = [
        {
            **_held(held.get(str(line["path"]))),
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
        Column("kept", "Events or objects", "number"),
        Column("duplicates", "Duplicates", "number"),
        Column("damaged", "Damaged", "number"),
        Column("size", "Bytes", "number"),
        Column("time", "Taken in", "time"),
        Column("sha256", "SHA-256", "code"),
    )
    warning, lead = "", ""
    try:
        lead = (
            f"{plural(len(rows), 'piece')} of evidence, kept byte for byte. The chain of custody was checked when this"
            f" page was made: {plural(of.case.custody.verify(), 'line')} hold."
        )
    except BadCase as error:
        broken = of.said(str(error))
        warning = f"The chain of custody does not hold: {broken} Do not rely on this evidence before that is explained."
    empty = "Cannot tell what this report rests on: no evidence is entered in the chain of custody."
    fold = f"The register: {plural(len(rows), 'file')} with SHA-256" if len(rows) > 12 else ""
    table = Table("Evidence register", columns, rows, empty, fold, name="register", whole=True)
    tail = (
        *(("To check every file against its hash: o365nb verify --case " + of.case.info.name,) if rows else ()),
        *_brought(of),
    )
    return sheet(
        of.clock, of.custody, lead or warning, table, lead=[lead] if lead and rows else [], warning=warning, tail=tail
    )


def _held(file: FileCount | None) -> dict[str, int | None]:
    """What became of the records of one piece; nothing where it holds none that are counted."""
    names = ("kept", "duplicates", "damaged")
    return {name: getattr(file, name) if file else None for name in names}


def _brought(of: Dossier) -> Iterator[str]:
    """The databases of addresses behind places and operators: no evidence, but part of what the report rests on."""
    if not of.case.info.databases:
        return
    public = int(of.rows("SELECT count(*) AS n FROM addresses WHERE scope = 'public'")[0]["n"])
    for about, asked in answered(of.evidence_case):
        missed = public - asked
        gone = (
            f" {missed:,} of {public:,} addresses could not be asked: it was no longer at hand." if missed > 0 else ""
        )
        yield (
            f"Not evidence, but used to name places and operators: {about['name']} ({about['type']}, built"
            f" {about['built']}, SHA-256 {about['sha256']}).{gone}"
        )
