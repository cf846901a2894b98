"""What was seen and who was written to, as it is listed, beside what was so: the incidents of the tests.

    python benchmarks/exposure.py [--only WORD ...] [--faults]

One line per incident in which something was seen or is listed, and the sums per kind: what was, what is listed as
certain with its precision and recall, what is listed as possible, the recall of both, and what is missing though its
event is called the attacker's. Exit code 1 when anything is listed wrongly, twice, without a subject line that the
evidence has, or not at all though its event is called the attacker's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from incidents import held_out, strangers, unseen, unseen_quiet
from incidents.casebook import CASES
from incidents.exposed import KINDS, Compared, Counted
from incidents.measure import Incident, investigated

_HEAD = (
    f"{'kind':10} {'were':>6} {'certain':>8} {'P':>6} {'R':>6} {'possible':>9} {'right':>6} {'R both':>7}"
    f" {'unlisted':>9} told"
)


def incidents() -> dict[str, Incident]:
    """All of them: the casebook, the strangers, the held-out and the unseen ones."""
    groups = (strangers.ATTACKS, strangers.INNOCENTS, held_out.HELD_OUT, unseen.ATTACKS, unseen.OPEN)
    groups += (unseen_quiet.INNOCENTS, unseen_quiet.EXPLAINED_OTHERWISE)
    return CASES | {name: one.incident for group in groups for name, one in group.items()}


def main() -> int:
    """Judge one after the other, print, say what is wrong."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--only", action="append", default=[], help="incidents with this word in their name")
    options.add_argument("--faults", action="store_true", help="what is wrong, thing by thing")
    asked = options.parse_args()
    sums = dict.fromkeys(KINDS, Counted())
    wrong = 0
    for name, incident in incidents().items():
        if asked.only and not any(word in name for word in asked.only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            seen = investigated(incident, Path(folder)).seen
        counted = {kind: seen.counted(kind) for kind in KINDS}
        sums = {kind: sums[kind] + counted[kind] for kind in KINDS}
        wrong += len(seen.faults)
        if any(one != Counted() for one in counted.values()):
            _print(name, counted, seen, faults=asked.faults)
    print(f"\n{_HEAD}")
    for kind, one in sums.items():
        said = f"{one.told} of {one.named}" if kind == "mail" else ""
        print(
            f"{kind:10} {one.were:6} {one.certain:8} {one.precision:6.3f} {one.recall:6.3f} {one.possible:9}"
            f" {one.possible_right:6} {one.listed:7.3f} {one.unlisted:9} {said}"
        )
    return 1 if wrong else 0


def _print(name: str, counted: dict[str, Counted], seen: Compared, *, faults: bool) -> None:
    """Right of those that were, and what is listed wrongly, by kind."""
    told = [
        f"{kind} {one.right}/{one.were}" + (f" +{one.certain - one.right} wrong" if one.certain > one.right else "")
        for kind, one in counted.items()
        if one != Counted()
    ]
    print(f"{name:40} {', '.join(told)}", flush=True)
    for fault, thing in seen.faults[:12] if faults else ():
        print(f"    {fault}: {' '.join(thing)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
