import json
import sys

import pytest

from o365nb.errors import BadInput
from o365nb.progress import Progress
from o365nb.report.notebook import NotebookFailed, checked, execute, find, notebooks, parameters_of


def notebook(source='CASE = "x"  # a comment\nDATA = "data"'):
    return {"cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}]}


def test_parameters_are_read_with_their_defaults():
    assert parameters_of(notebook()) == {"CASE": "x", "DATA": "data"}


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("COLOUR", "has no parameter COLOUR"), ("CLIENT_SECRET", "looks like a secret"),
     ("password", "looks like a secret"),     ("access_token", "looks like a secret")],
)  # fmt: skip
def test_unknown_and_secret_looking_parameters_are_refused(name, complaint):
    with pytest.raises(BadInput, match=complaint):
        checked(notebook(), {name: "x"})


def test_a_notebook_that_is_not_there_names_those_that_are():
    with pytest.raises(BadInput, match=r"no notebook '77_nothing'\. Known: 00_start_here, 10_contain"):
        find("77_nothing")


def test_the_notebooks_are_found_beside_the_source():
    assert (notebooks() / "90_incident_report.ipynb").is_file()


def test_a_failing_cell_is_one_line_with_its_reason(tmp_path):
    with pytest.raises(
        NotebookFailed, match=r"^90_incident_report\.ipynb, cell \d+: BadCase: .*no case here"
    ) as failed:
        execute("90_incident_report", {"CASE": "nowhere", "DATA": str(tmp_path), "REPORTS": str(tmp_path)}, Progress())
    assert "\n" not in str(failed.value)


def test_the_kernel_is_the_interpreter_that_runs_now(hostile_case, page, monkeypatch, tmp_path):
    """A kernel called python3 that some user installed must not be taken."""
    other = tmp_path / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(json.dumps({"argv": ["false"], "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    given = {"CASE": "hostile", "DATA": str(hostile_case.root.parent), "REPORTS": str(page.parent)}
    done = execute("40_back_doors", given, Progress())
    assert done.metadata["language_info"]["version"] == sys.version.split()[0]
