"""What the evidence covers, in the ledger's words: per file for exports, counts for live collections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from o365nb.case import Case, Coverage
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.events.schema import STATE_TABLES
from o365nb.intake.counts import FileCount, Span, TableCounts
from o365nb.model import Outcome, Window, iso, utc

#: An export ends where events end, not where the window ends: a day on each side is no gap.
SLACK = timedelta(days=1)
#: Evidence shorter than this tells nothing of what is usual; alone it is no period to give an answer about.
TELLING = timedelta(days=3)
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
                return _window(row["first"], row["last"], _PAD)
    raise BadInput("The evidence has no events with a time. Say which window is meant: --from and --to, or --since.")


def record_file_coverage(case: Case) -> None:
    """Enter into the ledger what each exported file covers of the case's window (`case.info.window`).

    Call it after `build_tables`, once the window is known. A source is complete when its files together span the
    window within a day at each end and between them; damaged when records of the file were.
    """
    counts = TableCounts.load(case.tables)
    files = [file for file in counts.files if file.from_file] if counts else []
    brief = bool(files) and _brief(case)
    for file in files:
        for source, span in file.spans.items():
            # What a file says of a workload reaches as far as the file does: silence inside its span is silence.
            whole = file.spans.get(source.partition("/")[0], span)
            case.ledger.record(_line(case, file, source, replace(whole, received=span.received), files, brief=brief))
        if not file.spans:
            outcome = Outcome.DAMAGED if file.received else Outcome.EMPTY
            reason = "; ".join(file.reasons) or " ".join(file.notes) or "The file has a known form and no records."
            case.ledger.record(
                Coverage("files", "", None, outcome, unparsable=file.damaged, reason=reason, file=file.name)
            )
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


def _brief(case: Case) -> bool:
    """True when nobody stated a period and what the evidence itself spans is too short to answer for."""
    window = case.info.window
    if window.end - window.start >= TELLING:
        return False
    try:
        return window == evidence_span(case, case.info.subjects)
    except BadInput:  # no event at all: the window was stated
        return False


def _line(case: Case, file: FileCount, source: str, span: Span, files: list[FileCount], *, brief: bool) -> Coverage:
    if source in _STATE or not span.first or not span.last:
        window, outcome = None, Outcome.COMPLETE
        reason = f"{span.received} objects, as they stood when the file was made."
    else:
        window = _window(span.first, span.last)
        together = _alike(files, source, span.person)
        complete = _covers(together, case.info.window) and not brief
        outcome = Outcome.COMPLETE if complete else Outcome.PARTIAL
        reason = f"{span.received} records; the file runs from {iso(span.first)} to {iso(span.last)}"
        if brief:
            reason += f": less than {TELLING.days} days, and no period was stated (--from, --to)"
        elif not complete:
            reason += f", the case's window from {iso(case.info.window.start)} to {iso(case.info.window.end)}"
        elif not _covers([window], case.info.window):
            reason += f" and {len(together) - 1} more files fill the case's window with it"
        reason += "."
    if file.limited and outcome is Outcome.COMPLETE:
        outcome = Outcome.PARTIAL
    reason += "".join(f" {note}" for note in file.notes)
    if file.damaged:
        outcome = Outcome.DAMAGED
        reason += f" {file.damaged} records are damaged ({'; '.join(file.reasons)})."
    return Coverage(
        source,
        span.person,
        window,
        outcome,
        received=span.received,
        duplicates=file.duplicates if "/" not in source else 0,
        unparsable=file.damaged if "/" not in source else 0,
        reason=f"{reason} {_LIMITS}",
        file=file.name,
    )


def _alike(files: list[FileCount], source: str, person: str) -> list[Window]:
    """The spans of all files that tell of that source for that person; "" stands for many."""
    spans = [file.spans.get(source.partition("/")[0]) for file in files]
    told = (span for span in spans if span and span.person in ("", person))
    return [_window(span.first, span.last) for span in told if span.first and span.last]


def _absent(files: list[FileCount]) -> list[str]:
    sources = {source for file in files for source in file.spans}
    return [w for w in _USUAL if f"ual/{w}" not in sources] if "ual" in sources else []


def _covers(spans: list[Window], window: Window) -> bool:
    """Whether the spans together reach over the window, with no more than the slack missing anywhere."""
    reached = window.start + SLACK
    for span in sorted(spans):
        if span.start > reached:
            break
        reached = max(reached, span.end + SLACK)
    return reached >= window.end


def _window(first: datetime, last: datetime, pad: timedelta = timedelta(0)) -> Window:
    """Both ends inside."""
    return Window(utc(first) - pad, utc(last) + pad + timedelta(microseconds=1))
