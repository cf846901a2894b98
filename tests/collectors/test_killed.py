"""A collection killed at any moment resumes: nothing is lost, nothing counts twice, the chains hold."""

import os
import subprocess
import sys
import time

import pytest

from o365nb import collectors, investigate
from o365nb.case import Case, CaseInfo
from o365nb.engine import Engine
from o365nb.events.schema import TABLES
from o365nb.model import Window, utc
from o365nb.practice import PracticeTenant
from o365nb.progress import Progress

ANNA = "anna@contoso.example"
WINDOW = Window(utc("2026-11-16T00:00:00Z"), utc("2026-11-17T12:00:00Z"))
#: What differs between two readings of the same thing.
READING = ("collected_at", "raw_file", "raw_line")


@pytest.fixture(scope="module")
def collecting(tmp_path_factory):
    """`collecting(name, lines)`: run `o365nb collect` on a case, killed once custody has so many lines (None: not)."""
    base = tmp_path_factory.mktemp("killed")
    with PracticeTenant(story="aitm", state=base / "tenant", page_limit=15) as tenant:
        profile = f'[practice]\ntenant_id = "{tenant.tenant_id}"\nclient_id = "{tenant.client_id}"\n'
        (base / "profiles.toml").write_text(profile, "utf-8")
        given = {"O365NB_CLIENT_SECRET": tenant.client_secret, "O365NB_CONFIG": str(base / "profiles.toml")}
        command = [
            sys.executable,
            "-m",
            "o365nb",
            "--simulator",
            tenant.base_url,
            "--simulator-ca",
            str(tenant.ca_file),
        ]

        def run(name, lines):
            root = base / "data" / name
            if not root.exists():
                Case.create(root, CaseInfo(name, (ANNA,), WINDOW, "live", tenant="practice"))
            running = subprocess.Popen(
                [*command, "collect", "--case", name, "--data", str(base / "data")],
                env={**os.environ, **given}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            custody = root / "custody.jsonl"
            while lines is not None and running.poll() is None:
                if custody.exists() and custody.read_bytes().count(b"\n") >= lines:
                    running.kill()
                time.sleep(0.002)
            return running.wait(), Case.open(root)

        yield run


def content(case):
    """Every table but what tells one reading from another; and the ledger."""
    investigate.intake.build_tables(case, Progress())
    with Engine(case) as engine:
        tables = {}
        for name, columns in TABLES.items():
            kept = ", ".join(f'"{column}"' for column in columns if column not in READING)
            tables[name] = sorted(map(repr, engine.rows(f"SELECT {kept} FROM {name}")))
    return tables, {(entry.source, entry.subject, entry.window): entry.received for entry in case.ledger.entries()}


def test_a_collection_killed_three_times_ends_as_one_that_was_not(collecting):
    status, undisturbed = collecting("undisturbed", None)
    assert status == 0
    whole = len(list(undisturbed.custody.entries()))
    ends = [collecting("killed", lines)[0] for lines in (1, whole // 3, whole * 2 // 3)]
    assert 0 not in ends
    status, killed = collecting("killed", None)
    assert status == 0
    assert [line.split(":")[0] for line in killed.verify()] == ["custody chain", "receipts chain", "evidence"]
    assert content(killed) == content(undisturbed)
    assert {source for source, _, _ in content(killed)[1]} == {unit.source for unit in collectors.all_collectors()}
    with Engine(killed) as engine:
        (row,) = engine.rows("SELECT count(*) AS whole, count(DISTINCT event_id) AS different FROM events")
    assert row["whole"] == row["different"] > 50


def test_nothing_is_asked_for_twice_once_it_is_whole(collecting):
    _, before = collecting("undisturbed", None)
    lines = list(before.custody.entries())
    collecting("undisturbed", None)
    assert list(before.custody.entries()) == lines
