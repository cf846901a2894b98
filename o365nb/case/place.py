"""Where results go: `case.json` says so, but a case that came from elsewhere does not decide where this machine writes.

What it says counts inside the case, and in the working folder and the one above the data folder, where results lie
usually. Any other place counts only when a person named it here, which a file there tells.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

#: In a folder that a person named for the results of a case, outside of the usual places: whose it is.
MARK = ".o365nb-case"


def results_of(root: Path, out: str, created: datetime) -> str:
    """The folder of the results of the case at `root`, from here; the usual one where it may not be what was said."""
    home = root.resolve()
    work, here = home.parent.parent, Path.cwd()
    said = Path(out)
    # Cases of earlier versions have it as it was typed, from the folder in which they were made.
    place = (said if said.is_absolute() or (here / said).exists() else work / said).resolve()
    kept = home / "results"
    if not _usual(place, home, work, here) and _owner(place) != _sign(home, created):
        place = kept if (kept / "verdict.json").is_file() else work / "reports" / home.name
    return str(place.relative_to(here) if place.is_relative_to(here) else place)


def private(folder: Path) -> Path:
    """Make a folder, with those above it that are missing, which only this user may open (POSIX); returns it."""
    for one in (*reversed(folder.parents), folder):
        one.mkdir(mode=0o700, exist_ok=True)
    return folder


def claim(root: Path, out: Path, created: datetime) -> None:
    """Leave word in a folder that a person named that the results of this case go there."""
    if not _usual(out.resolve(), root.resolve(), root.resolve().parent.parent, Path.cwd()):
        private(out)
        (out / MARK).write_text(_sign(root.resolve(), created), "utf-8")


def _usual(place: Path, home: Path, work: Path, here: Path) -> bool:
    if place.is_relative_to(home):
        return place.relative_to(home).parts[:1] not in ((), ("raw",))
    for above in (work, here):
        inside = place.relative_to(above).parts if place.is_relative_to(above) and above != above.parent else ()
        if inside and not any(part.startswith(".") for part in inside):
            others = [above.joinpath(*inside[: depth + 1]) for depth in range(len(inside))]
            namesake = home.parent / place.name / "case.json"  # the results of another case
            return not any((other / "case.json").exists() for other in others) and (
                place.name == home.name or not namesake.exists()
            )
    return False


def _owner(place: Path) -> str:
    mark = place / MARK
    return mark.read_text("utf-8", "replace") if mark.is_file() else ""


def _sign(home: Path, created: datetime) -> str:
    return f"{home}\n{created.isoformat()}\n"
