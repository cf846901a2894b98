"""Rule files: every .yml and .yaml of a folder, read with pySigma; a fault is told with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from o365nb.errors import BadInput
from o365nb.safe import one_line

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule
    from sigma.filters import SigmaFilter
    from sigma.rule import SigmaRule

#: A rule is a page or two; a megabyte of YAML is none, and would take minutes to parse.
LARGEST = 1024 * 1024
#: More files than SigmaHQ has five times over are a wrong folder.
MOST_FILES = 20_000
_SUFFIXES = (".yml", ".yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Which part of a rule an error of pySigma is about, by a word of the error's name.
_PART = {
    "Logsource": "logsource",
    "Condition": "condition",
    "Detection": "detection",
    "Modifier": "detection",
    "RegularExpression": "detection",
    "Identifier": "id",
    "Level": "level",
    "Status": "status",
    "Date": "date",
    "Title": "title",
    "Correlation": "correlation",
    "Timespan": "timespan",
    "Type": "detection",
    "Value": "detection",
}
_MENDS = {
    "logsource": "Give it `logsource:` with product and service.",
    "condition": "Mend `condition:` so that it names the selections of this rule.",
    "correlation": "See the Sigma specification for correlation rules.",
}


@dataclass(slots=True)
class Found:
    """One document of a file: a rule, a correlation, or what is wrong (`fault`)."""

    file: str
    line: int
    title: str
    rule: SigmaRule | SigmaCorrelationRule | None = None
    fault: str = ""
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class RuleSet:
    """Everything that was found."""

    files: int
    other_files: int
    found: list[Found]
    filters: list[SigmaFilter]


def read(path: Path) -> RuleSet:
    """The rules of a file or folder. Raises BadInput when there is none, or when it is no folder of rules."""
    if not path.exists():
        raise BadInput(f"{path}: no such file or folder. Name the folder of Sigma rules.")
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    rules = files if path.is_file() else [one for one in files if one.suffix.lower() in _SUFFIXES]
    if not rules:
        raise BadInput(f"{path}: no rules here (files ending in .yml or .yaml). Name the folder of Sigma rules.")
    if len(rules) > MOST_FILES:
        raise BadInput(f"{path}: {len(rules):,} YAML files, more than {MOST_FILES:,}. Name a folder inside it.")
    base = path.parent if path.is_file() else path
    made = RuleSet(len(rules), len(files) - len(rules), [], [])
    for one in rules:
        _read(one, one.relative_to(base).as_posix(), made)
    _resolve(made)
    return made


def _read(path: Path, name: str, made: RuleSet) -> None:
    try:
        if path.stat().st_size > LARGEST:
            made.found.append(Found(name, 1, _stem(name), fault="larger than 1 MiB: no rule. Take it out."))
            return
        text = path.read_bytes().decode("utf-8-sig")
        documents = list(_documents(text))
    except OSError as error:
        made.found.append(Found(name, 1, _stem(name), fault=f"cannot be read ({error.strerror}). Mend its rights."))
    except UnicodeDecodeError as error:
        made.found.append(Found(name, 1, _stem(name), fault=f"not UTF-8 (byte {error.start}). Save it as UTF-8."))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = one_line(getattr(error, "problem", None) or error)[:200]
        line = mark.line + 1 if mark else 1
        made.found.append(Found(name, line, _stem(name), fault=f"not YAML: {told}. Mend the line, or its indentation."))
    except (RecursionError, ValueError) as error:
        made.found.append(Found(name, 1, _stem(name), fault=f"not YAML: {one_line(error)[:200]}. Mend it."))
    else:
        before = len(made.found)
        _parse(documents, name, text, made)
        if len(made.found) == before and not made.filters:
            made.found.append(Found(name, 1, _stem(name), fault="no rule in it. Take it out."))


def _documents(text: str) -> Iterator[tuple[int, Any]]:
    """Each document with the line where it begins."""
    loader = _LOADER(text)
    try:
        while loader.check_node():
            node: Any = loader.get_node()
            yield node.start_mark.line + 1, loader.construct_document(node)
    finally:
        loader.dispose()


def _parse(documents: Sequence[tuple[int, Any]], name: str, text: str, made: RuleSet) -> None:
    from sigma.collection import SigmaCollection, deep_dict_update
    from sigma.exceptions import SigmaCollectionError
    from sigma.rule.base import check_alias_expansion

    shared: dict[str, Any] = {}
    for line, content in documents:
        if content is None:
            continue
        try:  # before anything walks it: anchors may open a small file to billions of nodes
            check_alias_expansion(content, SigmaCollectionError, None)
        except SigmaCollectionError as error:
            told = f"{one_line(error)}. Mend the rule, or leave it out."
            made.found.append(Found(name, line, _stem(name), fault=told))
            continue
        about = content if isinstance(content, dict) else {}
        found = Found(name, line, one_line(about.get("title") or _stem(name))[:200], about=about)
        if not isinstance(content, dict):
            found.fault = "a rule is a mapping (title:, logsource:, detection:). Mend it."
            made.found.append(found)
            continue
        try:
            if content.get("action") == "global":
                shared = {key: value for key, value in content.items() if key != "action"}
                continue
            if shared and not {"correlation", "filter"} & set(content):
                content = deep_dict_update(dict(content), shared)  # noqa: PLW2901 - the document with its shared part
            collection = SigmaCollection.from_dicts([content], collect_filters=True, resolve_references=False)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError) as error:
            found.fault, found.line = _fault(error, text, line)
            made.found.append(found)
            continue
        made.filters += collection.filters
        for rule in collection.rules:
            found.rule, found.title = rule, one_line(rule.title or _stem(name))[:200]
            made.found.append(found)


def _stem(name: str) -> str:
    """A rule without a title is called by its file."""
    return one_line(Path(name).stem)[:200]


def _fault(error: Exception, text: str, start: int) -> tuple[str, int]:
    """What pySigma says, where it is in the file, and what to do."""
    kind = type(error).__name__
    part = next((key for word, key in _PART.items() if word in kind), "")
    told = one_line(error)[:300].rstrip(".") or kind
    if not kind.startswith("Sigma"):
        told = f"not in the form of a Sigma rule ({told})"
    lines = text.splitlines()
    at = (number for number, row in enumerate(lines, 1) if number >= start and re.match(rf"\s*{part}\s*:", row))
    return f"{told}. {_MENDS.get(part, 'Mend the rule, or leave it out.')}", next(at, start) if part else start


def _resolve(made: RuleSet) -> None:
    """Filters onto rules, and references of correlations onto the rules that they name."""
    from sigma.collection import SigmaCollection
    from sigma.correlations import SigmaCorrelationRule
    from sigma.exceptions import SigmaError
    from sigma.rule import SigmaRule

    for found in made.found:
        if isinstance(found.rule, SigmaRule):
            for one in made.filters:
                found.rule = one.apply_on_rule(found.rule)
    everything = SigmaCollection([found.rule for found in made.found if found.rule], resolve_references=False)
    for found in made.found:
        if not isinstance(found.rule, SigmaCorrelationRule):
            continue
        try:
            found.rule.resolve_rule_references(everything)
            found.rule.aliases.resolve_rule_references(everything)
        except SigmaError as error:
            found.rule, found.fault = None, f"{one_line(error)[:300]}. Put the rule that it names beside it."
