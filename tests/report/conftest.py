"""One hostile case, rendered once for every test that only looks."""

import pytest
from report.hostile import write
from report.sample import NASTY, aitm, sample
from typer.testing import CliRunner

from o365nb.case import Case
from o365nb.cli import app
from o365nb.progress import Progress
from o365nb.report import render
from o365nb.report.dossier import Dossier


@pytest.fixture(scope="session")
def hostile_case(tmp_path_factory):
    return sample(tmp_path_factory.mktemp("hostile"), aitm(NASTY), "hostile", receipts=True, nasty=NASTY)


@pytest.fixture(scope="session")
def page(hostile_case):
    """The rendered report of the hostile case."""
    return render(hostile_case, hostile_case.root.parents[1] / "reports" / "hostile", Progress())


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory):
    """The hostile incident as exported files, through the whole run: the case, its results, what the terminal said."""
    base = tmp_path_factory.mktemp("hostile-run")
    account = write(base / "evidence")
    folders = ["--data", str(base / "data"), "--reports", str(base / "reports"), "--case", "hostile"]
    done = CliRunner().invoke(app, ["investigate", "--evidence", str(base / "evidence"), "--user", account, *folders])
    assert done.exit_code == 0, done.output
    return Case.open(base / "data" / "hostile"), base / "reports" / "hostile", done.output


@pytest.fixture
def dossier(tmp_path):
    """Makes the dossier of an assessment."""

    def make(found, **more):
        case = sample(tmp_path, found, **more)
        return Dossier.open(case.root.name, case.root.parent, tmp_path / "reports")

    return make
