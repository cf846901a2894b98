"""What an exported file's shape is: how to recognise it by content, how to read its records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: In a record's data: why it is not whole (what could be saved of a damaged record).
DAMAGED = "@damaged"
#: In a record's data: another source tells more of the same event, and goes before it.
LESSER = "@lesser"
#: In a record's data: the account it is about, where the file itself says so (UPN or object id).
OWNER = "@owner"


@dataclass(frozen=True, slots=True)
class Record:
    """One record in one of Microsoft's own forms (`kind`, see docs/architecture.md)."""

    line: int
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Damaged:
    """One record that could not be read whole. What could be saved of it comes before it as a Record of its own.

    `saved` says that there is such a Record, so that counts add up: records in = Records + Damaged not saved.
    """

    line: int
    reason: str
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a person must know of the file as a whole; no record of its own, it goes into the coverage ledger.

    `limits` says that the file cannot count as complete: something about every record had to be assumed.
    """

    text: str
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file came from. `owner` is the account it is about (live door: asked for; export door: "" unless
    the file says so itself); `seen_by` is graph, exchange or export; `path` is for error messages."""

    path: str
    seen_by: str = "export"
    owner: str = ""


#: What reading a file gives.
Item = Record | Damaged | Note


@dataclass(frozen=True, slots=True)
class Plain:
    """A file whose records stand in it as they are: of which kind, and how they are strung together.

    `form` is lines (JSON lines), array (one JSON list) or csv (in the column AuditData, `delimiter` between cells).
    `encoding` is Python's name of it; the engine reads UTF-8, so another is brought to that first (`text.recoded`).
    """

    kind: str
    form: str
    delimiter: str = ","
    encoding: str = "utf-8"


class Shape(ABC):
    """One shape of evidence file."""

    name: str
    title: str

    @abstractmethod
    def recognise(self, text: str) -> float:
        """How surely the file that begins with `text` (decoded, up to 256 KiB) is of this shape, 0 to 1."""

    @abstractmethod
    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        """Every record of the file, in order, and what is to be said of the file.

        Raises BadEvidence where the file as a whole cannot be used.
        """

    def lacks(self, text: str) -> list[str]:
        """What the file that begins with `text` would need to be of this shape: for the message to a person."""
        return []

    def plain(self, text: str) -> Plain | None:
        """Whether the file that begins with `text` holds its records as they are, so that the engine may read it."""
        return None
