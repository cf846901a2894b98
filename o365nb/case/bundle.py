"""The result bundle in `reports/<case>/`: machine-readable twins of the report, written and read back.

The field lists are a contract (JSON Schemas in `schemas/` beside this file). UTF-8, times ISO 8601 UTC.
Cells that a spreadsheet would execute carry a leading apostrophe; indicators are defanged.
"""

from __future__ import annotations

import csv
import io
import json
import types
import typing
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from o365nb.case.folder import write_atomic
from o365nb.case.place import private
from o365nb.case.stix import defang, refang, stix_bundle
from o365nb.case.workbook import workbook
from o365nb.errors import BadCase
from o365nb.model import (
    Assessment,
    Attribution,
    CaseVerdict,
    Cause,
    DetectionAnswer,
    Exposure,
    Finding,
    Gap,
    Indicator,
    OtherVictim,
    Persistence,
    Plan,
    Recipient,
    Step,
    iso,
    plain,
)
from o365nb.safe import csv_cell, csv_text

T = typing.TypeVar("T")
TIMELINE = ("message", "datetime", "timestamp_desc", "event_id", "source", "operation", "actor", "label", "because")


class Bundle:
    """One incident's results on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, found: Assessment) -> None:
        """Write every file of the bundle but the report itself; each is replaced in one step."""
        private(self.folder)
        self._json("verdict.json", found.verdict)
        self._json("findings.json", found.findings)
        self._json("detections.json", found.detections)
        self._json("persistence.json", found.persistence)
        self.save_cause(found.cause)
        self._json("plan.json", {"plan_id": found.plan.plan_id, "steps": found.plan.steps})
        sentences = [gap.sentence for gap in found.coverage if gap.sentence]
        sentences += [said for gap in found.coverage for said in gap.never]
        self._json("coverage.json", {"entries": found.coverage, "sentences": list(dict.fromkeys(sentences))})
        self._csv("attribution.csv", Attribution, found.attributions)
        self._csv("exposure.csv", Exposure, found.exposure)
        self._csv("recipients.csv", Recipient, found.recipients)
        self._csv("other_victims.csv", OtherVictim, found.other_victims)
        defanged = (Indicator(i.kind, defang(i.value), i.first, i.last, i.why) for i in found.indicators)
        self._csv("iocs.csv", Indicator, defanged)
        self._json("iocs.stix.json", stix_bundle(found.indicators))
        self._timeline(found.attributions)
        write_atomic(self.folder / "results.xlsx", workbook(found))

    def save_cause(self, cause: Cause) -> None:
        """Write the root cause alone: the only file that an answer of the interview changes."""
        self._json("cause.json", cause)

    def load(self) -> Assessment:
        """Read the bundle back. Raises BadCase when a file is missing or does not have its fields."""
        indicators = self._rows("iocs.csv", Indicator)
        try:
            return Assessment(
                verdict=revive(CaseVerdict, self._read("verdict.json")),
                findings=tuple(revive(Finding, item) for item in self._read("findings.json")),
                detections={
                    slug: revive(DetectionAnswer, item) for slug, item in self._read("detections.json").items()
                },
                attributions=self._rows("attribution.csv", Attribution),
                persistence=tuple(revive(Persistence, item) for item in self._read("persistence.json")),
                exposure=self._rows("exposure.csv", Exposure),
                recipients=self._rows("recipients.csv", Recipient),
                cause=revive(Cause, self._read("cause.json")),
                plan=self.plan(),
                coverage=tuple(revive(Gap, item) for item in self._read("coverage.json")["entries"]),
                indicators=tuple(Indicator(i.kind, refang(i.value), i.first, i.last, i.why) for i in indicators),
                other_victims=self._rows("other_victims.csv", OtherVictim),
            )
        except (KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
            raise BadCase(
                f"{self.folder}: a result file lacks its fields ({error}). Run `o365nb analyse` again."
            ) from None

    def plan(self) -> Plan:
        """The plan as it was written. Raises BadCase when its content does not match its id."""
        data = self._read("plan.json")
        try:
            plan, said = Plan(tuple(revive(Step, item) for item in data["steps"])), data["plan_id"]
        except (KeyError, TypeError, ValueError, AttributeError):
            plan, said = Plan(()), ""
        if plan.plan_id != said:
            raise BadCase(
                f"{self.folder / 'plan.json'}: the content does not match the plan id. It was edited; plan again."
            )
        return plan

    def _json(self, name: str, value: Any) -> None:
        write_atomic(self.folder / name, json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")

    def _read(self, name: str) -> Any:
        path = self.folder / name
        try:
            return json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            raise BadCase(f"{path} is missing. Run `o365nb analyse` for this case first.") from None
        except ValueError as error:
            raise BadCase(f"{path}: not JSON ({error}). Run `o365nb analyse` again.") from None

    def _csv(self, name: str, kind: type[Any], rows: Iterable[Any]) -> None:
        columns = [field.name for field in fields(kind)]
        self._table(name, columns, ([_cell(getattr(row, column)) for column in columns] for row in rows))

    def _table(self, name: str, columns: Iterable[str], rows: Iterable[list[str]]) -> None:
        out = io.StringIO(newline="")
        writer = csv.writer(out)  # lines end as RFC 4180 has them; only then is a bare return in evidence quoted
        writer.writerow(columns)
        writer.writerows(rows)
        write_atomic(self.folder / name, out.getvalue())

    def _rows(self, name: str, kind: type[T]) -> tuple[T, ...]:
        path = self.folder / name
        if not path.is_file():
            raise BadCase(f"{path} is missing. Run `o365nb analyse` for this case first.")
        csv.field_size_limit(2**31 - 1)  # a subject line may be longer than csv's own limit of 131,072
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                revive(kind, {key: csv_text(cell) for key, cell in row.items()}) for row in csv.DictReader(file)
            )

    def _timeline(self, events: Iterable[Attribution]) -> None:
        """Timesketch's CSV: message, datetime and timestamp_desc are required, more columns are welcome."""
        rows = (
            [
                *(f"{e.operation} by {e.actor or 'nobody named'}: {e.label}", iso(e.time) or "", e.source),
                *(e.event_id, e.source, e.operation, e.actor, e.label.value, e.because),
            ]
            for e in events
        )
        self._table("timeline.csv", TIMELINE, ([csv_cell(cell) for cell in row] for row in rows))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_cell(str(plain(value)))


def revive(kind: type[T], data: Any) -> T:
    """Plain data as the dataclass `kind` again; CSV text becomes numbers, booleans and times by the field's type."""
    hints = typing.get_type_hints(kind)
    names = {field.name for field in fields(typing.cast("Any", kind))}
    return kind(**{name: _revive(hints[name], value) for name, value in data.items() if name in names})


def _revive(hint: Any, value: Any) -> Any:
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return None if value in (None, "") else _revive(next(a for a in arguments if a is not type(None)), value)
    if typing.get_origin(hint) is tuple:
        return tuple(_revive(arguments[0], item) for item in value)
    if isinstance(hint, type):
        if is_dataclass(hint):
            return revive(hint, value)
        if issubclass(hint, datetime):
            return datetime.fromisoformat(value)
        if issubclass(hint, bool):
            return value if isinstance(value, bool) else value == "true"
        if issubclass(hint, (StrEnum, int, float)):
            return hint(value)
    return value
