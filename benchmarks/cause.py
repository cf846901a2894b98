"""The root cause held against what was true: how often the likeliest way in is the right one, and how sure it was.

    python benchmarks/cause.py [--save seen.json | --seen seen.json]

Every practice story and every incident of `tests/incidents` is judged once; then each is weighed again with one
observation withheld, and with the truthful answers of somebody who remembers only what the way in left behind. For
each band of stated probability the table shows how often the likeliest was right. Exit code 1 when fewer than ten of
the eleven stories are right, when an innocent is called a takeover for sure, or when what is stated at nine in ten or
more is right less than four times in five.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from o365nb import investigate
from o365nb.analysis.cause import Seen, look, weigh, weights
from o365nb.engine import Engine
from o365nb.model import Context, Finding, Severity, utc
from o365nb.progress import Progress

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from incidents.casebook import CASES
from incidents.measure import investigated
from scorecard import STORIES as EXPECTED

STORIES = {slug: right.cause for slug, right in EXPECTED.items()}
#: By the function that writes the incident's evidence. What began before the evidence is not for it to tell.
INCIDENTS = {
    "aitm": "H1", "same_country": "H1", "same_client": "H1", "over_ipv6": "H1", "while_travelling": "H1",
    "payroll": "H1", "blind": "H1", "consent": "H6", "spray": "H3", "infostealer": "H4", "device_code": "H5",
    "delegate": "H11", "forged": "H12", "new_phone": "H13", "roaming": "H13", "on_vpn": "H13", "own_forwarding": "H13",
}  # fmt: skip
#: What a person to whom it happened remembers.
ANSWERS = {
    "H1": "Q6 Q8", "H2": "Q6", "H3": "Q13", "H4": "Q5", "H5": "Q11", "H6": "Q12", "H7": "Q10", "H8": "Q15", "H9": "",
    "H10": "Q1", "H11": "Q18", "H12": "", "H13": "Q17", "H14": "Q9",
}  # fmt: skip
_INNOCENT = {"H11", "H12", "H13"}
_BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)


def main() -> int:
    """Judge, weigh, print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--save", type=Path, help="keep what was seen, so that weights can be tried without judging")
    options.add_argument("--seen", type=Path, help="take what was seen from such a file")
    asked = options.parse_args()
    if asked.seen:
        cases = [(name, true, _revived(seen)) for name, true, seen in json.loads(asked.seen.read_text("utf-8"))]
    else:
        cases = list(_judged())
    if asked.save:
        asked.save.write_text(json.dumps([(name, true, _plain(seen)) for name, true, seen in cases]), "utf-8")
    return _print(cases)


def _judged() -> Iterator[tuple[str, str, Seen]]:
    with tempfile.TemporaryDirectory() as folder:
        for story, true in STORIES.items():
            base = Path(folder) / story
            request = investigate.Request(case=story, data=base / "data", reports=base / "reports")
            case = investigate.from_practice(story, request, Progress())
            yield f"story {story}", true, _seen(case, investigate.analyse(case, Progress()))
        for number, (name, incident) in enumerate(CASES.items()):
            scene = getattr(incident.scene, "func", incident.scene).__name__
            if scene in INCIDENTS:
                made = investigated(incident, Path(folder) / str(number))
                yield name, INCIDENTS[scene], _seen(made.case, made.found)
            else:
                print(f"  left out: {name} (no way in is named for {scene})")


def _seen(case: Any, found: Any) -> Seen:
    with Engine(case) as engine:
        return look(engine, found.findings, {one.event_id: one for one in found.attributions})


def _print(cases: list[tuple[str, str, Seen]]) -> int:
    right, sure_of_innocents = 0, []
    stated: list[tuple[float, bool]] = []
    print(f"{'case':28} {'true':>4} {'top':>4} {'p(top)':>7} {'p(true)':>7}  determined")
    for name, true, seen in cases:
        found = weigh(seen.found, seen.facts, {}, visible=seen.visible)
        likely = {one.id: one.probability for one in found.hypotheses}
        right += name.startswith("story") and found.top == true
        if true in _INNOCENT and found.determined and found.top not in _INNOCENT:
            sure_of_innocents.append(name)
        mark = "" if found.top == true else "  <-- wrong"
        determined = "yes" if found.determined else "no"
        print(f"{name:28} {true:>4} {found.top:>4} {likely[found.top]:7.3f} {likely[true]:7.3f}  {determined}{mark}")
        stated += [(p, top == true) for p, top in _variants(true, seen)]
    print(f"\n{'stated':>12} {'weighed':>8} {'mean p':>7} {'right':>6}")
    sure = [hit for p, hit in stated if p >= 0.9]
    for low, high in pairwise(_BANDS):
        band = [(p, hit) for p, hit in stated if low <= p < high]
        if band:
            mean, hits = sum(p for p, _ in band) / len(band), sum(hit for _, hit in band) / len(band)
            print(f"{low:5.2f}-{min(high, 1):5.2f}  {len(band):8} {mean:7.2f} {hits:6.2f}")
    brier = sum((p - hit) ** 2 for p, hit in stated) / len(stated)
    loss = -sum(math.log(p if hit else max(1e-9, 1 - p)) for p, hit in stated) / len(stated)
    print(f"Brier {brier:.3f}, log loss {loss:.3f} over {len(stated)}; stories right: {right} of {len(STORIES)}")
    bad = right < min(10, len(STORIES)) or sure_of_innocents or (sure and sum(sure) / len(sure) < 0.8)
    return 1 if bad else 0


def _variants(true: str, seen: Seen) -> Iterator[tuple[float, str]]:
    """The likeliest and its probability: as it is, with each observation withheld, and with what is remembered."""
    remembered = {name: {"answer": "y"} for name in ANSWERS[true].split()}
    lost = [("finding", one.slug) for one in seen.found if any(one.slug in name for name in weights().observations)]
    lost += [("derived", name) for name in seen.facts]
    for kind, what in [("", ""), *dict.fromkeys(lost)]:
        found = [one for one in seen.found if (kind, what) != ("finding", one.slug)]
        facts = {name: how for name, how in seen.facts.items() if (kind, what) != ("derived", name)}
        for answers in ({}, remembered) if not kind else ({},):
            cause = weigh(found, facts, answers, visible=seen.visible)
            yield cause.hypotheses[0].probability, cause.top


def _plain(seen: Seen) -> dict[str, Any]:
    told = [(one.id, one.slug, one.context.value) for one in seen.found]
    return {"found": told, "facts": dict(seen.facts), "visible": seen.visible}


def _revived(data: dict[str, Any]) -> Seen:
    when = utc("2026-11-17T08:41:00Z")
    found = tuple(
        Finding(number, slug, "", Severity.HIGH, (), "", when, when, Context(context), 0.9, 9.0, (), "", ())
        for number, slug, context in data["found"]
    )
    return Seen(found, data["facts"], data["visible"])


if __name__ == "__main__":
    sys.exit(main())
