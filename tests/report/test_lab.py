import json
import sys

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from report.sample import sample, traveller

from o365nb.errors import BadInput
from o365nb.report import lab_environment, prepare_lab
from o365nb.report.notebook import parameters_of


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    sample(tmp_path, traveller(), "demo")
    return tmp_path / "data", tmp_path / "reports"


def test_notebooks_are_copied_with_the_case_filled_in(folders):
    data, reports = folders
    copies = sorted(prepare_lab("demo", data, reports).glob("*.ipynb"))
    assert [path.stem for path in copies] == [
        "00_start_here", "10_contain", "20_mail_flow", "30_sign_ins", "40_back_doors", "50_devices", "60_source",
        "70_respond", "80_recover", "85_verify", "90_incident_report", "95_tenant_hunt",
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


def test_the_kernel_is_the_interpreter_that_runs_now_and_every_cell_stays_on_the_page(folders):
    folder = prepare_lab("demo", *folders)
    kernel = json.loads((folder / ".jupyter" / "kernels" / "python3" / "kernel.json").read_text("utf-8"))
    settings = folder / ".jupyter" / "labconfig" / "default_setting_overrides.json"
    assert kernel["argv"] == [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert json.loads(settings.read_text("utf-8"))["@jupyterlab/notebook-extension:tracker"] == {
        "windowingMode": "none"
    }
    assert set(lab_environment(folder).values()) == {str(folder / ".jupyter")}


def test_settings_and_notebooks_that_came_with_a_case_are_not_used(folders):
    data, reports = folders
    came = data / "demo" / "results" / "notebooks"
    came.mkdir(parents=True)
    (came / "00_start_here.ipynb").write_text("{}", "utf-8")
    said = json.loads((data / "demo" / "case.json").read_text("utf-8")) | {"out": str(came.parent)}
    (data / "demo" / "case.json").write_text(json.dumps(said), "utf-8")
    folder = prepare_lab("demo", data, reports)
    assert folder == reports / "demo-work" / "notebooks"
    assert (came / "00_start_here.ipynb").read_text("utf-8") == "{}"


def test_settings_that_another_put_beside_the_notebooks_are_gone(folders):
    planted = prepare_lab("demo", *folders) / ".jupyter" / "jupyter_server_config.py"
    planted.write_text("raise SystemExit", "utf-8")
    prepare_lab("demo", *folders)
    assert not planted.exists()


def trusted(path):
    notary = NotebookNotary()
    try:
        return notary.check_signature(nbformat.read(path, as_version=4))
    finally:
        notary.store.close()


def test_the_copies_are_trusted_and_nothing_that_was_there_before_is(folders):
    data, reports = folders
    own = reports / "demo" / "notebooks" / "40_back_doors.ipynb"
    own.parent.mkdir(parents=True)
    strange = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="a")])
    nbformat.write(strange, own)
    folder = prepare_lab("demo", data, reports)
    assert {path.stem for path in folder.glob("*.ipynb") if not trusted(path)} == {"40_back_doors"}


def test_where_no_signature_can_be_kept_the_notebooks_are_there_all_the_same(folders, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "file" / "below"))
    assert (prepare_lab("demo", *folders) / "90_incident_report.ipynb").is_file()


def test_what_the_analyst_has_changed_is_kept(folders):
    copy = prepare_lab("demo", *folders) / "00_start_here.ipynb"
    copy.write_text("mine", "utf-8")
    assert prepare_lab("", *folders) == copy.parent
    assert copy.read_text("utf-8") == "mine"


def test_without_any_case_it_says_how_to_make_one(tmp_path):
    with pytest.raises(BadInput, match="no case here yet"):
        prepare_lab("", tmp_path, tmp_path)
