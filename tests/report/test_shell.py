"""In a notebook: an error is one box, an unknown parameter is refused, long work shows how far it is."""

import json
import subprocess
import sys

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError
from report.sample import sample, traveller

from o365nb.report.bars import NotebookProgress
from o365nb.report.notebook import find
from o365nb.report.shell import box, watched


def test_outside_of_a_notebook_nobody_watches():
    assert not watched()


def test_a_box_has_no_control_characters_and_no_long_line():
    said = box("BadInput", f"the file \x1b[2J\u202ename {'x' * 20} " + "word " * 60, "What to do.")
    head, *lines = said.split("\n")
    assert head == "\x1b[1;31m✕ BadInput\x1b[0m"
    assert lines[-1] == "What to do."
    assert max(map(len, lines)) <= 96
    assert not any(char in "".join(lines) for char in "\x1b\u202e")


def test_work_under_way_has_a_bar_and_what_is_done_a_line():
    work = NotebookProgress()
    work.draw = lambda **_: None
    with work.task("Reading <evidence>", 10, "files") as task:
        task.advance(4, "a\u202e.csv")
        under_way = work.html
    assert "Reading &lt;evidence&gt; · 4 files a\\u202e.csv" in under_way
    assert '<progress aria-label="Reading &lt;evidence&gt;" max="10" value="4">' in under_way
    assert "✓ Reading &lt;evidence&gt; · 4 files" in work.html
    assert "<progress" not in work.html


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("shell")
    sample(root, traveller(), "demo")
    return root, {"CASE": "demo", "DATA": str(root / "data"), "REPORTS": str(root / "reports")}


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("USR", "BadInput: The notebook has no parameter USR. It knows CASE, DATA, REPORTS, USER, FROM, TO, WHOSE."),
        ("CLIENT_SECRET", "BadInput: CLIENT_SECRET looks like a secret. Secrets never go into notebook parameters;"),
    ],
)
def test_papermill_itself_is_refused_what_the_notebook_does_not_have(folders, name, complaint):
    root, given = folders
    with pytest.raises(PapermillExecutionError) as refused:
        papermill.execute_notebook(
            find("30_sign_ins"), root / "out.ipynb", parameters={**given, name: "x"}, progress_bar=False
        )
    assert complaint in f"{refused.value.ename}: {refused.value.evalue}"
    outputs = [output for cell in nbformat.read(root / "out.ipynb", 4).cells for output in cell.get("outputs", [])]
    shown = ["\n".join(output.traceback) for output in outputs if output.output_type == "error"]
    assert len(shown) == 1
    assert "Traceback" not in shown[0]


def test_what_fails_in_the_kit_is_a_box_and_what_fails_in_the_cell_keeps_its_traceback(tmp_path):
    """One kernel, three cells: ours, ours with O365NB_DEBUG, the analyst's own."""
    cells = [
        "from o365nb import workbench as wb\nfrom o365nb.report.clock import Clock",
        "Clock().when('no time')",
        "import os; os.environ['O365NB_DEBUG'] = '1'\nClock().when('no time')",
        "1 / 0",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(cells)]
    )
    path = tmp_path / "errors.ipynb"
    nbformat.write(notebook, path)
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "notebook", "--inplace", "--execute", "--allow-errors", str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    found = [cell["outputs"][0]["traceback"] for cell in json.loads(path.read_text("utf-8"))["cells"][1:]]
    ours, debugged, theirs = ("\n".join(lines) for lines in found)
    assert ours.startswith("\x1b[1;31m✕ The kit failed here\x1b[0m\nAttributeError: ")
    assert "Traceback" not in ours
    assert "Traceback" in debugged
    assert "ZeroDivisionError" in theirs
    assert "Traceback" in theirs
