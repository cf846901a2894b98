"""Verification over days as a view: the rounds so far, what spoke against the response, and when to look again."""

from __future__ import annotations

from typing import Any

from o365nb.model import iso, utc
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import pill
from o365nb.text import plural

_SERIOUS = {True: ("against it", "bad", "✕"), False: ("noted", "mute", "")}


def watching(of: Dossier, *, now: bool = False) -> View:
    """The rounds of verification so far. `now` makes another one first: it reads the tenant, and changes nothing.

    Raises BadInput for a case without a tenant, or when nothing was applied yet.
    """
    from o365nb.watch import look_again, rounds

    if now:
        from o365nb.doors import tenant_of
        from o365nb.progress import Progress

        with tenant_of(of.case, print) as tenant:
            look_again(of.case, tenant, Progress())
    kept = rounds(of.case)
    tables = [_rounds(kept), *([_steps(kept[-1]), _signs(kept[-1])] if kept else [])]
    said = _said(of, kept)
    blind = tuple(f"Not seen whole: {gap}." for gap in kept[-1]["blind"]) if kept else ()
    plain = [{name: line[name] for name in ("at", "due", "broken", "clean", "folder")} for line in kept]
    return sheet(of.clock, plain, said, *tables, lead=[said], tail=blind)


def _said(of: Dossier, kept: list[dict[str, Any]]) -> str:
    if not kept:
        return "Nothing was verified yet: an hour, a day and a week after the response it is looked at again."
    last = kept[-1]
    held = "does not hold" if last["broken"] else "holds" if last["clean"] else "holds, as far as could be seen"
    return f"The response {held}, as of {of.clock.when(utc(last['at']))} ({plural(len(kept), 'round')} so far)."


def _rounds(kept: list[dict[str, Any]]) -> Table:
    rows = [
        {
            "at": utc(line["at"]), "due": line["due"] or "before the first",
            "state": _pill(line), "signs": sum(sign["serious"] for sign in line["signs"]),
            "open": [check["step_id"] for check in line["checks"] if check["holds"] is False],
        }
        for line in kept
    ]  # fmt: skip
    columns = (
        Column("at", "When", "time"), Column("due", "Round"), Column("state", "Held?", "pill"),
        Column("open", "Steps that do not hold", "list"), Column("signs", "Signs against it", "number"),
    )  # fmt: skip
    return Table("Rounds of verification", columns, rows, "No round so far.")


def _pill(line: dict[str, Any]) -> dict[str, Any]:
    if line["broken"]:
        return pill("no", "bad", "✕")
    return pill("yes", "good", "●") if line["clean"] else pill("as far as seen", "warn", "?")


def _steps(line: dict[str, Any]) -> Table:
    words = {
        True: pill("holds", "good", "●"),
        False: pill("does not hold", "bad", "✕"),
        None: pill("open", "mute", "○"),
    }
    rows = [
        {
            "step": check["step_id"], "target": check["target"], "state": words[check["holds"]], "read": check["read"],
            "note": check["note"], "took": "" if check["took"] is None else f"{check['took']:.0f} s",
        }
        for check in line["checks"]
    ]  # fmt: skip
    columns = (
        Column("step", "Step", "code"), Column("target", "On what"), Column("state", "Holds?", "pill"),
        Column("read", "As read back"), Column("took", "Shown after"), Column("note", "Note"),
    )  # fmt: skip
    return Table(f"Step by step, at {iso(utc(line['at']))}", columns, rows, "The plan has no step.")


def _signs(line: dict[str, Any]) -> Table:
    rows = [
        {
            "state": pill(*_SERIOUS[sign["serious"]]), "subject": sign["subject"] or "the tenant", "what": sign["what"],
            "first": utc(sign["first"]) if sign["first"] else None, "times": sign["times"],
        }
        for sign in line["signs"]
    ]  # fmt: skip
    columns = (
        Column("state", "Weight", "pill"), Column("subject", "Account"), Column("what", "What was seen"),
        Column("first", "First", "time"), Column("times", "Times", "number"),
    )  # fmt: skip
    empty = "Nothing since the response speaks against it."
    return Table("What was seen since the response", columns, rows, empty)
