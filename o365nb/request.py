"""What was asked for, and whether a case that stands already is the one that was meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from o365nb.case import Case
from o365nb.errors import BadInput
from o365nb.model import Window, utc

_DOORS = {"export": "made from exported files", "live": "of a live tenant", "practice": "of the practice tenant"}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line or in a notebook; empty means: find out.

    Raises BadInput for a time zone that does not exist.
    """

    case: str = ""
    users: tuple[str, ...] = ()
    since: str = ""
    start: str = ""
    end: str = ""
    accepted_domains: tuple[str, ...] = ()
    ticket: str = ""
    time_zone: str = ""
    data: Path = Path("data")
    reports: Path = Path("reports")
    out: Path | None = None
    columns: Path | None = None
    mmdb: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInput(f"--time-zone {self.time_zone!r} is not a time zone. Write it as Europe/Berlin.") from None

    @property
    def upns(self) -> tuple[str, ...]:
        """The accounts asked for, lower case, each once."""
        return tuple(dict.fromkeys(user.strip().lower() for user in self.users))

    @property
    def domains(self) -> tuple[str, ...]:
        """The accepted domains given, lower case, without @."""
        return tuple(dict.fromkeys(domain.strip().lower().lstrip("@") for domain in self.accepted_domains))

    def window(self, now: datetime) -> Window | None:
        """The window asked for, or None when nothing was said. Raises BadInput for half a window."""
        if self.since and (self.start or self.end):
            raise BadInput("Give either --since or --from and --to, not both.")
        if self.since:
            return Window.since(self.since, now)
        if bool(self.start) != bool(self.end):
            raise BadInput("A window needs both --from and --to.")
        return Window(utc(self.start), utc(self.end)) if self.start else None


def reopen(root: Path, *, door: str, tenant: str = "", story: str = "") -> Case | None:
    """The case that stands at `root`, or None. Raises BadInput when it came through another door or tenant."""
    if not (root / "case.json").is_file():
        return None
    case = Case.open(root)
    info = case.info
    if info.door != door:
        raise BadInput(
            f"Case {info.name} is {_DOORS.get(info.door, info.door)}, not {_DOORS[door]}: evidence of two doors is not"
            " mixed. Name another case with --case."
        )
    if (info.tenant, info.story) != (tenant, story):
        raise BadInput(
            f"Case {info.name} is about {info.story or info.tenant}, not {story or tenant}. Name another case: --case."
        )
    return case


def require_subjects(case: Case, upns: tuple[str, ...]) -> None:
    """Raise BadInput when other accounts are asked for than those that the case is about."""
    if upns and set(upns) != set(case.info.subjects):
        raise BadInput(
            f"Case {case.info.name} is about {', '.join(case.info.subjects)}, not {', '.join(upns)}. Leave --user out,"
            " or name another case with --case."
        )


def require_window(case: Case, request: Request) -> None:
    """Raise BadInput when another window is asked for than the case's; a span (30d) may have moved on since."""
    kept = case.info.window
    asked = request.window(kept.end)
    if asked and asked != kept:
        raise BadInput(
            f"Case {case.info.name} covers {kept}, and its evidence was asked for by that. Leave the window out, or"
            " name another case with --case."
        )


def take_over(case: Case, request: Request) -> None:
    """Enter into a standing case what may change without other evidence: ticket, time zone, domains, report folder."""
    given = {
        "ticket": request.ticket,
        "time_zone": request.time_zone,
        "accepted_domains": tuple(dict.fromkeys([*case.info.accepted_domains, *request.domains])),
        "out": str(request.out) if request.out else "",
    }
    if changes := {name: value for name, value in given.items() if value and value != getattr(case.info, name)}:
        case.update(**changes)
