"""One incident through the door for exported files, measured against its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from incidents.exposed import Compared, exposed
from incidents.hands import Shape
from incidents.scene import Scene

from o365nb import investigate
from o365nb.case import Case
from o365nb.model import Assessment, Label
from o365nb.progress import Progress


@dataclass(frozen=True)
class Incident:
    """What happened, in which shape the evidence arrives, and what may be asked of the judgement."""

    scene: Callable[[Shape], Scene]
    shape: Shape


@dataclass(frozen=True)
class Measured:
    """The assessment of an incident beside its truth; events whose owner is open to argument are left out."""

    case: Case
    found: Assessment
    truth: dict[str, str]
    seen: Compared  # what was seen and who was written to, beside what was so

    def _sets(self) -> tuple[set[str], set[str]]:
        called = {one.event_id for one in self.found.attributions if one.label is Label.ATTACKER}
        were = {key.lower() for key, true in self.truth.items() if true == "attacker"}
        open_ = {key.lower() for key, true in self.truth.items() if true == "either"}
        return {key.lower() for key in called} - open_, were

    @property
    def called(self) -> int:
        return len(self._sets()[0])

    @property
    def were(self) -> int:
        return len(self._sets()[1])

    @property
    def precision(self) -> float:
        called, were = self._sets()
        return len(called & were) / len(called) if called else 1.0

    @property
    def recall(self) -> float:
        called, were = self._sets()
        return len(called & were) / len(were) if were else 1.0

    def wrong(self, most: int = 10) -> Iterator[tuple[str, str]]:
        """The first events labelled wrongly, in words."""
        called, were = self._sets()
        shown = 0
        for one in self.found.attributions:
            key = one.event_id.lower()
            if (key in called) != (key in were) and shown < most:
                shown += 1
                yield (
                    ("called" if key in called else "missed"),
                    f"{one.time:%d %H:%M} {one.operation} {one.actor} {one.because}",
                )
        for key in sorted(were - {one.event_id.lower() for one in self.found.attributions}):
            shown += 1
            if shown < most:
                yield "unlabelled", key


def investigated(incident: Incident, base: Path) -> Measured:
    """`o365nb investigate --evidence DIR --user UPN` on the incident's files."""
    scene = incident.scene(incident.shape)
    truth = scene.write(base / "evidence")
    request = investigate.Request(
        case="incident",
        users=(scene.upn, *scene.beside),
        data=base / "data",
        reports=base / "reports",
        accepted_domains=(scene.domain,),
    )
    case = investigate.from_files(base / "evidence", request, Progress())
    found = investigate.analyse(case, Progress())
    return Measured(case, found, truth, Compared(found, exposed(scene, truth)))
