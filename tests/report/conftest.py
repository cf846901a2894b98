"""One hostile case, rendered once for every test that only looks."""

import pytest
from report.sample import NASTY, aitm, sample

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


@pytest.fixture
def dossier(tmp_path):
    """Makes the dossier of an assessment."""

    def make(found, **more):
        case = sample(tmp_path, found, **more)
        return Dossier.open(case.root.name, case.root.parent, tmp_path / "reports")

    return make
