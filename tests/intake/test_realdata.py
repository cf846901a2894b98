"""Every real file at hand, taken in as one case: what it is, what became of its records, from when to when.

`golden.json` holds the figures, counted by hand or by the files' publishers where they said so. A changed figure is a
changed reading of evidence: look at the file before the figure is changed. `python tests/intake/test_realdata.py`
prints them anew.
"""

import json
import shutil
from pathlib import Path

import pytest
from evidence import REALDATA, balanced, empty_case

from o365nb import intake
from o365nb.model import Outcome, iso
from o365nb.progress import Progress

GOLDEN = REALDATA / "golden.json"
FILES = sorted(
    path.relative_to(REALDATA).as_posix()
    for path in REALDATA.rglob("*")
    if path.is_file() and path.name != "SOURCE.md" and path != GOLDEN
)


def taken_in(root: Path) -> dict[str, dict[str, object]]:
    """The figures of every file, by its name; all go in together, as an analyst would give them."""
    for name in FILES:
        path = root / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REALDATA / name, path)
    case = empty_case(root)
    intake.add_files(case, root / "evidence", Progress())
    counts = intake.build_tables(case, Progress())
    balanced(case)
    found = {file.name: figures(file) for file in counts.files}
    refused = [entry for entry in case.ledger.entries() if entry.outcome is Outcome.FAILED]
    return found | {entry.file: {"refused": entry.reason.partition(". Give it")[0]} for entry in refused}


def figures(file: intake.FileCount) -> dict[str, object]:
    spans = {
        source: [span.received, iso(span.first) if span.first else None, iso(span.last) if span.last else None]
        for source, span in sorted(file.spans.items())
    }
    about = {
        "shape": file.shape,
        "received": file.received,
        "duplicates": file.duplicates,
        "lost": file.lost,
        "damaged": file.damaged,
        "reasons": file.reasons,
        "notes": file.notes,
        "sources": spans,
    }
    return {name: value for name, value in about.items() if value not in (0, [], {})}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, dict[str, object]]:
    return taken_in(tmp_path_factory.mktemp("real"))


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_gives_what_it_gave(found, name):
    assert found[name] == json.loads(GOLDEN.read_text("utf-8"))[name]


def test_every_real_file_is_read_or_refused_and_none_is_golden_that_is_not_there(found):
    assert sorted(found) == FILES == sorted(json.loads(GOLDEN.read_text("utf-8")))


if __name__ == "__main__":
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        json.dump(taken_in(Path(scratch)), sys.stdout, indent=1, ensure_ascii=False, sort_keys=True)
        print()
