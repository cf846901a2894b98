"""Five in a hundred answers go wrong and the collection is killed three times: the evidence is the same in the end."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest

from o365nb.case import Case, CaseInfo
from o365nb.intake.snapshots import standing
from o365nb.model import Window, utc
from o365nb.practice import Chaos, PracticeTenant

ANNA = "anna@contoso.example"
WINDOW = Window(utc("2026-11-16T00:00:00Z"), utc("2026-11-17T12:00:00Z"))


def collect(tenant, root, kill_at=None):
    """Collect in a process of its own, killed once custody has so many lines; the case, and how the process ended."""
    if not root.exists():
        Case.create(root, CaseInfo(root.name, (ANNA,), WINDOW, "live", tenant="practice"))
    given = [tenant.base_url, tenant.ca_file, tenant.tenant_id, tenant.client_id, tenant.client_secret]
    running = subprocess.Popen([sys.executable, Path(__file__).parent / "faulty.py", root, *given])
    custody = root / "custody.jsonl"
    while kill_at is not None and running.poll() is None:
        if custody.exists() and custody.read_bytes().count(b"\n") >= kill_at:
            running.kill()
        time.sleep(0.002)
    return Case.open(root), running.wait()


def records(case):
    """Every record of the evidence that counts: source, whom it is about, content; and how often."""
    found = Counter()
    for line in standing(list(case.custody.entries()), case.ledger):
        body = orjson.loads(case.raw(line["path"])) if line["records"] else {"value": []}
        for record in body.get("value", [body]) if isinstance(body, dict) else body:
            plain = {name: value for name, value in record.items() if not name.startswith("@odata.")}
            found[line["source"], line["owner"], orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)] += 1
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    base = tmp_path_factory.mktemp("undisturbed")
    with PracticeTenant("aitm", base / "tenant", page_limit=15) as tenant:
        case, status = collect(tenant, base / "case")
    assert status == 0
    return records(case), {(e.source, e.subject): (e.outcome, e.received) for e in case.ledger.entries()}


@pytest.mark.parametrize("seed", range(5))
def test_the_evidence_is_record_for_record_that_of_an_undisturbed_run(tmp_path, undisturbed, seed):
    whole, ledger = undisturbed
    with PracticeTenant("aitm", tmp_path / "tenant", page_limit=15, chaos=Chaos(seed, rate=0.05)) as tenant:
        ends = [collect(tenant, tmp_path / "case", kill_at)[1] for kill_at in (5, 60, 110)]
        case, status = collect(tenant, tmp_path / "case")
        assert (0 in ends, status) == (False, 0)
        assert {(e.source, e.subject): (e.outcome, e.received) for e in case.ledger.entries()} == ledger
        assert records(case) == whole
        assert len(list(case.verify())) == 3
        assert tenant._site.dice.mishaps > 5
