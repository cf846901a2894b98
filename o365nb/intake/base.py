"""What an exported file's shape is: how to recognise it by content, how to read its records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Record:
    """One record in one of Microsoft's own forms (`kind`, see docs/architecture.md)."""

    line: int
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Damaged:
    """One record that could not be read whole. What could be saved of it comes as a Record of its own."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file came from. `owner` is the account it is about (live door: asked for; export door: "" unless
    the file says so itself); `seen_by` is graph, exchange or export; `path` is for error messages."""

    path: str
    seen_by: str = "export"
    owner: str = ""


class Shape(ABC):
    """One shape of evidence file."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def recognise(self, text: str) -> float:
        """How surely the file that begins with `text` (decoded, up to 256 KiB) is of this shape, 0 to 1."""

    @abstractmethod
    def read(self, text: str, origin: Origin) -> Iterator[Record | Damaged]:
        """Every record of the file, in order. Raises BadEvidence where the file as a whole cannot be used."""
