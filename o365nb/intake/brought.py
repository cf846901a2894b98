"""What the user brings to a case beside evidence: address databases, and the analyst's word on networks.

`case.json` names the databases (name, type, build date, SHA-256, where they lay); what they answered is kept in
`enrichment/<sha256>.jsonl`, so that a case stays what it is where a database is no more, or a newer one lies there.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import ExitStack
from pathlib import Path

from o365nb.case import Case
from o365nb.case.folder import write_atomic
from o365nb.errors import BadEvidence
from o365nb.events import overrides
from o365nb.events.addresses import Known
from o365nb.events.mmdb import Database, Place, as_row, from_rows, sha256_of
from o365nb.events.networks import Enrichment
from o365nb.events.registry import registry

FOLDER = "enrichment"
#: Address databases for new cases: paths, separated as in PATH.
MMDB = "O365NB_MMDB"


def bring(case: Case, given: tuple[Path, ...], settings: Path, *, fresh: bool) -> None:
    """Enter into the case what it is enriched with; a standing case keeps what it has unless databases are `given`.

    A `fresh` case takes those of $O365NB_MMDB and of the folder `mmdb` in the user's `settings` too, and a copy of the
    `networks.csv` there. Raises BadEvidence for a file that is not what it should be.
    """
    paths = list(given)
    if fresh:
        paths += [Path(text) for text in os.environ.get(MMDB, "").split(os.pathsep) if text]
        paths += sorted((settings / "mmdb").glob("*.mmdb"))
        if (own := overrides.load(settings / overrides.FILE)).text:
            write_atomic(case.root / overrides.FILE, own.text)
    if paths:
        case.update(databases=tuple(_described(path) for path in dict.fromkeys(paths)))


def answered(case: Case) -> list[tuple[dict[str, str], int]]:
    """Every database that the case names, and how many addresses it was asked about while it was at hand."""
    return [(one, len(_answers(case.root / FOLDER / f"{one['sha256']}.jsonl"))) for one in case.info.databases]


def _described(path: Path) -> dict[str, str]:
    with Database(path) as database:
        return database.description


class _Kept:
    """A database whose answers are remembered, first from the case and then from the file."""

    def __init__(self, title: str, places: dict[str, Place], database: Database | None) -> None:
        self.title, self.places, self._database = title, places, database
        self.new = False

    def find(self, address: Known) -> Place:
        """What the case kept of it, else what the file says; nothing where neither is at hand."""
        found = self.places.get(address.text)
        if found is None and self._database:
            found = self.places[address.text] = self._database.find(address)
            self.new = True
        return found or Place()


class Brought:
    """What one case is enriched with. Entered, it opens the databases; left whole, it keeps their answers.

    Raises BadEvidence when the case's networks.csv cannot be read, or a database turns out to be damaged.
    """

    def __init__(self, case: Case) -> None:
        self._case, self._open = case, ExitStack()
        self._own = overrides.load(case.root / overrides.FILE)
        self._kept: list[tuple[Path, _Kept]] = []

    @property
    def stamp(self) -> str:
        """Changes when something else is brought: then the tables are made again."""
        named = [one["sha256"] for one in self._case.info.databases]
        answering = registry()
        told = [named, self._own.text, answering.title if answering else ""]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def __enter__(self) -> Enrichment:
        for about in self._case.info.databases:
            path = self._case.root / FOLDER / f"{about['sha256']}.jsonl"
            title = f"{about['type']}, {about['built']}"
            self._kept.append((path, _Kept(title, _answers(path), self._file(about))))
        return Enrichment(tuple(kept for _, kept in self._kept), self._own, registry())

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._open.close()
        for path, kept in self._kept:
            if kept.new and error is None:
                path.parent.mkdir(exist_ok=True)
                lines = (json.dumps(as_row(text, place)) for text, place in sorted(kept.places.items()))
                write_atomic(path, "".join(f"{line}\n" for line in lines))

    def _file(self, about: dict[str, str]) -> Database | None:
        """The database, if it still lies where it did and still is the one that was named."""
        path = Path(about["file"])
        if not path.is_file() or sha256_of(path) != about["sha256"]:
            return None
        return self._open.enter_context(Database(path))


def _answers(path: Path) -> dict[str, Place]:
    """The answers that the case keeps of one database."""
    try:
        lines = path.read_text("utf-8").splitlines()
        return from_rows(json.loads(line) for line in lines)
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        mend = "Restore it from a copy, or delete it where the database itself is at hand."
        raise BadEvidence(path, f"not the answers of an address database ({error})", mend) from None
