"""What the evidence covers, in the ledger's words: per file for exports, counts for live collections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from o365nb.case import Case, Coverage
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.events.schema import STATE_TABLES
from o365nb.intake.activity import Activity
from o365nb.intake.counts import FileCount, Span, TableCounts
from o365nb.intake.wholeness import TELLING, Logs, between, cap, covers
from o365nb.model import Outcome, Window, iso, utc

_PAD = timedelta(hours=1)
_LIMITS = "An export cannot show what was filtered out when it was made."
_STATE = {*STATE_TABLES, "inbox_rules.hidden"}
#: Workloads that a whole audit log of a user practically always has.
_USUAL = ("Exchange", "AzureActiveDirectory", "SharePoint", "OneDrive", "MicrosoftTeams")


def accounts(case: Case) -> Counter[str]:
    """Every account in the evidence, lower case, with the number of events and objects that name it."""
    with Engine(case) as engine:
        rows = engine.rows("""
            WITH named AS (
                SELECT actor AS upn FROM events WHERE actor_kind IN ('user', 'admin', 'guest')
                UNION ALL SELECT mailbox_owner FROM events
                UNION ALL SELECT lower(target) FROM events WHERE source IN ('message_trace', 'directory_audit')
                UNION ALL SELECT actor FROM events WHERE source = 'message_trace'
                UNION ALL SELECT owner FROM users UNION ALL SELECT owner FROM mailboxes
                UNION ALL SELECT owner FROM inbox_rules)
            SELECT upn, count(*) AS times FROM named WHERE upn LIKE '%_@_%' GROUP BY upn ORDER BY times DESC, upn
        """)
    return Counter({row["upn"]: row["times"] for row in rows})


def evidence_span(case: Case, subjects: Sequence[str]) -> Window:
    """The window that the subjects' own events span (everybody's, when they have none), an hour of air around it.

    Raises BadInput when there are no events at all: then the window must be given.
    """
    with Engine(case) as engine:
        mine = "actor = ANY($1) OR mailbox_owner = ANY($1) OR lower(target) = ANY($1)"
        for where in (f"WHERE {mine}", "WHERE $1 IS NOT NULL"):
            sql = f"SELECT min(time) AS first, max(time) AS last FROM events {where}"
            row = engine.rows(sql, [[subject.lower() for subject in subjects]])[0]
            if row["first"] is not None:
                return between(row["first"], row["last"], _PAD)
    raise BadInput("The evidence has no events with a time. Say which window is meant: --from and --to, or --since.")


def record_file_coverage(case: Case) -> None:
    """Enter into the ledger what each exported file covers of the case's window (`case.info.window`).

    Call it after `build_tables`, once the window is known. A source is complete when its files together span the
    window within a day at each end and between them; damaged when records of the file were.
    """
    counts = TableCounts.load(case.tables)
    files = [file for file in counts.files if file.from_file] if counts else []
    with Activity(case) as activity:
        brief = bool(files) and _brief(case)
        logs = Logs(files, activity, case.info.window, brief=brief, barred=_barred(case) if files else ())
        for file in files:
            lost = cap(file, files)
            for source, span in file.spans.items():
                # What a file says of a workload reaches as far as the file does: silence inside its span is silence.
                whole = file.spans.get(source.partition("/")[0], span)
                line = _state(file, source, span) if _timeless(source, span) else _log(file, source, whole, logs, lost)
                case.ledger.record(replace(line, received=span.received))
            if not file.spans:
                case.ledger.record(_nothing(file))
    for workload in _absent(files):
        reason = f"No {workload} record is in any audit log file: none happened, or the export left them out. {_LIMITS}"
        case.ledger.record(Coverage(f"ual/{workload}", "", case.info.window, Outcome.PARTIAL, reason=reason))


def record_live_counts(case: Case, files: Iterable[FileCount]) -> None:
    """Add duplicates and unparsable records to what the collectors entered; the outcome changes only for the latter."""
    found: dict[tuple[str, str], list[FileCount]] = {}
    for file in files:
        if not file.from_file:
            found.setdefault((file.source, file.owner), []).append(file)
    latest = {(entry.source, entry.subject): entry for entry in case.ledger.entries()}
    for key, group in found.items():
        entry = latest.get(key) or latest.get((key[0], ""))
        if entry is None:
            continue
        duplicates, unparsable = sum(f.duplicates for f in group), sum(f.damaged for f in group)
        if (duplicates, unparsable) == (entry.duplicates, entry.unparsable):
            continue
        broken = [reason for file in group for reason in file.reasons][:2]
        said = f"{unparsable} records could not be read whole ({'; '.join(broken)})" if unparsable else ""
        reason = entry.reason if not said or said in entry.reason else " ".join(filter(None, (entry.reason, said)))
        outcome = Outcome.DAMAGED if unparsable and entry.outcome.seen else entry.outcome
        case.ledger.record(
            replace(entry, duplicates=duplicates, unparsable=unparsable, reason=reason, outcome=outcome, at=None)
        )


def _barred(case: Case) -> list[Window]:
    """When all subjects' accounts were disabled: nobody is silent who may not sign in."""
    with Engine(case) as engine:
        rows = engine.rows(
            """SELECT lower(target) AS upn, operation = 'Disable account' AS off, time FROM events
            WHERE operation IN ('Disable account', 'Enable account') AND result IS DISTINCT FROM 'failure'
            ORDER BY time"""
        )
    off: set[str] = set()
    spans, since = list[Window](), None
    everybody = {subject.lower() for subject in case.info.subjects}
    for row in rows:
        (off.add if row["off"] else off.discard)(row["upn"])
        at = utc(row["time"])
        if everybody and everybody <= off:
            since = since or at
        elif since:
            spans.append(Window(since, at))
            since = None
    return [*spans, Window(since, case.info.window.end)] if since else spans


def _brief(case: Case) -> bool:
    """True when nobody stated a period and what the evidence itself spans is too short to answer for."""
    window = case.info.window
    if window.end - window.start >= TELLING:
        return False
    try:
        return window == evidence_span(case, case.info.subjects)
    except BadInput:  # no event at all: the window was stated
        return False


def _timeless(source: str, span: Span) -> bool:
    return source in _STATE or not span.first or not span.last


def _nothing(file: FileCount) -> Coverage:
    """A file of which no record is left."""
    outcome = Outcome.DAMAGED if file.received else Outcome.EMPTY
    reason = "; ".join(file.reasons) or " ".join(file.notes) or "The file has a known form and no records."
    return Coverage(
        "files", "", None, outcome, unparsable=file.damaged, reason=reason, file=file.name, shape=file.shape
    )


def _state(file: FileCount, source: str, span: Span) -> Coverage:
    """Objects as they stood: no time, so nothing of the window is missing."""
    said = f"{span.received} objects, as they stood when the file was made."
    return _line(file, source, span, Outcome.COMPLETE, said)


def _log(file: FileCount, source: str, span: Span, logs: Logs, lost: str) -> Coverage:
    """Events of one log; `lost` says why the file was probably cut off, "" when it was not."""
    base = source.partition("/")[0]
    told, spans = logs.judged(base, span.person), logs.spans(base, span.person)
    mine = spans[file.path]
    outcome = Outcome.PARTIAL if told.cause else Outcome.COMPLETE
    outcome = Outcome.CAPPED if lost else outcome
    said = f"{span.received} records; the file runs from {iso(span.first)} to {iso(span.last)}"
    if outcome is Outcome.COMPLETE and not covers([mine], logs.window):
        said += f" and {len(spans) - 1} more files fill the case's window with it"
    over = sum(other.start < mine.end and mine.start < other.end for other in spans.values()) - 1
    said += f"; {over} more files of this log overlap with it" if over else ""
    cause = "; ".join(filter(None, (lost, told.cause)))
    said += f". {cause[:1].upper()}{cause[1:]}." if cause else "."
    line = _line(file, source, span, outcome, f"{said} {told.remarks}".rstrip())
    causes = "; ".join(filter(None, (line.cause, cause)))
    return replace(line, window=mine, cause=causes, holes=tuple(hole.window for hole in told.holes))


def _line(file: FileCount, source: str, span: Span, outcome: Outcome, said: str) -> Coverage:
    """What holds for every line: the file's notes and damage."""
    cause = ""
    if file.limited and outcome is Outcome.COMPLETE:
        outcome, cause = Outcome.PARTIAL, " ".join(file.notes).rstrip(".")
    reason = said + "".join(f" {note}" for note in file.notes)
    if file.damaged:
        outcome, cause = Outcome.DAMAGED, f"{file.damaged} records are damaged: {'; '.join(file.reasons)}"
        reason += f" {file.damaged} records are damaged ({'; '.join(file.reasons)})."
    whole = "/" not in source
    return Coverage(
        source,
        span.person,
        None,
        outcome,
        duplicates=file.duplicates if whole else 0,
        unparsable=file.damaged if whole else 0,
        reason=reason,
        file=file.name,
        shape=file.shape,
        cause=cause,
    )


def _absent(files: list[FileCount]) -> list[str]:
    sources = {source for file in files for source in file.spans}
    return [w for w in _USUAL if f"ual/{w}" not in sources] if "ual" in sources else []
