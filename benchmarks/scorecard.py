"""How right the kit is: every practice story judged beside its truth, as it is told and under variation.

    python benchmarks/scorecard.py [--variation NAME ...] [--story SLUG ...] [--as-told] [--faults] [--workers N]

One table per variation (`o365nb practice list` names them) and one of F1 by story and variation. Exit code 1 when a
story as it is told misses a target (precision and recall 0.98; remains and plan exact; the way in right in ten of
eleven; no false verdict), or when a control is called confirmed under any variation.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path

from o365nb.practice.variations import variations

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from scorecard import HEAD, SPARED, STORIES, Score, judged, line

TARGET = 0.98
_BANDS = (0.0, 0.3, 0.5, 0.8, 0.9, 1.01)


def main() -> int:
    """Judge side by side, print, say what missed its target."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--variation", action="append", choices=list(variations()), help="these only")
    options.add_argument("--story", action="append", choices=list(STORIES), help="these only")
    options.add_argument("--as-told", action="store_true", help="no variations")
    options.add_argument("--faults", action="store_true", help="what is wrong, event by event")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = options.parse_args()
    slugs = asked.story or list(STORIES)
    wanted = [""] if asked.as_told else asked.variation or ["", *variations()]
    made: dict[str, Score] = {}
    # A process keeps every story that it built: it is replaced after a few.
    with get_context("spawn").Pool(asked.workers, maxtasksperchild=6) as pool:
        scores = pool.imap(_judged, [_name(slug, variation) for variation in wanted for slug in slugs])
        for variation in wanted:
            made |= _printed(variation, islice(scores, len(slugs)), faults=asked.faults)
    if len(wanted) > 1:
        _print_f1(made, slugs, wanted)
        _print_sure(list(made.values()))
    missed = [*_missed(list(made.values())), *_false(list(made.values()))]
    print("\n" + "\n".join(missed or ["Every target is met."]))
    return 1 if missed else 0


def _name(slug: str, variation: str) -> str:
    return f"{slug}.{variation}" if variation else slug


def _judged(name: str) -> Score:
    with tempfile.TemporaryDirectory() as folder:
        return judged(name, Path(folder))


def _printed(variation: str, scores: Iterable[Score], *, faults: bool) -> dict[str, Score]:
    """One table, line by line as the stories are judged."""
    print(f"\n{variation or 'as told'}\n{HEAD}", flush=True)
    made = {}
    for one in scores:
        made[one.story] = one
        print(line(one), flush=True)
        for fault in one.faults if faults else ():
            print(f"    {fault[:220]}", flush=True)
    mean = sum(one.f1 for one in made.values()) / len(made)
    print(f"mean F1 {mean:.3f}; way in right: {sum(one.cause_right for one in made.values())} of {len(made)}")
    return made


def _print_f1(made: dict[str, Score], slugs: list[str], wanted: list[str]) -> None:
    print(f"\nF1\n{'':20} " + " ".join(f"{slug[:10]:>10}" for slug in slugs))
    for variation in wanted:
        row = [made[_name(slug, variation)].f1 for slug in slugs]
        print(f"{variation or 'as told':20} " + " ".join(f"{value:10.3f}" for value in row))


def _print_sure(scores: list[Score]) -> None:
    print("\nThe likeliest way in: what was stated, and how often it was right")
    for low, high in pairwise(_BANDS):
        band = [one for one in scores if low <= one.sure < high]
        if band:
            stated = sum(one.sure for one in band) / len(band)
            right = sum(one.cause_right for one in band) / len(band)
            print(f"{low:.2f}-{min(high, 1):.2f}  {len(band):4} cases, stated {stated:.2f}, right {right:.2f}")
    wrong = [one.story for one in scores if one.determined and not one.cause_right]
    print(f"determined: {sum(one.determined for one in scores)}, wrongly: {', '.join(wrong) or 'none'}")


def _missed(scores: list[Score]) -> list[str]:
    told = [one for one in scores if one.story in STORIES]
    found = [
        f"{one.story}: precision or recall is below {TARGET}" for one in told if min(one.precision, one.recall) < TARGET
    ]
    found += [f"{one.story}: {fault}" for one in told for fault in (*one.persistence, *one.plan)]
    found += [f"{one.story}: verdict {one.verdict}" for one in told if not one.verdict_right]
    wrong = [one.story for one in told if not one.cause_right]
    return found + ([f"the way in is wrong for {', '.join(wrong)}"] if len(wrong) > 1 else [])


def _false(scores: list[Score]) -> list[str]:
    controls = [one for one in scores if one.story.partition(".")[0] in SPARED]
    return [f"{one.story} is a control and is called confirmed" for one in controls if one.verdict == "confirmed"]


if __name__ == "__main__":
    sys.exit(main())
