"""The reference part of the documentation, made from the code when the site is built (a hook of mkdocs).

`python tools/reference_pages.py` prints every page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_README = Path(__file__).parent.parent / "README.md"


def commands() -> str:
    """Every command with what it takes, as `--help` says it."""
    import typer

    from o365nb.cli import app

    root = typer.main.get_command(app)
    lines = ["# Commands", "", "What `--help` says, for every command.", ""]
    for words, command in _commands("o365nb", root):
        lines += [f"## `{words}`", "", _text(command.help), ""]
        rows = [
            (
                ", ".join(f"`{name}`" for name in parameter.opts),
                _text(getattr(parameter, "help", "")),
                _default(parameter),
            )
            for parameter in command.params
            if parameter.name != "help"
        ]
        lines += _table(("option", "what", "default"), rows) if rows else ["Takes no options.", ""]
    return "\n".join(lines)


def _commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    children: dict[str, Any] = getattr(command, "commands", None) or {}
    if not children:
        yield words, command
    for name in sorted(children):
        yield from _commands(f"{words} {name}", children[name])


def _default(parameter: Any) -> str:
    value = parameter.default
    return "" if value in (None, "", False, (), []) or callable(value) else f"`{value}`"


def collectors() -> str:
    """Every source of the live door, with the rights that it takes and how long the service keeps it."""
    from o365nb.collectors import all_collectors

    rows = [
        (
            f"`{unit.source}`",
            unit.title,
            "<br>".join(f"`{right}`" + (f" ({right.licence})" if right.licence else "") for right in unit.needs),
            f"{unit.retention.days} days" if unit.retention else "as it stands",
            "tenant" if unit.tenant_wide else "account",
        )
        for unit in all_collectors()
    ]
    return "\n".join(
        [
            "# Sources and rights",
            "",
            f"{len(rows)} sources. `o365nb app show read` prints the rights together, as a registration takes them.",
            "",
            *_table(("source", "what", "rights (licence)", "kept for", "about"), rows),
        ]
    )


def actions() -> str:
    """Every step that a plan may hold."""
    from o365nb.response.plan import actions as known

    def mode(action: Any) -> str:
        how = "by the kit" if action.automatic else "by hand, read back"
        return f"{how}, by choice" if action.optional else how

    rows = [
        (
            f"`{name}`",
            action.title,
            mode(action),
            "yes" if action.reversible else f"no: {action.irreversible_because}",
            "<br>".join(f"`{right}`" for right in action.needs),
        )
        for name, action in sorted(known().items())
    ]
    return "\n".join(
        [
            "# Actions of the response",
            "",
            f"{len(rows)} actions. A plan takes what the attacker's objects call for; nothing is sent unapproved.",
            "",
            *_table(("action", "what", "done", "undo", "rights"), rows),
        ]
    )


def tables() -> str:
    """Every table that a case holds after reading, with its columns and their types."""
    from o365nb.events.schema import TABLES

    lines = ["# Tables", "", "Parquet files in `data/<case>/tables/`; types are DuckDB's, times UTC.", ""]
    for name, columns in TABLES.items():
        lines += [
            f"## `{name}`",
            "",
            *_table(("column", "type"), [(f"`{key}`", f"`{kind}`") for key, kind in columns.items()]),
        ]
    return "\n".join(lines)


def schemas() -> str:
    """The published schemas of the result bundle."""
    folder = Path(__file__).parent.parent / "o365nb" / "case" / "schemas"
    lines = ["# Schemas of the result bundle", "", "JSON Schema (2020-12), as shipped in `o365nb/case/schemas/`.", ""]
    for file in sorted(folder.glob("*.json")):
        shown = json.dumps(json.loads(file.read_text("utf-8")), indent=2)
        lines += [f"## `{file.name.removesuffix('.schema.json')}`", "", "```json", shown, "```", ""]
    return "\n".join(lines)


def start() -> str:
    """The README as the first page: links into docs/ become links beside it."""
    text = _README.read_text("utf-8").replace("](docs/", "](").replace('src="docs/', 'src="')
    return re.sub(r"\[([^\]]+)\]\((?:CONTRIBUTING|SECURITY|CHANGELOG)\.md\)", r"\1", text)


PAGES: dict[str, Callable[[], str]] = {
    "index.md": start,
    "reference/commands.md": commands,
    "reference/collectors.md": collectors,
    "reference/actions.md": actions,
    "reference/tables.md": tables,
    "reference/schemas.md": schemas,
}


def on_files(files: Any, config: Any) -> Any:
    """Add the made pages to those that are written."""
    from mkdocs.structure.files import File

    for name, made in PAGES.items():
        files.append(File.generated(config, name, content=made()))
    return files


def _text(text: str | None) -> str:
    return " ".join((text or "").split())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return [line(head), "|" + "---|" * len(head), *map(line, rows), ""]


if __name__ == "__main__":
    for made in PAGES.values():
        print(made())
