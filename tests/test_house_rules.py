"""The conventions of CONTRIBUTING.md, held by tests."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from o365nb import collectors, detections, intake, response
from o365nb.cli import app

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "o365nb"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOURCES = sorted(PACKAGE.rglob("*.py"))


def cells(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def code(path):
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_carries_no_output(path):
    tagged = [cell for cell in cells(path) if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    for cell in cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    for source in code(path):
        assert len(source.splitlines()) <= 15
        tree = ast.parse(source)
        forbidden = (ast.FunctionDef, ast.ClassDef, ast.Try, ast.For, ast.While)
        assert not [node for node in ast.walk(tree) if isinstance(node, forbidden)]
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Import)
            if isinstance(node, ast.ImportFrom):
                assert (node.module, [name.name for name in node.names]) == ("o365nb", ["workbench"])


def test_notebooks_are_there_and_named_in_the_docs():
    assert [path.stem for path in NOTEBOOKS] == [
        "00_start_here", "10_contain", "20_mail_flow", "30_sign_ins", "40_back_doors", "50_devices", "60_source",
        "70_respond", "80_recover", "85_verify", "90_incident_report", "95_tenant_hunt",
    ]  # fmt: skip
    readme = (ROOT / "README.md").read_text("utf-8")
    assert not [path.stem for path in NOTEBOOKS if path.stem not in readme]


def named(command, path):
    """The full name of every command below this one."""
    below = getattr(command, "commands", {})
    return [path] if not below else [one for name, sub in below.items() for one in named(sub, f"{path} {name}")]


def test_every_command_is_named_in_the_docs():
    shown = "".join(path.read_text("utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    commands = list(named(get_command(app), "o365nb"))
    assert len(commands) > 10
    assert not [name for name in commands if name not in shown]


def test_the_help_loads_none_of_the_heavy_packages():
    script = (
        "import sys; sys.argv = ['o365nb', '--help']\n"
        "from o365nb.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'duckdb', 'plotly', 'msal', 'papermill', 'requests', 'starlette'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_every_module_says_what_it_is_and_stays_readable():
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert not {name: lines for name, lines in long.items() if lines > 400}
    assert not [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]


def test_nothing_is_mocked_and_nothing_is_left_for_later():
    bad = re.compile(r"unittest\.mock|monkeypatch\.setattr|mark\.xfail|NotImplementedError|\bTODO\b|\bFIXME\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in (PACKAGE, ROOT / "tests")
        for path in folder.rglob("*.py")
        if path.name != "test_house_rules.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bad.search(line)
    ]
    assert not found


def test_every_unit_is_found_by_discovery_and_tested():
    tested = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    units = {
        "collectors": [unit.source for unit in collectors.all_collectors()],
        "intake": [shape.name for shape in intake.shapes()],
        "detections": [unit.slug for unit in detections.all()],
        "response": sorted(response.actions()),
    }
    assert {kind: len(names) for kind, names in units.items() if len(names) < 5} == {}
    assert not [name for names in units.values() for name in names if name not in tested]
