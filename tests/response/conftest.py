"""Plans over real tables."""

import pytest
from tables import make_case

from o365nb.engine import Engine
from o365nb.response import make_plan


@pytest.fixture
def plan(tmp_path):
    """plan(verdict, findings, persistence, **tables) → the plan over real tables."""

    def make(judged, findings=(), persistence=(), **tables):
        case = make_case(tmp_path, subjects=judged.subjects, **tables)
        case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
        with Engine(case) as engine:
            return make_plan(judged, findings, persistence, engine)

    return make
