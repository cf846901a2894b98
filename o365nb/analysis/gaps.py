"""The coverage ledger in sentences: what could not be seen, why, and what that leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from o365nb.analysis.base import short
from o365nb.analysis.blind_spots import never_shown
from o365nb.analysis.gap_words import FOR_ALL, INSTEAD, LOGONS, NEEDED, OUTCOMES, part_name, words_of
from o365nb.case import Coverage, Ledger
from o365nb.model import Gap, Outcome
from o365nb.text import plural

#: What a reason holds when it is a service's own refusal: for technicians, who find it beside the ledger's line.
_TECHNICAL = re.compile(r" was refused \(|\[request |AADSTS\d|^the collector failed:")
_LACKS = re.compile(r"The tenant lacks (.{3,80}?)\.(?: \[|$| )")
#: How the names begin that are followed by "was".
_SINGULAR = (
    "The directory audit log",
    "The unified",
    "The message",
    "The source",
    "The time",
    "The report",
    "The state",
    "The risk of",
    "The risk{of}",
    "The protection",
    "Defender's judgement",
)


def gaps(ledger: Ledger, subjects: Iterable[str]) -> list[Gap]:
    """Every line of the ledger with its sentence, and one line for each source that nobody asked for."""
    entries = ledger.entries()
    told = {(entry.source, entry.subject, entry.file, entry.outcome) for entry in entries}
    tables, files = _together(entries), _files_together(entries)
    whole = {entry.subject for entry in entries if entry.source in LOGONS and entry.outcome.seen}
    found = [
        _gap(
            entry,
            tables.get((entry.source, entry.subject)),
            silent=_told(entry, told),
            instead=entry.subject in whole,
            files=files.get((entry.source, entry.subject, entry.file)),
        )
        for entry in entries
    ]
    for source in NEEDED:
        about = {entry.subject for entry in entries if source in (entry.source, entry.source.partition("/")[0])}
        missing = [] if "" in about else [subject for subject in subjects if subject not in about]
        found += [_never(source, subject) for subject in missing]
    return found


def _told(entry: Coverage, told: set[tuple[str, str, str, Outcome]]) -> bool:
    """True for one workload of a log that has the same gap as a whole: once is enough for the reader."""
    whole, _, part = entry.source.partition("/")
    return bool(part) and not entry.unparsable and (whole, entry.subject, entry.file, entry.outcome) in told


def _together(entries: Iterable[Coverage]) -> dict[tuple[str, str], str]:
    """Of the tables of advanced hunting that ended alike: the first speaks for all of them, the others are silent."""
    alike: dict[tuple[str, Outcome], list[str]] = {}
    for entry in entries:
        base, _, table = entry.source.partition("/")
        if base == "hunting" and table and entry.outcome in FOR_ALL:
            alike.setdefault((entry.subject, entry.outcome), []).append(table)
    said: dict[tuple[str, str], str] = {}
    for (subject, _), listed in alike.items():
        first, *others = sorted(listed)
        said |= {(f"hunting/{table}", subject): "" for table in others}
        said[f"hunting/{first}", subject] = f"hunting/{', '.join([first, *others])}"
    return said


def _files_together(entries: Iterable[Coverage]) -> dict[tuple[str, str, str], str]:
    """Of files that lack the same of one log for the same cause: the first names them all, the others are silent."""
    alike: dict[tuple[str, str, Outcome, str], list[str]] = {}
    for entry in entries:
        if entry.file and entry.cause and not entry.outcome.seen and not entry.unparsable:
            alike.setdefault((entry.source, entry.subject, entry.outcome, entry.cause), []).append(entry.file)
    said: dict[tuple[str, str, str], str] = {}
    for (source, subject, _, _), listed in alike.items():
        first, *others = list(dict.fromkeys(listed))
        more = f" and {plural(len(others), 'more file')}" if others else ""
        said |= {(source, subject, file): "" for file in others}
        said[source, subject, first] = f"{short(first, 120)}{more}"
    return said


def _gap(entry: Coverage, spoken: str | None = None, *, silent: bool, instead: bool, files: str | None = None) -> Gap:
    """The line with its sentence; `spoken` is the source that the sentence names, `files` its files, "" where another
    line speaks for this one."""
    window = entry.window
    silent = silent or spoken == "" or files == ""
    return Gap(
        entry.source,
        entry.subject,
        window.start if window else None,
        window.end if window else None,
        entry.outcome,
        entry.received,
        entry.duplicates,
        entry.unparsable,
        entry.reason,
        entry.file,
        "" if silent else sentence(replace(entry, source=spoken or entry.source), instead=instead, files=files or ""),
        entry.shape,
        never_shown(entry.source, entry.shape, state=window is None) if _logs(entry) else (),
        entry.holes,
    )


def _logs(entry: Coverage) -> bool:
    """Whether the line is about a file as a whole, and records came of it."""
    return bool(entry.shape) and "/" not in entry.source and entry.source != "files"


def sentence(entry: Coverage, *, instead: bool = False, files: str = "") -> str:
    """What one ledger line forces into the report; "" when the source was seen whole and every record was read.

    `instead`: the unified audit log of the account was read whole. `files`: the files it is about, in words.
    """
    base, _, part = entry.source.partition("/")
    if base == "files" and entry.outcome in (Outcome.PARTIAL, Outcome.COMPLETE):
        return "" if entry.outcome.seen else short(entry.reason, 320)
    if base == "files":
        return f"The file {short(entry.file, 120)} could not be used: {short(entry.reason, 240).rstrip('.')}."
    whole, words = words_of(base), words_of(entry.source)
    what = whole.called or f"The source {short(base, 40)}"
    what += f" ({', '.join(short(part_name(base, one), 40) for one in part.split(', '))})" if part else ""
    what = _of(what, entry.subject)
    what += f" in {files or short(entry.file, 120)}" if entry.file else ""
    said = []
    if form := OUTCOMES.get(entry.outcome):
        before = f"before {entry.window.end:%Y-%m-%d} " if entry.window else ""
        reason = f" ({why})" if (why := _why(entry)) else ""
        kept = whole.kept or "it is older than Microsoft keeps it"
        said.append(form[0].format(what=what, were=_were(what), reason=reason, before=before, kept=kept) + ".")
        said.append(INSTEAD[base] + "." if instead and base in INSTEAD else f"{words.cost}{form[1]}.")
    if entry.unparsable:
        lost = plural(entry.unparsable, "record")
        said.append(f"{what}: {lost} could not be read; what stood there is missing from the judgement.")
    return " ".join(said)


def _why(entry: Coverage) -> str:
    """The reason as the customer can read it; "" where it is a service's own refusal: the outcome says it in words."""
    if entry.cause or not _TECHNICAL.search(entry.reason):
        return short(entry.cause or entry.reason, 320).rstrip(".")
    lacking = _LACKS.search(entry.reason)
    return f"{short(lacking.group(1), 80)} is needed" if lacking else ""


def _never(source: str, subject: str) -> Gap:
    words = words_of(source)
    about = "" if words.about == "tenant" else subject
    said = f"{_of(words.called, about)} {_were(words.called)} not among the evidence. {words.cost}."
    return Gap(source, about, None, None, Outcome.PARTIAL, 0, 0, 0, "never asked for", "", said)


def _of(what: str, subject: str) -> str:
    whose = f" of {short(subject, 80)}" if subject else ""
    return what.replace("{of}", whose) if "{of}" in what else what + whose


def _were(what: str) -> str:
    return "was" if what.startswith(_SINGULAR) else "were"
