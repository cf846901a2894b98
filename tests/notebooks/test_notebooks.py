"""The notebooks keep their manners, and run."""

import ast
import json
import re
import shutil

import pytest
from report.sample import NASTY, aitm, sample

from o365nb import workbench as wb
from o365nb.progress import Progress
from o365nb.report.choice_form import form as choice_form
from o365nb.report.form import form
from o365nb.report.notebook import execute, notebooks, parameters_of

NOTEBOOKS = sorted(notebooks().glob("*.ipynb"))
LINES = 15  # in a cell
#: What JupyterLab, VS Code and others draw by themselves, with no extension: Jupyter's own kinds, and plotly's figure.
KINDS = {
    *("text/html", "text/plain", "application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json"),
}
#: The widgets that every front end with ipywidgets has.
CORE = {"@jupyter-widgets/base", "@jupyter-widgets/controls", "@jupyter-widgets/output"}


def names(notebook):
    return notebook.stem


def load(path):
    return json.loads(path.read_text("utf-8"))


def code(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook):
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def test_those_that_this_version_promises_are_there():
    assert [path.stem for path in NOTEBOOKS] == [
        "00_start_here", "10_contain", "20_mail_flow", "30_sign_ins", "40_back_doors", "50_devices", "60_source",
        "70_respond", "80_recover", "85_verify", "90_incident_report", "95_tenant_hunt",
    ]  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_nothing_of_a_run_is_left_in_it(path):
    notebook = load(path)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_one_cell_holds_the_parameters_and_every_notebook_shares_their_names(path):
    notebook = load(path)
    tagged = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    assert list(parameters_of(notebook))[:3] == ["CASE", "DATA", "REPORTS"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_cells_are_short_call_the_workbench_and_decide_nothing(path):
    for source in code(load(path)):
        assert len(source.splitlines()) <= LINES
        for node in ast.walk(ast.parse(source)):
            assert not isinstance(
                node,
                (ast.FunctionDef, ast.ClassDef, ast.Try, ast.For, ast.While, ast.If, ast.Import, ast.comprehension),
            )
            if isinstance(node, ast.ImportFrom):
                assert (node.module, [name.name for name in node.names]) == ("o365nb", ["workbench"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_it_states_its_question_what_it_touches_and_what_it_does_not_show(path):
    said = prose(load(path))
    assert said.startswith(f"# {path.stem[:2]} ")
    for phrase in ("**Question:**", "**Reads**", "**Changes**"):
        assert phrase in said
    assert re.search("what this does not show", said, re.IGNORECASE)


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem != "90_incident_report"], ids=names)
def test_it_says_where_to_go_next(path):
    assert "## Where to go next" in prose(load(path))


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return sample(tmp_path_factory.mktemp("notebooks"), aitm(NASTY), "demo", nasty=NASTY)


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem != "90_incident_report"], ids=names)
def test_it_runs_and_every_view_shows_itself_without_changing_the_case(path, case):
    root = case.root.parents[1]
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    given = {"CASE": "demo", "DATA": str(root / "data"), "REPORTS": str(root / "reports")}
    done = execute(path.stem, given, Progress())
    shown = [cell for cell in done.cells if cell.cell_type == "code" and "parameters" not in str(cell.metadata)]
    for cell in shown:
        kinds = [output.output_type for output in cell.outputs]
        assert kinds in (["execute_result"], ["display_data"]), cell.source
        data = cell.outputs[0].data
        assert 'class="o365nb' in data["text/html"]
        assert set(data) <= KINDS
        assert set(data) >= {"text/html", "text/plain"}  # whatever a front end cannot draw, it has words for
    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before


def test_the_kernel_side_knows_nothing_of_jupyterlab():
    """So that the notebooks run in VS Code and wherever else Jupyter's protocol is spoken."""
    package = notebooks().parent / "o365nb"
    imported = {
        name.partition(".")[0]
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {name for name in imported if "jupyterlab" in name or name in ("anywidget", "notebook", "bqplot")} == set()


def parts(widget):
    """A widget and all that it holds."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def test_forms_are_made_of_ipywidgets_own_parts_and_stand_beside_plain_html(case, tmp_path):
    copied = shutil.copytree(case.root.parents[1], tmp_path / "copied")
    opened = wb.open_case("demo", str(copied / "data"), str(copied / "reports"))
    made = [*parts(form(opened.interview())), *parts(choice_form(opened.choose()))]
    assert len(made) > 50
    assert {widget.get_state()["_model_module"] for widget in made} <= CORE
    assert set(opened.interview()._repr_mimebundle_()) == {"text/html", "text/plain"}
