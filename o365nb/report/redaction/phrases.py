"""Finding known texts in a text: any case, whole words, also where the kit has cut them short."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: A text shorter than this says nothing of anybody, and would be found everywhere.
SHORTEST = 3
#: A part of a text is known for it: this long where it is cut with a mark, that long anywhere.
_CUT, _PART = 8, 24
#: What mail programs write before the subject of an answer.
_ANSWERED = re.compile(r"(?:(?:re|aw|fw|fwd|wg|sv|tr|rv)\s{0,2}:\s{0,2}){1,9}$")
#: What stands around a text that is cited as a whole.
_FRAMES = frozenset("\"'“”‘’„‚«»`\\/()[]{}:;,|=<>\n\t…")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text and what is written instead. One that is `framed` counts only as a whole value or where it is quoted."""

    text: str
    instead: str
    framed: bool = False


@dataclass(slots=True)
class Phrases:
    """Known texts by their first letters, the longest first."""

    _by_start: dict[str, list[Phrase]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def add(self, text: str, instead: str, *, framed: bool = False) -> None:
        """Know a text; the first word on it stands."""
        low = lowered(text.strip())
        if len(low) >= SHORTEST and low not in self._known and any(char.isalnum() for char in low):
            self._known.add(low)
            self._by_start.setdefault(low[:SHORTEST], []).append(Phrase(low, instead, framed))

    def ready(self) -> Phrases:
        """Put the longest first, once all are known."""
        for phrases in self._by_start.values():
            phrases.sort(key=lambda phrase: -len(phrase.text))
        return self

    def __contains__(self, text: str) -> bool:
        return lowered(text.strip()) in self._known

    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """The text in pieces: each as it is, or replaced (True)."""
        low, parts, begin, at = lowered(text), [], 0, 0
        while at <= len(text) - SHORTEST:
            found = self._at(low, at)
            if found is None:
                at += 1
                continue
            end, instead = found
            if begin < at:
                parts.append((text[begin:at], False))
            parts.append((instead, True))
            begin = at = end
        if begin < len(text):
            parts.append((text[begin:], False))
        return parts

    def _at(self, low: str, at: int) -> tuple[int, str] | None:
        for phrase in self._by_start.get(low[at : at + SHORTEST], ()):
            if at and low[at - 1].isalnum() and low[at].isalnum():
                return None
            if at > 1 and low[at - 1] == "@" and (low[at - 2].isalnum() or low[at - 2] in "._-+"):
                return None  # the domain of an address that nobody listed: replaced together with it
            end = at + len(phrase.text)
            if low.startswith(phrase.text, at):
                if _ends(low, end) and (not phrase.framed or (_opened(low, at) and _frame(low, end))):
                    return end, phrase.instead
            elif part := _part(low, at, phrase.text):
                return at + part, phrase.instead
        return None


def lowered(text: str) -> str:
    """Lower case, letter for letter, so that places stay the same."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _ends(low: str, end: int) -> bool:
    return end >= len(low) or not (low[end].isalnum() and low[end - 1].isalnum())


def _opened(low: str, at: int) -> bool:
    """Whether what stands here begins a citation, or the subject of an answer in one."""
    answer = _ANSWERED.search(low, max(0, at - 60), at)
    return _frame(low, (answer.start() if answer else at) - 1)


def _frame(low: str, at: int) -> bool:
    return at < 0 or at >= len(low) or low[at] in _FRAMES


def _part(low: str, at: int, phrase: str) -> int:
    """How much of the phrase stands here, when it is enough to be known for it."""
    if len(phrase) <= _CUT or not low.startswith(phrase[:_CUT], at):
        return 0
    size = _CUT
    limit = min(len(phrase), len(low) - at)
    while size < limit and low[at + size] == phrase[size]:
        size += 1
    if low[at:].startswith("…", size) or low[at + size - 1 : at + size] == "…" or size >= _PART:
        return size
    return 0
