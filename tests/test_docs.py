"""What the documentation points to is there, and its lists are whole."""

import csv
import re
from pathlib import Path

import pytest
from typer.main import get_command

from o365nb import intake
from o365nb.analysis.cause import load_answers
from o365nb.cli import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_in_the_repository_that_is_named_is_there(page):
    named = re.findall(r"`((?:o365nb|docs|tests|notebooks|tools)/[\w./]*[\w/])`", page.read_text("utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_notebook_is_listed():
    listed = re.findall(r"^\| `(\d\d_\w+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert listed == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_every_export_that_is_read_is_listed():
    listed = set(re.findall(r"\| `([\w-]+)` \|", (ROOT / "docs" / "exports.md").read_text("utf-8")))
    assert listed == {shape.name for shape in intake.shapes()}


def test_every_question_is_listed_and_the_example_can_be_read(tmp_path):
    text = (ROOT / "docs" / "interview.md").read_text("utf-8")
    lines = (ROOT / "o365nb" / "analysis" / "questions.csv").read_text("utf-8").splitlines()
    questions = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert not [row for row in questions if f"| {row['id']} | {row['text']} |" not in text]
    example = tmp_path / "interview.yaml"
    example.write_text(text.split("```yaml\n")[1].split("```")[0], "utf-8")
    assert set(load_answers(example)) == {"Q6", "Q9", "Q17"}


def shown_commands(page):
    """The commands in the page's blocks, each as its words; comments and what follows a pipe left out."""
    for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if found := re.match(r"(?:\$ )?o365nb (.+?)(?:\s+[#|&>].*)?$", line.strip()):
                yield found[1].split()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists_with_its_options(page):
    wrong = []
    for words in shown_commands(page):
        command, rest = get_command(app), list(words)
        known = {name for parameter in command.params for name in parameter.opts}
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        known |= {"--help", "--version", *(name for parameter in command.params for name in parameter.opts)}
        options = [word.partition("=")[0] for word in rest if re.match(r"--\w", word)]
        if hasattr(command, "commands") or [name for name in options if name not in known]:
            wrong.append(" ".join(words))
    assert wrong == []


def test_everything_of_others_is_in_the_notice_with_a_licence():
    notice = (ROOT / "NOTICE").read_text("utf-8")
    folders = [path.parent for path in (ROOT / "tests" / "data" / "realdata").glob("*/SOURCE.md")]
    assert len(folders) > 10
    assert [path.name for path in folders if f"{path.relative_to(ROOT).as_posix()} " not in notice] == []
    licences = {path.stem for path in (ROOT / "tests" / "data" / "LICENSES").glob("*.txt")}
    assert {name for name in ("Apache-2.0", "MIT", "BSD-3-Clause", "CC-BY-4.0") if name in notice} == licences
