"""The interview file: Q1 to Q24 → answer, when, detail."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from o365nb.errors import BadEvidence
from o365nb.text import csv_rows

Answers = dict[str, dict[str, str]]
FILE = "interview.yaml"
_WORDS = {"y": "y", "yes": "y", "true": "y", "n": "n", "no": "n", "false": "n", "unsure": "unsure", "?": "unsure"}
_KEYS = ("answer", "when", "detail")
_MEND = "Write it as `Q6: {answer: y, when: 2026-11-16, detail: text}`; answers are y, n or unsure."


@cache
def questions() -> dict[str, str]:
    """Question id → its text."""
    return {row["id"]: row["text"] for row in table("questions.csv")}


@cache
def notes() -> dict[str, str]:
    """Question id → what to write down beside the answer."""
    return {row["id"]: row["note"] for row in table("questions.csv")}


def answered(text: str) -> str:
    """y, n or unsure as a person wrote it; "" for what is none of them."""
    return _WORDS.get(text.strip().lower(), "")


def table(name: str) -> list[dict[str, str]]:
    """A CSV that ships beside this module, without its comment lines."""
    return csv_rows((files("o365nb.analysis") / name).read_text("utf-8"))


def load_answers(path: Path | str) -> Answers:
    """The answers of an interview file; any question may be missing.

    Raises BadEvidence with file and line for what is not YAML, an unknown question or an unknown answer.
    """
    import yaml

    path = Path(path)
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise BadEvidence(path, "there is no such file", "Give the path of the interview file.") from None
    except (UnicodeDecodeError, OSError) as error:
        raise BadEvidence(path, f"it cannot be read ({error})", "Save it as UTF-8 text.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadEvidence(path, f"it is not YAML: {error.problem}", _MEND, line) from None
    except yaml.YAMLError as error:
        raise BadEvidence(path, f"it is not YAML: {error}", _MEND) from None
    found: Answers = {}
    for line, name, value in _pairs(path, root):
        question = name.upper()
        if question not in questions():
            raise BadEvidence(path, f"{name!r} is no question of the interview", "Questions are Q1 to Q24.", line)
        if question in found:
            raise BadEvidence(path, f"{question} is answered twice", "Keep one of the two.", line)
        found[question] = _answer(path, line, question, value)
    return found


def written(answers: Answers) -> str:
    """Answers as the text of an interview file, in the order of the questions."""
    import yaml

    told = {
        name: {key: answers[name][key] for key in _KEYS if answers[name].get(key)}
        for name in questions()
        if name in answers
    }
    # A bare y would be read as yes by other programs, and a date as a date: every answer is a text.
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10_000) if told else "# no answers yet\n"


def _pairs(path: Path, node: object) -> list[tuple[int, str, object]]:
    import yaml

    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if isinstance(node, yaml.Node) and node.start_mark else None
        raise BadEvidence(path, "questions and their answers are expected here", _MEND, line)
    return [(key.start_mark.line + 1, str(key.value), value) for key, value in node.value]


def _answer(path: Path, line: int, question: str, value: object) -> dict[str, str]:
    import yaml

    if isinstance(value, yaml.ScalarNode):
        return {"answer": _word(path, line, question, value.value), "when": "", "detail": ""}
    found = dict.fromkeys(_KEYS, "")
    for at, name, item in _pairs(path, value):
        if name not in _KEYS:
            raise BadEvidence(path, f"{question} has no field {name!r}", _MEND, at)
        found[name] = _text(item)
    found["answer"] = _word(path, line, question, found["answer"])
    return found


def _word(path: Path, line: int, question: str, text: str) -> str:
    word = answered(text)
    if not word:
        raise BadEvidence(path, f"{text!r} is no answer to {question}", _MEND, line)
    return word


def _text(node: object) -> str:
    """A scalar as it is written; a list or a from/to pair on one line."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return ", ".join(_text(item) for item in node.value)
    if isinstance(node, yaml.MappingNode):
        return ", ".join(f"{_text(key)} {_text(item)}" for key, item in node.value)
    return ""
