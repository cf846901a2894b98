"""Run the tutorial as it is written: `python tools/tutorial.py` puts what the commands print now into docs/tutorial.md.

A block of `console` begins with its commands ("$ ..."), one shell line each; below them stands what they print. A test
runs the same and holds the page equal, but for how long things took.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_PLAN, _APPROVED = re.compile(r"^plan .*\bid ([0-9a-f]{12})", re.MULTILINE), re.compile(r"--approve \w+")
_PASSWORD = re.compile(r"(?<=:  )\w{5}(-\w{5}){4}$", re.MULTILINE)
_LAST = re.compile(r"(?<=SHA-256 )[0-9a-f]{64}\b")  # of a line of custody, which says when it was written
_NOW = re.compile(r"T12:0\d:\d\dZ")  # the practice tenant's clock starts at noon and runs on
_TOOK = re.compile(r"\d+(\.\d+)? (ms|s|min|seconds?)\b")


def followed(folder: Path) -> str:
    """The page with what every command prints when it is followed in `folder`, from nothing."""
    return _BLOCK.sub(_Reader(folder).block, PAGE.read_text("utf-8"))


def timeless(page: str) -> str:
    """The page without what differs from run to run: how long things took, and when the practice tenant did them."""
    return _NOW.sub("T…Z", _TOOK.sub("… s", page))


class _Reader:
    """Who follows the page, and types the plan's id as it was printed to them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.plan = folder, ""

    def block(self, found: re.Match[str]) -> str:
        lines = [line for line in found[1].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(map(self._line, lines)) + "```"

    def _line(self, line: str) -> str:
        line = _APPROVED.sub(f"--approve {self.plan}", line)
        printed = _output(line[2:], self.folder)
        if told := _PLAN.search(printed):
            self.plan = told[1]
        return f"{line}\n{printed}"


def _output(command: str, folder: Path) -> str:
    environment = {
        **os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100",
        "O365NB_CONFIG": str(folder / "profiles.toml"), "USER": "analyst",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S602 - the page's own lines, as its reader types them
        command, shell=True, cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said = _LAST.sub("(another every time)", _PASSWORD.sub("(a new one every time)", done.stdout))
    return said if said.endswith("\n") or not said else f"{said}\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        PAGE.write_text(followed(Path(empty)), "utf-8")
