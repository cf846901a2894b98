"""Judging names, words and domains: what SQL says badly. Pure functions over text that attackers may have written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

from o365nb.detections import lists

_INVISIBLE = frozenset("\u00ad\u061c\u115f\u1160\u180e\u3164\ufeff") | {chr(code) for code in range(0x200B, 0x2010)}
_INVISIBLE |= {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070))}

# Letters of other alphabets that look like Latin ones (the pairs met in spoofed domains, not the whole Unicode table).
_LOOKS = str.maketrans("аеорсухіјѕԁԛԝһӏνοαρτυκι", "aeopcyxijsdqwhlvoaptuki") | {
    ord("0"): "o",
    ord("1"): "l",
    ord("|"): "l",
    ord("5"): "s",
    ord("3"): "e",
}
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
#: Second-level names under which companies register in some countries.
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu"})


def evasive_name(name: str | None) -> str:
    """Why a rule's name looks chosen to escape notice, in words; "" when it does not."""
    if name is None:
        return ""
    if any(char in _INVISIBLE for char in name):
        return "its name holds invisible characters"
    shown = name.strip()
    if not shown:
        return "its name is blank"
    if not any(unicodedata.category(char)[0] in "LN" for char in shown):
        return "its name holds no letter or digit"
    if len(shown) > 1 and len(set(shown.casefold())) == 1:
        return "its name repeats one character"
    if len(shown) <= 2 and shown.isascii():
        return "its name is one or two characters"
    return ""


def terms_in(text: str, topics: frozenset[str] = frozenset({"money", "payroll", "security", "bounce"})) -> list[str]:
    """The words of the lexicon that a text holds, in the order of the list; longer ones also without their accents."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    padded = " " + " ".join(re.split(r"[^\w'-]+", plain)) + " "
    bare = _unaccented(padded)
    found = (
        term for topic, pattern, folded, term in _lexicon() if topic in topics and (pattern in padded or folded in bare)
    )
    return list(dict.fromkeys(found))


@cache
def _lexicon() -> tuple[tuple[str, str, str, str], ...]:
    """Topic, the pattern as it is written, the same without accents (short words keep theirs: lön is pay, Lon not)."""
    patterns = ((row[0], f" {row[4]} " if row[3] == "1" else f" {row[4]}", row[4]) for row in lists.rows("lexicon"))
    return tuple((topic, one, one if len(term) < 5 else _unaccented(one), term) for topic, one, term in patterns)


def _unaccented(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).replace("ł", "l")
    return "".join(char for char in letters if not unicodedata.combining(char))


def skeleton(label: str) -> str:
    """A label with look-alike letters folded together: two labels that look the same have the same skeleton."""
    if label.startswith("xn--"):
        with suppress(ValueError):  # not punycode after all: compared as it is written
            label = label[4:].encode("ascii").decode("punycode")
    folded = _unaccented(label.casefold()).translate(_LOOKS)
    for pair, single in _PAIRS:
        folded = folded.replace(pair, single)
    return folded


def labels(domain: str) -> tuple[str, str]:
    """A domain as (the label a company registers, everything after it): mail.fabrikam.co.uk → (fabrikam, co.uk)."""
    parts = domain.strip(".").lower().split(".")
    if len(parts) < 2:
        return domain.lower(), ""
    cut = -3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2 else -2
    return parts[cut], ".".join(parts[cut + 1 :])


def distance(one: str, two: str, most: int = 2) -> int:
    """Damerau-Levenshtein distance (adjacent swaps count once), or `most` + 1 as soon as it must be larger."""
    if abs(len(one) - len(two)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        last, row, older = row, [i], before
        for j, b in enumerate(two, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > most:
            return most + 1
    return row[-1]


def looks_like(domain: str, known: str) -> tuple[float, str]:
    """How much `domain` looks like `known` (0 to 1) and in what way; (0, "") when it does not or is the same."""
    if domain == known or domain.endswith("." + known) or known.endswith("." + domain):
        return 0.0, ""
    (label, ending), (real, real_ending) = labels(domain), labels(known)
    if len(real) < 4:
        return 0.0, ""  # short names are near everything
    if label == real:
        return (0.5, "the same name under another ending") if ending != real_ending else (0.0, "")
    if skeleton(label) == skeleton(real):
        return 0.95, "looks the same at a glance"
    parts = [part for part in re.split(r"[-_]", label) if part]
    if len(parts) > 1 and len(real) >= 5:
        if any(skeleton(part) == skeleton(real) and part != real for part in parts):
            return 0.95, "looks the same at a glance, with a word added"
        if real in parts or "".join(parts) == real:
            return 0.6, "the same name with a word or hyphen added"
    allowed = 0 if len(real) < 6 else 1 if len(real) < 9 else 2
    steps = distance(label, real, 2)
    if 0 < steps <= allowed:
        return (0.8, "one letter away") if steps == 1 else (0.5, "two letters away")
    return 0.0, ""


def nearest(domain: str, known: Iterable[str]) -> tuple[float, str]:
    """The known domain that `domain` looks most like: how much (0 to 1), and in words; (0, "") for none."""
    best, words = 0.0, ""
    for real in sorted(known):
        sure, how = looks_like(domain, real)
        if sure > best:
            best, words = sure, f"is near {real}: {how}"
    return best, words
