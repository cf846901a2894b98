"""How close a collection comes to what Microsoft's quotas allow, and what asking side by side is worth.

The practice tenant enforces the documented quotas in real time and takes as long to answer as its latency.csv says.
For every quota that a collection runs into, the time from its first request to its last is held against the floor: what
the quota alone demands for so many requests. The same collectors, one after another, are the named alternative.
Takes some minutes. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from requests import PreparedRequest, Response

from o365nb import gather
from o365nb.case import Case, CaseInfo
from o365nb.model import Outcome, Window
from o365nb.practice.web.asked import LOGIN, Asked
from o365nb.practice.web.limits import Rule, rules_for
from o365nb.progress import Progress
from o365nb.tenant import Profile, connect

FLOOR_TARGET, SPEED_TARGET = 1.15, 3.0
USERS = ("anna@contoso.example", "bob@contoso.example", "carol@contoso.example")


class Watch:
    """When every request began and ended, by the quota that the practice tenant counts it under."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.rules: dict[str, Rule] = {}
        self.refused: Counter[str] = Counter()
        self.total = 0

    def __call__(self, response: Response, *_: object, **__: object) -> None:
        ended = time.monotonic()
        asked = _asked(response.request)
        if asked.service == LOGIN:
            return
        self.total += 1
        if response.status_code in (429, 503):
            self.refused[rules_for(asked)[0].name] += 1
            return
        for rule in rules_for(asked):
            self.rules[rule.name] = rule
            self.spans[rule.name].append((ended - response.elapsed.total_seconds(), ended))


def _asked(request: PreparedRequest) -> Asked:
    parts = urlsplit(request.url or "")
    scope = {
        "method": request.method,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
    }
    return Asked.of(scope, request.body if isinstance(request.body, bytes) else b"")


def floor(rule: Rule, requests: int) -> float:
    """Seconds that the quota alone puts between the first and the last of so many requests."""
    return rule.seconds * (math.ceil(requests / rule.count) - 1) if rule.count else 0.0


@contextmanager
def serving(state: Path) -> Iterator[Profile]:
    """The practice tenant in a process of its own, as a service is: its work must not take the client's time."""
    port = _free_port()
    command = [sys.executable, "-m", "o365nb", "practice", "serve", "aitm", "--state", str(state), "--port", str(port)]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--limits", "real", "--latency", "1"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            told = {}
            for line in server.stdout or ():
                name, _, value = line.strip().replace(" = ", "=").partition("=")
                told[name] = value.strip('"')
                if line.startswith("Ends"):
                    break
            os.environ["O365NB_CLIENT_SECRET"] = told["O365NB_CLIENT_SECRET"]
            yield Profile.simulator(
                base_url=f"https://localhost:{port}",
                ca_file=state / "ca.pem",
                tenant_id=told["tenant_id"],
                client_id=told["client_id"],
                pace=1.0,
            )
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def run(base: Path, name: str, at_once: int) -> tuple[float, Watch]:
    """One collection under the real quotas, on a tenant of its own, so that no run spends another's quota."""
    watch = Watch()
    with serving(base / f"{name}-tenant") as profile, connect(profile) as tenant:
        tenant._http._session.hooks["response"].append(watch)  # the one place that sees every request
        window = Window.since("30d", tenant.now())
        case = Case.create(base / name, CaseInfo(name, USERS, window, "live", tenant="practice"))
        began = time.monotonic()
        gather.collect(case, tenant, Progress(), at_once=at_once)
        took = time.monotonic() - began
    failed = [entry for entry in case.ledger.entries() if entry.outcome in (Outcome.FAILED, Outcome.THROTTLED)]
    if failed:
        raise SystemExit(f"{name}: {', '.join(entry.source for entry in failed)} failed: no measurement.")
    return took, watch


def report(name: str, took: float, watch: Watch) -> float:
    """Print one run, quota by quota; the worst ratio to the floor."""
    refused = ", ".join(f"{quota} {count}" for quota, count in watch.refused.items()) or "none"
    print(f"\n{name}: {took:.1f} s, {watch.total} requests; refused for load: {refused}")
    worst = 0.0
    for quota, spans in sorted(watch.spans.items()):
        least = floor(watch.rules[quota], len(spans))
        span = max(end for _, end in spans) - min(start for start, _ in spans)
        if not least:
            continue
        worst = max(worst, span / least)
        print(f"  {quota:<44} {len(spans):>5} requests  {span:7.1f} s  floor {least:7.1f} s  ratio {span / least:.2f}")
    return worst


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skip-serial", action="store_true", help="only the ratio to the floor; some minutes less")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="o365nb-bench-") as folder:
        took, watch = run(Path(folder), "side-by-side", gather.AT_ONCE)
        worst = report("side by side", took, watch)
        missed = worst > FLOOR_TARGET
        print(f"worst ratio to a quota's floor: {worst:.2f} (target {FLOOR_TARGET})")
        if not given.skip_serial:
            serial, watch = run(Path(folder), "one-after-another", 1)
            report("one after another", serial, watch)
            missed |= serial / took < SPEED_TARGET
            print(f"\none after another / side by side: {serial / took:.2f} (target {SPEED_TARGET})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
