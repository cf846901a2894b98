import json

import pytest
from report.sample import sample, traveller

from o365nb.errors import BadInput
from o365nb.report import prepare_lab
from o365nb.report.notebook import parameters_of


@pytest.fixture
def folders(tmp_path):
    sample(tmp_path, traveller(), "demo")
    return tmp_path / "data", tmp_path / "reports"


def test_notebooks_are_copied_with_the_case_filled_in(folders):
    data, reports = folders
    copies = sorted(prepare_lab("demo", data, reports).glob("*.ipynb"))
    assert [path.stem for path in copies] == [
        "00_start_here", "10_contain", "40_back_doors", "60_source", "90_incident_report", "95_tenant_hunt",
    ]  # fmt: skip
    contain = json.loads(copies[1].read_text("utf-8"))
    assert parameters_of(contain) == {
        "CASE": "demo", "DATA": str(data), "REPORTS": str(reports), "APPROVE": "",
    }  # fmt: skip
    assert "# a folder under DATA" in contain["cells"][1]["source"]


def test_jupyterlab_is_told_to_call_nobody(folders):
    config = prepare_lab("demo", *folders) / ".jupyter" / "labconfig" / "page_config.json"
    assert json.loads(config.read_text("utf-8"))["disabledExtensions"] == {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    }


def test_what_the_analyst_has_changed_is_kept(folders):
    copy = prepare_lab("demo", *folders) / "00_start_here.ipynb"
    copy.write_text("mine", "utf-8")
    assert prepare_lab("", *folders) == copy.parent
    assert copy.read_text("utf-8") == "mine"


def test_without_any_case_it_says_how_to_make_one(tmp_path):
    with pytest.raises(BadInput, match="no case here yet"):
        prepare_lab("", tmp_path, tmp_path)
