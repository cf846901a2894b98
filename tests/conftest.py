"""One investigation of each practice story, shared by every test that only looks at it."""

import functools
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from o365nb import investigate
from o365nb.case import Case
from o365nb.model import Assessment
from o365nb.practice.state import TenantState
from o365nb.practice.story import build
from o365nb.progress import Progress


@dataclass(frozen=True)
class Investigated:
    """A practice story from sign-in to result bundle, by the same code as `o365nb investigate`."""

    case: Case
    found: Assessment
    truth: dict


@pytest.fixture(scope="session")
def practice_case(tmp_path_factory) -> Callable[[str], Investigated]:
    """`practice_case("aitm")`: look, do not change; `practice_copy` is for changing."""

    @functools.cache
    def made(story: str) -> Investigated:
        base = tmp_path_factory.mktemp(story)
        request = investigate.Request(case=story, data=base / "data", reports=base / "reports")
        case = investigate.from_practice(story, request, Progress())
        found = investigate.analyse(case, Progress())
        return Investigated(case, found, TenantState(build(story), base / "truth").truth)

    return made


@pytest.fixture
def practice_copy(practice_case, tmp_path) -> Callable[[str], Case]:
    """A copy of an investigated case that a test may change."""

    def copied(story: str) -> Case:
        original: Case = practice_case(story).case
        root = tmp_path / "data" / original.info.name
        shutil.copytree(original.root, root)
        case = Case.open(root)
        out = tmp_path / "reports" / original.info.name
        shutil.copytree(Path(original.info.out), out)
        case.update(out=str(out))
        return case

    return copied


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@pytest.fixture(scope="session")
def browser():
    """Whatever Chromium this machine has. Without one these tests are skipped, unless O365NB_REQUIRE_BROWSER is set."""
    from playwright.sync_api import sync_playwright

    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None and not os.environ.get("O365NB_REQUIRE_BROWSER"):
        pytest.skip(f"no browser on this machine (looked for {', '.join(BROWSERS)})")
    assert path, f"O365NB_REQUIRE_BROWSER is set, but there is none of {', '.join(BROWSERS)}"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()
