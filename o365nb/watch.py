"""Verification over days: one round reads every step back, and looks at what happened since the response.

Each round keeps its own evidence, as a small case inside the case (`watch/<time>/`), and one line in `watch.jsonl`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from o365nb import intake, response
from o365nb.case import Bundle, Case, CaseInfo, Chain
from o365nb.case.folder import WATCH
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.events import overrides
from o365nb.gather import collect
from o365nb.model import Label, Window, iso, plain, utc
from o365nb.progress import Progress
from o365nb.response import Check, Closed, Earlier, Sign
from o365nb.safe import one_line
from o365nb.tenant import Tenant

#: When a response is looked at again, counted from its first step.
ROUNDS = (("1 h", timedelta(hours=1)), ("24 h", timedelta(hours=24)), ("7 d", timedelta(days=7)))
#: Without these seen whole, that nothing was found means nothing.
_NEEDED = ("sign_in", "sign_in_noninteractive", "ual", "inbox_rules", "auth_methods", "oauth_grants")


@dataclass(frozen=True, slots=True)
class Round:
    """One look at the response. `due` is the last of the ROUNDS that was due, "" before the first."""

    at: datetime
    since: datetime
    due: str
    folder: str
    checks: tuple[Check, ...]
    signs: tuple[Sign, ...]
    blind: tuple[str, ...]

    @property
    def broken(self) -> bool:
        """Whether a step does not hold, or something serious speaks against the response."""
        return any(check.holds is False for check in self.checks) or any(sign.serious for sign in self.signs)

    @property
    def clean(self) -> bool:
        """Whether the response held, as far as everything that is needed to say so could be read."""
        return not self.broken and not self.blind

    @property
    def following(self) -> datetime | None:
        """When to look again; None after the last."""
        return next((self.since + span for _, span in ROUNDS if self.since + span > self.at), None)


def look_again(case: Case, tenant: Tenant, progress: Progress) -> Round:
    """Verify every step, collect what happened since the response, judge it, and keep the round in the case.

    Raises BadInput when nothing was applied yet.
    """
    done = response.receipts_of(case)
    closed = Closed.read(done)
    if not closed:
        raise BadInput("Nothing was applied yet: there is no response to watch. See `o365nb respond plan`.")
    since = min(time for one in closed if (time := one.blocked or one.revoked or one.opened))
    found = Bundle(Path(case.info.out)).load()
    checks = response.verify(case, tenant, found.plan, patient=True)
    now = tenant.now()
    # An hour more: what was under way when the account was closed belongs to it.
    fresh = _collected(case, tenant, Window(since - timedelta(hours=1), now + timedelta(minutes=1)), progress)
    theirs = [one.event_id for one in found.attributions if one.label is Label.ATTACKER]
    with Engine(case) as before:
        earlier = Earlier.read(before, closed, found.indicators, theirs)
    with Engine(fresh) as after:
        signs = response.signs(after, closed, earlier, [one.app_id.lower() for one in done])
    due = [name for name, span in ROUNDS if since + span <= now]
    made = Round(now, since, due[-1] if due else "", fresh.info.name, tuple(checks), tuple(signs), tuple(_blind(fresh)))
    kept = asdict(made)
    _chain(case).append({**kept, "checks": [plain({**asdict(check), "state": {}}) for check in checks]})
    return made


def rounds(case: Case) -> list[dict[str, Any]]:
    """Every round so far as it was kept, oldest first; `broken` and `clean` are said."""
    told = []
    for line in _chain(case).entries():
        broken = any(check["holds"] is False for check in line["checks"]) or any(
            sign["serious"] for sign in line["signs"]
        )
        told.append({**line, "broken": broken, "clean": not broken and not line["blind"]})
    return told


def round_lines(made: Round) -> Iterator[str]:
    """A round for a terminal."""
    yield from response.check_lines(list(made.checks))
    for sign in made.signs:
        first = f", first at {iso(utc(sign.first))}" if sign.first else ""
        times = f" ({sign.times} times)" if sign.times > 1 else ""
        mark = "AGAINST IT" if sign.serious else "noted"
        yield f"{mark:<11} {one_line(sign.subject) or 'the tenant'}: {one_line(sign.what)}{times}{first}"
    for gap in made.blind:
        yield f"not seen    {one_line(gap)}"
    verdict = "does not hold" if made.broken else "holds" if made.clean else "holds, as far as could be seen"
    yield f"The response {verdict} at {iso(made.at)}, {_hours(made.at - made.since)} after it began."
    if made.following:
        yield f"Look again at {iso(made.following)}: the same command."
    else:
        yield "That was the last of the rounds (1 h, 24 h, 7 d)."


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"


def _chain(case: Case) -> Chain:
    return Chain(case.root / WATCH)


def _collected(case: Case, tenant: Tenant, window: Window, progress: Progress) -> Case:
    """The evidence since the response, in a case of its own that lies inside the case."""
    name = f"{window.end:%Y%m%dT%H%M%SZ}"
    info = case.info
    fresh = Case.create(
        case.root / "watch" / name,
        CaseInfo(
            name=name, subjects=info.subjects, window=window, door=info.door, tenant=info.tenant, story=info.story,
            ticket=info.ticket, domains=info.domains, accepted_domains=info.accepted_domains,
            time_zone=info.time_zone, out="", databases=info.databases,
        ),
    )  # fmt: skip
    own = case.root / overrides.FILE  # the analyst's word on networks counts in every round
    if own.is_file():
        shutil.copy(own, fresh.root / overrides.FILE)
    collect(fresh, tenant, progress)
    intake.build_tables(fresh, progress)
    return fresh


def _blind(fresh: Case) -> Iterator[str]:
    """What would be needed to say that nothing happened, and was not seen whole."""
    for source in _NEEDED:
        for subject in fresh.info.subjects:
            entries = fresh.ledger.about(source, subject)
            missing = [entry for entry in entries if not entry.outcome.seen]
            if missing or not entries:
                why = missing[0].reason or missing[0].outcome.value if missing else "it was not asked for"
                yield f"{source} of {subject}: {why}"
