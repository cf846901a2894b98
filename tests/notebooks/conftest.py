"""A real JupyterLab on a practice case, started as the command line starts it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from o365nb.case import Case

TOKEN = "a-token-for-this-run"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: where it answers, the folder it serves, and its case."""

    address: str
    folder: Path
    case: Case

    def page(self, name):
        return f"{self.address}/lab/tree/{name}?token={TOKEN}&reset"


@pytest.fixture(scope="session")
def own_case(practice_case, tmp_path_factory):
    """A copy of the investigated practice case, for a laboratory of its own."""
    root = tmp_path_factory.mktemp("lab")
    original = practice_case("aitm").case
    shutil.copytree(original.root, root / "data" / "aitm")
    shutil.copytree(Path(original.info.out), root / "reports" / "aitm")
    case = Case.open(root / "data" / "aitm")
    case.update(out=str(root / "reports" / "aitm"))
    return case


@pytest.fixture(scope="session")
def lab(own_case):
    root = own_case.root.parents[1]
    log, settings = root / "lab.log", root / "settings"
    settings.mkdir()
    exposed = {"LabApp": {"expose_app_in_browser": True}}  # so that a test may give JupyterLab's own commands
    (settings / "jupyter_lab_config.json").write_text(json.dumps(exposed), "utf-8")
    environment = {
        **os.environ, "JUPYTER_TOKEN": TOKEN, "JUPYTER_DATA_DIR": str(root / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(settings), "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
    }  # fmt: skip
    command = [
        *(sys.executable, "-m", "o365nb", "lab", "--no-browser", "--case", "aitm"),
        *("--data", str(root / "data"), "--reports", str(root / "reports")),
    ]
    with log.open("w") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=written, env=environment, start_new_session=True, cwd=root
        )
        try:
            yield Lab(_address(log, process), root / "reports" / "aitm" / "notebooks", own_case)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _address(log, process):
    for _ in range(300):
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+(?=/lab)", log.read_text("utf-8")):
            return found[0]
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {log.read_text('utf-8')}")
